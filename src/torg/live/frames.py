"""The wire form of a WebSocket message that is built once for many sockets."""

from __future__ import annotations

import struct

TEXT = 0x81


def text_frame(payload: bytes) -> bytes:
    """The bytes of a text message in one frame from a server: unmasked, not compressed (RFC 6455 §5.2)."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", TEXT, size)
    elif size < 65_536:
        head = struct.pack("!BBH", TEXT, 126, size)
    else:
        head = struct.pack("!BBQ", TEXT, 127, size)
    return head + payload
