"""One kept-alive connection that posts JSON and survives a server's restart: for `torg replay`.

Not engine/fetch.py, which refuses private addresses: here the operator names his or her own server.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from torg.kernel.errors import Misused

ATTEMPTS = 12
LONGEST_PAUSE = 5.0
TIMEOUT = 30.0


class Answer(msgspec.Struct, frozen=True):
    """Status, headers with lower-case names, and the body as JSON (None where it is not)."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def error(self) -> str:
        """What the server says is wrong."""
        said = self.body.get("error") if isinstance(self.body, dict) else None
        return f"{self.status} {said or http.client.responses.get(self.status, '')}".strip()


class Client:
    """Speaks to `url`, naming the network by `host` in each request."""

    def __init__(self, url: str, host: str, ca_file: Path | None = None) -> None:
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise Misused(f"--url {url} is not an http or https address")
        self._url = url
        self._host = host
        self._secure = address.scheme == "https"
        name = address.hostname
        # Browsers resolve these to the machine itself (RFC 6761); not every resolver does.
        self._name = "127.0.0.1" if name == "localhost" or name.endswith(".localhost") else name
        self._server_name = name
        self._port = address.port or (443 if self._secure else 80)
        self._context = ssl.create_default_context(cafile=ca_file) if self._secure else None
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: object, token: str, key: str) -> Answer:
        """POST with an Idempotency-Key, so that it may be sent again when the connection breaks: the post is one."""
        headers = {
            "Host": self._host,
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        payload = json.dumps(body).encode()
        failure: Exception | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(min(LONGEST_PAUSE, 0.1 * 2**attempt))
            try:
                return self._once(path, payload, headers)
            except ssl.SSLCertVerificationError as error:
                raise Misused(f"The certificate of {self._url} is not trusted ({error.verify_message}).") from error
            except (OSError, http.client.HTTPException) as error:
                failure = error
                self.close()
        raise Misused(f"{self._url} does not answer ({failure}). Is the server running? Start it with: torg serve")

    def _once(self, path: str, payload: bytes, headers: dict[str, str]) -> Answer:
        connection = self._connection or self._connect()
        self._connection = connection
        connection.request("POST", path, payload, headers)
        response = connection.getresponse()
        raw = response.read()
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = None
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def _connect(self) -> http.client.HTTPConnection:
        if self._context is None:
            return http.client.HTTPConnection(self._name, self._port, timeout=TIMEOUT)
        connection = http.client.HTTPSConnection(self._name, self._port, timeout=TIMEOUT, context=self._context)
        if self._name != self._server_name:
            connection.sock = self._context.wrap_socket(
                _plain(self._name, self._port), server_hostname=self._server_name
            )
        return connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _plain(name: str, port: int) -> Any:
    connection = http.client.HTTPConnection(name, port, timeout=TIMEOUT)
    connection.connect()
    return connection.sock
