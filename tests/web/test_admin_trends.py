"""Trends decided and sign-ups barred in the browser."""

from __future__ import annotations

from tests.fixtures.square import OTHER, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office

TRENDS, BARRED = "/admin/trends", "/admin/barred"


async def test_a_tag_is_refused_and_approved(square: Square) -> None:
    for person in (square.anna, square.bjorn, square.reporter, square.shop):
        await person.says("Kom till #torget https://example.com/x")
    liked = await square.shop.says("Everybody likes it")
    for person in (square.anna, square.bjorn, square.reporter):
        await person.post(f"/api/v1/statuses/{liked['id']}/favourite")
    await square.settle()
    officer = await in_office(square, "reporter", "Moderator")
    page = await officer.open(TRENDS)
    assert "#torget" in page.text
    assert "Everybody likes it" in page.text
    (tag,) = (await square.anna.get("/api/v1/admin/trends/tags")).json()
    sent = await officer.send(page, f"{TRENDS}/tag/{tag['id']}/reject")
    assert sent.headers["location"] == f"{TRENDS}?done=1#tag"
    assert (await square.bjorn.get("/api/v1/trends/tags")).json() == []
    assert "refused" in (await officer.open(TRENDS)).text, "moderators still see it"
    await officer.send(page, f"{TRENDS}/tag/{tag['id']}/approve")
    assert [one["name"] for one in (await square.bjorn.get("/api/v1/trends/tags")).json()] == ["torget"]
    assert "trend_tag" in (await officer.open("/admin/audit?verb=reject")).text
    for path in ("tag/1/approve", "status/1/reject", "link/1/approve"):
        assert (await officer.send(page, f"{TRENDS}/{path}")).status_code == 404, path
    assert (await officer.send(page, f"{TRENDS}/person/1/approve")).status_code in (400, 404, 422)
    other = await in_office(square, "olga", "Owner", OTHER)
    foreign = await other.open("/admin/announcements")
    assert "torget" not in (await other.open(TRENDS)).text
    assert (await other.send(foreign, f"{TRENDS}/tag/{tag['id']}/reject")).status_code == 404
    assert (await (await Reader(square).enters("bjorn")).open(TRENDS)).status_code == 403


async def test_domains_addresses_and_ranges_are_kept_out(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open(BARRED)
    wrong = (
        {"what": "domain", "value": "no domain"}, {"what": "email", "value": " "}, {"what": "ip", "value": "here"},
    )  # fmt: skip
    for form in wrong:
        assert (await owner.send(page, BARRED, **{"severity": "no_access", **form})).status_code == 422, form
    await owner.send(page, BARRED, what="domain", value="spam.example")
    await owner.send(page, BARRED, what="email", value="a.b+c@mail.example")
    await owner.send(page, BARRED, what="ip", value="198.51.100.0/24", severity="no_access", days="3", comment="Bots")
    text = (await owner.open(BARRED)).text
    assert "spam.example" in text
    assert "198.51.100.0/24" in text
    assert "mail.example" not in text, "of an address only the hash is kept"
    tried = await owner.send(page, BARRED, what="email", act="try", value="AB@mail.example")
    assert "This address is kept out." in tried.text
    assert (await owner.send(page, BARRED, what="domain", value="spam.example")).status_code == 422, "twice"
    ids = {
        "domains": (await square.anna.get("/api/v1/admin/email_domain_blocks")).json()[0]["id"],
        "emails": (await square.anna.get("/api/v1/admin/canonical_email_blocks")).json()[0]["id"],
        "ips": (await square.anna.get("/api/v1/admin/ip_blocks")).json()[0]["id"],
    }
    other = await in_office(square, "olga", "Owner", OTHER)
    foreign = await other.open(BARRED)
    assert "spam.example" not in foreign.text
    for what, id_ in ids.items():
        assert (await other.send(foreign, f"{BARRED}/{what}/{id_}/delete")).status_code == 404
        assert (await owner.send(page, f"{BARRED}/{what}/{id_}/delete")).status_code == 303
    assert "spam.example" not in (await owner.open(BARRED)).text
    moderator = await in_office(square, "reporter", "Moderator")
    assert (await moderator.open(BARRED)).status_code == 403
