"""The server as it describes itself, and what it must not tell strangers about the inside."""

from __future__ import annotations

import pytest

from tests.contract.entity_check import check, check_list
from tests.fixtures.square import INSIDE, Square
from torg.kernel.ids import new_id
from torg.mastodon_api import entities
from torg.orgs import store as orgs
from torg.orgs.model import NetworkSettings


async def settle_settings(square: Square, host: str, settings: NetworkSettings) -> None:
    async with square.services.db.system() as tx:
        await orgs.update_settings(tx, square.networks[host], settings)
    square.services.networks.forget()


async def test_both_versions(square: Square) -> None:
    await square.anna.says("counted")
    second = (await square.nobody().get("/api/v2/instance")).json()
    check(second, entities.Instance)
    assert second["domain"] == "acme.test"
    assert second["version"].startswith("4.6.0 (compatible; Torg ")
    assert second["api_versions"]["mastodon"] >= 10
    assert second["configuration"]["urls"]["streaming"].startswith("ws")
    assert second["configuration"]["translation"]["enabled"] is False
    assert second["configuration"]["vapid"]["public_key"]
    assert second["usage"]["users"]["active_month"] == 4
    first = (await square.nobody().get("/api/v1/instance")).json()
    check(first, entities.V1Instance)
    assert first["stats"] == {"user_count": 4, "status_count": 1, "domain_count": 0}
    assert first["registrations"] is True


async def test_contact_and_closed_doors(square: Square) -> None:
    await settle_settings(
        square,
        "acme.test",
        NetworkSettings(
            contact_handle="anna",
            registration="closed",
            registrations_message="Not *now* <script>x</script>",
            min_age=16,
        ),
    )
    found = (await square.nobody().get("/api/v2/instance")).json()
    check(found, entities.Instance)
    assert found["contact"]["account"]["username"] == "anna"
    assert found["registrations"]["enabled"] is False
    assert found["registrations"]["message"] == "<p>Not <em>now</em> </p>"
    check((await square.nobody().get("/api/v1/instance")).json(), entities.V1Instance)


async def test_strangers_learn_nothing_about_the_inside(square: Square) -> None:
    inside = square.person(INSIDE, "anna")
    await inside.says("one")
    await settle_settings(square, INSIDE, NetworkSettings(contact_handle="anna"))
    stranger = (await square.nobody(INSIDE).get("/api/v2/instance")).json()
    check(stranger, entities.Instance)
    assert stranger["usage"]["users"]["active_month"] == 0
    assert stranger["contact"]["account"] is None
    assert stranger["configuration"]["timelines_access"]["live_feeds"]["local"] == "authenticated"
    assert (await square.nobody(INSIDE).get("/api/v1/instance")).json()["stats"] == {
        "user_count": 0,
        "status_count": 0,
        "domain_count": 0,
    }
    member = (await inside.get("/api/v1/instance")).json()
    assert member["stats"]["user_count"] == 2
    assert member["contact_account"]["username"] == "anna"
    for path in ("peers", "activity", "domain_blocks"):
        assert (await square.nobody(INSIDE).get(f"/api/v1/instance/{path}")).status_code == 401
        foreign = {"Authorization": f"Bearer {square.anna.token}"}
        assert (await square.nobody(INSIDE).get(f"/api/v1/instance/{path}", headers=foreign)).status_code == 401


async def test_activity_counts_weeks(square: Square) -> None:
    await square.anna.says("one")
    await square.bjorn.says("two")
    weeks = (await square.nobody().get("/api/v1/instance/activity")).json()
    check_list(weeks, entities.InstanceActivity, at_least=12)
    assert len(weeks) == 12
    assert (weeks[0]["statuses"], weeks[0]["registrations"]) == ("2", "4")
    assert int(weeks[0]["week"]) - int(weeks[1]["week"]) == 7 * 86400
    assert weeks[11]["statuses"] == "0"


