"""Files of other servers: the rows that stand for them. They are fetched when somebody looks (`copies`)."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from torg.engine import jobs
from torg.engine.postgres import Tx, json
from torg.kernel.ids import new_id
from torg.media import rules, store
from torg.media.formats import SUPPORTED_MIME_TYPES
from torg.media.model import Kind, State
from torg.orgs.model import Network
from torg.text.normal import normal

PORTRAITS = "media.portraits"
EMOJI = "media.emoji"
COPY = "media.copy"
MOST_FILES = 16
MOST_EMOJIS = 100
MOST_ADDRESS = 2048
_BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,150}")
_SHORTCODE = re.compile(r"[a-zA-Z0-9_]{1,100}")
_SIDE_LIMIT = 100_000
_BY_ENDING = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "avif": "image/avif", "mp4": "video/mp4", "m4v": "video/x-m4v", "mov": "video/quicktime", "webm": "video/webm",
    "mp3": "audio/mpeg", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/opus", "wav": "audio/wav",
    "flac": "audio/flac", "m4a": "audio/m4a",
}  # fmt: skip


class RemoteFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as another server describes it; nothing of it is believed before it has been looked at."""

    url: str
    mime: str | None = None
    description: str | None = None
    blurhash: str | None = None
    focus: tuple[float, float] | None = None
    width: int | None = None
    height: int | None = None
    preview_url: str | None = None


async def attach(
    tx: Tx,
    account_id: int,
    files: Sequence[RemoteFile],
    *,
    post_id: int | None = None,
    message_id: int | None = None,
    reject: bool = False,
) -> None:
    """Make these the files of a post or message, in this order, instead of those that it had.

    A file at the same address stays the same attachment, with its copy. What has no usable address is left out.
    `reject`: of a server whose files the network does not take; they are shown should it ever do so.
    """
    holder, holder_id = ("post_id", post_id) if post_id is not None else ("message_id", message_id)
    assert holder_id is not None, "a post or a message"
    wanted = {file.url: file for file in files if address(file.url)}
    had = {m.remote_url: m for m in await store.held_by(tx, holder, [holder_id], rejected=True) if m.remote_url}
    await store.delete(tx, [m.id for url, m in had.items() if url not in wanted])
    for position, (url, file) in enumerate(list(wanted.items())[:MOST_FILES]):
        values = {**_described(file), "position": position, "rejected": reject}
        if url in had:
            await store.update(tx, had[url].id, values)
            continue
        made = {
            "id": new_id(), "account_id": account_id, holder: holder_id, "token": secrets.token_hex(12),
            "state": State.READY.value, "kind": kind_of(file).value, "remote_url": url,
            "mime": _mime(file), **values,
        }  # fmt: skip
        await store.insert(tx, {**made, "meta": json(made["meta"])})
        if made["mime"] == "image/gif" and not reject:
            # Whether it moves, and so is a film to clients, is known only when it has been looked at.
            await jobs.enqueue(tx, COPY, {"id": made["id"]}, key=str(made["id"]))


