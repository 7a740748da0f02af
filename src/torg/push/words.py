"""What a push says, in the reader's language: a title by type, and a line of what it is about."""

from __future__ import annotations

from torg.text.clean import to_plain
from torg.text.messages import translator

LONGEST_BODY = 140


def title(language: str, type_: str, name: str) -> str:
    """One sentence that says who did what."""
    _ = translator(language)
    sentences = {
        "mention": _("{name} mentioned you"),
        "status": _("{name} just posted"),
        "reblog": _("{name} boosted your post"),
        "follow": _("{name} is now following you"),
        "follow_request": _("{name} wants to follow you"),
        "favourite": _("{name} favourited your post"),
        "poll": _("A poll by {name} has ended"),
        "update": _("{name} edited a post that you boosted"),
        "quote": _("{name} quoted your post"),
        "quoted_update": _("{name} edited a post that you quoted"),
        "admin.sign_up": _("{name} signed up"),
        "admin.report": _("{name} submitted a report"),
        "severed_relationships": _("You lost connections to other accounts"),
        "moderation_warning": _("You have received a warning from the moderators"),
        "added_to_collection": _("{name} added you to a collection"),
        "torg.appeal": _("{name} objects to a measure"),
        "torg.response": _("A page on the web has responded to you"),
        "torg.promotion": _("{name} asks for your approval of a public post"),
        "torg.promotion_decided": _("{name} has decided about what you wanted to say in public"),
        "collection_update": _("{name} changed a collection that you are in"),
    }
    return sentences[type_].replace("{name}", name)


def trial(language: str) -> str:
    """The title of a notification that one sends oneself."""
    _ = translator(language)
    return _("Notifications reach this device")


def something(language: str) -> str:
    """The title where a network lets nothing be told on a device."""
    _ = translator(language)
    return _("You have a new notification")


def body(spoiler: str, html: str) -> str:
    """The warning, or the beginning of the text."""
    text = " ".join((spoiler or to_plain(html)).split())
    return text if len(text) <= LONGEST_BODY else text[: LONGEST_BODY - 1].rstrip() + "…"
