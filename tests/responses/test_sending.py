"""Other pages are told of links in public posts: once, again on edit and deletion, and never of anything else."""

from __future__ import annotations

import xmlrpc.client
from typing import Any

import pytest

from tests.engine.servers import reply
from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.responses.conftest import Blog
from tests.web.reader import Reader

HOOK = '<link rel="webmention" href="/hook"><title>A post</title>'


async def told(square: Square) -> list[dict[str, Any]]:
    async with square.services.db.system() as tx:
        return await tx.all("SELECT target, state, protocol, endpoint, error FROM told_pages ORDER BY target")


async def due(square: Square) -> None:
    """Let the next attempt be made now."""
    async with square.services.db.system() as tx:
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'tell_page'")
    await square.settle()


async def test_a_linked_page_is_told_once_with_an_address_that_links(square: Square, blog: Blog) -> None:
    target = blog.page("/post", HOOK)
    blog.pages["/hook"] = reply(b"", status=202)
    said = await square.anna.says(f"Read {target} and {target} and http://{PUBLIC}/@bjorn")
    await square.settle()
    source = f"http://{PUBLIC}/@anna/{said['id']}"
    assert blog.took("/hook") == [{"source": source, "target": target}]
    page = await Reader(square).open(f"/@anna/{said['id']}")
    assert f'href="{target}"' in page.text, "whoever verifies finds the link"
    assert await told(square) == [
        {"target": target, "state": "sent", "protocol": "webmention", "endpoint": blog.url("/hook"), "error": ""}
    ]
    await square.settle()
    assert len(blog.took("/hook")) == 1


async def test_an_edit_tells_what_stays_what_comes_and_what_goes(square: Square, blog: Blog) -> None:
    one, two, three = (blog.page(path, HOOK) for path in ("/one", "/two", "/three"))
    blog.pages["/hook"] = reply(b"", status=202)
    said = await square.anna.says(f"{one} {two}")
    await square.settle()
    changed = await square.anna.put(f"/api/v1/statuses/{said['id']}", json={"status": f"{one} {three}"})
    assert changed.status_code == 200
    await square.settle()
    targets = [form["target"] for form in blog.took("/hook")]
    assert sorted(targets[:2]) == sorted([one, two])
    assert sorted(targets[2:]) == sorted([one, two, three])


async def test_after_deletion_pages_are_told_and_find_that_it_is_gone(square: Square, blog: Blog) -> None:
    target = blog.page("/post", HOOK)
    blog.pages["/hook"] = reply(b"", status=202)
    said = await square.anna.says(target)
    never = await square.anna.says("nobody was told of this")
    await square.settle()
    assert (await square.anna.delete(f"/api/v1/statuses/{said['id']}")).status_code == 200
    assert (await square.anna.delete(f"/api/v1/statuses/{never['id']}")).status_code == 200
    await square.settle()
    forms = blog.took("/hook")
    assert len(forms) == 2
    assert forms[0] == forms[1]
    assert (await Reader(square).open(f"/@anna/{said['id']}")).status_code == 410
    assert (await Reader(square).open(f"/@anna/{never['id']}")).status_code == 404


async def test_pingback_where_there_is_no_webmention_and_only_once(square: Square, blog: Blog) -> None:
    target = blog.page("/post", "<title>x</title>", x_pingback=blog.url("/xmlrpc"))
    blog.pages["/xmlrpc"] = reply(xmlrpc.client.dumps(("ok",), methodresponse=True).encode(), content_type="text/xml")
    said = await square.anna.says(target)
    await square.settle()
    [call] = [one for one in blog.server.asked if one.path == "/xmlrpc"]
    params, method = xmlrpc.client.loads(call.body.decode())
    assert (method, params) == ("pingback.ping", (f"http://{PUBLIC}/@anna/{said['id']}", target))
    await square.anna.put(f"/api/v1/statuses/{said['id']}", json={"status": f"more {target}"})
    await square.anna.delete(f"/api/v1/statuses/{said['id']}")
    await square.settle()
    assert len([one for one in blog.server.asked if one.path == "/xmlrpc"]) == 1
    [row] = await told(square)
    assert (row["state"], row["protocol"]) == ("sent", "pingback")


