"""What a file is, told by its first bytes; names and declared types of the sender are never believed."""

from __future__ import annotations

from enum import StrEnum


class Family(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


class Format(StrEnum):
    """A container that we take in; the value is the name used in storage and between processes."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    AVIF = "avif"
    MP4 = "mp4"
    WEBM = "webm"
    MP3 = "mp3"
    OGG = "ogg"
    WAV = "wav"
    FLAC = "flac"
    AAC = "aac"
    M4A = "m4a"

    @property
    def family(self) -> Family:
        """What a sender would call it; a film without pictures is found out later, in the worker."""
        if self in _IMAGES:
            return Family.IMAGE
        return Family.VIDEO if self in (Format.MP4, Format.WEBM) else Family.AUDIO


_IMAGES = frozenset({Format.JPEG, Format.PNG, Format.GIF, Format.WEBP, Format.AVIF})

# For `configuration.media_attachments.supported_mime_types` (docs: entities/Instance).
# HEIC and HEIF are not among them: the image library's build has no HEVC decoder, so apps convert before sending.
SUPPORTED_MIME_TYPES = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "video/webm",
    "video/mp4",
    "video/quicktime",
    "video/x-m4v",
    "audio/wave",
    "audio/wav",
    "audio/x-wav",
    "audio/x-pn-wave",
    "audio/vnd.wave",
    "audio/ogg",
    "audio/vorbis",
    "audio/opus",
    "audio/mpeg",
    "audio/mp3",
    "audio/webm",
    "audio/flac",
    "audio/x-flac",
    "audio/aac",
    "audio/m4a",
    "audio/x-m4a",
    "audio/mp4",
    "audio/3gpp",
)

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "audio/mpeg": "mp3",
}

_AVIF_BRANDS = {b"avif", b"avis"}
_AUDIO_BRANDS = {b"M4A ", b"M4B "}
_VIDEO_BRANDS = (b"mp4", b"iso", b"avc", b"M4V", b"M4VP", b"qt  ", b"MSNV", b"dash", b"3gp", b"3g2", b"f4v", b"XAVC")


def sniff(head: bytes) -> Format | None:
    """The format of a file that begins with these bytes (64 are enough), or None for anything not taken in."""
    if head[:3] == b"\xff\xd8\xff":
        return Format.JPEG
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return Format.PNG
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return Format.GIF
    if head[:4] == b"RIFF":
        return {b"WEBP": Format.WEBP, b"WAVE": Format.WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _iso(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free") and len(head) >= 16:
        return Format.MP4  # QuickTime from before `ftyp`
    if head[:4] == b"\x1aE\xdf\xa3":
        return Format.WEBM
    if head[:4] == b"OggS":
        return Format.OGG
    if head[:4] == b"fLaC":
        return Format.FLAC
    if head[:3] == b"ID3":
        return Format.MP3
    return _frames(head)


def _iso(head: bytes) -> Format | None:
    brands = {head[8:12], *(head[n : n + 4] for n in range(16, min(len(head), int.from_bytes(head[:4], "big")) - 3, 4))}
    if brands & _AVIF_BRANDS:
        return Format.AVIF
    if head[8:12] in _AUDIO_BRANDS:
        return Format.M4A
    return Format.MP4 if head[8:12].startswith(_VIDEO_BRANDS) else None


def _frames(head: bytes) -> Format | None:
    """Bare MPEG audio: eleven set bits, then a layer (0 there means ADTS, the frames of AAC)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return Format.AAC
    layer3 = head[1] & 0x06 == 0x02 and head[1] & 0x18 != 0x08
    return Format.MP3 if layer3 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C else None
