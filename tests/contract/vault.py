"""An inside network full of secrets: one unique text in everything that people can write, and the ids of it all."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from tests.media.makers import encoded
from torg.kernel.clock import now
from torg.kernel.ids import new_id

#: Tables whose rows have ids that routes take.
TABLES = (
    "accounts", "posts", "messages", "conversations", "media", "polls", "lists", "filters", "filter_keywords",
    "filter_posts", "notices", "notice_requests", "scheduled_posts", "collections", "collection_items",
    "featured_tags", "tags", "announcements", "reports", "roles", "rules",
    "groups", "group_invitations",
    "saved_searches", "delegations", "promotions", "guard_stops", "guard_terms",
    "must_see", "featured_threads", "praise", "questions", "calendar_events",
    "legal_holds", "compliance_exports", "watches", "watch_hits", "invites", "drafts",
    "responses", "response_domains", "page_columns", "warnings",
)  # fmt: skip
ONLY_INSIDE = "svea"
TAG = "hemligtagg"


@dataclass
class Vault:
    """What lies inside. `ids` by table, `secrets` are texts that no answer outside may hold."""

    square: Square
    secrets: list[str] = field(default_factory=list)
    ids: dict[str, list[int]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def secret(self, about: str) -> str:
        """A text that is nowhere else."""
        made = f"hemligt{about}{len(self.secrets)}zq"
        self.secrets.append(made)
        return made

    async def call(self, person: Person, method: str, path: str, **options: Any) -> Any:
        response = await person.http.request(method, path, **options)
        assert response.status_code == 200, f"{method} {path}: {response.text}"
        return response.json()

    async def plant(self) -> None:
        square = self.square
        svea = await square.add(INSIDE, ONLY_INSIDE)
        await self.call(
            svea, "PATCH", "/api/v1/accounts/update_credentials", json={"display_name": self.secret("person")}
        )
        anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
        await self.call(
            bjorn,
            "PATCH",
            "/api/v1/accounts/update_credentials",
            json={
                "display_name": self.secret("namn"),
                "note": self.secret("om"),
                "fields_attributes": [{"name": self.secret("falt"), "value": self.secret("varde")}],
            },
        )
        picture = await self.call(
            bjorn,
            "POST",
            "/api/v2/media",
            files={"file": ("a.png", encoded(".png"), "image/png")},
            data={"description": self.secret("bild")},
        )
        post = await bjorn.says(
            f"{self.secret('post')} #{TAG}", spoiler_text=self.secret("varning"), media_ids=[picture["id"]]
        )
        poll = {"options": [self.secret("val"), self.secret("val")], "expires_in": 3600}
        await bjorn.says(self.secret("fraga"), poll=poll)
        await self.call(bjorn, "PUT", f"/api/v1/statuses/{post['id']}", json={"status": self.secret("rattat")})
        await svea.says(f"@anna {self.secret('till')}")
        await svea.says(f"@bjorn {self.secret('direkt')}", visibility="direct")
        await self.call(bjorn, "POST", f"/api/v1/accounts/{svea.id}/follow")
        await self.call(svea, "POST", f"/api/v1/statuses/{post['id']}/favourite")
        await self.call(bjorn, "POST", f"/api/v1/accounts/{svea.id}/note", json={"comment": self.secret("not")})
        made = await self.call(bjorn, "POST", "/api/v1/lists", json={"title": self.secret("lista")})
        await self.call(bjorn, "POST", f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [svea.id]})
        words = [{"keyword": self.secret("ord")}]
        filter_ = await self.call(
            bjorn, "POST", "/api/v2/filters",
            json={"title": self.secret("filter"), "context": ["home"], "keywords_attributes": words},
        )  # fmt: skip
        await self.call(bjorn, "POST", f"/api/v2/filters/{filter_['id']}/statuses", json={"status_id": post["id"]})
        later = {"status": self.secret("sedan"), "scheduled_at": "2099-01-01T00:00:00Z"}
        await self.call(bjorn, "POST", "/api/v1/statuses", json=later)
        about = {"name": self.secret("samling"), "description": self.secret("urval"), "account_ids": [svea.id]}
        await self.call(bjorn, "POST", "/api/v1/collections", json=about)
        await self.call(bjorn, "POST", "/api/v1/featured_tags", json={"name": TAG})
        search = {"name": self.secret("sok"), "query": f"{self.secret('efter')} #{TAG}", "track": True}
        await self.call(bjorn, "POST", "/api/torg/v1/saved_searches", json=search)
        held = {"for_not_following": "filter", "for_new_accounts": "filter"}
        await self.call(anna, "PATCH", "/api/v2/notifications/policy", json=held)
        await self.call(
            bjorn, "POST", "/api/v1/reports",
            json={"account_id": svea.id, "status_ids": [], "comment": self.secret("anmalan")},
        )  # fmt: skip
        works = [
            {"name": "title", "value": self.secret("titel"), "faces": ["inside"]},
            {"name": "department", "value": self.secret("avdelning")},
            {"name": "expertise", "value": self.secret("kunskap")},
            {"name": "other", "label": self.secret("etikett"), "value": self.secret("uppgift")},
        ]
        await self.call(bjorn, "PATCH", "/api/torg/v1/profile", json={"fields": works})
        await self.call(bjorn, "PUT", f"/api/torg/v1/directory/{bjorn.id}/manager", json={"manager_id": svea.id})
        knows = {"name": self.secret("forslag")}
        await self.call(anna, "POST", f"/api/torg/v1/directory/{bjorn.id}/expertise", json=knows)
        await self._in_a_group(bjorn, svea)
        await self._at_the_wall(anna, svea)
        await self._by_another(bjorn, svea)
        await self._of_colleagues(anna, bjorn, svea)
        await self._under_hold(anna)
        await self._watched(anna, bjorn)
        await self._by_hand()
        await svea.says(f"@anna {self.secret('mer')}")
        await square.settle()
        await self._take_stock()

    async def _at_the_wall(self, anna: Person, svea: Person) -> None:
        """Beside a public post, on the way to one, and stopped on the way."""
        square = self.square
        network, public = square.networks[INSIDE], square.person(PUBLIC, "anna")
        asked = await square.reporter.says("When does it open?")
        aside = {"status": self.secret("vidsidan")}
        await self.call(svea, "POST", f"/api/torg/v1/side_threads/{asked['id']}/posts", json=aside)
        await self.call(anna, "POST", "/api/torg/v1/admin/guard/terms", json={"term": self.secret("kodord")})
        async with square.services.db.system() as tx:
            person = "UPDATE accounts SET person_id = (SELECT person_id FROM accounts WHERE id = %s) WHERE id = %s"
            before = await tx.value("SELECT person_id FROM accounts WHERE id = %s", (public.id,))
            await tx.run(person, (anna.id, public.id))
        mine = await anna.says(self.secret("utkast"))
        draft = {"post_id": mine["id"], "text": self.secret("frislappt")}
        await self.call(anna, "POST", "/api/torg/v1/promotions", json=draft)
        async with square.services.db.system() as tx:
            await tx.run("UPDATE accounts SET person_id = %s WHERE id = %s", (before, public.id))
            await tx.run(
                """INSERT INTO guard_stops (org_id, network_id, id, public_network_id, account_id, reason, text, digest,
                                            passage)
                   VALUES (%s, %s, %s, %s, %s, 'term', %s, 'x', %s)""",
                (network.org_id, network.id, new_id(), square.networks[PUBLIC].id, public.id, self.secret("stoppat"),
                 self.secret("passage")),
            )  # fmt: skip

    async def _by_another(self, bjorn: Person, svea: Person) -> None:
        """What Svea writes for Björn, and how far she has read."""
        made = await self.call(bjorn, "POST", "/api/torg/v1/delegates", json={"account_id": svea.id})
        signed = {"signature": self.secret("signatur")}
        await self.call(svea, "PATCH", f"/api/torg/v1/delegates/{made['id']}", json=signed)
        said = {"status": self.secret("ombud")}
        post = await self.call(svea, "POST", f"/api/torg/v1/accounts/{bjorn.id}/statuses", json=said)
        await self.call(svea, "POST", "/api/torg/v1/read", json={"thread_id": post["id"], "last_read_id": post["id"]})

    async def _of_colleagues(self, anna: Person, bjorn: Person, svea: Person) -> None:
        """What colleagues tell, thank, ask and plan."""
        torg = "/api/torg/v1"
        sent = await self.call(anna, "POST", f"{torg}/must_see", json={"status": self.secret("viktigt")})
        await self.call(bjorn, "POST", f"{torg}/must_see/{sent['id']}/read")
        soon = (now() + timedelta(days=30)).isoformat()
        await self.call(anna, "POST", f"{torg}/featured_threads", json={"status_id": sent["id"], "ends_at": soon})
        badge = {"key": self.secret("marke"), "drawing": "star", "name_en": self.secret("namn"), "name_sv": "x"}
        await self.call(anna, "POST", f"{torg}/badges", json=badge)
        thanks = {"status": self.secret("tack"), "account_ids": [svea.id], "badge": badge["key"]}
        await self.call(bjorn, "POST", f"{torg}/praise", json=thanks)
        asked = await self.call(svea, "POST", f"{torg}/questions", json={"status": self.secret("undran")})
        answer = await bjorn.says(self.secret("besked"), in_reply_to_id=asked["id"])
        await self.call(svea, "PUT", f"{torg}/questions/{asked['id']}/best", json={"answer_id": answer["id"]})
        plan = {"title": self.secret("traff"), "place": self.secret("plats"), "kind": "ama", "starts_at": soon}
        event = await self.call(anna, "POST", f"{torg}/events", json={**plan, "description": self.secret("program")})
        await self.call(bjorn, "PUT", f"{torg}/events/{event['id']}/rsvp", json={"answer": "yes"})
        await self.call(svea, "POST", f"{torg}/events/{event['id']}/questions", json={"status": self.secret("spors")})
        await self.call(bjorn, "POST", f"{torg}/calendar_feed")

    async def _in_a_group(self, bjorn: Person, svea: Person) -> None:
        """A hidden group with its posts, an invitation and topics."""
        groups = "/api/torg/v1/groups"
        about = {"name": "hemligtgrupp", "display_name": self.secret("grupp"), "note": self.secret("syfte")}
        made = await self.call(bjorn, "POST", groups, json={**about, "kind": "hidden", "aliases": ["hemligtalias"]})
        said = await bjorn.says(self.secret("igruppen"), group_id=made["id"])
        await self.call(bjorn, "POST", f"{groups}/{made['id']}/pins/{said['id']}")
        await self.call(bjorn, "POST", f"{groups}/{made['id']}/announcements/{said['id']}")
        await self.call(bjorn, "POST", f"/api/torg/v1/statuses/{said['id']}/topics", json={"name": TAG})
        await self.call(bjorn, "POST", f"{groups}/{made['id']}/invitations", json={"account_ids": [svea.id]})
        self.secrets += ["hemligtgrupp", "hemligtalias"]

    async def _under_hold(self, anna: Person) -> None:
        """A legal hold and a compliance export."""
        hold = {"name": self.secret("tvist"), "reason": self.secret("skal"), "kind": "tag", "tag": "ingenting"}
        await self.call(anna, "POST", "/api/torg/v1/admin/holds", json=hold)
        await self.call(anna, "POST", "/api/torg/v1/admin/compliance/exports", json={})

    async def _watched(self, anna: Person, bjorn: Person) -> None:
        """What is watched for and where it was found; an invitation, a draft, a domain and a usage policy."""
        torg, found = "/api/torg/v1", self.secret("vakord")
        watch = {"name": self.secret("bevakning"), "expression": found, "notify_account_id": str(anna.id)}
        await self.call(anna, "POST", f"{torg}/admin/watches", json=watch)
        await bjorn.says(f"{found} {self.secret('runtom')}")
        invited = await self.call(anna, "POST", f"{torg}/invites", json={"company": self.secret("foretag")})
        self.secrets.append(invited["code"])
        await self.call(bjorn, "POST", f"{torg}/drafts", json={"status": self.secret("paborjat")})
        domain = f"{self.secret('doman')}.example"
        await self.call(anna, "POST", f"{torg}/admin/domains", json={"domain": domain})
        network, text = self.square.networks[INSIDE], self.secret("villkor")
        async with self.square.services.db.tx(network.scope) as tx:
            await tx.run(
                "INSERT INTO usage_policies (org_id, network_id, version, content) VALUES (%s, %s, 1, %s)",
                (network.org_id, network.id, text),
            )

    async def _by_hand(self) -> None:
        """What has no method in the client API."""
        network = self.square.networks[INSIDE]
        text, rule = self.secret("tillkannage"), self.secret("regel")
        async with self.square.services.db.tx(network.scope) as tx:
            await tx.run(
                """INSERT INTO announcements (org_id, network_id, id, text, html, published_at)
                   VALUES (%s, %s, %s, %s, %s, now())""",
                (network.org_id, network.id, new_id(), text, f"<p>{text}</p>"),
            )
            await tx.run(
                "INSERT INTO rules (org_id, network_id, id, text) VALUES (%s, %s, %s, %s)",
                (network.org_id, network.id, new_id(), rule),
            )
            # There is no way for one to come in here; if there were, it would be the network's own
            svea = self.square.person(INSIDE, ONLY_INSIDE).id
            await tx.run(
                """INSERT INTO responses (org_id, network_id, id, account_id, source, source_hash, host, target,
                                          protocol, state, text, verified_at)
                   VALUES (%s, %s, %s, %s, %s, 'x', 'blog.example', 'x', 'webmention', 'pending', %s, now())""",
                (network.org_id, network.id, new_id(), svea, f"https://blog.example/{self.secret('kalla')}",
                 self.secret("gensvar")),
            )  # fmt: skip
            objected = self.secret("invandning")
            await tx.run(
                """INSERT INTO warnings (org_id, network_id, id, target_id, action, text, appeal, appealed_at)
                   VALUES (%s, %s, %s, %s, 'none', %s, %s, now())""",
                (network.org_id, network.id, new_id(), svea, objected, objected),
            )
            await tx.run(
                """INSERT INTO response_domains (org_id, network_id, id, domain, treatment)
                   VALUES (%s, %s, %s, %s, 'trusted')""",
                (network.org_id, network.id, new_id(), f"{self.secret('doman')}.example"),
            )
            await tx.run(
                """INSERT INTO page_columns (org_id, network_id, id, account_id, kind, subject, place)
                   VALUES (%s, %s, %s, %s, 'search', %s, 1)""",
                (network.org_id, network.id, new_id(), svea, self.secret("spalt")),
            )

    async def _take_stock(self) -> None:
        network = self.square.networks[INSIDE]
        async with self.square.services.db.system() as tx:
            for table in TABLES:
                sql = f"SELECT id FROM {table} WHERE network_id = %s ORDER BY id"
                self.ids[table] = await tx.column(sql, (network.id,))
            sql = "SELECT id FROM org_domains WHERE org_id = %s ORDER BY id DESC"
            self.ids["org_domains"] = await tx.column(sql, (network.org_id,))
            self.ids["networks"] = [network.id]
            sql = "SELECT group_key FROM notices WHERE network_id = %s AND type = 'favourite'"
            self.words["group_key"] = str(await tx.value(sql, (network.id,)))
            sql = "SELECT key FROM media_files WHERE network_id = %s AND purpose = 'original' LIMIT 1"
            self.words["key"] = str(await tx.value(sql, (network.id,)))
        empty = sorted(table for table, ids in self.ids.items() if not ids)
        assert not empty, f"nothing was planted in {empty}"

    async def rows(self) -> dict[str, str]:
        """A digest of every row inside, by table; when a token was last used does not count, nor that somebody asked
        to join or for a new password: that is put down for whoever asks, and is where nothing but a job can look."""
        network = self.square.networks[INSIDE]
        digests = {}
        async with self.square.services.db.system() as tx:
            tables = await tx.column(
                """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                   WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'network_id'
                   ORDER BY 1"""
            )
            for table in tables:
                digests[table] = await tx.value(
                    f"""SELECT count(*) || ' ' || coalesce(md5(string_agg(
                            (to_jsonb(t) - 'last_used_at' - 'xid')::text, ',' ORDER BY to_jsonb(t)::text)), '')
                        FROM {table} t WHERE network_id = %s
                        AND coalesce(to_jsonb(t) ->> 'kind', '') NOT IN ('join_mail', 'mail_reset')""",
                    (network.id,),
                )
        return digests

    def never(self) -> dict[str, str]:
        """For each id and name one of the same shape that never was."""
        ids = {id_ for some in self.ids.values() for id_ in some}
        chance, taken = random.Random(2), set(ids)
        made = {ONLY_INSIDE: "sveo", TAG: "hemligtango"}
        made[self.words["key"]] = self.words["key"][:-1].translate(str.maketrans("0123456789", "1234567890")) + "x"
        for id_ in sorted(ids):
            while (other := id_ ^ chance.randrange(1, 1 << 16)) in taken:
                pass
            taken.add(other)
            made[str(id_)] = str(other)
        return made


async def open_vault(square: Square) -> Vault:
    """Plant everything; something public is there, too, for the outsiders to have."""
    await square.anna.says("open to everybody #open")
    await square.person(PUBLIC, "bjorn").says("@anna hello")
    vault = Vault(square)
    await vault.plant()
    return vault
