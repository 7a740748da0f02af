"""SQL of live streams: the facts of posts, and what the watchers have to do with the people in them.

Asked anew for each batch of events, so that an unfollow, a mute or a block holds at once. Every query names the
watchers and the people, and so costs what the batch and its watchers cost, not what the network holds. What plain posts
need is asked of the watchers alone (`acquaintances`) and remembered (crowd.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec
import numpy as np

from torg.engine.bus import Logged
from torg.engine.postgres import Row, Tx
from torg.live.model import ListFacts, Watcher
from torg.live.ties import NO_PEOPLE, People
from torg.timelines.rules import Follow, Viewer


def tenant(tx: Tx) -> dict[str, int]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def posts(tx: Tx, ids: Collection[int]) -> dict[int, Row]:
    """Of posts that (still) are: what decides who gets them."""
    rows = await tx.all(
        """SELECT p.id, p.account_id, p.audience, p.group_id, p.listed,
             coalesce(g.kind IN ('open', 'moderated'), false) AS group_is_open, p.has_media, p.language,
             p.reply_to_account_id,
             (p.boost_of_id IS NULL AND (p.reply_to_account_id IS NOT NULL OR p.thread_id <> p.id)) AS is_reply,
             p.boost_of_id, b.account_id AS boosted_account_id, a.host AS author_host,
             a.silenced_at IS NOT NULL AS is_silenced, coalesce(b.quote_of_id, p.quote_of_id) AS quote_of_id,
             q.account_id AS quoted_account_id,
             'followers' IN (p.quote_policy, coalesce(b.quote_policy, ''), coalesce(q.quote_policy, ''))
               AS followers_may_quote,
             coalesce(q.audience = 'everyone', true) AS quoted_for_all
           FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
           LEFT JOIN groups g ON g.org_id = p.org_id AND g.id = p.group_id
           LEFT JOIN posts b ON b.org_id = p.org_id AND b.id = p.boost_of_id
           LEFT JOIN posts q ON q.org_id = p.org_id AND q.id = coalesce(b.quote_of_id, p.quote_of_id)
           WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY(%(ids)s)
           AND a.suspended_at IS NULL AND a.state = 'active'""",
        {**tenant(tx), "ids": list(ids)},
    )
    return {row["id"]: row for row in rows}


async def logged(tx: Tx, seqs: Collection[int]) -> list[Logged]:
    """Events of the transaction's network by their numbers, in order."""
    return await tx.all(
        """SELECT seq, org_id, network_id, kind, payload, created_at FROM event_log
           WHERE org_id = %(org)s AND network_id = %(network)s AND seq = ANY(%(seqs)s) ORDER BY seq""",
        {**tenant(tx), "seqs": list(seqs)},
        as_=Logged,
    )


async def hosts(tx: Tx, accounts: Collection[int]) -> dict[int, tuple[str, bool]]:
    """(host, whether silenced) of the authors of posts that are gone."""
    rows = await tx.all(
        """SELECT id, host, silenced_at IS NOT NULL AS is_silenced FROM accounts
           WHERE org_id = %(org)s AND network_id = %(network)s AND id = ANY(%(ids)s)""",
        {**tenant(tx), "ids": list(accounts)},
    )
    return {row["id"]: (row["host"], row["is_silenced"]) for row in rows}


