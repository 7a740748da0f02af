"""Posts with an extra: the parameters that they share with any post, and the Status that carries the extra."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from torg.accounts import reads as accounts
from torg.http import Call
from torg.mastodon_api import entities
from torg.posts.model import Audience, Draft

S = TypeVar("S", bound=entities.Status)


class PostFields(msgspec.Struct, kw_only=True):
    """What a post is made of, by Mastodon's names; inherit from it. It goes to the network or to one group."""

    status: str = ""
    media_ids: list[int] = []
    spoiler_text: str = ""
    sensitive: bool | None = None
    language: str | None = None
    group_id: int | None = None


async def draft(call: Call, form: PostFields, text: str | None = None) -> Draft:
    """The draft of a post for everybody in the network, or for the group."""
    settings = (await accounts.visible(call.tx, call.me)).settings
    return Draft(
        text=form.status if text is None else text,
        spoiler=form.spoiler_text,
        sensitive=settings.sensitive if form.sensitive is None else form.sensitive,
        language=form.language or settings.language,
        audience=Audience.EVERYONE,
        media_ids=form.media_ids,
        quote_policy=settings.quote_policy,
        group_id=form.group_id,
        app_id=call.actor.app_id,
        idempotency_key=call.request.headers.get("idempotency-key"),
    )


def extended(kind: type[S], status: entities.Status, **extra: Any) -> S:
    """The same Status as the richer entity."""
    return kind(**{name: getattr(status, name) for name in status.__struct_fields__}, **extra)
