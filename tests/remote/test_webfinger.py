"""WebFinger: handles as people and servers write them, and answers of every kind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fixtures.fediverse import AP, Elsewhere, Home
from torg.remote import actors, webfinger
from torg.remote.errors import Failed, Gone, RemoteError, Unreadable


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("carol@other.example", ("carol", "other.example")),
        ("@Carol@Other.Example", ("Carol", "other.example")),
        ("acct:c.a-r_ol@other.example:8443", ("c.a-r_ol", "other.example:8443")),
        ("carol@åsa.example", ("carol", "xn--sa-xia.example")),
        ("other.example@other.example", ("other.example", "other.example")),
        ("127.0.0.1:80@127.0.0.1:80", ("127.0.0.1:80", "127.0.0.1:80")),
    ],
)
def test_handles_are_read(written: str, read: tuple[str, str]) -> None:
    assert webfinger.split(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "", "@", "carol", "carol@", "@@x", "a b@c.example", "carol@x y", "carol@x/y", "carol@x?y", "carol@x#y",
        "carol@x:y", "carol@user:pass@x", "carol@x.example:123456", "carol@..", "c:d@x.example", "-@x.example",
        "carol@[::1]", "x" * 200 + "@x.example", "carol@" + "x" * 300, "carol@x.example\r\nhost: y", "ſ@x.example",
    ],
)  # fmt: skip
def test_odd_handles_are_refused(written: str) -> None:
    with pytest.raises(Unreadable):
        webfinger.split(written)


async def ask(home: Home, elsewhere: Elsewhere) -> webfinger.Finger:
    return await webfinger.look_up(home.services, home.network, "carol", elsewhere.host)


async def test_answers_of_every_kind(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    path = "/.well-known/webfinger"
    subject = f"acct:carol@{elsewhere.host}"
    link = {"rel": "self", "type": AP, "href": carol.id}
    for good in (
        {"subject": subject, "links": [{"rel": "x"}, 5, {"rel": "self", "type": "text/html", "href": "x"}, link]},
        {"links": [link]},
        {"subject": carol.id, "links": [link]},
        {"subject": subject.upper().replace("ACCT", "acct"), "links": [{**link, "type": f"{AP}; charset=utf-8"}]},
        {
            "subject": subject,
            "links": [{**link, "type": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}],
        },
    ):
        elsewhere.lie[path] = (json.dumps(good).encode(), "application/json")
        found = await ask(home, elsewhere)
        assert (found.acct.lower(), found.actor) == (f"carol@{elsewhere.host}", carol.id)
    bad: list[Any] = [
        {}, [], 5, None, "x", {"links": {}}, {"links": [None, {"rel": "self"}, {**link, "href": 5}]},
        {"subject": subject, "links": [{**link, "href": "javascript:alert(1)"}]},
        {"subject": "acct:no body@x", "links": [link]},
    ]  # fmt: skip
    for one in bad:
        elsewhere.lie[path] = (json.dumps(one).encode(), "application/jrd+json")
        with pytest.raises((Gone, Unreadable)):
            await ask(home, elsewhere)
    for raw in (b"", b"<html>", b"\xff", b"[" * 50_000, b" " * 100_000):
        elsewhere.lie[path] = (raw, "application/jrd+json")
        with pytest.raises(Unreadable):
            await ask(home, elsewhere)
    del elsewhere.lie[path]
    for status, error in ((404, Gone), (410, Gone), (401, Gone), (500, Failed), (429, Failed)):
        elsewhere.status[path] = status
        with pytest.raises(error):
            await ask(home, elsewhere)


async def test_host_meta_may_lead_to_it(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    elsewhere.status["/.well-known/webfinger"] = 404
    for template, works in (
        (f"{elsewhere.origin}/finger?about={{uri}}", True),
        (f"{elsewhere.origin}/finger", False),
        ("file:///etc/passwd?{uri}", False),
        ("http://10.0.0.1/{uri}", False),
    ):
        meta = f"<XRD><Link rel='lrdd' template='{template}'/></XRD>".encode()
        elsewhere.lie["/.well-known/host-meta"] = (meta, "application/xrd+xml")
        answer = {"subject": f"acct:carol@{elsewhere.host}", "links": [{"rel": "self", "type": AP, "href": carol.id}]}
        elsewhere.lie["/finger"] = (json.dumps(answer).encode(), "application/jrd+json")
        if works:
            assert (await ask(home, elsewhere)).actor == carol.id
        else:
            with pytest.raises(RemoteError):
                await ask(home, elsewhere)


async def test_a_servers_own_actor_is_known_by_its_host(home: Home, elsewhere: Elsewhere) -> None:
    """As Mastodon, GoToSocial and Torg name them; they sign what their servers fetch."""
    carol = elsewhere.add("instance", type="Application", preferredUsername=elsewhere.host)
    subject = f"acct:{elsewhere.host}@{elsewhere.host}"
    elsewhere.fingers = {subject: {"subject": subject, "links": [{"rel": "self", "type": AP, "href": carol.id}]}}
    account = await actors.resolve(home.services, home.network, carol.id)
    assert (account.handle, account.host, account.bot) == (elsewhere.host, elsewhere.host, True)
    answer = await carol.gets(home.actor_id("anna"))
    assert answer.status_code == 200


async def test_two_servers_that_show_signed_requests_only_get_to_know_each_other(
    home: Home, elsewhere: Elsewhere
) -> None:
    """Each asks for the other's key before it answers; the actors of the servers themselves are shown to anybody."""
    await home.change(authorised_fetch=True)
    carol = elsewhere.add("carol")
    elsewhere.signed_only = True
    assert (await carol.gets(home.actor_id("anna"))).status_code == 200
    _, headers = next(asked for asked in elsewhere.asked if asked[0] == "/users/carol")
    assert f"{home.origin}/actor#" in headers["signature"]
    assert (await actors.resolve(home.services, home.network, carol.id)).acct == carol.acct
