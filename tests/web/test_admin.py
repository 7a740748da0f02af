"""The pages of administration: who is let in, each form does what its method does, and the wall between networks."""

from __future__ import annotations

from typing import Any

import pytest
import pyvips

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.web.reader import HIDDEN, Reader
from torg.access import roles
from torg.accounts import store as account_store
from torg.admin_api.settings import ChangeSettings
from torg.delivery import actions as deliveries
from torg.kernel.ids import new_id
from torg.web import admin_fields

PAGES: dict[str, bool] = {
    "/admin": True,
    "/admin/reports": True,
    "/admin/members": True,
    "/admin/members?status=pending": True,
    "/admin/invitations": False,
    "/admin/roles": False,
    "/admin/roles/new": False,
    "/admin/settings": False,
    "/admin/mail": False,
    "/admin/audit": True,
    "/admin/health": True,
    "/admin/audit.jsonl": True,
    "/admin/audit.csv": True,
    "/admin/sites": True,
    "/admin/watches": False,
    "/admin/trends": True,
    "/admin/barred": False,
    "/admin/logins": False,
    "/admin/terms": False,
    "/admin/emoji": False,
    "/admin/emoji/elsewhere": False,
    "/admin/federation/lists": False,
    "/admin/holds": False,
    "/admin/exports": False,
    "/admin/capabilities": True,
    "/admin/queues": True,
    "/admin/keys": False,
    "/admin/copies": False,
    "/admin/imports": False,
    "/admin/answers": True,
    "/admin/answers.csv": True,
    "/admin/apps": False,
    "/admin/staying": True,
    "/admin/staying.csv": True,
    "/admin/retention": False,
    "/admin/announcements": False,
    "/admin/rules": False,
    "/admin/federation": False,
    "/admin/federation/deliveries": False,
    "/admin/federation/import": False,
    "/admin/federation/blocks.csv": False,
}
"""Page → whether a moderator opens it; an owner opens all."""


async def in_office(square: Square, handle: str, role: str, host: str = PUBLIC) -> Reader:
    """A member with a role, at a browser."""
    async with square.services.db.tx(square.networks[host].scope) as tx:
        role_id = await roles.ensure(tx, role)
        await account_store.update(tx, square.person(host, handle).id, {"role_id": role_id})
    return await Reader(square, host).enters(handle)


async def reported(square: Square, text: str = "Buy this") -> tuple[str, str]:
    """(id of a report about Björn, id of the post that it names)."""
    said = await square.bjorn.says(text)
    filed = await square.reporter.post(
        "/api/v1/reports", json={"account_id": str(square.bjorn.id), "status_ids": [said["id"]], "comment": "Look"}
    )
    assert filed.status_code == 200, filed.text
    return filed.json()["id"], said["id"]


@pytest.mark.parametrize("path", PAGES)
async def test_who_is_let_in(square: Square, path: str) -> None:
    owner, moderator = await in_office(square, "shop", "Owner"), await in_office(square, "reporter", "Moderator")
    assert (await owner.open(path)).status_code == 200
    assert (await moderator.open(path)).status_code == (200 if PAGES[path] else 403)
    member = await Reader(square).enters("bjorn")
    assert (await member.open(path)).status_code == 403
    stranger = await Reader(square).open(path)
    assert (stranger.status_code, stranger.headers["location"][:13]) == (303, "/auth/sign_in")
    assert (await (await Reader(square, language="sv").enters("shop")).open(path)).status_code == 200


async def test_the_way_is_shown_to_those_in_office_only(square: Square) -> None:
    moderator = await in_office(square, "reporter", "Moderator")
    assert 'href="/admin"' in (await moderator.open("/")).text
    assert 'href="/admin"' not in (await (await Reader(square).enters("bjorn")).open("/")).text
    assert 'href="/admin"' not in (await Reader(square).open("/")).text


