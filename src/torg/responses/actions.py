"""What is done with responses: taken in, decided about; sites trusted and blocked."""

from __future__ import annotations

from torg.accounts import reads as accounts
from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import BadRequest, Invalid, NotFound, TooMany
from torg.moderation import log, registers
from torg.moderation import rules as moderation
from torg.orgs.model import Network
from torg.posts import reads as posts
from torg.posts.public import PublicPost
from torg.responses import rules, store
from torg.responses.model import Check, Decision, Domain, Protocol, Response, Treatment
from torg.responses.xmlrpc import Fault
from torg.search import addresses

VERIFY = "verify_response"
MOST_WAITING = 1000


class NotTaken(BadRequest):
    """A mention that is refused at once (400); `fault` is Pingback's word for it."""

    def __init__(self, text: str, fault: Fault) -> None:
        self.fault = fault
        super().__init__(text)


async def receive(
    tx: Tx, anyone: Actor, network: Network, source: str, target: str, protocol: Protocol
) -> tuple[int, bool]:
    """Take in that `source` says it links to `target`, to be verified by a job; (id, whether that was known before).

    NotFound in a network that is not public, or takes no responses; NotTaken. Cheap: fetches nothing.
    """
    if not takes(network):
        raise NotFound
    page, goal = rules.address(source), rules.address(target)
    if page is None:
        raise NotTaken("The source is not a web address", Fault.NO_SOURCE)
    if goal is None:
        raise NotTaken("The target is not a web address", Fault.NO_TARGET)
    if rules.same(page, goal) or rules.is_of(page, network.host):
        raise NotTaken("The source must be a page of another site", Fault.NO_SOURCE)
    account_id, post_id = await _target(tx, anyone, network, goal)
    if await treatment(tx, rules.host_of(page)) == "blocked":
        raise NotTaken("Nothing is taken from this site", Fault.DENIED)
    if await store.waiting(tx) >= MOST_WAITING:
        raise TooMany
    id_, known = await store.receive(tx, account_id, post_id, page, goal, protocol)
    await jobs.enqueue(tx, VERIFY, Check(id=id_), key=str(id_))
    return id_, known


def takes(network: Network) -> bool:
    """Whether a network tells other sites of its links and listens to theirs."""
    return network.is_public and network.settings.webmentions


async def _target(tx: Tx, anyone: Actor, network: Network, target: str) -> tuple[int, int | None]:
    """(account, post or None) that anybody may read here and that is ours; NotTaken."""
    nothing = NotTaken("The target is no public post or profile here", Fault.NO_TARGET)
    found = addresses.local(target, network.host)
    if found is None:
        raise nothing
    if found.post_id is not None:
        try:
            view = PublicPost(network, await posts.view(tx, anyone, found.post_id)).view
        except NotFound:
            raise nothing from None
        if not view.account.is_local or view.boost_of is not None:
            raise NotTaken("The target belongs to another site", Fault.NOT_A_TARGET)
        return view.account.id, view.post.id
    account = await accounts.by_acct(tx, found.acct or "", network.host)
    if account is None or not account.visible or not account.is_local:
        raise nothing
    return account.id, None


async def treatment(tx: Tx, host: str) -> Treatment | None:
    """How a site is treated: blocked if it or a domain above it is, here or by the network's domain blocks."""
    names = moderation.parents(host)
    found = set((await store.treatments(tx, names)).values())
    blocks = await registers.DOMAINS.where(tx, "domain", names)
    if "blocked" in found or any(block.severity == "suspend" for block in blocks):
        return "blocked"
    return "trusted" if "trusted" in found and not blocks else None


async def decide(tx: Tx, actor: Actor, id_: int, decision: Decision) -> Response:
    """Show a response, or not; by whose post it is, or who deals with reports. 404 for anybody else."""
    found = await store.by_id(tx, id_, lock=True)
    if found is None or found.verified_at is None or not rules.may_decide(actor, found.account_id):
        raise NotFound
    await store.decide(tx, id_, decision, actor.me)
    if found.account_id != actor.me:
        await log.record(tx, actor, decision, "response", id_, source=found.source)
    changed = await store.by_id(tx, id_)
    assert changed is not None
    return changed


async def treat_domain(tx: Tx, actor: Actor, domain: str, how: Treatment) -> Domain:
    """Trust a site, whose responses then show at once, or block it; what there is of it follows. Invalid (422)."""
    name = moderation.domain(domain)
    if how == "trusted" and "." not in name:
        raise Invalid("Validation failed: Domain is too wide to be trusted")
    made = await store.set_domain(tx, name, how, actor.account_id)
    await log.record(tx, actor, how, "response_domain", made.id, domain=name)
    return made


async def drop_domain(tx: Tx, actor: Actor, id_: int) -> None:
    """Treat a site as any other again; what was decided stays. 404."""
    found = await store.domain(tx, id_)
    if found is None:
        raise NotFound
    await store.drop_domain(tx, id_)
    await log.record(tx, actor, "destroy", "response_domain", id_, domain=found.domain)