async def watchers(
    tx: Tx,
    accounts: Sequence[int],
    people: Collection[int],
    authors: Collection[int],
    tags: Collection[str],
    remote_hosts: dict[int, str],
) -> dict[int, Watcher]:
    """Each of the accounts as the rules know it, as far as these people and tags are concerned."""
    params = {
        **tenant(tx),
        "watchers": list(accounts),
        "people": list(people),
        "authors": list(authors),
        "tags": list(tags),
        "hosts": list(set(remote_hosts.values())),
    }
    follows: dict[int, dict[int, Follow]] = defaultdict(dict)
    for row in await tx.all(FOLLOWS, params):
        languages = tuple(row["languages"]) if row["languages"] else None
        follows[row["account_id"]][row["target_id"]] = Follow(row["show_boosts"], languages)
    hidden: dict[int, set[int]] = defaultdict(set)
    blocked_by: dict[int, set[int]] = defaultdict(set)
    for row in await tx.all(HIDDEN, params):
        (blocked_by if row["is_theirs"] else hidden)[row["viewer"]].add(row["person"])
    if remote_hosts:
        for row in await tx.all(DOMAIN_BLOCKS, params):
            viewer = row["account_id"]
            hidden[viewer] |= {
                person for person, host in remote_hosts.items()
                if host == row["domain"] and person not in follows[viewer]
            }  # fmt: skip
    followed_tags: dict[int, set[str]] = defaultdict(set)
    if tags:
        for row in await tx.all(TAG_FOLLOWS, params):
            followed_tags[row["account_id"]].add(row["name"])
    exclusive: dict[int, set[int]] = defaultdict(set)
    for row in await tx.all(EXCLUSIVE, params):
        exclusive[row["viewer"]].add(row["person"])
    homes = {row["id"]: row for row in await tx.all(HOMES, params)}
    return {
        id_: Watcher(
            Viewer(
                account_id=id_,
                company=id_ in homes and homes[id_]["company"],
                guest=id_ not in homes or homes[id_]["guest"],
                follows=follows[id_],
                hidden=hidden[id_],
                tags=followed_tags[id_],
                exclusive=exclusive[id_],
            ),
            blocked_by[id_],
        )
        for id_ in accounts
    }


class Acquaintance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A watcher with all whom it has to do with. `kinds`: sorted ids by the kinds of live/ties.py.

    `choosy`: what it wants of those whom it follows with conditions. `until`: when the first of its mutes runs out.
    """

    kinds: tuple[People, People, People, People] = (NO_PEOPLE, NO_PEOPLE, NO_PEOPLE, NO_PEOPLE)
    choosy: dict[int, Follow] = {}
    tags: frozenset[str] = frozenset()
    company: bool = False
    guest: bool = True
    filters: bool = False
    until: datetime | None = None


async def acquaintances(tx: Tx, accounts: Sequence[int]) -> dict[int, Acquaintance]:
    """Each of these watchers, by one statement; who is not there counts as a guest who knows nobody."""
    rows = await tx.all(ACQUAINTANCES, {**tenant(tx), "watchers": list(accounts)})
    found = {
        row["id"]: Acquaintance(
            kinds=(_people(row["follows"]), _people(row["hidden"]), _people(row["blockers"]), _people(row["excluded"])),
            choosy={
                person: Follow(show_boosts, tuple(languages) if languages else None)
                for person, show_boosts, languages in row["choosy"] or ()
            },
            tags=frozenset(row["tags"] or ()),
            company=row["company"],
            guest=row["guest"],
            filters=row["filters"],
            until=row["until"],
        )
        for row in rows
    }
    return {id_: found.get(id_) or Acquaintance() for id_ in accounts}


def _people(packed: bytes | None) -> People:
    return np.frombuffer(packed, ">i8").astype(np.int64) if packed else NO_PEOPLE


async def lists(tx: Tx, watched: Iterable[int], people: Collection[int]) -> list[ListFacts]:
    """The watched lists that have any of these people as members."""
    rows = await tx.all(
        """SELECT l.id, l.account_id, l.replies_policy, array_agg(m.account_id) AS members
           FROM lists l JOIN list_members m ON m.org_id = l.org_id AND m.list_id = l.id
           WHERE l.org_id = %(org)s AND l.network_id = %(network)s AND l.id = ANY(%(lists)s)
           AND m.account_id = ANY(%(people)s) GROUP BY l.id, l.account_id, l.replies_policy""",
        {**tenant(tx), "lists": list(watched), "people": list(people)},
    )
    return [
        ListFacts(
            id=row["id"], account_id=row["account_id"], replies_policy=row["replies_policy"],
            members=frozenset(row["members"]),
        )
        for row in rows
    ]  # fmt: skip


async def owns_list(tx: Tx, account_id: int, list_id: int) -> bool:
    """Whether the list is the account's own."""
    found = await tx.value(
        """SELECT true FROM lists WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(list)s
           AND account_id = %(account)s""",
        {**tenant(tx), "list": list_id, "account": account_id},
    )
    return bool(found)


async def marked(tx: Tx, watchers: Collection[int], post_ids: Collection[int]) -> set[tuple[int, int]]:
    """(watcher, post) where the post looks different to the watcher: marked, voted on, boosted, thread muted."""
    if not watchers or not post_ids:
        return set()
    rows = await tx.all(MARKED, {**tenant(tx), "watchers": list(watchers), "posts": list(post_ids)})
    return {(row["account_id"], row["post_id"]) for row in rows}


