"""Statuses as JSON in three pieces, so that an author is shown as he is now in each of his posts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from torg.engine.kept import Kept
from torg.engine.keys import IDS, Key
from torg.engine.postgres import Tx
from torg.http import encode
from torg.kernel.actor import Actor
from torg.mastodon_api import entities
from torg.mastodon_api.present import statuses
from torg.posts.model import PostView

FACE = b'"account":'
COUNTED = b'"statuses_count":'
SHOWN = re.compile(rb'"(\d{1,19})"')


class Part(msgspec.Struct, frozen=True, gc=False):
    """A status: `head`, its `account`, `tail`. `keys`: whatever it shows that has an id; `others`: of other accounts.

    `others` may name more than accounts: ids of whatever stands beside accounts within the status.
    """

    id: int
    author: int
    keys: tuple[Key, ...]
    others: frozenset[int]
    whole: bytes
    starts: int
    """Where the account begins, and"""
    ends: int
    """where it ends."""
    counted: int
    """How many posts that account says it has."""

    @property
    def account(self) -> bytes:
        return self.whole[self.starts : self.ends]

    def with_account(self, account: bytes) -> bytes:
        return b"".join((self.whole[: self.starts], account, self.whole[self.ends :]))

    @property
    def weight(self) -> int:
        return 500 + 40 * len(self.keys) + len(self.whole)


NOBODY: frozenset[int] = frozenset()
kept: Kept[Part] = Kept(0.25)


def part(status: entities.Status) -> Part:
    """The pieces of an entity."""
    whole, account = encode(status), encode(status.account)
    start = whole.index(FACE + account) + len(FACE)
    head, tail = whole[:start], whole[start + len(account) :]
    author = int(status.account.id)
    around = {int(one) & IDS for one in SHOWN.findall(head + tail)}
    shown = around.union(int(one) & IDS for one in SHOWN.findall(account))
    others = frozenset(around) if COUNTED in tail or account.count(COUNTED) > 1 else NOBODY
    return Part(
        int(status.id), author, tuple(shown), others, whole, start, start + len(account), status.account.statuses_count
    )


async def parts(tx: Tx, actor: Actor, origin: str, views: Sequence[PostView]) -> list[Part]:
    """Several posts that no filter meets, in their order; what was made for a look is given again."""
    looks = [statuses.look(actor, origin, view, {}) for view in views]
    found = [kept.get(look) if look is not None else None for look in looks]
    missing = [view for view, one in zip(views, found, strict=True) if one is None]
    made = iter(await statuses.statuses(tx, actor, origin, missing)) if missing else iter(())
    shown: list[Part] = []
    for look, one in zip(looks, found, strict=True):
        now = one or part(next(made))
        if one is None and look is not None and statuses.is_kept(look):
            kept.put(look, now, now.weight)
        shown.append(now)
    return shown


def at_hand(actor: Actor, origin: str, view: PostView) -> Part | None:
    """As `parts`, of one post without a look into the database; None where that takes one."""
    look = statuses.look(actor, origin, view, {})
    if look is None:
        return None
    if (found := kept.get(look)) is not None:
        return found
    entity = statuses.plain(actor, origin, view)
    if entity is None:
        return None
    made = part(entity)
    kept.put(look, made, made.weight)
    return made
