"""The loop of `torg replay`: each post through the HTTP API at its time, one after the other, in order."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence

import msgspec

from torg.cli.http_client import Answer, Client
from torg.cli.progress import Told
from torg.imports.handles import fold
from torg.imports.model import ImportedBoost, ImportedPost, Refused
from torg.imports.pace import due
from torg.imports.threads import in_order

LONGEST_WAIT = 300.0
EVERYONE = "*"


class Result(msgspec.Struct):
    """What became of the posts; `behind` is the most seconds that any was sent after it was due."""

    posted: int = 0
    refused: list[Refused] = []
    seconds: float = 0.0
    behind: float = 0.0


def ordered(records: Sequence[ImportedPost | ImportedBoost | Refused], limit: int | None) -> list[ImportedPost]:
    """The posts in the order in which they are sent, at most `limit`."""
    posts = [record for record in records if isinstance(record, ImportedPost)]
    return [item for item in in_order(posts) if isinstance(item, ImportedPost)][:limit]


def replay(
    client: Client, posts: Sequence[ImportedPost], tokens: Mapping[str, str], speed: float, progress: Told
) -> Result:
    """Send each post when it is due and await its answer, so that the server sees them in their order."""
    result = Result()
    run = secrets.token_hex(8)
    sent: dict[str, str] = {}  # source key → id of the status it became
    begin = time.monotonic()
    for done, (post, offset) in enumerate(zip(posts, due(posts, speed), strict=True)):
        progress(done, len(posts))
        wait = begin + offset - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        elif speed > 0:
            result.behind = max(result.behind, -wait)
        _send(client, post, tokens, sent, f"replay:{run}:{done}", result)
    progress(len(posts), len(posts))
    result.seconds = time.monotonic() - begin
    return result


def _send(
    client: Client,
    post: ImportedPost,
    tokens: Mapping[str, str],
    sent: dict[str, str],
    key: str,
    result: Result,
) -> None:
    token = tokens.get(fold(post.author_handle)) or tokens.get(EVERYONE)
    if token is None:
        result.refused.append(Refused(post.line, post.source_key, f"there is no token for {post.author_handle!r}"))
        return
    answer = _patiently(client, _body(post, sent), token, key)
    if answer.status == 200 and isinstance(answer.body, dict):
        sent[post.source_key] = str(answer.body.get("id"))
        result.posted += 1
    else:
        result.refused.append(Refused(post.line, post.source_key, f"the server answered: {answer.error}"))


def _body(post: ImportedPost, sent: Mapping[str, str]) -> dict[str, object]:
    body: dict[str, object] = {"status": post.text, "visibility": post.visibility}
    if post.reply_to_key in sent:
        body["in_reply_to_id"] = sent[post.reply_to_key or ""]
    if post.spoiler:
        body["spoiler_text"] = post.spoiler
    if post.sensitive:
        body["sensitive"] = True
    if post.language:
        body["language"] = post.language
    return body


def _patiently(client: Client, body: dict[str, object], token: str, key: str) -> Answer:
    """Post; when the server says "too many" or "busy", wait as long as it asks and post again."""
    waited = 0.0
    while True:
        answer = client.post("/api/v1/statuses", body, token, key)
        if answer.status not in (429, 503) or waited >= LONGEST_WAIT:
            return answer
        pause = _pause(answer)
        time.sleep(pause)
        waited += pause


def _pause(answer: Answer) -> float:
    asked = answer.headers.get("retry-after", "")
    return min(30.0, max(0.5, float(asked))) if asked.isdigit() else 2.0
