"""PostView → Mastodon's Status entity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from torg.accounts.model import Account
from torg.cards.model import Card
from torg.delegation import reads as delegation
from torg.delegation.model import Byline
from torg.engine.kept import Kept
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import iso, now
from torg.mastodon_api import entities
from torg.mastodon_api.entities import UNSET, UnsetType
from torg.mastodon_api.entities.by_line import ByFace, ByLine
from torg.mastodon_api.present import accounts, media
from torg.mastodon_api.present import creators as writers
from torg.mastodon_api.present import scene as scenes
from torg.mastodon_api.present.scene import Scene
from torg.media import links
from torg.posts.model import Audience, Look, Poll, Post, PostView
from torg.text.tags import tag_url

Filtered = Mapping[int, list[entities.FilterResult]]
kept: Kept[entities.Status] = Kept(0.25)


async def statuses(
    tx: Tx, actor: Actor, origin: str, views: Sequence[PostView], *, filtered: Filtered | None = None
) -> list[entities.Status]:
    """Several posts, in their order. `filtered`: filter results by post id (of the boosted post for boosts).

    What was made once for a look is given again, to other readers too: an entity is not to be changed.
    """
    looks = [look(actor, origin, view, filtered or {}) for view in views]
    made = [kept.get(seen) if seen is not None else None for seen in looks]
    missing = [view for view, one in zip(views, made, strict=True) if one is None]
    if not missing:
        return [one for one in made if one is not None]
    anew = iter(await statuses_anew(tx, actor, origin, missing, filtered=filtered))
    shown: list[entities.Status] = []
    for view, seen, one in zip(views, looks, made, strict=True):
        shown.append(one or next(anew))
        if one is None and seen is not None and _is_plain(actor, origin, view):
            kept.put(seen, shown[-1], sum(4_000 + 2 * len(each.post.html) for each in _all([view])))
    return shown


def look(actor: Actor, origin: str, view: PostView, filtered: Filtered) -> Look | None:
    """Names all that the entity shows; None for what is made anew for each reader."""
    if view.look is None or actor.guest or any(each.post.id in filtered for each in _all([view])):
        return None
    who: object = "signed in" if actor.account_id is not None else "nobody"
    if any(each.account.id == actor.account_id for each in _all([view])):
        who = actor.account_id
    # Signed links of files change by the day
    return (view.look, origin, who, links.today())


def is_kept(seen: Look) -> bool:
    """Whether the entity of this look is the same for all to whom it looks so."""
    return kept.get(seen) is not None


def _is_plain(actor: Actor, origin: str, view: PostView) -> bool:
    """Whether the entity shows nothing but what the view does: no emoji, role or by-line that is looked up."""
    return scenes.bare(actor, origin, *_collect([view])) is not None and not any(
        each.post.by_account_id is not None or (each.card is not None and each.card.author_handle)
        for each in _all([view])
    )


async def statuses_anew(
    tx: Tx, actor: Actor, origin: str, views: Sequence[PostView], *, filtered: Filtered | None = None
) -> list[entities.Status]:
    """As `statuses`, with nothing that was made before."""
    people, texts = _collect(views)
    creators = await writers.of_cards(tx, origin, [view.card for view in _all(views) if view.card is not None])
    scene = await scenes.load(tx, actor, origin, [*people, *creators.values()], texts)
    if creators:
        scene = msgspec.structs.replace(scene, creators=creators)
    by_others = [view.post.id for view in _all(views) if view.post.by_account_id is not None]
    if by_others:
        scene = msgspec.structs.replace(scene, bylines=await delegation.bylines(tx, actor, by_others))
    return [status(scene, view, filtered or {}) for view in views]


def bare(actor: Actor, origin: str, view: PostView) -> entities.Status | None:
    """One post without card and by-line, where presenting it takes no look into the database; else None."""
    scene = scenes.bare(actor, origin, *_collect([view]))
    return status(scene, view, {}) if scene is not None else None


def plain(actor: Actor, origin: str, view: PostView) -> entities.Status | None:
    """As `bare`, and the same for all to whom it looks so: neither by-line nor an author of a card is left out."""
    return bare(actor, origin, view) if _is_plain(actor, origin, view) else None


def _collect(views: Iterable[PostView]) -> tuple[list[Account], list[str]]:
    people: dict[int, Account] = {}
    texts: list[str] = []
    for view in _all(views):
        people[view.account.id] = view.account
        texts += [view.post.html, view.post.spoiler, *(view.poll.options if view.poll else ())]
    return list(people.values()), texts


def _all(views: Iterable[PostView]) -> Iterator[PostView]:
    for view in views:
        yield view
        yield from _all(v for v in (view.boost_of, view.quoted) if v is not None)


def _by(scene: Scene, post: Post) -> ByLine | UnsetType:
    # A guest may not know the colleague who wrote
    line = scene.bylines.get(post.id) if not scene.actor.guest else None
    return byline(scene.origin, line) if line is not None else UNSET


def byline(origin: str, line: Byline) -> ByLine:
    """Who really wrote, as far as it is shown."""
    face = None
    if line.account_id is not None:
        face = ByFace(id=str(line.account_id), username=line.handle, acct=line.handle, url=f"{origin}/@{line.handle}")
    return ByLine(initials=line.initials, display_name=line.display_name or None, account=face)


def visibility(view: PostView) -> str:
    """Mastodon's word for an audience. What stands in a group that all may read is out of the public timelines only."""
    post = view.post
    if post.audience is Audience.EVERYONE:
        return "public" if post.listed else "unlisted"
    return "unlisted" if view.group_kind in ("open", "moderated") else "private"


