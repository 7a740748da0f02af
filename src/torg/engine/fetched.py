"""What a fetch gives, and why it gave nothing."""

from __future__ import annotations

from email.message import Message

import msgspec

from torg.kernel.errors import TorgError


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, whatever its status. `url` is where it came from after redirects; header names are lower case."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    cut: bool = False
    """The body went on beyond the cap and the caller had asked to cut it (`cut=True`)."""

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """`text/html` of `Text/HTML; charset=utf-8`; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset that the Content-Type header names, in lower case."""
        header = Message()
        header["content-type"] = self.headers.get("content-type", "")
        return header.get_content_charset()

    def location(self) -> str | None:
        """The Location of a redirect that one may follow, else None."""
        return self.headers.get("location") if self.status in (301, 302, 303, 307, 308) else None


class FetchError(TorgError):
    """No usable answer. `reason` is for the log; `text` for the person."""

    status = 503
    default = "The other server could not be reached"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(log=f"{reason}: {url[:500]}")


class FetchRefused(FetchError):
    """We do not call this address: not public, not http(s), a wrong port, a downgrade. Trying again is no use."""

    status = 422
    default = "This address may not be fetched"


class FetchFailed(FetchError):
    """The other side did not give what was asked for: unreachable, too slow, too large, broken.

    `retry_after`: seconds for which this host is left alone, when that is known.
    `unreachable`: nobody answered at all (name, connection or TLS), as against a bad answer.
    """

    def __init__(self, url: str, reason: str, *, retry_after: float | None = None, unreachable: bool = False) -> None:
        self.retry_after = retry_after
        self.unreachable = unreachable
        super().__init__(url, reason)


class FetchTooLarge(FetchFailed):
    """The body or its headers go beyond the cap: trying again is no use."""
