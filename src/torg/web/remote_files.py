"""Files of other servers over our own address: `/media_proxy/{id}-{token}/original` and `/small`.

Only what a post or message of this network holds, by an address that cannot be guessed: never an address that the
caller names. Where no copy can be had of a film or a sound, the caller is sent to where it lies.
"""

from __future__ import annotations

import msgspec
from starlette.responses import RedirectResponse, Response

from torg.http import Call, Routes
from torg.kernel.actor import NetworkKind, Scope
from torg.kernel.errors import NotFound
from torg.kernel.ids import MAX_ID
from torg.media import reads
from torg.media.model import Attachment, Kind
from torg.peers import enforcement
from torg.web import files

routes = Routes("files")

PICTURE_SECONDS = 25.0
FILM_SECONDS = 8.0


class ProxyParams(msgspec.Struct, kw_only=True):
    ref: str
    size: str


# As with our own files: no authentication by the kit, and no rate limit of the API for the pictures of a page.
@routes.get("/media_proxy/{ref}/{size}", auth="none", tx=False, hidden=True)
async def show(call: Call, params: ProxyParams) -> Response:
    """A file of another server, or its preview, whole or in part."""
    if call.network.kind is not NetworkKind.PUBLIC or params.size not in ("original", "small"):
        raise NotFound
    scope = Scope(call.network.org_id, (call.network.id,))
    async with call.db.tx(scope) as tx:
        found = await reads.remote(tx, *_named(params.ref))
        if found is None or not await enforcement.shows_files(tx, call.network, found.account_id):
            raise NotFound
        if found.original_key is not None:
            await reads.used(tx, found.id)
    if found.kind is Kind.UNKNOWN or (found.original_key is None and call.network.settings.federation == "off"):
        raise NotFound
    if found.original_key is None:
        film = found.kind in (Kind.VIDEO, Kind.AUDIO)
        copied = await call.services.copies.wait_for(scope, found, FILM_SECONDS if film else PICTURE_SECONDS)
        if copied is None:
            if film:
                return _elsewhere(found, params.size)
            raise NotFound
        found = copied
    key = found.original_key if params.size == "original" else found.preview_key
    async with call.db.tx(scope) as tx:
        file = await reads.file(tx, key) if key is not None else None
    if file is None:
        raise NotFound
    headers = files.headers_of(call.network.kind, file.key, file.mime, file.size)
    # The address outlives a copy, and may come to show nothing: not for ever, as a key of our own may.
    headers["Cache-Control"] = f"public, max-age={files.DAY}"
    return await files.send(call, file, headers)


def _named(ref: str) -> tuple[int, str]:
    number, _, token = ref.partition("-")
    if not number.isascii() or not number.isdigit() or len(number) > 19 or int(number) > MAX_ID:
        raise NotFound
    return int(number), token


def _elsewhere(found: Attachment, size: str) -> Response:
    """A film that is too large for a copy, or not ready: its own server has it. Never a preview."""
    if size != "original" or found.remote_url is None:
        raise NotFound
    return RedirectResponse(
        found.remote_url, 302, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )
