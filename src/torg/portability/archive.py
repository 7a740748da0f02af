"""The archive of a person's own data: Mastodon's layout (actor.json, outbox.json, media_attachments/ …) and more.

One folder a face; the one that asked at the root, so that `torg import` and others read it. Of others it holds their
names where one follows or mentions them, the addresses of what one marked, and their part of one's conversations.
"""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from torg.engine.blobs import Blobs
from torg.engine.postgres import Database, Row
from torg.kernel.actor import Actor, Scope
from torg.kernel.clock import iso
from torg.orgs import rules
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.portability import archive_page, archive_sql, exports, formats
from torg.portability.formats import KINDS

PAGE = 500
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {"toot": "http://joinmastodon.org/ns#", "sensitive": "as:sensitive"},
]

Told = Callable[[int, int], None]


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """An account of the person, where it lives, and where in the archive it is."""

    id: int
    network: Network
    folder: str
    origin: str

    @property
    def scope(self) -> Scope:
        return self.network.scope


async def faces(db: Database, org_id: int, account_id: int, scheme: str) -> list[Face]:
    """The person's accounts, the one that asks first, and of the others those that its network may look out on."""
    async with db.system() as tx:
        rows = await tx.all(archive_sql.FACES, {"org": org_id, "id": account_id})
        networks = {network.id: network for network in await orgs.networks(tx, org_id)}
        here = next((networks[row["network_id"]] for row in rows if row["id"] == account_id), None)
        found = []
        for row in rows:
            network = networks[row["network_id"]]
            if here is None or not rules.in_sight((here.kind, here.id), (network.kind, network.id)):
                continue
            folder = "" if row["id"] == account_id else f"other_faces/{network.host.replace(':', '_')}-{row['handle']}/"
            found.append(Face(id=row["id"], network=network, folder=folder, origin=f"{scheme}://{network.host}"))
    return sorted(found, key=lambda face: face.folder)


async def write(db: Database, blobs: Blobs, whose: list[Face], target: Path, language: str, told: Told) -> None:
    """Write the zip file; `told` hears how many posts of how many are in."""
    total = 0
    for face in whose:
        async with db.tx(face.scope) as tx:
            total += await tx.value(archive_sql.POSTS_COUNT, _params(face))
    done = [0]

    def step(more: int) -> None:
        done[0] += more
        told(done[0], total)

    pages: list[archive_page.Part] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for face in whose:
            pages.append(await _face(db, blobs, face, archive, target.parent, step))
        archive.writestr("index.html", archive_page.page(language, pages))


def _params(face: Face, **more: Any) -> dict[str, Any]:
    return {"org": face.network.org_id, "network": face.network.id, "me": face.id, "origin": face.origin, **more}


async def _face(
    db: Database, blobs: Blobs, face: Face, archive: zipfile.ZipFile, folder: Path, step: Callable[[int], None]
) -> archive_page.Part:
    where = face.folder
    async with db.tx(face.scope) as tx:
        account = await tx.one(archive_sql.ACCOUNT, _params(face))
        assert account is not None
        actor = Actor(org_id=face.network.org_id, network_id=face.network.id, account_id=face.id)
        for kind in KINDS:
            text = await exports.export(tx, actor, kind, origin=face.origin, host=face.network.host)
            archive.writestr(f"{where}{formats.FILES[kind]}", text)
        for name, sql in archive_sql.LISTS.items():
            rows = await tx.all(sql, _params(face))
            archive.writestr(f"{where}{name}.json", _json([row["record"] for row in rows]))
        likes = await tx.column(archive_sql.LIKES, _params(face))
        marked = await tx.column(archive_sql.BOOKMARKS, _params(face))
    archive.writestr(f"{where}likes.json", _json(_collection("likes.json", likes)))
    archive.writestr(f"{where}bookmarks.json", _json(_collection("bookmarks.json", marked)))
    pictures: dict[str, str] = {}
    for place in ("avatar", "header"):
        picture = account[place]
        file = await _file(blobs, archive, picture["key"], f"{where}{place}") if picture else None
        if file:
            pictures[place] = file.removeprefix(where)
    archive.writestr(f"{where}actor.json", _json(_actor(face, account, pictures)))
    part = archive_page.Part(
        host=face.network.host, handle=account["handle"], name=account["display_name"], folder=where
    )
    part.posts = await _outbox(db, blobs, face, account["handle"], archive, folder, step)
    part.messages = await _messages(db, blobs, face, archive, folder)
    return part


