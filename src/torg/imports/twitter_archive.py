"""Posts from a Twitter archive: data/tweets.js (or tweet.js), account.js, profile.js, tweets_media/.

Its files are scripts: `window.YTD.tweets.part0 = [ … ]`. `full_text` holds `&amp; &lt; &gt;` escaped, since
Twitter's API escaped them (docs: tweet object), so they are undone; short links become the addresses they stand for.
A retweet is refused: its text is somebody else's. Direct messages lie in other files, which are never opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import msgspec

from torg.imports.archive import Archive
from torg.imports.fields import storable
from torg.imports.model import ImportedMedia, ImportedPost, ImportedProfile, Record, Refused
from torg.imports.times import read_time
from torg.kernel.errors import Misused

_HEAD = re.compile(r"\s*window\.YTD\.[\w.]+\s*=\s*")
_TWEETS = re.compile(r"(?:^|/)tweets?(?:-part(\d+))?\.js$")
_UNKNOWN_LANGUAGES = frozenset({"und", "qam", "qct", "qht", "qme", "qst", "zxx", "art"})
_MEDIA_FOLDERS = ("tweets_media", "tweet_media")


def is_twitter_archive(archive: Archive) -> bool:
    """Whether the archive has a tweets.js or tweet.js."""
    return bool(_tweet_files(archive))


def read_profile(archive: Archive) -> ImportedProfile:
    """Whose archive it is, from account.js and profile.js."""
    account = _first(_script(archive, "account.js"), "account")
    profile = _first(_script(archive, "profile.js"), "profile")
    described = profile.get("description")
    description: dict[str, Any] = described if isinstance(described, dict) else {}
    handle = _string(account.get("username"))
    if not handle:
        raise Misused("The archive holds no account.js with a username, so its owner is not known")
    created = _string(account.get("createdAt"))
    fields = [(label, _string(description.get(key))) for label, key in (("Web", "website"), ("Place", "location"))]
    return ImportedProfile(
        handle=handle,
        name=_string(account.get("accountDisplayName")) or handle,
        note=unescape(_string(description.get("bio"))),
        fields=tuple((label, value) for label, value in fields if value),
        email=_string(account.get("email")) or None,
        created_at=read_time(created) if created else None,
        avatar=_picture(archive, _string(profile.get("avatarMediaUrl"))),
        header=_picture(archive, _string(profile.get("headerMediaUrl"))),
    )


def read_twitter_archive(archive: Archive) -> Iterator[Record]:
    """Every tweet in the archive in its order; `line` counts them from 1 over all parts."""
    profile = read_profile(archive)
    line = 0
    for name in _tweet_files(archive):
        for entry in _entries(archive, name):
            line += 1
            yield _record(entry, line, profile, archive)


def _tweet_files(archive: Archive) -> list[str]:
    """tweets.js first, then its parts by number; the older tweet.js only if there is no tweets.js."""
    found = [(name, match) for name in archive.names() if (match := _TWEETS.search(name))]
    newer = [(name, match) for name, match in found if "tweets" in name.rsplit("/", 1)[-1]]
    return [name for name, match in sorted(newer or found, key=lambda pair: int(pair[1][1] or 0))]


def _entries(archive: Archive, name: str) -> list[Any]:
    try:
        script = archive.read(name).decode("utf-8-sig")
        entries = msgspec.json.decode(_HEAD.sub("", script, count=1).strip().rstrip(";"))
    except (UnicodeDecodeError, UnicodeEncodeError, msgspec.DecodeError, RecursionError) as error:
        raise Misused(f"{name} in the archive is not a list of records: {error}") from error
    if not isinstance(entries, list):
        raise Misused(f"{name} in the archive is not a list of records")
    return entries


def _script(archive: Archive, name: str) -> list[Any]:
    found = archive.find(name)
    return _entries(archive, found) if found else []


def _first(entries: list[Any], key: str) -> dict[str, Any]:
    entry = entries[0] if entries else {}
    inner = entry.get(key) if isinstance(entry, dict) else None
    return inner if isinstance(inner, dict) else {}


def _record(entry: Any, line: int, profile: ImportedProfile, archive: Archive) -> Record:
    tweet = entry.get("tweet", entry) if isinstance(entry, dict) else None
    if not isinstance(tweet, dict):
        return Refused(line, None, "it is not a tweet")
    key = _string(tweet.get("id_str")) or str(tweet.get("id") or "")
    text = _string(tweet.get("full_text")) or _string(tweet.get("text"))
    if not key:
        return Refused(line, None, "the tweet has no id")
    if text.startswith("RT @") or tweet.get("retweeted_status") is not None:
        return Refused(line, key, "a retweet: its text is somebody else's")
    try:
        return _post(tweet, key, text, line, profile, archive)
    except ValueError as error:
        return Refused(line, key, str(error))


def _post(
    tweet: Mapping[str, Any], key: str, text: str, line: int, profile: ImportedProfile, archive: Archive
) -> ImportedPost:
    attached = _attached(tweet)
    media, lacking = _media(key, attached, archive)
    shown = _expanded(text, tweet, attached if media or not lacking else [])
    if not shown.strip() and not media:
        raise ValueError("the tweet is empty")
    language = _string(tweet.get("lang"))
    reply_to = _string(tweet.get("in_reply_to_status_id_str")) or str(tweet.get("in_reply_to_status_id") or "")
    return ImportedPost(
        source_key=storable(key),
        author_handle=profile.handle,
        author_name=profile.name,
        text=storable(shown),
        time=read_time(_string(tweet.get("created_at"))),
        line=line,
        reply_to_key=reply_to or None,
        reply_to_handle=_string(tweet.get("in_reply_to_screen_name")) or None,
        sensitive=tweet.get("possibly_sensitive") is True,
        language=language if language and language not in _UNKNOWN_LANGUAGES else None,
        url=f"https://twitter.com/{profile.handle}/status/{key}",
        media=media,
        lacking=lacking,
    )


def _expanded(text: str, tweet: Mapping[str, Any], attached: list[dict[str, Any]]) -> str:
    """Short links to what they stand for; the short link of an attached file goes away; entities undone."""
    entities = tweet.get("entities")
    for link in _dicts(entities.get("urls") if isinstance(entities, dict) else None):
        short, full = _string(link.get("url")), _string(link.get("expanded_url"))
        if short and full:
            text = text.replace(short, full)
    for item in attached:
        short = _string(item.get("url"))
        if short:
            text = text.replace(short, "")
    return unescape(text).rstrip() if attached else unescape(text)


def _attached(tweet: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Media entries, from extended_entities (all of them) or entities (only the first)."""
    for part in ("extended_entities", "entities"):
        entities = tweet.get(part)
        media = list(_dicts(entities.get("media") if isinstance(entities, dict) else None))
        if media:
            return media
    return []


