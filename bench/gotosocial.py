"""`python -m bench.gotosocial --binary …`: the starter of a GoToSocial on SQLite, http and loopback (bench/servers.py).

Its people are made by its own commands and their tokens by its sign-in pages, once: `--keep FOLDER` keeps them for
later runs, which begin on a copy of it; fewer people that are kept there are the first of more. Rate limits and
throttling are off, as they are for Torg.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import httpx2

from bench.stage import PEOPLE
from torg.rehearsal import scratch

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
PASSWORD = "square-and-market-1"  # noqa: S105 - of people who live as long as the benchmark
SCOPES = "read write"
CONFIG = """\
log-level: "error"
host: "localhost:{port}"
protocol: "http"
bind-address: "127.0.0.1"
port: {port}
trusted-proxies: ["127.0.0.0/8"]
db-type: "sqlite"
db-address: "{folder}/sqlite.db"
web-template-base-dir: "{web}/template/"
web-asset-base-dir: "{web}/assets/"
accounts-registration-open: false
storage-backend: "local"
storage-local-base-path: "{folder}/storage"
letsencrypt-enabled: false
instance-expose-public-timeline: true
http-client: {{timeout: "5s", allow-ips: ["127.0.0.0/8"]}}
advanced-rate-limit-requests: 0
advanced-throttling-multiplier: 0
"""


class GoToSocial:
    """One server with its folder."""

    def __init__(self, binary: Path, web: Path, folder: Path, port: int) -> None:
        self.binary, self.folder, self.port = binary, folder, port
        self.url = f"http://localhost:{port}"
        folder.mkdir(exist_ok=True)
        self.config = folder / "config.yaml"
        self.config.write_text(CONFIG.format(port=port, folder=folder, web=web), encoding="utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *words: str) -> None:
        done = subprocess.run(
            [self.binary, "--config-path", self.config, *words],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"gotosocial {' '.join(words[:3])}: {done.stdout[-500:]} {done.stderr[-500:]}")

    def start(self) -> float:
        """Start; seconds until it was ready."""
        begun = time.perf_counter()
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [self.binary, "--config-path", self.config, "server", "start"], stdout=log, stderr=log
        )
        while time.perf_counter() - begun < 300:
            try:
                if httpx2.get(f"{self.url}/readyz", timeout=2, trust_env=False).status_code == 200:
                    return time.perf_counter() - begun
            except httpx2.TransportError:
                pass  # not listening yet
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise SystemExit(f"GoToSocial did not start: {(self.folder / 'log').read_text('utf-8')[-1000:]}")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def token(self, name: str) -> str:
        """Sign in as a browser would, and exchange the code."""
        with httpx2.Client(base_url=self.url, timeout=120, trust_env=False) as client:
            about = {"client_name": "bench", "redirect_uris": OUT_OF_BAND, "scopes": SCOPES}
            app = client.post("/api/v1/apps", data=about).json()
            wanted = {
                "client_id": app["client_id"], "redirect_uri": OUT_OF_BAND, "response_type": "code", "scope": SCOPES,
            }  # fmt: skip
            self._onward(client, client.get("/oauth/authorize", params=wanted))
            form = {"username": f"{name}@bench.example", "password": PASSWORD}
            self._onward(client, client.post("/auth/sign_in", data=form))
            answer = self._onward(client, client.post("/oauth/authorize"))
            found = re.search(r"code=([\w-]+)", str(answer.url)) or re.search(r"<code>\s*([\w-]{20,})", answer.text)
            if found is None:
                raise SystemExit(f"GoToSocial gave no code to {name}: {answer.status_code} {answer.text[:500]}")
            form = {
                "client_id": app["client_id"], "client_secret": app["client_secret"], "redirect_uri": OUT_OF_BAND,
                "grant_type": "authorization_code", "code": found[1], "scope": SCOPES,
            }  # fmt: skip
            token: str = client.post("/oauth/token", data=form).json()["access_token"]
            return token

    def _onward(self, client: httpx2.Client, answer: httpx2.Response) -> httpx2.Response:
        for _ in range(8):
            if not answer.is_redirect:
                break
            answer = client.get(answer.headers["location"])
        return answer


def prepare(server: GoToSocial, tokens: list[str], count: int) -> None:
    """People and `tokens` up to `count`; accounts are made while the server is down, since SQLite has one writer."""
    server.start()  # makes the database
    server.stop()
    with closing(sqlite3.connect(server.folder / "sqlite.db")) as database:
        there = {name for (name,) in database.execute("SELECT username FROM accounts WHERE domain IS NULL")}
    names = [name for number in range(count) if (name := f"r{number}") not in there]
    for made, name in enumerate(names, 1):
        server.run("admin", "account", "create", "--username", name, "--email", f"{name}@bench.example", "--password",
                   PASSWORD)  # fmt: skip
        if made % 20 == 0:
            sys.stderr.write(f"GoToSocial: {made} of {len(names)} people\n")
    server.start()
    while len(tokens) < count:
        tokens.append(server.token(f"r{len(tokens)}"))
    server.stop()


def kept_people(keep: Path, given: argparse.Namespace) -> Path:
    """The folder of so many people, made if it is not there: of the largest smaller one, else of nothing.

    What was broken off goes on where it was.
    """
    kept = keep / f"gotosocial-{given.people}"
    known, begun = kept / "bench.json", kept / "begun.json"
    if known.exists():
        return kept
    if not begun.exists():
        shutil.rmtree(kept, ignore_errors=True)
        keep.mkdir(parents=True, exist_ok=True)
        if smaller := fewer(keep, given.people):
            shutil.copytree(smaller, kept)
            known.rename(begun)
        else:
            kept.mkdir()
            begun.write_text(json.dumps({"port": scratch.free_port(), "tokens": []}), encoding="utf-8")
    about = json.loads(begun.read_text(encoding="utf-8"))
    server = GoToSocial(given.binary, given.web, kept, about["port"])
    try:
        prepare(server, about["tokens"], given.people)
    finally:
        server.stop()
        begun.write_text(json.dumps(about), encoding="utf-8")
    begun.rename(known)
    return kept


def fewer(keep: Path, people: int) -> Path | None:
    """The folder with the most people below so many."""
    found = [(int(one.parent.name.rpartition("-")[2]), one.parent) for one in keep.glob("gotosocial-*/bench.json")]
    return max([one for one in found if one[0] < people], default=(0, None))[1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.gotosocial", description=__doc__)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--web", type=Path, required=True, help="its folder web/, with template/ and assets/")
    parser.add_argument("--keep", type=Path, help="folder for the prepared database; made at first use")
    parser.add_argument("--people", type=int, default=PEOPLE)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-gts-") as temporary:
        kept = kept_people(given.keep or Path(temporary), given)
        about = json.loads((kept / "bench.json").read_text(encoding="utf-8"))
        folder = Path(temporary) / "run"
        shutil.copytree(kept, folder)
        server = GoToSocial(given.binary, given.web, folder, about["port"])  # accounts are bound to the address
        try:
            while True:
                seconds = server.start()
                assert server.process is not None
                told = {
                    "url": server.url,
                    "tokens": about["tokens"],
                    "pids": [server.process.pid],
                    "startup_s": seconds,
                }
                sys.stdout.write(json.dumps(told) + "\n")
                sys.stdout.flush()
                if not sys.stdin.readline():
                    return
                server.stop()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
