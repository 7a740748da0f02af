"""The checker fails where it must: wrong types, forms and nulls, missing and undocumented attributes, at any depth."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.entity_check import check, check_list, violations
from torg.mastodon_api.entities import (
    Collection,
    CustomEmoji,
    Marker,
    MediaAttachment,
    NotificationPolicy,
    Preferences,
    Status,
    Tag,
    UserInfo,
)

POLICY: dict[str, Any] = {
    "for_not_following": "accept",
    "for_not_followers": "accept",
    "for_new_accounts": "filter",
    "for_private_mentions": "drop",
    "for_limited_accounts": "filter",
    "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
}
TAG: dict[str, Any] = {
    "id": "802",
    "name": "torg",
    "url": "https://torg.example/tags/torg",
    "history": [{"day": "1574553600", "uses": "200", "accounts": "31"}],
}
EMOJI: dict[str, Any] = {
    "shortcode": "fika",
    "url": "https://torg.example/fika.png",
    "static_url": "https://torg.example/fika.png",
    "visible_in_picker": True,
    "category": None,
}
MEDIA: dict[str, Any] = {
    "id": "7",
    "type": "image",
    "url": "https://torg.example/7.png",
    "preview_url": None,
    "remote_url": None,
    "meta": {"original": {"width": 640, "height": 480, "size": "640x480", "aspect": 1}, "focus": {"x": 0, "y": 0.5}},
    "description": None,
    "blurhash": None,
}
MARKER: dict[str, Any] = {"last_read_id": "103", "version": 4, "updated_at": "2026-01-02T03:04:05.678Z"}


@pytest.mark.parametrize(
    ("value", "entity"),
    [(POLICY, NotificationPolicy), (TAG, Tag), (EMOJI, CustomEmoji), (MEDIA, MediaAttachment), (MARKER, Marker)],
)
def test_a_documented_value_has_no_deviations(value: dict[str, Any], entity: type) -> None:
    assert violations(value, entity) == []


@pytest.mark.parametrize(
    ("value", "entity", "told"),
    [
        (EMOJI | {"shortcode": 5}, CustomEmoji, "shortcode: 5 is not a string"),
        (EMOJI | {"visible_in_picker": 1}, CustomEmoji, "visible_in_picker: 1 is not a boolean"),
        (EMOJI | {"visible_in_picker": "true"}, CustomEmoji, 'visible_in_picker: "true" is not a boolean'),
        (EMOJI | {"shortcode": None}, CustomEmoji, "shortcode: null is not a string"),
        (EMOJI | {"category": False}, CustomEmoji, "category: false is not a string or null"),
        (MARKER | {"version": "4"}, Marker, 'version: "4" is not an integer'),
        (MARKER | {"version": 4.5}, Marker, "version: 4.5 is not an integer"),
        (MARKER | {"version": True}, Marker, "version: true is not an integer"),
        (POLICY | {"summary": []}, NotificationPolicy, "summary: [] is not NotificationSummary"),
        (TAG | {"history": {}}, Tag, "history: {} is not a list of UsageDay"),
        (TAG | {"history": [TAG["history"][0], 3]}, Tag, "history[1]: 3 is not UsageDay"),
        (TAG | {"following": None}, Tag, "following: null is not a boolean"),
        (MEDIA | {"meta": {"focus": {"x": "0", "y": 0}}}, MediaAttachment, 'meta.focus.x: "0" is not a number or null'),
        (None, Tag, "value: null is not Tag"),
        ("{}", Tag, 'value: "{}" is not Tag'),
    ],
)
def test_a_wrong_type_is_told_with_its_path(value: object, entity: type, told: str) -> None:
    assert violations(value, entity) == [told]


@pytest.mark.parametrize(
    ("value", "entity", "path"),
    [
        (TAG | {"id": "abc"}, Tag, "id"),
        (TAG | {"url": "/tags/torg"}, Tag, "url"),
        (TAG | {"history": [{"day": "1574553600", "uses": "-2", "accounts": "31"}]}, Tag, "history[0].uses"),
        (POLICY | {"for_new_accounts": "maybe"}, NotificationPolicy, "for_new_accounts"),
        (MARKER | {"updated_at": "2026-01-02T03:04:05Z"}, Marker, "updated_at"),
        (MARKER | {"updated_at": "2026-01-02T03:04:05.678+00:00"}, Marker, "updated_at"),
        (MARKER | {"updated_at": "2026-01-02T03:04:05.678Z\n"}, Marker, "updated_at"),
    ],
)
def test_a_string_of_the_wrong_form_is_told(value: object, entity: type, path: str) -> None:
    found = violations(value, entity)
    assert len(found) == 1
    assert found[0].startswith(f"{path}: ")
    assert "does not have the form" in found[0]


def test_a_missing_attribute_is_told_but_an_optional_one_may_be_absent() -> None:
    without = {name: value for name, value in TAG.items() if name != "name"}
    assert violations(without, Tag) == ["name: missing, expected a string"]
    assert "following" not in TAG
    assert violations(TAG, Tag) == []


def test_an_attribute_with_a_written_default_must_be_there() -> None:
    assert "reblog: missing, expected Status or null" in violations({}, Status)
    assert not any(line.startswith(("favourited:", "filtered:")) for line in violations({}, Status))


def test_a_missing_attribute_deep_inside_is_told() -> None:
    value = POLICY | {"summary": {"pending_requests_count": 0}}
    assert violations(value, NotificationPolicy) == [
        "summary.pending_notifications_count: missing, expected an integer"
    ]


def test_an_undocumented_attribute_is_told_unless_listed() -> None:
    value = TAG | {"mood": "fine", "history": [TAG["history"][0] | {"hour": 1}]}
    told = ["history[0].hour: not documented for UsageDay", "mood: not documented for Tag"]
    assert violations(value, Tag) == told
    assert violations(value, Tag, extra=["mood"]) == told[:1]
    assert violations(value, Tag, extra=["mood", "history[].hour"]) == []


def test_keys_are_those_on_the_wire() -> None:
    value = {
        "posting:default:visibility": "public",
        "posting:default:sensitive": False,
        "posting:default:language": None,
        "posting:default:quote_policy": "public",
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
    }
    assert violations(value, Preferences) == []
    assert "visibility: not documented for Preferences" in violations({"visibility": "public"}, Preferences)


def test_objects_by_key_are_checked_value_by_value() -> None:
    assert violations({"home": MARKER}, dict[str, Marker]) == []
    assert violations({"home": MARKER | {"version": None}}, dict[str, Marker]) == [
        "home.version: null is not an integer"
    ]


def test_every_deviation_is_told_not_only_the_first() -> None:
    assert len(violations({}, UserInfo)) == 6
    assert len(violations({}, Collection)) == 15


def test_check_asserts_and_lists_the_deviations() -> None:
    check(TAG, Tag)
    with pytest.raises(AssertionError, match=r"not a documented Tag:\n  id: 802 is not a string"):
        check(TAG | {"id": 802}, Tag)


def test_check_list_wants_a_list_of_enough_entities() -> None:
    check_list([TAG], Tag, at_least=1)
    check_list([TAG | {"mood": 1}], Tag, extra=["mood"])
    with pytest.raises(AssertionError, match=r"\[1\]\.id: 1 is not a string"):
        check_list([TAG, TAG | {"id": 1}], Tag)
    with pytest.raises(AssertionError, match="expected 1 or more of Tag, got 0"):
        check_list([], Tag, at_least=1)
    with pytest.raises(AssertionError, match="is not a list of Tag"):
        check_list({}, Tag)
