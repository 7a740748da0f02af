"""`torg replay`: the posts of a file live through the HTTP API, by their own times, faster or slower."""

from __future__ import annotations

import asyncio
import json as json_format
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter

from torg.cli.choice import chosen_network
from torg.cli.http_client import Client
from torg.cli.opening import opened
from torg.cli.progress import shown
from torg.cli.replaying import Result, ordered
from torg.cli.replaying import replay as run
from torg.cli.say import say
from torg.cli.token_file import read_tokens
from torg.imports import authors, logins, store, told
from torg.imports.actions import lines
from torg.imports.model import ImportedPost, Refused
from torg.imports.sources import Source, open_source
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused


def replay(
    file: Path,
    /,
    *,
    network: str | None = None,
    columns: Annotated[str | None, Parameter(name="--map")] = None,
    time_format: str | None = None,
    speed: float = 60.0,
    limit: int | None = None,
    token_file: Path | None = None,
    url: str | None = None,
    json: bool = False,
) -> None:
    """Post a file live, each post when its time comes, in order, as one account per author.

    The server must be running. Accounts and tokens are made in the installation that this command finds
    (TORG_DATA or TORG_DATABASE_URL); with --token-file nothing but the server's address is needed.

    Parameters
    ----------
    file
        As for `torg import`. Files of archives are not sent.
    network
        Host name of the network, with its port if it has one. Default: the only public one.
    columns
        As for `torg import`: id=…,time=…,text=…,author=…; author=nickname|name takes the first that is filled.
    time_format
        How times are written, as for strptime. Without it: ISO 8601 or epoch.
    speed
        How many times faster than it was: 60 makes a minute a second; 0 sends as fast as the server answers.
    limit
        Send only so many posts, the earliest.
    token_file
        A JSON object, or lines of author and token; the author * stands for all others.
    url
        The server's address if it is not the network's own, such as http://127.0.0.1:8000.
    json
        End with one line of JSON: posted, refused, seconds, behind (the longest delay in seconds).
    """
    if speed < 0 or (limit is not None and limit < 1):
        raise Misused("--speed may not be negative, and --limit must be at least 1")
    settings = load()
    with open_source(file, columns, time_format) as source:
        posts = ordered(source.records, limit)
        refused = [record for record in source.records if isinstance(record, Refused)] if limit is None else []
        if token_file:
            tokens, host = read_tokens(token_file), network or urlsplit(url or "").netloc
        else:
            tokens, host = asyncio.run(_tokens(settings, network, source, posts))
    if not host:
        raise Misused("With --token-file say where to: --network HOST, or --url ADDRESS")
    client = Client(url or f"{settings.scheme}://{host}", host, settings.ca_file)
    if refused:
        say(f"{len(refused)} records are no posts: {told.reasons(refused)}")
        if hint := told.advice(refused, columns):
            say(hint)
    say(f"Replaying {len(posts)} posts to {host}")
    try:
        with shown("Posted") as progress:
            done = run(client, posts, tokens, speed, progress)
    finally:
        client.close()
    for line in lines([*refused, *done.refused]):
        print(line, file=sys.stderr)
    sys.stderr.flush()
    print(result(done, refused) if json else sentence(done, refused))


async def _tokens(
    settings: Settings, host: str | None, source: Source, posts: list[ImportedPost]
) -> tuple[dict[str, str], str]:
    """Accounts for the authors, as an import would make them, with a token for each; and the network's host."""
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await chosen_network(tx, host)
        async with services.db.tx(network.scope) as tx:
            await store.lock(tx)
            origin = f"{settings.scheme}://{network.host}"
            wanted = authors.gather(posts)
            accounts, _ = await authors.ensure(tx, source.name, wanted, source.profile, origin)
            made = await logins.tokens(tx, {folded: accounts[folded] for folded in wanted})
        return made, network.host


def result(done: Result, refused: Sequence[Refused]) -> str:
    """One line of JSON. `refused`: records that are no posts; `done.refused`: what the server did not take."""
    return json_format.dumps(
        {
            "posted": done.posted,
            "refused": len(refused) + len(done.refused),
            "seconds": round(done.seconds, 3),
            "behind": round(done.behind, 3),
        }
    )


def sentence(done: Result, refused: Sequence[Refused]) -> str:
    every = [*refused, *done.refused]
    why = f" ({told.reasons(every)})" if every else ""
    late = f"at most {done.behind:.1f} s behind"
    return f"{done.posted} posted in {done.seconds:.0f} s, {len(every)} refused{why}; {late}"
