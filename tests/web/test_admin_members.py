"""One member's login and goodbye in the browser, the filters, and what the log says of a member."""

from __future__ import annotations

from datetime import timedelta

from tests.fixtures.square import OTHER, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.kernel.clock import now


async def test_filters_by_when_somebody_was_seen(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    network = square.networks[owner.host]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run("DELETE FROM account_days")
        for person, ago in ((square.bjorn, 3), (square.reporter, 60)):
            await tx.run(
                "INSERT INTO account_days (org_id, network_id, account_id, day) VALUES (%s, %s, %s, %s)",
                (network.org_id, network.id, person.id, now().date() - timedelta(days=ago)),
            )

    async def found(seen: str) -> set[str]:
        text = (await owner.open(f"/admin/members?seen={seen}")).text
        ids = {name: square.person(owner.host, name).id for name in ("bjorn", "reporter")}
        return {name for name, id_ in ids.items() if f'/admin/members/{id_}"' in text}

    assert await found("in7") == {"bjorn"}
    assert await found("not30") == {"reporter"}
    assert await found("not90") == set(), "two months are no three"
    assert await found("") == {"bjorn", "reporter"}
    assert (await owner.open("/admin/members?by=ip&q=192.0.2.0/24")).status_code == 200
    assert (await owner.open("/admin/members?by=ip&q=nonsense")).status_code in (200, 422)
    assert (await owner.open("/admin/members?seen=always")).status_code in (400, 422)


async def test_logged_out_everywhere_and_a_letter(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    bjorn = await Reader(square).enters("bjorn")
    here = f"/admin/members/{square.bjorn.id}"
    page = await owner.open(here)
    assert (await square.bjorn.get("/api/v1/accounts/verify_credentials")).status_code == 200
    assert (await owner.send(page, f"{here}/login/out")).headers["location"] == f"{here}?done=1"
    assert (await square.bjorn.get("/api/v1/accounts/verify_credentials")).status_code == 401
    assert (await bjorn.open("/notifications")).status_code == 303, "the browser, too"
    assert (await owner.open("/admin")).status_code == 200, "nobody else is"
    await owner.send(page, f"{here}/login/password")
    async with square.services.db.system() as tx:
        letters = await tx.column("SELECT payload ->> 'to' FROM jobs WHERE kind = 'mail'")
    assert letters == ["bjorn@acme.test"]
    text = (await owner.open(here)).text
    assert "sign_out" in text
    assert "reset_password" in text, "both stand in the log, on the member's page"
    assert "sign_out" in (await owner.open(f"/admin/audit?about={square.bjorn.id}")).text


async def test_logins_of_higher_roles_and_of_elsewhere_are_out_of_reach(square: Square) -> None:
    await in_office(square, "reporter", "Owner")
    admin = await in_office(square, "shop", "Admin")
    page = await admin.open(f"/admin/members/{square.bjorn.id}")
    moderator = await in_office(square, "anna", "Moderator")
    other = await in_office(square, "olga", "Owner", OTHER)
    foreign = await other.open("/admin/announcements")
    for verb in ("password", "out"):
        owners = f"/admin/members/{square.reporter.id}/login/{verb}"
        assert (await admin.send(page, owners)).status_code == 403
        assert (await moderator.send(page, f"/admin/members/{square.bjorn.id}/login/{verb}")).status_code == 403
        assert (await other.send(foreign, f"/admin/members/{square.bjorn.id}/login/{verb}")).status_code == 404
    erased = await admin.send(
        page, f"/admin/members/{square.reporter.id}/goodbye", mode="delete", handle="reporter"
    )
    assert erased.status_code == 403, "nor does one erase who stands above"


async def test_goodbye_takes_the_handle_and_is_logged(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    here = f"/admin/members/{square.bjorn.id}"
    page = await owner.open(here)
    refused = await owner.send(page, f"{here}/goodbye", mode="leave", handle="björn")
    assert (refused.status_code, "is not the handle of this member" in refused.text) == (422, True)
    assert (await square.anna.get(f"/api/v1/accounts/{square.bjorn.id}")).status_code == 200
    done = await owner.send(page, f"{here}/goodbye", mode="leave", handle="@Bjorn")
    assert done.headers["location"] == "/admin/members?done=1"
    assert (await square.anna.get(f"/api/v1/accounts/{square.bjorn.id}")).status_code in (404, 410)
    there = f"/admin/members/{square.reporter.id}"
    done = await owner.send(await owner.open(there), f"{there}/goodbye", mode="anonymise", handle="reporter")
    assert done.status_code == 303
    async with square.services.db.system() as tx:
        assert await tx.column("SELECT mode FROM erasures") == ["anonymise"]
    text = (await owner.open("/admin/audit")).text
    assert "erase" in text
    assert "remove" in text
    moderator = await in_office(square, "anna", "Moderator")
    page = await moderator.open("/admin/members")
    refused = await moderator.send(page, f"{there}/goodbye", mode="delete", handle="reporter")
    assert refused.status_code == 403, "erasing takes its own permission"
