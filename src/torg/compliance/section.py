"""A section of an export, and the pieces that the queries of all sections are put together from."""

from __future__ import annotations

import msgspec


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the export. `sql` gives rows (id, record); `media`: records name files to be copied by `key`."""

    name: str
    sql: str
    media: bool = False


WHO = "jsonb_build_object('id', {a}.id::text, 'handle', {a}.handle, 'display_name', {a}.display_name)"
AUTHOR = WHO.format(a="a")
OF_TIME = (
    """(%(since)s::timestamptz IS NULL OR {t} >= %(since)s) AND (%(until)s::timestamptz IS NULL OR {t} < %(until)s)"""
)
ACCOUNTS = "(%(accounts)s::bigint[] = '{{}}' OR {c} = ANY (%(accounts)s::bigint[]))"
GROUPS = "(%(groups)s::bigint[] = '{{}}' OR {c} = ANY (%(groups)s::bigint[]))"
HERE = "{t}.org_id = %(org)s AND {t}.network_id = %(network)s AND {t}.id <= %(last)s AND {t}.id > %(after)s"
WHOLE = "%(groups)s::bigint[] = '{}'"
"""What belongs to no group is left out of an export that is cut to groups."""
