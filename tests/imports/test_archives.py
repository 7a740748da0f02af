"""Mastodon and Twitter archives as folder, zip and tar, with invented contents; hostile archives too."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from torg.imports import archive as archives
from torg.imports import mastodon_archive, twitter_archive
from torg.imports.archive import open_archive
from torg.imports.html_text import plain
from torg.imports.model import ImportedBoost, ImportedPost, Refused
from torg.kernel.errors import Misused

AS = "https://www.w3.org/ns/activitystreams#Public"
ME = "https://old.example/users/anna"


def note(number: int, content: str, **more: Any) -> dict[str, Any]:
    entry = {
        "id": f"{ME}/statuses/{number}",
        "type": "Note",
        "published": f"2023-04-0{number}T10:00:00Z",
        "to": [AS],
        "cc": [f"{ME}/followers"],
        "content": content,
        **more,
    }
    return {"id": f"{ME}/statuses/{number}/activity", "type": "Create", "actor": ME, "object": entry}


MASTODON = {
    "actor.json": json.dumps(
        {
            "id": ME,
            "preferredUsername": "anna",
            "name": "Anna Ek",
            "summary": "<p>Hej &amp; <br>hallå</p>",
            "published": "2020-01-02T00:00:00Z",
            "icon": {"type": "Image", "mediaType": "image/png", "url": "avatar.png"},
            "attachment": [
                {"type": "PropertyValue", "name": "Hem", "value": '<a href="https://a.example">a.example</a>'}
            ],
        }
    ),
    "avatar.png": "not really a picture",
    "media_attachments/files/1/original/cat.png": "meow",
    "likes.json": json.dumps({"orderedItems": [f"{ME}/statuses/1", "https://far.example/1"]}),
    "outbox.json": json.dumps(
        {
            "orderedItems": [
                note(1, "<p>First &lt;3</p><p>line<br>break</p>", contentMap={"sv": "x"}),
                note(
                    2,
                    '<p><span><a href="https://far.example/@bo" class="mention">@<span>bo</span></a></span>'
                    ' <a href="https://old.example/tags/Torg" class="mention hashtag">#<span>Torg</span></a>'
                    ' <a href="https://x.example/long"><span>https://</span><span>x.example/long</span></a></p>',
                    inReplyTo=f"{ME}/statuses/1",
                    summary="careful",
                    sensitive=True,
                    tag=[
                        {"type": "Mention", "href": "https://far.example/users/bo", "name": "@bo@far.example"},
                        {"type": "Hashtag", "name": "#torg"},
                    ],
                    attachment=[
                        {
                            "type": "Document",
                            "mediaType": "image/png",
                            "url": "/media_attachments/files/1/original/cat.png",
                            "name": "a cat",
                        },
                        {"type": "Document", "url": "/media_attachments/files/2/original/gone.png"},
                    ],
                ),
                note(3, "<p>secret</p>", to=["https://far.example/users/bo"], cc=[]),
                note(4, "<p>for friends</p>", to=[f"{ME}/followers"], cc=[]),
                note(5, "<p>quietly</p>", to=[f"{ME}/followers"], cc=[AS]),
                note(6, "<p>also secret</p>", directMessage=True),
                {"id": "b1", "type": "Announce", "object": f"{ME}/statuses/1", "published": "2023-05-01T00:00:00Z"},
                {
                    "id": "b2",
                    "type": "Announce",
                    "object": "https://far.example/9",
                    "published": "2023-05-01T00:00:00Z",
                },
                note(
                    7,
                    "<p>which?</p>",
                    type="Question",
                    oneOf=[{"name": "a", "replies": {"totalItems": 3}}, {"name": "b"}],
                    endTime="2023-04-08T00:00:00Z",
                ),
                "nonsense",
            ]
        }
    ),
}

TWITTER = {
    "data/account.js": 'window.YTD.account.part0 = [{"account": {"username": "anna", '
    '"accountDisplayName": "Anna Ek", "createdAt": "2008-09-26T12:00:00.000Z"}}]',
    "data/profile.js": 'window.YTD.profile.part0 = [{"profile": {"description": {"bio": "Tea &amp; toast"}}}]',
    "data/tweets_media/11-cat.jpg": "meow",
    "data/tweets.js": "window.YTD.tweets.part0 = "
    + json.dumps(
        [
            {
                "tweet": {
                    "id_str": "11",
                    "full_text": "A &amp; B &lt;3 https://t.co/a https://t.co/pic",
                    "created_at": "Fri Sep 26 21:00:00 +0000 2008",
                    "lang": "en",
                    "entities": {
                        "urls": [{"url": "https://t.co/a", "expanded_url": "https://a.example/path"}],
                        "media": [{"url": "https://t.co/pic", "media_url_https": "https://pbs.example/media/cat.jpg"}],
                    },
                }
            },
            {
                "tweet": {
                    "id_str": "12",
                    "full_text": "@anna more",
                    "created_at": "Fri Sep 26 21:01:00 +0000 2008",
                    "in_reply_to_status_id_str": "11",
                    "in_reply_to_screen_name": "anna",
                }
            },
            {"tweet": {"id_str": "13", "full_text": "RT @bo: hello", "created_at": "Fri Sep 26 21:02:00 +0000 2008"}},
            {"tweet": {"id_str": "14", "full_text": "when?", "created_at": "soon"}},
        ]
    ),
    "data/tweets-part1.js": 'window.YTD.tweets.part1 = [{"tweet": {"id_str": "15", "full_text": "later", '
    '"created_at": "Fri Sep 26 22:00:00 +0000 2008", "lang": "und"}}]',
    "data/direct-messages.js": "window.YTD.direct_messages.part0 = []",
}


def folder(tmp_path: Path, files: dict[str, str]) -> Path:
    root = tmp_path / "unpacked"
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def zipped(tmp_path: Path, files: dict[str, str]) -> Path:
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"inner/{name}", content)
    return path


def tarred(tmp_path: Path, files: dict[str, str]) -> Path:
    path = tmp_path / "archive.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return path


FORMS = pytest.mark.parametrize("pack", [folder, zipped, tarred])
Pack = Callable[[Path, dict[str, str]], Path]


@FORMS
def test_mastodon_archive(tmp_path: Path, pack: Pack) -> None:
    with open_archive(pack(tmp_path, MASTODON)) as archive:
        assert mastodon_archive.is_mastodon_archive(archive)
        assert not twitter_archive.is_twitter_archive(archive)
        profile = mastodon_archive.read_profile(archive)
        records = list(mastodon_archive.read_mastodon_archive(archive))
        assert profile.avatar is not None
        assert profile.avatar.opener().read() == b"not really a picture"
        second = records[1]
        assert isinstance(second, ImportedPost)
        assert second.media[0].opener().read() == b"meow"
        assert [note.reason for note in mastodon_archive.left_out(archive)] == [
            "likes.json: 2 posts on other servers are left out"
        ]
    assert (profile.handle, profile.name, profile.note) == ("anna", "Anna Ek", "Hej & \nhallå")
    assert profile.fields == (("Hem", "https://a.example"),)
    posts = {record.line: record for record in records if isinstance(record, ImportedPost)}
    refused = {record.line: record.reason for record in records if isinstance(record, Refused)}
    assert posts[1].text == "First <3\n\nline\nbreak"
    assert (posts[1].language, posts[1].visibility, posts[1].time.isoformat()) == (
        "sv",
        "public",
        "2023-04-01T10:00:00+00:00",
    )
    assert posts[2].text == "@bo@far.example #Torg https://x.example/long"
    assert posts[2].reply_to_key == posts[1].source_key
    assert (posts[2].spoiler, posts[2].sensitive, posts[2].tags) == ("careful", True, ("torg",))
    assert posts[2].media[0].description == "a cat"
    assert posts[2].lacking == ("/media_attachments/files/2/original/gone.png",)
    assert [posts[line].visibility for line in (4, 5)] == ["private", "unlisted"]
    assert posts[9].poll is not None
    assert (posts[9].poll.options, posts[9].poll.votes, posts[9].poll.multiple) == (("a", "b"), (3, 0), False)
    assert set(posts) == {1, 2, 4, 5, 9}
    assert refused[3] == refused[6] == "a direct message never becomes a post"
    assert refused[8] == "a boost of a post that is not in the archive: https://far.example/9"
    assert refused[10] == "it is not an activity"
    boost = records[6]
    assert isinstance(boost, ImportedBoost)
    assert boost.target_key == posts[1].source_key


@FORMS
def test_twitter_archive(tmp_path: Path, pack: Pack) -> None:
    with open_archive(pack(tmp_path, TWITTER)) as archive:
        assert twitter_archive.is_twitter_archive(archive)
        profile = twitter_archive.read_profile(archive)
        records = list(twitter_archive.read_twitter_archive(archive))
        first = records[0]
        assert isinstance(first, ImportedPost)
        assert first.media[0].opener().read() == b"meow"
    assert (profile.handle, profile.name, profile.note) == ("anna", "Anna Ek", "Tea & toast")
    assert first.text == "A & B <3 https://a.example/path"
    assert first.time.isoformat() == "2008-09-26T21:00:00+00:00"
    posts = {record.source_key: record for record in records if isinstance(record, ImportedPost)}
    assert list(posts) == ["11", "12", "15"]
    assert (posts["12"].reply_to_key, posts["12"].reply_to_handle) == ("11", "anna")
    assert (posts["11"].language, posts["15"].language, posts["15"].line) == ("en", None, 5)
    refused = {record.key: record.reason for record in records if isinstance(record, Refused)}
    assert refused["13"] == "a retweet: its text is somebody else's"
    assert "'soon'" in refused["14"]


def test_names_that_climb_out_and_links_are_not_there(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("outside")
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../secret.txt", "x")
        archive.writestr("/etc/thing", "x")
        archive.writestr("good.txt", "x")
    with open_archive(path) as opened:
        assert opened.names() == ["good.txt"]
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type = tarfile.SYMTYPE
        link.linkname = str(secret)
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("../../up.txt"))
    with open_archive(path) as opened:
        assert opened.names() == []
    root = tmp_path / "tree"
    root.mkdir()
    (root / "link.txt").symlink_to(secret)
    with open_archive(root) as opened:
        assert opened.names() == []


def test_a_bomb_is_stopped_while_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("outbox.json", b"0" * 2_000_000)
    with open_archive(path) as opened, pytest.raises(Misused, match="larger than"):
        opened.read("outbox.json", 1_000_000)
    monkeypatch.setattr(archives, "LARGEST_WHOLE", 1000)
    with pytest.raises(Misused, match="unpacks to more"):
        open_archive(tarred(tmp_path, {"big": "0" * 2000}))
    with pytest.raises(Misused, match="unpacks to more"):
        open_archive(zipped(tmp_path, {"a": "0" * 600, "b": "0" * 600}))


@pytest.mark.parametrize(
    ("files", "reader"),
    [
        ({"outbox.json": "{", "actor.json": '{"preferredUsername": "a"}'}, mastodon_archive.read_mastodon_archive),
        ({"outbox.json": "[]", "actor.json": '{"preferredUsername": "a"}'}, mastodon_archive.read_mastodon_archive),
        ({"outbox.json": "{}", "actor.json": "[1]"}, mastodon_archive.read_mastodon_archive),
        ({"outbox.json": "{}"}, mastodon_archive.read_mastodon_archive),
        ({"tweets.js": "var x = 1"}, twitter_archive.read_twitter_archive),
        (
            {"tweets.js": "window.YTD.tweets.part0 = {}", "account.js": 'x = [{"account": {"username": "a"}}]'},
            twitter_archive.read_twitter_archive,
        ),
    ],
)
def test_broken_archives_say_what_is_wrong(tmp_path: Path, files: dict[str, str], reader: Callable[[Any], Any]) -> None:
    with open_archive(zipped(tmp_path, files)) as archive, pytest.raises(Misused, match="archive"):
        list(reader(archive))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK not a zip")
    with pytest.raises(Misused, match="neither a folder nor a zip"):
        open_archive(path)
    with pytest.raises(Misused, match="does not exist"):
        open_archive(tmp_path / "absent")


def test_html_to_text() -> None:
    assert plain("<p>a</p><p>b</p>") == "a\n\nb"
    assert plain('see <a href="https://a.example/x">this</a>') == "see this https://a.example/x"
    assert plain("<ul><li>one</li><li>two</li></ul><script>no()</script>") == "- one\n- two"


def test_of_two_members_with_one_name_the_last_counts_and_odd_names_lead_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("outbox.json", "first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("outbox.json", "second")
        for name in ("a/../../b", "..\\..\\c", "C:\\d", "C:/e", "\\\\host\\f", "//g", "./../h", ".."):
            archive.writestr(name, "x")
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with open_archive(path) as opened:
        assert opened.names() == ["outbox.json"]
        assert opened.read("outbox.json") == b"second"


def test_a_tars_hard_links_devices_and_pipes_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "odd.tar"
    with tarfile.open(path, "w") as archive:
        for kind in (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo(f"odd{kind.decode()}")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    with open_archive(path) as opened:
        assert opened.names() == []


def test_a_header_that_lies_about_the_size_does_not_help(tmp_path: Path) -> None:
    """The size in the directory says 10 bytes, and 50 MB come out."""
    path = zipped(tmp_path, {"outbox.json": "0" * 50_000_000})
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = raw.index(mark)
        raw[start + at : start + at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(raw)
    with open_archive(path) as opened, pytest.raises(Misused, match=r"cannot be read|larger than"):
        opened.read("inner/outbox.json", 1_000_000)


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 100)
    many = {f"f{n}": "" for n in range(101)}
    for path in (zipped(tmp_path, many), tarred(tmp_path, many)):
        with pytest.raises(Misused, match="more than 100 files"):
            open_archive(path)


def test_members_that_are_left_out_count_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else names that climb out, repeat, or are folders are read without end."""
    monkeypatch.setattr(archives, "MOST_MEMBERS", 100)
    path = tmp_path / "folders.tar"
    with tarfile.open(path, "w") as archive:
        for number in range(101):
            entry = tarfile.TarInfo(f"folder{number}")
            entry.type = tarfile.DIRTYPE
            archive.addfile(entry)
    with pytest.raises(Misused, match="more than 100 files"):
        open_archive(path)
    path = tmp_path / "climbing.zip"
    with zipfile.ZipFile(path, "w") as zipped_up:
        for number in range(101):
            zipped_up.writestr(f"../{number}", "")
    with pytest.raises(Misused, match="more than 100 files"):
        open_archive(path)


def test_a_damaged_member_and_a_damaged_archive_say_so(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"outbox.json": "abc" * 10_000})
    raw = bytearray(path.read_bytes())
    start = raw.index(b"outbox.json") + len("outbox.json")
    raw[start : start + 20] = b"\xff" * 20
    path.write_bytes(raw)
    with open_archive(path) as opened, pytest.raises(Misused, match="cannot be read"):
        opened.read("inner/outbox.json")
    packed = tarred(tmp_path, {"a": "x" * 100_000, "b": "y" * 100_000})
    half = packed.read_bytes()
    packed.write_bytes(half[: len(half) // 2] + b"\xff" * 50)
    with pytest.raises(Misused, match="archive"):
        open_archive(packed)
