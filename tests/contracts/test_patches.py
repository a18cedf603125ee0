"""The law of every partial change: nothing changes nothing, two in turn are one, null empties."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.house.test_contracts import changed_in_part, takes
from tests.services.core_orders import make as orders
from tests.services.planning import make as planning

from rt.contracts.authz import EditOrganization
from rt.contracts.core_orders import EditOrder, References
from rt.contracts.planning import (
    EditDock,
    EditDriver,
    EditVehicle,
    OpeningHours,
    PeriodView,
    WorkingHours,
)
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Malformed
from rt.kernel.core.malformed import malformed
from rt.kernel.core.tenancy import acting_for
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Command, Empty
from rt.kernel.service.service import Unit, serve
from rt.kernel.web.openapi import openapi
from rt.services.authz.domain.identity import IdentityKept
from rt.services.authz.domain.organization import Organization
from rt.services.planning.domain.docks import Dock

ORG = "org_ship"
SIRET = "73282932000074"
AT = orders.MONDAY
SWITCH = [True, False]
NIGHT = {"weekday": 1, "from_minute": 1_200, "until_minute": 300}


class Case(msgspec.Struct):
    """One partial change: a thing, how it is edited, and two values or more of each of its fields.

    `apart` are fields that rules of their own keep from changing twice.
    """

    thing: Callable[[], Any]
    edit: Callable[[Any, Any], Any]
    values: dict[str, list[Any]]
    apart: tuple[str, ...] = ()


def organization() -> Organization:
    return Organization(id=ORG, org_id=ORG, name="Usine", kind="shipper", email="a@usine.example", phone="06")


def dock() -> Dock:
    made = Dock(
        id="dck_1",
        name="Quai 1",
        site=planning.site("Reims"),
        hours=[OpeningHours(weekday=0, from_minute=480, until_minute=720)],
        full_instructions="Appeler",
    )
    made.settle()
    return made


CASES = {
    EditOrganization: Case(
        organization,
        lambda thing, asked: thing.edit(asked, "usr_1", AT),
        {
            "name": ["Usine", " Usine "],
            "country": ["FR", "BE"],
            "email": ["a@usine.example", "B@Usine.example"],
            "phone": ["06", "+33 1"],
            "language": ["fr", "nl"],
            "mfa_required": SWITCH,
        },
        apart=("siret", "vat"),
    ),
    EditOrder: Case(
        orders.order,
        lambda thing, asked: thing.edit(orders.author(), asked, {}),
        {
            "references": [References(), References(booking="BK9")],
            "stops": [
                [orders.pickup(), orders.delivery()],
                [orders.pickup(site=orders.site("Quai")), orders.delivery()],
            ],
            "goods": [[], [orders.goods(pallets=4)]],
            "client_id": ["org_group", "org_else"],
            "shipper_id": ["org_plant", "org_else"],
            "supplier_id": ["org_foundry", "org_else"],
            "consignee_id": ["org_cons", "org_else"],
            "consignee_name": ["Cave", "Chai"],
            "consignee_email": ["quai@cave.example", "chai@cave.example"],
            "logistician_id": ["org_logi", "org_else"],
            "requirements": [[], ["adr"]],
            "equipment": ["semi_box", "rigid_19t"],
            "incoterm": ["DAP", "EXW"],
            "instructions": ["Sonner", "Klaxonner"],
            "sell_cents": [0, 90_000],
            "buy_cents": [0, 70_000],
            "currency": ["EUR", "CHF"],
        },
    ),
    EditDock: Case(
        dock,
        lambda thing, asked: thing.edit(asked),
        {
            "name": ["Quai 1", "Quai 2"],
            "site": [planning.site("Reims"), planning.site("Lille", latitude=None, longitude=None)],
            "hours": [[], [NIGHT]],
            "doors": [1, 3],
            "accepts": [["dry"], ["adr"]],
            "base_minutes": [0, 30],
            "minutes_per_pallet": [0, 2.5],
            "lead_hours": [0, 24],
            "cut_off_minute": [0, 1_440],
            "full_instructions": ["Appeler", "Attendre"],
            "serves": [[], ["org_else"]],
            "active": SWITCH,
        },
    ),
    EditVehicle: Case(
        lambda: planning.vehicle(plate="AB-1-CD"),
        lambda thing, asked: thing.edit(asked),
        {
            "plate": ["AB-100-CD", "AB-200-CD"],
            "kind": ["rigid", "van"],
            "capacity_kg": [9_000, 12_000.5],
            "capacity_pallets": [0, 18],
            "capacity_loading_metres": [0, 7.2],
            "gross_weight_t": [19, 26],
            "depot": [planning.site("Paris"), planning.site("Reims", latitude=None, longitude=None)],
            "equipment": [[], ["tail_lift"]],
            "usual_driver_id": ["drv_1", "drv_2"],
            "maintenance": [[], [PeriodView(starts_at=planning.at(8), ends_at=planning.at(9))]],
            "active": SWITCH,
        },
    ),
    EditDriver: Case(
        lambda: planning.driver(name="Anne"),
        lambda thing, asked: thing.edit(asked),
        {
            "name": ["Anne", "Anne Petit"],
            "phone": ["06", "07"],
            "user_id": ["usr_1", "usr_2"],
            "skills": [[], ["adr"]],
            "hours": [[], [WorkingHours(weekday=0, from_minute=0, until_minute=60)]],
            "active": SWITCH,
        },
    ),
}
WORDS = sorted(CASES, key=lambda message: message.__name__)


@pytest.fixture(autouse=True)
def someone() -> Iterator[None]:
    with acting_for(ORG), held(AT):
        yield


def said(message: Any, **values: Any) -> Any:
    path = dict.fromkeys(message.shape.path_fields, "x")
    return msgspec.convert(path | msgspec.to_builtins(values), message)


def patches(message: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Any of its fields, each with one of its values or null where that empties it."""
    return st.fixed_dictionaries(
        {},
        optional={
            name: st.sampled_from([*values, None] if takes(message, name, None) else values)
            for name, values in CASES[message].values.items()
        },
    )


