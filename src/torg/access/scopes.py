"""OAuth scopes (docs: api/oauth-scopes): the list, the hierarchy, and what `follow` stands for."""

from __future__ import annotations

from collections.abc import Iterable

READ = (
    "accounts", "blocks", "bookmarks", "collections", "favourites", "filters", "follows", "lists", "mutes",
    "notifications", "search", "statuses",
)  # fmt: skip
WRITE = (
    "accounts", "blocks", "bookmarks", "collections", "conversations", "favourites", "filters", "follows", "lists",
    "media", "mutes", "notifications", "reports", "statuses",
)  # fmt: skip
ADMIN = (
    "accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks", "email_domain_blocks",
    "canonical_email_blocks",
)  # fmt: skip
FOLLOW = ("read:blocks", "read:follows", "read:mutes", "write:blocks", "write:follows", "write:mutes")

ALL: tuple[str, ...] = (
    "read",
    "write",
    *(f"write:{name}" for name in WRITE),
    *(f"read:{name}" for name in READ),
    "follow",
    "push",
    "profile",
    "offline_access",
    "admin:read",
    *(f"admin:read:{name}" for name in ADMIN),
    "admin:write",
    *(f"admin:write:{name}" for name in ADMIN),
)
KNOWN = frozenset(ALL)
DEFAULT = ("read",)


def parse(text: str | None) -> list[str]:
    """`read write:statuses` → its scopes in order, without doubles; `+` may stand for a space. [] for nothing."""
    return list(dict.fromkeys((text or "").replace("+", " ").split()))


def unknown(scopes: Iterable[str]) -> list[str]:
    """Those that do not exist."""
    return [scope for scope in scopes if scope not in KNOWN]


def expanded(scopes: Iterable[str]) -> frozenset[str]:
    """With the scopes that the deprecated `follow` stands for."""
    given = frozenset(scopes)
    return given | frozenset(FOLLOW) if "follow" in given else given


def covered(wanted: Iterable[str], by: Iterable[str]) -> bool:
    """Whether every wanted scope is among these or below one of them (`read` covers `read:lists`)."""
    held = expanded(by)

    def holds(scope: str) -> bool:
        parts = scope.split(":")
        return any(":".join(parts[:length]) in held for length in range(1, len(parts) + 1))

    return all(holds(scope) for scope in wanted)
