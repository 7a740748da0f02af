"""A wanted feed → what is in it: the reads of the pages, as nobody in particular, through PublicPost (DESIGN §2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec

from torg.access.bearer import anonymous
from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.engine.postgres import Tx
from torg.feeds import entries
from torg.feeds.model import Feed, Format, Wanted
from torg.groups import reads as groups
from torg.kernel.actor import NetworkKind
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.media import links
from torg.orgs.model import Network
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.posts.public import PublicPost, public_posts
from torg.search import reads as search
from torg.search.model import Within
from torg.text import messages
from torg.text.clean import to_plain
from torg.text.tags import tag_name
from torg.timelines import reads as timelines

ENTRIES = 20
HUB = "/websub"
OPEN_TO_ALL = ("network", "tag", "search")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that exists: with its name in the one spelling, and the account that it is of."""

    wanted: Wanted
    account: Account | None = None


async def find(tx: Tx, network: Network, wanted: Wanted) -> Found:
    """The feed, or NotFound for one that anybody at all may not read; before any read where nothing is public."""
    if not network.is_public:
        raise NotFound
    if wanted.kind in OPEN_TO_ALL:
        if network.settings.local_live_feed != "public":
            raise NotFound
        name = tag_name(wanted.name) if wanted.kind == "tag" else " ".join(wanted.name.split())
        if not name and wanted.kind != "network":
            raise NotFound
        return Found(wanted=msgspec.structs.replace(wanted, name=name))
    account = await accounts.by_acct(tx, wanted.name, network.host)
    if account is None or not account.is_local or not heard(account):
        raise NotFound
    if account.kind is AccountKind.GROUP and (wanted.kind == "replies" or not await groups.is_open(tx, account.id)):
        raise NotFound
    return Found(wanted=msgspec.structs.replace(wanted, name=account.handle), account=account)


def heard(account: Account) -> bool:
    """Whether what this account says is for feeds: not of who is gone, suspended, limited or chooses the readers."""
    limited = account.silenced_at is not None or account.host_limit != ""
    return account.visible and not limited and not account.locked


async def gather(tx: Tx, network: Network, origin: str, wanted: Wanted, page: Page | None = None) -> Feed:
    """The newest posts of a feed, or those of a page of it. NotFound as `find`."""
    found = await find(tx, network, wanted)
    page = page or Page(limit=ENTRIES)
    views = await _views(tx, network, found, page)
    shown = public_posts(network, [view for view in views if _wanted(wanted, view)])
    language = messages.choose(network.settings.locale)
    account, url = found.account, origin + found.wanted.path
    answered, rooms = await _around(tx, network, shown)
    made = [entries.entry(origin, post, answered, rooms, language) for post in shown]
    began = account.created_at if account else network.created_at
    icon = account.avatar.static_key if account and account.avatar else None
    older = views[-1].post.id if len(views) == page.limit else None
    turned = page.max_id is not None or page.min_id is not None
    return Feed(
        wanted=found.wanted,
        url=url,
        shown=_turned(url, max_id=page.max_id, min_id=page.min_id),
        home=origin + found.wanted.home,
        title=_title(network, found, language),
        description=_description(network, found, language),
        language=language,
        icon=links.url(NetworkKind.PUBLIC, origin, icon) if icon else None,
        author=entries.person(origin, account) if account else None,
        updated=max([began, *(one.updated for one in made)]),
        entries=made,
        hub=origin + HUB,
        older=_turned(url, max_id=older) if older else None,
        newer=_turned(url, min_id=views[0].post.id) if turned and views else None,
        archive=turned,
    )


async def _views(tx: Tx, network: Network, found: Found, page: Page) -> list[PostView]:
    actor, wanted = anonymous(network), found.wanted
    match wanted.kind:
        case "network":
            return await timelines.public(tx, actor, page, local=True)
        case "tag":
            return await timelines.tagged(tx, actor, page, wanted.name, local=True)
        case "search":
            within = Within(limit=page.limit, max_id=page.max_id, min_id=page.min_id)
            ids = await search.posts(tx, actor, wanted.name, within, here=network.host)
            return await posts.hydrate(tx, actor, ids)
        case "account" | "replies":
            assert found.account is not None
            of_group = found.account.kind is AccountKind.GROUP
            return await timelines.of_account(
                tx, actor, found.account.id, page, of_group=of_group,
                exclude_replies=wanted.kind == "account" and not of_group,
            )  # fmt: skip


def _wanted(wanted: Wanted, view: PostView) -> bool:
    """Not what repeats somebody who is not heard; and where all speak, only what its author wants listed there."""
    if wanted.kind in OPEN_TO_ALL and not (view.post.listed and view.account.is_local):
        return False
    shown = [one for one in (view, view.boost_of) if one is not None]
    quoted = [one.quoted for one in shown if one.quoted is not None]
    return all(heard(one.account) for one in [*shown, *quoted])


async def _around(
    tx: Tx, network: Network, shown: Sequence[PublicPost]
) -> tuple[dict[int, PublicPost], dict[int, Account]]:
    """The posts that these answer, and the groups in which they stand, as far as anybody may know of them."""
    inner = [(post.view.boost_of or post.view).post for post in shown]
    ids = {post.reply_to_id for post in inner if post.reply_to_id is not None}
    parents = [view for view in await posts.hydrate(tx, anonymous(network), sorted(ids)) if heard(view.account)]
    rooms = {post.group_id for post in inner if post.group_id is not None}
    known = await accounts.by_ids(tx, rooms) if rooms else {}
    return {post.view.post.id: post for post in public_posts(network, parents)}, known


def _turned(url: str, **cursor: int | None) -> str:
    given = {name: value for name, value in cursor.items() if value is not None}
    return f"{url}{'&' if '?' in url else '?'}{urlencode(given)}" if given else url


def _title(network: Network, found: Found, language: str) -> str:
    _ = messages.translator(language)
    if found.account is not None:
        name = entries.one_line(found.account.display_name) or found.account.handle
        title = f"{name} (@{found.account.handle}@{network.host})"
        return _("{name}, with replies").format(name=title) if found.wanted.kind == "replies" else title
    match found.wanted.kind:
        case "tag":
            return f"#{found.wanted.name} – {network.name}"
        case "search":
            return _("Search for {words} – {network}").format(words=found.wanted.name, network=network.name)
    return network.name


def _description(network: Network, found: Found, language: str) -> str:
    _ = messages.translator(language)
    if found.account is not None:
        return to_plain(found.account.note_html) or _("Posts by {name}").format(name=f"@{found.account.handle}")
    match found.wanted.kind:
        case "tag":
            return _("Posts about {tag}").format(tag=f"#{found.wanted.name}")
        case "search":
            return _("Posts that the search finds")
    return network.settings.short_description or _("What is being said on {network}").format(network=network.name)


def alternates(wanted: Wanted) -> list[tuple[Format, str]]:
    """(format, path) of the same feed in each format: for `<link rel="alternate">`."""
    return [(format_, msgspec.structs.replace(wanted, format=format_).path) for format_ in Format]
