"""The client and the loop of `torg replay` against a real HTTP server that misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from torg.cli import http_client
from torg.cli.http_client import Client
from torg.cli.replaying import ordered, replay
from torg.cli.token_file import read_tokens
from torg.imports.model import ImportedPost, Refused
from torg.kernel.errors import Misused

START = datetime(2008, 9, 27, tzinfo=UTC)


class Server:
    """Remembers what was posted; `behave` may answer otherwise: a status, or None to hang up."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.behave: Callable[[int], int | None] = lambda number: 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.seen.append((body, {name.lower(): value for name, value in self.headers.items()}))
                status = outer.behave(len(outer.seen))
                if status is None:
                    self.close_connection = True
                    return
                answer = {"id": str(1000 + len(outer.seen))} if status == 200 else {"error": "No"}
                payload = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(payload)))
                self.send_header("Retry-After", "0")
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def post(number: int, author: str = "Anna", parent: int | None = None) -> ImportedPost:
    return ImportedPost(
        source_key=str(number),
        author_handle=author,
        author_name="",
        text=f"post {number}",
        time=START + timedelta(minutes=number),
        line=number,
        reply_to_key=None if parent is None else str(parent),
    )


def run(server: Server, posts: list[ImportedPost], tokens: dict[str, str]) -> Any:
    client = Client(server.url, "square.example:8000")
    try:
        return replay(client, posts, tokens, 0, lambda done, total: None)
    finally:
        client.close()


def test_in_order_threaded_each_with_the_authors_token(server: Server) -> None:
    posts = ordered([post(2, "Bo", parent=1), Refused(9, None, "x"), post(1), post(3, "Åsa")], None)
    done = run(server, posts, {"anna": "a", "bo": "b"})
    assert done.posted == 2
    assert [(r.key, r.reason) for r in done.refused] == [("3", "there is no token for 'Åsa'")]
    first, second = server.seen
    assert first[0] == {"status": "post 1", "visibility": "public"}
    assert second[0] == {"status": "post 2", "visibility": "public", "in_reply_to_id": "1001"}
    assert [headers["authorization"] for _, headers in server.seen] == ["Bearer a", "Bearer b"]
    assert first[1]["host"] == "square.example:8000"
    assert len({headers["idempotency-key"] for _, headers in server.seen}) == 2


def test_a_broken_connection_is_tried_again_with_the_same_key(server: Server) -> None:
    server.behave = lambda number: None if number in (2, 3) else 200
    done = run(server, [post(1), post(2), post(3)], {"*": "t"})
    assert (done.posted, done.refused) == (3, [])
    keys = [headers["idempotency-key"] for _, headers in server.seen]
    assert len(keys) == 5
    assert keys[1] == keys[2] == keys[3]
    assert len(set(keys)) == 3


def test_too_many_waits_and_a_refusal_is_told(server: Server) -> None:
    server.behave = lambda number: {1: 429, 2: 503, 4: 422}.get(number, 200)
    done = run(server, [post(1), post(2), post(3)], {"*": "t"})
    assert done.posted == 2
    assert [(r.line, r.reason) for r in done.refused] == [(2, "the server answered: 422 No")]


def test_nobody_there(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "ATTEMPTS", 1)
    with pytest.raises(Misused, match="torg serve"):
        Client("http://127.0.0.1:9", "square.example").post("/", {}, "t", "k")
    with pytest.raises(Misused, match="not an http"):
        Client("ftp://x", "square.example")


def test_limit_takes_the_earliest() -> None:
    assert [p.source_key for p in ordered([post(3), post(1), post(2)], 2)] == ["1", "2"]


def test_token_files(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text('{"Anna": "a", "*": "x"}')
    assert read_tokens(path) == {"anna": "a", "*": "x"}
    path.write_text("Anna a\n\nBo Ek\tb\ncarl,c\n")
    assert read_tokens(path) == {"anna": "a", "bo ek": "b", "carl": "c"}
    for content in ("", "anna\n", "{"):
        path.write_text(content)
        with pytest.raises(Misused, match="token-file"):
            read_tokens(path)
    with pytest.raises(Misused, match="cannot be read"):
        read_tokens(tmp_path / "absent")
