"""Keys of our actors: one each, made once, the same after a restart, changed on request."""

from __future__ import annotations

import asyncio

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.fixtures.fediverse import Elsewhere, Home
from torg.accounts import actions as accounts
from torg.accounts.model import Account
from torg.accounts.reads import by_ids
from torg.delivery.courier import Courier
from torg.engine.signatures import keys
from torg.remote import documents
from torg.signing import actions
from torg.signing.keyring import Keyring


async def account(home: Home, id_: int) -> Account:
    async with home.services.db.tx(home.network.scope) as tx:
        return (await by_ids(tx, [id_]))[id_]


async def test_many_who_ask_at_once_get_one_key(home: Home) -> None:
    anna = await account(home, home.anna.id)
    found = await asyncio.gather(*(actions.key_of(home.services, home.network, anna) for _ in range(12)))
    assert len({key.private_pem for key in found}) == 1
    assert found[0].key_id == f"{home.actor_id('anna')}#main-key"
    private = load_pem_private_key(found[0].private_pem.encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    assert private.key_size == 2048


async def test_two_processes_agree_on_a_key(home: Home) -> None:
    """Each with a memory of its own: the database decides whose is kept."""
    anna = await account(home, home.anna.id)
    first, second = Keyring(), Keyring()

    async def ask(ring: Keyring) -> str:
        return (await actions._found_or_made(_Process(home, ring), home.network, anna.id)).private_pem

    assert len(set(await asyncio.gather(ask(first), ask(second)))) == 1


class _Process:
    def __init__(self, home: Home, keyring: Keyring) -> None:
        self.db = home.services.db
        self.keyring = keyring


async def test_keys_survive_a_restart(home: Home) -> None:
    anna = await account(home, home.anna.id)
    before = [await actions.key_of(home.services, home.network, who) for who in (None, anna)]
    home.services.keyring = Keyring()
    after = [await actions.key_of(home.services, home.network, who) for who in (None, anna)]
    assert before == after
    assert before[0].key_id == f"{home.origin}/actor#main-key"
    assert before[0].private_pem != before[1].private_pem


async def test_a_new_account_gets_its_key_in_the_background_where_others_see_it(home: Home) -> None:
    async with home.services.db.tx(home.network.scope) as tx:
        made = await accounts.create_account(tx, "newcomer")
    inside = home.networks["inside.acme.test"]
    async with home.services.db.tx(inside.scope) as tx:
        await accounts.create_account(tx, "newcomer")
    await home.settle()
    async with home.services.db.system() as tx:
        assert await tx.column("SELECT account_id FROM signing_keys") == [made.id]


async def test_a_rotated_key_has_a_new_address_and_signs_at_once(home: Home, elsewhere: Elsewhere) -> None:
    anna = await account(home, home.anna.id)
    for who in (None, anna):
        old = await actions.key_of(home.services, home.network, who)
        new = await actions.rotate(home.services, home.network, who)
        assert (new.key_id != old.key_id, new.private_pem != old.private_pem) == (True, True)
        assert new.key_id.partition("#")[0] == old.key_id.partition("#")[0]
        assert await actions.key_of(home.services, home.network, who) == new
    note = elsewhere.add("carol").note("hello")
    await documents.fetch(home.services, home.network, note["id"])
    instance = await actions.key_of(home.services, home.network, None)
    assert f'keyId="{instance.key_id}"' in elsewhere.asked[-1][1]["signature"]
    async with home.services.db.system() as tx:
        updated = await tx.value("SELECT count(*) FROM outbox WHERE kind = 'AccountUpdated'")
        assert await tx.value("SELECT count(*) FROM signing_keys WHERE retired_at IS NOT NULL") == 2
    assert updated == 1


async def test_making_a_key_leaves_the_loop_free() -> None:
    """The pair is made by another thread: the loop goes round meanwhile."""
    rounds = 0
    making = asyncio.create_task(Keyring().make())
    while not making.done():
        rounds += 1
        await asyncio.sleep(0)
    assert keys.private_key((await making)[0]).key_size == 2048
    assert rounds > 1


async def test_another_network_cannot_read_the_keys(home: Home) -> None:
    await actions.key_of(home.services, home.network, None)
    inside = home.networks["inside.acme.test"]
    async with home.services.db.tx(inside.scope) as tx:
        assert await tx.value("SELECT count(*) FROM signing_keys") == 0


async def test_others_follow_a_rotation(home: Home, elsewhere: Elsewhere) -> None:
    """Of an account and of the instance: what is signed with the new keys is believed where the old ones were known."""
    carol = elsewhere.add("carol")
    elsewhere.signed_only = True
    follow = carol.activity("Follow", home.actor_id("anna"))
    assert (await carol.sends(home.inbox("anna"), follow)).status_code == 202
    await home.settle()
    await Courier(home.services).drain()
    first = (await elsewhere.arrived(1, "Accept"))[0].key_id
    anna = await account(home, home.anna.id)
    for who in (None, anna):
        await actions.rotate(home.services, home.network, who)
    await home.anna.says("signed anew")
    await home.settle()
    await Courier(home.services).drain()
    (update,) = await elsewhere.arrived(1, "Update")
    (create,) = await elsewhere.arrived(1, "Create")
    assert update.activity["object"]["publicKey"]["id"] == create.key_id == update.key_id != first
    assert elsewhere.refused == []
    assert (await documents.fetch(home.services, home.network, carol.note("hello")["id"]))["type"] == "Note"
