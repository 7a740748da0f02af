"""One's own data in one file, and erasing oneself (docs/personal-data.md): Torg's own methods."""

from __future__ import annotations

from typing import Literal

import msgspec
from starlette.responses import StreamingResponse

from torg.http import Call, Routes
from torg.kernel.clock import iso
from torg.mastodon_api.forms import Nothing
from torg.portability import erasing, my_data
from torg.portability.my_data import DataArchive

routes = Routes("my data")


class MyData(msgspec.Struct, kw_only=True):
    """`state`: none, waiting, running, ready, failed or expired. `percent` of the posts are in."""

    state: str
    percent: int
    size: int | None
    created_at: str | None
    finished_at: str | None
    expires_at: str | None


class EraseMe(msgspec.Struct, kw_only=True):
    """`mode`: delete removes what one wrote; anonymise leaves it, written by a former colleague."""

    password: str = ""
    mode: Literal["delete", "anonymise"] = "delete"


def _shown(found: DataArchive | None) -> MyData:
    if found is None:
        return MyData(state="none", percent=0, size=None, created_at=None, finished_at=None, expires_at=None)
    percent = 100 if found.state == "ready" else found.done * 100 // found.total if found.total else 0
    return MyData(
        state=found.state,
        percent=percent,
        size=found.size,
        created_at=iso(found.created_at),
        finished_at=iso(found.finished_at) if found.finished_at else None,
        expires_at=iso(found.expires_at) if found.expires_at else None,
    )


@routes.post("/api/torg/v1/my_data", scope="read:accounts")
async def ask(call: Call, params: Nothing) -> MyData:
    """Ask for an archive of everything that is one's own, once a day (429).

    At an inside network in all faces; at a public one in this alone, at a partner network in the public one, too.
    """
    return _shown(await my_data.ask(call.tx, call.actor))


@routes.get("/api/torg/v1/my_data", scope="read:accounts")
async def show(call: Call, params: Nothing) -> MyData:
    """How far the archive is that one asked for last."""
    return _shown(await my_data.latest(call.tx, call.actor))


@routes.get("/api/torg/v1/my_data/file", scope="read")
async def file(call: Call, params: Nothing) -> StreamingResponse:
    """The archive, a zip file, for the one who asked. Messages are in it, too, so it takes all of `read`."""
    found = await my_data.ready(call.tx, call.actor)
    assert found.key is not None
    headers = my_data.headers(found, call.network.host)
    return StreamingResponse(call.services.blobs.read(found.key), 200, headers, "application/zip")


@routes.post("/api/torg/v1/my_data/erase", scope="write:accounts", tx=False, limit="login")
async def erase(call: Call, form: EraseMe) -> dict[str, object]:
    """Erase oneself in all faces, for good. Takes the password (422 if it is wrong), if one has any."""
    await erasing.check_password(call.db, call.actor, form.password)
    async with call.db.tx(call.actor.whole) as tx:
        await erasing.ask(tx, call.actor, call.me, form.mode)
    return {}
