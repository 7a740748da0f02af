"""The settings pages in a browser without scripts: preferences, browsers, password, address, files, moving, closing."""

from __future__ import annotations

import re

import pytest

from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.media import makers
from tests.web.reader import Reader, session_of
from torg.access import passwords, roles
from torg.accounts import store as account_store
from torg.mastodon_api import entities
from torg.web.settings_sessions import device

PASSWORD = "correct horse battery"
PAGES = (
    "/settings", "/settings/sessions", "/settings/second", "/settings/login", "/settings/data", "/settings/account",
)  # fmt: skip
FORMS = (
    "/settings", "/settings/sessions", "/settings/password", "/settings/second", "/settings/email",
    "/settings/data", "/settings/aliases", "/settings/move", "/settings/close",
)  # fmt: skip


@pytest.fixture
async def home(square: Square) -> Square:
    """The square, where everybody has a password."""
    known = await passwords.hashed(PASSWORD)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE persons SET password_hash = %s", (known,))
    return square


async def works(reader: Reader) -> bool:
    return (await reader.open("/settings")).status_code == 200


async def test_strangers_are_led_to_the_login_and_forms_must_be_ours(square: Square) -> None:
    for host in (PUBLIC, INSIDE):
        stranger = Reader(square, host)
        for path in (*PAGES, "/settings/data/blocks.csv"):
            answer = await stranger.open(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/auth/sign_in?next=/settings"), path
    elsewhere = Reader(square)
    elsewhere.http.cookies.set("torg_session", await session_of(square, INSIDE, "bjorn"))
    assert (await elsewhere.open("/settings")).status_code == 303
    member = await Reader(square).enters("bjorn")
    for path in FORMS:
        assert (await member.http.post(path, data={"csrf": "x"})).status_code == 403, path


@pytest.mark.parametrize("language", ["en", "sv"])
async def test_every_page_opens_in_both_languages(square: Square, language: str) -> None:
    reader = await Reader(square, language=language).enters("bjorn")
    for path in PAGES:
        page = await reader.open(path)
        assert page.status_code == 200, page.text
        assert f'<html lang="{language}">' in page.text
        assert ("Inställningar" if language == "sv" else "Settings") in page.text
        assert page.headers["cache-control"] == "private, no-store"


async def test_preferences_are_kept(square: Square) -> None:
    reader = await Reader(square).enters("bjorn")
    form = {"privacy": "private", "quote_policy": "nobody", "language": "sv", "locale": "sv", "sensitive": "1"}
    sent = await reader.send(await reader.open("/settings"), "/settings", **form)
    assert sent.headers["location"] == "/settings?done=1"
    kept = (await square.bjorn.get("/api/v1/preferences")).json()
    check(kept, entities.Preferences)
    assert (kept["posting:default:visibility"], kept["posting:default:language"]) == ("private", "sv")
    page = await reader.open("/settings?done=1")
    assert "Klart." in page.text
    odd = await reader.send(page, "/settings", **{**form, "language": "nonsense"})
    assert odd.status_code == 422
    await reader.send(page, "/settings", **{**form, "language": "", "sensitive": ""})
    assert (await square.bjorn.get("/api/v1/preferences")).json()["posting:default:language"] is None


async def test_covers_stand_as_the_reader_chose(square: Square) -> None:
    reader = await Reader(square).enters("bjorn")

    async def picture() -> str:
        made = await square.anna.post("/api/v2/media", files={"file": ("a.png", makers.encoded(".png"), "image/png")})
        return str(made.json()["id"])

    shy = (await square.anna.says("look", sensitive=True, media_ids=[await picture()]))["id"]
    warned = (await square.anna.says("the end", spoiler_text="Plot"))["id"]

    async def shown(**chosen: str) -> tuple[str, str]:
        sent = await reader.send(await reader.open("/settings"), "/settings", locale="en", **chosen)
        assert sent.status_code == 303
        return (await reader.open(f"/@anna/{shy}")).text, (await reader.open(f"/@anna/{warned}")).text

    usual, plot = await shown()
    assert '<details class="warning"><summary>Sensitive media' in usual
    assert '<details class="warning"><summary><bdi class="p-summary">Plot' in plot
    open_, plot = await shown(expand_media="show_all", expand_spoilers="1")
    assert "Sensitive media" not in open_
    assert 'class="u-photo"' in open_
    assert '<details class="warning" open><summary><bdi class="p-summary">Plot' in plot
    plain = (await square.anna.says("plainly", media_ids=[await picture()]))["id"]
    await shown(expand_media="hide_all")
    assert '<details class="warning"><summary>1 file' in (await reader.open(f"/@anna/{plain}")).text
    kept = (await square.bjorn.get("/api/v1/preferences")).json()
    assert (kept["reading:expand:media"], kept["reading:expand:spoilers"]) == ("hide_all", False)
    stranger = await Reader(square).open(f"/@anna/{plain}")
    assert "1 file" not in stranger.text, "what one chose is one's own"


async def test_browsers_are_listed_and_logged_out(square: Square) -> None:
    one, two, three = [await Reader(square).enters("bjorn") for _ in range(3)]
    page = await one.open("/settings/sessions")
    assert page.text.count("Log this one out") == 2
    assert page.text.count("This is the browser that you look at now.") == 1
    other = await (await Reader(square).enters("shop")).open("/settings/sessions")
    foreign = other.text
    assert "Log this one out" not in foreign
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        ids = await tx.column("SELECT id FROM sessions WHERE account_id = %s ORDER BY id", (square.bjorn.id,))
        stranger = await tx.value("SELECT id FROM sessions WHERE account_id = %s", (square.shop.id,))
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    for id_ in (ids[1], stranger, 7):
        assert (await one.http.post("/settings/sessions", data={"csrf": csrf, "session": str(id_)})).status_code == 303
    assert [await works(reader) for reader in (one, two, three)] == [True, False, True]
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        assert await tx.value("SELECT count(*) FROM sessions WHERE id = %s", (stranger,)) == 1
    assert (await one.http.post("/settings/sessions", data={"csrf": csrf})).status_code == 303
    assert [await works(reader) for reader in (one, three)] == [True, False]


async def test_a_new_password_ends_everything_but_this_browser(home: Square) -> None:
    reader, other = await Reader(home).enters("bjorn"), await Reader(home).enters("bjorn")
    page = await reader.open("/settings/login")
    wrong = await reader.send(page, "/settings/password", present="wrong", password="another secret")
    assert (wrong.status_code, "The present password is wrong." in wrong.text) == (422, True)
    short = await reader.send(page, "/settings/password", present=PASSWORD, password="short")
    assert (short.status_code, "A password has 8 to 72 characters." in short.text) == (422, True)
    assert (await home.bjorn.get("/api/v1/preferences")).status_code == 200
    sent = await reader.send(page, "/settings/password", present=PASSWORD, password="another secret")
    assert sent.status_code == 303
    assert [await works(one) for one in (reader, other)] == [True, False]
    assert (await home.bjorn.get("/api/v1/preferences")).status_code == 401
    page = await reader.open("/settings/login")
    assert (await reader.send(page, "/settings/password", present=PASSWORD, password="x" * 9)).status_code == 422


async def test_another_address_holds_once_it_is_confirmed(home: Square) -> None:
    async def address() -> str:
        async with home.services.db.system() as tx:
            return str(await tx.value("SELECT email FROM persons WHERE email LIKE '%%bjorn%%' ORDER BY id LIMIT 1"))

    reader = await Reader(home).enters("bjorn")
    page = await reader.open("/settings/login")
    assert f"It is bjorn@{PUBLIC} now." in page.text
    for email in ("nonsense", f"shop@{PUBLIC}"):
        assert (await reader.send(page, "/settings/email", present=PASSWORD, email=email)).status_code == 422
    assert (await reader.send(page, "/settings/email", present="x", email="bjorn@new.example")).status_code == 422
    sent = await reader.send(page, "/settings/email", present=PASSWORD, email="bjorn@new.example")
    assert sent.headers["location"] == "/settings/login?done=1"
    assert await address() == "bjorn@new.example"


async def test_files_go_out_and_come_in(square: Square) -> None:
    await square.bjorn.follows(square.shop)
    reader = await Reader(square).enters("bjorn")
    page = await reader.open("/settings/data")
    taken = await reader.open("/settings/data/following.csv")
    assert taken.headers["content-disposition"] == 'attachment; filename="following_accounts.csv"'
    assert f"shop@{PUBLIC},true,false," in taken.text
    assert (await reader.open("/settings/data/nonsense.csv")).status_code == 404
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]

    async def brings(kind: str, data: bytes) -> int:
        form = {"csrf": csrf, "kind": kind, "mode": "merge"}
        return (await reader.http.post("/settings/data", data=form, files={"file": ("x.csv", data)})).status_code

    assert await brings("mutes", b"reporter\nnobody\n") == 303
    for kind, data in (("nonsense", b"x"), ("mutes", b""), ("mutes", b"\xff\xff")):
        assert await brings(kind, data) == 422
    await square.settle()
    after = await reader.open("/settings/data")
    assert "2 of 2 lines looked at, 1 refused." in after.text
    assert "This account is not known here." in after.text
    assert "2 of 2" not in (await (await Reader(square).enters("shop")).open("/settings/data")).text


