"""Looking up TXT records (RFC 1035 §3.3.14), with bounds on the time that it takes; the only user of dnspython."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torg.kernel.errors import Unavailable
from torg.kernel.later import Later

if TYPE_CHECKING:
    import dns.asyncresolver
    import dns.exception
    import dns.rdatatype
    import dns.resolver
else:
    dns = Later("dns", "dns.asyncresolver", "dns.exception", "dns.rdatatype", "dns.resolver")

TIMEOUT = 3.0
"""Seconds for one server's answer."""
LIFETIME = 6.0
"""Seconds for the whole question, retries included."""
MOST_RECORDS = 100


class NoAnswer(Unavailable):
    """The name servers did not answer in time, or with nonsense: ask again later."""

    default = "The name servers of this domain do not answer at the moment"


class Resolver:
    """Asks the machine's name servers, or those named: addresses with an optional port, `127.0.0.1:5353`."""

    def __init__(self, servers: Sequence[str] = (), *, outside: bool = True) -> None:
        """`outside`: False asks nobody (TORG_OUTSIDE)."""
        self._servers = tuple(servers)
        self._outside = outside

    async def txt(self, name: str) -> list[str]:
        """The texts at a name, each joined from its pieces; none if there is no such name. NoAnswer if unknowable."""
        if not self._outside:
            raise NoAnswer(log=f"TXT {name!r:.300}: TORG_OUTSIDE is off")
        try:
            answer = await self._resolver().resolve(name, dns.rdatatype.TXT, search=False, lifetime=LIFETIME)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, UnicodeError, ValueError) as broken:
            raise NoAnswer(log=f"TXT {name!r:.300}: {broken}") from broken
        records = [record for _, record in zip(range(MOST_RECORDS), answer, strict=False)]
        return [b"".join(record.strings).decode("utf-8", "replace") for record in records]

    def _resolver(self) -> dns.asyncresolver.Resolver:
        # A fresh one reads the machine's configuration as it is now
        resolver = dns.asyncresolver.Resolver(configure=not self._servers)
        resolver.timeout = TIMEOUT
        if self._servers:
            hosts = [server.rpartition(":") for server in self._servers]
            resolver.nameservers = [host.strip("[]") or port for host, _, port in hosts]
            resolver.nameserver_ports = {host.strip("[]"): int(port) for host, _, port in hosts if host}
        return resolver
