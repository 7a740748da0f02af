"""What one may do with posts: publish, edit, delete. One verb, one function, one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from torg.accounts import reads as accounts
from torg.accounts import store as accounts_store
from torg.accounts.model import Account, AccountKind
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, NotFound
from torg.kernel.ids import new_id
from torg.media import actions as media
from torg.media import reads as media_reads
from torg.orgs.model import Network
from torg.orgs.rules import may_post
from torg.posts import checks, delegated, groups, outward, poll_store, quotes, reads, rules, store, tags
from torg.posts.events import PostDeleted, PostEdited, PostPublished
from torg.posts.model import Audience, Draft, MediaChange, PollDraft, Post
from torg.text.language import guess
from torg.text.render import MentionTarget, Rendered, render, scan

COUNTED = (Audience.EVERYONE, Audience.GROUP)
"""Whose replies count: those that all readers of what they answer may read."""


ONLY_STAFF = "Only administrators begin conversations with everyone in this network"


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """Changes to a post; None leaves as it is."""

    text: str | None = None
    spoiler: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    media_ids: list[int] | None = None
    media_changes: list[MediaChange] = []
    poll: PollDraft | None = None
    drop_poll: bool = False


async def publish(
    tx: Tx, actor: Actor, network: Network, draft: Draft, *, origin: str, waived: frozenset[int] = frozenset()
) -> int:
    """Publish a post and the event that sets off everything else, in one commit. Returns the post's id.

    `waived`: what the checks of a public post let it repeat (posts/checks.py).
    """
    author = actor.me
    delegated.check(actor, "reply" if draft.reply_to_id else "post")
    if draft.idempotency_key and (before := await store.remembered_key(tx, author, draft.idempotency_key)):
        return before
    await accounts.may_post(tx, author)
    draft = rules.check(draft, network.settings)
    await checks.run(tx, actor, network, checks.Outgoing(draft=draft, waived=waived))
    parent = await reads.original(tx, actor, draft.reply_to_id) if draft.reply_to_id else None
    quoted = await quotes.permitted(tx, actor, draft.quote_of_id) if draft.quote_of_id else None
    body, mentioned, addressed = await written(tx, draft.text, network.host, origin, author)
    group_id = await groups.destination(tx, actor, draft, parent, addressed)
    if group_id is None and parent is None and not may_post(network.settings, actor.permissions):
        raise Forbidden(ONLY_STAFF)
    audience = Audience.GROUP if group_id is not None else draft.audience
    language = draft.language or guess(body.plain)
    id_ = new_id()
    await store.insert(
        tx,
        {
            "id": id_,
            "account_id": author,
            "audience": audience.value,
            "listed": draft.listed,
            "group_id": group_id,
            "thread_id": parent.thread_id if parent else id_,
            "reply_to_id": parent.id if parent else None,
            "reply_to_account_id": parent.account_id if parent else None,
            "quote_of_id": quoted.id if quoted else None,
            "quote_of_account_id": quoted.account_id if quoted else None,
            "quote_state": quotes.first_state(author, quoted) if quoted else None,
            "quote_policy": draft.quote_policy if audience is Audience.EVERYONE else "nobody",
            "source": draft.text,
            "html": body.html,
            "spoiler": draft.spoiler,
            "sensitive": draft.sensitive or bool(draft.spoiler),
            "language": language,
            "app_id": draft.app_id,
            "by_account_id": actor.delegated.by if actor.delegated else None,
            "has_media": bool(draft.media_ids),
            "created_at": now(),
        },
    )
    await store.add_mentions(tx, id_, [a.id for a in mentioned])
    names = await tags.ensure(tx, [(t.name, t.written) for t in body.tags])
    await tags.add(tx, id_, author, list(names.values()))
    if draft.media_ids:
        await media.attach(tx, actor, id_, draft.media_ids)
    if draft.poll:
        await poll_store.create(tx, id_, author, draft.poll)
    # What is in a group counts for the group: an author's numbers are seen by those who do not read there
    await accounts_store.posted(tx, group_id or author, now())
    if parent and audience in COUNTED:
        await store.count(tx, parent.id, replies=1)
    if quoted and quotes.first_state(author, quoted) == "accepted":
        await store.count(tx, quoted.id, quotes=1)
    if draft.idempotency_key:
        await store.remember_key(tx, author, draft.idempotency_key, id_)
    event = PostPublished(
        post_id=id_,
        account_id=author,
        audience=audience.value,
        listed=draft.listed,
        group_id=group_id,
        reply_to_id=parent.id if parent else None,
        reply_to_account_id=parent.account_id if parent else None,
        quote_of_id=quoted.id if quoted else None,
        thread_id=parent.thread_id if parent else id_,
        mention_ids=[a.id for a in mentioned],
        tags=list(names),
        has_media=bool(draft.media_ids),
        has_poll=draft.poll is not None,
        links=body.links,
        language=language,
    )
    await outbox.append(tx, event)
    await delegated.note(tx, actor, "post", id_)
    return id_


async def rendered(tx: Tx, text: str, host: str, origin: str) -> tuple[Rendered, list[Account]]:
    """A text outside the groups (a message, a biography) as HTML, with the accounts here that it mentions."""
    body, mentioned, _ = await written(tx, text, host, origin, None)
    return body, mentioned


async def written(
    tx: Tx, text: str, host: str, origin: str, author: int | None
) -> tuple[Rendered, list[Account], int | None]:
    """A post's text as HTML, with the accounts here that it mentions, and the group that it addresses by ! or @."""
    seen = scan(text)
    found = await accounts.by_handles(tx, seen.handles, host) if seen.handles else {}
    places = await groups.named(tx, author, seen.groups) if author is not None else {}
    targets = {acct: MentionTarget(acct=a.acct, url=a.url or f"{origin}/@{a.handle}") for acct, a in found.items()}
    rooms = {
        name: MentionTarget(acct=place.handle, url=place.url or f"{origin}/@{place.handle}")
        for name, place in places.items()
    }
    body = render(text, mentions=targets, origin=origin, groups=rooms)
    unique: Mapping[int, Account] = {found[h].id: found[h] for h in body.mentions}
    addressed = [places[name].id for name in body.groups]
    addressed += [account.id for account in unique.values() if account.kind is AccountKind.GROUP]
    return body, list(unique.values()), addressed[0] if addressed else None


