"""What a network says about itself → the parts that both versions of Mastodon's Instance entity share."""

from __future__ import annotations

from collections.abc import Sequence

from torg import __version__
from torg.accounts import rules as account_rules
from torg.http import Call
from torg.kernel.config import Settings
from torg.mastodon_api import entities
from torg.mastodon_api.present.accounts import MISSING_HEADER
from torg.media import links
from torg.media import rules as media
from torg.media.formats import SUPPORTED_MIME_TYPES
from torg.orgs.about import Rule
from torg.orgs.model import Network
from torg.posts import rules as posts
from torg.showcase.rules import MOST_FEATURED_TAGS
from torg.text.length import URL_LENGTH

# The newest documented release, and its level of the API: clients look for features by these.
MASTODON = "4.6.0"
API_LEVEL = 10
VERSION = f"{MASTODON} (compatible; Torg {__version__})"
LANGUAGES = ("sv", "en")
ICON_SIZES = (48, 96, 192, 512)


def streaming(origin: str) -> str:
    """The address of streams: ws:// or wss:// on the network's own host."""
    return origin.replace("http", "ws", 1)


def thumbnail(call: Call) -> str:
    """The network's picture, or one that stands in for it."""
    network: Network = call.network
    key = network.settings.thumbnail_key
    return links.url(network.kind, call.origin, key) if key else call.origin + MISSING_HEADER


def icons(origin: str) -> list[entities.InstanceIcon]:
    """The icon that pages carry, in fixed sizes (made by tools/icons.py)."""
    return [entities.InstanceIcon(src=f"{origin}/static/icon-{n}.png", size=f"{n}x{n}") for n in ICON_SIZES]


def languages(network: Network) -> list[str]:
    return network.settings.languages or list(LANGUAGES)


def statuses(network: Network) -> entities.InstanceStatuses:
    return entities.InstanceStatuses(
        max_characters=network.settings.max_characters,
        max_media_attachments=network.settings.max_media,
        characters_reserved_per_url=URL_LENGTH,
    )


def polls(network: Network) -> entities.InstancePolls:
    return entities.InstancePolls(
        max_options=network.settings.max_poll_options,
        max_characters_per_option=posts.MAX_OPTION,
        min_expiration=posts.MIN_EXPIRATION,
        max_expiration=posts.MAX_EXPIRATION,
    )


def files(settings: Settings) -> entities.V1InstanceMedia:
    return entities.V1InstanceMedia(
        supported_mime_types=list(SUPPORTED_MIME_TYPES),
        image_size_limit=settings.max_image_mb * media.MEGABYTE,
        image_matrix_limit=media.IMAGE_PIXEL_LIMIT,
        video_size_limit=settings.max_video_mb * media.MEGABYTE,
        video_frame_rate_limit=media.FRAME_RATE_LIMIT,
        video_matrix_limit=media.VIDEO_PIXEL_LIMIT,
    )


def accounts(network: Network) -> entities.InstanceAccounts:
    return entities.InstanceAccounts(
        max_display_name_length=account_rules.MOST_NAME,
        max_note_length=account_rules.MOST_NOTE,
        max_avatar_description_length=account_rules.MOST_DESCRIPTION,
        max_header_description_length=account_rules.MOST_DESCRIPTION,
        max_featured_tags=MOST_FEATURED_TAGS,
        max_pinned_statuses=network.settings.max_pins,
        max_profile_fields=account_rules.MOST_FIELDS,
        profile_field_name_limit=account_rules.MOST_FIELD,
        profile_field_value_limit=account_rules.MOST_FIELD,
    )


def rules(found: Sequence[Rule]) -> list[entities.Rule]:
    """The rules of the house (docs: entities/Rule)."""
    return [
        entities.Rule(
            id=str(rule.id),
            text=rule.text,
            hint=rule.hint,
            translations={
                code: entities.RuleTranslation(text=words.text, hint=words.hint)
                for code, words in rule.translations.items()
            },
        )
        for rule in found
    ]
