"""The commands of a fresh clone: what they say where they cannot work, and what the locks and the wheel hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
ROOT = os.geteuid() == 0
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==(\S+)", re.MULTILINE)
PARTS = ("Makefile", "pyproject.toml", "requirements", "tools", "LICENSE", "README.md")


def run(*argv: str, where: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=where,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def copied(place: Path) -> Path:
    """The tree's commands, without its sources or environment."""
    place.mkdir(parents=True, exist_ok=True)
    for name in PARTS:
        source = TREE / name
        if source.is_dir():
            shutil.copytree(source, place / name)
        else:
            shutil.copy2(source, place / name)
    return place


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """An empty folder to mount a small disk on."""
    point = tmp_path / "a disk"
    point.mkdir()
    yield point
    subprocess.run(["umount", str(point)], capture_output=True, check=False)


def mounted(point: Path, options: str) -> None:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(point)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"NOT TESTED HERE: this machine lets nobody mount: {done.stderr.decode().strip()}")


def test_every_target_is_in_the_help() -> None:
    text = (TREE / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (help .*)$", text, re.MULTILINE)
    assert phony
    listed = run("make", "help", where=TREE).stdout
    assert all(re.search(rf"^  make {name} ", listed, re.MULTILINE) for name in phony[1].split())


def test_continuous_integration_calls_make_test() -> None:
    script = TREE / ".ci/run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["build", "runtime", "dev"])
def test_locks_are_pinned_hashed_and_without_addresses(name: str) -> None:
    text = (TREE / f"requirements/{name}.txt").read_text(encoding="utf-8")
    entries = [e for e in re.split(r"\n(?=\S)", text) if e.strip() and not e.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._\[\],-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text
    assert "index" not in text


def test_the_locks_agree_and_hold_every_dependency() -> None:
    versions = {
        name: set(PIN.findall((TREE / f"requirements/{name}.txt").read_text(encoding="utf-8")))
        for name in ("build", "runtime", "dev")
    }
    assert versions["build"] <= versions["dev"]
    assert versions["runtime"] <= versions["dev"]
    declared = (TREE / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", declared, re.MULTILINE | re.DOTALL)
    assert block
    wanted = {re.split(r"[\[>=<]", found)[0].lower() for found in re.findall(r'"([^"]+)"', block[1])}
    assert wanted <= {package for package, _ in versions["runtime"]}


def test_a_place_that_cannot_be_written_to(disk: Path) -> None:
    if ROOT:
        mounted(disk, "size=20m,mode=0755")
    copied(disk)
    if ROOT:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    else:
        disk.chmod(0o555)
    done = run("make", "install", where=disk)
    assert done.returncode != 0
    assert "cannot be written to" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    if not ROOT:
        disk.chmod(0o755)


@pytest.mark.skipif(not ROOT, reason="NOT TESTED HERE: mounting a small disk needs root")
@pytest.mark.parametrize("size", ["1536k", "6m"])
def test_a_full_disk(disk: Path, size: str) -> None:
    mounted(disk, f"size={size},mode=0755")
    copied(disk)
    done = run("make", "install", where=disk)
    assert done.returncode != 0
    assert "is full" in done.stderr
    assert "Free about" in done.stderr


def test_no_python_that_is_new_enough(tmp_path: Path) -> None:
    place = copied(tmp_path / "a place")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "make", "cat", "pwd", "dirname", "mkdir", "rm", "id", "awk", "df"):
        (programs / name).symlink_to(shutil.which(name) or name)
    done = run("make", "install", where=place, PATH=str(programs))
    assert done.returncode != 0
    assert "Python 3.11 or newer was not found" in done.stderr


def test_nothing_is_done_when_all_is_there(tmp_path: Path) -> None:
    place = copied(tmp_path / "a place")
    (place / ".venv").mkdir()
    (place / ".venv/.torg-place").write_text(f"{place.resolve()}\n")
    (place / ".venv/.torg-runtime").write_text("")
    assert "Nothing to be done" in run("make", "install", where=place).stdout
    (place / ".venv/.torg-place").write_text("/elsewhere\n")
    assert "tools/install.sh runtime" in run("make", "-n", "install", where=place).stdout


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    built = run(
        sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "-w",
        str(tmp_path), ".", where=TREE,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("torg-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    source = TREE / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / "torg").rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    }
    assert any(name.endswith(".sql") for name in wanted)
    assert not wanted - inside
    assert any(name.endswith("licenses/LICENSE") for name in inside)
