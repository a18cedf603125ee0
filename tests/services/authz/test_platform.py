"""Being the operator is one organization's identity: no word gives it, no datum makes another."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect as mi
from tests.conftest import TestPlatform
from tests.house.messages import asked, contracts
from tests.services.authz import make
from tests.services.authz.make import PASSWORD

from rt.contracts.authz import AddUser
from rt.kernel.access.tokens import PLATFORM, PLATFORM_RIGHTS, PLATFORM_ROLE
from rt.kernel.core.errors import AskRefused
from rt.kernel.model.messages import Command
from rt.services.authz.domain.roles import rights_of

GIVING = {
    "AddApiKey.rights",
    "AddUser.role",
    "ChangeRole.role",
    "InviteUser.role",
    "SetFlag.roles",
}
"""Every field of a command that takes a role or a right; each is tried below. Flags give nothing: they name
to whom a feature shows, and only the platform sets them."""
KINDS = {"AddPartner.kind", "RegisterOrganization.kind"}
"""Every field of a command that takes a kind of organization; none takes the operator's."""


def values(node: mi.Type) -> Iterator[Any]:
    """The literals and patterns that a field takes, at any depth."""
    match node:
        case mi.Metadata():
            yield from values(node.type)
        case mi.LiteralType():
            yield from node.values
        case mi.StrType() if node.pattern:
            yield node.pattern
        case mi.ListType() | mi.SetType() | mi.FrozenSetType() | mi.VarTupleType():
            yield from values(node.item_type)
        case mi.DictType():
            yield from values(node.key_type)
            yield from values(node.value_type)
        case mi.UnionType():
            for one in node.types:
                yield from values(one)
        case mi.StructType():
            for field in node.fields:
                yield from values(field.type)


def fields_that_take(*wanted: str) -> set[str]:
    """Fields of commands, of all contracts, that are called so or take such a value or pattern."""
    found = set()
    for contract in contracts():
        for word in asked(contract):
            if not issubclass(word, Command):
                continue
            for field in msgspec.structs.fields(word):
                taken = [str(value) for value in values(mi.type_info(field.type))]
                called = field.encode_name.rstrip("s") in wanted
                if called or any(
                    one == value or (one in value and "^" in value) for one in wanted for value in taken
                ):
                    found.add(f"{word.__name__}.{field.encode_name}")
    return found


def test_every_field_that_takes_a_role_or_a_right_is_known_here() -> None:
    assert fields_that_take("role", "right", "dispatcher", PLATFORM_ROLE, "read|write|admin") == GIVING


def test_no_field_that_takes_a_kind_takes_the_operators() -> None:
    assert fields_that_take("recipient") >= KINDS
    kinds = {
        f"{word.__name__}.{field.encode_name}"
        for contract in contracts()
        for word in asked(contract)
        if issubclass(word, Command)
        for field in msgspec.structs.fields(word)
        if {"carrier", "operator"} <= {str(value) for value in values(mi.type_info(field.type))}
    }
    assert kinds == set()


async def called_operator(platform: TestPlatform) -> make.Admin:
    """An administrator whose organization was once let be of the operator's kind."""
    admin = await make.admin(platform)
    kept = platform.database("authz")["authz.organizations"]
    await kept.update_one({"_id": admin.organization_id}, {"$set": {"kind": "operator"}})
    return admin


async def test_an_organization_of_the_operators_kind_gives_no_platform_role(authz: TestPlatform) -> None:
    admin = await called_operator(authz)
    asked_ = {"email": "x@y.example", "name": "X", "role": PLATFORM_ROLE}
    refused = await admin.web.post("/auth/users", json=asked_)
    assert (refused.status_code, refused.json()["code"]) == (422, "role_not_for_organization")
    member = await make.colleague(authz, admin)
    changed = await admin.web.post(f"/auth/users/{member['user_id']}/role", json={"role": PLATFORM_ROLE})
    assert (changed.status_code, changed.json()["code"]) == (422, "role_not_for_organization")
    with pytest.raises(AskRefused):
        await make.unit(authz).ask(
            AddUser(
                organization_id=admin.organization_id,
                email="z@y.example",
                name="Z",
                role=PLATFORM_ROLE,
                password=PASSWORD,
            )
        )
    partner = {"name": "Y", "kind": "operator", "email": "y@y.example"}
    assert (await admin.web.post("/auth/partners", json=partner)).status_code == 422


async def test_a_platform_role_that_stands_elsewhere_is_worth_nothing(authz: TestPlatform) -> None:
    """Members, tokens and keys that an older release let in have no right of the platform."""
    admin = await called_operator(authz)
    member = await make.colleague(authz, admin)
    people = authz.database("authz")["authz.people"]
    await people.update_one({"_id": member["user_id"]}, {"$set": {"memberships.0.role": PLATFORM_ROLE}})
    key = await admin.web.post("/auth/keys", json={"name": "K", "rights": ["palette.read"]})
    keys = authz.database("authz")["authz.keys"]
    await keys.update_one({}, {"$set": {"rights": sorted(PLATFORM_RIGHTS | {"authz.read"})}})
    tokens = (await make.login(authz, member["email"])).json()
    victim = await make.admin(authz, "Autre")
    for token in (tokens["access_token"], key.json()["secret"]):
        async with make.bearing(authz, token) as web:
            way = f"/auth/organizations/{victim.organization_id}"
            assert (await web.post(f"{way}/suspend", json={"reason": "parce que"})).status_code == 403
            assert (await web.post("/auth/keys/rotate", json={})).status_code == 403
            assert (await web.get(way)).json()["email"] == ""
    async with make.bearing(authz, tokens["access_token"]) as web:
        assert (await web.get("/auth/me")).json()["rights"] == []


@pytest.mark.parametrize("right", sorted(PLATFORM_RIGHTS))
async def test_a_key_carries_no_right_of_the_platform(authz: TestPlatform, right: str) -> None:
    admin = await called_operator(authz)
    refused = await admin.web.post("/auth/keys", json={"name": "K", "rights": [right]})
    assert (refused.status_code, refused.json()["code"]) == (403, "key_right_forbidden")


def test_the_platform_role_has_rights_with_the_operator_alone() -> None:
    assert rights_of(PLATFORM_ROLE, PLATFORM) >= PLATFORM_RIGHTS
    assert rights_of(PLATFORM_ROLE, "org_a") == frozenset()