async def test_moving_and_closing(home: Square) -> None:
    bjorn, shop = await Reader(home).enters("bjorn"), await Reader(home).enters("shop")
    page = await shop.open("/settings/account")
    assert (await shop.send(page, "/settings/aliases", aliases="@nobody")).status_code == 422
    assert (await shop.send(page, "/settings/aliases", aliases=f"@bjorn\nanna@{PUBLIC}")).status_code == 303
    assert f"http://{PUBLIC}/users/bjorn" in (await shop.open("/settings/account")).text
    page = await bjorn.open("/settings/account")
    for form in ({"present": "wrong", "target": "shop"}, {"present": PASSWORD, "target": "reporter"}):
        assert (await bjorn.send(page, "/settings/move", **form)).status_code == 422
    assert (await bjorn.send(page, "/settings/move", present=PASSWORD, target="@shop")).status_code == 303
    assert "You have moved to @shop." in (await bjorn.open("/settings/account")).text
    assert (await bjorn.send(page, "/settings/close", present="wrong")).status_code == 422
    assert (await bjorn.send(page, "/settings/close", present=PASSWORD)).status_code == 303
    assert (await bjorn.open("/settings")).status_code == 303
    assert (await home.nobody().get(f"/api/v1/accounts/{home.bjorn.id}")).status_code == 404


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140", "Edge, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604",
            "Safari, iPhone",
        ),
        ("something else", "something else"),
        ("", ""),
    ],
)
def test_browsers_are_named(agent: str, shown: str) -> None:
    assert device(agent) == shown


