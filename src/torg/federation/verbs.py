"""Every type of activity that is heard, and what does it, on one screen. All others are absorbed."""

from __future__ import annotations

from collections.abc import Mapping

from torg.federation.activities import (
    accept,
    add,
    announce,
    block,
    create,
    delete,
    flag,
    follow,
    forwarded,
    like,
    move,
    quote_request,
    reject,
    remove,
    undo,
    update,
)
from torg.federation.activities.incoming import Verb

VERBS: Mapping[str, Verb] = {
    "Accept": accept.receive,
    "Add": add.receive,
    "Announce": announce.receive,
    "Block": block.receive,
    "Create": create.receive,
    "Delete": delete.receive,
    "EmojiReact": like.receive,
    "Flag": flag.receive,
    "Follow": follow.receive,
    "Like": like.receive,
    "Move": move.receive,
    "QuoteRequest": quote_request.receive,
    "Reject": reject.receive,
    "Remove": remove.receive,
    "Undo": undo.receive,
    "Update": update.receive,
}

FORWARDED: Mapping[str, Verb] = {
    "Create": forwarded.written,
    "Delete": forwarded.deleted,
    "Update": forwarded.written,
}
"""What may come by way of somebody else than its actor: looked up where it is from, and believed of nobody else."""
