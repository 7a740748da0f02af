"""The addresses of what is ours, and those that others gave to what is theirs. Pure.

`origin` is the network's own (`https://acme.example`); an account or post of another server keeps its id.
"""

from __future__ import annotations

from torg.accounts.model import Account
from torg.posts.model import Post


def actor(origin: str, account: Account) -> str:
    return account.uri or person(origin, account.handle)


def person(origin: str, handle: str) -> str:
    """The actor that a local account has, or had, by its name."""
    return f"{origin}/users/{handle}"


def page(origin: str, account: Account) -> str:
    """The profile, for people."""
    return account.url or f"{origin}/@{account.acct}"


def followers(origin: str, account: Account) -> str:
    """The followers of a local account."""
    return f"{actor(origin, account)}/followers"


def instance(origin: str) -> str:
    """The instance actor: the network itself."""
    return f"{origin}/actor"


def post(origin: str, post: Post, author: Account) -> str:
    return post.uri or f"{origin}/users/{author.handle}/statuses/{post.id}"


def post_page(origin: str, post: Post, author: Account) -> str:
    """The page of a post, for people."""
    return post.url or f"{origin}/@{author.acct}/{post.id}"


def boost(origin: str, boost: Post, by: Account) -> str:
    """The id of a boost, which is an Announce and no object."""
    return boost.uri or f"{origin}/users/{by.handle}/statuses/{boost.id}/activity"


def message(origin: str, message_id: int, author: Account, uri: str | None = None) -> str:
    return uri or f"{origin}/users/{author.handle}/messages/{message_id}"


def stamp(origin: str, quoted_author: Account, stamp_id: int) -> str:
    """The consent to one quote (FEP-044f)."""
    return f"{actor(origin, quoted_author)}/quote_authorizations/{stamp_id}"


def announced(origin: str, group: Account, post_id: int) -> str:
    """A group's Announce of a post in it (FEP-1b12)."""
    return f"{actor(origin, group)}/announces/{post_id}"


def handle(network_host: str, account: Account) -> str:
    """`anna@acme.example`, wherever the account lives."""
    return f"{account.handle}@{account.host or network_host}"
