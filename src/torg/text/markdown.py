"""Longer texts that administrators type: Markdown or HTML in, HTML out that can do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from torg.kernel.later import Later

if TYPE_CHECKING:
    import markdown_it
    import nh3
else:
    markdown_it, nh3 = Later("markdown_it"), Later("nh3")

TAGS: Final = {"a", "p", "br", "ul", "ol", "li", "strong", "em", "h2", "h3", "h4", "blockquote", "code", "pre", "hr"}


def marked_up(source: str) -> str:
    """CommonMark as HTML of a few tags, without scripts, styles, pictures and attributes other than `href`."""
    made = markdown_it.MarkdownIt("commonmark").render(source)
    return nh3.clean(made, tags=TAGS, attributes={"a": {"href"}}, link_rel="noopener noreferrer").strip()
