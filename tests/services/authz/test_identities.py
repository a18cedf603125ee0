"""A SIRET and a VAT number are one organization's: never taken by editing, changed by the platform's word."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.conftest import TestPlatform
from tests.services.authz import make

SIRET, OTHER = "73282932000074", "40483304800022"
VAT = "FR44732829320"


async def edited(admin: make.Admin, **said: Any) -> httpx.Response:
    way = f"/auth/organizations/{admin.organization_id}"
    version = (await admin.web.get(way)).json()["version"]
    return await admin.web.patch(way, json=said, headers={"if-match": f'"{version}"'})


async def identity(by: httpx.AsyncClient, organization_id: str) -> dict[str, Any]:
    answer = await by.get(f"/auth/organizations/{organization_id}/identity")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def asked(admin: make.Admin, siret: str = SIRET, **more: Any) -> httpx.Response:
    way = f"/auth/organizations/{admin.organization_id}/identity"
    return await admin.web.post(way, json={"siret": siret, "proof": "Kbis du 12/11/2026"} | more)


async def judged(
    by: httpx.AsyncClient, word: str, organization_id: str, siret: str = SIRET
) -> httpx.Response:
    way = f"/auth/organizations/{organization_id}/identity/{word}"
    return await by.post(way, json={"siret": siret, "reason": "Kbis vu"})


@pytest.mark.parametrize("number", [{"siret": SIRET}, {"vat": VAT}])
async def test_editing_takes_nobodys_number(authz: TestPlatform, number: dict[str, str]) -> None:
    await make.admin(authz, **number)
    thief = await make.admin(authz, "Pirate")
    refused = await edited(thief, **number)
    assert (refused.status_code, refused.json()["code"]) == (409, "number_taken")
    assert refused.json()["errors"][0]["field"] in number
    numbered = await make.admin(authz, "Autre", siret=OTHER)
    for said in ({"siret": SIRET}, {"siret": None}):
        refused = await edited(numbered, **said)
        assert refused.status_code == 409
    assert (await identity(numbered.web, numbered.organization_id))["siret"] == OTHER


async def test_the_vat_number_of_a_company_is_not_anothers_though_it_only_gave_its_siret(
    authz: TestPlatform,
) -> None:
    holder = await make.admin(authz, siret=SIRET)
    thief = await make.admin(authz, "Pirate", vat=VAT)
    shown = await identity(thief.web, thief.organization_id)
    assert (shown["vat"], shown["wish"]["vat"]) == ("", VAT)
    assert (await edited(thief, vat=VAT)).json()["code"] == "number_taken"
    assert (await edited(holder, vat=VAT)).json()["vat"] == VAT


async def test_first_numbers_are_declared_once(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    assert (await edited(admin, siret="732 829 320 00074")).json()["siret"] == SIRET
    assert (await edited(admin, siret=SIRET, vat=VAT)).json()["vat"] == VAT
    refused = await edited(admin, siret=OTHER, vat=None)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity_kept")
    shown = await identity(admin.web, admin.organization_id)
    assert (shown["confirmed"], [line["act"] for line in shown["history"]]) == (False, ["declared"] * 2)
    assert {line["by"] for line in shown["history"]} == {(await admin.web.get("/auth/me")).json()["user_id"]}


async def test_of_two_who_declare_one_number_at_once_one_has_it(authz: TestPlatform) -> None:
    firms = [await make.admin(authz, name) for name in ("Une", "Deux", "Trois")]
    answers = await asyncio.gather(*(edited(firm, siret=SIRET) for firm in firms))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


async def test_of_two_who_register_one_number_at_once_one_has_it(authz: TestPlatform) -> None:
    """Both come in; the second waits for the platform's word. Registering does not tell who has a number."""
    body = {"kind": "carrier", "person_name": "X", "siret": SIRET}
    async with authz.web("authz") as web:
        for name in ("une", "deux"):
            said = body | {"name": name, "email": f"x@{name}.example"}
            assert (await web.post("/auth/organizations", json=said)).status_code == 201
        tokens = [one["token"] for one in await make.emitted(authz, "authz.user.invited")]
        both = await asyncio.gather(
            *(
                web.post("/auth/invitations/accept", json={"token": token, "password": make.PASSWORD})
                for token in tokens
            )
        )
    assert [answer.status_code for answer in both] == [200, 200]
    kept = authz.database("authz")["authz.organizations"]
    held = [one async for one in kept.find({"kind": "carrier"}, {"siret": 1, "wish": 1})]
    assert sorted(one["siret"] for one in held) == ["", SIRET]
    assert [one["wish"]["numbers"]["siret"] for one in held if not one["siret"]] == [SIRET]


