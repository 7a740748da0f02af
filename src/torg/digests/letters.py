"""A digest as a mail: plain text with the same in simple HTML, and the headers of one-click stopping (RFC 8058)."""

from __future__ import annotations

from html import escape

from torg.digests.model import Digest
from torg.engine.mail import Mail
from torg.orgs.model import Network
from torg.text import messages


def mail(network: Network, digest: Digest) -> Mail:
    """The letter."""
    return Mail(
        to=digest.to,
        to_name="".join(char for char in digest.name if char.isprintable()),
        from_name=" ".join(network.name.split()),
        subject=" ".join(digest.subject.split()),
        text=plain(digest),
        html=html(digest),
        language=digest.language,
        headers={
            "List-Unsubscribe": f"<{digest.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"<digest.{network.host.partition(':')[0]}>",
            "Precedence": "bulk",
        },
    )


def plain(digest: Digest) -> str:
    """The digest as text."""
    _ = messages.translator(digest.language)
    parts = [digest.subject]
    for section in digest.sections:
        lines = [section.title]
        for line in section.lines:
            lines.append(f"- {line.text}")
            lines += [f"  {more}" for more in (line.extract, line.url) if more]
        parts.append("\n".join(lines))
    parts.append(
        "-- \n"
        + _("Fewer of these mails, or at another time: {link}").format(link=digest.settings_url)
        + "\n"
        + _("None any more: {link}").format(link=digest.unsubscribe_url)
    )
    return "\n\n".join(parts) + "\n"


def html(digest: Digest) -> str:
    """The same as HTML without pictures, styles or anything that tells when it was read."""
    _ = messages.translator(digest.language)
    body = [f"<h1>{escape(digest.subject)}</h1>"]
    for section in digest.sections:
        body.append(f"<h2>{escape(section.title)}</h2>")
        items = []
        for line in section.lines:
            name = escape(line.text)
            linked = f'<a href="{escape(line.url)}">{name}</a>' if line.url else name
            items.append(f"<li>{linked}{f'<br>{escape(line.extract)}' if line.extract else ''}</li>")
        if items:
            body.append(f"<ul>{''.join(items)}</ul>")
    ends = [
        (digest.settings_url, _("Fewer of these mails, or at another time")),
        (digest.unsubscribe_url, _("None any more")),
    ]
    links = " · ".join(f'<a href="{escape(url)}">{escape(text)}</a>' for url, text in ends)
    return (
        f'<!DOCTYPE html><html lang="{digest.language}"><head><meta charset="utf-8"><title>{escape(digest.subject)}'
        f"</title></head><body>{''.join(body)}<hr><p>{links}</p></body></html>"
    )
