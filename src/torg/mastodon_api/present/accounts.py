"""Account → Mastodon's Account entity."""

from __future__ import annotations

from collections.abc import Iterable

from torg.accounts.model import Account, AccountKind
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import iso, midnight
from torg.mastodon_api import entities
from torg.mastodon_api.entities import UNSET
from torg.mastodon_api.present import scene as scenes
from torg.mastodon_api.present.scene import Scene

MISSING_AVATAR = "/avatars/original/missing.png"
MISSING_HEADER = "/headers/original/missing.png"
BOT, GROUP = AccountKind.BOT, AccountKind.GROUP
GUEST, EXTERNAL = "-1", "-2"
"""Ids of badges that are no roles; a role's is never negative but the one that everybody has (-99)."""


async def accounts(tx: Tx, actor: Actor, origin: str, found: Iterable[Account]) -> list[entities.Account]:
    """Several accounts, in their order."""
    people = list(found)
    scene = await scenes.load(tx, actor, origin, people, ())
    return [account(scene, a) for a in people]


def url_of(origin: str, a: Account) -> str:
    """The page of an account."""
    return a.url or f"{origin}/@{a.acct}"


def uri_of(origin: str, a: Account) -> str:
    """The ActivityPub id of an account."""
    return a.uri or f"{origin}/users/{a.handle}"


def shared(scene: Scene, a: Account) -> dict[str, object]:
    """The attributes of Account, for it and its richer forms. A suspended account shows nothing of itself."""
    gone = a.suspended_at is not None
    avatar = None if gone else a.avatar
    header = None if gone else a.header
    moved = scene.moved.get(a.moved_to_id) if a.moved_to_id is not None and not gone else None
    role = scene.roles.get(a.role_id) if a.role_id is not None else None
    return {
        "id": str(a.id),
        "username": a.handle,
        "acct": a.acct,
        "url": url_of(scene.origin, a),
        "uri": uri_of(scene.origin, a),
        "display_name": "" if gone else a.display_name,
        "note": "" if gone else a.note_html,
        "avatar": scene.file(avatar.key) if avatar else scene.origin + MISSING_AVATAR,
        "avatar_static": scene.file(avatar.static_key) if avatar else scene.origin + MISSING_AVATAR,
        "avatar_description": avatar.description if avatar else "",
        "header": scene.file(header.key) if header else scene.origin + MISSING_HEADER,
        "header_static": scene.file(header.static_key) if header else scene.origin + MISSING_HEADER,
        "header_description": header.description if header else "",
        "locked": a.locked,
        "fields": [] if gone else [
            entities.Field(name=f.name, value=f.value_html, verified_at=iso(f.verified_at) if f.verified_at else None)
            for f in a.fields
        ],
        "emojis": [] if gone else scene.emojis_in(
            a.display_name, a.note_html, *(f.value_html for f in a.fields), host=a.host
        ),
        "bot": a.bot or a.kind is BOT,
        "group": a.kind is GROUP or a.actor_type == "Group",
        "discoverable": a.discoverable and not gone,
        "indexable": a.indexable and not gone,
        "created_at": midnight(a.created_at),
        "last_status_at": a.last_post_at.date().isoformat() if a.last_post_at else None,
        "statuses_count": a.all_posts,
        "followers_count": a.all_followers,
        "following_count": a.all_following,
        "hide_collections": a.hide_collections,
        "show_media": a.settings.show_media,
        "show_media_replies": a.settings.show_media_replies,
        "show_featured": a.settings.show_featured,
        "roles": badges(a, role),
        "feature_approval": feature_approval(scene, a),
        "noindex": not a.indexable if a.is_local else UNSET,
        "moved": account(scene, moved) if moved else UNSET,
        "suspended": True if gone else UNSET,
        "limited": True if a.silenced_at is not None else UNSET,
    }  # fmt: skip


def badges(a: Account, role: entities.AccountRole | None) -> list[entities.AccountRole]:
    """The role, and that somebody is no member of the organisation: apps show each beside the name."""
    outsider = [entities.AccountRole(id=GUEST, name="Guest", color="")] if a.guest else []
    if a.company and a.is_local:
        outsider.append(entities.AccountRole(id=EXTERNAL, name=f"External: {a.company}", color=""))
    return [*([role] if role else []), *outsider]


def feature_approval(scene: Scene, a: Account) -> entities.FeatureApproval:
    """Who may put the account into a collection: anyone, if it wants to be discovered."""
    open_to_all = a.discoverable and a.is_local
    mine = scene.actor.account_id == a.id
    verdict = "missing" if scene.actor.account_id is None else "automatic" if open_to_all or mine else "denied"
    return entities.FeatureApproval(automatic=["public"] if open_to_all else [], manual=[], current_user=verdict)


def account(scene: Scene, a: Account) -> entities.Account:
    """One account (docs: entities/Account)."""
    return entities.Account(**shared(scene, a))  # type: ignore[arg-type]
