"""What stands in the log of acts, in words: who did what (a verb in the past) to what (moderation/log.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torg.moderation.log import Entry
from torg.text import messages
from torg.text.messages import marked as _

VERBS = {
    "create": _("has made"),
    "update": _("has changed"),
    "change": _("has changed"),
    "delete": _("has deleted"),
    "destroy": _("has took away"),
    "remove": _("has removed"),
    "draft": _("has drafted"),
    "submit": _("has handed in"),
    "withdraw": _("has withdrew"),
    "approve": _("has approved"),
    "approved": _("has approved"),
    "reject": _("has turned down"),
    "rejected": _("has turned down"),
    "spam": _("has marked as spam"),
    "trusted": _("has trusted"),
    "blocked": _("has blocked"),
    "issue_token": _("has made a token for"),
    "announce": _("has put up in"),
    "unannounce": _("has took down in"),
    "assign_to_self": _("has took on"),
    "unassign": _("has left to others"),
    "authorize": _("has let somebody into"),
    "block": _("has kept somebody out of"),
    "unblock": _("has let somebody back into"),
    "cancel": _("has cancelled"),
    "change_role": _("has changed the role in"),
    "claim": _("has claimed"),
    "delete_status": _("has deleted a post in"),
    "grant": _("has given"),
    "delete_posts": _("has deleted the posts of"),
    "download": _("has fetched"),
    "drop": _("has dropped"),
    "end_rest": _("has tried again at once"),
    "erase": _("has erased"),
    "export": _("has exported"),
    "import": _("has brought in"),
    "feature": _("has put forward"),
    "unfeature": _("has put forward no more"),
    "hide": _("has hid"),
    "unhide": _("has showed again"),
    "invite": _("has invited to"),
    "send": _("has sent by mail"),
    "invite_guest": _("has invited a guest to"),
    "withdraw_invitation": _("has took back an invitation to"),
    "mail": _("has sent a letter about"),
    "pin": _("has pinned in"),
    "unpin": _("has unpinned in"),
    "publish": _("has published"),
    "unpublish": _("has took back"),
    "purge": _("has removed all copies of"),
    "release": _("has released"),
    "remove_member": _("has took a member out of"),
    "reopen": _("has opened again"),
    "resolve": _("has closed"),
    "reset_second_factor": _("has taken the code off the login of"),
    "reset_password": _("has sent a letter for a new password to"),
    "retire": _("has retired"),
    "retry": _("has tried again"),
    "revoke": _("has took back"),
    "revoke_tokens": _("has shut out"),
    "rotate_key": _("has changed the key of"),
    "save_draft": _("has kept a draft of"),
    "set_manager": _("has changed the manager of"),
    "sign": _("has changed the byline of"),
    "sign_out": _("has logged out everywhere"),
    "verify": _("has verified"),
    "run": _("has carried out"),
    "retry_jobs": _("has tried again failed jobs in"),
    "drop_jobs": _("has dropped failed jobs in"),
    "retry_events": _("has tried again failed events in"),
    "drop_events": _("has dropped failed events in"),
    "none": _("has warned"),
    "sensitive": _("has marked as sensitive the files of"),
    "disable": _("has disabled the login of"),
    "silence": _("has silenced"),
    "suspend": _("has suspended"),
    "enable": _("has enabled the login of"),
    "unsensitive": _("has no more marked as sensitive the files of"),
    "unsilence": _("has silenced no more"),
    "unsuspend": _("has suspended no more"),
}
"""The verb of an act → what was done."""
TARGETS = {
    "promotion": _("a post for the public"),
    "queue": _("the work in the background"),
    "trend_publisher": _("a site that trends"),
    "trend_tag": _("a tag that trends"),
    "trend_link": _("a link that trends"),
    "trend_status": _("a post that trends"),
    "account": _("an account"),
    "Account": _("an account"),
    "group": _("a group"),
    "block_subscription": _("a block list of others"),
    "report": _("a report"),
    "event": _("an event"),
    "domain": _("a domain"),
    "announcement": _("an announcement"),
    "badge": _("a badge"),
    "compliance_export": _("an export"),
    "custom_emoji": _("an emoji"),
    "event_page": _("an event page"),
    "event_entry": _("a post of an event page"),
    "guard_term": _("a code word"),
    "guard_stop": _("a stop of the leak guard"),
    "group_retention": _("how long a group's posts stay"),
    "legal_hold": _("a legal hold"),
    "mirror": _("a mirrored source"),
    "must_see": _("something that must be seen"),
    "network": _("the network"),
    "role": _("a role"),
    "rule": _("a rule of the house"),
    "watch": _("a watch"),
    "watch_hit": _("a hit of a watch"),
    "invite": _("an invitation"),
    "terms_of_service": _("the terms of service"),
    "usage_policy": _("the usage policy"),
    "response": _("a response from the web"),
    "response_domain": _("a site that responds"),
    "ama_question": _("a question"),
    "question": _("a question"),
    "directory": _("the directory"),
    "post": _("a post"),
    "Status": _("a post"),
    "instance": _("a server"),
    "mail": _("the way of mail"),
    "policies": _("the rules of logins"),
    "retention": _("how long things stay"),
    "settings": _("the settings"),
    "tag": _("a tag"),
    "delivery": _("a delivery"),
    "Delegation": _("a delegation"),
    "domain_block": _("a block of a server"),
    "domain_allow": _("the permission of a server"),
    "email_domain_block": _("a barred e-mail domain"),
    "canonical_email_block": _("a barred e-mail address"),
    "ip_block": _("a barred range of the net"),
    "app": _("an app"),
}
"""The type of what it was done to → what that is."""


def sentence(verb: str, target: str, translate: Callable[[str], str]) -> str:
    """`changed a role`; the words of the log itself where there are no others, as for what a delegate did."""
    return f"{translate(VERBS[verb])} {translate(TARGETS[target])}" if verb in VERBS and target in TARGETS else ""


def speaker(language: str) -> Callable[[Entry], str]:
    """`sentence` of entries, in a language."""
    translate = messages.translator(language)
    return lambda entry: sentence(entry.verb, entry.target_type, translate)


def telling(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details that say something: nothing empty, and nothing that is merely not so."""
    return {name: value for name, value in details.items() if value is not False and value not in (None, "", [], {})}
