"""The network's own emoji for those who keep them."""

from __future__ import annotations

from tests.admin_api.helpers import ADMIN, acts, details, give_role, ok, refused, same_as_never
from tests.fixtures.square import OTHER, Person, Square
from tests.media.makers import encoded
from torg.kernel.actor import Permission

PATH = f"{ADMIN}/custom_emojis"


def image(data: bytes | None = None) -> dict[str, tuple[str, bytes, str]]:
    return {"image": ("fika.png", encoded(".png", 64, 64) if data is None else data, "image/png")}


async def offered(person: Person) -> list[tuple[str, bool, str | None]]:
    found = await ok(await person.get("/api/v1/custom_emojis"))
    return [(one["shortcode"], one["visible_in_picker"], one["category"]) for one in found]


async def test_the_life_of_an_emoji(square: Square) -> None:
    await give_role(square, square.reporter, Permission.MANAGE_CUSTOM_EMOJIS)
    officer = square.reporter
    made = await ok(await officer.post(PATH, data={"shortcode": ":fika:", "category": "Mat"}, files=image()))
    assert (made["shortcode"], made["category"], made["disabled"]) == ("fika", "Mat", False)
    assert (await square.nobody().get(made["url"])).status_code == 200
    assert await offered(square.nobody()) == [("fika", True, "Mat")]
    assert await offered(square.nobody(OTHER)) == []
    one = f"{PATH}/{made['id']}"
    hidden = await ok(await officer.patch(one, json={"visible_in_picker": False, "category": ""}))
    assert await offered(square.nobody()) == [("fika", False, None)]
    off = await ok(await officer.patch(one, data={"disabled": "true"}))
    assert off == {**hidden, "disabled": True}
    assert await offered(square.nobody()) == []
    assert await ok(await officer.get(PATH)) == [off]
    assert await ok(await officer.get(one)) == off
    assert await ok(await officer.delete(one)) == {}
    assert await ok(await officer.get(PATH)) == []
    assert (await officer.delete(one)).status_code == 404
    assert await acts(square) == [(verb, "custom_emoji") for verb in ("create", "update", "update", "delete")]


async def test_what_is_wrong_is_told(square: Square) -> None:
    await ok(await square.anna.post(PATH, data={"shortcode": "fika"}, files=image()))
    post = square.anna.post
    assert await details(await post(PATH, data={"shortcode": "fika"}, files=image())) == {"shortcode": "ERR_TAKEN"}
    assert await details(await post(PATH, data={"shortcode": "f"}, files=image())) == {"shortcode": "ERR_INVALID"}
    assert await details(await post(PATH, data={"shortcode": "kaka"})) == {"image": "ERR_BLANK"}
    assert await details(await post(PATH, json={"shortcode": "kaka", "image": "x"})) == {"image": "ERR_INVALID"}
    long = {"shortcode": "kaka", "category": "x" * 101}
    assert await details(await post(PATH, data=long, files=image())) == {"category": "ERR_TOO_LONG"}
    for data in (b"", b"no picture", encoded(".png")[:200]):
        response = await post(PATH, data={"shortcode": "kaka"}, files=image(data))
        assert response.status_code == 422, response.text
    assert await acts(square) == [("create", "custom_emoji")]


async def test_only_the_office_may(square: Square) -> None:
    made = await ok(await square.anna.post(PATH, data={"shortcode": "fika"}, files=image()))
    await refused(square, "PATCH", f"{PATH}/{made['id']}", Permission.MANAGE_CUSTOM_EMOJIS)
    for method, rest in (("GET", ""), ("POST", ""), ("GET", f"/{made['id']}"), ("DELETE", f"/{made['id']}")):
        assert (await square.shop.http.request(method, PATH + rest)).status_code == 403


async def test_the_wall(square: Square) -> None:
    made = await ok(await square.anna.post(PATH, data={"shortcode": "fika"}, files=image()))
    for method in ("GET", "PATCH", "DELETE"):
        await same_as_never(square, method, PATH + "/{id}", made["id"])
