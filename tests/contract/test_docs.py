"""What is documented is what there is: each page that is made from the source is up to date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import api_reference, capability_reference, command_reference, event_reference
from torg.kernel.config import SETTINGS
from torg.serve.app import all_routes

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MADE = {
    "api.md": api_reference,
    "capabilities.md": capability_reference,
    "commands.md": command_reference,
    "event-reference.md": event_reference,
}


@pytest.mark.parametrize("made", MADE)
def test_a_page_made_from_the_source_is_up_to_date(made: str) -> None:
    tool = MADE[made]
    hint = f"run: PYTHONPATH=src:. python tools/{Path(str(tool.__file__)).name} > docs/{made}"
    assert (DOCS / made).read_text("utf-8").splitlines() == tool.reference().splitlines(), hint


def test_every_route_is_listed() -> None:
    page = (DOCS / "api.md").read_text("utf-8")
    missing = [f"{r.method} {r.path}" for r in all_routes() if not r.hidden and f"`{r.method} {r.path}`" not in page]
    assert not missing


def test_every_status_of_an_error_is_listed() -> None:
    page = (DOCS / "api.md").read_text("utf-8")
    assert {int(found) for found in re.findall(r"^\| (\d{3}) \|", page, re.MULTILINE)} >= {
        400, 401, 403, 404, 409, 410, 413, 422, 429, 501, 503,
    }  # fmt: skip


def test_what_the_documents_link_to_is_there() -> None:
    broken = []
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def test_every_setting_named_in_a_document_is_one() -> None:
    known = {setting.variable for setting in SETTINGS} | {"TORG_CONFIG"}
    named = {
        f"{page.relative_to(ROOT)}: {name}"
        for page in [*DOCS.rglob("*.md"), ROOT / "README.md"]
        for name in re.findall(r"\bTORG_[A-Z_]+[A-Z]\b", page.read_text("utf-8"))
        if name not in known and not name.startswith("TORG_TEST")
    }
    assert not named