async def quiet_threads(tx: Tx, watchers: Collection[int], post_ids: Collection[int]) -> set[int]:
    """Of these posts, those in a thread that any of the watchers has muted."""
    found = await tx.column(
        """SELECT DISTINCT p.id FROM posts p JOIN thread_mutes m ON m.org_id = p.org_id AND m.thread_id = p.thread_id
           WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY(%(posts)s)
           AND m.account_id = ANY(%(watchers)s)""",
        {**tenant(tx), "watchers": list(watchers), "posts": list(post_ids)},
    )
    return set(found)


async def ended_tokens(tx: Tx, tokens: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Of these tokens (organisation, id), those that no longer let their account in (system transaction).

    The others are not told, since of thousands who listen hardly one has ended.
    """
    rows = await tx.all(
        """WITH asked AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS w (org_id, id))
           SELECT org_id, id FROM asked EXCEPT
           SELECT t.org_id, t.id FROM asked w
           JOIN tokens t ON t.org_id = w.org_id AND t.id = w.id
           LEFT JOIN accounts a ON a.org_id = t.org_id AND a.id = t.account_id
           LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
           JOIN networks n ON n.org_id = t.org_id AND n.id = t.network_id
           WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
           AND (n.settings ->> 'session_hours' IS NULL OR t.created_at
                > now() - make_interval(hours => (n.settings ->> 'session_hours')::int))
           AND (n.settings ->> 'session_idle_minutes' IS NULL OR coalesce(t.last_used_at, t.created_at)
                > now() - make_interval(mins => (n.settings ->> 'session_idle_minutes')::int))
           AND torg_delegation_holds(t.org_id, t.delegation_id)
           AND (t.account_id IS NULL OR (a.state = 'active' AND a.disabled_at IS NULL AND a.suspended_at IS NULL
                AND p.disabled_at IS NULL))""",
        ([org for org, _ in tokens], [token for _, token in tokens]),
    )
    return {(row["org_id"], row["id"]) for row in rows}


FOLLOWS = """
SELECT account_id, target_id, show_boosts, languages FROM follows
WHERE org_id = %(org)s AND network_id = %(network)s
AND account_id = ANY(%(watchers)s) AND target_id = ANY(%(people)s)
"""

# COMPANY of timelines/store.py for many at once, without a query for each of them
HOMES = """
SELECT w.id, w.guest, NOT w.guest AND coalesce(w.settings ->> 'home_feed', n.settings ->> 'home_feed',
  CASE n.kind WHEN 'public' THEN 'followed' ELSE 'company' END) = 'company' AS company
FROM accounts w JOIN networks n ON n.org_id = w.org_id AND n.id = w.network_id
WHERE w.org_id = %(org)s AND w.network_id = %(network)s AND w.id = ANY(%(watchers)s)
"""

ACQUAINTANCES = """
SELECT w.id, w.guest, NOT w.guest AND coalesce(w.settings ->> 'home_feed', n.settings ->> 'home_feed',
    CASE n.kind WHEN 'public' THEN 'followed' ELSE 'company' END) = 'company' AS company,
  (SELECT string_agg(int8send(f.target_id), '' ORDER BY f.target_id) FROM follows f WHERE f.org_id = w.org_id
    AND f.network_id = w.network_id AND f.account_id = w.id) AS follows,
  (SELECT json_agg(json_build_array(f.target_id, f.show_boosts, f.languages)) FROM follows f WHERE f.org_id = w.org_id
    AND f.network_id = w.network_id AND f.account_id = w.id
    AND (NOT f.show_boosts OR f.languages IS NOT NULL)) AS choosy,
  (SELECT string_agg(int8send(x.target_id), '' ORDER BY x.target_id) FROM (SELECT m.target_id FROM mutes m
      WHERE m.org_id = w.org_id AND m.network_id = w.network_id AND m.account_id = w.id
      AND (m.expires_at IS NULL OR m.expires_at > now())
    UNION SELECT b.target_id FROM blocks b WHERE b.org_id = w.org_id AND b.network_id = w.network_id
      AND b.account_id = w.id) x) AS hidden,
  (SELECT string_agg(int8send(b.account_id), '' ORDER BY b.account_id) FROM blocks b WHERE b.org_id = w.org_id
    AND b.network_id = w.network_id AND b.target_id = w.id) AS blockers,
  (SELECT string_agg(int8send(x.account_id), '' ORDER BY x.account_id) FROM (SELECT DISTINCT m.account_id FROM lists l
    JOIN list_members m ON m.org_id = l.org_id AND m.list_id = l.id
    WHERE l.org_id = w.org_id AND l.account_id = w.id AND l.exclusive AND m.network_id = w.network_id) x) AS excluded,
  (SELECT array_agg(t.name) FROM tag_follows f JOIN tags t ON t.org_id = f.org_id AND t.id = f.tag_id
    WHERE f.org_id = w.org_id AND f.network_id = w.network_id AND f.account_id = w.id) AS tags,
  EXISTS (SELECT FROM filters f WHERE f.org_id = w.org_id AND f.account_id = w.id) AS filters,
  (SELECT min(m.expires_at) FROM mutes m WHERE m.org_id = w.org_id AND m.network_id = w.network_id
    AND m.account_id = w.id AND m.expires_at > now()) AS until
