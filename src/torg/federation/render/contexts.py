"""The JSON-LD contexts of what we send: constant, and no larger than the terms that the document may use.

Terms are those of Mastodon (docs: spec/activitypub), GoToSocial (interaction policies) and the FEPs that are named.
"""

from __future__ import annotations

from typing import Any, Final

AS: Final = "https://www.w3.org/ns/activitystreams"
SECURITY: Final = "https://w3id.org/security/v1"
PUBLIC: Final = f"{AS}#Public"

_POLICIES: Final = {
    "gts": "https://gotosocial.org/ns#",
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
}
_COMMON: Final = {
    "toot": "http://joinmastodon.org/ns#",
    "Emoji": "toot:Emoji",
    "Hashtag": "as:Hashtag",
    "sensitive": "as:sensitive",
}

ACTOR: Final[list[Any]] = [
    AS,
    SECURITY,
    {
        **_COMMON,
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "suspended": "toot:suspended",
        "attributionDomains": {"@id": "toot:attributionDomains", "@type": "@id"},
        "schema": "http://schema.org#",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "webfinger": {"@id": "https://purl.archive.org/socialweb/webfinger#webfinger"},  # FEP-2c59
    },
]
OBJECT: Final[list[Any]] = [
    AS,
    {
        **_COMMON,
        **_POLICIES,
        "ostatus": "http://ostatus.org#",
        "conversation": "ostatus:conversation",
        "votersCount": "toot:votersCount",
        "blurhash": "toot:blurhash",
        "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
        "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
        "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
        "quoteUri": "http://fedibird.com/ns#quoteUri",
        "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
    },
]
STAMP: Final[list[Any]] = [
    AS,
    {
        "gts": "https://gotosocial.org/ns#",
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    },
]
QUOTE_REQUEST: Final[list[Any]] = [AS, {"QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest"}]
