"""Answers: a member's plan, and what he or she missed. Composed in a transaction that sees what the reader sees."""

from __future__ import annotations

from datetime import datetime

import msgspec

from torg.access import persons
from torg.access.model import Person
from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.digests import rules, store
from torg.digests.model import Content, Digest, Line, Plan, Section
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.clock import now
from torg.kernel.ids import id_at
from torg.must_see import reads as must_see
from torg.orgs.model import Network
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.text import messages

SHOWN = 5


async def plan(tx: Tx, network: Network, account_id: int) -> Plan:
    """A member's plan: as chosen, else as the network has it."""
    found = await store.plan(tx, account_id)
    usual = rules.default(network.kind, network.settings)
    return found if found is not None else msgspec.structs.replace(usual, next_at=rules.next_at(usual, now()))


async def reader(tx: Tx, account_id: int) -> tuple[Account, Person] | None:
    """Who would get a mail: a member who may log in, at a confirmed address; None for everybody else."""
    account = (await accounts.by_ids(tx, [account_id])).get(account_id)
    if account is None or account.person_id is None or account.kind is not AccountKind.PERSONAL:
        return None
    person = await persons.by_id(tx, account.person_id)
    if person is None or person.disabled_at is not None or person.email_confirmed_at is None:
        return None
    return (account, person) if account.visible and account.disabled_at is None else None


class _Missed(msgspec.Struct, kw_only=True):
    """Everything about one reader while the digest is put together."""

    tx: Tx
    actor: Actor
    network: Network
    origin: str
    since: datetime
    content: Content
    language: str

    def line(self, view: PostView, more: str = "") -> Line:
        """A post as far as it may go out by mail."""
        name = view.account.display_name or f"@{view.account.acct}"
        text = f"{name} · {more}" if more else name
        said = view.post.spoiler or view.post.source
        extract = rules.extract(said) if self.content == "full" else ""
        return Line(text=text, url=f"{self.origin}/@{view.account.acct}/{view.post.id}", extract=extract)

    async def posts(self, ids: list[int]) -> list[PostView]:
        return await posts.hydrate(self.tx, self.actor, ids)


async def compose(tx: Tx, network: Network, account_id: int, since: datetime, *, origin: str) -> Digest | None:
    """What an account missed since a moment; None if nothing was, or nobody is there to read it.

    The transaction must be the reader's own (scope with viewer and guest): row security then keeps out what an
    oversight here would let in.
    """
    found = await reader(tx, account_id)
    secret = await store.secret(tx, account_id)
    if found is None or secret is None:
        return None
    account, person = found
    language = messages.choose(account.settings.locale, person.locale, network.settings.locale)
    actor = Actor(
        org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=account.id,
        person_id=person.id, guest=account.guest,
    )  # fmt: skip
    missed = _Missed(
        tx=tx, actor=actor, network=network, origin=origin, since=since,
        content=rules.content(network.settings, guest=account.guest), language=language,
    )  # fmt: skip
    sections = [s for s in (await _must_see(missed), await _mentions(missed), await _threads(missed)) if s is not None]
    sections += await _groups(missed)
    if not sections:
        return None
    sections += await _colleagues(missed)
    _ = messages.translator(language)
    return Digest(
        to=person.email,
        name=account.display_name or f"@{account.handle}",
        language=language,
        subject=_("What you missed at {network}").format(network=network.name),
        sections=sections,
        unsubscribe_url=f"{origin}/digest/stop?token={rules.token(secret, network.id, account.id)}",
        settings_url=f"{origin}/settings/digest",
    )


def _section(missed: _Missed, title: str, lines: list[Line]) -> Section:
    return Section(title=title, lines=[] if missed.content == "counts" else lines)


async def _must_see(missed: _Missed) -> Section | None:
    waiting = await must_see.mine(missed.tx, missed.actor)
    if not waiting:
        return None
    ngettext = messages.plural_translator(missed.language)
    title = ngettext("{n} announcement that you should see", "{n} announcements that you should see", len(waiting))
    views = await missed.posts([one.id for one in waiting[:SHOWN]])
    return _section(missed, title.format(n=len(waiting)), [missed.line(view) for view in views])


async def _mentions(missed: _Missed) -> Section | None:
    after = id_at(missed.since)
    number, ids = await store.mentions(missed.tx, missed.actor.me, after, SHOWN)
    talks = await store.conversations(missed.tx, missed.actor.me, after)
    ngettext = messages.plural_translator(missed.language)
    parts = []
    if number:
        parts.append(ngettext("{n} mention or reply", "{n} mentions and replies", number).format(n=number))
    if talks:
        # What was written to one alone never goes out by mail
        parts.append(
            ngettext("{n} conversation with new messages", "{n} conversations with new messages", talks).format(n=talks)
        )
    if not parts:
        return None
    return _section(missed, ", ".join(parts), [missed.line(view) for view in await missed.posts(ids)])


async def _threads(missed: _Missed) -> Section | None:
    rows = await store.threads(missed.tx, missed.actor.me, id_at(missed.since), SHOWN)
    replies = {row["thread_id"]: row["replies"] for row in rows}
    views = await missed.posts(list(replies))
    if not views:
        return None
    ngettext = messages.plural_translator(missed.language)
    title = ngettext("{n} lively conversation", "{n} lively conversations", len(views)).format(n=len(views))
    lines = [
        missed.line(
            view, ngettext("{n} new reply", "{n} new replies", replies[view.post.id]).format(n=replies[view.post.id])
        )
        for view in views
    ]
    return _section(missed, title, lines)


async def _groups(missed: _Missed) -> list[Section]:
    if missed.actor.guest:
        return []
    ids = await store.new_groups(missed.tx, missed.actor.me, missed.since)
    ngettext = messages.plural_translator(missed.language)
    return await _faces(missed, ids, ngettext("{n} new group", "{n} new groups", len(ids)))


async def _colleagues(missed: _Missed) -> list[Section]:
    if missed.actor.guest or missed.network.kind is NetworkKind.PUBLIC:
        return []
    ids = await store.new_colleagues(missed.tx, missed.actor.me, missed.since)
    ngettext = messages.plural_translator(missed.language)
    return await _faces(missed, ids, ngettext("{n} new colleague", "{n} new colleagues", len(ids)))


async def _faces(missed: _Missed, ids: object, title: str) -> list[Section]:
    found = list(ids) if isinstance(ids, list) else []
    if not found:
        return []
    known = await accounts.by_ids(missed.tx, found[:SHOWN])
    lines = [
        Line(text=known[id_].display_name or f"@{known[id_].handle}", url=f"{missed.origin}/@{known[id_].handle}")
        for id_ in found[:SHOWN]
        if id_ in known
    ]
    return [_section(missed, title.format(n=len(found)), lines)]
