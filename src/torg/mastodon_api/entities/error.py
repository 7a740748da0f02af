"""Errors."""

from __future__ import annotations

from torg.mastodon_api.entities.base import UNSET, Entity, Maybe


class ErrorDetail(Entity, kw_only=True):
    """One complaint about one parameter: a code such as ERR_BLANK and a sentence."""

    error: str
    description: str


class Error(Entity, kw_only=True):
    """Error: what went wrong; OAuth adds a description, validation adds `details` by parameter."""

    error: str
    error_description: Maybe[str] = UNSET
    details: Maybe[dict[str, list[ErrorDetail]]] = UNSET
