"""Files are whole or not there, and no key leads out of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from torg.engine.blobs import DiskBlobs, check_key


@pytest.fixture
def blobs(tmp_path: Path) -> DiskBlobs:
    return DiskBlobs(tmp_path / "files")


async def everything(blobs: DiskBlobs, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([part async for part in blobs.read(key, start, end)])


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/a",
        "a/",
        "a//b",
        "..",
        "../a",
        "a/../b",
        "a/./b",
        ".hidden",
        "a/.new-x",
        "A",
        "a\\b",
        "a\0b",
        "å",
        "a" * 600,
    ],
)
async def test_bad_keys_are_refused_everywhere(blobs: DiskBlobs, key: str) -> None:
    with pytest.raises(ValueError, match="not a blob key"):
        check_key(key)
    with pytest.raises(ValueError, match="not a blob key"):
        await blobs.put(key, b"x")
    with pytest.raises(ValueError, match="not a blob key"):
        await blobs.get(key)
    with pytest.raises(ValueError, match="not a blob key"):
        await blobs.delete(key)


async def test_put_get_stat_and_replace(blobs: DiskBlobs, tmp_path: Path) -> None:
    key = "1/2/media/ab/cd/3-x/original.webp"
    assert await blobs.stat(key) is None
    assert await blobs.put(key, b"first") == 5
    (tmp_path / "given").write_bytes(b"second one")
    assert await blobs.put_file(key, tmp_path / "given") == 10
    assert await blobs.get(key) == b"second one"
    found = await blobs.stat(key)
    assert found is not None
    assert found.size == 10
    assert [p.name for p in (tmp_path / "files" / key).parent.iterdir()] == ["original.webp"]


async def test_ranges(blobs: DiskBlobs) -> None:
    data = bytes(range(256)) * 4000
    await blobs.put("a/b", data)
    assert await everything(blobs, "a/b") == data
    assert await everything(blobs, "a/b", 1000, 700_001) == data[1000:700_001]
    assert await everything(blobs, "a/b", len(data)) == b""
    async with blobs.local("a/b") as path:
        assert path.read_bytes() == data


async def test_what_is_missing(blobs: DiskBlobs) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.get("a/b")
    with pytest.raises(FileNotFoundError):
        async with blobs.local("a/b"):
            pass
    await blobs.delete("a/b")
    await blobs.put("a", b"a file, not a folder")
    assert await blobs.stat("a/b") is None


async def test_delete_leaves_no_empty_folders(blobs: DiskBlobs) -> None:
    await blobs.put("a/b/c", b"1")
    await blobs.put("a/d/e", b"2")
    await blobs.delete("a/b/c", "a/none/at/all")
    assert sorted(p.name for p in (blobs.root / "a").iterdir()) == ["d"]


async def test_a_failed_write_leaves_the_old_file_and_no_scrap(blobs: DiskBlobs, tmp_path: Path) -> None:
    await blobs.put("a/b", b"old")
    with pytest.raises(FileNotFoundError):
        await blobs.put_file("a/b", tmp_path / "not there")
    assert await blobs.get("a/b") == b"old"
    assert [p.name for p in (blobs.root / "a").iterdir()] == ["b"]
