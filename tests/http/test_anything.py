"""Whatever bytes arrive, the reader answers with data or with an error meant for the caller."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.http.small_app import Everything, File
from torg.http.convert import to_struct
from torg.http.reader import from_body, from_query
from torg.http.request import Request
from torg.http.uploads import remove_uploads
from torg.kernel.errors import TorgError

KINDS = st.one_of(
    st.sampled_from(
        [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=b",
            "multipart/form-data; boundary=",
            "multipart/form-data",
            "application/ld+json",
        ]
    ),
    st.text(st.characters(max_codepoint=255), max_size=40),
)
NAMES = st.sampled_from([*Everything.__struct_fields__, "poll[options]", "ids[]", "any[a][]", "a[", "[", "]", ""])
MULTIPART = st.lists(
    st.tuples(NAMES, st.binary(max_size=30), st.sampled_from(["", '; filename="f"', '; filename=""'])), max_size=5
).map(
    lambda parts: (
        b"".join(
            b'--b\r\nContent-Disposition: form-data; name="'
            + n.encode()
            + b'"'
            + f.encode()
            + b"\r\n\r\n"
            + v
            + b"\r\n"
            for n, v, f in parts
        )
        + b"--b--\r\n"
    )
)
FORMS = st.lists(st.tuples(NAMES, st.text(max_size=8)), max_size=8).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode("utf-8", "surrogatepass")
)
VALUES: Any = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=12,
)


@contextmanager
def told(least: int, most: int) -> Iterator[None]:
    """Within: success, or an error meant for the caller with a status in these bounds; anything else fails the test."""
    status = least
    try:
        yield
    except TorgError as error:
        status = error.status
    assert least <= status <= most


@settings(max_examples=400, deadline=None)
@given(kind=KINDS, body=st.one_of(st.binary(max_size=300), MULTIPART, FORMS), pieces=st.integers(1, 4))
def test_any_body_is_data_or_a_told_error(kind: str, body: bytes, pieces: int) -> None:
    step = max(1, len(body) // pieces)
    chunks = [body[at : at + step] for at in range(0, len(body), step)] or [b""]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode("latin-1"))]}
    request = Request(scope, receive)
    with tempfile.TemporaryDirectory() as folder:
        with told(400, 422):
            data = asyncio.run(from_body(request, upload_folder=Path(folder), max_body=1000))
            assert isinstance(data, dict)
            to_struct(Everything, data)
            to_struct(File, data)
        remove_uploads(request)
        assert list(Path(folder).iterdir()) == []


@given(st.one_of(st.binary(max_size=200), FORMS))
def test_any_query_is_data_or_a_told_error(query: bytes) -> None:
    with told(400, 422):
        to_struct(Everything, from_query(query))


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(Everything.__struct_fields__, VALUES)))
def test_any_values_become_a_struct_or_a_told_error(data: dict[str, Any]) -> None:
    with told(422, 422):
        assert isinstance(to_struct(Everything, data), Everything)
