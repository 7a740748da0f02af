"""One's own account: CredentialAccount with its source, and Profile for editing forms."""

from __future__ import annotations

from torg.access import roles
from torg.accounts import reads as accounts
from torg.accounts.model import Account, Picture
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import scene as scenes
from torg.mastodon_api.present.scene import Scene

COLLECTION_LIMIT = 10


async def credentials(tx: Tx, actor: Actor, origin: str, a: Account) -> entities.CredentialAccount:
    """The caller's own account (docs: entities/Account#CredentialAccount)."""
    scene = await scenes.load(tx, actor, origin, [a], ())
    return entities.CredentialAccount(
        **present_accounts.shared(scene, a),  # type: ignore[arg-type]
        source=entities.Source(
            attribution_domains=list(a.settings.attribution_domains),
            note=a.note,
            fields=fields(a),
            privacy=a.settings.privacy,
            sensitive=a.settings.sensitive,
            language=a.settings.language or "",
            follow_requests_count=await accounts.waiting_requests(tx, a.id),
            hide_collections=a.hide_collections,
            discoverable=a.discoverable,
            indexable=a.indexable,
            quote_policy=a.settings.quote_policy,
        ),
        role=await role(tx, a),
    )


async def role(tx: Tx, a: Account) -> entities.Role:
    """The account's role with what it permits; everybody's own when it has none."""
    found = await roles.of_account(tx, a)
    return entities.Role(
        id=str(found.id),
        name=found.name,
        color=found.color,
        permissions=str(found.permissions),
        highlighted=found.highlighted,
        collection_limit=COLLECTION_LIMIT,
    )


def profile(actor: Actor, origin: str, a: Account, tags: list[entities.FeaturedTag]) -> entities.Profile:
    """The caller's profile as typed (docs: entities/Profile)."""
    scene = Scene(actor=actor, origin=origin)
    return entities.Profile(
        id=str(a.id),
        display_name=a.display_name,
        note=a.note,
        fields=fields(a),
        avatar=_file(scene, a.avatar),
        avatar_static=_file(scene, a.avatar, still=True),
        avatar_description=a.avatar.description if a.avatar else "",
        header=_file(scene, a.header),
        header_static=_file(scene, a.header, still=True),
        header_description=a.header.description if a.header else "",
        locked=a.locked,
        bot=a.bot,
        hide_collections=a.hide_collections,
        discoverable=a.discoverable,
        indexable=a.indexable,
        show_media=a.settings.show_media,
        show_media_replies=a.settings.show_media_replies,
        show_featured=a.settings.show_featured,
        attribution_domains=list(a.settings.attribution_domains),
        featured_tags=tags,
    )


def _file(scene: Scene, picture: Picture | None, *, still: bool = False) -> str | None:
    if picture is None:
        return None
    return scene.file(picture.static_key if still else picture.key)


def fields(a: Account) -> list[entities.Field]:
    """The fields as typed."""
    return [
        entities.Field(name=f.name, value=f.value, verified_at=iso(f.verified_at) if f.verified_at else None)
        for f in a.fields
    ]
