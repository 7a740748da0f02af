"""Promotions: an inside post becomes a public one, by two people and in a text that both have seen (N3)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.access import persons
from torg.accounts import reads as accounts
from torg.bridge import letters, outbound, redaction, telling
from torg.bridge import promotion_store as store
from torg.bridge.crossing import Bridge, speaking
from torg.bridge.model import ChosenMedia, Promotion, Redaction
from torg.kernel.actor import Permission
from torg.kernel.clock import now
from torg.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from torg.kernel.ids import new_id
from torg.kernel.page import Page
from torg.moderation import log
from torg.posts import actions as posts
from torg.posts import reads
from torg.posts.model import Audience, Draft, Post, PostView

OPEN = ("draft", "submitted", "rejected")
SAME_PERSON = "Somebody else than the one who asked for it must approve"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to say outside. `text` None: the inside post's own. `face_id` None: the own public face."""

    text: str | None = None
    spoiler: str = ""
    language: str | None = None
    redactions: list[Redaction] = []
    media: list[ChosenMedia] = []
    credit: bool = False
    face_id: int | None = None


async def create(both: Bridge, post_id: int, wish: Wish) -> Promotion:
    """Begin a public draft of an inside post: its author, or who may promote and can read it. The author is told."""
    source = await source_to_promote(both, post_id)
    mine = source.account_id == both.me.me
    id_ = new_id()
    values = await _written(both, source, wish)
    await store.insert(both.inside, {
        **values, "id": id_, "source_post_id": source.id, "source_account_id": source.account_id,
        "requested_by": both.me.me, "requested_by_person": both.me.person_id,
        "public_network_id": both.public_network.id,
    })  # fmt: skip
    await log.record(both.inside, both.me, "draft", "promotion", id_, post_id=source.id, digest=values["digest"])
    if not mine:
        await letters.drafted(both, source.account_id)
    return await find(both, id_)


async def source_to_promote(both: Bridge, post_id: int) -> Post:
    """The inside post, for who may promote it; Forbidden or NotFound for anybody else."""
    source = await reads.original(both.inside, both.me, post_id)
    if source.account_id == both.me.me:
        return source
    if not both.me.may(Permission.PROMOTE):
        raise Forbidden
    if source.audience not in (Audience.EVERYONE, Audience.GROUP):
        raise Forbidden("Only its author may promote a post for followers or for those mentioned")
    return source


async def _written(both: Bridge, source: Post, wish: Wish) -> dict[str, object]:
    """The columns of a wish: everything that will be read, in the form in which it will."""
    face = await outbound.face(both, both.me.person_id, wish.face_id)
    original = source.source if wish.text is None else wish.text
    text = await outbound.text(both, original, wish.redactions, typed=wish.text is not None)
    spoiler = await outbound.text(both, wish.spoiler, [], typed=True) if wish.spoiler else ""
    if wish.credit:
        text = f"{text}\n\n— {await outbound.credit(both, source.account_id)}"
    media = await outbound.media(both, source.id, wish.media, wish.redactions)
    await outbound.check(both, Draft(text=text, spoiler=spoiler, language=wish.language), media)
    return {
        "original": original,
        "text": text,
        "spoiler": spoiler,
        "language": wish.language or source.language,
        "redactions": wish.redactions,
        "media": media,
        "credit": wish.credit,
        "face_id": face.me,
        "digest": redaction.digest(text, spoiler, wish.language or source.language, media, face.me, wish.credit),
    }


def officer(both: Bridge) -> bool:
    """Whether this member deals with promotions, others' too."""
    return both.me.may(Permission.PROMOTE) or both.me.may(Permission.APPROVE_PROMOTION)


async def find(both: Bridge, id_: int, *, lock: bool = False) -> Promotion:
    """A promotion that the member may know of; NotFound else."""
    found = await store.find(both.inside, both.me.me, id_, officer=officer(both), lock=lock)
    if found is None:
        raise NotFound
    return found


async def listed(both: Bridge, page: Page, state: str | None, post_id: int | None) -> list[Promotion]:
    return await store.listed(both.inside, both.me.me, page, officer=officer(both), state=state, post_id=post_id)


async def source_of(both: Bridge, found: Promotion) -> Post:
    """The inside post; Invalid once its author has deleted it: nothing of it leaves then."""
    if found.source_post_id is None:
        raise Invalid("Validation failed: The inside post was deleted")
    return await reads.readable_post(both.inside, both.me, found.source_post_id)


async def change(both: Bridge, id_: int, wish: Wish) -> Promotion:
    """Write the draft anew. What was submitted or rejected is a draft again: nobody has approved this text."""
    found = await _own(both, id_)
    values = await _written(both, await source_of(both, found), wish)
    await store.update(both.inside, id_, {**values, "state": "draft", "reason": ""})
    await log.record(both.inside, both.me, "change", "promotion", id_, digest=values["digest"])
    return await find(both, id_)