def url_of(origin: str, view: PostView) -> str:
    return view.post.url or f"{origin}/@{view.account.acct}/{view.post.id}"


def uri_of(origin: str, view: PostView) -> str:
    return view.post.uri or f"{origin}/users/{view.account.handle}/statuses/{view.post.id}"


def status(scene: Scene, view: PostView, filtered: Filtered) -> entities.Status:
    """One post (docs: entities/Status)."""
    boosted = status(scene, view.boost_of, filtered) if view.boost_of else None
    common = _common(scene, view, filtered)
    if view.boost_of is not None:
        original = _common(scene, view.boost_of, filtered)
        inherited = (
            "content", "sensitive", "spoiler_text", "media_attachments", "mentions", "tags", "emojis", "reblogs_count",
            "favourites_count", "quotes_count", "replies_count", "poll", "card", "language", "favourited",
            "reblogged", "muted", "bookmarked", "filtered", "tagged_collections",
        )  # fmt: skip
        common |= {name: original[name] for name in inherited}
    return entities.Status(**common, reblog=boosted, quote=_quote(scene, view, filtered))


def _quote(scene: Scene, view: PostView, filtered: Filtered) -> entities.Quote | None:
    post = view.post
    if post.quote_of_account_id is None:
        return None
    if view.quoted is not None:
        inner = view.quoted.post
        shallow = None
        if inner.quote_of_account_id is not None:
            state, known = inner.quote_state or "deleted", inner.quote_of_id
            shallow = entities.ShallowQuote(state=state, quoted_status_id=str(known) if known else None)
        quoted = entities.QuotedStatus(**_common(scene, view.quoted, filtered), quote=shallow)
        return entities.Quote(state="accepted", quoted_status=quoted)
    state = post.quote_state or "deleted"
    if post.quote_of_id is None:
        state = "deleted"
    return entities.Quote(state="unauthorized" if state == "accepted" else state, quoted_status=None)


