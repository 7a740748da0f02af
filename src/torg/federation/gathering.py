"""From ids of posts to what the renderers take: the posts as the types that may leave, and what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from torg.access.bearer import anonymous
from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.emojis import reads as emojis
from torg.emojis.model import Emoji
from torg.engine.postgres import Tx
from torg.federation.render import addresses
from torg.federation.render.model import Around, Face, Place, Ref
from torg.groups import outward as groups
from torg.kernel.actor import Actor
from torg.orgs.model import Network
from torg.portability import moving
from torg.posts import outward as around_posts
from torg.posts import reads as posts
from torg.posts import stamps
from torg.posts.addressed import Outward, outward
from torg.posts.model import PostView
from torg.posts.outward import Known
from torg.posts.public import NotPublic
from torg.signing.model import Key
from torg.text.emoji import shortcodes

FIRST_REPLIES = 5
QUOTED_STATES = ("accepted", "pending")


class Sendable(msgspec.Struct, frozen=True):
    """A post that may leave, with its surroundings."""

    post: Outward
    around: Around


def place_of(origin: str, network: Network) -> Place:
    return Place(origin=origin, host=network.host)


async def public(tx: Tx, network: Network, origin: str, ids: Sequence[int]) -> list[Sendable]:
    """Local posts (and boosts) as anybody may read them, in the order of `ids`; others are left out."""
    views = await posts.hydrate(tx, anonymous(network), ids)
    return await surrounded(tx, network, origin, views)


async def whoever(tx: Tx, network: Network, origin: str, post: Known) -> Sendable | None:
    """One post of ours as its author sees it, for recipients whom the caller has checked."""
    actor = Actor(org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=post.account_id)
    found = await surrounded(tx, network, origin, await posts.hydrate(tx, actor, [post.id]))
    return found[0] if found else None


async def surrounded(tx: Tx, network: Network, origin: str, views: Sequence[PostView]) -> list[Sendable]:
    """The views that may leave; one that may not is left out. A constant number of queries."""
    found: list[Outward] = []
    for view in views:
        try:
            found.append(outward(network, view))
        except NotPublic:
            continue
    originals = [post for post in found if post.view.boost_of is None]
    if not originals:
        return [Sendable(post, Around(conversation="")) for post in found]
    near = await _Near.gather(tx, origin, [post.view for post in originals])
    return [
        Sendable(post, Around(conversation="") if post.view.boost_of else near.around(network, post.view))
        for post in found
    ]


class _Near:
    """What is looked up for several posts at once."""

    known: dict[int, Known]
    contexts: dict[int, str]
    groups: dict[int, Account]
    replies: dict[int, list[Known]]
    given: dict[str, stamps.Stamp]
    granted: dict[int, str]

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.emojis: Mapping[str, Emoji] = {}

    @classmethod
    async def gather(cls, tx: Tx, origin: str, views: Sequence[PostView]) -> _Near:
        self = cls(origin)
        rows = [view.post for view in views]
        self.known = await around_posts.known(
            tx, [i for p in rows for i in (p.reply_to_id, p.quote_of_id, p.thread_id)]
        )
        remote = [p.thread_id for p in rows if (first := self.known.get(p.thread_id)) and first.uri]
        self.contexts = await around_posts.contexts(tx, remote) if remote else {}
        self.groups = await groups.open_ones(tx, [p.group_id for p in rows])
        self.replies = await around_posts.replies(tx, [p.id for p in rows], most=FIRST_REPLIES + 1)
        quoting = [v for v in views if v.post.quote_of_id is not None and v.post.quote_state == "accepted"]
        self.given = await stamps.of_quotes(tx, [addresses.post(origin, v.post, v.account) for v in quoting])
        self.granted = await stamps.grants(tx, [v.post.id for v in quoting])
        self.emojis = await emojis.used(tx, [text for view in views for text in _texts(view)])
        return self

    def around(self, network: Network, view: PostView) -> Around:
        post = view.post
        answers = self.replies.get(post.id, [])
        parent = self.known.get(post.reply_to_id) if post.reply_to_id else None
        codes = dict.fromkeys(code for text in _texts(view) for code in shortcodes(text))
        quoted = self._quoted(view)
        return Around(
            reply_to=self._ref(parent),
            quote=self._ref(quoted),
            quote_authorization=self._consent(view, quoted),
            conversation=self._conversation(network, post.thread_id),
            context=self._context(post.thread_id),
            group=self.groups.get(post.group_id) if post.group_id is not None else None,
            emojis=[self.emojis[code] for code in codes if code in self.emojis],
            replies=[one.address(self.origin) for one in answers[:FIRST_REPLIES]],
            more_replies=len(answers) > FIRST_REPLIES,
        )

    def _quoted(self, view: PostView) -> Known | None:
        """What is quoted, unless the consent is refused or withdrawn, or it is not for all who may read this."""
        post = view.post
        if post.quote_of_id is None or post.quote_state not in QUOTED_STATES:
            return None
        if post.quote_state == "accepted" and view.quoted is None:
            return None
        return self.known.get(post.quote_of_id)

    def _consent(self, view: PostView, quoted: Known | None) -> str | None:
        if quoted is None:
            return None
        if (grant := self.granted.get(view.post.id)) is not None:
            return grant
        stamp = self.given.get(addresses.post(self.origin, view.post, view.account))
        if stamp is None or stamp.quoted_id != quoted.id:
            return None
        return f"{quoted.author(self.origin)}/quote_authorizations/{stamp.id}"

    def _ref(self, one: Known | None) -> Ref | None:
        return Ref(uri=one.address(self.origin), author_uri=one.author(self.origin)) if one else None

    def _context(self, thread_id: int) -> str | None:
        """The conversation's collection: at the first post's server (FEP-7888)."""
        first = self.known.get(thread_id)
        if first is None:
            return None
        return self.contexts.get(thread_id) if first.uri else f"{first.address(self.origin)}/context"

    def _conversation(self, network: Network, thread_id: int) -> str:
        return self._context(thread_id) or f"tag:{network.host},{network.created_at:%Y-%m-%d}:conversation:{thread_id}"


def _texts(view: PostView) -> list[str]:
    return [view.post.html, view.post.spoiler, *(view.poll.options if view.poll else ())]


async def face(tx: Tx, origin: str, account: Account, key: Key) -> Face:
    """What an actor's document says beside the account; of a suspended one nothing."""
    if account.suspended_at is not None:
        return Face(public_pem=key.public_pem, key_name=key.name)
    moved = None
    if account.moved_to_id is not None:
        moved = (await accounts.by_ids(tx, [account.moved_to_id])).get(account.moved_to_id)
    texts = [account.display_name, account.note_html, *(field.value_html for field in account.fields)]
    found = await emojis.used(tx, texts)
    return Face(
        public_pem=key.public_pem,
        key_name=key.name,
        also_known_as=await moving.known_as(tx, account.id),
        moved_to=addresses.actor(origin, moved) if moved else None,
        emojis=list(found.values()),
        tags=[],
    )
