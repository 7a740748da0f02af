"""Jobs that tell everybody addressed, in batches: killed at any moment, the next run goes on where it was."""

from __future__ import annotations

from typing import Any

from torg.access import addresses, letters
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handling
from torg.kernel.clock import now
from torg.must_see import store
from torg.must_see.actions import REMIND, TELL
from torg.must_see.model import MustSee
from torg.must_see.store import Step
from torg.notices import actions as notices
from torg.notices.model import News
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.posts import store as posts
from torg.posts.model import Post
from torg.text import messages

BATCH = 250
SUBJECT = 60


async def tell(ctx: Context, payload: Any) -> None:
    """Tell everybody addressed that there is something to read."""
    await _reach(ctx, payload["id"], "told")


async def remind(ctx: Context, payload: Any) -> None:
    """Tell those once more who have not read it."""
    await _reach(ctx, payload["id"], "reminded")


async def _reach(ctx: Context, id_: int, step: Step) -> None:
    while True:
        async with ctx.tx() as tx:
            found = await _current(tx, id_)
            network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
            if found is None or network is None:
                return
            announced, post = found
            who = await store.waiting(tx, id_, step, BATCH)
            if not who:
                return
            await notices.tell(tx, [_news(announced, post, to, step) for to in who])
            mailed = []
            if announced.email:
                origin = f"{ctx.services.settings.scheme}://{network.host}"
                mailed = await _mail(tx, network, origin, post, who, step)
            await store.reached(tx, id_, step, who, mailed)


async def _current(tx: Tx, id_: int) -> tuple[MustSee, Post] | None:
    """The announcement with its post, if it is still there and not over."""
    post = await posts.get(tx, id_)
    announced = await store.get(tx, post.account_id, id_) if post else None
    if post is None or announced is None or (announced.ends_at is not None and announced.ends_at <= now()):
        return None
    return announced, post


def _news(announced: MustSee, post: Post, to: int, step: Step) -> News:
    return News(
        to=to, type="status", by=announced.sender_id, source=f"must_see:{announced.id}:{step}", at=now(),
        post_id=announced.id, thread_id=post.thread_id, insistent=True,
    )  # fmt: skip


async def _mail(tx: Tx, network: Network, origin: str, post: Post, who: list[int], step: Step) -> list[int]:
    """A letter to each with a proven address; who got one."""
    people = await addresses.confirmed(tx, who)
    for one in people:
        language = messages.choose(one.locale)
        _ = messages.translator(language)
        first = " ".join((post.spoiler or post.source).split())
        short = first if len(first) <= SUBJECT else first[: SUBJECT - 1].rstrip() + "…"
        subject = _("Important at {network}: {text}") if step == "told" else _("Not read yet at {network}: {text}")
        text = _(
            "An announcement at {network} that everybody addressed is to read:\n\n{text}\n\nSay here that you "
            "have read it:\n{link}\n\nThis mail comes whatever you have chosen about other mails: it is sent for "
            "announcements that must be seen, and for nothing else."
        )
        await letters.post(
            tx,
            to=one.email,
            subject=subject.format(network=network.name, text=short),
            text=text.format(network=network.name, text=post.source or first, link=f"{origin}/must-see/{post.id}"),
            network=network,
            language=language,
        )
    return [one.account_id for one in people]


HANDLERS = {TELL: Handling(run=tell, timeout=1800.0), REMIND: Handling(run=remind, timeout=1800.0)}
