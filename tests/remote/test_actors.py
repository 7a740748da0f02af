"""Actors elsewhere become accounts here: confirmed, clean, one row each, whatever their server says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.fixtures.fediverse import AP, Citizen, Elsewhere, Home, open_elsewhere
from torg.accounts.model import Account
from torg.remote import actors, store
from torg.remote.errors import Failed, Gone, Refused, RemoteError, Unreadable


async def resolve(home: Home, who: Citizen | str, **options: Any) -> Account:
    uri = who if isinstance(who, str) else who.id
    return await actors.resolve(home.services, home.network, uri, **options)


async def rows(home: Home) -> list[dict[str, Any]]:
    async with home.services.db.tx(home.network.scope) as tx:
        return await tx.all("SELECT * FROM accounts WHERE host <> '' ORDER BY id")


async def test_everything_that_an_actor_says_is_kept(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add(
        "carol",
        type="Organization",
        name="Carol :blob: \u202eevil",
        summary='<p>Hi <script>alert(1)</script><a href="javascript:alert(1)">x</a> <b onclick="x">bold</b></p>',
        manuallyApprovesFollowers=True,
        discoverable=True,
        indexable=True,
        published="2020-02-03T04:05:06Z",
        attachment=[
            {"type": "PropertyValue", "name": "<b>Web</b>", "value": '<a href="https://carol.example">carol.example</a>'},
            {"type": "PropertyValue", "name": "Bad", "value": '<a href="data:text/html,x" onclick="y">z</a>'},
            {"type": "Note", "name": "x", "value": "y"},
            "nonsense",
        ],
        icon={"type": "Image", "url": f"{elsewhere.origin}/avatar.png"},
        image=[{"type": "Image", "url": [{"type": "Link", "href": f"{elsewhere.origin}/header.png"}]}],
        alsoKnownAs=[f"{elsewhere.origin}/users/old", "acct:x@y", 5],
        featured=f"{elsewhere.origin}/users/carol/featured",
        tag=[{"type": "Emoji", "name": ":blob:", "icon": {"type": "Image", "url": f"{elsewhere.origin}/blob.png"}}],
    )
    account = await resolve(home, carol)
    assert account.acct == carol.acct
    assert (account.kind, account.actor_type, account.bot) == ("remote", "Organization", False)
    assert account.display_name == "Carol :blob: evil"
    assert (account.locked, account.discoverable, account.indexable) == (True, True, True)
    assert account.created_at.year == 2020
    assert account.url == f"{elsewhere.origin}/@carol"
    for html in (account.note_html, *(field.value_html for field in account.fields)):
        assert "javascript:" not in html
        assert "data:" not in html
        assert "onclick" not in html
        assert "script" not in html
    assert [field.name for field in account.fields] == ["Web", "Bad"]
    assert 'href="https://carol.example"' in account.fields[0].value_html
    async with home.services.db.tx(home.network.scope) as tx:
        kept = await store.actor(tx, account.id)
        emojis = await tx.all("SELECT host, shortcode, image_url FROM remote_emojis")
    assert kept is not None
    assert (kept.type, kept.host, kept.inbox) == ("Organization", elsewhere.host, carol.inbox)
    assert kept.shared_inbox == f"{elsewhere.origin}/inbox"
    assert kept.avatar_url == f"{elsewhere.origin}/avatar.png"
    assert kept.header_url == f"{elsewhere.origin}/header.png"
    assert kept.also_known_as == [f"{elsewhere.origin}/users/old"]
    assert kept.featured == f"{elsewhere.origin}/users/carol/featured"
    assert emojis == [{"host": elsewhere.host, "shortcode": "blob", "image_url": f"{elsewhere.origin}/blob.png"}]


async def test_what_is_no_actor_is_not_kept(home: Home, elsewhere: Elsewhere) -> None:
    elsewhere.add("carol", type="Note")
    with pytest.raises(Unreadable):
        await resolve(home, f"{elsewhere.origin}/users/carol")
    assert await rows(home) == []


async def test_odd_properties_are_left_out(home: Home, elsewhere: Elsewhere) -> None:
    odd: list[dict[str, Any]] = [
        {"name": 5, "summary": {"a": 1}, "attachment": {"x": 1}, "tag": "x", "icon": 7, "image": [[]], "url": {"a": 5}},
        {"name": ["a"], "url": "javascript:alert(1)", "icon": {"url": "data:image/png;base64,AAAA"}},
        {"endpoints": "x", "publicKey": "x", "outbox": "https://evil.example/outbox", "followers": 1, "movedTo": [1]},
        {"publicKey": [{"id": 1}, {"publicKeyPem": "x"}], "alsoKnownAs": {"a": 1}, "published": "3000-01-01T00:00:00Z"},
        {"published": "yesterday", "discoverable": "yes", "manuallyApprovesFollowers": 1, "featured": {"id": "x"}},
        {"attachment": [{"type": "PropertyValue", "name": "n" * 5000, "value": "v" * 9000}] * 40},
        {"summary": "<div>" * 5000, "name": "n" * 10_000},
        {"endpoints": {"sharedInbox": "https://evil.example/inbox"}},
    ]
    for number, properties in enumerate(odd):
        carol = elsewhere.add(f"carol{number}", **properties)
        account = await resolve(home, carol)
        assert account.acct == carol.acct
        assert account.url is not None
        assert account.url.startswith(elsewhere.origin)
        assert len(account.fields) <= 20
        assert len(account.display_name) <= 255
        async with home.services.db.tx(home.network.scope) as tx:
            kept = await store.actor(tx, account.id)
        assert kept is not None
        for address in (kept.shared_inbox, kept.outbox, kept.followers, kept.featured, kept.avatar_url):
            assert address is None or address.startswith(elsewhere.origin)


async def test_a_page_on_another_host_is_not_shown_as_the_actors(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol", url="https://victim.example/@victim")
    assert (await resolve(home, carol)).url == carol.id


async def test_many_at_once_make_one_row(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    found = await asyncio.gather(
        *(resolve(home, carol) for _ in range(10)),
        *(actors.resolve_acct(home.services, home.network, carol.acct) for _ in range(10)),
    )
    assert len({account.id for account in found}) == 1
    assert len(await rows(home)) == 1


async def test_many_documents_at_once_make_one_row(home: Home, elsewhere: Elsewhere) -> None:
    """As two processes would: without the flight that they share here."""
    carol = elsewhere.add("carol")

    async def receive() -> int:
        async with home.services.db.tx(home.network.scope) as tx:
            return (await actors.receive(tx, home.network, carol.document, fetched_from=carol.id)).id

    assert len(set(await asyncio.gather(*(receive() for _ in range(8))))) == 1
    assert len(await rows(home)) == 1


async def test_local_actors_are_never_fetched(home: Home) -> None:
    for address in (home.actor_id("anna"), f"{home.origin}/@anna", f"{home.actor_id('ANNA')}#main-key"):
        assert (await resolve(home, address, refresh=True)).id == home.anna.id
    assert (await actors.resolve_acct(home.services, home.network, f"@anna@{home.host}")).id == home.anna.id
    with pytest.raises(Gone):
        await resolve(home, home.actor_id("nobody"))
    with pytest.raises(Gone):
        await actors.resolve_acct(home.services, home.network, f"nobody@{home.host}")


async def test_handles_are_confirmed_in_both_directions(home: Home, elsewhere: Elsewhere) -> None:
    """A split domain: the handle is at one host, the actor at another, and each says so."""
    async with open_elsewhere() as apex:
        carol = elsewhere.add("carol")
        subject = f"acct:carol@{apex.host}"
        finger = {"subject": subject, "links": [{"rel": "self", "type": AP, "href": carol.id}]}
        elsewhere.fingers = {f"acct:carol@{elsewhere.host}": finger}
        apex.fingers = {subject: finger}
        account = await resolve(home, carol)
        assert (account.acct, account.uri) == (f"carol@{apex.host}", carol.id)
        by_handle = await actors.resolve_acct(home.services, home.network, f"@carol@{apex.host}")
        assert by_handle.id == account.id
        by_other = await actors.resolve_acct(home.services, home.network, f"carol@{elsewhere.host}")
        assert by_other.id == account.id


async def test_an_actor_may_name_its_handle(home: Home, elsewhere: Elsewhere) -> None:
    """FEP-2c59, for a server that has no WebFinger under the host of its actors."""
    async with open_elsewhere() as apex:
        carol = elsewhere.add("carol", webfinger=f"carol@{apex.host}")
        elsewhere.fingers = {}
        subject = f"acct:carol@{apex.host}"
        apex.fingers = {subject: {"subject": subject, "links": [{"rel": "self", "type": AP, "href": carol.id}]}}
        assert (await resolve(home, carol)).acct == f"carol@{apex.host}"


async def test_a_subject_that_its_host_does_not_confirm_is_refused(home: Home, elsewhere: Elsewhere) -> None:
    victim = elsewhere.add("victim")
    async with open_elsewhere() as evil:
        for claim in (f"acct:victim@{elsewhere.host}", f"acct:anna@{home.host}", f"acct:nobody@{elsewhere.host}"):
            mallory = evil.add("mallory")
            finger = {"subject": claim, "links": [{"rel": "self", "type": AP, "href": mallory.id}]}
            evil.fingers = {f"acct:mallory@{evil.host}": finger}
            with pytest.raises(RemoteError):
                await resolve(home, mallory)
            mallory.document["webfinger"] = claim.removeprefix("acct:")
            with pytest.raises(RemoteError):
                await resolve(home, mallory)
    assert await rows(home) == []
    assert (await resolve(home, victim)).acct == victim.acct


async def test_a_handle_that_leads_to_an_actor_elsewhere_must_be_the_actors(home: Home, elsewhere: Elsewhere) -> None:
    victim = elsewhere.add("victim")
    async with open_elsewhere() as evil:
        claim = f"acct:trump@{evil.host}"
        evil.fingers = {claim: {"subject": claim, "links": [{"rel": "self", "type": AP, "href": victim.id}]}}
        with pytest.raises(RemoteError):
            await actors.resolve_acct(home.services, home.network, f"trump@{evil.host}")
    assert {row["host"] for row in await rows(home)} <= {elsewhere.host}


async def test_without_webfinger_the_actors_own_host_names_it(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    elsewhere.fingers = {}
    assert (await resolve(home, carol)).acct == carol.acct


async def test_two_actors_of_one_name_do_not_share_it(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    first = await resolve(home, carol)
    impostor = {**carol.document, "id": f"{elsewhere.origin}/objects/9", "inbox": f"{elsewhere.origin}/objects/9/inbox"}
    elsewhere.serve("/objects/9", impostor)
    with pytest.raises(RemoteError):
        await resolve(home, impostor["id"])
    elsewhere.fingers = {}
    with pytest.raises(RemoteError):
        await resolve(home, impostor["id"])
    assert [row["id"] for row in await rows(home)] == [first.id]


async def test_a_server_that_was_set_up_anew_gets_its_handles_back(home: Home, elsewhere: Elsewhere) -> None:
    """The handle is another actor's now, and WebFinger says so: the old account is gone, its posts stay its own."""
    old = await resolve(home, elsewhere.add("carol"))
    del elsewhere.objects["/users/carol"]
    id_ = f"{elsewhere.origin}/ap/77"
    document = {**elsewhere.people["carol"].document, "id": id_, "inbox": f"{id_}/inbox"}
    document["publicKey"] = {**document["publicKey"], "id": f"{id_}#main-key", "owner": id_}
    elsewhere.serve("/ap/77", document)
    subject = f"acct:carol@{elsewhere.host}"
    elsewhere.fingers = {subject: {"subject": subject, "links": [{"rel": "self", "type": AP, "href": id_}]}}
    new = await resolve(home, id_)
    assert new.id != old.id
    assert new.acct == f"carol@{elsewhere.host}"
    kept = {row["id"]: row for row in await rows(home)}
    assert kept[old.id]["state"] == "deleted"
    assert kept[old.id]["uri"] == old.uri


