"""Work in the background, in the browser: what failed is seen, tried again and dropped, one or all."""

from __future__ import annotations

import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.mastodon_api.test_admin_queues import give_up
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.engine import jobs
from torg.engine.effects import name_of
from torg.serve.effects import EFFECTS
from torg.serve.jobs import HANDLERS
from torg.web.admin_work import OTHER as UNNAMED
from torg.web.admin_work import effect_purpose, purpose

HERE = "/admin/queues"
PLAIN = "/admin/rules"
"""A page whose only hidden field is the token of its forms."""


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_every_kind_of_job_is_said_in_words(kind: str) -> None:
    assert purpose(kind) != UNNAMED


@pytest.mark.parametrize("effect", sorted({name_of(effect) for todo in EFFECTS.values() for effect in todo}))
def test_every_effect_is_said_in_words(effect: str) -> None:
    assert effect_purpose(effect) != UNNAMED


async def left(square: Square, table: str, host: str = PUBLIC) -> list[int]:
    network = square.networks[host]
    done = "retry_at IS NULL" if table == "dead_events" else "dead_at IS NOT NULL"
    async with square.services.db.system() as tx:
        return await tx.column(f"SELECT id FROM {table} WHERE network_id = %s AND {done} ORDER BY id", (network.id,))


async def test_what_failed_is_tried_again_or_dropped(square: Square) -> None:
    await in_office(square, "shop", "Owner")
    owner = await Reader(square, language="sv").enters("shop")
    assert "Inget jobb har getts upp" in (await owner.open(HERE)).text
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await jobs.enqueue(tx, "mail", {"text": "a secret link"})
    for kind in ("mail", "media.copy"):
        await give_up(square, PUBLIC, kind, {"text": "a secret link"})
    page = await owner.open(HERE)
    for words in ("Brev med e-post", "Bilder, film och ljud", "OSError: no", "ValueError: odd", "Annat arbete"):
        assert words in page.text, words
    assert "a secret link" not in page.text
    assert "Traceback" not in page.text
    page = await owner.open(PLAIN)
    overview = (await owner.open("/admin")).text
    assert '<a href="/admin/queues#jobs"><bdi>Jobb som misslyckades</bdi></a> <span class="badge">3</span>' in overview
    first, *_others = await left(square, "jobs")
    assert (await owner.send(page, f"{HERE}/mail/drop", id=first)).headers["location"] == f"{HERE}?done=1"
    assert first not in await left(square, "jobs")
    again = await owner.send(page, f"{HERE}/mail/retry")
    assert again.headers["location"] == f"{HERE}?done=1&kind=mail&again=1"
    assert "1 fick börja om; 1 av dem återstår" in (await owner.open(again.headers["location"])).text
    assert len(await left(square, "jobs")) == 1
    assert (await owner.send(page, f"{HERE}/mail/retry")).status_code == 404, "none is left"
    one, *_rest = await left(square, "dead_events")
    assert (await owner.send(page, "/admin/events/drop", id=one, effect="another")).status_code == 404
    effect = "effect of mail" if one == hash("mail") % 10**9 else "effect of media.copy"
    assert (await owner.send(page, "/admin/events/drop", id=one, effect=effect)).status_code == 303
    assert one not in await left(square, "dead_events")
    assert (await owner.send(page, "/admin/events/retry")).headers["location"] == f"{HERE}?done=1&kind=&again=1"
    assert await left(square, "dead_events") == []
    said = (await owner.open("/admin/audit")).text
    for act in ("drop_jobs", "retry_jobs", "drop_events", "retry_events"):
        assert act in said, act


async def test_who_may_only_look_is_told_whom_to_ask(square: Square) -> None:
    await give_up(square, PUBLIC, "mail", {})
    reader = await in_office(square, "reporter", "Moderator")
    page = await reader.open(HERE)
    assert "OSError: no" in page.text
    assert "ask an owner" in page.text
    assert f'action="{HERE}' not in page.text
    page = await reader.open("/admin/reports")
    assert (await reader.send(page, f"{HERE}/mail/drop")).status_code == 403
    assert (await reader.send(page, "/admin/events/drop")).status_code == 403


async def test_other_networks_are_not_there(square: Square) -> None:
    for host in (INSIDE, OTHER):
        await give_up(square, host, "hidden.kind", {})
    owner = await in_office(square, "shop", "Owner")
    assert "hidden.kind" not in (await owner.open(HERE)).text
    page = await owner.open(PLAIN)
    for path in (f"{HERE}/hidden.kind/retry", f"{HERE}/hidden.kind/drop", "/admin/events/retry", "/admin/events/drop"):
        assert (await owner.send(page, path)).status_code == 404, path
    (hidden,) = await left(square, "jobs", INSIDE)
    assert (await owner.send(page, f"{HERE}/hidden.kind/drop", id=hidden)).status_code == 404
    assert len(await left(square, "jobs", OTHER)) == 1
    assert len(await left(square, "dead_events", OTHER)) == 1
