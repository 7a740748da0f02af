"""One line of a file that somebody brings along, done as if he or she had done it by hand."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.graph import reads as ties
from torg.graph.model import FollowOptions
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid, NotFound
from torg.lists import actions as lists
from torg.lists import reads as list_reads
from torg.lists.model import AccountList
from torg.portability.formats import Kind, flag
from torg.posts import marks
from torg.search import addresses
from torg.text.messages import marked as _

UNKNOWN = _("This account is not known here.")
NOT_A_POST = _("This is not a post that can be read here.")
NO_TITLE = _("The line names no list.")


async def bring(tx: Tx, actor: Actor, kind: Kind, fields: Sequence[str], host: str) -> None:
    """Follow, block, mute, list, bookmark or block a server. Raises a TorgError that says why not."""
    first = fields[0] if fields else ""
    rest = [*fields[1:], "", "", ""]
    if kind == "domain_blocks":
        await graph.block_domain(tx, actor, first)
    elif kind == "bookmarks":
        await _bookmark(tx, actor, first, host)
    elif kind == "lists":
        await _list(tx, actor, first, rest[0], host)
    else:
        account = await known(tx, first, host)
        if kind == "following":
            languages = [code.strip() for code in rest[2].split(",") if code.strip()]
            options = FollowOptions(
                boosts=flag(rest[0], True), notify=flag(rest[1], False), languages=languages or None
            )
            await graph.follow(tx, actor, account.id, options)
        elif kind == "blocks":
            await graph.block(tx, actor, account.id)
        else:
            await graph.mute(tx, actor, account.id, notifications=flag(rest[0], True))


async def known(tx: Tx, acct: str, host: str) -> Account:
    """The account of an address. Invalid if there is none here."""
    account = await accounts.by_acct(tx, acct, host) if acct else None
    if account is None or not account.visible:
        raise Invalid(UNKNOWN)
    return account


async def _bookmark(tx: Tx, actor: Actor, url: str, host: str) -> None:
    post_id = post_of(url, host)
    if post_id is None:
        raise Invalid(NOT_A_POST)
    try:
        await marks.bookmark(tx, actor, post_id)
    except NotFound:
        raise Invalid(NOT_A_POST) from None


def post_of(url: str, host: str) -> int | None:
    """The id of a post of this network by its address."""
    target = addresses.local(url, host)
    return target.post_id if target is not None else None


async def _list(tx: Tx, actor: Actor, title: str, acct: str, host: str) -> None:
    """Put an account on the list of this title; it is made, and the account followed, if need be (as in Mastodon)."""
    if not title:
        raise Invalid(NO_TITLE)
    account = await known(tx, acct, host)
    found = await titled(tx, actor, title)
    if found is None:
        found = await lists.create(tx, actor, title=title, policy=None, exclusive=False)
    if account.id != actor.me and not (await ties.ties(tx, actor, account.id)).following:
        await graph.follow(tx, actor, account.id, FollowOptions())
    if all(on.id != found.id for on in await list_reads.containing(tx, actor, account.id)):
        await lists.add(tx, actor, found.id, [account.id])


async def titled(tx: Tx, actor: Actor, title: str) -> AccountList | None:
    return next((one for one in await list_reads.mine(tx, actor) if one.title == title), None)