async def test_who_came_first_does_not_keep_the_number_of_its_owner(authz: TestPlatform) -> None:
    """Squatting: the platform gives the number to whose it is, and all is written down on both sides."""
    squatter = await make.admin(authz, "Pirate", siret=SIRET)
    owner = await make.admin(authz, siret=SIRET)
    chief = await make.operator(authz)
    waiting = (await chief.get("/auth/identities")).json()["items"]
    assert [(one["organization_id"], one["wish"]["held_by"]) for one in waiting] == [
        (owner.organization_id, [squatter.organization_id])
    ]
    assert (await asked(owner)).status_code == 200
    confirmed = await judged(chief, "confirm", owner.organization_id)
    assert (confirmed.json()["siret"], confirmed.json()["confirmed"]) == (SIRET, True)
    lost = await identity(squatter.web, squatter.organization_id)
    assert (lost["siret"], lost["history"][0]["act"], lost["history"][0]["siret_before"]) == (
        "",
        "taken",
        SIRET,
    )
    assert lost["history"][0]["by"] == ""
    assert (await chief.get("/auth/identities")).json()["items"] == []
    partner = {"name": "U", "kind": "shipper", "email": "u@u.example", "siret": SIRET}
    third = await make.admin(authz, "Tiers")
    assert (await third.web.post("/auth/partners", json=partner)).json()["id"] == owner.organization_id
    emitted = await make.emitted(authz, "authz.identity.answered")
    assert {(one["organization_id"], one["act"]) for one in emitted} == {
        (owner.organization_id, "confirmed"),
        (squatter.organization_id, "taken"),
    }


SECOND = "73282932000082"
"""Another establishment of the company of SIRET."""


async def vats(*admins: make.Admin) -> list[str]:
    return [(await identity(one.web, one.organization_id))["vat"] for one in admins]


async def confirmed(
    chief: httpx.AsyncClient, admin: make.Admin, siret: str, vat: str = VAT
) -> httpx.Response:
    way = f"/auth/organizations/{admin.organization_id}/identity/confirm"
    return await chief.post(way, json={"siret": siret, "vat": vat, "reason": "Kbis vu"})


async def test_two_establishments_of_one_company_have_its_vat_number_by_the_platforms_word(
    authz: TestPlatform,
) -> None:
    seat, chief = await make.admin(authz, siret=SIRET, vat=VAT), await make.operator(authz)
    assert (await confirmed(chief, seat, SIRET)).status_code == 200
    branch = await make.admin(authz, "Agence", siret=SECOND)
    assert (await edited(branch, vat=VAT)).json()["code"] == "number_taken"
    assert await vats(seat, branch) == [VAT, ""]
    assert (await asked(branch, SECOND, vat=VAT)).status_code == 200
    assert (await identity(chief, branch.organization_id))["wish"]["held_by"] == []
    answer = await confirmed(chief, branch, SECOND)
    assert (answer.status_code, answer.json()["vat"]) == (200, VAT), answer.text
    assert await vats(seat, branch) == [VAT, VAT]
    partner = {"name": "U", "kind": "shipper", "email": "u@u.example", "vat": VAT}
    third = await make.admin(authz, "Tiers")
    assert (await third.web.post("/auth/partners", json=partner)).json()["id"] == seat.organization_id
    thief = await make.admin(authz, "Pirate", siret="73282932000090", vat=VAT)
    assert await vats(thief) == [""]
    assert (await edited(thief, vat=VAT)).status_code == 409


async def test_who_only_says_to_be_of_the_company_keeps_nothing_of_it(authz: TestPlatform) -> None:
    """A SIRET made up with another's SIREN, declared first: the VAT number goes to its owner."""
    thief = await make.admin(authz, "Pirate", siret=SECOND, vat=VAT)
    owner, chief = await make.admin(authz, siret=SIRET, vat=VAT), await make.operator(authz)
    assert await vats(thief, owner) == [VAT, ""]
    wish = (await identity(chief, owner.organization_id))["wish"]
    assert wish["held_by"] == [thief.organization_id]
    assert (await confirmed(chief, owner, wish["siret"], wish["vat"])).status_code == 200
    assert await vats(thief, owner) == ["", VAT]