def _actor(face: Face, account: Row, pictures: dict[str, str]) -> dict[str, Any]:
    me = f"{face.origin}/users/{account['handle']}"
    actor: dict[str, Any] = {
        "@context": CONTEXT, "id": me, "type": "Person", "preferredUsername": account["handle"],
        "name": account["display_name"], "summary": account["note_html"], "url": f"{face.origin}/@{account['handle']}",
        "manuallyApprovesFollowers": account["locked"], "discoverable": account["discoverable"],
        "published": iso(account["created_at"]), "outbox": "outbox.json", "likes": "likes.json",
        "bookmarks": "bookmarks.json",
        "attachment": [
            {"type": "PropertyValue", "name": field["name"], "value": field.get("value_html") or field["value"]}
            for field in account["fields"]
        ],
    }  # fmt: skip
    for kind, name in (("avatar", "icon"), ("header", "image")):
        if kind in pictures:
            actor[name] = {"type": "Image", "url": pictures[kind]}
    return actor


async def _outbox(
    db: Database, blobs: Blobs, face: Face, handle: str, archive: zipfile.ZipFile, folder: Path,
    step: Callable[[int], None],
) -> list[archive_page.Line]:  # fmt: skip
    """outbox.json, beside the archive first: only one member of a zip can be written at a time."""
    part, after, count = folder / f"outbox-{face.id}.part", 0, 0
    lines: list[archive_page.Line] = []
    me = f"{face.origin}/users/{handle}"
    with part.open("wb") as out:
        out.write(b'{"@context":' + msgspec.json.encode(CONTEXT) + b',"id":"outbox.json","type":"OrderedCollection",')
        out.write(b'"orderedItems":[')
        while True:
            async with db.tx(face.scope) as tx:
                rows = await tx.all(archive_sql.POSTS, _params(face, after=after, most=PAGE))
            for row in rows:
                for media in row["media"]:
                    media["file"] = await _file(
                        blobs, archive, media.get("key"), f"{face.folder}media_attachments/files/{media['id']}"
                    )
                out.write((b"," if count else b"") + msgspec.json.encode(_activity(face, me, row)))
                count += 1
                if row["boost_of_id"] is None:
                    lines.append(_line(face, row))
            step(len(rows))
            if len(rows) < PAGE:
                break
            after = int(rows[-1]["id"])
        out.write(b'],"totalItems":' + str(count).encode() + b"}")
    await asyncio.to_thread(archive.write, part, f"{face.folder}outbox.json")
    part.unlink()
    return lines


def _line(face: Face, row: Row) -> archive_page.Line:
    files = [media["file"] for media in row["media"] if media["file"]]
    return archive_page.Line(at=row["created_at"], who="", text=row["source"], spoiler=row["spoiler"], files=files)


