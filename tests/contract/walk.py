"""Requests for a walk over every declared route, with the ids of one network in every place that takes an id."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from torg.http.router import PIECE
from torg.http.routes import Route

#: What an `{id}` is, by the first of these that the path holds; the more special come first.
KINDS = (
    ("/response_domains/", ["response_domains"]),
    ("/v1/responses/", ["responses"]),
    ("/responses/{id}", ["responses"]),
    ("/admin/holds", ["legal_holds"]),
    ("/admin/watches/", ["watches"]),
    ("/watch_hits/", ["watch_hits"]),
    ("/admin/domains/", ["org_domains"]),
    ("/admin/networks/", ["networks"]),
    ("/invites/", ["invites"]),
    ("/drafts/", ["drafts"]),
    ("/compliance/exports", ["compliance_exports"]),
    ("/retention/groups", ["groups"]),
    ("/filters/keywords", ["filter_keywords"]),
    ("/filters/statuses", ["filter_posts"]),
    ("/filters", ["filters"]),
    ("/notifications/requests", ["notice_requests"]),
    ("/notifications", ["notices"]),
    ("/settings/warnings/", ["warnings"]),
    ("/scheduled_statuses", ["scheduled_posts"]),
    ("/items/", ["collection_items"]),
    ("/collections/{id}", ["collections"]),
    ("/admin/reports", ["reports"]),
    ("/admin/tags", ["tags"]),
    ("/admin/trends", ["tags", "posts"]),
    ("/torg/v1/groups/", ["groups"]),
    ("/groups/{id}", ["groups"]),
    ("/announcements", ["announcements"]),
    ("/must_see/", ["must_see"]),
    ("/must-see/", ["must_see"]),
    ("/featured_threads/", ["featured_threads"]),
    ("/torg/v1/praise/", ["praise"]),
    ("/torg/v1/questions/", ["questions"]),
    ("/events/", ["calendar_events"]),
    ("/guard/stops", ["guard_stops"]),
    ("/guard/terms", ["guard_terms"]),
    ("/promotions/", ["promotions"]),
    ("/side_threads/", ["posts"]),
    ("/conversations", ["conversations"]),
    ("/delegates/", ["delegations"]),
    ("/featured_tags/", ["featured_tags"]),
    ("/timelines/list", ["lists"]),
    ("/lists/", ["lists"]),
    ("/saved_searches/", ["saved_searches"]),
    ("/columns/", ["page_columns"]),
    ("/media", ["media"]),
    ("/polls", ["polls"]),
    ("/statuses/{id}", ["posts", "messages"]),
    ("/@{handle}/{id}", ["posts", "messages"]),
    ("/directory", ["accounts"]),
    ("/accounts", ["accounts"]),
    ("/{account_id}", ["accounts"]),
)
EVERYTHING = ["accounts", "posts", "messages", "media", "tags", "reports", "announcements", "lists", "roles"]
NAMED = {
    "manager_id": ["accounts"],
    "watch_id": ["watches"],
    "notify_account_id": ["accounts"],
    "root": ["accounts"],
    "account_id": ["accounts"],
    "account_ids": ["accounts"],
    "group_id": ["groups"],
    "invitation_id": ["group_invitations"],
    "target_account_id": ["accounts"],
    "status_id": ["posts", "messages"],
    "status_ids": ["posts"],
    "quoting_status_id": ["posts"],
    "in_reply_to_id": ["posts", "messages"],
    "quoted_status_id": ["posts", "messages"],
    "reply_to": ["posts"],
    "thread_id": ["posts"],
    "thread_ids": ["posts"],
    "conversation_id": ["conversations"],
    "for_account_id": ["accounts"],
    "post_id": ["posts"],
    "public_post_id": ["posts"],
    "public_post_ids": ["posts"],
    "answer_id": ["posts"],
    "question_id": ["posts"],
    "host_id": ["accounts"],
    "from_id": ["accounts"],
    "media_ids": ["media"],
    "filter_id": ["filters"],
    "collection_id": ["collections"],
    "collection_ids": ["collections"],
    "report_id": ["reports"],
    "strike": ["warnings"],
    "rule_ids": ["rules"],
}
#: Required values that a plain "x" would not do for.
VALUES: dict[str, Any] = {
    "email": "x@nowhere.example",
    "scheduled_at": "2099-01-01T00:00:00Z",
    "expires_at": "2099-01-01T00:00:00Z",
    "context": ["home"],
    "choices": [0],
    "answer": "yes",
    "ends_at": "2099-01-01T00:00:00Z",
    "type": "none",
    "status": "an outsider's words",
    "decision": "approved",
    "start_at": "2026-01-01",
    "end_at": "2026-01-02",
    "keys": ["tag_accounts"],
    "role": "none",
}


@dataclass(frozen=True)
class Request:
    """One request; `ids` are all the foreign ids and names in it."""

    method: str
    path: str
    fields: tuple[tuple[str, Any], ...]
    ids: frozenset[str]
    route: str
    activity: bool = False

    def options(self, instead: dict[str, str] | None = None) -> tuple[str, dict[str, Any]]:
        """(path, options) for httpx2, with other ids and names in the place of these if given."""
        path, text = self.path, msgspec.json.encode(dict(self.fields)).decode()
        for real, other in (instead or {}).items():
            path, text = path.replace(real, other), text.replace(real, other)
        fields = msgspec.json.decode(text)
        if self.activity:
            return path, {"params": fields, "headers": {"accept": "application/activity+json"}}
        if self.method in ("GET", "DELETE"):
            return path, {"params": {f"{k}[]" if isinstance(v, list) else k: v for k, v in fields.items()}}
        return path, {"json": fields}


def requests(route: Route, ids: dict[str, list[int]], words: dict[str, str]) -> Iterator[Request]:
    """Every request for a route: its path with each kind of id, and each field that takes ids in its turn."""
    pieces = {match[1]: match[2] for match in PIECE.finditer(route.path)}
    required = {name: value for name, value in _required(route).items() if name not in pieces}
    label = f"{route.method} {route.path}"
    for path, used in _paths(route.path, pieces, ids, words):
        yield Request(route.method, path, tuple(required.items()), frozenset(used), label, route.activity)
        for name in _fields(route):
            if name in pieces:
                continue
            for kind in NAMED.get(name) or (_kinds(route.path) if name == "id" else []):
                one = ids[kind][0]
                value = [one] if _is_list(route, name) else one
                yield Request(
                    route.method, path, tuple({**required, name: value}.items()), frozenset({*used, str(one)}), label,
                    route.activity,
                )


def _paths(
    path: str, pieces: dict[str, str | None], ids: dict[str, list[int]], words: dict[str, str]
) -> Iterator[tuple[str, set[str]]]:
    name = next(iter(pieces), None)
    if name is None:
        yield path, set()
        return
    rest = {key: kind for key, kind in pieces.items() if key != name}
    found = re.compile(r"\{" + name + r"(:\w+)?\}")
    if pieces[name] == "id" or (
        pieces[name] is None and (name == "id" or name in NAMED or name.endswith("_id"))
    ):
        for kind in NAMED.get(name) or _kinds(path):
            for filled, used in _paths(found.sub(str(ids[kind][0]), path), rest, ids, words):
                yield filled, {*used, str(ids[kind][0])}
    else:
        word = words.get(name, "nothing")
        for filled, used in _paths(found.sub(word, path), rest, ids, words):
            yield filled, {*used, word}


def _kinds(path: str) -> list[str]:
    return next((kinds for piece, kinds in KINDS if piece in path), EVERYTHING)


def _fields(route: Route) -> list[str]:
    return list(route.params.__struct_fields__) if route.params else []


def _is_list(route: Route, name: str) -> bool:
    assert route.params is not None
    return "list" in str(typing.get_type_hints(route.params)[name])


def _required(route: Route) -> dict[str, Any]:
    """The least that a route needs to be told."""
    if route.params is None:
        return {}
    values = {}
    for one in msgspec.structs.fields(route.params):
        if one.required or one.name in VALUES:
            kind = str(one.type)
            plain: Any = 1 if one.type is int else True if one.type is bool else [] if "list" in kind else "x"
            values[one.name] = VALUES.get(one.name, plain)
    return values
