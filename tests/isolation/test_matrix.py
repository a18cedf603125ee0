"""Every operation of every unit against every kind of actor: nobody sees what is another's (T-1 to T-8)."""

import importlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.conftest import TestPlatform
from tests.isolation.samples import CANARY, PLANTED, body, sample

from rt.contracts.authz import Role
from rt.host.keys import UnitKeys
from rt.host.platform import Instance
from rt.host.topology import UNITS
from rt.kernel.access.identity import Actor
from rt.kernel.access.tokens import PLATFORM, PLATFORM_RIGHTS, PLATFORM_ROLE, Revoked
from rt.kernel.core.clock import now
from rt.kernel.core.settings import Settings
from rt.kernel.model.messages import OPEN, PATH_FIELD, SELF, SIGNED_IN, UNIT
from rt.kernel.service.service import Served
from rt.kernel.storage.persistence import Collection
from rt.services.authz.domain.roles import RIGHTS

ABSENT = "absent_object_of_no_one"
BUILT = [row for row in UNITS if row.built]
LEVELS = ("read", "write", "admin", "partner")
ALL_RIGHTS = frozenset(f"{row.package}.{level}" for row in UNITS for level in LEVELS)

OF_THE_PLATFORM = {"authz.signing_keys", "authz.attempts", "authz.challenges", "authz.reset_wishes"} | {
    "admin_gateway.flags",
    "admin_gateway.notices",
    "admin_gateway.erasures",
    "admin_gateway.calendars",
    "admin_gateway.incidents",
}
"""Kept before anybody is known or for all: no organization has a part in them, no message reads them for
one."""
BY_DERIVED_ID = {
    "core_orders.series",
    "core_orders.headings",
    "ecpmr.series",
    "palette.carried",
    "palette.notices",
}
"""Found by an id that is derived from the organization itself: no message takes such an id or lists them."""
BEHIND_OTHERS = {"planning.waitings", "tracking_ia.buckets", "tracking_ia.shares"} | {
    "authz.list_choices",
    "authz.sessions",
    "authz.links",
    "notifications.preferences",
    "notifications.addresses",
    "notifications.subscriptions",
    "notifications.orders",
    "notifications.reports",
    "notifications.homes",
}
"""Read only for an object that the matrix guards, or for the secret or the person that they belong to."""

PUBLIC_CARDS = {"GetOrganization", "FindOrganizations"}
"""The directory of organizations is for all who are signed in; tests of authz hold what a card may show."""

Operation = tuple[str, Served]


@pytest.fixture(scope="module")
async def full(
    mongod: str, unit_keys: UnitKeys, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TestPlatform]:
    """All built units in one platform, with one planted object of organization A in every collection."""
    name = f"test_{uuid4().hex[:12]}"
    settings = Settings(
        mongodb_db=name,
        home=tmp_path_factory.mktemp("house"),
        jwt_secret=uuid4().hex,
        bcrypt_rounds=4,
        user_limit=1_000_000,
    )
    platform = TestPlatform(settings, mongod, unit_keys)
    await platform.mount(*(importlib.import_module(f"rt.services.{row.package}.app").build for row in BUILT))
    for instance in platform.instances.values():
        for collection in owned(instance):
            await plant(instance.context.database, collection)
    yield platform
    await platform.client.drop_database(name)
    await platform.stop()


def owned(instance: Instance) -> list[Collection[Any]]:
    """The collections in which each document is some organization's."""
    collections = instance.context.database.collections
    return [
        one for one in collections if one.name not in OF_THE_PLATFORM and not one.name.endswith(".refusals")
    ]


async def plant(database: Any, collection: Collection[Any]) -> None:
    """One document of organization A, under the same id everywhere, so that any path finds its object."""
    raw = sample(collection.entity) | {"id": PLANTED, "org_id": "org_a", "seen_by": ["org_a"], "version": 1}
    entity = msgspec.convert(raw, collection.entity, builtin_types=(bytes,), strict=False)
    document = collection._document(entity)
    await database[collection.name].insert_one({**document, "outbox": [], "done": []})


def operations(platform: TestPlatform) -> list[Operation]:
    return [
        (name, served) for name, instance in platform.instances.items() for served in instance.unit.serves
    ]


def path(served: Served, object_id: str) -> str:
    """The route with an id in every place that takes one, and a valid value in the others."""
    message = served.message
    route = message.shape.route
    types = {field.encode_name: field.type for field in msgspec.structs.fields(message)}
    for name in PATH_FIELD.findall(route):
        free = types[name] is str or name.endswith("_id")
        route = route.replace(
            "{" + name + "}", object_id if free else str(msgspec.to_builtins(sample(types[name])))
        )
    return route


