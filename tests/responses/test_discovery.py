"""Every way in which a page may say where it wants to be told of links (the cases that webmention.rocks lists)."""

from __future__ import annotations

import pytest

from torg.engine.fetched import Fetched
from torg.responses.discovery import Endpoint, find

PAGE = "https://blog.example/posts/page"
THERE = "https://blog.example/hook"


def page(body: str = "", *, url: str = PAGE, kind: str = "text/html; charset=utf-8", **headers: str) -> Fetched:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(url=url, status=200, headers={"content-type": kind, **given}, body=body.encode())


@pytest.mark.parametrize(
    ("body", "link", "expected"),
    [
        # 1, 2: a header, relative or absolute, the relation without quotes
        ("", "</hook>; rel=webmention", THERE),
        ("", "<https://blog.example/hook>; rel=webmention", THERE),
        # 3 to 6: link and a, relative and absolute
        ('<link rel="webmention" href="/hook">', "", THERE),
        ('<link rel="webmention" href="https://blog.example/hook">', "", THERE),
        ('<p><a rel="webmention" href="/hook">endpoint</a></p>', "", THERE),
        ('<a href="https://blog.example/hook" rel="webmention">endpoint</a>', "", THERE),
        # 7, 8: strange case of the header, a quoted relation
        ("", '</hook>; Rel="webmention"', THERE),
        ("", '<https://blog.example/hook>; rel="webmention"', THERE),
        # 9, 10: several relations
        ('<link rel="webmention somethingelse" href="/hook">', "", THERE),
        ("", '</hook>; rel="webmention somethingelse"', THERE),
        # 11: header, link and a: the header counts
        ('<link rel="webmention" href="/1"><a rel="webmention" href="/2">x</a>', "</hook>; rel=webmention", THERE),
        # 12: a relation that only begins or ends alike
        ('<link rel="not-webmention" href="/1"><link rel="webmention" href="/hook">', "", THERE),
        ("", '</1>; rel="not-webmention", </hook>; rel="webmention"', THERE),
        # 13, 14: in a comment, and written as text
        ('<!-- <a rel="webmention" href="/1">x</a> --><a rel="webmention" href="/hook">x</a>', "", THERE),
        ('<code>&lt;a rel="webmention" href="/1"&gt;</code><a rel="webmention" href="/hook">x</a>', "", THERE),
        # 15: an empty address is the page itself
        ('<link rel="webmention" href="">', "", PAGE),
        # 16, 17: whichever comes first in the document
        ('<a rel="webmention" href="/hook">x</a><link rel="webmention" href="/1">', "", THERE),
        ('<link rel="webmention" href="/hook"><a rel="webmention" href="/1">x</a>', "", THERE),
        # 18, 19: several headers, and several links in one
        ("", '</1>; rel="other", </hook>; rel="webmention"', THERE),
        ("", '</1,2>; rel="other"; title="a, <b>", </hook>; rel="webmention"', THERE),
        # 20: a link without an address is none
        ('<link rel="webmention"><a rel="webmention" href="/hook">x</a>', "", THERE),
        # 21: a query is kept
        ('<link rel="webmention" href="/hook?version=2&amp;a=b">', "", THERE + "?version=2&a=b"),
        # 22: relative to the page's folder
        ('<link rel="webmention" href="page/hook">', "", "https://blog.example/posts/page/hook"),
        # and what else the web is made of
        ("<LINK REL=webmention HREF=/hook>", "", THERE),
        ('<base href="https://other.example/"><link rel=webmention href=hook>', "", "https://other.example/hook"),
        ('<script>"<link rel=webmention href=/1>"</script><link rel=webmention href=/hook>', "", THERE),
        ('<template><link rel="webmention" href="/1"></template><link rel="webmention" href="/hook">', "", THERE),
    ],
)
def test_the_endpoint_is_found(body: str, link: str, expected: str) -> None:
    found = find(page(body, **({"link": link} if link else {})))
    assert found == Endpoint("webmention", expected)


def test_a_redirected_page_counts_from_where_it_ended() -> None:
    moved = page('<link rel="webmention" href="hook">', url="https://blog.example/elsewhere/page")
    assert find(moved) == Endpoint("webmention", "https://blog.example/elsewhere/hook")


def test_a_page_of_another_kind_has_headers_only() -> None:
    text = '<link rel="webmention" href="/1">'
    assert find(page(text, kind="text/plain")) is None
    assert find(page(text, kind="image/png", link="</hook>; rel=webmention")) == Endpoint("webmention", THERE)


def test_pingback_is_the_second_choice() -> None:
    ping = '<link rel="pingback" href="https://blog.example/xmlrpc.php">'
    assert find(page(ping)) == Endpoint("pingback", "https://blog.example/xmlrpc.php")
    assert find(page(x_pingback="https://blog.example/x")) == Endpoint("pingback", "https://blog.example/x")
    assert find(page(ping + '<a rel="webmention" href="/hook">x</a>')) == Endpoint("webmention", THERE)
    assert find(page('<a rel="pingback" href="/x">only a link may say so</a>')) is None


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "mailto:a@b.example", "ftp://blog.example/", "https://u:p@blog.example/", "http://["],
)
def test_what_cannot_be_called_is_no_endpoint(address: str) -> None:
    assert find(page(f'<link rel="webmention" href="{address}">')) is None
    assert find(page(link=f"<{address}>; rel=webmention")) is None


def test_hostile_headers_take_no_time() -> None:
    for header in ("<" * 50_000, "<a>" + "; x" * 20_000, "<a>;" + " " * 60_000 + "rel", '<a>; rel="' + "x" * 60_000):
        assert find(page(link=header)) is None
