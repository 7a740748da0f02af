"""Nouns of suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from torg.accounts.model import Account

Reason = Literal["featured", "friends_of_friends", "similar_to_recently_followed", "most_interactions", "most_followed"]


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """An account worth following, and every reason for it, the strongest first."""

    account: Account
    reasons: Sequence[Reason]