async def test_who_is_moderated_reads_what_was_done_and_why(square: Square) -> None:
    said = await square.bjorn.says("Buy my pills")
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await account_store.update(tx, square.anna.id, {"role_id": await roles.ensure(tx, "Owner")})
    act = {"type": "silence", "text": "Stay with the subject."}
    done = await square.anna.post(f"/api/v1/admin/accounts/{square.bjorn.id}/action", json=act)
    assert done.status_code == 200, done.text
    await square.settle()
    reader = await Reader(square).enters("bjorn")
    assert 'href="/settings/warnings"' in (await reader.open("/notifications")).text
    page = (await reader.open("/settings/warnings")).text
    assert "Stay with the subject." in page
    assert "only those who follow you meet them" in page
    assert "limited at present" in page
    other = (await (await Reader(square).enters("anna")).open("/settings/warnings")).text
    assert "Stay with the subject." not in other
    assert said["id"] not in other
    page = await reader.open("/settings/warnings")
    (strike,) = re.findall(r"/settings/warnings/(\d+)/appeal", page.text)
    where = f"/settings/warnings/{strike}/appeal"
    assert (await reader.send(page, where, text=" ")).status_code == 422
    stranger = await Reader(square).enters("anna")
    forged = await stranger.open("/settings/data")
    assert (await stranger.send(forged, where, text="Not mine")).status_code == 404
    assert (await reader.send(page, where, text="They were vitamins.")).status_code == 303
    page = await reader.open("/settings/warnings")
    assert "not decided about it yet" in page.text
    again = await reader.open("/settings/data")
    assert (await reader.send(again, where, text="Again")).status_code == 422
    assert "They were vitamins." in (await stranger.open("/admin/reports")).text
    await square.settle()
    assert f'href="/admin/members/{square.bjorn.id}"' in (await stranger.open("/notifications")).text
    office = await stranger.open(f"/admin/members/{square.bjorn.id}")
    assert "They were vitamins." in office.text
    verdict = f"/admin/members/{square.bjorn.id}/appeals/{strike}/approve"
    assert (await reader.send(again, verdict)).status_code in (403, 404)
    assert (await stranger.send(office, verdict)).status_code == 303
    assert (await stranger.send(office, verdict)).status_code == 422
    assert "appeal_mails" not in (await reader.open("/settings")).text
    page = await stranger.open("/settings")
    assert re.search(r'name="appeal_mails" value="1" checked', page.text)
    assert (await stranger.send(page, "/settings", office="1")).status_code == 303
    assert not re.search(r'name="appeal_mails" value="1" checked', (await stranger.open("/settings")).text)
    page = (await reader.open("/settings/warnings")).text
    assert "agreed with you" in page
    assert "limited at present" not in page
