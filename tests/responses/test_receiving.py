"""Pages of other sites that link to posts here: taken in, verified, held, shown, looked at again; and the wall."""

from __future__ import annotations

import xmlrpc.client
from typing import Any

import httpx2
import mf2py
import pytest

from tests.engine.servers import reply
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from tests.responses.conftest import Blog
from tests.web.reader import Reader

API = "/api/torg/v1"
ENTRY = """<html lang="en"><title>Eva's blog</title><article class="h-entry">
<a class="p-author h-card" href="/about">Eva Ek</a>
<a class="u-in-reply-to" href="{target}">in reply to</a><div class="e-content"><p>{text}</p></div>
<time class="dt-published" datetime="2026-03-01T10:00:00Z"></time></article></html>"""


def address(said: dict[str, Any], handle: str = "anna", host: str = PUBLIC) -> str:
    return f"http://{host}/@{handle}/{said['id']}"


async def mention(square: Square, source: str, target: str, host: str = PUBLIC) -> httpx2.Response:
    return await square.nobody(host).post("/webmention", data={"source": source, "target": target})


async def queue(person: Person, state: str = "pending") -> list[dict[str, Any]]:
    answer = await person.get(f"{API}/responses", params={"state": state})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def shown(square: Square, said: dict[str, Any]) -> list[str]:
    answer = await square.nobody().get(f"{API}/statuses/{said['id']}/responses")
    assert answer.status_code == 200, answer.text
    return [one["text"] for one in answer.json()]


async def held(square: Square, blog: Blog, said: dict[str, Any], text: str = "Well said!", path: str = "/reply") -> str:
    """A verified reply that waits; its id."""
    source = blog.page(path, ENTRY.format(target=address(said), text=text))
    assert (await mention(square, source, address(said))).status_code == 202
    await square.settle()
    return str(next(one["id"] for one in await queue(square.anna) if one["source"] == source))


async def test_the_endpoint_is_where_the_pages_say(square: Square) -> None:
    said = await square.anna.says("Hello web")
    for path in ("/@anna", f"/@anna/{said['id']}"):
        page = await Reader(square).open(path)
        assert f'<http://{PUBLIC}/webmention>; rel="webmention"' in page.headers["link"]
        assert page.headers["x-pingback"] == f"http://{PUBLIC}/pingback"
        assert f'<link rel="webmention" href="http://{PUBLIC}/webmention">' in page.text
        assert f'<link rel="pingback" href="http://{PUBLIC}/pingback">' in page.text


async def test_a_reply_is_verified_held_approved_and_shown(square: Square, blog: Blog) -> None:
    said = await square.bjorn.says("What do you think?")
    target = address(said, "bjorn")
    source = blog.page("/reply", ENTRY.format(target=target, text="I think <b>so</b>, &lt;i&gt;truly&lt;/i&gt;."))
    assert (await mention(square, source, target)).json() == {"status": "accepted"}
    assert await queue(square.anna) == [], "not before it is verified"
    await square.settle()
    [waiting] = await queue(square.anna)
    assert (waiting["kind"], waiting["author_name"], waiting["author_url"]) == ("reply", "Eva Ek", blog.url("/about"))
    assert (waiting["text"], waiting["site"]) == ("I think so, <i>truly</i>.", "127.0.0.1")
    assert waiting["published_at"] == "2026-03-01T10:00:00.000Z"
    assert await shown(square, said) == []
    page = await Reader(square).open(f"/@bjorn/{said['id']}")
    assert "truly" not in page.text
    [notice] = (await square.bjorn.get("/api/v1/notifications")).json()
    assert (notice["type"], notice["status"]["id"]) == ("torg.response", said["id"])
    told = await (await Reader(square, language="sv").enters("bjorn")).open("/notifications")
    assert "En sida på webben har gett dig gensvar" in told.text
    assert 'href="/responses"' in told.text
    approved = await square.bjorn.post(f"{API}/responses/{waiting['id']}/approve")
    assert approved.json()["state"] == "approved"
    assert await shown(square, said) == ["I think so, <i>truly</i>."]
    for language, words in (("en", "replied on"), ("sv", "svarade på")):
        page = await Reader(square, language=language).open(f"/@bjorn/{said['id']}")
        assert "I think so, &lt;i&gt;truly&lt;/i&gt;." in page.text
        assert words in page.text
        assert f'<a class="u-url" href="{source}" rel="nofollow ugc noopener noreferrer">127.0.0.1</a>' in page.text
    found = mf2py.parse(page.text, url=target, html_parser="html5lib")["items"]
    cites = [one for one in found if one["type"] == ["h-cite"]]
    [cite] = [one["properties"] for one in cites if one["properties"]["url"] == [source]]
    assert cite["author"][0]["properties"]["name"] == ["Eva Ek"]
    assert (await square.bjorn.post(f"{API}/responses/{waiting['id']}/reject")).json()["state"] == "rejected"
    assert await shown(square, said) == []


