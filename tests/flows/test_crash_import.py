"""An import that is killed again and again, then run to its end: every line is in, once (T11)."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.flows.served import installation

LINES = 4000
DEATHS = 3

pytestmark = pytest.mark.slow


def write_lines(path: Path) -> None:
    """A file of a few people who post and answer each other."""
    begin = datetime(2012, 10, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        file.write("id\ttime\tauthor\ttext\treply\n")
        for number in range(LINES):
            when = (begin + timedelta(seconds=number * 7)).isoformat()
            reply = str(number - 5) if number % 3 == 0 and number > 5 else ""
            file.write(f"{number}\t{when}\tperson{number % 40}\tline {number} om #torg\t{reply}\n")


async def test_an_import_that_is_killed_is_taken_up_again(place: Path) -> None:
    source, chance = place / "lines.tsv", random.Random(5)
    write_lines(source)
    async with installation(place / "data") as served:
        await served.start()
        arguments = [
            "import", str(source), "--network", served.host, "--json",
            "--map", "id=id,time=time,text=text,author=author,reply_to=reply",
        ]  # fmt: skip
        async with served.services() as services:

            async def count() -> int:
                async with services.db.system() as tx:
                    return int(await tx.value("SELECT count(*) FROM imported"))

            last = 0
            for _ in range(DEATHS):
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "torg", *arguments,
                    env=served.environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
                async with asyncio.timeout(60):
                    while await count() == last and process.returncode is None:
                        await asyncio.sleep(0.01)
                    await asyncio.sleep(chance.random() * 0.1)
                assert process.returncode is None, "it must be killed in the middle"
                process.kill()
                await process.wait()
                last = await count()
            assert 0 < last < LINES
            status, out, err = await served.command(*arguments)
            assert status == 0, err
            done = json.loads(out.splitlines()[-1])
            assert done["imported"] + done["present"] == LINES
            assert done["refused"] == 0
            assert done["present"] >= last
            async with services.db.system() as tx:
                posts = await tx.all(
                    """SELECT p.source, a.handle, p.created_at, r.source AS parent FROM posts p
                       JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
                       JOIN imported i ON i.org_id = p.org_id AND i.post_id = p.id
                       LEFT JOIN posts r ON r.org_id = p.org_id AND r.id = p.reply_to_id"""
                )
                counted = await tx.value("SELECT sum(posts_count) FROM accounts WHERE handle LIKE 'person%'")
                people = await tx.value("SELECT count(*) FROM accounts WHERE handle LIKE 'person%'")
        assert sorted(post["source"] for post in posts) == sorted(f"line {n} om #torg" for n in range(LINES))
        assert (counted, people) == (LINES, 40)
        for post in posts:
            number = int(post["source"].split()[1])
            assert post["handle"] == f"person{number % 40}"
            assert post["parent"] == (f"line {number - 5} om #torg" if number % 3 == 0 and number > 5 else None)
        status, out, _ = await served.command(*arguments)
        assert json.loads(out.splitlines()[-1])["present"] == LINES
