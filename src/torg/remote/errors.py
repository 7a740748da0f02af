"""Why something of another server could not be had; each says whether trying again makes sense."""

from __future__ import annotations

from torg.kernel.errors import TorgError, Unauthorized, Unavailable


class RemoteError(TorgError):
    """Base. `text` is for the person who asked for it, `log` for us."""

    status = 422
    default = "The other server did not give what was asked for"


class Gone(RemoteError):
    """404 or 410: it is not there (any more). `tombstone`: the other server says that it was there (410)."""

    status = 404
    default = "This does not exist on the other server"

    def __init__(self, text: str | None = None, *, log: str | None = None, tombstone: bool = False) -> None:
        self.tombstone = tombstone
        super().__init__(text, log=log)


class Refused(RemoteError):
    """Final: their server does not let us, our policy does not let us, or it is no address that we call."""

    default = "This may not be fetched"


class Failed(RemoteError):
    """Passing: unreachable, slow, busy. `retry_after`: seconds, where known."""

    status = 503
    default = "The other server cannot be reached at the moment"

    def __init__(self, text: str | None = None, *, log: str | None = None, retry_after: float | None = None) -> None:
        self.retry_after = None if retry_after is None else max(1, round(retry_after))
        super().__init__(text, log=log)


class Unreadable(RemoteError):
    """What came is not what it should be: no JSON, another type, ids that do not fit, too deep."""

    default = "The other server gave something that cannot be read"


class SignerGone(Unauthorized):
    """The key's owner is gone and we never knew it: its Delete is absorbed (answer 202, store nothing)."""

    default = "The actor that signed this does not exist"


class KeyUnreachable(Unavailable):
    """The signer's key could not be fetched for a passing reason: 503 with Retry-After, never 401 (a 4xx is final)."""

    default = "Your key could not be fetched; try again later"

    def __init__(self, text: str | None = None, *, log: str | None = None, retry_after: float = 60.0) -> None:
        self.retry_after = max(1, round(retry_after))
        super().__init__(text, log=log)
