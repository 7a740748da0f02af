"""No public method of Mastodon.py goes unjudged: each is called by a test of this folder or excused here."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from mastodon import Mastodon

pytestmark = pytest.mark.clients

EXCUSED = {
    "annual_report_generate": "asks for a year that has passed with posts in it; mastodon_api tests do",
    "await_async_refresh": "needs a thread of another server; tests/federation/test_threads.py does",
    "clear_caches": "no request",
    "follows": "POST /api/v1/follows was removed in Mastodon 3.0",
    "get_async_refresh_info": "see await_async_refresh",
    "get_async_refresh_status": "see await_async_refresh",
    "get_status_length": "no request",
    "get_supported_version": "no request",
    "push_subscription_decrypt_push": "no request; tests/push decrypts what is sent",
    "reports": "GET /api/v1/reports was removed in Mastodon 2.5",
    "set_language": "no request",
}


def test_every_method_is_judged() -> None:
    public = {name for name, _ in inspect.getmembers(Mastodon, inspect.isfunction) if not name.startswith("_")}
    called = {
        node.attr
        for file in Path(__file__).parent.glob("test_mastodonpy_*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert sorted(public - called - set(EXCUSED)) == []
    assert sorted(set(EXCUSED) & called) == [], "excused, but called after all"
    assert sorted(set(EXCUSED) - public) == [], "excused, but no method of the library"
