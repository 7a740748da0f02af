"""Mastodon.py as a judge: each call is held against the type that the library documents and the entity that we do.

The library casts leniently and in silence, so the result is walked afterwards: what could not be cast shows.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints

import requests
from mastodon import Mastodon
from mastodon import return_types as theirs
from mastodon.types_base import AttribAccessDict, NonPaginatableList, PaginatableList

from tests.clients.served import Served
from tests.contract.entity_check import check
from torg.mastodon_api import entities

# Their name of a type → our entity, where it is not the same.
RENAMED: dict[str, Any] = {
    "Activity": entities.InstanceActivity,
    "AdminRetention": entities.AdminCohort,
    "EmptyResponse": entities.Empty,
    "Filter": entities.V1Filter,
    "FilterV2": entities.Filter,
    "Instance": entities.V1Instance,
    "InstanceV2": entities.Instance,
    "OAuthServerInfo": entities.AuthorizationServer,
    "OAuthUserInfo": entities.UserInfo,
    "SearchV2": entities.Search,
    "SupportedLocale": dict[str, str],
    "UnreadNotificationsCount": entities.UnreadCount,
    "UserList": entities.List,
}
# Methods whose documented entity is more exact than the library's type.
EXACT: dict[str, Any] = {
    "account_delete_avatar": entities.CredentialAccount,
    "account_delete_header": entities.CredentialAccount,
    "account_update_credentials": entities.CredentialAccount,
    "account_verify_credentials": entities.CredentialAccount,
    "account_featured_tags": list[entities.FeaturedTag],
    "me": entities.CredentialAccount,
    "mutes": list[entities.MutedAccount],
    "filter_v2": entities.Filter,
    "admin_trending_links": list[entities.TrendsLink],
    "trending_links": list[entities.TrendsLink],
    "admin_approve_trending_link": entities.TrendsLink,
    "admin_reject_trending_link": entities.TrendsLink,
    "admin_approve_trending_tag": entities.AdminTag,
    "admin_reject_trending_tag": entities.AdminTag,
    "admin_trending_tags": list[entities.AdminTag],
    "suggestions": list[entities.Suggestion],
    "scheduled_status": entities.ScheduledStatus,
}
# Outside the entities: only the library's own type is looked at.
OUTSIDE = {"instance_nodeinfo"}
# `null` is a documented answer, though the library promises something.
NULLABLE = {"status_card"}


class Recorder(requests.Session):
    """An ordinary session that remembers the last answer."""

    last: requests.Response | None = None

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        self.last = super().request(*arguments, **options)
        return self.last


class Judge:
    """A person's Mastodon.py; every public method is there under its own name, and judged."""

    def __init__(self, served: Served, handle: str | None = None, **options: Any) -> None:
        self.session = Recorder()
        token = served.tokens[handle] if handle else None
        self.library = Mastodon(
            api_base_url=served.url, access_token=token, session=self.session, ratelimit_method="throw", **options
        )
        self.id = str(served.ids[handle]) if handle else ""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.library, name)

        @functools.wraps(method)
        def judged(*arguments: Any, **options: Any) -> Any:
            self.session.last = None
            result = method(*arguments, **options)
            self.hold(name, method, result)
            return result

        return judged

    def hold(self, name: str, method: Callable[..., Any], result: Any) -> None:
        """Their type, then our entity upon the JSON that came."""
        promised = inspect.signature(method).return_annotation
        if promised in (inspect.Signature.empty, None, type(None)) or (result is None and name in NULLABLE):
            return
        wrong = list(misfits(result, promised, name))
        assert not wrong, "\n".join(wrong)
        if name in OUTSIDE or self.session.last is None:
            return
        entity = EXACT.get(name) or _ours(result)
        if entity is not None:
            check(self.session.last.json(), entity)


def _ours(result: Any) -> Any:
    """The entity of a result: by the name of the class that the library made of it."""
    if isinstance(result, list):
        inner = _ours(result[0]) if result else None
        return None if inner is None else list[inner]
    if not isinstance(result, AttribAccessDict) or type(result) is AttribAccessDict:
        return None
    name = type(result).__name__
    return RENAMED.get(name) or getattr(entities, name)


def misfits(value: Any, promised: Any, path: str) -> Iterator[str]:
    """What the library promised and did not get, each with its path."""
    origin = get_origin(promised)
    if origin is Union:
        options = get_args(promised)
        if value is None:
            if type(None) not in options:
                yield f"{path}: nothing, {promised} is promised"
        elif all(list(misfits(value, option, path)) for option in options if option is not type(None)):
            yield f"{path}: {type(value).__name__} {value!r:.80} is none of {promised}"
    elif origin in (list, PaginatableList, NonPaginatableList, theirs.EntityList):
        if not isinstance(value, list):
            yield f"{path}: {type(value).__name__} is no list"
        else:
            for position, item in enumerate(value):
                yield from misfits(item, get_args(promised)[0], f"{path}[{position}]")
    elif inspect.isclass(promised) and issubclass(promised, AttribAccessDict):
        yield from _entity(value, promised, path)
    elif promised is theirs.MaybeSnowflakeIdType and isinstance(value, str):
        return
    elif inspect.isclass(promised) and not isinstance(value, promised):
        yield f"{path}: {type(value).__name__} {value!r:.80} is no {promised.__name__}"


def _entity(value: Any, promised: type[AttribAccessDict], path: str) -> Iterator[str]:
    if not isinstance(value, promised):
        yield f"{path}: {type(value).__name__} is no {promised.__name__}"
        return
    renamed = getattr(promised, "_rename_map", {})
    for name, kind in get_type_hints(promised, vars(theirs)).items():
        if name.startswith("_") or name in renamed:
            continue
        inner = value.get(name)
        if inner is not None:
            yield from misfits(inner, kind, f"{path}.{name}")