async def test_a_mention_of_a_profile_waits_too(square: Square, blog: Blog) -> None:
    target = f"http://{PUBLIC}/@bjorn"
    source = blog.page("/who", f'<title>People</title><a href="{target}">Björn</a>')
    assert (await mention(square, source, target)).status_code == 202
    await square.settle()
    [waiting] = await queue(square.bjorn)
    assert (waiting["status_id"], waiting["account_id"], waiting["title"]) == (None, str(square.bjorn.id), "People")
    [notice] = (await square.bjorn.get("/api/v1/notifications")).json()
    assert notice["type"] == "torg.response"
    assert "status" not in notice
    assert (await square.bjorn.get("/api/v2/notifications")).status_code == 200


async def test_who_decides(square: Square, blog: Blog) -> None:
    said = await square.bjorn.says("Mine")
    source = blog.page("/reply", ENTRY.format(target=address(said, "bjorn"), text="Yes"))
    await mention(square, source, address(said, "bjorn"))
    await square.settle()
    [one] = await queue(square.anna)
    assert await queue(square.bjorn) == [one], "the author and those who deal with reports"
    assert await queue(square.shop) == []
    never = "1234567890"
    for person in (square.shop, square.reporter, square.person(INSIDE, "anna"), square.person(OTHER, "olga")):
        for verb in ("approve", "reject", "spam"):
            there = await person.post(f"{API}/responses/{one['id']}/{verb}")
            nowhere = await person.post(f"{API}/responses/{never}/{verb}")
            assert (there.status_code, there.text) == (404, nowhere.text)
        there = await person.get(f"{API}/responses/{one['id']}")
        assert (there.status_code, there.text) == (404, (await person.get(f"{API}/responses/{never}")).text)
    assert (await square.nobody().get(f"{API}/responses")).status_code == 401
    assert (await square.anna.post(f"{API}/responses/{one['id']}/approve")).status_code == 200
    logged = (await square.anna.get(f"{API}/admin/log")).json()
    assert any("response" in str(entry) for entry in logged), "an act of office is logged"


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("", "{post}"), ("nonsense", "{post}"), ("ftp://b.example/", "{post}"), ("https://u:p@b.example/", "{post}"),
        ("javascript:alert(1)", "{post}"), ("https://blog.example/" + "x" * 3000, "{post}"), ("http://[", "{post}"),
        ("{post}", "{post}"), ("http://acme.test/@bjorn", "{post}"), ("https://blog.example/", ""),
        ("https://blog.example/", "https://blog.example/2"), ("https://blog.example/", "http://acme.test/"),
        ("https://blog.example/", "http://acme.test/@nobodyatall"), ("https://blog.example/", "http://acme.test/@anna/1"),
        ("https://blog.example/", "http://acme.test/api/v1/instance"),
        ("https://blog.example/", "http://inside.acme.test/@anna"), ("https://blog.example/", "{private}"),
        ("https://blog.example/", "{message}"), ("https://blog.example/", "{inside}"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_refused_at_once(square: Square, source: str, target: str) -> None:
    inside = (await square.person(INSIDE, "anna").says("Within"))["id"]
    places = {
        "post": address(await square.anna.says("Here")),
        "private": address(await square.anna.says("Some", visibility="private")),
        "message": address(await square.anna.says("@bjorn hush", visibility="direct")),
        "inside": f"http://{PUBLIC}/@anna/{inside}",
    }
    answer = await mention(square, source.format(**places), target.format(**places))
    assert answer.status_code == 400, answer.text
    ping = xmlrpc.client.dumps((source.format(**places), target.format(**places)), "pingback.ping").encode()
    fault = await square.nobody().post("/pingback", content=ping, headers={"content-type": "text/xml"})
    assert fault.status_code == 200
    with pytest.raises(xmlrpc.client.Fault) as raised:
        xmlrpc.client.loads(fault.text)
    assert raised.value.faultCode in (16, 32, 33)
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM responses") == 0


async def test_an_inside_has_no_such_doors(square: Square, blog: Blog) -> None:
    said = await square.person(INSIDE, "anna").says("Within")
    source = blog.page("/x", ENTRY.format(target=address(said, host=INSIDE), text="Hi"))
    answers = [
        await mention(square, source, address(said, host=INSIDE), INSIDE),
        await mention(square, source, f"http://{INSIDE}/@anna/1234567890", INSIDE),
        await mention(square, source, "nonsense", INSIDE),
        await square.nobody(INSIDE).post("/pingback", content=b"<x/>", headers={"content-type": "text/xml"}),
    ]
    assert {one.status_code for one in answers} == {404}
    assert len({one.text for one in answers}) == 1
    await square.settle()
    assert blog.server.asked == []
    member = square.person(INSIDE, "bjorn")
    assert await queue(square.person(INSIDE, "anna"), "all") == []
    there = await member.get(f"{API}/statuses/{said['id']}/responses")
    assert there.status_code == 404
    assert "webmention" not in (await (await Reader(square, INSIDE).enters("bjorn")).open(f"/@anna/{said['id']}")).text


async def test_responses_stay_in_their_network(square: Square, blog: Blog) -> None:
    said = await square.anna.says("Here")
    id_ = await held(square, blog, said)
    assert (await square.anna.post(f"{API}/responses/{id_}/approve")).status_code == 200
    for person in (square.nobody(OTHER), square.person(OTHER, "olga"), square.nobody(INSIDE)):
        there = await person.get(f"{API}/statuses/{said['id']}/responses")
        never = await person.get(f"{API}/statuses/1234567890/responses")
        assert (there.status_code, there.text) == (never.status_code, never.text)
        assert there.status_code in (401, 404)
    private = await square.anna.says("Some", visibility="private")
    assert (await square.anna.get(f"{API}/statuses/{private['id']}/responses")).status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        reply(b"<title>x</title>no link", content_type="text/html"),
        reply(b"", status=404),
        reply(b"", status=410),
        reply(b"", status=403),
        reply(b"\x89PNG", content_type="image/png"),
        reply(b"", status=302, location="http://127.0.0.1:1/"),
    ],
)
async def test_a_page_that_does_not_link_is_forgotten(square: Square, blog: Blog, given: bytes) -> None:
    said = await square.anna.says("Here")
    blog.pages["/x"] = given
    assert (await mention(square, blog.url("/x"), address(said))).status_code == 202
    for _ in range(6):
        await square.settle()
        async with square.services.db.system() as tx:
            await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'verify_response'")
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM responses") == 0
        assert await tx.value("SELECT count(*) FROM jobs WHERE kind = 'verify_response'") == 0
    assert (await square.anna.get("/api/v1/notifications")).json() == []