async def edit(tx: Tx, actor: Actor, network: Network, post_id: int, change: Edit, *, origin: str) -> int:
    """Change one's own post; its versions are kept (Mastodon: PUT /api/v1/statuses/:id)."""
    await store.lock(tx, post_id)
    post = await store.get(tx, post_id)
    if post is None or post.account_id != actor.me or post.boost_of_id is not None:
        raise NotFound
    delegated.check_post(actor, "edit", post)
    attached = (await media_reads.for_posts(tx, [post.id])).get(post.id, [])
    old_poll = (await poll_store.of_posts(tx, None, [post.id])).get(post.id)
    media_ids = change.media_ids if change.media_ids is not None else [m.id for m in attached]
    text = post.source if change.text is None else change.text
    spoiler = post.spoiler if change.spoiler is None else change.spoiler
    keeps_poll = old_poll is not None and not change.drop_poll and not media_ids
    draft = rules.check(
        Draft(
            text=text,
            spoiler=spoiler,
            language=change.language,
            media_ids=media_ids,
            poll=change.poll,
            quote_of_id=post.quote_of_id,
            audience=post.audience,
        ),
        network.settings,
    )
    described = tuple(one.description for one in change.media_changes if one.description)
    await checks.run(tx, actor, network, checks.Outgoing(draft=draft, descriptions=described, post_id=post.id))
    body, mentioned, _ = await written(tx, draft.text, network.host, origin, post.account_id)
    before = await _snapshot(post, attached, old_poll.options if old_poll else None)
    if not await store.versions(tx, post.id):
        await store.add_version(tx, new_id(), post, before["media"], before["poll"], post.created_at)
    if change.media_ids is not None or change.media_changes:
        await media.replace(tx, actor, post.id, media_ids, change.media_changes)
    if change.poll and (old_poll is None or _differs(old_poll.options, old_poll.multiple, change.poll)):
        await poll_store.remove(tx, post.id)
        await poll_store.create(tx, post.id, post.account_id, change.poll)
    elif old_poll is not None and not keeps_poll and not change.poll:
        await poll_store.remove(tx, post.id)
    values: dict[str, Any] = {
        "source": draft.text,
        "html": body.html,
        "spoiler": draft.spoiler,
        "sensitive": (post.sensitive if change.sensitive is None else change.sensitive) or bool(draft.spoiler),
        "language": draft.language or post.language,
        "has_media": bool(media_ids),
        "edited_at": now(),
    }
    await store.update(tx, post.id, values)
    row = (await store.readable_rows(tx, actor.account_id, [post.id]))[0]
    await store.set_mentions(tx, post.id, [a.id for a in mentioned])
    names = await tags.ensure(tx, [(t.name, t.written) for t in body.tags])
    await tags.put(tx, post.id, post.account_id, list(names.values()))
    now_attached = (await media_reads.for_posts(tx, [post.id])).get(post.id, [])
    now_poll = (await poll_store.of_posts(tx, None, [post.id])).get(post.id)
    after = await _snapshot(post, now_attached, now_poll.options if now_poll else None)
    changed = msgspec.structs.replace(
        post, **{k: values[k] for k in ("source", "html", "spoiler", "sensitive", "edited_at")}
    )
    await store.add_version(tx, new_id(), changed, after["media"], after["poll"], values["edited_at"])
    await _edited(tx, changed, [a.id for a in mentioned], row["mention_ids"], list(names), body.links)
    await delegated.note(tx, actor, "edit", post.id)
    return post.id