async def test_rules_and_terms(square: Square) -> None:
    nobody = square.nobody()
    assert (await nobody.get("/api/v1/instance/rules")).json() == []
    missing = await nobody.get("/api/v1/instance/terms_of_service")
    assert (missing.status_code, missing.json()) == (404, {"error": "Record not found"})
    network = square.networks["acme.test"]
    async with square.services.db.tx(network.scope) as tx:
        for number, words in enumerate(("Be kind", "No spam")):
            await tx.run(
                "INSERT INTO rules (org_id, network_id, id, position, text, translations) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                (network.org_id, network.id, new_id(), number, words, '{"sv": {"text": "Snälla", "hint": ""}}'),
            )
        for day, words in (("2020-01-01", "old"), ("2021-01-01", "new"), ("2999-01-01", "later")):
            await tx.run(
                "INSERT INTO terms (org_id, network_id, id, effective_date, content) VALUES (%s, %s, %s, %s, %s)",
                (network.org_id, network.id, new_id(), day, words),
            )
    rules = (await nobody.get("/api/v1/instance/rules")).json()
    check_list(rules, entities.Rule, at_least=2)
    assert [r["text"] for r in rules] == ["Be kind", "No spam"]
    assert rules[0]["translations"]["sv"]["text"] == "Snälla"
    terms = (await nobody.get("/api/v1/instance/terms_of_service")).json()
    check(terms, entities.TermsOfService)
    assert (terms["effective_date"], terms["content"], terms["succeeded_by"]) == (
        "2021-01-01",
        "<p>new</p>",
        "2999-01-01",
    )
    old = (await nobody.get("/api/v1/instance/terms_of_service/2020-01-01")).json()
    check(old, entities.TermsOfService)
    assert old["succeeded_by"] == "2021-01-01"
    later = (await nobody.get("/api/v1/instance/terms_of_service/2999-01-01")).json()
    assert later["effective"] is False
    for day in ("2020-01-02", "tomorrow", "0000-00-00"):
        assert (await nobody.get(f"/api/v1/instance/terms_of_service/{day}")).status_code == 404
    assert (await square.nobody("other.test").get("/api/v1/instance/rules")).json() == []


async def test_texts_in_the_readers_language(square: Square) -> None:
    await settle_settings(square, "acme.test", NetworkSettings(description="A **square**\n\nfor all"))
    long = (await square.nobody().get("/api/v1/instance/extended_description")).json()
    check(long, entities.ExtendedDescription)
    assert long["content"] == "<p>A <strong>square</strong></p>\n<p>for all</p>"
    english = (await square.nobody().get("/api/v1/instance/privacy_policy")).json()
    check(english, entities.PrivacyPolicy)
    swedish = (await square.nobody().get("/api/v1/instance/privacy_policy", headers={"Accept-Language": "sv"})).json()
    assert "This network keeps" in english["content"]
    for words in ("Det här nätverket", "Det sparar din e-postadress", "Bilder förlorar", "Inlägg för alla"):
        assert words in swedish["content"]


async def test_blocked_domains_with_stars(square: Square) -> None:
    network = square.networks["acme.test"]
    async with square.services.db.tx(network.scope) as tx:
        for domain, severity, stars in (("spam.example", "suspend", True), ("loud.example", "silence", False)):
            await tx.run(
                "INSERT INTO blocked_domains (org_id, network_id, id, domain, severity, obfuscate) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                (network.org_id, network.id, new_id(), domain, severity, stars),
            )
    found = (await square.nobody().get("/api/v1/instance/domain_blocks")).json()
    check_list(found, entities.DomainBlock, at_least=2)
    assert [b["domain"] for b in found] == ["spa*.****ple", "loud.example"]


@pytest.mark.parametrize("path", ["peers", "translation_languages", "languages"])
async def test_the_rest(square: Square, path: str) -> None:
    response = await square.nobody().get(f"/api/v1/instance/{path}")
    assert response.status_code == 200
    found = response.json()
    if path == "languages":
        assert {"code": "sv", "name": "Swedish"} in found
    else:
        assert not found
