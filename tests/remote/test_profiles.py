"""Which documents are actors at all; no server is needed to tell."""

from __future__ import annotations

from typing import Any

import pytest

from torg.remote import profiles
from torg.remote.errors import Unreadable

ID = "https://other.example/users/carol"
ACTOR: dict[str, Any] = {
    "id": ID,
    "type": "Person",
    "preferredUsername": "carol",
    "inbox": f"{ID}/inbox",
    "publicKey": {"id": f"{ID}#main-key", "owner": ID, "publicKeyPem": "PEM"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Note"},
        {"type": ["Widget", 5]},
        {"type": None},
        {"id": None},
        {"id": 5},
        {"id": "https://"},
        {"id": "acct:carol@x.example"},
        {"id": "javascript:alert(1)"},
        {"id": f"{ID}#fragment"},
        {"id": "https://user:pass@other.example/users/carol"},
        {"inbox": None},
        {"inbox": "https://third.example/inbox"},
        {"inbox": "http://other.example/users/carol/inbox"},
        {"inbox": "https://other.example:8443/inbox"},
        {"inbox": "javascript:alert(1)"},
        {"preferredUsername": None},
        {"preferredUsername": "not a name"},
        {"preferredUsername": "a" * 300},
        {"preferredUsername": "<b>"},
        {"preferredUsername": "name@host"},
        {"preferredUsername": ["x"]},
        {"preferredUsername": "ſalve"},
    ],
)
def test_what_is_no_proper_actor_is_unreadable(change: dict[str, Any]) -> None:
    profiles.read(ACTOR)
    with pytest.raises(Unreadable):
        profiles.read({**ACTOR, **change})


@pytest.mark.parametrize("kind", ["Person", "Service", "Application", "Organization", "Group", ["x:Bot", "Service"]])
def test_every_type_of_actor_is_read(kind: Any) -> None:
    actor = profiles.read({**ACTOR, "type": kind})
    assert actor.type == (kind if isinstance(kind, str) else "Service")
    assert actor.bot is (actor.type in ("Service", "Application"))


@pytest.mark.parametrize(
    "key",
    [
        None,
        "x",
        {"id": "https://third.example/key", "owner": ID, "publicKeyPem": "PEM"},
        {"id": f"{ID}#main-key", "owner": "https://other.example/users/dave", "publicKeyPem": "PEM"},
        {"id": f"{ID}#main-key", "owner": ID},
        {"id": f"{ID}#main-key", "owner": ID, "publicKeyPem": "x" * 10_000},
        {"id": f"{ID}#main-key", "owner": ID, "publicKeyPem": ["x"]},
    ],
)
def test_a_key_that_is_not_the_actors_own_is_not_taken(key: Any) -> None:
    assert profiles.read(ACTOR).public_pem == "PEM"
    actor = profiles.read({**ACTOR, "publicKey": key})
    assert (actor.key_id, actor.public_pem) == (None, None)


def test_the_first_good_key_of_several_is_taken() -> None:
    actor = profiles.read({**ACTOR, "publicKey": [{"id": "https://third.example/key"}, 5, ACTOR["publicKey"]]})
    assert actor.key_id == f"{ID}#main-key"


def test_cleaned_html_keeps_what_is_harmless() -> None:
    actor = profiles.read({**ACTOR, "name": "I <3 <i>you</i>", "summary": "<p>a<br>b</p><img src=x onerror=alert(1)>"})
    assert actor.display_name == "I <3 you"
    assert actor.note_html.startswith("<p>a<br")
    assert "img" not in actor.note_html


@pytest.mark.parametrize(
    ("icon", "found"),
    [
        ("https://other.example/a.png", "https://other.example/a.png"),
        ({"url": "https://cdn.example/a.png"}, "https://cdn.example/a.png"),
        ([{"url": ["x", {"href": "https://cdn.example/a.png"}]}], None),
        ([{"url": [{"href": "https://cdn.example/a.png"}]}], "https://cdn.example/a.png"),
        ({"url": "data:image/png;base64,AA"}, None),
        ({"href": "javascript:x"}, None),
        ({}, None),
    ],
)
def test_pictures_are_found_wherever_they_are(icon: Any, found: str | None) -> None:
    assert profiles.picture_of(icon) == found
