"""The consent to one quote, as a document that anybody can check (FEP-044f: QuoteAuthorization)."""

from __future__ import annotations

from typing import Any

from torg.federation.render.contexts import STAMP


def stamp(uri: str, quoted_author: str, quoted: str, quoting: str) -> dict[str, Any]:
    return {
        "@context": STAMP,
        "id": uri,
        "type": "QuoteAuthorization",
        "attributedTo": quoted_author,
        "interactingObject": quoting,
        "interactionTarget": quoted,
    }
