"""The inside of the demonstration: its groups, what colleagues say there, what they plan, and whom they follow."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.cli.cast import Line


class Circle(msgspec.Struct, frozen=True, kw_only=True):
    """A group: its founder runs it, `members` and `guests` are in it, `asking` wait to be let in."""

    name: str
    display_name: str
    note: str
    kind: Literal["open", "moderated", "private", "hidden"]
    founder: str
    members: list[str]
    guests: list[str] = []
    asking: list[str] = []
    aliases: list[str] = []


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """An event in some days, at a full hour UTC, and who answered what."""

    key: str
    who: str
    title: str
    days: int
    hour: int
    hours: int = 1
    place: str = ""
    description: str = ""
    capacity: int | None = None
    ama: bool = False
    group: str | None = None
    yes: list[str] = []
    maybe: list[str] = []
    no: list[str] = []


GROUPS = [
    Circle(
        name="fika",
        display_name="Fika",
        note="Kaffe, bullar och allt annat som är viktigt. Everybody is welcome, in any language.",
        kind="open",
        founder="greta",
        members=["anna", "bjorn", "erik", "hana", "leila"],
    ),
    Circle(
        name="workshop",
        display_name="Workshop",
        note="From tube to bicycle: tools, jigs, deliveries. Skriv på svenska eller engelska. #workshop",
        kind="open",
        founder="erik",
        members=["bjorn", "anna", "maria"],
        aliases=["verkstan"],
    ),
    Circle(
        name="service",
        display_name="Customer service",
        note="What customers ask, and what we answer. Everybody reads; ask to join if you want to answer, too.",
        kind="moderated",
        founder="leila",
        members=["greta", "bjorn"],
        asking=["hana"],
    ),
    Circle(
        name="leads",
        display_name="Ledningsgruppen",
        note="Måndagar klockan nio. Dagordningen ligger överst.",
        kind="private",
        founder="maria",
        members=["anna", "erik", "leila"],
    ),
    Circle(
        name="guide",
        display_name="The hub guide",
        note="We write the guide that ends the clicking. Nadia, our photographer, is with us as a guest.",
        kind="private",
        founder="anna",
        members=["bjorn", "greta"],
        guests=["nadia"],
    ),
    Circle(
        name="norrsken",
        display_name="Projekt Norrsken",
        note="The winter bicycle. Nobody outside this group knows of it before the fair.",
        kind="hidden",
        founder="maria",
        members=["anna", "erik", "hana"],
    ),
]

INSIDE = [
    Line(
        key="welcome",
        who="anna",
        text="Welcome to our inside. What is written here stays here; the square outside has its own address. #welcome",
        favourited_by=["bjorn", "maria", "leila"],
    ),
    Line(
        key="coffee",
        who="greta",
        group="fika",
        text="Kaffemaskinen på plan två är lagad. Den som lagade den vill vara anonym, men tack!",
        favourited_by=["hana", "bjorn", "anna"],
    ),
    Line(
        key="buns",
        who="hana",
        text="There are cinnamon buns beside it. Until three o'clock, I guess.",
        reply_to="coffee",
        favourited_by=["greta"],
    ),
    Line(key="none", who="erik", text="Till tio över två, visade det sig.", reply_to="coffee"),
    Line(
        key="jig",
        who="erik",
        group="workshop",
        text="Den nya jiggen kommer på torsdag. Bänk tre behöver vara tom till dess. #workshop",
        favourited_by=["bjorn"],
    ),
    Line(key="bench", who="bjorn", text="Jag flyttar mina ramar i dag, så är den tom i morgon.", reply_to="jig"),
    Line(
        key="how",
        who="greta",
        question=True,
        text="En kund har ett baknav från 1987. Vilket fett tål de gamla lagren? #hubs",
    ),
    Line(
        key="guess",
        who="hana",
        text="The one in the green tin? I only know what it looks like.",
        reply_to="how",
    ),
    Line(
        key="grease",
        who="bjorn",
        text="Litiumfett, det gula. Aldrig det syntetiska, då sväller tätningarna. Skriv gärna upp årgången.",
        reply_to="how",
        best=True,
        favourited_by=["greta", "leila"],
    ),
    Line(
        key="praise",
        who="leila",
        badge="helping_hand",
        praised=["bjorn", "greta"],
        text="Forty letters about clicking hubs in a week, and each had an answer before evening.",
        favourited_by=["anna", "maria", "erik"],
    ),
    Line(
        key="tack",
        who="maria",
        badge="bridge_builder",
        praised=["anna"],
        text="För att du får verkstaden och kunderna att tala med varandra.",
        favourited_by=["leila", "bjorn"],
    ),
    Line(
        key="hub", who="bjorn", text="@anna Third question about clicking hubs this week. Shall we write a guide? #hubs"
    ),
    Line(key="guide", who="anna", text="@bjorn Yes, please. I will find you a photographer.", reply_to="hub"),
    Line(
        key="pictures",
        who="nadia",
        group="guide",
        text="I can come on Wednesday with the macro lens. Could somebody open a hub for me, slowly?",
        favourited_by=["bjorn"],
    ),
    Line(key="slowly", who="bjorn", text="Jag öppnar den hur långsamt du vill.", reply_to="pictures"),
    Line(
        key="agenda",
        who="maria",
        group="leads",
        text="Dagordning på måndag: vinterlagret, två nya tjänster, mässan. Skicka siffrorna i förväg.",
        favourited_by=["leila"],
    ),
    Line(
        key="sketch",
        who="hana",
        group="norrsken",
        text="The first sketch of Norrsken is on my wall: studs, a closed chain case, and a lamp that never goes out.",
        favourited_by=["maria", "erik"],
    ),
    Line(
        key="letter",
        who="greta",
        group="service",
        text="Tre kunder i dag frågar om vinterdäck redan. Ska vi lägga ut storlekarna på torget?",
    ),
    Line(key="sizes", who="leila", text="Good idea. I will ask Anna to take it outside.", reply_to="letter"),
    Line(
        key="winter",
        who="bjorn",
        text="Winter tyres: 622 fits the everyday model, 559 the cargo one. Margins are thin, so no discounts.",
        promote="Winter tyres: 622 fits the everyday model, 559 the cargo one. Ask us if you are not sure.",
    ),
    Line(
        key="beside",
        who="anna",
        beside="article",
        text="Sofia writes about the money for cycle paths. Who has our numbers, before she asks for them?",
    ),
    Line(key="numbers", who="maria", text="Jag har dem. Du får dem före lunch.", beside="article"),
    Line(
        key="password",
        who="anna",
        must_see=True,
        seen_by=["erik", "leila"],
        text="On Thursday at 17 the old mail system is closed. Save what you need, and ask Erik if in doubt.",
        favourited_by=["erik"],
    ),
]

EVENTS = [
    Meeting(
        key="fair", who="anna", title="Open workshop", days=9, hour=13, hours=3, place="Workshop, Lund",
        description="Customers come and look at how a frame is built. We need people at the door and at the coffee.",
        capacity=6, yes=["bjorn", "erik", "greta", "anna"], maybe=["hana"], no=["leila"],
    ),
    Meeting(
        key="ask", who="maria", title="Fråga Maria: vintern och de nya tjänsterna", days=3, hour=12, ama=True,
        description="Fråga redan nu, som svar här. Jag svarar på de mest önskade först.", yes=["anna", "leila"],
    ),
    Meeting(
        key="bake", who="greta", title="Kanelbullens dag, i efterskott", days=5, hour=13, place="Plan två",
        group="fika", yes=["hana", "erik"],
    ),
]  # fmt: skip

TOPICS = {"anna": ["hubs", "workshop"], "leila": ["hubs"], "bjorn": ["welcome"]}

PINNED = {"leads": "agenda", "workshop": "jig"}
