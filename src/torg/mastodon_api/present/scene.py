"""What presenting needs besides the views: origin, viewer, custom emoji, roles, moved-to accounts, collections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.delegation.model import Byline
from torg.emojis import reads as known
from torg.emojis.model import Emoji
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.ids import MAX_ID
from torg.mastodon_api.entities import AccountRole, Collection, CustomEmoji
from torg.mastodon_api.present import collections
from torg.media import links

SHORTCODE = re.compile(r":([a-zA-Z0-9_]+):")


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """Everything around the views of one answer."""

    actor: Actor
    origin: str
    emojis: Mapping[tuple[str, str], CustomEmoji] = {}
    roles: Mapping[int, AccountRole] = {}
    moved: Mapping[int, Account] = {}
    collections: Mapping[int, Collection] = {}
    bylines: Mapping[int, Byline] = {}
    creators: Mapping[int, Account] = {}
    """By the id of a card: who wrote the page."""

    def emojis_in(self, *texts: str, host: str = "") -> list[CustomEmoji]:
        """The custom emoji that the texts use, in order of first use; `host`: whose they are, '' for ours."""
        if not self.emojis:
            return []
        codes = dict.fromkeys(code for text in texts for code in SHORTCODE.findall(text))
        return [self.emojis[host, code] for code in codes if (host, code) in self.emojis]

    def collections_in(self, html: str) -> list[Collection]:
        """The collections that a text links to and the viewer may see, in order of first link."""
        if not self.collections:
            return []
        return [self.collections[id_] for id_ in _linked(self.origin, [html]) if id_ in self.collections]

    def file(self, key: str) -> str:
        """The address of a stored file."""
        return links.url(self.actor.network_kind, self.origin, key)


def bare(actor: Actor, origin: str, people: Iterable[Account], texts: Iterable[str]) -> Scene | None:
    """The scene where nothing has to be looked up; None where `load` is needed."""
    people = list(people)
    words = [*texts, *(t for a in people for t in (a.display_name, a.note_html, *(f.value_html for f in a.fields)))]
    if any(a.role_id is not None or a.moved_to_id is not None for a in people) or _linked(origin, words):
        return None
    return None if any(":" in text and SHORTCODE.search(text) for text in words) else Scene(actor=actor, origin=origin)


async def load(tx: Tx, actor: Actor, origin: str, people: Iterable[Account], texts: Iterable[str]) -> Scene:
    """A few queries, each only if something needs it."""
    people = list(people)
    words = [*texts, *(t for a in people for t in (a.display_name, a.note_html, *(f.value_html for f in a.fields)))]
    codes = {code for text in words for code in SHORTCODE.findall(text)}
    moved = {a.moved_to_id for a in people if a.moved_to_id is not None}
    tenant = {"org": actor.org_id, "network": actor.network_id}
    emojis: dict[tuple[str, str], CustomEmoji] = {}
    if codes:
        emojis = await _emojis(tx, actor, codes, origin)
        others = await known.elsewhere(tx, {a.host for a in people if a.host}, codes)
        emojis |= {(one.host, one.shortcode): _remote_emoji(actor, origin, one) for one in others}
    roles: dict[int, AccountRole] = {}
    if role_ids := {a.role_id for a in people if a.role_id is not None}:
        rows = await tx.all(
            """SELECT id, name, color FROM roles WHERE org_id = %(org)s AND network_id = %(network)s
               AND highlighted AND id = ANY(%(ids)s)""",
            {**tenant, "ids": list(role_ids)},
        )
        roles = {r["id"]: AccountRole(id=str(r["id"]), name=r["name"], color=r["color"]) for r in rows}
    return Scene(
        actor=actor,
        origin=origin,
        emojis=emojis,
        roles=roles,
        moved=await accounts.by_ids(tx, moved) if moved else {},
        collections=await collections.by_ids(tx, actor, origin, ids) if (ids := _linked(origin, words)) else {},
    )


def _linked(origin: str, texts: Iterable[str]) -> list[int]:
    """The ids of this network's collections that HTML texts link to."""
    start = f'href="{origin}/collections/'
    texts = [text for text in texts if start in text]
    if not texts:  # as almost always
        return []
    link = re.compile(re.escape(start) + r'([0-9]{1,19})"')
    found = [int(id_) for text in texts for id_ in link.findall(text)]
    return list(dict.fromkeys(id_ for id_ in found if id_ <= MAX_ID))


async def _emojis(tx: Tx, actor: Actor, codes: set[str], origin: str) -> dict[tuple[str, str], CustomEmoji]:
    rows = await tx.all(
        """SELECT shortcode, category, visible, key, static_key FROM custom_emojis
           WHERE org_id = %(org)s AND network_id = %(network)s AND NOT disabled AND shortcode = ANY(%(codes)s)""",
        {"org": actor.org_id, "network": actor.network_id, "codes": list(codes)},
    )
    return {
        ("", r["shortcode"]): CustomEmoji(
            shortcode=r["shortcode"],
            url=links.url(actor.network_kind, origin, r["key"]),
            static_url=links.url(actor.network_kind, origin, r["static_key"]),
            visible_in_picker=r["visible"],
            category=r["category"],
        )
        for r in rows
    }


def _remote_emoji(actor: Actor, origin: str, emoji: Emoji) -> CustomEmoji:
    return CustomEmoji(
        shortcode=emoji.shortcode,
        url=links.url(actor.network_kind, origin, emoji.key),
        static_url=links.url(actor.network_kind, origin, emoji.static_key),
        visible_in_picker=False,
        category=None,
    )
