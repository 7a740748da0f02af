"""Plain posts put together from a draft and what was found out around it; nothing is asked or written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from torg.accounts.model import Account, AccountSettings
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.ids import new_id
from torg.orgs.model import Network
from torg.posts import plain_store as store
from torg.posts.events import PostPublished
from torg.posts.model import AppName, Audience, Draft, Post, PostView, QuotePolicy
from torg.text.language import guess_all, normal_language
from torg.text.render import MentionTarget, Rendered, render


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A post to be written. What is None is as the author's settings say.

    `handles`: names in the text that may be somebody's. `body`: the text, rendered as if they were nobody's.
    """

    actor: Actor
    network: Network
    draft: Draft
    origin: str
    handles: list[str]
    body: Rendered
    chosen_audience: bool
    sensitive: bool | None
    quote_policy: QuotePolicy | None


class Made(msgspec.Struct, frozen=True):
    post: Post
    tag_ids: list[int]
    mention_ids: list[int]
    key: str | None
    event: PostPublished
    view: PostView


class Surroundings(NamedTuple):
    """What was found out about a post. `number`: how many its author has in the batch. `language`: see `languages`."""

    body: Rendered
    parent: store.Parent | None
    mentioned: list[Account]
    tag_ids: list[int]
    app: AppName | None
    number: int
    language: str | None


def text_of(wanted: Wanted, named: Mapping[str, Account]) -> tuple[Rendered, list[Account]]:
    """The text as HTML and the accounts that it mentions, each once (posts/actions.py:written)."""
    found = {handle: named[handle] for handle in wanted.handles if handle in named}
    if not found:
        return wanted.body, []
    targets = {
        handle: MentionTarget(acct=account.acct, url=account.url or f"{wanted.origin}/@{account.handle}")
        for handle, account in found.items()
    }
    body = render(wanted.draft.text, mentions=targets, origin=wanted.origin)
    return body, list({found[handle].id: found[handle] for handle in body.mentions}.values())


def is_usual(account: Account) -> bool:
    language = account.settings.language
    return account.state == "active" and (not language or normal_language(language) is not None)


def complete(wanted: Wanted, account: Account, around: Surroundings) -> Made:
    """The post with its event, and as its author sees it."""
    post, event = make(wanted, account.settings, around, now())
    counted = msgspec.structs.replace(account, posts_count=account.posts_count + around.number)
    mentioned = sorted(around.mentioned, key=lambda one: one.id)
    view = PostView(
        post=post, account=latest(counted, post), mentions=mentioned, tags=sorted(event.tags), app=around.app
    )
    key = wanted.draft.idempotency_key
    return Made(post, around.tag_ids, [one.id for one in mentioned], key, event, view)


def latest(account: Account, post: Post) -> Account:
    """The author with this post as the last: the row says it to the minute."""
    return msgspec.structs.replace(account, last_post_at=post.created_at)


def languages(texts: Sequence[tuple[Draft, AccountSettings, Rendered]]) -> list[str | None]:
    """In which language each is: as its author says there, or in the settings, or as it looks."""
    said = [draft.language or normal_language(settings.language or "") for draft, settings, _ in texts]
    guessed = iter(guess_all([body.plain for (_, _, body), one in zip(texts, said, strict=True) if one is None]))
    return [next(guessed) if one is None else one for one in said]


def make(wanted: Wanted, settings: AccountSettings, around: Surroundings, at: datetime) -> tuple[Post, PostPublished]:
    draft, body, parent = wanted.draft, around.body, around.parent
    audience, listed = draft.audience, draft.listed
    if not wanted.chosen_audience:
        audience, listed = AUDIENCES[settings.privacy]
    sensitive = settings.sensitive if wanted.sensitive is None else wanted.sensitive
    policy = wanted.quote_policy or settings.quote_policy
    id_ = new_id()
    post = Post(
        id=id_,
        org_id=wanted.network.org_id,
        network_id=wanted.network.id,
        account_id=wanted.actor.me,
        audience=audience,
        listed=listed,
        group_id=None,
        thread_id=parent.thread_id if parent else id_,
        reply_to_id=parent.id if parent else None,
        reply_to_account_id=parent.account_id if parent else None,
        boost_of_id=None,
        quote_of_id=None,
        quote_of_account_id=None,
        quote_state=None,
        quote_policy=policy if audience is EVERYONE else "nobody",
        source=draft.text,
        html=body.html,
        spoiler=draft.spoiler,
        sensitive=sensitive or bool(draft.spoiler),
        language=around.language,
        app_id=draft.app_id,
        uri=None,
        url=None,
        has_media=False,
        created_at=at,
        edited_at=None,
        version=1,
    )
    names = [tag.name for tag in body.tags]
    event = PostPublished(
        post_id=id_,
        account_id=post.account_id,
        audience=str(audience),
        listed=listed,
        reply_to_id=post.reply_to_id,
        reply_to_account_id=post.reply_to_account_id,
        thread_id=post.thread_id,
        mention_ids=[one.id for one in around.mentioned],
        tags=names,
        links=body.links,
        language=around.language,
    )
    return post, event


EVERYONE = Audience.EVERYONE
AUDIENCES: dict[str, tuple[Audience, bool]] = {
    "public": (Audience.EVERYONE, True),
    "unlisted": (Audience.EVERYONE, False),
    "private": (Audience.FOLLOWERS, True),
}
