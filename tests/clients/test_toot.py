"""toot, a command-line client, unmodified: each command in a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients.browsing import allow
from tests.clients.judge import Judge
from tests.clients.pictures import picture
from tests.clients.served import PASSWORD, Served
from tests.clients.waiting import until

pytestmark = pytest.mark.clients
BROWSER = "import sys; from toot.cli import cli; sys.argv[0] = 'toot'; cli()"


class Toot:
    """`toot("post", "Hello")` → what it printed; `toot.json(…)` the same as data."""

    def __init__(self, served: Served, home: Path) -> None:
        self.served = served
        self.environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "COLUMNS": "200"}

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-c", BROWSER, "--no-color", *arguments],
            env=self.environment, input=stdin, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"toot {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))

    def log_in(self, handle: str) -> str:
        """As its user does: run `toot login`, open the address, allow, paste the code."""
        process = subprocess.Popen(
            [sys.executable, "-c", BROWSER, "login", "--instance", self.served.url],
            env={**self.environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        url = ""
        while not url.startswith("http"):
            line = process.stdout.readline()
            assert line, "toot login ended without an address"
            url = line.strip()
        code = allow(url, self.served.email(handle), PASSWORD)
        said, _ = process.communicate(f"n\n{code}\n", timeout=60)
        assert process.returncode == 0, said
        return said


@pytest.fixture
def toot(served: Served, tmp_path: Path) -> Toot:
    made = Toot(served, tmp_path)
    assert "Successfully logged in" in made.log_in("anna")
    return made


def test_account(toot: Toot) -> None:
    host = toot.served.host
    assert f"anna@{host}" in toot("auth")
    assert "@anna" in toot("whoami")
    assert toot.json("whois", "bjorn")["username"] == "bjorn"
    assert toot.json("instance")["uri"] == host
    toot("update-account", "--display-name", "Anna by toot", "--no-bot")
    assert toot.json("whoami")["display_name"] == "Anna by toot"
    for do, undo in (("follow", "unfollow"), ("mute", "unmute"), ("block", "unblock")):
        toot(do, "bjorn")
        if do == "follow":
            assert [one["username"] for one in toot.json("following", "anna")] == ["bjorn"]
            assert [one["username"] for one in toot.json("followers", "bjorn")] == ["anna"]
        elif do == "mute":
            assert "bjorn" in toot("muted")
        else:
            assert "bjorn" in toot("blocked")
        toot(undo, "bjorn")
    assert [one["acct"] for one in toot.json("search", "bjorn")["accounts"]] == ["bjorn"]
    toot("logout", f"anna@{host}")


def test_posts(toot: Toot, tmp_path: Path) -> None:
    file = tmp_path / "teal.png"
    file.write_bytes(picture())
    assert "http" in toot("upload", str(file))
    first = toot.json("post", "By toot #toot", "--visibility", "unlisted", "--spoiler-text", "careful", "--sensitive",
                      "--media", str(file), "--description", "Teal")  # fmt: skip
    assert (first["visibility"], first["spoiler_text"]) == ("unlisted", "careful")
    assert first["media_attachments"][0]["description"] == "Teal"
    poll = toot.json("post", "Which?", "--poll-option", "a", "--poll-option", "b", "--poll-expires-in", "1h")
    assert [option["title"] for option in poll["poll"]["options"]] == ["a", "b"]
    assert "scheduled" in toot("post", "Later", "--scheduled-in", "1h").lower()
    reply = toot.json("post", "An answer", "--reply-to", first["id"])
    assert "An answer" in toot("thread", first["id"])
    assert reply["url"].endswith(f"/@anna/{reply['id']}")  # toot shows addresses; people copy the id out of them
    assert "By toot" in toot("status", first["id"])
    for verb in ("favourite", "bookmark", "reblog", "pin"):
        toot(verb, first["id"])
    assert "anna" in toot("reblogged-by", first["id"])
    assert "By toot" in toot("bookmarks")
    for verb in ("unfavourite", "unbookmark", "unreblog", "unpin"):
        toot(verb, first["id"])
    toot("delete", reply["id"])
    assert "An answer" not in toot("thread", first["id"])


def test_reading(toot: Toot) -> None:
    bjorn = Judge(toot.served, "bjorn")
    toot("follow", "bjorn")
    bjorn.status_post("Seen by toot, @anna #seen")
    for arguments in (("home",), ("public",), ("public", "--local"), ("tag", "seen"), ("account", "bjorn")):
        assert "Seen by toot" in toot("timelines", *arguments, "--no-pager")
    assert "Seen by toot" in until(lambda: toot("notifications"))
    toot("lists", "create", "Readers")
    toot("lists", "add", "Readers", "bjorn")
    assert "bjorn" in toot("lists", "accounts", "Readers")
    toot("lists", "remove", "Readers", "bjorn")
    toot("lists", "delete", "Readers")
    toot("tags", "follow", "seen")
    assert "seen" in toot("tags", "followed")
    toot("tags", "unfollow", "seen")
    toot("tags", "feature", "seen")
    assert "seen" in toot("tags", "featured")
    toot("tags", "unfeature", "seen")
    assert toot("notifications", "--clear") is not None
