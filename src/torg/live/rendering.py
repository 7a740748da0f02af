"""Frames of the posts that are due: each is rendered as few times as it can be.

Signed-in watchers to whom a post looks the same share one rendering, made for one of them; those with marks or filters
of their own on it, and its author, get theirs. Anonymous watchers share one too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from torg.engine.postgres import Tx
from torg.live import store
from torg.live.connection import Connection
from torg.live.model import Facts, Frame, Watcher
from torg.live.reactions import Due, Reactions, Render

Key = tuple[int, int, Connection]


async def frames_of(
    tx: Tx, due: Sequence[Due], watchers: Mapping[int, Watcher], reactions: Reactions
) -> dict[Key, Frame]:
    """The frame of each (event, post, connection). A post that its reader may not read has none."""
    frames: dict[Key, Frame] = {}
    deletions: dict[int, Frame] = {}
    groups: dict[tuple[object, ...], list[Due]] = defaultdict(list)
    own = await _own_look(tx, due, watchers, reactions)
    for d in due:
        if d.post.is_gone:
            frame = deletions.setdefault(d.seq, Frame("delete", str(d.post.post_id).encode()))
            frames[d.seq, d.post.post_id, d.connection] = frame
            continue
        look = _look(d.post, watchers.get(d.connection.actor.account_id or 0), own)
        groups[look, d.connection.origin].append(d)
    for group in groups.values():
        first = group[0].connection
        wanted = list(dict.fromkeys(d.post.post_id for d in group))
        rendered = await _render_for(tx, group, first, wanted, reactions.render)
        made: dict[tuple[int, str], Frame] = {}
        for d in group:
            payload = rendered.get(d.post.post_id)
            if payload is not None:
                frame = made.setdefault((d.post.post_id, d.post.event), Frame(d.post.event, payload))
                frames[d.seq, d.post.post_id, d.connection] = frame
    return frames


def _look(post: Facts, watcher: Watcher | None, own: set[tuple[int, int]]) -> tuple[object, ...]:
    """Watchers with the same look of a post share one rendering of it."""
    if watcher is None:
        return ("anonymous",)
    apart = post.quoted_account_id in watcher.viewer.hidden or post.quoted_account_id in watcher.blocked_by
    if watcher.viewer.guest or apart or (watcher.id, post.post_id) in own or not post.quoted_for_all:
        return ("own", watcher.id)
    if post.followers_may_quote:
        authors = (post.account_id, post.boosted_account_id, post.quoted_account_id)
        return ("follower", *(author in watcher.viewer.follows for author in authors))
    return ("signed in",)


async def _render_for(
    tx: Tx, group: Sequence[Due], first: Connection, wanted: Sequence[int], render: Render
) -> dict[int, bytes]:
    """The posts of a group, each as one of its own readers sees it (the first of the group may not read them all)."""
    rendered: dict[int, bytes] = {}
    readers: dict[Connection, list[int]] = defaultdict(list)
    for post_id in wanted:
        able = [d.connection for d in group if d.post.post_id == post_id]
        readers[first if first in able else able[0]].append(post_id)
    for reader, ids in readers.items():
        rendered.update(await render(tx, reader.actor, reader.origin, ids))
    return rendered


async def _own_look(
    tx: Tx, due: Sequence[Due], watchers: Mapping[int, Watcher], reactions: Reactions
) -> set[tuple[int, int]]:
    """(watcher, post) where the post must be rendered for the watcher alone."""
    present = {d.connection.actor.account_id for d in due}
    readers = [id_ for id_ in watchers if id_ in present]
    shown = {d.post.post_id: d.post for d in due if not d.post.is_gone}
    if not readers or not shown:
        return set()
    inner: dict[int, list[int]] = defaultdict(list)
    for id_, post in shown.items():
        for part in (id_, post.boost_of_id, post.quote_of_id):
            if part is not None:
                inner[part].append(id_)
    own = {(who, outer) for who, part in await store.marked(tx, readers, list(inner)) for outer in inner[part]}
    own |= await reactions.special(tx, readers, list(shown.values()))
    for id_, post in shown.items():
        own |= {(who, id_) for who in (post.account_id, post.boosted_account_id, post.quoted_account_id) if who}
    return own