async def test_only_the_first_megabyte_counts(square: Square, blog: Blog) -> None:
    said = await square.anna.says("Here")
    late = " " * 1_100_000 + f'<a href="{address(said)}">x</a>'
    await mention(square, blog.page("/late", late), address(said))
    await square.settle()
    assert await queue(square.anna, "all") == []


async def test_looked_at_again_it_is_changed_or_taken_away(square: Square, blog: Blog) -> None:
    said = await square.anna.says("Here")
    id_ = await held(square, blog, said)
    await square.anna.post(f"{API}/responses/{id_}/approve")
    source = blog.url("/reply")
    await mention(square, source, address(said))
    await square.settle()
    assert await shown(square, said) == ["Well said!"], "the same words stay approved"
    blog.page("/reply", ENTRY.format(target=address(said), text="Buy now"))
    await mention(square, source, address(said))
    await square.settle()
    assert await shown(square, said) == [], "other words are looked at again"
    assert [(one["id"], one["text"]) for one in await queue(square.anna)] == [(id_, "Buy now")]
    await square.anna.post(f"{API}/responses/{id_}/approve")
    blog.pages["/reply"] = reply(b"", status=503)
    await mention(square, source, address(said))
    await square.settle()
    assert await shown(square, said) == ["Buy now"], "out of order for a while is not gone"
    blog.pages["/reply"] = reply(b"", status=410)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'verify_response'")
    await square.settle()
    assert await shown(square, said) == []
    assert await queue(square.anna, "all") == []
    assert len((await square.anna.get("/api/v1/notifications")).json()) == 1, "one is told of it once"


