"""Who names another's thing in a message is refused as if there were no such thing (T-4)."""

import importlib
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from msgspec import inspect as mi
from tests.conftest import TestPlatform
from tests.house.messages import asked
from tests.isolation.samples import body, sample
from tests.isolation.test_matrix import ABSENT, BUILT, owned, path

from rt.host.keys import UnitKeys
from rt.kernel.core.settings import Settings
from rt.kernel.model.messages import OPEN, UNIT, Command
from rt.kernel.service.service import Served
from rt.services.authz.domain.roles import RIGHTS

OWN, FOREIGN = "object_of_b", "object_of_a"
Place = tuple[str | int, ...]
"""Where a field stands in a body; 0 is the first of a list."""
Answered = tuple[int, str, list[str]]
"""Status, code, and the fields that the refusal names."""

OF_THE_PLATFORM = {"admin_gateway"}
"""Units whose commands are the operator's, who may name every organization."""
OTHERWISE = {
    "Login.organization_id": "403: one is no member there, whether or not it exists",
    "SwitchOrganization.organization_id": "403: one is no member there, whether or not it exists",
}
"""Fields that refuse in a way of their own, the same for another's and for nothing."""
UNIQUE_LISTS = {"planning.slots": ("cells",)}
"""Lists whose entries no two things share; an empty one would count as shared."""
BODIES: dict[str, dict[str, Any]] = {}
"""What a message needs beyond its required fields to be well formed."""


@pytest.fixture(scope="module")
async def two(
    mongod: str, unit_keys: UnitKeys, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TestPlatform]:
    """All built units, with one thing of organization A and one of B in every collection."""
    settings = Settings(
        mongodb_db=f"test_{uuid4().hex[:12]}",
        home=tmp_path_factory.mktemp("house"),
        jwt_secret=uuid4().hex,
        bcrypt_rounds=4,
        user_limit=1_000_000,
    )
    platform = TestPlatform(settings, mongod, unit_keys)
    await platform.mount(*(importlib.import_module(f"rt.services.{row.package}.app").build for row in BUILT))
    for instance in platform.instances.values():
        for collection in owned(instance):
            for org, own in (("org_a", FOREIGN), ("org_b", OWN)):
                raw = sample(collection.entity, text=f"canary-of-{own}", other=own)
                raw |= {"id": own, "org_id": org, "seen_by": [org], "version": 1}
                raw |= {name: [own] for name in UNIQUE_LISTS.get(collection.name, ())}
                entity = msgspec.convert(raw, collection.entity, builtin_types=(bytes,), strict=False)
                document = collection._document(entity)
                await instance.context.database[collection.name].insert_one(
                    {**document, "outbox": [], "done": []}
                )
    yield platform
    await platform.client.drop_database(settings.mongodb_db)
    await platform.stop()


def references(node: mi.Type, place: Place = (), extra: dict[str, Any] | None = None) -> Iterator[Place]:
    """Where in a message an identity stands that leads to something."""
    match node:
        case mi.Metadata():
            yield from references(node.type, place, {**(extra or {}), **(node.extra or {})})
        case mi.StructType():
            for field in node.fields:
                yield from references(field.type, (*place, field.encode_name))
        case mi.ListType() | mi.VarTupleType():
            yield from references(node.item_type, (*place, 0), extra)
        case mi.UnionType():
            for one in node.types:
                yield from references(one, place, extra)
        case mi.StrType() if (extra or {}).get("leads_to"):
            yield place
        case _:
            return


def named(message: type[Any], place: Place) -> str:
    return ".".join([message.__name__, *(part for part in place if isinstance(part, str))])


def cases() -> list[tuple[str, type[Any], Place]]:
    """Every reference in the body of every command that people and programs say."""
    found = []
    for row in BUILT:
        if row.package in OF_THE_PLATFORM:
            continue
        for message in asked(row.package):
            if not issubclass(message, Command) or message.shape.needs == UNIT:
                continue
            for place in references(mi.type_info(message)):
                if place[0] not in message.shape.path_fields:
                    found.append((row.package, message, place))
    return found


CASES = cases()
NAMES = [named(message, place) for _, message, place in CASES]


def said(message: type[Any], place: Place, id: str) -> dict[str, Any]:
    """The least that a message must hold, with this identity in this place."""
    whole: dict[str, Any] = {**body(message, other=OWN), **BODIES.get(message.__name__, {})}
    node: Any = mi.type_info(message)
    _put(whole, node, place, id)
    return whole


def _put(whole: Any, node: mi.Type, place: Place, id: str) -> None:
    """Fill in what is missing on the way to the place."""
    part, rest = place[0], place[1:]
    inner = _inside(node, part)
    if isinstance(part, int):
        if not whole:
            whole.append(msgspec.to_builtins(sample(inner, 1, "word-of-b", OWN)))
    elif rest and not whole.get(part):
        whole[part] = msgspec.to_builtins(sample(inner, 1, "word-of-b", OWN))
    if not rest:
        whole[part] = id
    else:
        _put(whole[part], inner, rest, id)


def _inside(node: mi.Type, part: str | int) -> mi.Type:
    match node:
        case mi.Metadata():
            return _inside(node.type, part)
        case mi.UnionType():
            return next(
                _inside(one, part)
                for one in node.types
                if isinstance(_bare(one), mi.StructType | mi.ListType | mi.VarTupleType)
            )
        case mi.StructType():
            return next(field.type for field in node.fields if field.encode_name == part)
        case mi.ListType() | mi.VarTupleType():
            return node.item_type
    raise TypeError(f"nothing stands in {node}")


def _bare(node: mi.Type) -> mi.Type:
    return _bare(node.type) if isinstance(node, mi.Metadata) else node


async def answer(platform: TestPlatform, unit: str, message: type[Any], given: dict[str, Any]) -> Answered:
    """What an administrator of B is answered."""
    shape = message.shape
    actor = platform.actor("org_b", set(RIGHTS["admin"]), {"admin"}, id="usr_b")
    headers = {"idempotency-key": uuid4().hex, "if-match": '"1"'}
    where = path(Served(message), OWN)
    async with platform.web(unit, None if shape.needs == OPEN else actor) as web:
        if shape.method in ("GET", "DELETE"):
            got = await web.request(shape.method, where, params=given, headers=headers)
        elif shape.upload:
            headers["content-type"] = "image/png"
            got = await web.request(shape.method, where, params=given, content=b"x", headers=headers)
        else:
            got = await web.request(shape.method, where, json=given, headers=headers)
    if got.is_success:
        return got.status_code, "", []
    problem = got.json()
    return got.status_code, problem["code"], [fault["field"] for fault in problem["errors"]]


@pytest.mark.parametrize(
    ("unit", "message", "place"), CASES, ids=[named(message, place) for _, message, place in CASES]
)
async def test_another_s_thing_is_refused_as_if_there_were_none(
    two: TestPlatform, unit: str, message: type[Any], place: Place
) -> None:
    nothing = await answer(two, unit, message, said(message, place, ABSENT))
    theirs = await answer(two, unit, message, said(message, place, FOREIGN))
    assert theirs == nothing
    if named(message, place) in OTHERWISE:
        assert nothing[0] in (401, 403)
        return
    field = ".".join(str(part) for part in place)
    assert nothing[:2] == (422, "reference_unknown"), f"{nothing}: look at what is named before anything else"
    assert field in nothing[2] or field.removesuffix(".0") in nothing[2], nothing
