"""Account → actor (ActivityPub §4.1; docs: Mastodon, spec/activitypub#profile-federation; FEP-2c59)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from torg.accounts.model import Account, AccountKind
from torg.federation.render import addresses, parts
from torg.federation.render.contexts import ACTOR
from torg.federation.render.model import Face, Place
from torg.signing.model import FIRST_KEY

KINDS = {AccountKind.TEAM: "Organization", AccountKind.BOT: "Service", AccountKind.GROUP: "Group"}


def type_of(account: Account) -> str:
    """Person, Service for a bot, Organization for a team account, Group."""
    if account.kind in KINDS:
        return KINDS[account.kind]
    return "Service" if account.bot else "Person"


def actor(place: Place, account: Account, face: Face) -> dict[str, Any]:
    """The document of a local account. Of one that is suspended it says no more than that."""
    uri = addresses.actor(place.origin, account)
    found: dict[str, Any] = {
        "@context": ACTOR,
        "id": uri,
        "type": type_of(account),
        "preferredUsername": account.handle,
        "webfinger": addresses.handle(place.host, account),
        "url": addresses.page(place.origin, account),
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "following": f"{uri}/following",
        "featured": f"{uri}/collections/featured",
        "featuredTags": f"{uri}/collections/tags",
        "endpoints": {"sharedInbox": f"{place.origin}/inbox"},
        "publicKey": key(uri, face.public_pem, face.key_name),
        "published": f"{account.created_at.astimezone(UTC):%Y-%m-%d}T00:00:00Z",
    }
    if account.kind is AccountKind.GROUP:
        found["attributedTo"] = f"{uri}/collections/moderators"
    return found | (_suspended() if account.suspended_at is not None else _profile(place, account, face))


def _suspended() -> dict[str, Any]:
    return {
        "name": "", "summary": "", "manuallyApprovesFollowers": False, "discoverable": False, "indexable": False,
        "suspended": True, "attachment": [], "tag": [],
    }  # fmt: skip


def _profile(place: Place, account: Account, face: Face) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": account.display_name or account.handle,
        "summary": account.note_html,
        "manuallyApprovesFollowers": account.locked,
        "discoverable": account.discoverable,
        "indexable": account.indexable,
        "attachment": [
            {"type": "PropertyValue", "name": field.name, "value": field.value_html} for field in account.fields
        ],
        "tag": [
            *(parts.emoji(place.origin, one) for one in face.emojis),
            *(parts.hashtag(place.origin, name) for name in face.tags),
        ],
    }
    if account.avatar is not None:
        found["icon"] = parts.image(place.origin, account.avatar.key, account.avatar.description)
    if account.header is not None:
        found["image"] = parts.image(place.origin, account.header.key, account.header.description)
    if face.also_known_as:
        found["alsoKnownAs"] = face.also_known_as
    if face.moved_to:
        found["movedTo"] = face.moved_to
    if account.settings.attribution_domains:
        found["attributionDomains"] = account.settings.attribution_domains
    return found


def instance(place: Place, public_pem: str, key_name: str = FIRST_KEY) -> dict[str, Any]:
    """The network itself, which signs what nobody in particular asks for (FEP-2677, FEP-d556)."""
    uri = addresses.instance(place.origin)
    return {
        "@context": ACTOR,
        "id": uri,
        "type": "Application",
        "preferredUsername": place.host,
        "webfinger": f"{place.host}@{place.host}",
        "name": place.host,
        "url": f"{place.origin}/about",
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "endpoints": {"sharedInbox": f"{place.origin}/inbox"},
        "manuallyApprovesFollowers": True,
        "publicKey": key(uri, public_pem, key_name),
    }


def key(owner: str, public_pem: str, name: str = FIRST_KEY) -> dict[str, Any]:
    return {"id": f"{owner}#{name}", "owner": owner, "publicKeyPem": public_pem}
