"""Helpers for tests of what comes in: a remote person who sends, and what is seen of it here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fixtures.fediverse import Citizen, Home
from tests.fixtures.square import Person
from torg.accounts import store as accounts
from torg.accounts.model import Account

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def at(ago: timedelta = timedelta(0)) -> str:
    """A moment as ActivityPub writes it."""
    return (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%SZ")


async def comes(home: Home, who: Citizen, activity: Any, *, inbox: str | None = None, status: int = 202) -> None:
    """The activity arrives at the shared inbox (or another), and everything that follows from it is done."""
    answer = await who.sends(inbox or home.shared_inbox, activity)
    assert answer.status_code == status, answer.text
    await home.settle()


async def account_of(home: Home, who: Citizen) -> Account:
    """The row of a remote person."""
    async with home.services.db.tx(home.network.scope) as tx:
        found = await accounts.by_handle(tx, who.name, who.server.host)
    assert found is not None, f"{who.acct} is not known here"
    return found


async def followed(home: Home, who: Citizen, *readers: Person) -> Account:
    """Somebody here follows the remote person, who has accepted it. The person is known by having sent something."""
    await comes(home, who, who.activity("Like", f"{home.origin}/users/anna/statuses/1"))
    account = await account_of(home, who)
    for reader in readers:
        answer = await reader.post(f"/api/v1/accounts/{account.id}/follow")
        assert answer.status_code == 200, answer.text
        await comes(home, who, who.activity("Accept", follow_of(home, reader, who)))
        relation = (await reader.get("/api/v1/accounts/relationships", params={"id[]": str(account.id)})).json()[0]
        assert relation["following"], relation
    return account


def follow_of(home: Home, reader: Person, who: Citizen) -> dict[str, Any]:
    """The Follow of somebody here, as another server embeds it in its answer."""
    actor = home.actor_id(reader.handle)
    return {"type": "Follow", "id": f"{actor}#follows/1", "actor": actor, "object": who.id}


def note_of(who: Citizen, text: str, **more: Any) -> dict[str, Any]:
    """A note of now."""
    return who.note(text, **{"published": at(), **more})


async def home_of(reader: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await reader.get("/api/v1/timelines/home")).json()
    return found


async def by_uri(home: Home, uri: str, reader: Person | None = None) -> dict[str, Any] | None:
    """The status of an ActivityPub id, as a reader (Anna) sees it."""
    async with home.services.db.tx(home.network.scope) as tx:
        id_ = await tx.value("SELECT id FROM posts WHERE uri = %s", (uri,))
    if id_ is None:
        return None
    answer = await (reader or home.anna).get(f"/api/v1/statuses/{id_}")
    return answer.json() if answer.status_code == 200 else None


async def count(home: Home, table: str, where: str = "true") -> int:
    """Rows of a table, past every lock."""
    async with home.services.db.system() as tx:
        return int(await tx.value(f"SELECT count(*) FROM {table} WHERE {where}"))


async def told(reader: Person) -> list[tuple[str, str]]:
    """(type, by whom) of somebody's notifications, newest first."""
    return [(one["type"], one["account"]["acct"]) for one in (await reader.get("/api/v1/notifications")).json()]