def _differs(options: list[str], multiple: bool, poll: PollDraft) -> bool:
    return options != poll.options or multiple != poll.multiple


async def _snapshot(post: Post, attached: list[Any], options: list[str] | None) -> dict[str, Any]:
    return {
        "media": [{"id": m.id, "description": m.description} for m in attached],
        "poll": {"options": options} if options else None,
    }


async def _edited(
    tx: Tx, post: Post, mention_ids: list[int], before: list[int], names: list[str], links: list[str]
) -> None:
    event = PostEdited(
        post_id=post.id,
        account_id=post.account_id,
        audience=post.audience.value,
        listed=post.listed,
        group_id=post.group_id,
        thread_id=post.thread_id,
        mention_ids=mention_ids,
        new_mention_ids=[id_ for id_ in mention_ids if id_ not in before],
        tags=names,
        links=links,
    )
    await outbox.append(tx, event)


async def delete(tx: Tx, actor: Actor, post_id: int, *, delete_media: bool = False) -> None:
    """Delete one's own post with its boosts. Its files stay for redrafting unless `delete_media`."""
    post = await store.get(tx, post_id)
    if post is None or post.account_id != actor.me or post.boost_of_id is not None:
        raise NotFound
    delegated.check_post(actor, "delete", post)
    await delegated.note(tx, actor, "delete", post.id)
    await remove(tx, post, deleted_by=actor.me, delete_media=delete_media)


async def remove(tx: Tx, post: Post, *, deleted_by: int | None, delete_media: bool = True) -> None:
    """Delete any post (the author's act or a moderator's), mend the counters, tell the streams: once, if two do so."""
    if not await store.lock(tx, post.id):
        return
    row = (await store.readable_rows(tx, post.account_id, [post.id]))[0]
    reached = (await outward.reached(tx, [post.id])).get(post.id, [])
    for boost in await store.boosts_of(tx, post.id):
        await remove(tx, boost, deleted_by=deleted_by)
    if post.has_media:
        await media.release(tx, post.id, delete=delete_media)
    await store.delete(tx, post, deleted_by)
    await accounts_store.count(tx, post.group_id or post.account_id, posts_count=-1)
    if post.reply_to_id and post.audience in COUNTED:
        await store.count(tx, post.reply_to_id, replies=-1)
    if post.boost_of_id:
        await store.count(tx, post.boost_of_id, boosts=-1)
    if post.quote_of_id and post.quote_state == "accepted":
        await store.count(tx, post.quote_of_id, quotes=-1)
    event = PostDeleted(
        post_id=post.id,
        account_id=post.account_id,
        audience=post.audience.value,
        listed=post.listed,
        group_id=post.group_id,
        boost_of_id=post.boost_of_id,
        quote_of_id=post.quote_of_id,
        reply_to_id=post.reply_to_id,
        reply_to_account_id=post.reply_to_account_id,
        thread_id=post.thread_id,
        mention_ids=row["mention_ids"],
        tags=row["tags"],
        has_media=post.has_media,
        reached_ids=reached,
        uri=post.uri,
    )
    await outbox.append(tx, event)
