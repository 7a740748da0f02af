"""The keyboard shortcuts, once: frontend/src/shortcuts.js and the page `/keyboard` are made of this table.

The keys are those of Mastodon's web interface (its page of keyboard shortcuts), except that there is nothing to
translate with `t`; `c`, `d`, `z` and a few ways after `g` are Torg's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import msgspec

from torg.text.messages import marked as _


class Shortcut(msgspec.Struct, frozen=True):
    """`act`: its name in frontend/src/keys.js. `keys`: each a way to it: `g h` one after the other, `alt+n` together.

    `goal`: for `go`, a path, or the selector of a link to follow with what is to be added to it.
    """

    act: str
    keys: Sequence[str]
    text: str
    goal: str = ""
    shown: str = ""
    """What the page says instead of a long row of keys."""

    def ways(self) -> list[list[list[str]]]:
        """For the page: alternatives of keys one after the other, of which each may be several together."""
        return [[key.split("+") for key in way.split(" ")] for way in ([self.shown] if self.shown else self.keys)]


OWN = "[data-own-profile]"
NAMES = {
    "alt": "Alt", "shift": "Shift", "escape": "Esc", "enter": "Enter", "backspace": "Backspace", "pageup": "Page Up",
    "pagedown": "Page Down", "arrowleft": "←", "arrowright": "→", "delete": "Delete",
}  # fmt: skip
"""What is written on keys that are called otherwise by browsers."""

TABLE: Sequence[tuple[str, Sequence[Shortcut]]] = (
    (_("Among posts"), (
        Shortcut("next", ("j", "alt+pagedown"), _("The next post")),
        Shortcut("previous", ("k", "alt+pageup"), _("The post before")),
        Shortcut("top", ("0",), _("The first post")),
        Shortcut("column", tuple("123456789"), _("Into a column, by its number"), shown="1–9"),
        Shortcut("more", ("l",), _("To the link to older posts")),
        Shortcut("back", ("backspace",), _("Back to the page before")),
    )),
    (_("With the post that you are at"), (
        Shortcut("open", ("o", "enter"), _("Open the post")),
        Shortcut("profile", ("p",), _("Open the author's profile")),
        Shortcut("reply", ("r",), _("Reply")),
        Shortcut("mention", ("m",), _("Mention the author")),
        Shortcut("favourite", ("f",), _("Favourite")),
        Shortcut("boost", ("b",), _("Boost")),
        Shortcut("quote", ("q",), _("Quote")),
        Shortcut("bookmark", ("d",), _("Bookmark")),
        Shortcut("warning", ("x",), _("Open or close a content warning")),
        Shortcut("media", ("h",), _("Show or hide pictures and films")),
        Shortcut("look", ("e",), _("Open a picture or film")),
    )),
    (_("What you did last"), (
        Shortcut("undo", ("z",), _("Undo it")),
    )),
    (_("Write and search"), (
        Shortcut("write", ("n", "c"), _("Write a post")),
        Shortcut("anew", ("alt+n",), _("Write a post on a page of its own")),
        Shortcut("warn", ("alt+x",), _("To the content warning of what you write")),
        Shortcut("search", ("s", "/"), _("Search")),
        Shortcut("leave", ("escape",), _("Leave the field, close what is open")),
    )),
    (_("In the columns"), (
        Shortcut("left", ("arrowleft",), _("To the column on the left")),
        Shortcut("right", ("arrowright",), _("To the column on the right")),
        Shortcut("move_left", ("shift+arrowleft",), _("Move the column to the left")),
        Shortcut("move_right", ("shift+arrowright",), _("Move the column to the right")),
        Shortcut("remove", ("shift+delete",), _("Remove the column")),
    )),
    (_("Go to"), (
        Shortcut("go", ("g h",), _("Home"), "/"),
        Shortcut("go", ("g n",), _("Notifications"), "/notifications"),
        Shortcut("go", ("g d",), _("Messages"), "/messages"),
        Shortcut("go", ("g l",), _("Posts of this network"), "/public?only=local"),
        Shortcut("go", ("g t",), _("Everybody"), "/public"),
        Shortcut("go", ("g e",), _("Explore"), "/explore"),
        Shortcut("go", ("g u",), _("Your profile"), OWN),
        Shortcut("go", ("g p",), _("Your pinned posts"), f"{OWN} #pinned"),
        Shortcut("go", ("g f",), _("Favourites"), "/favourites"),
        Shortcut("go", ("g k",), _("Bookmarks"), "/bookmarks"),
        Shortcut("go", ("g r",), _("Requests to follow you"), "/follow_requests"),
        Shortcut("go", ("g b",), _("Whom you block"), "/settings/blocks?which=blocks"),
        Shortcut("go", ("g m",), _("Whom you mute"), "/settings/blocks"),
        Shortcut("go", ("g s",), _("Settings"), "/settings"),
        Shortcut("go", ("g c",), _("Columns"), "/columns"),
        Shortcut("go", ("g i",), _("Your faces"), "/networks"),
        Shortcut("help", ("?",), _("These shortcuts")),
    )),
)  # fmt: skip


def shortcuts() -> Iterator[Shortcut]:
    """All of them."""
    for _heading, some in TABLE:
        yield from some


def script() -> str:
    """frontend/src/shortcuts.js: keys → what they do."""
    known = {key: [one.act, one.goal] if one.goal else [one.act] for one in shortcuts() for key in one.keys}
    lines = (f"  {json.dumps(key)}: {json.dumps(acts)},\n" for key, acts in known.items())
    return (
        "// Made by tools/shortcuts.py of src/torg/web/shortcuts.py; change that.\n"
        f"export const shortcuts = {{\n{''.join(lines)}}};\n"
    )