def after(message: Any, *changes: dict[str, Any]) -> dict[str, Any]:
    """How the fields stand after these changes, each in its turn."""
    case = CASES[message]
    thing = case.thing()
    thing.id = "x"
    for values in changes:
        case.edit(thing, said(message, **values))
    return {name: getattr(thing, name) for name in case.values}


def test_every_partial_change_keeps_the_law() -> None:
    assert set(CASES) == set(changed_in_part()), "each PATCH has a case in CASES above"
    for message, case in CASES.items():
        assert {*case.values, *case.apart, *message.shape.path_fields} == set(message.__struct_fields__)


@pytest.mark.parametrize("message", WORDS)
def test_nothing_said_changes_nothing_and_tells_nothing(message: Any) -> None:
    case = CASES[message]
    thing = case.thing()
    thing.clear_emitted()
    before = msgspec.to_builtins(thing)
    case.edit(thing, said(message))
    assert (msgspec.to_builtins(thing), thing.emitted) == (before, [])


@pytest.mark.parametrize("message", WORDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_two_changes_in_turn_are_one(message: Any, data: st.DataObject) -> None:
    first, second = data.draw(patches(message)), data.draw(patches(message))
    with acting_for(ORG), held(AT):
        assert after(message, first, second) == after(message, first | second)
        assert after(message, first, first) == after(message, first)


@pytest.mark.parametrize("message", WORDS)
def test_null_empties_what_may_be_empty_and_is_refused_by_name_elsewhere(message: Any) -> None:
    for name, values in CASES[message].values.items():
        if takes(message, name, None):
            assert after(message, {name: values[0]}, {name: None})[name] in (None, "")
            continue
        with pytest.raises(msgspec.ValidationError) as refused:
            said(message, **{name: None})
        fault = malformed(refused.value)
        assert (fault.status, [one.field for one in fault.problem().errors]) == (422, [name])


@pytest.mark.parametrize("message", WORDS)
def test_the_description_says_what_may_be_absent_and_what_null(message: Any) -> None:
    described = openapi(Unit(name="toy", serves=[serve(message, CASES[message].edit)]), "/toy")
    body = described["paths"][message.shape.route]["patch"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert (body["required"], schema["required"]) == (False, [])
    for name, field in schema["properties"].items():
        assert ({"type": "null"} in field.get("anyOf", [])) == takes(message, name, None), name
        assert "default" not in field


def test_numbers_are_declared_once_and_not_taken_back() -> None:
    thing = organization()
    thing.edit(said(EditOrganization, siret=None, vat=None), "usr_1", AT)
    assert (thing.siret, thing.history) == ("", [])
    thing.edit(said(EditOrganization, siret=SIRET), "usr_1", AT)
    thing.edit(said(EditOrganization, siret=SIRET), "usr_1", AT)
    assert (thing.siret, len(thing.history)) == (SIRET, 1)
    with pytest.raises(IdentityKept):
        thing.edit(said(EditOrganization, siret=None), "usr_1", AT)


class Ball(Entity):
    colour: str = "red"


class EditBall(Command[Empty], route="/balls/{ball_id}", needs="palette.write", method="PATCH"):
    ball_id: str
    colour: str | msgspec.UnsetType | None = msgspec.UNSET


def test_what_cannot_be_empty_is_not_emptied() -> None:
    with pytest.raises(TypeError, match="colour of Ball"):
        Ball(id="b").patch(EditBall(ball_id="b", colour=None))
    assert Malformed.status == 422
