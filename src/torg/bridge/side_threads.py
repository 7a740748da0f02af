"""Side-threads: what colleagues say among themselves beside a public conversation (N1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from torg.bridge import side_store as store
from torg.bridge.crossing import Bridge
from torg.bridge.model import SideThread
from torg.engine.postgres import Tx
from torg.kernel.errors import NotFound
from torg.kernel.ids import new_id
from torg.kernel.page import Page
from torg.posts import actions as posts
from torg.posts import reads
from torg.posts.model import Audience, Draft, Post, PostView
from torg.text.clean import to_plain


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """A public thread with what is said beside it. `public` is empty when it is gone; `side` has what was kept."""

    public_thread_id: int
    public: list[PostView]
    side: list[SideThread]
    inside: list[PostView]

    @property
    def gone(self) -> bool:
        return not self.public


async def thread_of(both: Bridge, public_post_id: int) -> Post | None:
    """The public post that everybody reads; None if there is none (any more)."""
    try:
        return await reads.original(both.public, both.anyone, public_post_id)
    except NotFound:
        return None


async def beside(both: Bridge, public_post_id: int) -> Beside:
    """The public thread as anybody reads it, and the side-threads that the reader may see; NotFound if neither is.

    An id of a thread that was deleted finds its side-thread still.
    """
    post = await thread_of(both, public_post_id)
    thread_id = post.thread_id if post is not None else public_post_id
    found = await store.of_threads(both.inside, [thread_id])
    if post is None and not found:
        raise NotFound
    public: list[PostView] = []
    if post is not None:
        up, down = await reads.context(both.public, both.anyone, post.id)
        public = await reads.hydrate(both.public, both.anyone, [*up, post.id, *down])
    return Beside(public_thread_id=thread_id, public=public, side=found, inside=await _inside(both, found))


async def _inside(both: Bridge, found: Sequence[SideThread]) -> list[PostView]:
    """The posts of the side-threads, oldest first."""
    ids: list[int] = []
    for side in found:
        if side.root_post_id is None:
            continue
        try:
            _, down = await reads.context(both.inside, both.me, side.root_post_id)
        except NotFound:  # of an author whom this reader does not read
            continue
        ids += [side.root_post_id, *down]
    return await reads.hydrate(both.inside, both.me, sorted(ids))


async def write(both: Bridge, public_post_id: int, draft: Draft, *, origin: str) -> int:
    """Say something beside a public thread; the first post begins the side-thread. The inside post's id.

    With a `reply_to_id` it answers a post of the side-thread, else it goes under its beginning. NotFound for what
    nobody can read, in public or inside; a group's side-thread is the group's alone.
    """
    post = await thread_of(both, public_post_id)
    thread_id = post.thread_id if post is not None else public_post_id
    group_id = draft.group_id
    if draft.reply_to_id is not None:
        group_id = (await _answered(both, thread_id, draft.reply_to_id)).group_id
    await store.lock(both.inside, thread_id, group_id)
    found = {side.group_id: side for side in await store.of_threads(both.inside, [thread_id])}.get(group_id)
    if found is None and post is None:
        raise NotFound
    audience = Audience.GROUP if group_id is not None else Audience.EVERYONE
    begun = found is not None and found.root_post_id is not None
    reply_to = draft.reply_to_id or (found.root_post_id if found is not None and begun else None)
    draft = msgspec.structs.replace(draft, audience=audience, group_id=group_id, reply_to_id=reply_to)
    made = await posts.publish(both.inside, both.me, both.inside_network, draft, origin=origin)
    if not begun:
        text, acct = await _remembered(both, post) if post is not None else ("", "")
        await store.begin(both.inside, {
            "id": new_id(), "public": both.public_network.id, "thread": thread_id, "group": group_id, "root": made,
            "text": text, "acct": acct, "by": both.me.me,
        })  # fmt: skip
    return made


async def _answered(both: Bridge, thread_id: int, reply_to_id: int) -> SideThread:
    parent = await reads.readable_post(both.inside, both.me, reply_to_id)
    for side in await store.of_threads(both.inside, [thread_id]):
        if side.root_post_id == parent.thread_id:
            return side
    raise NotFound


async def _remembered(both: Bridge, post: Post) -> tuple[str, str]:
    """The first post of the public thread as plain text, and whose it is: kept for when it is gone."""
    views = await reads.hydrate(both.public, both.anyone, [post.thread_id]) or await reads.hydrate(
        both.public, both.anyone, [post.id]
    )
    return (to_plain(views[0].post.html), views[0].account.acct) if views else ("", "")


async def listed(both: Bridge, page: Page) -> list[SideThread]:
    """The side-threads that the reader may see, newest begun first."""
    return await store.listed(both.inside, page)


async def begun_by(tx: Tx, post_ids: Sequence[int]) -> dict[int, int]:
    """Inside post → public thread, for those of the posts beside which a public conversation stands."""
    return await store.begun_by(tx, post_ids) if post_ids else {}


async def counts(both: Bridge, public_post_ids: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """Public post id → (colleagues, posts) beside its thread; only those that are discussed."""
    views = {v.post.id: v.post for v in await reads.hydrate(both.public, both.anyone, public_post_ids)}
    threads = {id_: views[id_].thread_id if id_ in views else id_ for id_ in public_post_ids}
    found: dict[int, tuple[int, int]] = {}
    for side in await store.of_threads(both.inside, list(set(threads.values()))):
        people, posted = found.get(side.public_thread_id, (0, 0))
        found[side.public_thread_id] = (max(people, side.people), posted + side.posts)
    return {id_: found[thread] for id_, thread in threads.items() if thread in found}
