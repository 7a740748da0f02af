"""What was just done, with the way back: a line on the next page, or beside the post that changed, with a button.

It travels in a short-lived cookie of the browser that did it. The button is a form like any other: the cookie opens
nothing that the member may not do anyway.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from torg.http import Call, browser
from torg.text.messages import marked as _

COOKIE = "torg_done"
SECONDS = 60
LONGEST = 1_000


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """`did`: a name of DEEDS. `fields`: what the form of the way back says besides."""

    did: str
    id: int = 0
    fields: dict[str, str] = {}


class Way(msgspec.Struct, frozen=True):
    """What the line says, where its button leads (nowhere: it only says so). `post`: it is one that is put in anew."""

    text: str
    path: str = ""
    button: str = _("Undo")
    post: bool = False


DEEDS: Mapping[str, Way] = {
    "favourite": Way(_("Marked as a favourite."), "/posts/{id}/unfavourite", post=True),
    "unfavourite": Way(_("No longer a favourite."), "/posts/{id}/favourite", post=True),
    "bookmark": Way(_("Bookmarked."), "/posts/{id}/unbookmark", post=True),
    "unbookmark": Way(_("The bookmark is gone."), "/posts/{id}/bookmark", post=True),
    "boost": Way(_("Boosted."), "/posts/{id}/unboost", post=True),
    "unboost": Way(_("The boost is taken back."), "/posts/{id}/boost", post=True),
    "hush": Way(_("You hear no more of this conversation."), "/posts/{id}/unmute", post=True),
    "unhush": Way(_("You hear of this conversation again."), "/posts/{id}/mute", post=True),
    "pin": Way(_("Pinned to your profile."), "/posts/{id}/unpin", post=True),
    "unpin": Way(_("Taken off your profile."), "/posts/{id}/pin", post=True),
    "post": Way(_("Posted."), "/posts/{id}/redraft", _("Undo, and write on")),
    "follow": Way(_("You follow this account now."), "/accounts/{id}/unfollow"),
    "ask": Way(_("You have asked to follow this account."), "/accounts/{id}/unfollow"),
    "unfollow": Way(_("You follow this account no longer."), "/accounts/{id}/follow"),
    "mute": Way(_("You have muted this account."), "/accounts/{id}/unmute"),
    "unmute": Way(_("You hear this account again."), "/accounts/{id}/mute"),
    "block": Way(_("You block this account."), "/accounts/{id}/unblock"),
    "unblock": Way(_("You block this account no longer."), "/accounts/{id}/block"),
    "endorse": Way(_("Shown on your profile."), "/accounts/{id}/unendorse"),
    "unendorse": Way(_("No longer shown on your profile."), "/accounts/{id}/endorse"),
    "notify": Way(_("You are told when this account writes."), "/accounts/{id}/quiet"),
    "quiet": Way(_("You are no longer told when this account writes."), "/accounts/{id}/notify"),
    "boosts": Way(_("You see what this account boosts."), "/accounts/{id}/no_boosts"),
    "no_boosts": Way(_("You no longer see what this account boosts."), "/accounts/{id}/boosts"),
    "join": Way(_("You are in the group."), "/groups/{id}/leave"),
    "leave": Way(_("You have left the group."), "/groups/{id}/join"),
    "tag": Way(_("You follow this tag now."), "/tags/{name}/unfollow"),
    "untag": Way(_("You follow this tag no longer."), "/tags/{name}/follow"),
    "unlist": Way(_("Taken off the list."), "/lists/{id}/members"),
    "column": Way(_("The column is gone."), "/columns"),
    "live-show": Way(_("Let in."), "/live/{name}/posts/{id}/hide"),
    "live-hide": Way(_("Hidden from the live page."), "/live/{name}/posts/{id}/show"),
    "live-pin": Way(_("Pinned to the live page."), "/live/{name}/posts/{id}/unpin"),
    "live-unpin": Way(_("No longer pinned to the live page."), "/live/{name}/posts/{id}/pin"),
    "dismiss": Way(_("The notification is dismissed."), "/notifications/restore"),
    "dismiss_all": Way(_("The notifications are dismissed."), "/notifications/restore"),
    "read": Way(_("The home is marked as read."), "/read"),
    "undone": Way(_("Undone.")),
}


def told(call: Call, response: Response, deed: Deed) -> Response:
    """The answer, with the line for the page that comes next."""
    value = base64.urlsafe_b64encode(msgspec.json.encode(deed)).decode().rstrip("=")
    if len(value) <= LONGEST:
        browser.set_cookie(call, response, COOKIE, value, seconds=SECONDS)
    return response


def deed_of(call: Call) -> Deed | None:
    """What this browser did just now, if it says so in a way that we do."""
    value = call.request.cookies.get(COOKIE, "")
    if not value or len(value) > LONGEST:
        return None
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)), type=Deed)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        return None
    return found if found.did in DEEDS and 0 <= found.id < 1 << 63 else None


def shown(deed: Deed) -> dict[str, object]:
    """What the template of the line is given."""
    way = DEEDS[deed.did]
    path = way.path.format(id=deed.id, name=quote(deed.fields.get("name", ""), safe=""))
    return {
        "text": way.text, "path": path, "button": way.button, "id": deed.id, "post": way.post,
        "fields": deed.fields,
    }  # fmt: skip
