"""The directory in a browser without scripts, in two languages, and not at all where there is none."""

from __future__ import annotations

from tests.directory.office import field, reports_to, says, two_faced
from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader


async def test_colleagues_are_looked_up_and_the_chart_opened(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await says(anna, field("title", "<b>Chef</b>"), field("department", "Teknik"), field("expertise", "SQL"))
    await reports_to(bjorn, bjorn.id, anna.id)
    reader = await Reader(square, INSIDE, "sv").enters("bjorn")
    page = await reader.open("/directory?q=chef&order=new")
    assert page.status_code == 200, page.text
    assert 'href="/@anna"' in page.text
    assert 'href="/@bjorn"' not in page.text.split("</nav>")[-1]
    assert "&lt;b&gt;Chef" in page.text
    assert "Katalog" in page.text
    assert "1 kollega" in page.text
    assert "Teknik (1)" in page.text
    english = await reader.open("/directory?q=nothere&lang=en")
    assert "Nobody matches." in english.text
    chart = await reader.open("/directory/chart")
    assert chart.status_code == 200
    assert chart.text.index('href="/@anna"') < chart.text.rindex('href="/@bjorn"')
    rooted = await reader.open(f"/directory/chart?root={bjorn.id}")
    assert "uppifrån" in rooted.text.lower() or "from the top" in rooted.text.lower()
    profile = await reader.open("/@bjorn")
    assert "/directory/chart?root=" in profile.text
    assert 'href="/@anna"' in profile.text
    assert (await reader.open(f"/directory/chart?root={1 << 60}")).status_code == 404
    assert (await reader.open(f"/directory/chart?root={square.bjorn.id}")).status_code == 404


async def test_strangers_and_guests_see_no_directory(square: Square) -> None:
    inside, _ = await two_faced(square, "anna")
    await says(inside, field("title", "Hemligchef", "inside"), field("note", "Hemlignot", "inside"))
    stranger = await Reader(square, INSIDE).open("/directory")
    assert stranger.status_code == 303
    assert "/auth/sign_in" in stranger.headers["location"]
    for path in ("/directory", "/directory/chart", f"/directory/chart?root={inside.id}"):
        assert (await Reader(square, PUBLIC).open(path)).status_code == 404
        assert (await (await Reader(square, PUBLIC).enters("anna")).open(path)).status_code == 404
    guest = await square.add(INSIDE, "gast")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET guest = true WHERE id = %s", (guest.id,))
    reader = await Reader(square, INSIDE).enters("gast")
    assert (await reader.open("/directory")).status_code == 404
    assert (await reader.open("/directory/chart")).status_code == 404
    for path in ("/@anna", "/", "/public"):
        for look in (Reader(square, PUBLIC), await Reader(square, PUBLIC).enters("anna")):
            page = await look.open(path)
            assert page.status_code == 200, path
            assert "Hemlig" not in page.text, path
            assert "/directory" not in page.text, path
