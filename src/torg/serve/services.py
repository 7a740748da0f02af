"""The services of one process: made once at start, handed to every call, job and effect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from torg.access.bearer import TokenAuthenticator
from torg.bridge import guard
from torg.delegation.events import DelegationEnded
from torg.engine import backends, kept, mail_route
from torg.engine.blobs import Blobs, DiskBlobs
from torg.engine.bus import LogBus
from torg.engine.changes import changes
from torg.engine.dns import Resolver
from torg.engine.fetch import Fetcher
from torg.engine.flights import Flights
from torg.engine.limits import Limiter, LocalLimiter, MachineLimiter, NoLimiter
from torg.engine.limits_settled import SettledLimiter
from torg.engine.mail import Mailer
from torg.engine.postgres import Database
from torg.engine.replica import Replica
from torg.engine.server import External
from torg.kernel import ids
from torg.kernel.config import Settings
from torg.kernel.events import kind_of
from torg.live.connection import Connection
from torg.live.hub import Hub
from torg.mastodon_api.streaming_events import REACTIONS
from torg.media import links, rules
from torg.media.copies import Copies
from torg.media.pool import WorkerPool
from torg.media.workshop import Workshop
from torg.moderation.door import Door
from torg.moderation.events import AccountModerated
from torg.orgs.reads import NetworksByHost
from torg.policies.gate import Gate
from torg.posts import checks
from torg.posts.plain import PlainPosts
from torg.push import keys
from torg.serve.surge import JOBS, add_up
from torg.signing.keyring import Keyring
from torg.surge.model import Rung
from torg.surge.watch import Watch
from torg.text import language
from torg.web import files


@dataclass(slots=True)
class Services:
    """What handlers reach as `call.services`, jobs as `ctx.services`, effects as their `ctx`."""

    settings: Settings
    db: Database
    limits: Limiter
    blobs: Blobs
    media: Workshop
    copies: Copies
    mail: Mailer
    fetch: Fetcher
    dns: Resolver
    networks: NetworksByHost
    door: Door
    gate: Gate
    bus: LogBus
    hub: Hub
    identity: keys.Identity
    keyring: Keyring
    flights: Flights
    plain: PlainPosts
    surge: Watch
    uploads: Path
    node: int
    replica: Replica | None = None
    file_readers: Sequence[files.FileReader] = ()


@asynccontextmanager
async def open_services(
    settings: Settings, app_conninfo: str, system_conninfo: str, *, limits: MachineLimiter | None = None
) -> AsyncIterator[Services]:
    """Open everything on a migrated database; close it in reverse order. `limits`: a count shared by processes."""
    db = Database(app_conninfo, system_conninfo)
    await db.open()
    async with db.system() as tx:
        node = int(await tx.value("SELECT nextval('node_numbers')"))
    ids.use_node(node)
    uploads = settings.data / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    await links.load(db)
    checks.before_publish[:] = [guard.check]
    checks.concerned[:] = [guard.concerned]
    checks.known_to_database[:] = [guard.concerned]
    blobs = DiskBlobs(settings.data / "files")
    sizes = rules.Sizes(image=settings.max_image_mb * rules.MEGABYTE, video=settings.max_video_mb * rules.MEGABYTE)
    kept.bound(settings.kept_mb)
    changes.share(settings.data)
    language.keep_in(settings.data / "languages")
    bus = backends.make_bus(db, settings.nats_url)
    bus.subscribe(changes.read_log)
    await bus.start()
    gate = Gate(db)
    networks = NetworksByHost(db)

    async def admits(connection: Connection) -> bool:
        network = await networks.by_host(urlsplit(connection.origin).netloc)
        return network is None or gate.admits(network, connection.actor, connection.ip)

    workshop = Workshop(db, blobs, WorkerPool(), settings.data / "making", sizes)
    fetch = Fetcher(allow=settings.fetch_allow, ca_file=settings.ca_file, outside=settings.outside)
    plain = PlainPosts(db)
    hub = Hub(
        db,
        bus,
        REACTIONS,
        barring=[kind_of(AccountModerated), kind_of(DelegationEnded)],
        admits=admits,
        fresh=plain.fresh,
    )
    surge = Watch(
        db, settings, node,
        {
            "posts_waiting": lambda: plain.waiting,
            "streams_full": hub.fullness,
            "log_position": lambda: bus.position,
        },
        JOBS,
        add_up,
    )
    hub.thins = lambda: surge.sheds(Rung.STREAMS)
    await surge.look()
    services = Services(
        settings=settings,
        db=db,
        limits=backends.make_limits(limits or LocalLimiter(), settings.valkey_url)
        if settings.rate_limits
        else NoLimiter(),
        blobs=blobs,
        media=workshop,
        copies=Copies(db, fetch, workshop),
        mail=Mailer(
            smtp_url=settings.smtp_url if settings.outside else None,
            folder=settings.data / "mail",
            sender=settings.mail_from,
            ca_file=settings.ca_file,
            stored=(lambda: mail_route.read(db)) if settings.outside else None,
        ),
        fetch=fetch,
        dns=Resolver(outside=settings.outside),
        networks=networks,
        door=Door(db),
        gate=gate,
        bus=bus,
        hub=hub,
        identity=await keys.load(db, settings.vapid_contact),
        keyring=Keyring(),
        flights=Flights(),
        plain=plain,
        surge=surge,
        uploads=uploads,
        node=node,
        replica=await _replica(db, settings.replica_url),
        file_readers=(files.token_reader(TokenAuthenticator(), gate),),
    )
    try:
        yield services
    finally:
        await services.plain.close()
        await services.flights.close()
        await services.copies.close()
        if services.replica is not None:
            await services.replica.close()
        if isinstance(services.limits, SettledLimiter):
            await services.limits.close()
        await services.media.close()
        await services.fetch.close()
        await db.close()


async def _replica(db: Database, url: str | None) -> Replica | None:
    """The replica by the setting `replica_url`, opened."""
    if url is None:
        return None
    server = External(url)
    replica = Replica(db, server.conninfo("torg_app"), server.conninfo("torg_system"))
    await replica.open()
    return replica
