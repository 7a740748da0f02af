"""A compliance export that is killed again and again, then run to its end: the same files as one that was not."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.flows.served import Served, installation
from tests.flows.test_crash_import import write_lines
from torg.compliance import folder

DEATHS = 3

pytestmark = pytest.mark.slow


async def killed(served: Served, arguments: list[str], into: Path, beyond: int) -> int:
    """Start the export, and kill it when it has written more than `beyond` records; how many are certainly on disk."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "torg", *arguments,
        env=served.environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(90):
        while done(into) <= beyond and process.returncode is None:
            await asyncio.sleep(0.005)
    assert process.returncode is None, "it must be killed in the middle"
    process.kill()
    assert await process.wait() == -9
    return done(into)


def done(into: Path) -> int:
    """Only looked at: `folder.load` would cut off what a running export is just writing."""
    try:
        return int(json.loads((into / folder.STATE).read_bytes())["done"])
    except FileNotFoundError:
        return 0


async def test_a_killed_export_goes_on_and_ends_as_one_that_was_not(place: Path) -> None:
    source = place / "lines.tsv"
    write_lines(source)
    async with installation(place / "data") as served:
        await served.start()
        status, _, said = await served.command(
            "import", str(source), "--network", served.host, "--json",
            "--map", "id=id,time=time,text=text,author=author,reply_to=reply",
        )  # fmt: skip
        assert status == 0, said
        cut, whole = place / "cut", place / "whole"
        export = ["compliance", "export", "--network", served.host, "--json", "--out"]
        reached = 0
        for _ in range(DEATHS):
            before = reached
            reached = await killed(served, [*export, str(cut)], cut, reached)
            assert reached > before
        assert not (cut / "manifest.json").exists()
        unfinished, _, said = await served.command("compliance", "verify", str(cut))
        assert (unfinished, "manifest" in said or "unfinished" in said) == (2, True), said
        made = await finished(served, [*export, str(cut)])
        assert made["records"] > 4000
        assert made["records"] >= reached
        assert (await finished(served, ["compliance", "verify", str(cut), "--json"]))["digest"] == made["digest"]
        await finished(served, [*export, str(whole)])
    ours, theirs = hashes(cut), hashes(whole)
    assert len(ours) > 20
    # Each beginning of an export is in the audit log itself, so that alone tells the two apart.
    assert {name for name in theirs if theirs[name] != ours.get(name)} <= {"audit.jsonl"}
    assert set(ours) == set(theirs)


async def finished(served: Served, arguments: list[str]) -> dict[str, Any]:
    status, out, said = await served.command(*arguments)
    assert status == 0, said
    found: dict[str, Any] = json.loads(out)
    return found


def hashes(into: Path) -> dict[str, str]:
    manifest = json.loads((into / "manifest.json").read_bytes())
    return {one["name"]: one["sha256"] for one in manifest["files"]}
