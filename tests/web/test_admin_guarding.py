"""What guards a network, in the browser: leak guard, watch list, sites that respond, demands of logins, terms."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.bridge.test_guard import SECRET, posts, secretive
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.kernel.clock import now


async def test_the_guard_releases_what_it_stopped_once(square: Square) -> None:
    await secretive(square)
    assert (await posts(square.bjorn, SECRET))[0] == 422
    officer = await in_office(square, "anna", "Owner", INSIDE)
    page = await officer.open("/admin/guard")
    assert "harbour crane company" in page.text
    assert "@bjorn" in page.text, "whose public face it was"
    async with square.services.db.system() as tx:
        stop = await tx.value("SELECT id FROM guard_stops")
    sent = await officer.send(page, f"/admin/guard/stops/{stop}/release")
    assert sent.headers["location"] == "/admin/guard?done=1"
    again = await officer.send(page, f"/admin/guard/stops/{stop}/release")
    assert (again.status_code, "That was not done" in again.text) == (422, True)
    assert "harbour" not in (await officer.open("/admin/guard")).text
    assert "released by @anna" in (await officer.open("/admin/guard?state=released")).text
    assert (await posts(square.bjorn, SECRET))[0] == 200
    assert "guard_stop" in (await officer.open("/admin/audit?verb=release")).text


async def test_code_words_and_who_sees_the_guard(square: Square) -> None:
    officer = await in_office(square, "anna", "Owner", INSIDE)
    page = await officer.open("/admin/guard")
    for wrong in ({"term": "!"}, {"term": "a b c d e f g h i"}):
        assert (await officer.send(page, "/admin/guard/terms", effect="stop", **wrong)).status_code == 422
    await officer.send(page, "/admin/guard/terms", term="Snöklocka", effect="stop")
    text = (await officer.open("/admin/guard")).text
    assert "Snöklocka" in text
    async with square.services.db.system() as tx:
        term = await tx.value("SELECT id FROM guard_terms")
    outside = await in_office(square, "shop", "Owner")
    foreign = await outside.open("/admin/announcements")
    assert (await outside.open("/admin/guard")).status_code == 403, "the public office has no say over the inside"
    assert "/admin/guard" not in foreign.text
    for path in (f"terms/{term}/delete", "terms", f"stops/{term}/release"):
        assert (await outside.send(foreign, f"/admin/guard/{path}", term="x")).status_code == 403
    moderator = await in_office(square, "bjorn", "Moderator", INSIDE)
    assert (await moderator.open("/admin/guard")).status_code == 403
    assert (await officer.send(page, f"/admin/guard/terms/{term}/delete")).status_code == 303
    assert (await officer.send(page, f"/admin/guard/terms/{term}/delete")).status_code == 404


async def test_a_watch_is_tried_kept_hit_and_dealt_with(square: Square) -> None:
    await in_office(square, "anna", "Owner", INSIDE)
    officer = await Reader(square, INSIDE, "sv").enters("anna")
    page = await officer.open("/admin/watches/new")
    form = {"name": "Älgar", "expression": "älg", "enabled": "1", "reader": "@anna"}
    tried = await officer.send(page, "/admin/watches", act="try", sample="En älg och en ÄLG", **form)
    assert "skulle hittas på 2 ställen" in tried.text
    assert "Älgar" in tried.text, "what was typed stays"
    assert "Inget bevakas" in (await officer.open("/admin/watches")).text, "tried, not kept"
    for wrong in ({"name": ""}, {"expression": "("}, {"reader": "nobody"}, {"group": "!nowhere"}):
        refused = await officer.send(page, "/admin/watches", **{**form, "kind": "expression", **wrong})
        assert (refused.status_code, "Det blev inte gjort" in refused.text) == (422, True), wrong
    kept = await officer.send(page, "/admin/watches", **form)
    assert kept.headers["location"] == "/admin/watches?done=1"
    await square.person(INSIDE, "bjorn").says("Jag såg en älg")
    await square.settle()
    page = await officer.open("/admin/watches")
    assert "Jag såg en älg" in page.text
    async with square.services.db.system() as tx:
        watch, hit = await tx.value("SELECT id FROM watches"), await tx.value("SELECT id FROM watch_hits")
    await officer.send(page, f"/admin/watches/hits/{hit}/resolve", note="Pratade med Björn")
    assert "Pratade med" in (await officer.open(f"/admin/watches?state=resolved&watch={watch}")).text
    await officer.send(page, f"/admin/watches/hits/{hit}/reopen")
    assert "Jag såg" in (await officer.open("/admin/watches")).text
    page = await officer.open(f"/admin/watches/{watch}")
    await officer.send(page, f"/admin/watches/{watch}", **{**form, "name": "Rådjur", "enabled": ""})
    assert "Rådjur" in (await officer.open("/admin/watches")).text
    other = await in_office(square, "shop", "Owner")
    foreign = await other.open("/admin/watches/new")
    assert "Rådjur" not in (await other.open("/admin/watches")).text
    assert (await other.open(f"/admin/watches/{watch}")).status_code == 404
    for path in (f"{watch}", f"{watch}/delete", f"hits/{hit}/resolve", f"hits/{hit}/reopen"):
        assert (await other.send(foreign, f"/admin/watches/{path}", **form)).status_code in (404, 422), path
    assert (await officer.send(page, f"/admin/watches/{watch}/delete")).status_code == 303
    assert "Inget bevakas" in (await officer.open("/admin/watches")).text


async def test_sites_are_trusted_and_blocked(square: Square) -> None:
    owner = await in_office(square, "shop", "Moderator")
    page = await owner.open("/admin/sites")
    assert (await owner.send(page, "/admin/sites", domain="no domain")).status_code == 422
    await owner.send(page, "/admin/sites", domain="Blog.Example", treatment="trusted")
    (site,) = (await square.anna.get("/api/torg/v1/admin/response_domains")).json()
    assert (site["domain"], site["treatment"]) == ("blog.example", "trusted")
    assert "blog.example" in (await owner.open("/admin/sites")).text
    other = await in_office(square, "olga", "Owner", OTHER)
    foreign = await other.open("/admin/sites")
    assert "blog.example" not in foreign.text
    assert (await other.send(foreign, f"/admin/sites/{site['id']}/delete")).status_code == 404
    assert (await owner.send(page, f"/admin/sites/{site['id']}/delete")).status_code == 303
    inside = await in_office(square, "bjorn", "Owner", INSIDE)
    assert (await inside.open("/admin/sites")).status_code == 403, "nothing comes from the web to an inside"


async def test_demands_of_logins_are_tried_and_do_not_lock_out(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    await Reader(square).enters("bjorn")
    page = await owner.open("/admin/logins")
    tried = await owner.send(page, "/admin/logins", act="try", ranges="203.0.113.0/24")
    assert "would shut out 2" in tried.text
    tried = await owner.send(page, "/admin/logins", act="try", ranges="192.0.2.0/24\n127.0.0.0/8")
    assert "Nobody who is logged in" in tried.text
    assert (await owner.send(page, "/admin/logins", act="try", ranges="here")).status_code == 422
    refused = await owner.send(page, "/admin/logins", act="save", ranges="203.0.113.0/24")
    assert (refused.status_code, 'name="force"' in refused.text) == (422, True)
    refused = await owner.send(page, "/admin/logins", act="save", login_attempts="1")
    assert refused.status_code == 422
    kept = await owner.send(page, "/admin/logins", act="save", session_hours="12", password_least="12")
    assert kept.headers["location"] == "/admin/logins?done=1"
    said = (await square.anna.get("/api/torg/v1/admin/policies")).json()
    assert (said["session_hours"], said["password_least"], said["allowed_ranges"]) == (12, 12, [])
    assert "policies" in (await owner.open("/admin/audit?verb=update")).text


async def test_terms_are_looked_at_published_and_withdrawn(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/terms")
    looked = await owner.send(page, "/admin/terms", text="Be **kind** <script>alert(1)</script>", act="look")
    assert "<strong>kind</strong>" in looked.text
    assert "<script>alert" not in looked.text
    assert (await square.anna.get("/api/torg/v1/admin/terms_of_service")).json() == []
    later = (now() + timedelta(days=9)).date().isoformat()
    await owner.send(page, "/admin/terms", text="Be kind", act="publish", effective_date=later)
    for wrong in ({"text": " "}, {"text": "x", "effective_date": "2020-01-01"}):
        assert (await owner.send(page, "/admin/terms", act="publish", **wrong)).status_code == 422
    (version,) = (await square.anna.get("/api/torg/v1/admin/terms_of_service")).json()
    assert version["effective_date"] == later
    other = await in_office(square, "olga", "Owner", OTHER)
    foreign = await other.open("/admin/terms")
    assert (await other.send(foreign, f"/admin/terms/{version['id']}/delete")).status_code == 404
    assert (await owner.send(page, f"/admin/terms/{version['id']}/delete")).status_code == 303


async def test_the_usage_policy_and_who_accepted_it(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/terms?what=usage")
    assert "There is no usage policy" in page.text
    assert (await owner.send(page, "/admin/terms", act="publish", text=" ")).status_code == 422
    sent = await owner.send(page, "/admin/terms", act="publish", text="Behave")
    assert sent.headers["location"] == "/admin/terms?what=usage&done=1"
    assert "Who" in (await owner.open("/admin/terms?what=usage")).text
    here = "/admin/terms/usage/1"
    assert "@bjorn" not in (await owner.open(f"{here}?accepted=true")).text
    assert "@bjorn" in (await owner.open(f"{here}?accepted=false")).text
    listed = await owner.open(f"{here}/accepted.csv")
    assert "shop,Shop,shop@acme.test,1,2" in listed.text
    assert (await owner.open("/admin/terms/usage/2")).status_code == 404
    other = await in_office(square, "olga", "Owner", OTHER)
    assert (await other.open(here)).status_code == 404
    page = await owner.open("/admin/terms?what=usage")
    await owner.send(page, "/admin/terms", act="withdraw")
    assert (await square.anna.get("/api/torg/v1/admin/usage_policy")).json()["version"] == 0


@pytest.mark.parametrize("path", [f"/admin/{name}" for name in ("guard", "watches", "watches/new", "logins", "terms")])
async def test_strangers_and_members_are_kept_out(square: Square, path: str) -> None:
    assert (await Reader(square, INSIDE).open(path)).status_code == 303
    assert (await (await Reader(square, INSIDE).enters("bjorn")).open(path)).status_code == 403
    assert (await (await Reader(square, PUBLIC).enters("bjorn")).open(path)).status_code == 403