async def test_the_overview_counts_what_waits_and_draws_the_days(square: Square) -> None:
    moderator = await in_office(square, "shop", "Moderator")
    assert "Nothing waits for you" in (await moderator.open("/admin")).text
    await reported(square)
    page = await moderator.open("/admin")
    assert '<a href="/admin/reports"><bdi>Open reports</bdi></a> <span class="badge">1</span>' in page.text
    assert page.text.count('<svg viewBox="0 0 600 120"') == 2
    rows = (await moderator.open("/admin/days.csv")).text.split("\r\n")
    assert rows[0] == "day,posts,sign_ups"
    assert rows[-2].endswith(",1,4"), "one post and the cast of four, today"


async def test_a_report_is_taken_closed_and_opened_again(square: Square) -> None:
    moderator = await in_office(square, "shop", "Moderator")
    id_, _post = await reported(square, "Buy this")
    place = f"/admin/reports/{id_}"

    async def state() -> dict[str, Any]:
        found: dict[str, Any] = (await square.anna.get(f"/api/v1/admin/reports/{id_}")).json()
        return found

    assert place in (await moderator.open("/admin/reports")).text
    page = await moderator.open(place)
    assert "Buy this" in page.text
    assert "Look" in page.text
    for verb in ("assign", "resolve"):
        assert (await moderator.send(page, f"{place}/{verb}")).headers["location"] == f"{place}?done=1"
    assert (await state())["assigned_account"]["username"] == "shop"
    assert (await state())["action_taken"] is True
    assert place not in (await moderator.open("/admin/reports")).text
    assert place in (await moderator.open("/admin/reports?state=resolved")).text
    await moderator.send(page, f"{place}/reopen")
    assert (await state())["action_taken"] is False
    await moderator.send(page, f"{place}/unassign")
    assert (await state())["assigned_account"] is None
    assert (await moderator.send(page, f"{place}/explode")).status_code == 404


@pytest.mark.parametrize("act", ["none", "sensitive", "disable", "silence", "suspend"])
async def test_a_measure_closes_the_report(square: Square, act: str) -> None:
    moderator = await in_office(square, "shop", "Moderator")
    id_, _post = await reported(square)
    page = await moderator.open(f"/admin/reports/{id_}")
    sent = await moderator.send(page, f"/admin/reports/{id_}/act", type=act, text="Not here, please")
    assert sent.status_code == 303, sent.text
    found = (await square.anna.get(f"/api/v1/admin/accounts/{square.bjorn.id}")).json()
    marks = {"sensitive": "sensitized", "disable": "disabled", "silence": "silenced", "suspend": "suspended"}
    assert {name for name in marks.values() if found[name]} == ({marks[act]} if act in marks else set())
    assert "Not here, please" in (await moderator.open(f"/admin/reports/{id_}")).text
    assert (await square.anna.get(f"/api/v1/admin/reports/{id_}")).json()["action_taken"] is True


async def test_reported_posts_are_deleted(square: Square) -> None:
    moderator = await in_office(square, "shop", "Moderator")
    id_, post = await reported(square)
    page = await moderator.open(f"/admin/reports/{id_}")
    await moderator.send(page, f"/admin/reports/{id_}/delete_posts")
    assert (await square.bjorn.get(f"/api/v1/statuses/{post}")).status_code == 404
    assert "names no post" in (await moderator.open(f"/admin/reports/{id_}")).text


async def test_a_form_of_another_site_does_nothing(square: Square) -> None:
    moderator = await in_office(square, "shop", "Moderator")
    id_, _post = await reported(square)
    for sent in (
        await moderator.http.post(f"/admin/reports/{id_}/resolve", data={"csrf": "0" * 64}),
        await (await Reader(square).enters("bjorn")).http.post(f"/admin/reports/{id_}/resolve", data={}),
    ):
        assert sent.status_code == 403
    assert (await square.anna.get(f"/api/v1/admin/reports/{id_}")).json()["action_taken"] is False