async def test_what_was_refused_does_not_come_again(square: Square, blog: Blog) -> None:
    said = await square.anna.says("Here")
    id_ = await held(square, blog, said)
    await square.anna.post(f"{API}/responses/{id_}/reject")
    await mention(square, blog.url("/reply"), address(said))
    await square.settle()
    assert await queue(square.anna) == []
    await square.anna.post(f"{API}/responses/{id_}/spam")
    asked = len(blog.server.asked)
    await mention(square, blog.url("/reply"), address(said))
    await square.settle()
    assert len(blog.server.asked) == asked, "spam is not even fetched"
    assert [one["id"] for one in await queue(square.anna, "spam")] == [id_]


async def test_a_deleted_post_takes_its_responses_along(square: Square, blog: Blog) -> None:
    said = await square.anna.says("Here")
    await held(square, blog, said)
    await square.anna.delete(f"/api/v1/statuses/{said['id']}")
    assert await queue(square.anna, "all") == []
    assert (await mention(square, blog.url("/reply"), address(said))).status_code == 400


async def test_sites_are_trusted_and_blocked(square: Square, blog: Blog) -> None:
    said = await square.anna.says("Here")
    domains = f"{API}/admin/response_domains"
    await held(square, blog, said, "First")
    async with square.services.db.system() as tx:  # loopback has no name to trust
        await tx.run("UPDATE responses SET host = 'eva.blog.example'")
    trust = {"domain": "blog.example", "treatment": "trusted"}
    assert (await square.bjorn.post(domains, json=trust)).status_code == 403
    assert (await square.anna.post(domains, json={**trust, "domain": "example"})).status_code == 422
    trusted = await square.anna.post(domains, json=trust)
    assert trusted.status_code == 200, trusted.text
    assert await shown(square, said) == ["First"], "what waited of it is approved"
    blocked = await square.anna.post(domains, json={"domain": "Blog.Example", "treatment": "blocked"})
    assert [one["treatment"] for one in (await square.anna.get(domains)).json()] == ["blocked"]
    assert await shown(square, said) == []
    refused = await mention(square, "https://www.blog.example/x", address(said))
    assert (refused.status_code, refused.json()["error"]) == (400, "Nothing is taken from this site")
    assert (await square.anna.delete(f"{domains}/{blocked.json()['id']}")).status_code == 200
    assert (await mention(square, "https://www.blog.example/x", address(said))).status_code == 202
    server = {"domain": "blog.example", "severity": "suspend"}
    block = await square.anna.post("/api/v1/admin/domain_blocks", json=server)
    assert block.status_code == 200
    assert (await mention(square, "https://www.blog.example/y", address(said))).status_code == 400


