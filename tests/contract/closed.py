"""Groups full of secrets within an inside network, for a walk as a colleague who is in none of them.

What is in a private group is as secret as what is in a hidden one; that a hidden one is there is a secret, too.
"""

from __future__ import annotations

from datetime import timedelta

from tests.contract.vault import TABLES, Vault
from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from tests.media.makers import encoded
from torg.kernel.clock import now
from torg.kernel.ids import new_id

TORG = "/api/torg/v1"
HANDLE, OTHER_NAME, CLOSED_TAG = "doldgrupp", "doldalias", "doldtagg"


class Closed(Vault):
    """One group of a kind; `ids` are those of what is in it, and where there is nothing of a kind, no id at all."""

    kind: str = "hidden"
    group_id: str = ""
    colleague: Person

    def secret(self, about: str) -> str:
        made = f"dolt{self.kind}{about}{len(self.secrets)}zq"
        self.secrets.append(made)
        return made

    async def plant_group(self, kind: str) -> None:
        self.kind = kind
        square = self.square
        anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
        svea = await square.add(INSIDE, f"svea{kind}")
        self.words.update(handle=HANDLE + kind, name=CLOSED_TAG + kind, hashtag=CLOSED_TAG + kind)
        named = self.secret if kind == "hidden" else (lambda about: f"{about}syns")
        about = {"name": HANDLE + kind, "display_name": named("namn"), "note": named("syfte"), "kind": kind}
        made = await self.call(bjorn, "POST", f"{TORG}/groups", json={**about, "aliases": [OTHER_NAME + kind]})
        self.group_id = made["id"]
        if kind == "hidden":
            self.secrets += [HANDLE + kind, OTHER_NAME + kind]
        self.secrets.append(CLOSED_TAG + kind)
        for person in (anna, svea):
            asked = {"account_ids": [person.id]}
            await self.call(bjorn, "POST", f"{TORG}/groups/{made['id']}/invitations", json=asked)
            await self.call(person, "POST", f"/api/v1/accounts/{made['id']}/follow")
        role = {"role": "moderator"}
        await self.call(bjorn, "PATCH", f"{TORG}/groups/{made['id']}/members/{anna.id}", json=role)
        await self._posts(bjorn, svea)
        await self._extras(anna, bjorn, svea)
        await self._offices(anna, bjorn, svea)
        await square.settle()
        await self._take_own_stock()

    async def _posts(self, bjorn: Person, svea: Person) -> None:
        group, tag = self.group_id, self.words["name"]
        picture = await self.call(
            bjorn, "POST", "/api/v2/media", files={"file": (f"{self.secret('fil')}.png", encoded(".png"), "image/png")},
            data={"description": self.secret("bild")},
        )  # fmt: skip
        text = f"{self.secret('post')} #{tag} @{self.colleague.handle}"
        post = await bjorn.says(text, group_id=group, spoiler_text=self.secret("varning"), media_ids=[picture["id"]])
        self.words["post"] = post["id"]
        changed = {"status": f"{self.secret('rattat')} #{tag}"}
        await self.call(bjorn, "PUT", f"/api/v1/statuses/{post['id']}", json=changed)
        await svea.says(f"@bjorn @{self.colleague.handle} {self.secret('svar')}", in_reply_to_id=post["id"])
        poll = {"options": [self.secret("val"), self.secret("val")], "expires_in": 3600}
        await bjorn.says(self.secret("fraga"), poll=poll, group_id=group)
        gone = await bjorn.says(self.secret("borttaget"), group_id=group)
        await self.call(bjorn, "DELETE", f"/api/v1/statuses/{gone['id']}")
        for verb in ("favourite", "bookmark"):
            await self.call(svea, "POST", f"/api/v1/statuses/{post['id']}/{verb}")
        await self.call(bjorn, "POST", f"{TORG}/groups/{group}/pins/{post['id']}")
        await self.call(bjorn, "POST", f"{TORG}/groups/{group}/announcements/{post['id']}")
        topic = f"doltamne{self.kind}"
        self.secrets.append(topic)
        await self.call(bjorn, "POST", f"{TORG}/statuses/{post['id']}/topics", json={"name": topic})
        later = {"status": self.secret("sedan"), "scheduled_at": "2099-01-01T00:00:00Z", "group_id": group}
        await self.call(bjorn, "POST", "/api/v1/statuses", json=later)
        read = {"thread_id": post["id"], "last_read_id": post["id"]}
        await self.call(svea, "POST", f"{TORG}/read", json=read)

    async def _extras(self, anna: Person, bjorn: Person, svea: Person) -> None:
        here, soon = {"group_id": self.group_id}, (now() + timedelta(days=30)).isoformat()
        sent = await self.call(anna, "POST", f"{TORG}/must_see", json={"status": self.secret("viktigt"), **here})
        await self.call(svea, "POST", f"{TORG}/must_see/{sent['id']}/read")
        badge = (await self.call(anna, "GET", f"{TORG}/badges"))[0]["key"]
        thanks = {"status": self.secret("tack"), "account_ids": [svea.id], "badge": badge, **here}
        await self.call(bjorn, "POST", f"{TORG}/praise", json=thanks)
        asked = await self.call(svea, "POST", f"{TORG}/questions", json={"status": self.secret("undran"), **here})
        answer = await bjorn.says(self.secret("besked"), in_reply_to_id=asked["id"])
        await self.call(svea, "PUT", f"{TORG}/questions/{asked['id']}/best", json={"answer_id": answer["id"]})
        plan = {"title": self.secret("traff"), "place": self.secret("plats"), "kind": "ama", "starts_at": soon, **here}
        event = await self.call(bjorn, "POST", f"{TORG}/events", json={**plan, "description": self.secret("program")})
        await self.call(svea, "PUT", f"{TORG}/events/{event['id']}/rsvp", json={"answer": "yes"})
        spors = {"status": self.secret("spors")}
        await self.call(svea, "POST", f"{TORG}/events/{event['id']}/questions", json=spors)

    async def _offices(self, anna: Person, bjorn: Person, svea: Person) -> None:
        """By a delegate, beside a public thread, on the way out of the wall, watched for, and reported."""
        square, group = self.square, self.group_id
        await self.call(bjorn, "POST", f"{TORG}/delegates", json={"account_id": svea.id})
        said = {"status": self.secret("ombud"), "group_id": group}
        await self.call(svea, "POST", f"{TORG}/accounts/{bjorn.id}/statuses", json=said)
        asked = await square.reporter.says("When does it open?")
        aside = {"status": self.secret("vidsidan"), "group_id": group}
        await self.call(svea, "POST", f"{TORG}/side_threads/{asked['id']}/posts", json=aside)
        watch = {"name": self.secret("bevakning"), "expression": self.secrets[-2], "group_id": group}
        await self.call(anna, "POST", f"{TORG}/admin/watches", json=watch)
        await anna.says(f"{watch['expression']} {self.secret('traffad')}", group_id=group)
        told = {"account_id": bjorn.id, "status_ids": [self.words["post"]], "comment": self.secret("anmalan")}
        await self.call(svea, "POST", "/api/v1/reports", json=told)
        network, public = square.networks[INSIDE], square.person(PUBLIC, "anna")
        async with square.services.db.system() as tx:
            person = "UPDATE accounts SET person_id = (SELECT person_id FROM accounts WHERE id = %s) WHERE id = %s"
            before = await tx.value("SELECT person_id FROM accounts WHERE id = %s", (public.id,))
            await tx.run(person, (anna.id, public.id))
        mine = await anna.says(self.secret("utkast"), group_id=group)
        draft = {"post_id": mine["id"], "text": self.secret("frislappt")}
        await self.call(anna, "POST", f"{TORG}/promotions", json=draft)
        async with square.services.db.system() as tx:
            await tx.run("UPDATE accounts SET person_id = %s WHERE id = %s", (before, public.id))
            await tx.run(
                """INSERT INTO guard_stops (org_id, network_id, id, public_network_id, account_id, reason, text, digest,
                                            passage, post_id, group_id)
                   VALUES (%s, %s, %s, %s, %s, 'post', %s, %s, %s, %s, %s)""",
                (network.org_id, network.id, new_id(), square.networks[PUBLIC].id, public.id, self.secret("stoppat"),
                 self.kind, self.secret("passage"), int(self.words["post"]), int(group)),
            )  # fmt: skip

    async def _take_own_stock(self) -> None:
        """The ids of what hangs on the group, by what ties it there; of all else one that never was."""
        group = int(self.group_id)
        posts = "SELECT id FROM posts WHERE group_id = %(group)s"
        ties = {
            "posts": "group_id = %(group)s",
            "polls": f"post_id IN ({posts})",
            "media": f"post_id IN ({posts})",
            "scheduled_posts": "params ->> 'group_id' = %(group)s::text",
            "must_see": f"id IN ({posts})",
            "praise": f"id IN ({posts})",
            "questions": f"id IN ({posts})",
            "calendar_events": f"id IN ({posts})",
            "promotions": f"source_post_id IN ({posts})",
            "guard_stops": "group_id = %(group)s",
            "watches": "group_id = %(group)s",
            "watch_hits": "group_id = %(group)s",
        }
        if self.kind == "hidden":
            ties |= {"groups": "id = %(group)s", "accounts": "id = %(group)s"}
        async with self.square.services.db.system() as tx:
            for table in {*TABLES, *ties, "org_domains", "networks"}:
                where = ties.get(table)
                found = where and await tx.column(f"SELECT id FROM {table} WHERE {where} ORDER BY id", {"group": group})
                assert found or not where, f"nothing was planted in {table}"
                self.ids[table] = found or [new_id()]
            tagged = "SELECT tag_id FROM post_tags WHERE post_id = %s LIMIT 1"
            self.ids["tags"] = await tx.column(tagged, (int(self.words["post"]),))
            sql = "SELECT key FROM media_files WHERE media_id = %s AND purpose = 'original' LIMIT 1"
            self.words["key"] = str(await tx.value(sql, (self.ids["media"][0],)))

    def never(self) -> dict[str, str]:
        made = super().never()
        made |= {HANDLE + self.kind: "ingengrupp", self.words["name"]: "doldtango"}
        return made


async def open_closed(square: Square, kind: str) -> Closed:
    """A group of this kind, and Klara, who works beside those in it."""
    closed = Closed(square)
    closed.colleague = await square.add(INSIDE, f"klara{kind}")
    await closed.plant_group(kind)
    return closed