async def test_nobody_acts_upon_a_higher_role(square: Square) -> None:
    moderator = await in_office(square, "shop", "Moderator")
    id_, post = await reported(square)
    await in_office(square, "bjorn", "Owner")
    page = await moderator.open(f"/admin/reports/{id_}")
    for verb, fields in (("act", {"type": "suspend"}), ("delete_posts", {})):
        assert (await moderator.send(page, f"/admin/reports/{id_}/{verb}", **fields)).status_code == 403, verb
    assert (await square.bjorn.get(f"/api/v1/statuses/{post}")).status_code == 200


async def test_nothing_of_another_network_is_seen_or_done(square: Square) -> None:
    inside = square.person(INSIDE, "bjorn")
    said = await inside.says("PLANTED among ourselves")
    filed = await square.person(INSIDE, "anna").post(
        "/api/v1/reports",
        json={"account_id": str(inside.id), "status_ids": [said["id"]], "comment": "PLANTED complaint"},
    )
    theirs = filed.json()["id"]
    ours, _post = await reported(square, "PLANTED outside")
    public = await in_office(square, "shop", "Owner")
    within = await in_office(square, "anna", "Owner", INSIDE)
    other = await in_office(square, "olga", "Owner", OTHER)
    for reader, foreign in ((public, theirs), (within, ours), (other, ours), (other, theirs)):
        assert foreign not in (await reader.open("/admin/reports")).text
        page = await reader.open("/settings")
        somebody = (inside if foreign == theirs else square.bjorn).id
        assert (await reader.open(f"/admin/members/{somebody}")).status_code == 404
        for what in ("act", "undo/enable", "decide/approve", "role"):
            assert (await reader.send(page, f"/admin/members/{somebody}/{what}")).status_code == 404, what
        assert (await reader.open(f"/admin/reports/{foreign}")).status_code == 404
        for verb in ("resolve", "delete_posts", "act"):
            assert (await reader.send(page, f"/admin/reports/{foreign}/{verb}")).status_code == 404, verb
    for path in PAGES:
        assert "PLANTED complaint" not in (await public.open(path)).text
        assert "PLANTED" not in (await other.open(path)).text


