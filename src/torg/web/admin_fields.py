"""The settings of a network as fields of a form, in groups, each with what it means (docs/network-settings.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from torg.kernel.errors import invalid
from torg.orgs.model import NetworkSettings
from torg.text.messages import marked as _

Kind = Literal["line", "text", "number", "list", "choice", "flag"]
Only = Literal["public", "inside", "closed"]
AS_INSTALLED = _("as the installation says")


class Field(msgspec.Struct, frozen=True):
    """One setting. `choices`: (value, words), '' for no value. `optional`: may be left empty, which is no value.

    `only`: the kind of network that it says anything about, as of pages (admin_office.py).
    """

    name: str
    kind: Kind
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    only: Only | None = None

    def shown(self, settings: NetworkSettings) -> str:
        """The value as the form has it."""
        value = getattr(settings, self.name)
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, list):
            return ", ".join(value)
        return "" if value is None else str(value)

    def read(self, given: str) -> Any:
        """The value that was sent; Invalid if it cannot be one."""
        text = given.strip()
        if self.choices:
            if text not in dict(self.choices):
                raise invalid(self.name, "ERR_INCLUSION", "is not included in the list")
            return {"on": True, "off": False}[text] if self.kind == "flag" and text else text or None
        if self.kind == "number":
            if not text and self.optional:
                return None
            if not (text.isascii() and text.isdecimal() and len(text) < 10):
                raise invalid(self.name, "ERR_INVALID", "is not a number")
            return int(text)
        if self.kind == "list":
            return [part.strip() for part in text.split(",") if part.strip()]
        return None if not text and self.optional else given


YES_NO = (("on", _("yes")), ("off", _("no")))
WHO = (("members", _("every member")), ("admins", _("those in office")))

GROUPS: tuple[tuple[str, str, tuple[Field, ...]], ...] = (
    ("about", _("What it is"), (
        Field("short_description", "line", _("One sentence about the network")),
        Field("description", "text", _("What the network is for (Markdown)")),
        Field("contact_email", "line", _("Whom to write to: an e-mail address")),
        Field("contact_handle", "line", _("Which account to turn to: a handle")),
        Field("languages", "list", _("What is mostly spoken: codes, separated by commas")),
        Field("privacy_policy", "text", _("Privacy policy (Markdown)")),
        Field("terms_of_service", "text",
              _("Terms of service (Markdown), as long as no version is published under “Terms and usage policy”")),
    )),
    ("joining", _("Joining"), (
        Field("registration", "choice", _("Who may make an account; it can only be stricter than the installation"),
              (("", AS_INSTALLED), ("open", _("everybody")), ("approval", _("everybody, once let in")),
               ("closed", _("only those who are invited")))),
        Field("confirm_email", "flag", _("A new address must be confirmed by mail"), (("", AS_INSTALLED), *YES_NO)),
        Field("min_age", "number", _("How old one must be, in years"), optional=True),
        Field("registrations_message", "text", _("What is shown where registration is closed (Markdown)")),
        Field("guest_invitations", "choice", _("Who may invite guests into groups"), (*WHO, ("nobody", _("nobody")))),
    )),
    ("reading", _("Reading and posting"), (
        Field("private", "flag", _("One must be a member to read, although the network is public"),
              YES_NO, only="public"),
        Field("single_user", "line", _("The place of one person: whose profile is the front page (a handle)"),
              only="public"),
        Field("local_live_feed", "choice", _("Who may read everybody's newest posts"),
              (("public", _("everybody")), ("authenticated", _("every member")), ("disabled", _("nobody")))),
        Field("trends_need_review", "flag", _("A moderator must approve what trends before it is shown"), YES_NO),
        Field("posting", "choice", _("Who may write posts"), WHO),
        Field("home_feed", "choice", _("What the home shows of members who have not chosen"),
              (("", _("as fits the kind of network")), ("company", _("all that colleagues write")),
               ("followed", _("those whom one follows")))),
        Field("max_characters", "number", _("The longest post, in characters")),
        Field("max_media", "number", _("Files to a post")),
        Field("max_poll_options", "number", _("Choices in a poll")),
        Field("max_pins", "number", _("Posts pinned to a profile")),
        Field("group_creation", "choice", _("Who may make groups"), WHO),
        Field("team_accounts", "choice", _("Who may make team accounts"), WHO),
        Field("managers_edited_by", "choice", _("Who says to whom a colleague reports"),
              (("self", _("everybody of themselves")), ("admins", _("those in office"))), only="closed"),
        Field("guard_days", "number", _("How many days back the leak guard knows the posts of an inside"),
              only="inside"),
    )),
    ("federation", _("Other servers and sites"), (
        Field("federation", "choice", _("With which servers a public network speaks"),
              (("open", _("all that are not blocked")), ("allowed", _("only those that are allowed")),
               ("off", _("none"))), only="public"),
        Field("authorised_fetch", "flag", _("Other servers must sign what they ask for"), YES_NO, only="public"),
        Field("webmentions", "flag", _("Other sites are told of links to them, and theirs are taken in"),
              YES_NO, only="public"),
        Field("guest_replies", "flag", _("People without an account may reply to public posts"), YES_NO, only="public"),
        Field("remote_media_days", "number", _("Days for which a copy of a file stays that nobody looks at"),
              only="public"),
        Field("remote_media_mb", "number", _("Megabytes that all such copies may take"), only="public"),
    )),
    ("mails", _("Language and mails"), (
        Field("locale", "choice", _("The language for readers who ask for none that there is"),
              (("", AS_INSTALLED), ("en", "English"), ("sv", "Svenska"))),
        Field("time_zone", "line", _("The clock by which pages and forms say times, such as Europe/Stockholm")),
        Field("digest", "choice", _("Mails about what was missed, for members who have not chosen"),
              (("", _("as fits the kind of network")), ("off", _("none")), ("daily", _("every day")),
               ("weekly", _("every week")))),
        Field("digest_content", "choice", _("How much of what was written goes out in them"),
              (("full", _("extracts")), ("titles", _("who wrote where")), ("counts", _("numbers")))),
        Field("push_content", "choice", _("How much notifications on telephones and desks show of it"),
              (("full", _("extracts")), ("titles", _("who did what")), ("nothing", _("that there is something new")))),
    )),
    ("look", _("Look"), (
        Field("accent", "line", _("The colour of links and buttons, such as #0b5f6b; readable on white"),
              optional=True),
    )),
)  # fmt: skip
FIELDS = {field.name: field for _id, _title, fields in GROUPS for field in fields}


def groups_for(fits: Callable[[Only | None], bool]) -> list[tuple[str, str, tuple[Field, ...]]]:
    """The groups with what applies to a network, by whether a kind is its own; without those of which nothing does."""
    found = [(id_, title, tuple(one for one in fields if fits(one.only))) for id_, title, fields in GROUPS]
    return [group for group in found if group[2]]


def read(group: str, given: Mapping[str, str]) -> dict[str, Any]:
    """The settings of a group as they were sent; what is no field of it is left out."""
    known = next((fields for id_, _title, fields in GROUPS if id_ == group), ())
    return {field.name: field.read(given[field.name]) for field in known if field.name in given}
