"""Overwriting: what a file that somebody brought along does not hold is ended, as if done by hand."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import reads as accounts
from torg.accounts.store import tenant
from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.kernel.actor import Actor
from torg.lists import actions as lists
from torg.lists import reads as list_reads
from torg.portability.bringing import post_of
from torg.portability.formats import Kind, Line
from torg.posts import marks

OWN = "org_id = %(org)s AND network_id = %(network)s AND account_id = %(me)s"
FOLLOWS = f"SELECT target_id FROM follows WHERE {OWN}"
BLOCKS = f"SELECT target_id FROM blocks WHERE {OWN}"
MUTES = f"SELECT target_id FROM mutes WHERE {OWN}"
BOOKMARKS = f"SELECT post_id FROM bookmarks WHERE {OWN}"
DOMAINS = f"SELECT domain FROM domain_blocks WHERE {OWN}"
MEMBERS = """
SELECT account_id FROM list_members WHERE org_id = %(org)s AND network_id = %(network)s AND list_id = %(list)s
"""
LISTS = f"SELECT id FROM lists WHERE {OWN}"
HELD: dict[Kind, str] = {
    "following": FOLLOWS,
    "blocks": BLOCKS,
    "mutes": MUTES,
    "lists": LISTS,
    "bookmarks": BOOKMARKS,
    "domain_blocks": DOMAINS,
}
UNDO = {"following": graph.unfollow, "blocks": graph.unblock, "mutes": graph.unmute}


async def drop_others(tx: Tx, actor: Actor, kind: Kind, lines: Sequence[Line], host: str) -> None:
    """End what of this kind is not in the file."""
    held = await tx.column(HELD[kind], {**tenant(tx), "me": actor.me})
    firsts = [line.fields[0] for line in lines if line.fields]
    if kind == "lists":
        await _lists(tx, actor, held, lines, host)
    elif kind == "domain_blocks":
        kept = {domain.lower() for domain in firsts}
        for domain in held:
            if domain not in kept:
                await graph.unblock_domain(tx, actor, domain)
    elif kind == "bookmarks":
        posts = {post_of(url, host) for url in firsts}
        for post_id in held:
            if post_id not in posts:
                await marks.unbookmark(tx, actor, post_id)
    else:
        stay = await _ids(tx, firsts, host)
        for account in (await accounts.by_ids(tx, held)).values():
            if account.id not in stay and account.state == "active":
                await UNDO[kind](tx, actor, account.id)


async def _ids(tx: Tx, accts: Sequence[str], host: str) -> set[int]:
    found = await accounts.by_handles(tx, accts, host)
    return {account.id for account in found.values()}


async def _lists(tx: Tx, actor: Actor, held: Sequence[int], lines: Sequence[Line], host: str) -> None:
    """Lists that the file does not name go, and from the others those whom it does not put on them."""
    wanted: dict[str, list[str]] = {}
    for line in lines:
        if len(line.fields) > 1:
            wanted.setdefault(line.fields[0], []).append(line.fields[1])
    for list_id in held:
        one = await list_reads.own(tx, actor, list_id)
        if one.title not in wanted:
            await lists.delete(tx, actor, one.id)
            continue
        stay = await _ids(tx, wanted[one.title], host)
        members = await tx.column(MEMBERS, {**tenant(tx), "list": one.id})
        if gone := [member for member in members if member not in stay]:
            await lists.remove(tx, actor, one.id, gone)