def address(text: str | None) -> bool:
    """Whether this is an address that could be fetched."""
    if not text or len(text) > MOST_ADDRESS or normal(text) != text or any(c.isspace() for c in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        return False


def kind_of(file: RemoteFile) -> Kind:
    """What clients are told that it is; `unknown` for what we do not show (SVG, PDF, HTML)."""
    mime = _mime(file)
    if mime not in SUPPORTED_MIME_TYPES:
        return Kind.UNKNOWN
    return Kind(mime.partition("/")[0])


def _mime(file: RemoteFile) -> str:
    given = (file.mime or "").partition(";")[0].strip().lower()
    if given:
        return given[:100]
    return _BY_ENDING.get(urlsplit(file.url).path.rpartition(".")[2].lower(), "")


def _described(file: RemoteFile) -> dict[str, Any]:
    """The columns for what is said of a file, within bounds."""
    meta: dict[str, Any] = {}
    if file.width and file.height and 0 < file.width < _SIDE_LIMIT and 0 < file.height < _SIDE_LIMIT:
        meta["original"] = {
            "width": file.width,
            "height": file.height,
            "size": f"{file.width}x{file.height}",
            "aspect": file.width / file.height,
        }
    x, y = file.focus if file.focus and all(math.isfinite(part) for part in file.focus) else (None, None)
    description = normal(file.description or "").replace("\x00", "").strip()[: rules.DESCRIPTION_LIMIT]
    return {
        "description": description or None,
        "blurhash": file.blurhash if file.blurhash and _BLURHASH.fullmatch(file.blurhash) else None,
        "focus_x": None if x is None else max(-1.0, min(1.0, x)),
        "focus_y": None if y is None else max(-1.0, min(1.0, y)),
        "remote_preview_url": file.preview_url if address(file.preview_url) else None,
        "meta": meta,
    }


async def want_portraits(tx: Tx, account_id: int, avatar_url: str | None, header_url: str | None) -> None:
    """Ask for copies of a remote account's pictures: made by a job, unless there are copies from these addresses.

    None: it has no such picture (any more).
    """
    for kind, url in (("avatar", avatar_url), ("header", header_url)):
        if url is None or not address(url):
            await tx.run(
                f"""UPDATE remote_portraits SET url = '' WHERE {store.TENANT}
                    AND account_id = %(account)s AND kind = %(kind)s""",
                {**store.tenant(tx), "account": account_id, "kind": kind},
            )
            continue
        await tx.run(
            """INSERT INTO remote_portraits (org_id, network_id, account_id, kind, url)
               VALUES (%(org)s, %(network)s, %(account)s, %(kind)s, %(url)s)
               ON CONFLICT (org_id, account_id, kind) DO UPDATE SET url = EXCLUDED.url, failures = 0
               WHERE remote_portraits.url <> EXCLUDED.url""",
            {**store.tenant(tx), "account": account_id, "kind": kind, "url": url},
        )
    if await tx.value(
        f"""SELECT EXISTS (SELECT FROM remote_portraits WHERE {store.TENANT} AND account_id = %(account)s
            AND url IS DISTINCT FROM coalesce(kept_url, ''))""",
        {**store.tenant(tx), "account": account_id},
    ):
        await jobs.enqueue(tx, PORTRAITS, {"account_id": account_id}, key=str(account_id))


async def want_emojis(
    tx: Tx, network: Network, host: str, emojis: Mapping[str, tuple[str, datetime | None]]
) -> None:
    """Ask for copies of a server's custom emoji: shortcode → address of the picture and when it was changed."""
    for shortcode, (url, updated) in list(emojis.items())[:MOST_EMOJIS]:
        if not _SHORTCODE.fullmatch(shortcode) or not address(url):
            continue
        changed = await tx.run(
            """INSERT INTO remote_emojis AS e (org_id, network_id, host, shortcode, image_url, updated_at)
               VALUES (%(org)s, %(network)s, lower(%(host)s), %(shortcode)s, %(url)s, %(updated)s)
               ON CONFLICT (org_id, network_id, host, shortcode) DO UPDATE
               SET image_url = EXCLUDED.image_url, updated_at = EXCLUDED.updated_at, failures = 0, kept_url = NULL
               WHERE e.kept_url IS NULL AND e.failures = 0 AND e.created_at < now() - interval '1 day'
                  OR e.image_url <> EXCLUDED.image_url OR e.updated_at < EXCLUDED.updated_at""",
            {
                "org": network.org_id, "network": network.id, "host": host, "shortcode": shortcode, "url": url,
                "updated": updated,
            },
        )  # fmt: skip
        if changed:
            name = {"host": host.lower(), "shortcode": shortcode}
            await jobs.enqueue(tx, EMOJI, name, key=f"{host.lower()}:{shortcode}")
