"""The limits that both versions of Instance announce: counts of characters and things, bytes, pixels, seconds."""

from __future__ import annotations

from torg.mastodon_api.entities.base import Entity


class V1InstanceAccounts(Entity, kw_only=True):
    """`configuration[accounts]` of the first version."""

    max_featured_tags: int


class InstanceAccounts(Entity, kw_only=True):
    """`configuration[accounts]`."""

    max_display_name_length: int
    max_note_length: int
    max_avatar_description_length: int
    max_header_description_length: int
    max_featured_tags: int
    max_pinned_statuses: int
    max_profile_fields: int
    profile_field_name_limit: int
    profile_field_value_limit: int


class InstanceStatuses(Entity, kw_only=True):
    """`configuration[statuses]`: every address counts as `characters_reserved_per_url`."""

    max_characters: int
    max_media_attachments: int
    characters_reserved_per_url: int


class V1InstanceMedia(Entity, kw_only=True):
    """`configuration[media_attachments]` of the first version."""

    supported_mime_types: list[str]
    image_size_limit: int
    image_matrix_limit: int
    video_size_limit: int
    video_frame_rate_limit: int
    video_matrix_limit: int


class InstanceMedia(V1InstanceMedia, kw_only=True):
    """`configuration[media_attachments]`."""

    description_limit: int


class InstancePolls(Entity, kw_only=True):
    """`configuration[polls]`: expiration in seconds."""

    max_options: int
    max_characters_per_option: int
    min_expiration: int
    max_expiration: int
