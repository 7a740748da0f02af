"""What a newcomer meets: the first start, the second, and each thing that can be in the way, with a message."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from pathlib import Path

import pytest

from tests.flows.served import Served, installation

pytestmark = pytest.mark.slow


async def test_first_start_second_start_and_a_space_in_the_path(place: Path) -> None:
    async with installation(place / "a place with spaces") as served:
        await served.start()
        greeting = served.said()
        assert f"http://{served.host}" in greeting
        assert f"http://inside.{served.host}" in greeting
        assert "anna@acme.example" in greeting
        token = (await served.tokens("anna"))["anna"]
        async with served.client(token) as anna:
            made = (await anna.post("/api/v1/statuses", json={"status": "kept over the night"})).json()
            before = (await anna.get("/api/v1/timelines/public", params={"limit": 40})).json()
        assert len(before) > 5
        assert await served.end() == 0
        assert await served.gone() == []

        await served.start()
        assert "Log in as" in served.said()
        async with served.client(token) as anna:
            after = (await anna.get("/api/v1/timelines/public", params={"limit": 40})).json()
        assert [post["id"] for post in after] == [post["id"] for post in before]
        assert made["id"] in {post["id"] for post in after}


async def test_an_unknown_host_gets_a_page_that_says_so(place: Path) -> None:
    async with installation(place / "data") as served:
        await served.start()
        async with served.client() as http:
            for language, words in (("en", "does not know the host name"), ("sv", "känner inte till värdnamnet")):
                headers = {"host": "nowhere.example", "accept": "text/html", "accept-language": language}
                page = await http.get("/", headers=headers)
                assert page.status_code == 421
                assert words in page.text
                assert "nowhere.example" in page.text
            api = await http.get("/api/v2/instance", headers={"host": "nowhere.example"})
        assert api.status_code == 421
        assert "nowhere.example" in api.json()["error"]


async def test_a_port_that_is_taken_is_said_at_once(place: Path) -> None:
    served = Served(place / "data")
    with socket.socket() as other:
        other.bind(("127.0.0.1", served.port))
        other.listen()
        status, _, said = await served.command("serve", "--demo")
    assert status == 2
    assert f"Port {served.port} is taken" in said
    assert "TORG_BIND=" in said
    assert "Traceback" not in said
    assert not (place / "data").exists(), "nothing is made before the port is known to be free"


@pytest.mark.parametrize("where", ["/proc/torg", "/dev/null/torg"])
async def test_a_data_folder_that_cannot_be_written_is_said(where: str) -> None:
    if not Path("/proc/self").exists():
        pytest.skip("NOT TESTED HERE: this system has no folder in which nobody may write")
    status, _, said = await Served(Path("/tmp/x"), settings={"TORG_DATA": where}).command("serve")
    assert status in (1, 2)
    assert where in said
    assert "TORG_DATA" in said
    assert "Traceback" not in said


async def test_a_server_whose_parent_is_killed_ends_with_it(place: Path) -> None:
    """As `make run` in a terminal that is closed by force."""
    async with installation(place / "data") as served:
        await served.start()
        await served.end()
        parent = await asyncio.create_subprocess_exec(
            sys.executable, "-c",
            "import subprocess, sys; subprocess.run([sys.executable, '-m', 'torg', 'serve', '--demo'])",
            env=served.environment, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert parent.stdout is not None
        async with asyncio.timeout(60):
            while b"Log in as" not in await parent.stdout.readline():
                pass
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        assert await served.gone() == []
        await served.start()  # nothing is lost, and nothing of the old server stands in the way
        async with served.client() as http:
            assert len((await http.get("/api/v1/timelines/public")).json()) > 5


async def test_a_server_that_is_killed_leaves_no_process(place: Path) -> None:
    async with installation(place / "data") as served:
        await served.start()
        assert len(served.processes()) > 1, "the server and its PostgreSQL"
        await served.end(signal.SIGKILL)
        assert await served.gone() == []
