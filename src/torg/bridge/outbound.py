"""What an inside text must pass on its way out: the face that says it, the names in it, its files and its length."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.bridge import guard_store, names, redaction
from torg.bridge import promotion_store as store
from torg.bridge.crossing import Bridge
from torg.bridge.model import ChosenMedia, Redaction
from torg.delegation import reads as delegation
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.errors import Invalid, NotFound, invalid
from torg.media import reads as media_reads
from torg.media.model import State
from torg.orgs import store as orgs
from torg.posts import rules
from torg.posts.model import Draft


async def face(both: Bridge, person_id: int | None, face_id: int | None) -> Actor:
    """The person's own public face, or an account that he or she may post for. Invalid or NotFound if there is none."""
    own = await store.face_of(both.public, person_id)
    if own is None:
        raise Invalid("Validation failed: You have no account in the public network")
    me = msgspec.structs.replace(both.anyone, account_id=own, person_id=person_id)
    if face_id is None or face_id == own:
        return me
    acting = await delegation.acting(both.public, me, face_id)
    if acting.delegated is None or "post" not in acting.delegated.rights:
        raise NotFound
    return acting


async def text(both: Bridge, original: str, redactions: Sequence[Redaction], *, typed: bool) -> str:
    """The text as it will be read. `typed`: written for outside, where a public handle means its owner.

    Invalid (422) for what leads or points inside: addresses, files, groups.
    """
    made = redaction.outward(redaction.redact(original, redactions), await _mentions(both, original, typed=typed))
    networks = await orgs.networks(both.inside, both.inside_network.org_id)
    hosts = {h for n in networks if n.kind is not NetworkKind.PUBLIC for h in (n.host, n.host.partition(":")[0])}
    redaction.refuse_links(made, hosts)
    allowed = {term.words for term in await guard_store.terms(both.inside) if term.effect == "allow"}
    rows = await guard_store.group_names(both.inside)
    guarded = set().union(*(names.group_phrases(row["names"]) for row in rows)) - allowed
    redaction.refuse_groups(made, guarded)
    return made


async def _mentions(both: Bridge, original: str, *, typed: bool) -> dict[str, str]:
    """Handle as written → what stands for it outside: the person's public handle, or the plain name."""
    handles = redaction.handles(original)
    if not handles:
        return {}
    here = await accounts.by_handles(both.inside, handles, both.inside_network.host)
    outside = await accounts.by_handles(both.public, handles, both.public_network.host) if typed else {}
    instead: dict[str, str] = {}
    for handle, account in here.items():
        if handle in outside:
            continue
        if account.kind is AccountKind.GROUP:
            raise invalid("text", "ERR_BLOCKED", "must not name groups of the inside network")
        instead[handle] = await outer_name(both, account)
    return instead


async def outer_name(both: Bridge, account: Account) -> str:
    """How an inside person is called outside: `@handle` of the public face, or the name that he or she goes by."""
    own = await store.face_of(both.public, account.person_id) if account.person_id is not None else None
    if own is not None:
        return f"@{(await accounts.by_ids(both.public, [own]))[own].handle}"
    return account.display_name or account.handle


async def credit(both: Bridge, author_id: int) -> str:
    """The author's name for the last line. Who has no public face is named at his or her own wish only."""
    author = (await accounts.by_ids(both.inside, [author_id])).get(author_id)
    if author is None:
        raise NotFound
    name = await outer_name(both, author)
    if not name.startswith("@") and author_id != both.me.me:
        raise invalid("credit", "ERR_BLOCKED", "names somebody who has no public account: ask the author to promote it")
    return name


async def media(
    both: Bridge, post_id: int, chosen: Sequence[ChosenMedia], redactions: Sequence[Redaction]
) -> list[ChosenMedia]:
    """The chosen files of the inside post, each with its text as it will be read; NotFound for any other file."""
    there = {m.id: m for m in (await media_reads.for_posts(both.inside, [post_id])).get(post_id, [])}
    marks = [one for one in redactions if one.start is None and one.end is None]
    found = []
    for one in chosen:
        attachment = there.get(one.id)
        if attachment is None or attachment.state is not State.READY:
            raise NotFound
        described = one.description if one.description is not None else attachment.description
        if described:
            described = await text(both, described, marks, typed=one.description is not None)
        found.append(ChosenMedia(id=one.id, description=described or None))
    return found


async def check(both: Bridge, draft: Draft, chosen: Sequence[ChosenMedia]) -> None:
    """Whether the public network would take it: length, blank, number of files."""
    rules.check(msgspec.structs.replace(draft, media_ids=[one.id for one in chosen]), both.public_network.settings)