async def test_members_are_found_by_handle_state_and_role(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    await in_office(square, "reporter", "Moderator")
    assert "@bjorn" in (await owner.open("/admin/members?q=bjor")).text
    for query in ("q=anna", "by=email&q=anna@acme.test", "by=display_name&q=Anna"):
        page = (await owner.open(f"/admin/members?{query}")).text
        assert 'class="handle">@anna<' in page, query
        assert 'class="handle">@bjorn<' not in page, query
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        role = await roles.ensure(tx, "Moderator")
    page = (await owner.open(f"/admin/members?role={role}")).text
    assert 'class="handle">@reporter<' in page
    assert 'class="handle">@bjorn<' not in page
    assert "Nobody is like that" in (await owner.open("/admin/members?status=suspended")).text


@pytest.mark.parametrize(
    ("act", "mark", "undo"),
    [("disable", "disabled", "enable"), ("silence", "silenced", "unsilence"), ("suspend", "suspended", "unsuspend"),
     ("sensitive", "sensitized", "unsensitive")],
)  # fmt: skip
async def test_a_measure_is_taken_and_undone(square: Square, act: str, mark: str, undo: str) -> None:
    moderator = await in_office(square, "shop", "Moderator")
    place = f"/admin/members/{square.bjorn.id}"

    async def marked() -> bool:
        return bool((await square.anna.get(f"/api/v1/admin/accounts/{square.bjorn.id}")).json()[mark])

    page = await moderator.open(place)
    assert "No measure was ever needed" in page.text
    assert (await moderator.send(page, f"{place}/act", type=act)).status_code == 303
    assert await marked()
    assert f"{place}/undo/{undo}" in (await moderator.open(place)).text
    assert (await moderator.send(page, f"{place}/undo/{undo}")).status_code == 303
    assert not await marked()


@pytest.mark.parametrize("verb", ["approve", "reject"])
async def test_who_waits_is_let_in_or_turned_away(square: Square, verb: str) -> None:
    moderator = await in_office(square, "shop", "Moderator")
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await account_store.update(tx, square.bjorn.id, {"state": "pending"})
    assert "Sign-ups to be let in" in (await moderator.open("/admin")).text
    assert "@bjorn" in (await moderator.open("/admin/members?status=pending")).text
    place = f"/admin/members/{square.bjorn.id}"
    page = await moderator.open(place)
    assert (await moderator.send(page, f"{place}/decide/{verb}")).status_code == 303
    found = await square.anna.get(f"/api/v1/admin/accounts/{square.bjorn.id}")
    assert found.status_code == (200 if verb == "approve" else 404)
    assert (await moderator.send(page, f"{place}/decide/{verb}")).status_code == (422 if verb == "approve" else 404)


async def test_roles_are_given_by_those_above(square: Square) -> None:
    owner, moderator = await in_office(square, "shop", "Owner"), await in_office(square, "reporter", "Moderator")
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        role = await roles.ensure(tx, "Moderator")
    place = f"/admin/members/{square.bjorn.id}"
    page = await moderator.open(place)
    assert (await moderator.send(page, f"{place}/role", role=role)).status_code == 403
    page = await owner.open(place)
    assert (await owner.send(page, f"{place}/role", role=role)).status_code == 303
    found = (await square.anna.get(f"/api/v1/admin/accounts/{square.bjorn.id}")).json()
    assert found["role"]["name"] == "Moderator"
    assert (await owner.send(page, f"{place}/role", role="")).status_code == 303
    page = await owner.open(f"/admin/members/{square.person(PUBLIC, 'shop').id}")
    assert (await owner.send(page, f"/admin/members/{square.shop.id}/role", role=1)).status_code == 404


async def test_an_invitation_is_sent_to_one_person(square: Square) -> None:
    await in_office(square, "shop", "Owner")
    owner = await Reader(square, language="sv").enters("shop")
    page = await owner.open("/admin/invitations")
    assert "Ingen e-postserver" in page.text
    wrong = await owner.send(page, "/admin/invitations", email="nobody")
    assert (wrong.status_code, 'value="nobody"' in wrong.text) == (422, True)
    sent = await owner.send(page, "/admin/invitations", email="lisa@elsewhere.example", uses=9)
    assert sent.status_code == 303
    (made,) = (await square.person(PUBLIC, "shop").get("/api/torg/v1/invites")).json()
    assert made["max_uses"] == 1
    async with square.services.db.system() as tx:
        letters = await tx.all("SELECT payload FROM jobs WHERE kind = 'mail'")
    (letter,) = [one["payload"] for one in letters if one["payload"]["to"] == "lisa@elsewhere.example"]
    assert made["url"] in letter["text"]
    assert "bjuder in dig till" in letter["subject"]
    said = (await owner.open("/admin/audit")).text
    assert ("skickade med e-post en inbjudan" in said, "lisa@" in said) == (True, False), "addresses are not kept there"


async def test_an_invitation_is_made_shown_and_taken_back(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/invitations")
    assert "There are no invitations" in page.text
    assert (await owner.send(page, "/admin/invitations", uses=0)).status_code == 422
    assert (await owner.send(page, "/admin/invitations", days=4000)).status_code == 422
    assert (await owner.send(page, "/admin/invitations", uses=3, days=7)).status_code == 303
    [made] = (await square.shop.get("/api/torg/v1/invites")).json()
    assert made["max_uses"] == 3
    assert made["url"] in (await owner.open("/admin/invitations")).text
    within = await in_office(square, "bjorn", "Owner", INSIDE)
    form = await within.open("/admin/invitations")
    assert (await within.send(form, f"/admin/invitations/{made['id']}/delete")).status_code == 404
    assert (await owner.send(page, f"/admin/invitations/{made['id']}/delete")).status_code == 303
    assert made["url"] not in (await owner.open("/admin/invitations")).text


async def blocked(square: Square) -> dict[str, str]:
    """Domain → severity, as the API tells."""
    found = (await square.anna.get("/api/v1/admin/domain_blocks")).json()
    return {one["domain"]: one["severity"] for one in found}


async def test_a_server_is_blocked_changed_and_let_back(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/federation")
    assert "No server is blocked" in page.text
    for wrong in ("", "acme.test", "not a name"):
        refused = await owner.send(page, "/admin/federation/blocks", domain=wrong, severity="suspend")
        assert refused.status_code == 422, wrong
    why = "No reason\nthat we would tell"
    refused = await owner.send(
        page, "/admin/federation/blocks", domain="acme.test", severity="suspend", private_comment=why, reject_media="1"
    )
    assert "the name is that of this network itself" in refused.text
    for kept in ('value="acme.test"', 'value="suspend" selected', "No reason", 'name="reject_media" value="1" checked'):
        assert kept in refused.text, kept
    assert 'value="not a name"' in (await owner.send(page, "/admin/federation/allows", domain="not a name")).text
    await owner.send(page, "/admin/federation/blocks", domain="Bad.example", severity="silence", reject_media="1")
    assert await blocked(square) == {"bad.example": "silence"}
    [block] = (await square.anna.get("/api/v1/admin/domain_blocks")).json()
    assert block["reject_media"] is True
    mine = {"block": block["id"], "domain": "bad.example", "private_comment": "no"}
    refused = await owner.send(page, "/admin/federation/blocks", **mine, public_comment="x" * 3000)
    assert (refused.status_code, 'name="private_comment" value="no"' in refused.text) == (422, True), refused.text
    await owner.send(page, "/admin/federation/blocks", block=block["id"], severity="suspend")
    assert await blocked(square) == {"bad.example": "suspend"}
    assert "bad.example,suspend" in (await owner.open("/admin/federation/blocks.csv")).text
    within = await in_office(square, "bjorn", "Owner", INSIDE)
    theirs = await within.open("/admin/federation")
    assert "bad.example" not in theirs.text
    assert (await within.send(theirs, f"/admin/federation/blocks/{block['id']}/delete")).status_code == 404
    assert (await owner.send(page, f"/admin/federation/blocks/{block['id']}/delete")).status_code == 303
    assert await blocked(square) == {}


async def test_a_server_is_allowed_and_taken_off_the_list(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/federation")
    await owner.send(page, "/admin/federation/allows", domain="good.example")
    [allowed] = (await square.anna.get("/api/v1/admin/domain_allows")).json()
    assert allowed["domain"] == "good.example"
    assert "good.example" in (await owner.open("/admin/federation")).text
    await owner.send(page, f"/admin/federation/allows/{allowed['id']}/delete")
    assert (await square.anna.get("/api/v1/admin/domain_allows")).json() == []


async def test_a_known_server_is_shown_and_removed(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await account_store.insert(tx, new_id(), "far", {"host": "far.example", "kind": "remote"})
    assert "far.example" in (await owner.open("/admin/federation?q=far")).text
    assert "far.example" not in (await owner.open("/admin/federation?q=near")).text
    page = await owner.open("/admin/federation/servers/far.example")
    assert (await owner.open("/admin/federation/servers/near.example")).status_code == 404
    within = await in_office(square, "anna", "Owner", INSIDE)
    assert (await within.open("/admin/federation/servers/far.example")).status_code == 404
    assert (await owner.send(page, "/admin/federation/servers/far.example/purge")).status_code == 303
    found = await square.anna.get("/api/torg/v1/admin/instances/far.example/purge")
    assert found.json()["accounts_total"] == 1


async def test_deliveries_are_let_go_again_and_dropped(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    assert "Nothing is on its way" in (await owner.open("/admin/federation/deliveries")).text
    inboxes = [f"https://{name}.example/inbox" for name in ("b", "c", "d")]
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await deliveries.send(tx, account_id=square.anna.id, activity={"type": "Like", "id": "x:1"}, inboxes=inboxes)
        await tx.run("UPDATE deliveries SET dead_at = now(), error = '410', attempts = 1")
    badge = '<bdi>Deliveries that were given up</bdi></a> <span class="badge">3</span>'
    assert badge in (await owner.open("/admin")).text
    page = await owner.open("/admin/federation/deliveries")
    assert "c.example/inbox" in page.text

    async def dead() -> set[str]:
        return {one["host"] for one in (await square.anna.get("/api/torg/v1/admin/deliveries")).json()}

    [last, *_] = (await square.anna.get("/api/torg/v1/admin/deliveries?limit=1")).json()
    within = await in_office(square, "bjorn", "Owner", INSIDE)
    theirs = await within.open("/admin/federation/import")
    assert (await within.send(theirs, f"/admin/federation/deliveries/{last['id']}/drop")).status_code == 404
    assert (await owner.send(page, f"/admin/federation/deliveries/{last['id']}/drop")).status_code == 303
    assert await dead() == {"b.example", "c.example"}
    await owner.send(page, "/admin/federation/deliveries/hosts/drop", host="b.example")
    assert await dead() == {"c.example"}
    await owner.send(page, "/admin/federation/deliveries/hosts/retry", host="c.example")
    assert await dead() == set()
    assert (await owner.send(page, "/admin/federation/deliveries/hosts/try", host="x.example")).status_code == 404


async def test_a_list_of_blocks_is_looked_at_and_brought(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/federation/import")
    csrf = dict(HIDDEN.findall(page.text))["csrf"]
    file = {"data": ("list.csv", b"#domain,#severity\nbad.example,suspend\n", "text/csv")}
    looked = await owner.http.post("/admin/federation/import", data={"csrf": csrf}, files=file)
    assert "What would be done" in looked.text
    assert "bad.example" in looked.text
    assert await blocked(square) == {}
    done = await owner.http.post("/admin/federation/import", data={"csrf": csrf, "apply": "1"}, files=file)
    assert "What was done" in done.text
    assert await blocked(square) == {"bad.example": "suspend"}
    assert (await owner.http.post("/admin/federation/import", data={"csrf": csrf})).status_code == 422
    assert (await owner.http.post("/admin/federation/import", data={"apply": "1"}, files=file)).status_code == 403


def test_the_form_has_every_setting_that_its_method_changes() -> None:
    elsewhere = {"name", "thumbnail", "retention_days"}
    assert set(admin_fields.FIELDS) == set(ChangeSettings.__struct_fields__) - elsewhere


async def test_settings_are_changed_group_by_group(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/settings")

    async def now() -> dict[str, Any]:
        return dict((await square.anna.get("/api/torg/v1/admin/settings")).json())

    before = await now()
    for group, values in (
        ("reading", {"max_characters": "750", "trends_need_review": "on", "home_feed": "company"}),
        ("joining", {"registration": "closed", "confirm_email": "off", "min_age": "18"}),
        ("about", {"languages": "sv, en", "description": "A place"}),
        ("look", {"accent": "#aa3300"}),
    ):
        sent = {f"values[{name}]": value for name, value in values.items()}
        assert (await owner.send(page, "/admin/settings", group=group, **sent)).status_code == 303, group
    after = await now()
    assert {name: after[name] for name in after if after[name] != before[name]} == {
        "max_characters": 750, "trends_need_review": True, "home_feed": "company", "registration": "closed",
        "confirm_email": False, "min_age": 18, "languages": ["sv", "en"], "description": "A place",
        "accent": "#aa3300",
    }  # fmt: skip
    emptied = {"values[registration]": "", "values[min_age]": "", "values[confirm_email]": ""}
    await owner.send(page, "/admin/settings", group="joining", **emptied)
    assert [(await now())[name] for name in ("registration", "min_age", "confirm_email")] == [None, None, None]
    await owner.send(page, "/admin/settings", group="about", name="The new square")
    assert (await now())["name"] == "The new square"


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [("reading", "max_characters", "0"), ("reading", "max_characters", "many"), ("reading", "posting", "dogs"),
     ("look", "accent", "#ffffff"), ("about", "contact_handle", "nobody-here"), ("mails", "time_zone", "Mars")],
)  # fmt: skip
async def test_a_setting_that_cannot_be_is_refused_and_shown_again(
    square: Square, group: str, name: str, value: str
) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/settings")
    before = (await square.anna.get("/api/torg/v1/admin/settings")).json()
    refused = await owner.send(page, "/admin/settings", group=group, **{f"values[{name}]": value})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert (await square.anna.get("/api/torg/v1/admin/settings")).json() == before


async def test_settings_of_one_network_are_not_those_of_another(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    await owner.send(
        await owner.open("/admin/settings"), "/admin/settings", group="about", **{"values[description]": "PLANTED"}
    )
    within = await in_office(square, "bjorn", "Owner", INSIDE)
    assert "PLANTED" in (await owner.open("/admin/settings")).text
    assert "PLANTED" not in (await within.open("/admin/settings")).text


async def test_rules_are_written_changed_and_taken_away(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/rules")
    assert "There are no rules yet" in page.text
    assert (await owner.send(page, "/admin/rules", text=" ")).status_code == 422
    await owner.send(page, "/admin/rules", text="Be kind", hint="Always")
    [rule] = (await square.anna.get("/api/torg/v1/admin/rules")).json()
    assert (rule["text"], rule["hint"]) == ("Be kind", "Always")
    await owner.send(page, f"/admin/rules/{rule['id']}", text="Be kinder", hint="", position="3")
    [rule] = (await square.anna.get("/api/torg/v1/admin/rules")).json()
    assert (rule["text"], rule["hint"], rule["position"]) == ("Be kinder", "", 0), "the only one is the first"
    within = await in_office(square, "bjorn", "Owner", INSIDE)
    form = await within.open("/admin/rules")
    assert "Be kinder" not in form.text
    assert (await within.send(form, f"/admin/rules/{rule['id']}/delete")).status_code == 404
    assert (await owner.send(page, f"/admin/rules/{rule['id']}/delete")).status_code == 303
    assert (await square.anna.get("/api/torg/v1/admin/rules")).json() == []


async def test_domains_are_claimed_inside_and_nowhere_else(square: Square) -> None:
    within = await in_office(square, "anna", "Owner", INSIDE)
    page = await within.open("/admin/domains")
    assert "There are no domains yet" in page.text
    assert (await within.send(page, "/admin/domains", domain="gmail.com")).status_code == 422
    await within.send(page, "/admin/domains", domain="acme.example")
    shown = await within.open("/admin/domains")
    assert "acme.example" in shown.text
    assert "not verified" in shown.text
    [claimed] = (await square.person(INSIDE, "anna").get("/api/torg/v1/admin/domains")).json()
    assert claimed["record"] in shown.text
    public = await in_office(square, "shop", "Owner")
    assert (await public.open("/admin/domains")).status_code == 403
    assert 'href="/admin/domains"' not in (await public.open("/admin")).text
    form = await public.open("/settings")
    assert (await public.send(form, f"/admin/domains/{claimed['id']}/delete")).status_code == 403
    assert (await within.send(page, f"/admin/domains/{claimed['id']}/delete")).status_code == 303
    assert (await square.person(INSIDE, "anna").get("/api/torg/v1/admin/domains")).json() == []


async def test_the_network_has_a_picture_and_none(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/settings")
    csrf = dict(HIDDEN.findall(page.text))["csrf"]
    drawn = pyvips.Image.black(30, 20).write_to_buffer(".png")
    for content, status in ((b"no picture", 422), (drawn, 303)):
        file = {"picture": ("square.png", content, "image/png")}
        sent = await owner.http.post("/admin/settings/picture", data={"csrf": csrf}, files=file)
        assert sent.status_code == status, sent.text
    assert (await square.anna.get("/api/torg/v1/admin/settings")).json()["thumbnail"]
    assert 'alt="The picture of the network"' in (await owner.open("/admin/settings")).text
    await owner.send(page, "/admin/settings/picture/delete")
    assert (await square.anna.get("/api/torg/v1/admin/settings")).json()["thumbnail"] is None


async def test_the_log_is_read_and_filtered(square: Square) -> None:
    moderator, owner = await in_office(square, "shop", "Moderator"), await in_office(square, "reporter", "Owner")
    assert "The chain has not begun" in (await moderator.open("/admin/audit")).text
    await owner.send(await owner.open("/admin/rules"), "/admin/rules", text="Be kind")
    place = f"/admin/members/{square.bjorn.id}"
    await moderator.send(await moderator.open(place), f"{place}/act", type="silence")
    whole = (await moderator.open("/admin/audit")).text
    assert "Be kind" in whole
    assert "silence account" in whole
    for query in ("who=reporter", "verb=create"):
        some = (await moderator.open(f"/admin/audit?{query}")).text
        assert "Be kind" in some, query
        assert "silence account" not in some, query
        table = (await moderator.open(f"/admin/audit.csv?{query}")).text.splitlines()
        assert (table[0], len(table)) == ("at,by,verb,target_type,target_id,details", 2), query
        assert ",reporter,create,rule," in table[1]
    assert len((await moderator.open("/admin/audit.csv")).text.splitlines()) == 3
    assert len((await moderator.open("/admin/audit.csv?who=nobody-here")).text.splitlines()) == 1
    assert "Nothing like that was done" in (await moderator.open("/admin/audit?who=nobody-here")).text
    assert len((await moderator.open("/admin/audit.jsonl")).text.splitlines()) == 2
    within = await in_office(square, "anna", "Owner", INSIDE)
    assert "Be kind" not in (await within.open("/admin/audit")).text
    for file in ("audit.jsonl", "audit.csv"):
        assert "Be kind" not in (await within.open(f"/admin/{file}")).text


async def test_days_are_tried_set_and_run(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    old = await square.bjorn.says("PLANTED long ago")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE posts SET created_at = now() - interval '50 days' WHERE id = %s", (int(old["id"]),))
    page = await owner.open("/admin/retention")
    assert "Nothing would go" in page.text
    assert "PLANTED" in (await owner.open("/admin/retention?days=40")).text
    assert "Nothing would go" in (await owner.open("/admin/retention?days=60")).text
    assert (await owner.open("/admin/retention?days=0")).status_code == 422
    within = await in_office(square, "bjorn", "Owner", INSIDE)
    assert "PLANTED" not in (await within.open("/admin/retention?days=40")).text
    days = {"retention_days": "40", "message_retention_days": "", "deleted_retention_days": "30"}
    refused = await owner.send(page, "/admin/retention", **{**days, "deleted_retention_days": ""})
    assert (refused.status_code, 'max="36500" value="40"' in refused.text) == (422, True), "what was typed stands there"
    assert (await owner.send(page, "/admin/retention", **days)).status_code == 303
    assert (await square.anna.get("/api/torg/v1/admin/retention")).json()["retention_days"] == 40
    due = await owner.open("/admin/retention")
    assert "Remove it now" in due.text
    await owner.send(due, "/admin/retention/run")
    await square.settle()
    assert (await square.bjorn.get(f"/api/v1/statuses/{old['id']}")).status_code == 404
