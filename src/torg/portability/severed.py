"""Follows that were lost, as the files that any server's import reads."""

from __future__ import annotations

from collections.abc import Sequence

from torg.graph.model import SeveredFollow
from torg.portability import formats


def written(found: Sequence[SeveredFollow], *, following: bool) -> str:
    """CSV in Mastodon's form: whom one followed with what each follow brought, or who followed."""
    if following:
        rows = [(one.acct, one.show_boosts, one.notify, ", ".join(one.languages or ())) for one in found]
        return formats.written("following", rows)
    return "Account address\n" + formats.written("blocks", [(one.acct,) for one in found])