async def test_with_a_siret_goes_the_vat_number_of_its_company(authz: TestPlatform) -> None:
    thief = await make.admin(authz, "Pirate", siret=SIRET, vat=VAT)
    owner, chief = await make.admin(authz, siret=SIRET), await make.operator(authz)
    assert (await asked(owner)).status_code == 200
    assert (await judged(chief, "confirm", owner.organization_id)).status_code == 200
    assert await vats(thief, owner) == ["", ""]


async def test_who_has_the_vat_number_of_no_company_here_shares_it_with_nobody(authz: TestPlatform) -> None:
    """Without a SIRET of the company, and abroad, a VAT number stays one organization's."""
    seat, chief = await make.admin(authz, siret=SIRET, vat=VAT), await make.operator(authz)
    assert (await confirmed(chief, seat, SIRET)).status_code == 200
    other = await make.admin(authz, "Autre", vat=VAT)
    assert (await confirmed(chief, other, "")).status_code == 200
    assert await vats(seat, other) == ["", VAT]


async def test_of_two_confirmed_at_once_each_has_the_vat_number_and_one_has_it_first(
    authz: TestPlatform,
) -> None:
    firms = [await make.admin(authz, name) for name in ("Une", "Deux")]
    chief = await make.operator(authz)
    for firm, siret in zip(firms, (SIRET, SECOND), strict=True):
        assert (await asked(firm, siret, vat=VAT)).status_code == 200
    for _ in range(2):
        await asyncio.gather(
            *(confirmed(chief, firm, siret) for firm, siret in zip(firms, (SIRET, SECOND), strict=True))
        )
    assert await vats(*firms) == [VAT, VAT]
    kept = authz.database("authz")["authz.organizations"]
    assert await kept.count_documents({"vat": VAT, "vat_branch": None}) == 1


async def test_a_wish_is_refused_by_its_name(authz: TestPlatform) -> None:
    admin, chief = await make.admin(authz, siret=OTHER), await make.operator(authz)
    assert (await asked(admin)).json()["wish"]["siret"] == SIRET
    assert (await judged(chief, "refuse", admin.organization_id, OTHER)).status_code == 409
    assert (await judged(chief, "confirm", admin.organization_id, "55208131766522")).status_code == 409
    assert (await judged(chief, "refuse", admin.organization_id)).json()["wish"] is None
    assert (await judged(chief, "confirm", admin.organization_id)).status_code == 409
    shown = await identity(admin.web, admin.organization_id)
    assert (shown["siret"], shown["history"][0]["reason"]) == (OTHER, "Kbis vu")


async def test_an_opened_guest_takes_nobodys_number(authz: TestPlatform) -> None:
    """A partner writes a guest down with another's SIRET, opens it itself, and has nothing of it."""
    owner = await make.admin(authz)
    thief = await make.admin(authz, "Pirate")
    body = {"name": "Usine", "kind": "shipper", "email": "pirate2@pirate.example", "siret": SIRET}
    guest = (await thief.web.post("/auth/partners", json=body)).json()
    await edited(owner, siret=SIRET)
    await thief.web.post(f"/auth/partners/{guest['id']}/invite")
    assert (await make.accept(authz, "pirate2@pirate.example")).status_code == 200
    chief = await make.operator(authz)
    shown = await identity(chief, guest["id"])
    assert (shown["siret"], shown["wish"]["siret"]) == ("", SIRET)


async def test_only_the_platform_judges_and_reads_others(authz: TestPlatform) -> None:
    ours, theirs = await make.admin(authz, siret=SIRET), await make.admin(authz, "Autre")
    way = f"/auth/organizations/{ours.organization_id}/identity"
    assert (await theirs.web.get(way)).status_code == 404
    assert (await theirs.web.post(way, json={"siret": SIRET, "proof": "Kbis"})).status_code == 404
    assert (await theirs.web.get("/auth/identities")).status_code == 403
    for word in ("confirm", "refuse"):
        assert (await judged(ours.web, word, ours.organization_id)).status_code == 403
    key = await ours.web.post("/auth/keys", json={"name": "K", "rights": ["authz.read"]})
    async with make.bearing(authz, key.json()["secret"]) as web:
        assert (await web.post(way, json={"siret": OTHER, "proof": "Kbis"})).status_code == 403


async def test_partners_are_found_by_vat_where_neither_says_a_siret(authz: TestPlatform) -> None:
    foreign = await make.admin(authz, "Belge", "carrier", vat="BE0403019261", country="BE")
    admin = await make.admin(authz)
    body = {"name": "B", "kind": "carrier", "email": "b@b.example", "country": "BE", "vat": "BE0403019261"}
    assert (await admin.web.post("/auth/partners", json=body)).json()["id"] == foreign.organization_id
