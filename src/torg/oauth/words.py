"""What each scope lets an app do, in words that a person can consent to."""

from __future__ import annotations

from collections.abc import Sequence

from torg.text.messages import marked as _

WORDS: dict[str, str] = {
    "profile": _("See who you are: name, handle and picture"),
    "read": _("Read everything that you can read"),
    "write": _("Post, change and delete in your name"),
    "follow": _("Follow, mute and block in your name"),
    "push": _("Send you notifications"),
    "offline_access": _("Keep its access until you take it back"),
    "admin:read": _("Read everything that your role lets you administer"),
    "admin:write": _("Administer this network as your role lets you"),
    "accounts": _("accounts and profiles"),
    "blocks": _("blocks"),
    "bookmarks": _("bookmarks"),
    "collections": _("collections"),
    "conversations": _("conversations"),
    "favourites": _("favourites"),
    "filters": _("filters"),
    "follows": _("follows"),
    "lists": _("lists"),
    "media": _("media"),
    "mutes": _("mutes"),
    "notifications": _("notifications"),
    "reports": _("reports"),
    "search": _("search"),
    "statuses": _("posts"),
    "domain_allows": _("allowed servers"),
    "domain_blocks": _("blocked servers"),
    "ip_blocks": _("blocked network addresses"),
    "email_domain_blocks": _("blocked e-mail providers"),
    "canonical_email_blocks": _("blocked e-mail addresses"),
}
HEADINGS: dict[str, str] = {
    "read": _("Read only"),
    "write": _("Change only"),
    "admin:read": _("Read as an administrator"),
    "admin:write": _("Change as an administrator"),
}


def of(scopes: Sequence[str]) -> list[tuple[str, list[str]]]:
    """(sentence, what it is about) per line of the consent page, in English."""
    lines: dict[str, list[str]] = {}
    for scope in scopes:
        if scope in WORDS:
            lines.setdefault(WORDS[scope], [])
        else:
            group, _colon, name = scope.rpartition(":")
            lines.setdefault(HEADINGS[group], []).append(WORDS[name])
    return list(lines.items())
