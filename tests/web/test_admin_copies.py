"""Copies of files, what is shed, settings that apply, and one's own next digest: on pages as at the command line."""

from __future__ import annotations

import re

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.media.test_trimming import aged, bytes_kept, looked_at
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from tests.web.test_remote_files import Far, far, town
from torg.surge import reads as surge

__all__ = ["far", "town"]

COPIES, HEALTH = "/admin/copies", "/admin/health"


async def test_what_would_go_is_said_and_goes(town: Square, far: Far) -> None:
    owner = await in_office(town, "shop", "Owner")
    old, new = await looked_at(town, far, "old", "new")
    page = await owner.open(COPIES)
    assert "0 attachments with 0 MB" in page.text, "the settings keep them for thirty days"
    await aged(town, old["id"], days=8)
    page = await owner.open(f"{COPIES}?days=7")
    assert re.search(r"1 attachments with [\d.]+ MB, and the pictures of 0 accounts", page.text), page.text
    odd = await owner.open(f"{COPIES}?days=-1")
    assert (odd.status_code, "must be a number from 0 to" in odd.text) == (422, True)
    assert 'value="-1"' in odd.text, "what was typed stands there"
    before = await bytes_kept(town)
    assert (await owner.send(page, COPIES, days=7)).headers["location"] == f"{COPIES}?done=1"
    assert (await owner.send(page, COPIES, days=99_999_999)).status_code == 422
    await town.settle()
    assert await bytes_kept(town) < before
    async with town.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM admin_log WHERE target_type = 'remote_media'") == 1
        assert await tx.value("SELECT bool_and(fetched_at IS NOT NULL) FROM remote_files WHERE media_id = %s",
                              (int(new["id"]),))  # fmt: skip
    elsewhere = await in_office(town, "olga", "Owner", OTHER)
    assert "0 (0 MB)" in (await elsewhere.open(COPIES)).text, "copies of one's own network alone"
    assert (await (await in_office(town, "anna", "Owner", INSIDE)).open(COPIES)).status_code == 403
    assert (await (await Reader(town).enters("bjorn")).open(COPIES)).status_code == 403


async def test_nobody_sheds_for_another_organisation(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open(HEALTH)
    assert "/admin/health/surge" not in page.text, "two organisations share it: nobody holds it for both"
    assert (await owner.send(page, f"{HEALTH}/surge", rung="counts")).status_code == 403
    async with square.services.db.system() as tx:
        assert (await surge.standing(tx)).ladder.held is None


async def test_settings_show_what_applies(square: Square) -> None:
    public = (await (await in_office(square, "shop", "Owner")).open("/admin/settings")).text
    inside = (await (await in_office(square, "anna", "Owner", INSIDE)).open("/admin/settings")).text
    for name in ("guard_days", "managers_edited_by"):
        assert (f'id="{name}"' in public, f'id="{name}"' in inside) == (False, True), name
    for name in ("federation", "guest_replies", "webmentions", "private", "single_user", "remote_media_mb"):
        assert (f'id="{name}"' in public, f'id="{name}"' in inside) == (True, False), name
    for name in ("description", "max_characters", "registration", "accent"):
        assert (f'id="{name}"' in public, f'id="{name}"' in inside) == (True, True), name


async def test_ones_next_digest_can_be_looked_at(square: Square) -> None:
    reader = await Reader(square).enters("bjorn")
    assert "You have missed nothing" in (await reader.open("/settings/digest/preview")).text
    anna = square.person(PUBLIC, "shop")
    await anna.says("Vad tycker @bjorn om det här?")
    await square.settle()
    page = (await reader.open("/settings/digest/preview")).text
    assert "Vad tycker @bjorn om det här?" in page
    other = (await (await Reader(square).enters("shop")).open("/settings/digest/preview")).text
    assert "Vad tycker @bjorn om det här?" not in other
    assert (await Reader(square).open("/settings/digest/preview")).headers["location"] == "/auth/sign_in?next=/settings"
