"""Replies of people without an account: taken in, proven by a mailed link, then decided about as other responses.

Neither answer nor time tells whether an address is known: it is never looked up. docs/open-web.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.access import persons
from torg.access.bearer import anonymous
from torg.access.letters import post as put_letter
from torg.cards import rules as cards
from torg.engine.postgres import Tx
from torg.engine.worker import Context
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import NotFound, TooMany, invalid
from torg.moderation import reads as moderation
from torg.notices import actions as notices
from torg.notices.model import News
from torg.orgs.model import Network
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.posts.public import NotPublic, PublicPost
from torg.responses import guest_store as rows
from torg.responses import rules, store
from torg.responses.model import GuestReply, Response
from torg.text import messages

SWEEP = "sweep_guest_replies"
MOST_TEXT = rules.TEXT_CAP
MOST_NAME = rules.NAME_CAP
LINKS_AN_HOUR = 3
MOST_PENDING = 100


def takes(network: Network) -> bool:
    """Whether people without an account may answer in a network."""
    return network.is_public and network.settings.guest_replies


async def answerable(tx: Tx, network: Network, post_id: int) -> PostView:
    """The post that is answered: one of our own people's that everybody may read. 404 for any other."""
    if not takes(network):
        raise NotFound
    view = await posts.view(tx, anonymous(network), post_id)
    if not is_answerable(network, view):
        raise NotFound
    return view


def is_answerable(network: Network, view: PostView) -> bool:
    """Whether people without an account may answer this post."""
    try:
        PublicPost(network, view)
    except NotPublic:
        return False
    return takes(network) and view.account.is_local and view.boost_of is None


async def ask(
    tx: Tx, network: Network, origin: str, post_id: int, *, name: str, email: str, text: str, locale: str
) -> None:
    """Put a reply down and mail a link that proves the address. Invalid; 404; TooMany where too many wait already.

    An address that is barred, or was sent three links within the hour, gets none; nobody is told.
    """
    view = await answerable(tx, network, post_id)
    name, plain = cards.plain(name, MOST_NAME), rules.excerpt(text)
    if not name:
        raise invalid("name", "ERR_BLANK", "can't be blank")
    if not plain:
        raise invalid("text", "ERR_BLANK", "can't be blank")
    if len(text) > MOST_TEXT:
        raise invalid("text", "ERR_TOO_LONG", f"is too long (at most {MOST_TEXT} characters)")
    to = persons.clean_email(email)
    if to is None:
        raise invalid("email", "ERR_INVALID", "is no e-mail address")
    if await store.count_pending(tx, view.account.id) >= MOST_PENDING:
        raise TooMany
    if await moderation.email_barred(tx, to) or await rows.recent(tx, to) >= LINKS_AN_HOUR:
        return
    secret = await rows.insert(tx, view.account.id, post_id, email=to, name=name, text=plain, language=locale)
    await _send_link(tx, network, origin, to, secret, locale)


async def _send_link(tx: Tx, network: Network, origin: str, to: str, secret: str, locale: str) -> None:
    """The text is not in the mail: nobody may have us mail words of his or her own to others."""
    _ = messages.translator(locale)
    text = _(
        "Somebody, probably you, wants to reply to a post at {network} with this address. Read it once more and send "
        "it here:\n\n{link}\n\nThe link works once, and for 24 hours. Your address is shown to nobody but the "
        "moderators, and erased after 90 days. If it was not you, ignore this mail: nothing is shown without the link."
    )
    await put_letter(
        tx,
        to=to,
        subject=_("Your reply at {network}").format(network=network.name),
        text=text.format(network=network.name, link=f"{origin}/reply/confirm?token={secret}"),
        network=network,
        language=locale,
    )


async def behind(tx: Tx, network: Network, secret: str) -> tuple[GuestReply, PostView] | None:
    """The reply of a link and what it answers, while both are good. Looking uses nothing up."""
    found = await rows.by_secret(tx, secret)
    return await _with_post(tx, network, found)


async def prove(tx: Tx, network: Network, origin: str, secret: str) -> PostView | None:
    """Whoever has the link sends the reply: it waits for a decision from now on. None for a link that is no good."""
    found = await _with_post(tx, network, await rows.by_secret(tx, secret, lock=True))
    if found is None:
        return None
    reply, view = found
    id_ = await rows.proven(tx, reply, f"{origin}/@{view.account.acct}/{view.post.id}")
    await notices.tell(tx, [
        News(to=view.account.id, type="torg.response", by=view.account.id, source=f"response:{id_}", at=now(),
             post_id=view.post.id, subject_id=id_, own=True)
    ])  # fmt: skip
    return view


async def _with_post(tx: Tx, network: Network, found: GuestReply | None) -> tuple[GuestReply, PostView] | None:
    if found is None:
        return None
    try:
        return found, await answerable(tx, network, found.post_id)
    except NotFound:
        return None


async def addresses(tx: Tx, actor: Actor, found: Sequence[Response]) -> dict[int, str]:
    """The proven addresses of these responses, for who deals with reports; nothing for anybody else."""
    ids = [one.id for one in found if one.protocol == "form"]
    return await rows.addresses(tx, ids) if ids and actor.may(Permission.MANAGE_REPORTS) else {}


async def sweep(ctx: Context, payload: Any) -> None:
    """The periodic job: forget what was not proven in time, and addresses after ninety days."""
    async with ctx.db.system() as tx:
        await rows.sweep(tx)
