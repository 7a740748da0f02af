"""What a device is told: the payload of a notice, in the reader's language, as much of it as the network lets out."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.engine.worker import Context
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.media import links
from torg.messages import reads as messages
from torg.notices import reads as notices
from torg.notices.model import Notice
from torg.orgs.model import Network
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.push import places, words
from torg.push.model import Payload, Shown, Subscription
from torg.text.messages import choose

OLDEST = timedelta(hours=48)
MISSING_AVATAR = "/avatars/original/missing.png"
OWN_ICON = "/static/icon-192.png"


async def text(
    tx: Tx, ctx: Context, network: Network, subscription: Subscription, notice_id: int | None
) -> bytes | None:
    """The payload as JSON, in the reader's language; None if there is nothing to tell any more, or not yet.

    How much of what was written goes to a screen that may lie on a table is the network's to say (`push_content`).
    """
    reader = Actor(
        org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=subscription.account_id
    )
    found = await notices.by_ids(tx, reader, [notice_id]) if notice_id is not None else []
    people = await accounts.by_ids(tx, [subscription.account_id, *(n.from_id for n in found)])
    me = people.get(subscription.account_id)
    if me is None or me.policy_version < network.settings.usage_policy_version:
        return None
    language = choose(me.settings.locale, await _locale_of(tx, me), me.settings.language)
    if notice_id is None:
        said = Said(title=words.trial(language), body=network.name, tag="trial", path="/settings/push")
        return _browser(said, OWN_ICON, language)
    if not found or found[0].filtered or now() - found[0].created_at > OLDEST:
        return None
    notice = found[0]
    doer = people.get(notice.from_id)
    if doer is None:
        return None
    about = await _about(tx, reader, notice)
    if about is None:
        return None
    content = network.settings.push_content
    title = words.title(language, notice.type, doer.display_name or doer.handle)
    said = Said(
        title=title if content != "nothing" else words.something(language),
        body=words.body(*about.words(doer)) if content == "full" else "",
        tag=notice.group_key,
        path=places.of(notice, doer, about.post),
    )
    origin = f"{ctx.services.settings.scheme}://{network.host}"
    portrait = links.url(network.kind, origin, doer.avatar.static_key) if doer.avatar and content != "nothing" else None
    if subscription.session_id is not None:
        return _browser(said, portrait or OWN_ICON, language)
    return msgspec.json.encode(
        Payload(
            notification_id=str(notice.id),
            notification_type=notice.type,
            title=said.title,
            body=said.body,
            icon=portrait or origin + MISSING_AVATAR,
            preferred_locale=language,
        )
    )


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What is told, and where a click on it leads."""

    title: str
    body: str
    tag: str
    path: str


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice is about, as its reader may still read it: a post, a message, or who did it."""

    post: PostView | None = None
    spoiler: str = ""
    html: str | None = None

    def words(self, doer: Account) -> tuple[str, str]:
        return (self.spoiler, doer.note_html if self.html is None else self.html)


async def _about(tx: Tx, reader: Actor, notice: Notice) -> About | None:
    """None if the reader may not read it any more."""
    if notice.post_id is not None:
        views = await posts.hydrate(tx, reader, [notice.post_id])
        return About(post=views[0], spoiler=views[0].post.spoiler, html=views[0].post.html) if views else None
    if notice.message_id is not None:
        found = await messages.views(tx, reader, [notice.message_id])
        return About(spoiler=found[0].message.spoiler, html=found[0].message.html) if found else None
    return About()


def _browser(said: Said, icon: str, language: str) -> bytes:
    shown = Shown(title=said.title, body=said.body, icon=icon, tag=said.tag, path=said.path, lang=language)
    return msgspec.json.encode(shown)


async def _locale_of(tx: Tx, account: Account) -> str | None:
    locale: str | None = await tx.value(
        "SELECT locale FROM persons WHERE org_id = %s AND id = %s", (tx.scope.org_id, account.person_id)
    )
    return locale
