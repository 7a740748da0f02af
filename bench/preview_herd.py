"""`python -m bench.preview_herd`: one link in posts of many networks and servers at once; its page is asked once.

Each network has posts of its own people and of people on other servers, all with the same link, and several workers
do the jobs at once. Printed is how often the page, its oEmbed answer and its picture were asked for. Exits with 1 when
any of them was asked for more than once (FEATURES: load `preview-herd`).
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyvips

from bench.drawn import told
from torg.accounts import store as accounts
from torg.cards import actions
from torg.cli.opening import opened
from torg.engine.worker import Worker
from torg.kernel.actor import NetworkKind, Scope
from torg.kernel.clock import now
from torg.kernel.config import Settings
from torg.kernel.ids import new_id
from torg.orgs import actions as orgs
from torg.posts import store as posts
from torg.rehearsal.drawing import Band
from torg.rehearsal.result import Check
from torg.serve.jobs import HANDLERS
from torg.serve.services import Services

PAGE = (
    b'<title>The page of the day</title><meta property="og:image" content="/picture.png">'
    b'<link rel="alternate" type="application/json+oembed" href="/oembed.json">'
)
PATIENCE = 1800.0
STEP = 0.25
WHAT = {"/page": "the page", "/oembed.json": "its oEmbed answer", "/picture.png": "its picture"}


class Site:
    """The linked site: counts what it is asked for, by path."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        picture: bytes = pyvips.Image.black(800, 400, bands=3).write_to_buffer(".png")
        self._pages = {
            "/page": (b"text/html", PAGE),
            "/oembed.json": (b"application/json", b'{"type": "link", "provider_name": "The site"}'),
            "/picture.png": (b"image/png", picture),
        }

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                self.asked[path] += 1
                kind, body = self._pages[path]
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (kind, len(body), body)
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has closed its connection
        finally:
            writer.close()


async def found(services: Services, networks: int) -> list[Scope]:
    """So many public networks, each of its own organisation."""
    scopes = []
    for number in range(networks):
        async with services.db.system() as tx:
            await orgs.add_organisation(tx, f"Bench {number}")
            network = await orgs.add_network(tx, f"Bench {number}", NetworkKind.PUBLIC, f"n{number}.bench.example")
        scopes.append(network.scope)
    return scopes


async def post(services: Services, scope: Scope, number: int, url: str) -> None:
    """A post with the link: every other one came from another server."""
    author, id_ = new_id(), new_id()
    host = f"s{number}.example" if number % 2 else ""
    remote = {"kind": "remote", "host": host, "uri": f"https://{host}/{author}"} if host else {}
    async with services.db.tx(scope) as tx:
        await accounts.insert(tx, author, f"a{author}", remote)
        values = {"id": id_, "account_id": author, "audience": "everyone", "thread_id": id_, "created_at": now()}
        await posts.insert(tx, values)
        await actions.want(tx, id_, [url])  # without the wait that posts of other servers have: the worst case


async def measure(given: argparse.Namespace, folder: Path) -> tuple[Counter[str], list[tuple[int, int]], float]:
    """(requests by path, posts with their card and requests after each STEP, seconds)."""
    site = Site()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/page"
    settings = Settings(data=folder / "data", rate_limits=False, fetch_allow=("127.0.0.0/8",))
    async with opened(settings) as services:
        scopes = await found(services, given.networks)
        for number in range(given.posts):
            await post(services, scopes[number % len(scopes)], number, url)
        begun = time.perf_counter()
        workers = [
            asyncio.create_task(Worker(services.db, {"fetch_card": HANDLERS["fetch_card"]}, services).run())
            for _ in range(given.workers)
        ]
        shown, curve = 0, [(0, 0)]
        while shown < given.posts and time.perf_counter() - begun < PATIENCE:
            await asyncio.sleep(STEP)
            async with services.db.system() as tx:
                shown = await tx.value(
                    """SELECT count(*) FROM post_cards x JOIN cards c ON c.org_id = x.org_id AND c.id = x.card_id
                       WHERE c.ready AND c.image_key IS NOT NULL"""
                )
            curve.append((shown, sum(site.asked.values())))
        seconds = time.perf_counter() - begun
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    server.close()
    return site.asked, curve, seconds


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.preview_herd", description=__doc__)
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--networks", type=int, default=200)
    parser.add_argument("--workers", type=int, default=3, help="that do jobs, as so many processes would")
    parser.add_argument("--out", type=Path, help="folder for preview-herd.svg and preview-herd.json")
    given = parser.parse_args()
    given.networks = min(given.networks, given.posts)
    with tempfile.TemporaryDirectory(prefix="torg-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # as root, PostgreSQL runs as another user
        asked, curve, seconds = asyncio.run(measure(given, Path(folder)))
    shown = curve[-1][0]
    checks = [
        Check(
            name="posts that show the card", promised="all", seen=f"{shown:,} of {given.posts:,}",
            held=shown == given.posts,
        ),
        *(
            Check(name=f"requests for {what}", promised="one", seen=f"{asked[path]}", held=asked[path] == 1)
            for path, what in WHAT.items()
        ),
    ]  # fmt: skip
    bands: list[Band] = [
        ("posts that show the card", [("a", "posts", [float(posts) for posts, _ in curve])], None),
        ("requests for page, picture and oEmbed together", [("b", "requests", [float(n) for _, n in curve])], 3.0),
    ]
    about = f"one link in {given.posts:,} posts of {given.networks:,} networks, half of them from other servers"
    figures = [("seconds until all showed it", f"{seconds:.1f}")]
    raise SystemExit(
        told("preview-herd", about, checks, figures, bands, seconds=STEP * (len(curve) - 1), out=given.out)
    )


if __name__ == "__main__":
    main()
