"""SQL skeleton of a home: the posts of those whom the viewer follows, of groups, of tags, of all colleagues."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.page import Page, in_order
from torg.posts.visibility import readable
from torg.timelines.store import (
    BOOST_OF_BLOCKED_SERVER,
    BOOSTED,
    COMPANY,
    HEARD,
    MEMBER,
    NOT_HIDDEN,
    NOT_HIDDEN_ORIGINAL,
    OF_BLOCKED_SERVER,
    REPLY_RULE,
    TENANT,
    parameters,
)


class Parts(msgspec.Struct, frozen=True):
    """What a home is put together from, besides the accounts that the viewer follows."""

    company: bool = False
    groups: bool = False
    tags: bool = False
    blocks_servers: bool = False


PARTS = f"""SELECT coalesce({COMPANY.format(viewer="%(viewer)s")}, false) AS company,
    EXISTS (SELECT FROM groups g JOIN follows f ON f.org_id = g.org_id AND f.target_id = g.id
        WHERE g.org_id = %(org)s AND g.network_id = %(network)s AND f.account_id = %(viewer)s) AS groups,
    EXISTS (SELECT FROM tag_follows tf WHERE tf.org_id = %(org)s AND tf.network_id = %(network)s
        AND tf.account_id = %(viewer)s) AS tags,
    EXISTS (SELECT FROM domain_blocks d WHERE d.org_id = %(org)s AND d.account_id = %(viewer)s) AS blocks_servers"""

AUTHORS = """WITH authors AS (
    SELECT f.target_id AS id, f.show_boosts, f.languages FROM follows f
    WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND f.account_id = %(viewer)s
    AND NOT EXISTS (SELECT FROM list_members m JOIN lists l ON l.org_id = m.org_id AND l.id = m.list_id
        WHERE m.org_id = f.org_id AND m.account_id = f.target_id AND l.account_id = %(viewer)s AND l.exclusive)
    UNION ALL SELECT %(viewer)s, true, NULL)"""

IN_LANGUAGE = "(authors.languages IS NULL OR p.language IS NULL OR p.language = ANY(authors.languages))"

FOLLOWED = f"""(SELECT p.id FROM authors CROSS JOIN LATERAL (
    SELECT p.id FROM posts p {BOOSTED}
    WHERE {TENANT} AND p.account_id = authors.id AND {{where}}
    AND (p.account_id = %(viewer)s OR p.group_id IS NULL)
    AND (p.account_id = %(viewer)s OR ((p.boost_of_id IS NULL OR (authors.show_boosts AND b.account_id <> %(viewer)s))
        AND {IN_LANGUAGE} AND {REPLY_RULE} AND {NOT_HIDDEN} {{boosts}}))
    AND {readable()} AND (p.boost_of_id IS NULL OR {readable("b")})
    {{tail}}) p)"""

GROUPS = f"""(SELECT p.id FROM authors
    JOIN groups g ON g.org_id = %(org)s AND g.network_id = %(network)s AND g.id = authors.id
    CROSS JOIN LATERAL (
    SELECT p.id FROM posts p {BOOSTED}
    WHERE {TENANT} AND p.group_id = g.id AND {{where}}
    AND {IN_LANGUAGE} AND {REPLY_RULE} AND {NOT_HIDDEN} AND {readable()}
    {{tail}}) p)"""

COLLEAGUES = f"""(SELECT p.id FROM posts p
    WHERE {TENANT} AND {{where}} AND p.group_id IS NULL AND p.audience = 'everyone' AND p.listed
    AND p.boost_of_id IS NULL
    AND (p.reply_to_account_id IS NULL AND p.thread_id = p.id OR p.reply_to_account_id = p.account_id)
    AND {HEARD.format(origin="")}
    AND p.account_id <> ALL (ARRAY(SELECT m.account_id FROM list_members m
        JOIN lists l ON l.org_id = m.org_id AND l.id = m.list_id
        WHERE m.org_id = %(org)s AND l.account_id = %(viewer)s AND l.exclusive))
    AND {NOT_HIDDEN_ORIGINAL} {{authors}} AND {readable()} {{tail}})"""

TAGS = f"""(SELECT p.id FROM tag_follows tf CROSS JOIN LATERAL (
    SELECT p.id FROM post_tags pt JOIN posts p ON p.org_id = pt.org_id AND p.id = pt.post_id
    WHERE pt.org_id = tf.org_id AND pt.tag_id = tf.tag_id AND {TENANT} AND {{where}}
    AND (p.audience = 'everyone' AND p.listed OR {MEMBER}) AND p.reply_to_id IS NULL AND p.thread_id = p.id
    AND {NOT_HIDDEN_ORIGINAL} {{authors}} AND {readable()} {{tail}}) p
    WHERE tf.org_id = %(org)s AND tf.network_id = %(network)s AND tf.account_id = %(viewer)s)"""


async def home(tx: Tx, viewer: int, page: Page) -> list[int]:
    """Per author the newest few by index (LATERAL), merged: the cost follows the follows, not the posts.

    Posts of a group come by following the group, whoever wrote them; those of all colleagues where the home is the
    company's. What the viewer's home has no use for is left out of the query.
    """
    where, params = parameters(tx, viewer, page)
    await tx.steady()
    parts = await tx.one(PARTS, params, as_=Parts) or Parts()
    return in_order(page, await tx.column(_written(parts, where, page.direction, page.limit), params))


@lru_cache(maxsize=256)
def _written(parts: Parts, where: str, direction: str, limit: int) -> str:
    """The query for these parts; in one line, since psycopg remembers how it reads a query of up to 4096 characters."""
    tail = f"ORDER BY p.id {direction} LIMIT {limit}"
    branches = [FOLLOWED]
    if parts.groups:
        branches.append(GROUPS)
    if parts.company:
        branches.append(COLLEAGUES)
    if parts.tags:
        branches.append(TAGS)
    servers = {
        "authors": f"AND NOT {OF_BLOCKED_SERVER}" if parts.blocks_servers else "",
        "boosts": f"AND NOT {BOOST_OF_BLOCKED_SERVER}" if parts.blocks_servers else "",
    }
    union = " UNION ".join(branch.format(where=where, tail=tail, **servers) for branch in branches)
    return " ".join(f"{AUTHORS} SELECT id FROM ({union}) p {tail}".split())
