"""The pages of policies, at the addresses that clients are told, and the icons of the network."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import pyvips

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader
from torg.orgs import store as orgs
from torg.orgs.model import NetworkSettings


async def says(square: Square, host: str, **values: str) -> None:
    """The network's own words about itself."""
    async with square.services.db.system() as tx:
        await orgs.update_settings(tx, square.networks[host], NetworkSettings(**values))  # type: ignore[arg-type]
    square.services.networks.forget()


async def urls(square: Square, host: str = PUBLIC) -> dict[str, str | None]:
    found: dict[str, str | None] = (await square.nobody(host).get("/api/v2/instance")).json()["configuration"]["urls"]
    return found


async def test_the_addresses_that_clients_are_told_are_pages(square: Square) -> None:
    told = await urls(square)
    assert told["terms_of_service"] is None
    page = await Reader(square).open(urlsplit(told["privacy_policy"] or "").path)
    assert page.status_code == 200
    assert "<h1>Privacy policy</h1>" in page.text
    assert "cannot be turned back" in page.text
    assert "<h1>Integritetspolicy</h1>" in (await Reader(square, language="sv").open("/privacy-policy")).text
    assert (await Reader(square).open("/terms-of-service")).status_code == 404
    await says(square, PUBLIC, privacy_policy="We *keep* <script>x</script>", terms_of_service="Be **kind**")
    own = await Reader(square).open("/privacy-policy")
    assert "<p>We <em>keep</em>" in own.text
    assert "<script>" not in own.text
    assert "cannot be turned back" not in own.text
    terms = await Reader(square).open(urlsplit((await urls(square))["terms_of_service"] or "").path)
    assert (terms.status_code, "<strong>kind</strong>" in terms.text) == (200, True)


async def test_the_terms_in_force_are_shown(square: Square) -> None:
    network = square.networks[PUBLIC]
    async with square.services.db.system() as tx:
        for number, (day, content) in enumerate([("2020-01-01", "Of old"), ("2025-01-01", "Now"), ("2999-01-01", "x")]):
            await tx.run(
                "INSERT INTO terms (org_id, network_id, id, effective_date, content) VALUES (%s, %s, %s, %s, %s)",
                (network.org_id, network.id, number + 1, day, content),
            )
    page = await Reader(square).open("/terms-of-service")
    assert "<p>Now</p>" in page.text
    assert "2025-01-01" in page.text
    assert "Of old" not in page.text


@pytest.mark.parametrize("path", ["/privacy-policy", "/terms-of-service"])
async def test_an_inside_shows_its_policies_to_members_only(square: Square, path: str) -> None:
    await says(square, INSIDE, privacy_policy="inner privacy", terms_of_service="inner terms")
    stranger = await Reader(square, INSIDE).open(path)
    assert (stranger.status_code, stranger.content) == (303, b"")
    member = await (await Reader(square, INSIDE).enters("bjorn")).open(path)
    assert member.status_code == 200
    assert "inner" in member.text


async def test_the_icons_of_the_instance_are_pictures_of_their_size(square: Square) -> None:
    icons = (await square.nobody().get("/api/v2/instance")).json()["icon"]
    assert len(icons) > 2
    for icon in icons:
        answer = await square.nobody().get(icon["src"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        picture = pyvips.Image.new_from_buffer(answer.content, "")
        assert f"{picture.width}x{picture.height}" == icon["size"]
