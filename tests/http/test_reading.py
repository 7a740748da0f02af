"""Parameters in every form that clients send them in arrive the same; bad ones get a clear 4xx."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.http.small_app import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}

AS_JSON = {
    "text": "hej å",
    "flag": True,
    "number": 5,
    "ids": [1, 2],
    "visibility": "private",
    "poll": {"options": ["a", "b"], "expires_in": 300, "multiple": True},
    "fields_attributes": [{"name": "x", "value": "y"}, {"name": "z"}],
    "at": "2026-11-23T19:00:00Z",
    "unknown": {"ignored": 1},
}
AS_PAIRS = [
    ("text", "hej å"),
    ("flag", "on"),
    ("number", "5"),
    ("ids[]", "1"),
    ("ids[]", "2"),
    ("visibility", "private"),
    ("poll[options][]", "a"),
    ("poll[options][]", "b"),
    ("poll[expires_in]", "300"),
    ("poll[multiple]", "1"),
    ("fields_attributes[0][name]", "x"),
    ("fields_attributes[0][value]", "y"),
    ("fields_attributes[1][name]", "z"),
    ("at", "2026-11-23T20:00:00+01:00"),
    ("unknown[what]", "ignored"),
]
WANTED = {
    "id": 0,
    "text": "hej å",
    "flag": True,
    "certain": False,
    "number": 5,
    "ids": [1, 2],
    "visibility": "private",
    "poll": {"options": ["a", "b"], "expires_in": 300, "multiple": True},
    "fields_attributes": [{"name": "x", "value": "y"}, {"name": "z", "value": ""}],
    "at": "2026-11-23T19:00:00Z",
    "any": {},
}


def _form(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs).encode()


async def test_json_form_multipart_and_query_are_the_same(site: Site) -> None:
    client = site.client
    answers = [
        await client.post("/api/v1/bodies", json=AS_JSON),
        await client.post("/api/v1/bodies", content=_form(AS_PAIRS), headers=FORM),
        await client.post("/api/v1/bodies", files=[(name, (None, value)) for name, value in AS_PAIRS]),
        await client.post("/api/v1/bodies?" + _form(AS_PAIRS).decode()),
        await client.get("/api/v1/bodies/0?" + _form(AS_PAIRS).decode()),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert answer.json() == WANTED


async def test_the_path_wins_over_body_and_query(site: Site) -> None:
    answer = await site.client.put("/api/v1/bodies/5?id=6&text=query", json={"id": 7, "text": "body"})
    assert (answer.json()["id"], answer.json()["text"]) == (5, "body")


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ("flag=1", "flag", True),
        ("flag=true", "flag", True),
        ("flag=ON", "flag", True),
        ("flag=t", "flag", True),
        ("flag=0", "flag", False),
        ("flag=false", "flag", False),
        ("flag=off", "flag", False),
        ("flag=", "flag", None),
        ("certain=", "certain", False),
        ("number=", "number", None),
        ("number=%2B7", "number", 7),
        ("number=1&number=2", "number", 2),
        ("ids=1", "ids", [1]),
        ("ids=1&ids=2", "ids", [1, 2]),
        ("ids[]=", "ids", []),
        ("ids=", "ids", []),
        ("ids[0]=4&ids[1]=5", "ids", [4, 5]),
        ("ids[10]=5&ids[9]=4", "ids", [4, 5]),
        ("text=", "text", ""),
        ("visibility=", "visibility", None),
        ("fields_attributes[][name]=a&fields_attributes[][value]=1&fields_attributes[][name]=b", "fields_attributes",
         [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]),
        ("any[a][b]=c&any[l][]=1", "any", {"a": {"b": "c"}, "l": ["1"]}),
        ("text=a%2Bb+c", "text", "a+b c"),
    ],
)  # fmt: skip
async def test_forms_leniently(site: Site, body: str, field: str, value: Any) -> None:
    answer = await site.client.post("/api/v1/bodies", content=body, headers=FORM)
    assert answer.status_code == 200, answer.text
    assert answer.json()[field] == value


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ({"flag": 1}, "flag", True),
        ({"flag": "0"}, "flag", False),
        ({"flag": None}, "flag", None),
        ({"certain": None}, "certain", False),
        ({"number": "12"}, "number", 12),
        ({"number": 12.0}, "number", 12),
        ({"ids": ["1", 2]}, "ids", [1, 2]),
        ({"ids": 3}, "ids", [3]),
        ({"ids": {"0": 3}}, "ids", [3]),
        ({"ids": None}, "ids", []),
        ({"text": 12}, "text", "12"),
        ({"poll": None}, "poll", None),
    ],
)
async def test_json_leniently(site: Site, body: Any, field: str, value: Any) -> None:
    answer = await site.client.post("/api/v1/bodies", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()[field] == value


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"number": "many"}, "number", "ERR_INVALID"),
        ({"number": 1.5}, "number", "ERR_INVALID"),
        ({"number": True}, "number", "ERR_INVALID"),
        ({"number": 2**70}, "number", "ERR_INVALID"),
        ({"number": "²"}, "number", "ERR_INVALID"),
        ({"flag": "perhaps"}, "flag", "ERR_INVALID"),
        ({"flag": []}, "flag", "ERR_INVALID"),
        ({"visibility": "secret"}, "visibility", "ERR_INCLUSION"),
        ({"text": {"a": 1}}, "text", "ERR_INVALID"),
        ({"poll": "yes"}, "poll", "ERR_INVALID"),
        ({"poll": {"options": ["a"]}}, "poll.expires_in", "ERR_BLANK"),
        ({"ids": [1, "x"]}, "ids.1", "ERR_INVALID"),
        ({"ids": [[1]]}, "ids.0", "ERR_INVALID"),
        ({"fields_attributes": [{"value": "1"}]}, "fields_attributes.0.name", "ERR_BLANK"),
        ({"at": "yesterday"}, "at", "ERR_INVALID"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at", "ERR_INVALID"),
        ({"at": 5}, "at", "ERR_INVALID"),
    ],
)
async def test_wrong_types_are_422_with_details(site: Site, body: Any, field: str, code: str) -> None:
    answer = await site.client.post("/api/v1/bodies", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"].startswith("Validation failed: ")
    assert answer.json()["details"][field][0]["error"] == code


@pytest.mark.parametrize(
    ("content", "kind", "status", "says"),
    [
        (b'{"a":', "application/json", 400, "not valid JSON"),
        (b'{"a":"\xff"}', "application/json", 400, "not valid JSON"),
        (b'{"text":"a\\u0000b"}', "application/json", 400, "null characters"),
        (b'{"te\\u0000xt":"b"}', "application/json", 400, "null characters"),
        (b'{"a":"\\ud800"}', "application/json", 400, "not valid JSON"),
        (b"[1]", "application/json", 400, "must be an object"),
        (b"null", "application/json", 400, "must be an object"),
        (b'"text"', "application/json", 400, "must be an object"),
        (b'{"a":' * 9 + b"1" + b"}" * 9, "application/json", 400, "deeper than 8"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "application/json", 400, "not valid JSON"),
        (json.dumps({"a": list(range(1001))}).encode(), "application/json", 400, "more than 1000"),
        (b'{"text":"' + b"x" * 1024 * 1024 + b'"}', "application/json", 413, "at most 1 MB"),
        (b"text=%ff", "application/x-www-form-urlencoded", 400, "UTF-8"),
        (b"text=\xff", "application/x-www-form-urlencoded", 400, "UTF-8"),
        (b"text=%00", "application/x-www-form-urlencoded", 400, "null characters"),
        (b"a" + b"[a]" * 9 + b"=1", "application/x-www-form-urlencoded", 400, "deeper than 8"),
        (b"a=1&" * 1000, "application/x-www-form-urlencoded", 400, "more than 1000"),
        (b"a=1&a[b]=2", "application/x-www-form-urlencoded", 400, "contradicts"),
        (b"a[]=1&a[b]=2", "application/x-www-form-urlencoded", 400, "contradicts"),
        (b"text=" + b"x" * 1024 * 1024, "application/x-www-form-urlencoded", 413, "at most 1 MB"),
        (b"--x\r\n", "multipart/form-data", 400, "no boundary"),
        (b"nonsense", "multipart/form-data;boundary=x", 400, "malformed"),
        (b"--x\r\nContent-Type: a/b\r\n\r\n1\r\n--x--\r\n", "multipart/form-data;boundary=x", 400, "has no"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', "multipart/form-data;boundary=x", 400, "early"),
    ],
)  # fmt: skip
async def test_malformed_bodies_are_told_clearly(site: Site, content: bytes, kind: str, status: int, says: str) -> None:
    answer = await site.client.post("/api/v1/bodies", content=content, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert says in answer.json()["error"]


@pytest.mark.parametrize("query", ["text=%ff", "text=%00", "a=1&a[b]=2"])
async def test_malformed_queries_are_400(site: Site, query: str) -> None:
    assert (await site.client.get(f"/api/v1/bodies/1?{query}")).status_code == 400


async def test_an_empty_body_and_an_unknown_kind_carry_no_parameters(site: Site) -> None:
    for headers in (JSON, FORM, {"content-type": "text/plain"}, {}):
        answer = await site.client.post("/api/v1/bodies", content=b"", headers=headers)
        assert answer.status_code == 200, answer.text
    answer = await site.client.post("/api/v1/bodies", content=b"text=x", headers={"content-type": "text/plain"})
    assert answer.json()["text"] == ""


async def test_uploads_are_streamed_to_a_file_and_removed(site: Site) -> None:
    data = bytes(range(256)) * 8000
    answer = await site.client.post(
        "/api/v1/media", files={"file": ("å.png", data, "image/png")}, data={"description": "what"}
    )
    assert answer.status_code == 202, answer.text
    assert answer.headers["x-mine"] == "yes"
    assert answer.json() == {
        "size": len(data),
        "filename": "å.png",
        "content_type": "image/png",
        "description": "what",
        "begin": repr(data[:8]),
    }
    assert list(site.uploads.iterdir()) == []


async def test_uploads_above_the_routes_cap_are_413_and_leave_nothing(site: Site) -> None:
    answer = await site.client.post("/api/v1/media", files={"file": ("a", b"x" * 3_500_000, "image/png")})
    assert answer.status_code == 413, answer.text
    assert list(site.uploads.iterdir()) == []


async def test_a_file_is_asked_for_where_none_is_sent(site: Site) -> None:
    answer = await site.client.post("/api/v1/media", json={"file": "data"})
    assert answer.json()["details"]["file"][0]["error"] == "ERR_INVALID"
    answer = await site.client.post("/api/v1/media", files={"file": ("", b"", "application/octet-stream")})
    assert answer.json()["details"]["file"][0]["error"] == "ERR_BLANK"
    assert list(site.uploads.iterdir()) == []


async def test_a_raw_body_is_capped_too(site: Site) -> None:
    assert (await site.client.post("/raw", content=b"x" * 1000)).status_code == 200
    assert (await site.client.post("/raw", content=b"x" * 1001)).status_code == 413
