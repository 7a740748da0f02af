"""The pages of the doors, without scripts: a side-thread, and a promotion from form to publication."""

from __future__ import annotations

from tests.bridge.wallside import permit, two_faced
from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader
from torg.kernel.actor import Permission


async def test_a_colleague_writes_beside_a_public_post(square: Square) -> None:
    asked = await square.reporter.says("When does the new bridge open?")
    reader = await Reader(square, INSIDE).enters("bjorn")
    page = await reader.open(f"/side/{asked['id']}")
    assert page.status_code == 200
    assert "When does the new bridge open?" in page.text
    sent = await reader.send(page, f"/side/{asked['id']}", text="We must not promise a day")
    assert sent.status_code == 303
    assert "We must not promise a day" in (await reader.open(f"/side/{asked['id']}")).text
    swedish = await Reader(square, INSIDE, "sv").enters("bjorn")
    assert "Bredvid ett offentligt samtal" in (await swedish.open(f"/side/{asked['id']}")).text
    forged = await reader.http.post(f"/side/{asked['id']}", data={"text": "not mine", "csrf": "x"})
    assert forged.status_code in (400, 403, 422)
    assert "not mine" not in (await reader.open(f"/side/{asked['id']}")).text


async def test_strangers_and_the_public_host_have_no_such_pages(square: Square) -> None:
    asked = await square.reporter.says("When?")
    member = await Reader(square, PUBLIC).enters("bjorn")
    for path in (f"/side/{asked['id']}", "/promotions", "/promotions/1", f"/promotions/new?post={asked['id']}"):
        assert (await Reader(square, INSIDE).open(path)).headers["location"].startswith("/auth/sign_in")
        assert (await member.open(path)).status_code == 404, path


async def test_a_promotion_is_compared_approved_and_published(square: Square) -> None:
    await two_faced(square, "bjorn")
    source = await square.person(INSIDE, "bjorn").says("The trial with Bergström AB saved much energy")
    await square.settle()
    olle = await square.add(INSIDE, "olle")
    await permit(square, olle, Permission.APPROVE_PROMOTION)
    reader = await Reader(square, INSIDE).enters("bjorn")
    form = await reader.open(f"/promotions/new?post={source['id']}")
    wrong = await reader.send(form, "/promotions/new", text=f"see http://{INSIDE}/x", hide="")
    assert wrong.status_code == 422
    assert "must not have addresses" in wrong.text
    made = await reader.send(form, "/promotions/new", text=source_text(), hide="Bergström AB")
    where = made.headers["location"]
    page = await reader.open(where)
    assert "<del>Bergström AB</del>".replace(" ", "") in page.text.replace(" ", "")
    assert "<ins>███</ins>" in page.text
    assert "/approve" not in page.text, "not by who asked"
    assert (await reader.send(page, f"{where}/submit")).status_code == 303
    officer = await Reader(square, INSIDE).enters("olle")
    page = await officer.open(where)
    assert (await officer.send(page, f"{where}/reject", reason="")).status_code == 422
    assert (await officer.send(page, f"{where}/approve", digest="another")).status_code == 422
    assert (await officer.send(page, f"{where}/approve")).status_code == 303
    public = (await square.nobody().get(f"/api/v1/accounts/{square.bjorn.id}/statuses")).json()
    assert [status["content"] for status in public] == ["<p>The trial with ███ saved much energy</p>"]
    assert "published" in (await officer.open("/promotions")).text


def source_text() -> str:
    return "The trial with Bergström AB saved much energy"


async def test_who_approves_is_told_and_who_asked_hears_what_was_decided(square: Square) -> None:
    await two_faced(square, "bjorn")
    source = await square.person(INSIDE, "bjorn").says("Only between us: the bridge opens in May")
    olle = await square.add(INSIDE, "olle")
    await permit(square, olle, Permission.APPROVE_PROMOTION)
    reader = await Reader(square, INSIDE).enters("bjorn")
    assert f"/promotions/new?post={source['id']}" in (await reader.open("/@bjorn")).text
    form = await reader.open(f"/promotions/new?post={source['id']}")
    where = (await reader.send(form, "/promotions/new", text="The bridge opens in May")).headers["location"]
    await reader.send(await reader.open(where), f"{where}/submit")
    await square.settle()
    officer = await Reader(square, INSIDE).enters("olle")
    told = await officer.open("/notifications")
    assert "asks for your approval" in told.text
    assert where in told.text
    assert "between us" not in told.text
    page = await officer.open(where)
    assert "Asked for by" in page.text
    await officer.send(page, f"{where}/reject", reason="Say when in May")
    await square.settle()
    assert where in (await reader.open("/notifications")).text
    page = await reader.open(where)
    assert "Say when in May" in page.text
    assert (await officer.send(page, f"{where}/change", text="Mine")).status_code == 403
    await reader.send(page, f"{where}/change", text="The bridge opens on 2 May")
    page = await reader.open(where)
    assert "The bridge opens on 2 May" in page.text
    await reader.send(page, f"{where}/submit")
    await officer.send(await officer.open(where), f"{where}/approve")
    page = await reader.open(where)
    assert "Read it in public" in page.text
    assert "Approved by" in page.text