async def say(web: httpx.AsyncClient, served: Served, object_id: str = PLANTED) -> httpx.Response:
    """Say a message with the least that it must hold."""
    shape = served.message.shape
    where = path(served, object_id)
    headers = {"idempotency-key": uuid4().hex, "if-match": '"1"'}
    said = body(served.message)
    if shape.method in ("GET", "DELETE"):
        return await web.request(shape.method, where, params=said, headers=headers)
    if shape.upload:
        headers["content-type"] = "image/png"
        return await web.request(shape.method, where, params=said, content=b"x", headers=headers)
    return await web.request(shape.method, where, json=said, headers=headers)


def stranger(platform: TestPlatform, kind: str = "user") -> Actor:
    return platform.actor("org_b", set(RIGHTS["admin"]), {"admin"}, id="usr_b", kind=kind)


async def test_every_operation_names_its_policy(full: TestPlatform) -> None:
    """T-2: what a message needs is open, signed_in, self, unit, or a right of its own unit."""
    for unit, served in operations(full):
        shape = served.message.shape
        rights = {f"{unit}.{level}" for level in LEVELS}
        assert shape.needs in {OPEN, SIGNED_IN, SELF, UNIT} | rights, f"{shape.name} needs {shape.needs!r}"


async def test_the_matrix_is_as_large_as_the_openapi_files(full: TestPlatform) -> None:
    described = 0
    for name in full.instances:
        async with full.web(name) as web:
            paths = (await web.get("/openapi.json")).json()["paths"]
            described += sum(len(methods) for methods in paths.values())
    assert described == len(operations(full))


BAD_TOKENS = ("none", "expired", "audience", "refresh", "garbage")


@pytest.mark.parametrize("bad", BAD_TOKENS)
async def test_without_a_good_token_every_operation_answers_401(full: TestPlatform, bad: str) -> None:
    actor = full.actor("org_a", set(ALL_RIGHTS), {"admin"})
    tokens = {
        "none": "",
        "expired": full.token(actor, exp=int(now().timestamp()) - 60),
        "audience": full.token(actor, aud="link"),
        "refresh": "rfr_" + uuid4().hex,
        "garbage": "a.b.c",
    }
    headers = {"authorization": f"Bearer {tokens[bad]}"} if tokens[bad] else {}
    for unit, served in operations(full):
        if served.message.shape.needs == OPEN and bad == "none":
            continue
        async with full.web(unit, None, **headers) as web:
            answer = await say(web, served)
        assert answer.status_code == 401, (
            f"{served.message.__name__}: {answer.status_code} {answer.text[:200]}"
        )


@pytest.mark.parametrize("rights", [frozenset(), frozenset({"nothing.read"})])
async def test_without_the_right_every_operation_answers_403(
    full: TestPlatform, rights: frozenset[str]
) -> None:
    for unit, served in operations(full):
        if served.message.shape.needs in (OPEN, SIGNED_IN, SELF):
            continue
        async with full.web(unit, full.actor("org_a", set(rights))) as web:
            answer = await say(web, served)
        assert answer.status_code == 403, (
            f"{served.message.__name__}: {answer.status_code} {answer.text[:200]}"
        )


async def test_a_role_that_a_message_is_closed_to_is_refused_whatever_its_rights(full: TestPlatform) -> None:
    for unit, served in operations(full):
        for role in served.message.shape.closed_to:
            async with full.web(unit, full.actor("org_a", set(ALL_RIGHTS), {role})) as web:
                answer = await say(web, served)
            assert answer.status_code == 403, f"{served.message.__name__}: {answer.status_code}"


async def test_keys_and_links_say_nothing_about_a_person(full: TestPlatform) -> None:
    """A key of an office acts for the organization; the notices, sessions and wishes of people are theirs."""
    for unit, served in operations(full):
        if served.message.shape.needs == SELF:
            async with full.web(unit, full.actor("org_a", set(ALL_RIGHTS), kind="link")) as web:
                assert (await say(web, served)).status_code == 403, served.message.__name__


async def test_what_is_the_platforms_alone_is_refused_to_every_other_organization(full: TestPlatform) -> None:
    """Whatever rights and roles a token carries: only the operator's own organization looks over others."""
    forged = full.actor("org_b", set(ALL_RIGHTS), {"admin", "platform_admin"}, id="usr_b")
    own = full.actor(PLATFORM, set(RIGHTS["platform_admin"]), {"platform_admin"}, id="usr_p")
    for unit, served in operations(full):
        shape = served.message.shape
        if shape.needs not in PLATFORM_RIGHTS:
            continue
        async with full.web(unit, forged) as web:
            assert (await say(web, served, ABSENT)).status_code == 403, shape.name
        async with full.web(unit, own) as web:
            assert (await say(web, served, ABSENT)).status_code != 403, shape.name