def _media(
    key: str, attached: list[dict[str, Any]], archive: Archive
) -> tuple[tuple[ImportedMedia, ...], tuple[str, ...]]:
    found, lacking = [], []
    for item in attached:
        name = _media_file(key, item, archive)
        if name is None:
            lacking.append(_string(item.get("media_url_https")) or _string(item.get("media_url")))
            continue
        description = _string(item.get("ext_alt_text")) or None
        found.append(ImportedMedia(name.rsplit("/", 1)[-1], archive.opener(name), description=description))
    return tuple(found), tuple(lacking)


def _media_file(key: str, item: Mapping[str, Any], archive: Archive) -> str | None:
    """tweets_media/<tweet id>-<file name>, for a video the file name of one of its variants."""
    addresses = [_string(item.get("media_url_https")) or _string(item.get("media_url"))]
    video = item.get("video_info")
    addresses = [
        _string(one.get("url")) for one in _dicts(video.get("variants") if isinstance(video, dict) else None)
    ] + addresses
    for address in addresses:
        file = address.split("?", 1)[0].rsplit("/", 1)[-1]
        for folder in _MEDIA_FOLDERS:
            name = archive.find(f"{folder}/{key}-{file}") if file else None
            if name:
                return name
    return None


def _picture(archive: Archive, address: str) -> ImportedMedia | None:
    """An avatar or header: profile_media/<account id>-<file name>, an ending may be missing in the address."""
    file = address.rsplit("/", 1)[-1]
    if not file:
        return None
    for name in archive.names():
        if "profile_media/" in name and file in name.rsplit("/", 1)[-1]:
            return ImportedMedia(name.rsplit("/", 1)[-1], archive.opener(name))
    return None


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())
