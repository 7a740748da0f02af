"""What each kind of background work is for, in words, by the beginning of its technical name."""

from __future__ import annotations

from collections.abc import Iterable

from torg.text.messages import marked as _

OTHER = _("Other work")

KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_("Letters by mail"), ("mail", "join_mail", "digest", "plan_digests")),
    (_("Other servers"), ("activity", "federation.", "remote", "peers.", "signing.", "sweep_activities",
                          "sweep_deliveries", "sweep_gone_actors")),
    (_("Pictures, film and sound"), ("media.",)),
    (_("Cards of links"), ("fetch_card", "sweep_pages")),
    (_("Notifications on devices"), ("push",)),
    (_("Feeds and mirrored sources"), ("websub_", "mirror")),
    (_("Responses from the web"), ("tell_page", "verify_response", "sweep_guest_replies")),
    (_("Links of profiles"), ("verify_links",)),
    (_("Exports, holds and how long things stay"), ("compliance.", "retention.")),
    (_("A member's own data"), ("my_data.", "import_data", "move_followers", "erase_person", "forget_person",
                                "remove_account_content")),
    (_("Groups"), ("remove_group_posts",)),
    (_("Calendar and announcements"), ("calendar_", "announcement")),
    (_("Event pages"), ("event_",)),
    (_("Planned posts and polls"), ("scheduled_post", "poll_end")),
    (_("What must be seen"), ("must_see_",)),
    (_("Watch list and leak guard"), ("monitor", "guard_upkeep")),
    (_("Numbers and trends"), ("posts.add_up", "graph.add_up", "refresh_trends", "health.", "surge.")),
    (_("Networks that are removed"), ("network.",)),
    (_("Tidying up"), ("sweep_access", "sweep_joining", "sweep_policies", "trim_log")),
)  # fmt: skip
"""What it is for → how the kinds of such jobs begin."""

EFFECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_("Notifications"), ("torg.notices.",)),
    (_("Notifications on devices"), ("torg.push.",)),
    (_("Other servers"), ("torg.federation.", "torg.signing.", "torg.peers.")),
    (_("Search"), ("torg.search.",)),
    (_("Cards of links"), ("torg.serve.cards.",)),
    (_("Responses from the web"), ("torg.responses.",)),
    (_("Feeds and mirrored sources"), ("torg.websub.",)),
    (_("Groups"), ("torg.groups.", "torg.serve.invitations.")),
    (_("Event pages"), ("torg.events.",)),
    (_("What must be seen"), ("torg.must_see.",)),
    (_("Watch list and leak guard"), ("torg.monitoring.", "torg.bridge.")),
    (_("Reports and measures"), ("torg.serve.moderation.",)),
    (_("The directory"), ("torg.directory.",)),
    (_("Followers and collections"), ("torg.graph.", "torg.showcase.")),
    (_("Writing for others"), ("torg.delegation.",)),
)  # fmt: skip
"""What it is for → how the names of such effects begin."""


def purpose(kind: str) -> str:
    """What a kind of job is for, to be translated."""
    return _of(kind, KINDS)


def effect_purpose(effect: str) -> str:
    """What an effect of an event is for, to be translated."""
    return _of(effect, EFFECTS)


def last_line(error: str | None) -> str:
    """What went wrong, without the way there."""
    lines = [line.strip() for line in (error or "").splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def _of(name: str, table: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    return next((words for words, starts in table if name.startswith(starts)), OTHER)
