"""Foreign HTML: what stays, what goes, and that nothing comes through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torg.text.clean import MAX_DEPTH, MAX_HTML, clean, to_plain

REL = 'target="_blank" rel="nofollow noopener noreferrer"'
MARKUP = st.sampled_from(
    ["<p>", "</p>", "<a href='javascript:x'>", "<a href=https://a.se>", "</a>", "<b", ">", "<!--", "-->", "<svg>",
     "<math>", "<ul>", "<li>", "<h1>", "</h2>", "<style>", "<script>", "text", "&lt;", "&", '"', "<br>", "<pre>",
     "<img src=x onerror=y>", "<span class='mention evil'>", "<table>", "<td>", "</ul>", "\x00", "\ud800",
     "<a title='<a href=x>'>"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>a<br>b</p>", "<p>a<br>b</p>"),
        ("<script>x</script><style>y</style>z", "z"),
        ("<h2 class=u-x>Head</h2>", "<p><strong>Head</strong></p>"),
        ("<img src=x onerror=y>a<iframe src=//b></iframe>", "a"),
        ("<p onclick=x style=y id=z class='p-a evil hashtag'>a</p>", '<p class="p-a hashtag">a</p>'),
        ("<a href='javascript:alert(1)'>a</a>", "a"),
        ("<a href='JaVa\tScript:alert(1)'><b>a</b></a>", "<b>a</b>"),
        ("<a href='/relative'>a</a><a>b</a>", "ab"),
        ("<a href=javascript:x><table><a href=javascript:y>a</table>b", "ab"),
        ("<a href='https://a.se' rel=me target=_top>a</a>", f'<a href="https://a.se" {REL}>a</a>'),
        ("<a href='gemini://a.se'>a</a>", f'<a href="gemini://a.se" {REL}>a</a>'),
        ("<span translate=no class='h-card quote-inline'>a</span>",
         '<span translate="no" class="h-card quote-inline">a</span>'),
        ("<span translate=yes>a</span>", "<span>a</span>"),
        ("<ol start=3 reversed><li value=x>a<li value=7>b</ol>",
         '<ol start="3" reversed=""><li>a</li><li value="7">b</li></ol>'),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>", "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>"),
        ("<p>a</div>", "<p>a</p>"),
        ("a\x00b", "ab"),
    ],
)  # fmt: skip
def test_what_stays(source: str, expected: str) -> None:
    assert clean(source) == expected
    assert clean(expected) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>a<br />b</p><p>c</p>", "a\nb\n\nc"),
        ("<p>&lt;b&gt; &amp;amp; &quot;å&quot;</p>", '<b> &amp; "å"'),
        ("<ul><li>a</li><li>b</li></ul><p>c</p>", "a\nb\n\nc"),
        ('<a href="https://a.se/b"><span class="invisible">https://</span><span>a.se/b</span></a>', "https://a.se/b"),
        ("a&nbsp;b", "a b"),
        ("<script>x</script>", ""),
        ("&lt;script&gt;", "<script>"),
    ],
)  # fmt: skip
def test_plain_text(source: str, expected: str) -> None:
    assert to_plain(source) == expected


def test_nesting_up_to_the_limit_is_kept() -> None:
    at_limit = "<em>" * MAX_DEPTH + "a" + "</em>" * MAX_DEPTH
    assert clean(at_limit) == at_limit
    assert clean(f"<em>{at_limit}</em><script") == "<p>a</p>"


def test_what_is_too_long_is_cut_and_stays_harmless() -> None:
    result = clean("<b>" + "x" * MAX_HTML + "<script>alert(1)</script>")
    assert result.startswith("<p>xxx")
    assert "script" not in result
    assert len(result) <= MAX_HTML + 7


@given(st.lists(MARKUP).map("".join))
def test_nothing_dangerous_comes_through_and_twice_is_once(source: str) -> None:
    once = clean(source)
    once.encode()
    assert clean(once) == once
    for danger in ("<script", "<style", "<svg", "<math", "<img", " onerror=", 'href="javascript', "<!--", "evil"):
        assert danger not in once
    assert to_plain(once) == to_plain(source)