async def test_a_trusted_site_shows_at_once(square: Square, blog: Blog) -> None:
    network = square.networks[PUBLIC]
    async with square.services.db.system() as tx:
        await tx.run(
            """INSERT INTO response_domains (org_id, network_id, id, domain, treatment)
               VALUES (%s, %s, 1, '127.0.0.1', 'trusted')""",
            (network.org_id, network.id),
        )
    said = await square.anna.says("Here")
    source = blog.page("/reply", ENTRY.format(target=address(said), text="At once"))
    await mention(square, source, address(said))
    await square.settle()
    assert await shown(square, said) == ["At once"]


async def test_pingback_is_taken_and_known_the_second_time(square: Square, blog: Blog) -> None:
    said = await square.anna.says("Here")
    source = blog.page("/old", f'<title>Old blog</title><a href="{address(said)}">x</a>')
    body = xmlrpc.client.dumps((source, address(said)), "pingback.ping").encode()

    async def ping(content: bytes) -> Any:
        answer = await square.nobody().post("/pingback", content=content, headers={"content-type": "text/xml"})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/xml")
        return xmlrpc.client.loads(answer.text)

    assert await ping(body)
    await square.settle()
    [one] = await queue(square.anna)
    assert (one["protocol"], one["title"]) == ("pingback", "Old blog")
    other = xmlrpc.client.dumps((), "system.listMethods").encode()
    for content, code in ((body, 48), (b"<no", -32700), (other, -32601)):
        with pytest.raises(xmlrpc.client.Fault) as raised:
            await ping(content)
        assert raised.value.faultCode == code
    large = await square.nobody().post("/pingback", content=b"x" * 20_000, headers={"content-type": "text/xml"})
    assert large.status_code == 413


async def test_the_page_where_one_decides(square: Square, blog: Blog) -> None:
    said = await square.anna.says("Here")
    await held(square, blog, said, "<script>alert(1)</script>".replace("<", "&lt;"))
    assert (await Reader(square).open("/responses")).status_code == 303
    assert "alert(1)" not in (await (await Reader(square).enters("bjorn")).open("/responses")).text
    reader = await Reader(square).enters("anna")
    page = await reader.open("/responses")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    [one] = await queue(square.anna)
    forged = await reader.http.post(f"/responses/{one['id']}", data={"decision": "approved", "csrf": "x"})
    assert forged.status_code == 403
    done = await reader.send(page, f"/responses/{one['id']}", decision="approved", site="")
    assert done.status_code == 303
    assert await shown(square, said) == ["<script>alert(1)</script>"]
    public = await Reader(square).open(f"/@anna/{said['id']}")
    assert "<script>alert" not in public.text
    assert "1 page of another site links here." in public.text
    other = await Reader(square).enters("bjorn")
    stolen = await other.send(await other.open("/responses"), f"/responses/{one['id']}", decision="spam")
    assert stolen.status_code in (403, 404)
    assert await shown(square, said) == ["<script>alert(1)</script>"]


async def test_one_site_cannot_flood(fresh_database: Any, tmp_path: Any) -> None:
    from tests.fixtures.square import open_square
    from torg.engine.limits import LocalLimiter

    async with open_square(fresh_database, tmp_path) as square:
        said = await square.anna.says("Here")
        square.services.limits = LocalLimiter(clock=lambda: 1_000_000.0)
        codes = [
            (await mention(square, f"https://blog.example/{n}", address(said))).status_code for n in range(61)
        ]
        assert codes == [202] * 60 + [429]
        assert (await mention(square, "https://other.example/", address(said))).status_code == 202