async def _own(both: Bridge, id_: int) -> Promotion:
    """One's own promotion while it is open, held."""
    found = await find(both, id_, lock=True)
    if found.requested_by != both.me.me:
        raise Forbidden
    _open(found)
    return found


def _open(found: Promotion) -> None:
    if found.state not in OPEN:
        raise Conflict(f"This promotion is {found.state}")


async def submit(both: Bridge, id_: int) -> Promotion:
    """Ask for approval."""
    found = await _own(both, id_)
    await source_of(both, found)
    await store.update(both.inside, id_, {"state": "submitted", "submitted_at": now()})
    await telling.asked(both, found)
    await log.record(both.inside, both.me, "submit", "promotion", id_, digest=found.digest)
    return await find(both, id_)


async def withdraw(both: Bridge, id_: int) -> Promotion:
    """Give it up: who asked for it, or the author of the inside post, as long as it is not out."""
    found = await find(both, id_, lock=True)
    if both.me.me not in (found.requested_by, found.source_account_id):
        raise Forbidden
    _open(found)
    await store.update(both.inside, id_, {"state": "withdrawn", "decided_by": both.me.me, "decided_at": now()})
    await log.record(both.inside, both.me, "withdraw", "promotion", id_)
    return await find(both, id_)


async def approvable(both: Bridge, id_: int, digest: str) -> Promotion:
    """A submitted promotion of exactly this version that the member may decide about, held until the commit.

    Forbidden without the permission or for who asked for it; Conflict for another version or state.
    """
    found = await find(both, id_, lock=True)
    if not both.me.may(Permission.APPROVE_PROMOTION):
        raise Forbidden
    if both.me.me == found.requested_by or (
        both.me.person_id is not None and both.me.person_id == found.requested_by_person
    ):
        raise Forbidden(SAME_PERSON)
    if found.state != "submitted":
        raise Conflict(f"This promotion is {found.state}")
    if digest != found.digest:
        raise Conflict("The text was changed since: read it again")
    return found


async def approve(both: Bridge, id_: int, digest: str, media_ids: Sequence[int], *, origin: str) -> Promotion:
    """Publish exactly the approved version as a new public post of the chosen face, in this one commit.

    `media_ids`: the chosen files as the face's own new attachments in the public network. `origin`: the public one.
    """
    found = await approvable(both, id_, digest)
    source = await source_of(both, found)
    person = await persons.by_id(both.inside, found.requested_by_person) if found.requested_by_person else None
    if person is None or person.disabled_at is not None:
        raise Invalid("Validation failed: Who asked for it is no member any more")
    face = await outbound.face(both, person.id, found.face_id)
    draft = Draft(text=found.text, spoiler=found.spoiler, language=found.language, media_ids=list(media_ids))
    async with speaking(both, face) as public:
        made = await posts.publish(
            public, face, both.public_network, draft, origin=origin, waived=frozenset({source.id})
        )
    await store.update(
        both.inside,
        id_,
        {"state": "published", "decided_by": both.me.me, "decided_at": now(), "public_post_id": made},
    )
    await log.record(
        both.inside, both.me, "approve", "promotion", id_, post_id=source.id, public_post_id=made, digest=digest
    )
    await telling.decided(both, found, "published")
    if found.source_account_id is not None and found.source_account_id != both.me.me:
        await letters.published(both, found.source_account_id)
    return await find(both, id_)


async def reject(both: Bridge, id_: int, digest: str, reason: str) -> Promotion:
    """Say no, and why; the text may be changed and submitted again."""
    found = await approvable(both, id_, digest)
    if not reason.strip():
        raise Invalid(details={"reason": [("ERR_BLANK", "can't be blank")]})
    values = {"state": "rejected", "decided_by": both.me.me, "decided_at": now(), "reason": reason.strip()[:2_000]}
    await store.update(both.inside, id_, values)
    await telling.decided(both, found, "rejected")
    await log.record(both.inside, both.me, "reject", "promotion", id_, digest=digest, reason=values["reason"])
    return await find(both, id_)


async def replies(both: Bridge, id_: int) -> list[PostView]:
    """What the public answered, as anybody reads it: it flows in, and nothing of the inside flows back."""
    found = await find(both, id_)
    if found.public_post_id is None:
        return []
    try:
        _, down = await reads.context(both.public, both.anyone, found.public_post_id)
    except NotFound:  # deleted outside
        return []
    return await reads.hydrate(both.public, both.anyone, down)


async def public_post(both: Bridge, found: Promotion) -> PostView | None:
    """The post that came of it, if it is still there."""
    if found.public_post_id is None:
        return None
    return next(iter(await reads.hydrate(both.public, both.anyone, [found.public_post_id])), None)


async def faces(both: Bridge, found: Promotion) -> str:
    """The handle of the public account that says it."""
    face = (await accounts.by_ids(both.public, [found.face_id])).get(found.face_id)
    return face.acct if face is not None else ""