async def test_an_update_changes_the_row_and_not_the_handle(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    before = await resolve(home, carol)
    changed = {**carol.document, "name": "Dr Carol", "preferredUsername": "anna", "manuallyApprovesFollowers": True}
    async with home.services.db.tx(home.network.scope) as tx:
        after = await actors.receive(tx, home.network, changed, fetched_from=carol.id)
    assert (after.id, after.handle, after.display_name, after.locked) == (before.id, "carol", "Dr Carol", True)
    async with home.services.db.tx(home.network.scope) as tx:
        with pytest.raises(Unreadable):
            await actors.receive(tx, home.network, changed, fetched_from=f"{elsewhere.origin}/users/dave")


async def test_a_stale_actor_is_refreshed_behind(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    account = await resolve(home, carol)
    carol.document["name"] = "Carol the Second"
    await resolve(home, carol)
    await home.settle()
    assert elsewhere.gets_of("/users/carol") == 1
    await _age(home)
    assert (await resolve(home, carol)).display_name == "Carol"
    await home.settle()
    assert elsewhere.gets_of("/users/carol") == 2
    assert (await resolve(home, carol)).display_name == "Carol the Second"
    elsewhere.gone("/users/carol")
    await _age(home)
    await resolve(home, carol)
    await home.settle()
    assert {row["id"]: row["state"] for row in await rows(home)} == {account.id: "deleted"}


async def test_a_refresh_that_fails_leaves_what_there_is(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await resolve(home, carol)
    for trouble in (503, 403, 404):
        elsewhere.status["/users/carol"] = trouble
        await _age(home)
        await resolve(home, carol)
        await home.settle()
    elsewhere.status = {"/.well-known/webfinger": 500}
    carol.document["name"] = "Carol the Second"
    assert (await resolve(home, carol, refresh=True)).display_name == "Carol the Second"
    assert [row["state"] for row in await rows(home)] == ["active"]


async def test_a_stranger_whose_webfinger_is_down_is_asked_again_later(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    elsewhere.status["/.well-known/webfinger"] = 500
    with pytest.raises(Failed):
        await resolve(home, carol)
    elsewhere.status.clear()
    assert (await resolve(home, carol)).acct == carol.acct


async def test_a_move_counts_when_the_new_actor_says_so_too(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol", movedTo=f"{elsewhere.origin}/users/karol")
    karol = elsewhere.add("karol")
    old = await resolve(home, carol)
    await home.settle()
    assert (await resolve(home, carol)).moved_to_id is None
    karol.document["alsoKnownAs"] = carol.id
    await resolve(home, carol, refresh=True)
    await home.settle()
    new = await resolve(home, karol)
    async with home.services.db.tx(home.network.scope) as tx:
        moved = await actors.known(tx, carol.id)
    assert moved is not None
    assert (moved.id, moved.moved_to_id) == (old.id, new.id)


async def test_the_inside_knows_nobody_elsewhere(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    inside = home.networks["inside.acme.test"]
    with pytest.raises(Refused):
        await actors.resolve(home.services, inside, carol.id)
    with pytest.raises(RemoteError):
        await actors.resolve_acct(home.services, inside, carol.acct)
    assert elsewhere.asked == []
    assert (await resolve(home, carol)).network_id == home.network.id


async def _age(home: Home) -> None:
    async with home.services.db.system() as tx:
        await tx.run("UPDATE remote_actors SET fetched_at = fetched_at - interval '2 days'")
