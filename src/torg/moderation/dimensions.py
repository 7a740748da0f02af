"""Shares of a whole (Mastodon: methods/admin/dimensions): languages, apps, servers, room taken, versions."""

from __future__ import annotations

import platform
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from torg import __version__
from torg.accounts.store import tenant
from torg.engine.postgres import Tx
from torg.kernel.later import Later

if TYPE_CHECKING:
    import babel
else:
    babel = Later("babel")

SPAN = "{at} >= %(first)s::date AND {at} < %(last)s::date + 1"
POSTED = "p.org_id = %(org)s AND p.network_id = %(network)s AND " + SPAN.format(at="p.created_at")
OF_AUTHOR = "JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id"
TAGGED = "post_tags t JOIN posts p ON p.org_id = t.org_id AND p.id = t.post_id"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One share, by its key and by its name for people."""

    key: str
    name: str
    value: str
    unit: str | None = None
    human_value: str | None = None


def _ranked(key: str, source: str, where: str = "TRUE") -> str:
    return f"""SELECT {key} AS key, count(*) AS value FROM {source} WHERE {POSTED} AND {where} AND {key} IS NOT NULL
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s"""


# Each gives (key, value), the largest first.
SQL: Mapping[str, str] = {
    "languages": """SELECT coalesce(a.settings ->> 'locale', p.locale) AS key, count(*) AS value FROM accounts a
        JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
        WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.state = 'active'
        AND EXISTS (SELECT FROM account_days d WHERE d.org_id = a.org_id AND d.account_id = a.id
                    AND d.day BETWEEN %(first)s AND %(last)s)
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s""",
    "sources": _ranked(
        "coalesce(o.name, '')",
        f"posts p {OF_AUTHOR} LEFT JOIN apps o ON o.org_id = p.org_id AND o.id = p.app_id",
        "a.host = '' AND p.boost_of_id IS NULL",
    ),
    "servers": _ranked("a.host", f"posts p {OF_AUTHOR}", "a.host <> ''"),
    "tag_servers": _ranked("a.host", f"{TAGGED} {OF_AUTHOR}", "t.tag_id = %(id)s AND a.host <> ''"),
    "tag_languages": _ranked("p.language", TAGGED, "t.tag_id = %(id)s"),
    "instance_languages": _ranked("p.language", f"posts p {OF_AUTHOR}", "a.host = %(domain)s"),
    "instance_accounts": """SELECT a.handle AS key, count(f.id) AS value FROM accounts a
        LEFT JOIN follows f ON f.org_id = a.org_id AND f.target_id = a.id
        WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = %(domain)s
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s""",
}


async def dimension(tx: Tx, key: str, first: date, last: date, limit: int, params: Mapping[str, Any]) -> list[Item]:
    """One dimension over posts from `first` to `last`, both included; the largest `limit` shares."""
    if key in OTHERS:
        return await OTHERS[key](tx)
    rows = await tx.all(SQL[key], {**tenant(tx), **params, "first": first, "last": last, "limit": limit})
    named = _language if "languages" in key else _source if key == "sources" else str
    return [Item(key=row["key"] or "web", name=named(row["key"]), value=str(row["value"])) for row in rows]


def _language(code: str) -> str:
    try:
        return babel.Locale.parse(code.replace("-", "_")).get_language_name("en") or code
    except (babel.UnknownLocaleError, ValueError):
        return code


def _source(name: str) -> str:
    return name or "Website"


async def _versions(tx: Tx) -> list[Item]:
    server = str(await tx.value("SELECT current_setting('server_version')")).split(" ")[0]
    found = (("torg", "Torg", __version__), ("python", "Python", platform.python_version()),
             ("postgresql", "PostgreSQL", server))  # fmt: skip
    return [Item(key=key, name=name, value=value, human_value=value) for key, name, value in found]


async def _space(tx: Tx) -> list[Item]:
    """The database's size is that of the whole installation; files are those of this network."""
    database = int(await tx.value("SELECT pg_database_size(current_database())"))
    files = int(
        await tx.value(
            """SELECT coalesce(sum(size), 0) FROM media_files
               WHERE org_id = %(org)s AND network_id = %(network)s AND doomed_at IS NULL""",
            tenant(tx),
        )
    )
    return [_bytes("postgresql", "PostgreSQL", database), _bytes("media", "Media storage", files)]


def _bytes(key: str, name: str, size: int) -> Item:
    return Item(key=key, name=name, value=str(size), unit="bytes", human_value=human_size(size))


def human_size(size: int) -> str:
    """`1536` → `1.5 KB`, three digits at most."""
    value, units = float(size), ["Bytes", "KB", "MB", "GB", "TB", "PB"]
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:.3g} {units[0]}" if value < 1000 else f"{value:.0f} {units[0]}"


OTHERS: Mapping[str, Callable[[Tx], Awaitable[list[Item]]]] = {"software_versions": _versions, "space_usage": _space}
KEYS = (*SQL, *OTHERS)
