"""What `torg doctor` says of the outside: block lists that do not go by themselves, copies of others' files."""

from __future__ import annotations

from tests.fixtures.outside import remote_account, remote_post
from tests.fixtures.square import INSIDE, PUBLIC, Square
from torg.cli import doctor
from torg.kernel.ids import new_id
from torg.media.remote import RemoteFile


async def test_block_lists_that_fail_or_wait_are_named(square: Square) -> None:
    network = square.networks[PUBLIC]
    rows = [
        ("good", "active", 0, ""), ("once", "active", 1, "hiccup"), ("bad", "active", 3, "the address answered 404"),
        ("grown", "review", 0, "it grew from 3 to 900 entries"),
    ]  # fmt: skip
    async with square.services.db.system() as tx:
        assert (await doctor._block_lists(tx)).well
        for name, state, failures, reason in rows:
            await tx.run(
                """INSERT INTO block_subscriptions (org_id, network_id, id, url, state, failures, reason, created_by)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, 0)""",
                (network.org_id, network.id, new_id(), f"https://lists.example/{name}", state, failures, reason),
            )
        found = await doctor._block_lists(tx)
    assert not found.well
    assert found.value.startswith("1 fail, 1 wait for review: ")
    assert f"{PUBLIC}: https://lists.example/bad (the address answered 404)" in found.value
    assert "https://lists.example/grown (it grew" in found.value
    assert "/good" not in found.value
    assert "/once" not in found.value, "one failure is passing"


async def test_copies_of_others_files_beside_their_quota(square: Square) -> None:
    elsa = await remote_account(square, "elsa@far.example")
    post = await remote_post(square, elsa, files=[RemoteFile(url="https://far.example/a.jpg", mime="image/jpeg")])
    network = square.networks[PUBLIC]
    async with square.services.db.system() as tx:
        lines = await doctor._copies(tx)
        [line] = [one for one in lines if one.name.endswith(PUBLIC)]
        assert (line.well, line.value) == (True, "0 of 5000 MB")
        assert not [one for one in lines if one.name.endswith(INSIDE)], "no inside has copies"
        await tx.run(
            """INSERT INTO media_files (org_id, network_id, key, mime, size, purpose, media_id)
               SELECT org_id, network_id, 'aa/copy.jpg', 'image/jpeg', 6000 * 1048576::bigint, 'original', id
               FROM media WHERE post_id = %s""",
            (post,),
        )
        [line] = [one for one in await doctor._copies(tx) if one.name.endswith(PUBLIC)]
    assert (line.well, line.value) == (False, "6000 of 5000 MB")
    assert network.settings.remote_media_mb == 5000
