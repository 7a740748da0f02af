"""All SQL of custom emoji."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from torg.emojis.model import Emoji
from torg.engine.postgres import Tx

COLUMNS = "id, shortcode, category, visible, disabled, key, static_key"
TENANT = "org_id = %(org)s AND network_id = %(network)s"


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def listed(tx: Tx, *, disabled: bool = False) -> list[Emoji]:
    """All in use, by shortcode; with `disabled` also the others."""
    return await tx.all(
        f"SELECT {COLUMNS} FROM custom_emojis WHERE {TENANT} AND (NOT disabled OR %(disabled)s) ORDER BY shortcode",
        {**tenant(tx), "disabled": disabled},
        as_=Emoji,
    )


async def one(tx: Tx, id_: int) -> Emoji | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM custom_emojis WHERE {TENANT} AND id = %(id)s FOR UPDATE",
        {**tenant(tx), "id": id_},
        as_=Emoji,
    )


async def shown(tx: Tx, id_: int) -> Emoji | None:
    """One that is in use, without holding it for a change."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM custom_emojis WHERE {TENANT} AND id = %(id)s AND NOT disabled",
        {**tenant(tx), "id": id_},
        as_=Emoji,
    )


async def by_shortcodes(tx: Tx, codes: Collection[str]) -> list[Emoji]:
    """Those in use that are called so."""
    return await tx.all(
        f"SELECT {COLUMNS} FROM custom_emojis WHERE {TENANT} AND NOT disabled AND shortcode = ANY (%(codes)s)",
        {**tenant(tx), "codes": list(codes)},
        as_=Emoji,
    )


async def insert(tx: Tx, emoji: Emoji) -> bool:
    """Whether it was new; the same shortcode twice is not."""
    return (
        await tx.run(
            """INSERT INTO custom_emojis (org_id, network_id, id, shortcode, category, visible, disabled,
                                          key, static_key)
               VALUES (%(org)s, %(network)s, %(id)s, %(shortcode)s, %(category)s, %(visible)s, %(disabled)s,
                       %(key)s, %(static)s) ON CONFLICT (org_id, network_id, shortcode) DO NOTHING""",
            {
                **tenant(tx),
                "id": emoji.id,
                "shortcode": emoji.shortcode,
                "category": emoji.category,
                "visible": emoji.visible,
                "disabled": emoji.disabled,
                "key": emoji.key,
                "static": emoji.static_key,
            },
        )
        > 0
    )


async def update(tx: Tx, emoji: Emoji) -> None:
    await tx.run(
        f"""UPDATE custom_emojis SET category = %(category)s, visible = %(visible)s, disabled = %(disabled)s
            WHERE {TENANT} AND id = %(id)s""",
        {
            **tenant(tx),
            "id": emoji.id,
            "category": emoji.category,
            "visible": emoji.visible,
            "disabled": emoji.disabled,
        },
    )


async def delete(tx: Tx, id_: int) -> None:
    await tx.run(f"DELETE FROM custom_emojis WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_})


async def known_elsewhere(tx: Tx, text: str, after: str, limit: int) -> list[Emoji]:
    """Those of other servers of which we have a copy, by shortcode and host. `text`: the beginning of the shortcode."""
    begins = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return await tx.all(
        f"""SELECT 0 AS id, host, shortcode, NULL AS category, false AS visible, false AS disabled, key,
                   coalesce(static_key, key) AS static_key FROM remote_emojis
            WHERE {TENANT} AND key IS NOT NULL AND lower(shortcode) LIKE %(begins)s
            AND shortcode || '@' || host > %(after)s ORDER BY shortcode || '@' || host LIMIT %(limit)s""",
        {**tenant(tx), "begins": begins, "after": after, "limit": limit},
        as_=Emoji,
    )


async def elsewhere(tx: Tx, hosts: Collection[str], codes: Collection[str]) -> list[Emoji]:
    """Those of other servers of which we have a copy."""
    return await tx.all(
        f"""SELECT 0 AS id, host, shortcode, NULL AS category, false AS visible, false AS disabled, key,
                   coalesce(static_key, key) AS static_key FROM remote_emojis
            WHERE {TENANT} AND host = ANY(%(hosts)s) AND shortcode = ANY(%(codes)s) AND key IS NOT NULL""",
        {**tenant(tx), "hosts": list(hosts), "codes": list(codes)},
        as_=Emoji,
    )
