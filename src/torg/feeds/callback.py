"""Where the hubs of mirrored blogs ask whether we mean it, and tell us of news (WebSub §5.3, §7)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Reply, Routes
from torg.kernel.errors import NotFound
from torg.mirrors import hubs
from torg.mirrors.reading import MOST_BYTES

routes = Routes("feeds")

PLAIN = "text/plain; charset=utf-8"


class Question(msgspec.Struct, kw_only=True):
    token: str
    mode: str = msgspec.field(name="hub.mode", default="")
    topic: str = msgspec.field(name="hub.topic", default="")
    challenge: str = msgspec.field(name="hub.challenge", default="")
    lease_seconds: str = msgspec.field(name="hub.lease_seconds", default="")


@routes.get(f"{hubs.CALLBACK}/{{token}}", auth="none", limit="websub_news", hidden=True)
async def confirm(call: Call, params: Question) -> Reply[str]:
    """The challenge back for what we asked for; 404 for anything else."""
    if not call.network.is_public or len(params.challenge) > 1_000:
        raise NotFound
    lease = params.lease_seconds
    seconds = int(lease) if lease.isascii() and lease.isdigit() and len(lease) < 12 else None
    if not await hubs.confirm(call.tx, params.token.replace("\0", ""), params.mode, params.topic, seconds):
        raise NotFound
    return Reply(params.challenge, media_type=PLAIN)


@routes.post(f"{hubs.CALLBACK}/{{token}}", auth="none", limit="websub_news", max_body=MOST_BYTES, hidden=True)
async def news(call: Call) -> Reply[str]:
    """202 whether or not it was signed right, as the Recommendation wants; 410 for a callback that is no more."""
    if not call.network.is_public:
        raise NotFound
    token = call.request.url.path.rpartition("/")[2]
    body = await call.request.body()
    signature = call.request.headers.get("x-hub-signature", "")[:300]
    if await hubs.heard(call.tx, token.replace("\0", ""), body, signature) is None:
        return Reply("There is nothing to tell here any more", status=410, media_type=PLAIN)
    return Reply("", status=202, media_type=PLAIN)
