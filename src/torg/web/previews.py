"""What a post says of itself where its address is shown elsewhere: a warning and nothing behind it, else its words."""

from __future__ import annotations

from torg.media.model import Attachment
from torg.posts.model import PostView
from torg.text import messages
from torg.web.present import Present


def told(at: Present, view: PostView) -> str:
    """As plain text: what was said, how many pictures and films, the choices of a poll, whom a bare quote quotes.

    As Mastodon's `status_description`. Of a post with a warning only the warning.
    """
    _, ngettext = messages.translator(at.language), messages.plural_translator(at.language)
    if view.post.spoiler:
        return _("Content warning: %(warning)s") % {"warning": view.post.spoiler}
    said = at.summary(view.post.html)
    pictures = sum(item.kind == "image" for item in view.media)
    films = sum(item.kind in ("video", "gifv") for item in view.media)
    files = []
    if pictures:
        files.append(ngettext("%(count)s picture", "%(count)s pictures", pictures) % {"count": at.number(pictures)})
    if films:
        files.append(ngettext("%(count)s film", "%(count)s films", films) % {"count": at.number(films)})
    parts = [said, ", ".join(files)]
    if view.poll:
        parts.append(" ".join(f"○ {option}" for option in view.poll.options))
    if view.quoted is not None and not said:
        quoted = _("Quotes %(name)s") % {"name": at.name(view.quoted.account)}
        inner = "" if view.quoted.post.spoiler else at.summary(view.quoted.post.html)
        parts.append(f"{quoted}: {inner}" if inner else quoted)
    return " · ".join(part for part in parts if part)


def picture(view: PostView) -> Attachment | None:
    """The file that stands for the post: never one that is covered."""
    covered = view.post.sensitive or bool(view.post.spoiler)
    return None if covered else next((item for item in view.media if item.preview_key), None)