@pytest.mark.parametrize(("fault", "state"), [(48, "sent"), (17, "failed")])
async def test_a_pingback_fault_is_noted(square: Square, blog: Blog, fault: int, state: str) -> None:
    target = blog.page("/post", f'<link rel="pingback" href="{blog.url("/xmlrpc")}">')
    body = xmlrpc.client.dumps(xmlrpc.client.Fault(fault, "so"), methodresponse=True).encode()
    blog.pages["/xmlrpc"] = reply(body, content_type="text/xml")
    await square.anna.says(target)
    await square.settle()
    assert [row["state"] for row in await told(square)] == [state]


async def test_a_page_that_wants_nothing_gets_nothing(square: Square, blog: Blog) -> None:
    target = blog.page("/post", "<title>A page</title>")
    await square.anna.says(target)
    await square.settle()
    assert [one.method for one in blog.server.asked if one.method == "POST"] == []
    assert [row["state"] for row in await told(square)] == ["none"]


async def test_an_endpoint_out_of_order_is_tried_again_one_that_refuses_is_not(square: Square, blog: Blog) -> None:
    target = blog.page("/post", HOOK)
    blog.pages["/hook"] = reply(b"", status=503)
    await square.anna.says(target)
    await square.settle()
    assert [row["state"] for row in await told(square)] == ["waiting"]
    blog.pages["/hook"] = reply(b"", status=400)
    await due(square)
    assert [(row["state"], row["error"]) for row in await told(square)] == [("failed", "answered 400")]
    before = len(blog.took("/hook"))
    await due(square)
    assert len(blog.took("/hook")) == before


async def test_in_the_end_it_is_given_up_without_a_dead_job(square: Square, blog: Blog) -> None:
    target = blog.page("/post", HOOK)
    blog.pages["/hook"] = reply(b"", status=500)
    await square.anna.says(target)
    await square.settle()
    for _ in range(10):
        await due(square)
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM jobs WHERE kind = 'tell_page'") == 0
    assert [row["state"] for row in await told(square)] == ["failed"]
    assert len(blog.took("/hook")) == 8


async def test_what_is_not_for_everyone_is_told_to_nobody(square: Square, blog: Blog) -> None:
    target = blog.page("/post", HOOK)
    blog.pages["/hook"] = reply(b"", status=202)
    inside = square.person(INSIDE, "anna")
    for author, said in (
        (square.anna, await square.anna.says(target, visibility="private")),
        (square.anna, await square.anna.says(f"@bjorn {target}", visibility="direct")),
        (inside, await inside.says(target)),
    ):
        await square.settle()
        if said["visibility"] != "direct":
            changed = await author.put(f"/api/v1/statuses/{said['id']}", json={"status": f"again {target}"})
            assert changed.status_code == 200
        assert (await author.delete(f"/api/v1/statuses/{said['id']}")).status_code == 200
        await square.settle()
    assert blog.took("/hook") == []
    assert await told(square) == []
    async with square.services.db.system() as tx:
        off = """UPDATE networks SET settings = settings || '{"webmentions": false}' WHERE host = %s"""
        await tx.run(off, (PUBLIC,))
    square.services.networks.forget()
    await square.anna.says(target)
    await square.settle()
    assert blog.took("/hook") == []


async def test_a_post_of_another_server_tells_nobody(square: Square, blog: Blog) -> None:
    target = blog.page("/post", HOOK)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET host = 'far.example', kind = 'remote' WHERE id = %s", (square.shop.id,))
    await square.shop.says(target)
    await square.settle()
    assert await told(square) == []


async def test_no_private_address_is_called(blog: Blog, square: Square) -> None:
    square.services.fetch._allow = []  # as everywhere but in tests
    await square.services.fetch.close()
    await square.anna.says(blog.page("/post", HOOK))
    await square.settle()
    assert blog.server.asked == []
    assert [row["state"] for row in await told(square)] == ["failed"]


async def test_a_mirror_does_not_tell_the_blog_that_it_repeats(square: Square, blog: Blog) -> None:
    target = blog.page("/post", HOOK)
    blog.pages["/hook"] = reply(b"", status=202)
    network = square.networks[PUBLIC]
    async with square.services.db.system() as tx:
        await tx.run(
            """INSERT INTO mirrors (org_id, network_id, id, account_id, made_by, url, url_hash, next_at)
               VALUES (%s, %s, 1, %s, %s, %s, 'x', now() + interval '1 day')""",
            (network.org_id, network.id, square.shop.id, square.anna.id, blog.url("/feed")),
        )
    await square.shop.says(target)
    await square.settle()
    assert await told(square) == []
    await square.anna.says(target)
    await square.settle()
    assert len(blog.took("/hook")) == 1