FROM accounts w JOIN networks n ON n.org_id = w.org_id AND n.id = w.network_id
WHERE w.org_id = %(org)s AND w.network_id = %(network)s AND w.id = ANY(%(watchers)s)
"""

HIDDEN = """
SELECT account_id AS viewer, target_id AS person, false AS is_theirs FROM mutes
WHERE org_id = %(org)s AND network_id = %(network)s AND account_id = ANY(%(watchers)s)
AND target_id = ANY(%(people)s) AND (expires_at IS NULL OR expires_at > now())
UNION ALL
SELECT account_id, target_id, false FROM blocks
WHERE org_id = %(org)s AND network_id = %(network)s AND account_id = ANY(%(watchers)s) AND target_id = ANY(%(people)s)
UNION ALL
SELECT target_id, account_id, true FROM blocks
WHERE org_id = %(org)s AND network_id = %(network)s AND target_id = ANY(%(watchers)s) AND account_id = ANY(%(authors)s)
"""

DOMAIN_BLOCKS = """
SELECT account_id, domain FROM domain_blocks
WHERE org_id = %(org)s AND network_id = %(network)s
AND account_id = ANY(%(watchers)s) AND domain = ANY(%(hosts)s)
"""

TAG_FOLLOWS = """
SELECT f.account_id, t.name FROM tags t JOIN tag_follows f ON f.org_id = t.org_id AND f.tag_id = t.id
WHERE t.org_id = %(org)s AND t.network_id = %(network)s AND t.name = ANY(%(tags)s) AND f.account_id = ANY(%(watchers)s)
"""

EXCLUSIVE = """
SELECT l.account_id AS viewer, m.account_id AS person
FROM list_members m JOIN lists l ON l.org_id = m.org_id AND l.id = m.list_id
WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.account_id = ANY(%(authors)s)
AND l.exclusive AND l.account_id = ANY(%(watchers)s)
"""

MARKED = """
SELECT account_id, post_id FROM favourites
WHERE org_id = %(org)s AND network_id = %(network)s AND account_id = ANY(%(watchers)s) AND post_id = ANY(%(posts)s)
UNION
SELECT account_id, post_id FROM bookmarks
WHERE org_id = %(org)s AND network_id = %(network)s AND account_id = ANY(%(watchers)s) AND post_id = ANY(%(posts)s)
UNION
SELECT account_id, boost_of_id FROM posts
WHERE org_id = %(org)s AND network_id = %(network)s AND account_id = ANY(%(watchers)s) AND boost_of_id = ANY(%(posts)s)
UNION
SELECT v.account_id, l.post_id FROM polls l JOIN poll_votes v ON v.org_id = l.org_id AND v.poll_id = l.id
WHERE l.org_id = %(org)s AND l.network_id = %(network)s AND v.account_id = ANY(%(watchers)s)
AND l.post_id = ANY(%(posts)s)
UNION
SELECT m.account_id, p.id FROM posts p JOIN thread_mutes m ON m.org_id = p.org_id AND m.thread_id = p.thread_id
WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY(%(posts)s) AND m.account_id = ANY(%(watchers)s)
"""