def _activity(face: Face, me: str, row: Row) -> dict[str, Any]:
    address = f"{me}/statuses/{row['id']}"
    to, cc = _addressed(row, me)
    at = iso(row["created_at"])
    if row["boost_of_id"] is not None:
        return {
            "id": f"{address}/activity", "type": "Announce", "actor": me, "published": at, "to": to, "cc": cc,
            "object": row["boost_address"],
        }  # fmt: skip
    note: dict[str, Any] = {
        "id": address, "type": "Question" if row["poll"] else "Note", "summary": row["spoiler"] or None,
        "inReplyTo": row["parent_address"], "published": at,
        "url": f"{face.origin}/@{me.rpartition('/')[2]}/{row['id']}",
        "attributedTo": me, "to": to, "cc": cc, "sensitive": row["sensitive"], "content": row["html"],
        "source": {"content": row["source"], "mediaType": "text/plain"},
        "updated": iso(row["edited_at"]) if row["edited_at"] else None,
        "attachment": [
            {"type": "Document", "mediaType": media.get("mime"), "url": f"/{media['file'].removeprefix(face.folder)}",
             "name": media.get("description")}
            for media in row["media"] if media["file"]
        ],
        "tag": [{"type": "Hashtag", "name": f"#{tag}", "href": f"{face.origin}/tags/{tag}"} for tag in row["tags"]]
        + [{"type": "Mention", **mention} for mention in row["mentions"]],
    }  # fmt: skip
    if row["language"]:
        note["contentMap"] = {row["language"]: row["html"]}
    if row["group_handle"]:
        note["audience"] = f"{face.origin}/users/{row['group_handle']}"
    if poll := row["poll"]:
        note["anyOf" if poll["multiple"] else "oneOf"] = [
            {"type": "Note", "name": option, "replies": {"type": "Collection", "totalItems": tally}}
            for option, tally in zip(poll["options"], poll["tallies"], strict=True)
        ]
        note["endTime"] = poll["expires_at"]
    return {
        "id": f"{address}/activity", "type": "Create", "actor": me, "published": at, "to": to, "cc": cc, "object": note,
    }  # fmt: skip


def _addressed(row: Row, me: str) -> tuple[list[str], list[str]]:
    """(to, cc) as Mastodon addresses; a group's posts as to followers, so that none becomes public by importing it."""
    followers, mentioned = f"{me}/followers", [mention["href"] for mention in row["mentions"]]
    if row["audience"] == "everyone":
        return ([PUBLIC], [followers, *mentioned]) if row["listed"] else ([followers], [PUBLIC, *mentioned])
    if row["audience"] == "mentioned":
        return mentioned, []
    return [followers], mentioned


async def _messages(
    db: Database, blobs: Blobs, face: Face, archive: zipfile.ZipFile, folder: Path
) -> list[archive_page.Line]:
    """messages.json: the conversations as the person could read them, what the others wrote included."""
    part, after, count = folder / f"messages-{face.id}.part", 0, 0
    lines: list[archive_page.Line] = []
    with part.open("wb") as out:
        out.write(b"[")
        while True:
            async with db.tx(face.scope) as tx:
                rows = await tx.all(archive_sql.MESSAGES, _params(face, after=after, most=PAGE))
            for row in rows:
                record = row["record"]
                for media in record["media"]:
                    media["file"] = await _file(
                        blobs, archive, media.pop("key", None), f"{face.folder}media_attachments/files/{media['id']}"
                    )
                    media.pop("preview_key", None)
                out.write((b",\n" if count else b"\n") + msgspec.json.encode(record))
                count += 1
                files = [media["file"] for media in record["media"] if media["file"]]
                at = datetime.fromisoformat(record["created_at"])
                lines.append(
                    archive_page.Line(at=at, who=record["author"], text=record["text"], spoiler="", files=files)
                )
            if len(rows) < PAGE:
                break
            after = int(rows[-1]["id"])
        out.write(b"\n]\n")
    await asyncio.to_thread(archive.write, part, f"{face.folder}messages.json")
    part.unlink()
    return lines


async def _file(blobs: Blobs, archive: zipfile.ZipFile, key: str | None, name: str) -> str | None:
    """Put a stored file into the archive; its name there, None if the store has it not."""
    if not key:
        return None
    name = f"{name}{Path(key).suffix}"
    if name in archive.namelist():
        return name
    try:
        async with blobs.local(key) as path:
            await asyncio.to_thread(archive.write, path, name, zipfile.ZIP_STORED)
    except FileNotFoundError:
        return None
    return name


def _collection(name: str, items: list[str]) -> dict[str, Any]:
    return {"@context": CONTEXT, "id": name, "type": "OrderedCollection", "orderedItems": items}


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)
