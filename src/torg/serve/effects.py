"""What follows from what: every event of the system and each reaction to it, on one screen.

Each effect runs in the relay's transaction, at least once and idempotent; what talks to the world is a job.
Streams need no line here: they read the event log itself (live/).
"""

from __future__ import annotations

from torg.engine.effects import Effects
from torg.imports.events import PostsImported

EFFECTS: Effects = {
    PostsImported: [],  # old posts are no news: no notice, no stream
}