def _common(scene: Scene, view: PostView, filtered: Filtered) -> dict[str, Any]:
    post = view.post
    signed_in = scene.actor.account_id is not None
    return {
        "id": str(post.id),
        "uri": uri_of(scene.origin, view),
        "created_at": iso(post.created_at),
        "account": accounts.account(scene, view.account),
        "content": post.html,
        "visibility": visibility(view),
        # A moderator's mark on the author is about media (docs: methods/admin/accounts, action `sensitive`)
        "sensitive": post.sensitive or (view.account.sensitized_at is not None and bool(view.media)),
        "spoiler_text": post.spoiler,
        "media_attachments": [media.attachment(scene.origin, m, scene.actor.network_kind) for m in view.media],
        "mentions": [
            entities.StatusMention(id=str(a.id), username=a.handle, url=accounts.url_of(scene.origin, a), acct=a.acct)
            for a in view.mentions
        ],
        "tags": [entities.ShallowTag(name=t, url=tag_url(scene.origin, t)) for t in view.tags],
        "emojis": scene.emojis_in(
            post.html, post.spoiler, *(view.poll.options if view.poll else ()), host=view.account.host
        ),
        "reblogs_count": view.counts.boosts,
        "favourites_count": view.counts.favourites,
        "quotes_count": view.counts.quotes,
        "replies_count": view.counts.replies,
        "url": url_of(scene.origin, view),
        "in_reply_to_id": str(post.reply_to_id) if post.reply_to_id else None,
        "in_reply_to_account_id": str(post.reply_to_account_id) if post.reply_to_account_id else None,
        "poll": poll(scene, view.poll, host=view.account.host) if view.poll else None,
        "card": card(scene, view.card) if view.card else None,
        "language": post.language,
        "edited_at": iso(post.edited_at) if post.edited_at else None,
        "quote_approval": quote_approval(scene, view),
        "tagged_collections": scene.collections_in(post.html),
        "application": entities.StatusApplication(name=view.app.name, website=view.app.website) if view.app else UNSET,
        "favourited": view.flags.favourited if signed_in else UNSET,
        "reblogged": view.flags.boosted if signed_in else UNSET,
        "muted": view.flags.muted if signed_in else UNSET,
        "bookmarked": view.flags.bookmarked if signed_in else UNSET,
        "pinned": view.flags.pinned if scene.actor.account_id == post.account_id and not post.boost_of_id else UNSET,
        "by": _by(scene, post),
        "group_id": str(post.group_id) if post.group_id else UNSET,
        "filtered": filtered.get(post.id, []) if signed_in else UNSET,
    }


def quote_approval(scene: Scene, view: PostView) -> entities.QuoteApproval:
    """Who may quote, and what holds for the viewer (docs: entities/QuoteApproval)."""
    post, viewer = view.post, scene.actor.account_id
    policy = post.quote_policy if post.audience is Audience.EVERYONE else "nobody"
    if viewer is None:
        verdict = "unknown" if policy != "public" else "automatic"
    elif viewer == post.account_id or policy == "public" or (policy == "followers" and view.follows_author):
        verdict = "automatic"
    else:
        verdict = "denied"
    return entities.QuoteApproval(automatic=[] if policy == "nobody" else [policy], manual=[], current_user=verdict)


def poll(scene: Scene, p: Poll, *, host: str = "") -> entities.Poll:
    """A poll; counts are null while the author hides them (docs: entities/Poll)."""
    expired = p.expired(now())
    hidden = p.hide_totals and not expired
    votes = p.own_votes
    return entities.Poll(
        id=str(p.id),
        expires_at=iso(p.expires_at) if p.expires_at else None,
        expired=expired,
        multiple=p.multiple,
        votes_count=sum(p.tallies),
        voters_count=p.voters if p.multiple else None,
        options=[
            entities.PollOption(title=title, votes_count=None if hidden else count)
            for title, count in zip(p.options, p.tallies, strict=True)
        ],
        emojis=scene.emojis_in(*p.options, host=host),
        voted=UNSET if votes is None else bool(votes) or scene.actor.account_id == p.account_id,
        own_votes=UNSET if votes is None else votes,
    )


def card(scene: Scene, c: Card) -> entities.PreviewCard:
    """A link's card (docs: entities/PreviewCard)."""
    authors = []
    creator = scene.creators.get(c.id)
    if creator is not None:
        shown = accounts.account(scene, creator)
        name = c.author_name or creator.display_name or creator.handle
        authors = [entities.PreviewCardAuthor(name=name, url=c.author_url or shown.url or "", account=shown)]
    elif c.author_name or c.author_url:
        authors = [entities.PreviewCardAuthor(name=c.author_name, url=c.author_url, account=None)]
    return entities.PreviewCard(
        url=c.url,
        title=c.title,
        description=c.description,
        type=c.type,
        authors=authors,
        author_name=c.author_name,
        author_url=c.author_url,
        provider_name=c.provider_name,
        provider_url=c.provider_url,
        html=c.html,
        width=c.width,
        height=c.height,
        image=scene.file(c.image_key) if c.image_key else None,
        embed_url=c.embed_url,
        blurhash=c.blurhash,
        published_at=str(int(c.published_at.timestamp())) if c.published_at else UNSET,
    )
