"""Partnerships: asked, accepted by both, blocked; guests written down, invited, opened."""

import asyncio
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import TestPlatform
from tests.services.authz import make

from rt.contracts.authz import AddPartner, Standing
from rt.kernel.core.tenancy import acting_for
from rt.services.authz.domain.organization import Organization
from rt.services.authz.domain.partner import Partner, Wish, standing_of

CARRIER = {"name": "Transports Durand", "kind": "carrier", "email": "durand@durand.example"}
SIRET = "73282932000074"


async def add_partner(admin: make.Admin, **more: Any) -> dict[str, Any]:
    answer = await admin.web.post("/auth/partners", json=CARRIER | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_guest_is_known_to_who_wrote_it_down_and_to_nobody_else(authz: TestPlatform) -> None:
    ours, theirs = await make.admin(authz), await make.admin(authz, "Autre")
    guest = await add_partner(ours)
    assert guest["guest"] is True
    assert (await ours.web.get(f"/auth/organizations/{guest['id']}")).json()["email"] == CARRIER["email"]
    assert (await theirs.web.get(f"/auth/organizations/{guest['id']}")).status_code == 404
    assert (await theirs.web.get("/auth/partners")).json()["items"] == []
    assert (await theirs.web.get("/auth/organizations?q=durand")).json()["items"] == []
    assert [
        one["id"] for one in (await ours.web.get("/auth/partners?q=dur&kind=carrier")).json()["items"]
    ] == [guest["id"]]


async def test_a_guest_that_is_invited_becomes_an_account(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    guest = await add_partner(admin)
    assert (await admin.web.post(f"/auth/partners/{guest['id']}/invite")).status_code == 200
    assert (await make.accept(authz, CARRIER["email"])).status_code == 200
    tokens = (await make.login(authz, CARRIER["email"])).json()
    assert tokens["organization_id"] == guest["id"]
    seen = (await admin.web.get(f"/auth/organizations/{guest['id']}")).json()
    assert (seen["guest"], seen["name"]) == (False, CARRIER["name"])
    again = await admin.web.post(f"/auth/partners/{guest['id']}/invite")
    assert (again.status_code, again.json()["code"]) == (409, "not_guest")


async def test_a_partner_with_a_registered_siret_is_that_organization(authz: TestPlatform) -> None:
    haulier = await make.admin(authz, "Transports", "carrier", siret="73282932000074")
    admin = await make.admin(authz)
    for _ in range(2):
        assert (await add_partner(admin, siret="732 829 320 00074"))["id"] == haulier.organization_id
    assert len((await admin.web.get("/auth/partners")).json()["items"]) == 1


async def test_a_unit_adds_partners_for_the_organization_it_acts_for(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    with acting_for(admin.organization_id):
        guest = await make.unit(authz).ask(AddPartner(**CARRIER))
    assert [one["id"] for one in (await admin.web.get("/auth/partners")).json()["items"]] == [guest.id]


async def test_who_may_not_write_orders_adds_no_partner(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    member = await make.colleague(authz, admin, "viewer")
    async with make.bearing(authz, member["tokens"]["access_token"]) as web:
        assert (await web.post("/auth/partners", json=CARRIER)).status_code == 403


async def stood(reader: make.Admin, other: str) -> str:
    """What another organization is to a reader, by its card."""
    return str((await reader.web.get(f"/auth/organizations/{other}")).json()["standing"])


async def listed(reader: make.Admin, standing: str = "") -> list[tuple[str, str]]:
    items = (await reader.web.get("/auth/partners", params={"standing": standing})).json()["items"]
    return [(one["id"], one["standing"]) for one in items]


class Two:
    """A factory and a haulier that is registered with a SIRET."""

    def __init__(self, factory: make.Admin, haulier: make.Admin) -> None:
        self.factory, self.haulier = factory, haulier

    @classmethod
    async def met(cls, platform: TestPlatform) -> "Two":
        haulier = await make.admin(platform, "Transports", "carrier", siret=SIRET)
        return cls(await make.admin(platform), haulier)

    async def say(self, by: make.Admin, word: str) -> Any:
        return await by.web.post(f"/auth/partners/{self.other(by).organization_id}/{word}")

    def other(self, one: make.Admin) -> make.Admin:
        return self.haulier if one is self.factory else self.factory

    async def standings(self) -> tuple[str, str]:
        return (
            await stood(self.factory, self.haulier.organization_id),
            await stood(self.haulier, self.factory.organization_id),
        )


async def test_a_partnership_wants_both(authz: TestPlatform) -> None:
    two = await Two.met(authz)
    assert await two.standings() == ("stranger", "stranger")
    asked = await add_partner(two.factory, siret=SIRET)
    assert (asked["standing"], asked["email"]) == ("asked", "")
    assert await two.standings() == ("asked", "asks")
    assert await listed(two.haulier) == []
    assert await listed(two.haulier, "asks") == [(two.factory.organization_id, "asks")]
    accepted = await two.say(two.haulier, "accept")
    assert (accepted.json()["standing"], accepted.json()["email"]) == ("partner", two.factory.email)
    assert await two.standings() == ("partner", "partner")
    assert await listed(two.factory) == [(two.haulier.organization_id, "partner")]
    assert await listed(two.haulier) == [(two.factory.organization_id, "partner")]


async def test_adding_who_asks_is_to_accept(authz: TestPlatform) -> None:
    two = await Two.met(authz)
    assert (await two.say(two.haulier, "ask")).json()["standing"] == "asked"
    assert (await add_partner(two.factory, siret=SIRET))["standing"] == "partner"


async def test_two_who_ask_each_other_at_once_are_partners(authz: TestPlatform) -> None:
    two = await Two.met(authz)
    for _ in range(5):
        answers = await asyncio.gather(two.say(two.factory, "ask"), two.say(two.haulier, "ask"))
        assert [answer.status_code for answer in answers] == [200, 200]
        assert await two.standings() == ("partner", "partner")
        for one in (two.factory, two.haulier):
            await two.say(one, "block")
            await two.say(one, "unblock")
        assert await two.standings() == ("stranger", "stranger")


async def test_adding_by_siret_discloses_no_address(authz: TestPlatform) -> None:
    """What was hidden from a stranger stays hidden until the other says yes."""
    two = await Two.met(authz)
    made = await add_partner(two.factory, siret=SIRET, phone="+33 1")
    listing = (await two.factory.web.get("/auth/partners")).text
    card = (await two.factory.web.get(f"/auth/organizations/{made['id']}")).text
    found = (await two.factory.web.get("/auth/organizations?q=transports")).text
    assert two.haulier.email not in str(made) + listing + card + found


async def test_who_blocks_is_asked_no_more_and_told_nothing(authz: TestPlatform) -> None:
    two = await Two.met(authz)
    await add_partner(two.factory, siret=SIRET)
    assert (await two.say(two.haulier, "block")).json()["standing"] == "blocked"
    assert await two.standings() == ("blocked", "blocked")
    assert (await add_partner(two.factory, siret=SIRET))["standing"] == "blocked"
    assert (await two.say(two.factory, "unblock")).json()["standing"] == "blocked"
    assert (await two.say(two.haulier, "unblock")).json()["standing"] == "asks"
    assert (await two.say(two.haulier, "accept")).json()["standing"] == "partner"
    assert (await two.say(two.factory, "block")).json()["standing"] == "blocked"
    assert await two.standings() == ("blocked", "blocked")
    assert await listed(two.factory) == []
    letters = await make.emitted(authz, "authz.partner.asked")
    assert [(one["organization_id"], one["by_id"]) for one in letters] == [
        (two.haulier.organization_id, two.factory.organization_id)
    ]


async def test_a_stranger_may_be_blocked_before_it_asks(authz: TestPlatform) -> None:
    two = await Two.met(authz)
    await two.say(two.haulier, "block")
    await add_partner(two.factory, siret=SIRET)
    assert await two.standings() == ("blocked", "blocked")
    assert await make.emitted(authz, "authz.partner.asked") == []


async def test_nobody_accepts_what_was_not_asked(authz: TestPlatform) -> None:
    two = await Two.met(authz)
    assert (await two.say(two.factory, "accept")).status_code == 404
    await two.say(two.factory, "ask")
    refused = await two.say(two.factory, "accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_asked")


async def test_nobody_is_a_partner_of_itself_of_the_platform_or_of_anothers_guest(
    authz: TestPlatform,
) -> None:
    two = await Two.met(authz)
    own = await two.haulier.web.post("/auth/partners", json=CARRIER | {"siret": SIRET})
    assert (own.status_code, own.json()["code"]) == (409, "own_partner")
    guest = await add_partner(two.factory)
    for other in ("org_operator", guest["id"], "org_nobody"):
        for word in ("ask", "accept", "block", "unblock"):
            answer = await two.haulier.web.post(f"/auth/partners/{other}/{word}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (other, word)


async def test_a_guest_is_a_partner_from_the_day_it_opens(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    guest = await add_partner(admin)
    assert guest["standing"] == "guest"
    await admin.web.post(f"/auth/partners/{guest['id']}/invite")
    await make.accept(authz, CARRIER["email"])
    tokens = (await make.login(authz, CARRIER["email"])).json()
    assert await listed(admin) == [(guest["id"], "partner")]
    async with make.bearing(authz, tokens["access_token"]) as web:
        items = (await web.get("/auth/partners")).json()["items"]
    assert [(one["id"], one["standing"]) for one in items] == [(admin.organization_id, "partner")]


async def test_a_blocked_guest_is_still_ones_own(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    guest = await add_partner(admin)
    way = f"/auth/partners/{guest['id']}"
    assert (await admin.web.post(f"{way}/block")).json()["standing"] == "blocked"
    assert await listed(admin, "blocked") == [(guest["id"], "blocked")]
    assert (await admin.web.post(f"{way}/unblock")).json()["standing"] == "guest"


async def test_the_directory_says_how_one_stands(authz: TestPlatform) -> None:
    two = await Two.met(authz)
    await two.say(two.factory, "ask")
    items = (await two.haulier.web.get("/auth/organizations")).json()["items"]
    assert {one["id"]: one["standing"] for one in items} == {
        two.factory.organization_id: "asks",
        two.haulier.organization_id: "self",
        "org_operator": "stranger",
    }


async def test_only_the_desk_has_to_do_with_partners(authz: TestPlatform) -> None:
    """Drivers, viewers and accountants are refused, and keys that may only read."""
    two = await Two.met(authz)
    way = f"/auth/partners/{two.haulier.organization_id}"
    key = await two.factory.web.post("/auth/keys", json={"name": "K", "rights": ["authz.read"]})
    tokens = [key.json()["secret"]]
    for role in ("driver", "viewer", "accountant"):
        member = await make.colleague(authz, two.factory, role, role)
        tokens.append(member["tokens"]["access_token"])
    for token in tokens:
        async with make.bearing(authz, token) as web:
            assert (await web.post("/auth/partners", json=CARRIER)).status_code == 403
            for word in ("ask", "accept", "block", "unblock"):
                assert (await web.post(f"{way}/{word}")).status_code == 403
    desk = await make.colleague(authz, two.factory, "dispatcher", "desk")
    async with make.bearing(authz, desk["tokens"]["access_token"]) as web:
        assert (await web.post(f"{way}/ask")).json()["standing"] == "asked"


def organization(number: int) -> Organization:
    return Organization(id=f"org_{number}", org_id=f"org_{number}", name="X", kind="carrier", email="")


MIRRORED: dict[Standing, Standing] = {
    "partner": "partner",
    "asked": "asks",
    "asks": "asked",
    "blocked": "blocked",
    "stranger": "stranger",
}


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(get_args(Wish))), max_size=12))
def test_two_notes_always_mirror_each_other(said: list[tuple[int, Wish]]) -> None:
    """Whatever two organizations say in whatever order, partner needs both, and either blocks for both."""
    firms = [organization(0), organization(1)]
    notes = [
        Partner(id=f"prt_{n}", org_id=f"org_{n}", partner_id=f"org_{1 - n}", kind="carrier", name="X")
        for n in (0, 1)
    ]
    last: list[Wish] = ["", ""]
    for by, wish in said:
        notes[by].want(wish, firms[by], make.AT)
        notes[1 - by].hear(wish)
        last[by] = wish
        assert notes[1 - by].standing == MIRRORED[notes[by].standing]
        assert (notes[0].standing == "partner") == (last == ["yes", "yes"])
        assert (notes[0].standing == "blocked") == ("no" in last)
    assert sum(event.topic == "authz.partner.asked" for note in notes for event in note.emitted) <= 2


def test_a_guest_is_one_only_while_both_want() -> None:
    assert standing_of(True, "yes", "yes") == "guest"
    assert standing_of(True, "no", "yes") == "blocked"