def test_the_platforms_rights_are_those_that_no_other_role_has() -> None:
    others = frozenset().union(*(rights for role, rights in RIGHTS.items() if role != PLATFORM_ROLE))
    assert RIGHTS["platform_admin"] - others == PLATFORM_RIGHTS


async def test_units_alone_say_what_is_between_units(full: TestPlatform) -> None:
    for unit, served in operations(full):
        if served.message.shape.needs == UNIT:
            async with full.web(
                unit, full.actor("org_a", set(ALL_RIGHTS), {"admin", "platform_admin"})
            ) as web:
                assert (await say(web, served)).status_code == 403, served.message.__name__


async def test_a_suspended_organization_is_refused_everywhere(full: TestPlatform) -> None:
    later = now().replace(year=2100)
    full.revocations.heard(Revoked(subject="organization", subject_id="org_a", before=later))
    for unit, served in operations(full):
        async with full.web(unit, full.actor("org_a", set(ALL_RIGHTS), {"admin"})) as web:
            answer = await say(web, served)
        assert answer.status_code == 403, f"{served.message.__name__}: {answer.status_code}"
    full.revocations._before.clear()


async def leaks(platform: TestPlatform, actor: Actor, only: str = "") -> list[str]:
    """Operations in which a stranger tells another's object from one that does not exist, or reads of it."""
    found = []
    for unit, served in operations(platform):
        shape = served.message.shape
        if (only and unit != only) or shape.needs in (OPEN, UNIT):
            continue
        async with platform.web(unit, actor) as web:
            theirs = await say(web, served, PLANTED)
            nothing = await say(web, served, ABSENT)
        named = bool(shape.path_fields)
        emitted = named and (theirs.status_code, _code(theirs)) != (nothing.status_code, _code(nothing))
        read = theirs.is_success and (CANARY in theirs.text or (PLANTED in theirs.text and not named))
        if (emitted or read) and shape.name not in PUBLIC_CARDS:
            found.append(f"{shape.name}: {theirs.status_code} {theirs.text[:160]} / {nothing.status_code}")
    return found


def _code(answer: httpx.Response) -> str:
    problem = answer.headers.get("content-type", "").startswith("application/problem")
    return str(answer.json()["code"]) if problem else ""


@pytest.mark.parametrize("role", ["dispatcher", "driver", "admin"])
async def test_another_organization_cannot_tell_our_objects_from_nothing(
    full: TestPlatform, role: Role
) -> None:
    """T-1 (other tenant), T-3 (lists and downloads)."""
    actor = full.actor("org_b", set(RIGHTS[role]), {role}, id="usr_b")
    found = await leaks(full, actor)
    assert not found, "\n".join([*found, "What everybody may read stands in PUBLIC_CARDS."])


async def test_an_organization_named_in_body_query_or_header_changes_nothing(full: TestPlatform) -> None:
    """T-5: refused as an unknown field in body and query, ignored in headers."""
    for unit, served in operations(full):
        shape = served.message.shape
        if shape.needs not in RIGHTS["admin"] | {SIGNED_IN, SELF} or served.handler is not None:
            continue
        async with full.web(unit, stranger(full), **{"x-tenant": "org_a", "x-org-id": "org_a"}) as web:
            where = path(served, ABSENT)
            headers = {"idempotency-key": uuid4().hex, "if-match": '"1"'}
            if shape.method in ("GET", "DELETE") or shape.upload:
                said = {**body(served.message), "org_id": "org_a"}
                answer = await web.request(shape.method, where, params=said, headers=headers)
            else:
                said = {**body(served.message), "org_id": "org_a"}
                answer = await web.request(shape.method, where, json=said, headers=headers)
        assert answer.status_code == 422, f"{shape.name}: {answer.status_code}"


async def test_without_the_organization_in_a_filter_the_matrix_fails(full: TestPlatform) -> None:
    """T-8: each collection in turn forgets its organization; each time somebody would notice."""
    unnoticed = []
    for unit, instance in full.instances.items():
        for collection in owned(instance):
            if collection.name in BY_DERIVED_ID | BEHIND_OTHERS:
                continue
            kind = type(collection)
            collection.__class__ = _open_to_all(kind)
            try:
                if not await leaks(full, stranger(full), only=unit):
                    unnoticed.append(collection.name)
            finally:
                collection.__class__ = kind
    assert not unnoticed, "\n".join([*unnoticed, "No message reads it: BY_DERIVED_ID, BEHIND_OTHERS."])


def _open_to_all(kind: type[Any]) -> type[Any]:
    """The mutant: a collection without tenant filter."""

    def within(self: Any, where: Any) -> dict[str, Any]:
        return {("_id" if name == "id" else name): value for name, value in where.items()}

    return type("Mutant", (kind,), {"within": within})
