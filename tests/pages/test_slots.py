"""What every portal promises of slots: ours are moved, those at the docks of others may be given back too."""

from typing import Any

import pytest
from tests.pages.shop import Town, signed_in, token_of
from tests.portals.industry import make

from rt.contracts.core_orders import GetOrder
from rt.contracts.planning import (
    CancelSlot,
    DocksPage,
    FindDocks,
    FindFreeSlots,
    FindOpenings,
    FindSlots,
    FreeSlotsView,
    FreeSlotView,
    GetSlot,
    MarkArrived,
    MoveSlot,
    SlotsPage,
)
from rt.kernel.core.clock import held
from rt.pages import booking
from rt.pages.gate import Gate
from rt.pages.slots import Slots
from rt.ui.formats import clock_time

HERE = "/slots/ord_9/slo_1"
DELIVERY = "/deliveries/{order_id}"


@pytest.fixture
def town() -> Town:
    town = Town()
    slot = make.slot()
    free = [
        make.view(FreeSlotView, dock_id=dock, starts_at=make.AT, ends_at=make.AT + make.hours(1))
        for dock in ("dck_1", "dck_2")
    ]
    town.answers |= {
        GetSlot: slot,
        MoveSlot: slot,
        MarkArrived: slot,
        FindSlots: SlotsPage(items=[slot], next=""),
        FindDocks: DocksPage(items=[make.dock()]),
        FindOpenings: make.view(FreeSlotsView, items=free[:1]),
        FindFreeSlots: make.view(FreeSlotsView, items=free),
    }
    return town


async def looked_at(town: Town, pages: Any, path: str) -> str:
    async with signed_in(town, pages=pages) as client:
        with held(make.AT):
            answer = await client.get(path)
    assert answer.status_code == 200
    return answer.text


async def test_our_slot_is_moved_and_not_given_back(town: Town) -> None:
    pages = Slots(order=DELIVERY, ours=True).pages()
    async with signed_in(town, pages=pages) as client:
        shown = (await client.get(HERE)).text
        data = {"_csrf": token_of(shown), "version": "4", "reason": "quai en panne"}
        nothing = await client.post(f"{HERE}/move", data=data | {"starts_at": "?", "ends_at": ""})
        times = {"starts_at": make.AT.isoformat(), "ends_at": (make.AT + make.hours(1)).isoformat()}
        moved = await client.post(f"{HERE}/move", data=data | times)
        gone = await client.post(HERE, data=data)
    assert 'href="/deliveries/ord_9"' in shown
    assert "calendar.ics" not in shown
    assert (nothing.headers["location"], moved.headers["location"]) == (HERE, HERE)
    said = [message for _token, message, _key in town.said]
    (message,) = [one for one in said if isinstance(one, MoveSlot)]
    assert (message.slot_id, message.version, message.reason) == ("slo_1", 4, "quai en panne")
    assert gone.status_code == 200
    assert not any(isinstance(one, CancelSlot) for one in said)


async def test_a_slot_at_a_dock_of_others_is_listed_and_kept_in_a_calendar(town: Town) -> None:
    pages = Slots(order="/orders/{order_id}").pages()
    listed = await looked_at(town, pages, "/slots")
    shown = await looked_at(town, pages, HERE)
    assert f'href="{HERE}"' in listed
    assert f"{HERE}/calendar.ics" in shown
    assert 'href="/orders/ord_9"' in shown


async def test_the_board_of_a_day_leads_to_the_pages_that_a_portal_has(town: Town) -> None:
    pages = Gate("/slots", order=DELIVERY, slot="/slots/{order_id}/{slot_id}").pages()
    shown = await looked_at(town, pages, "/slots?day=2026-11-23")
    assert f'href="{HERE}"' in shown
    assert 'href="/deliveries/ord_9"' in shown
    assert 'href="/docks/places"' in shown
    async with signed_in(town, pages=pages) as client:
        proof = {"_csrf": token_of((await client.get("/slots")).text), "version": "4"}
        there = await client.post("/docks/slots/slo_1/arrive?day=2026-11-23", data=proof)
    assert there.headers["location"] == "/slots?day=2026-11-23"


async def test_the_chart_of_a_day_at_the_docks_begins_with_its_first_slot(town: Town) -> None:
    early = make.slot(starts_at=make.AT - make.hours(5), ends_at=make.AT - make.hours(4.5))
    town.answers[FindSlots] = SlotsPage(items=[early], next="")
    shown = await looked_at(town, Gate("/slots", order=DELIVERY).pages(), "/slots?day=2026-11-23")
    assert ">03:00</text>" in shown


async def test_free_times_within_the_agreed_hours_stand_first(town: Town) -> None:
    order = make.order("planned")
    assert order.pickup_from is not None
    within = make.view(FreeSlotView, starts_at=order.pickup_from, ends_at=order.pickup_from + make.hours(0.5))
    before = make.view(FreeSlotView, starts_at=order.pickup_from - make.hours(1), ends_at=order.pickup_from)
    town.answers |= {
        GetOrder: order,
        FindFreeSlots: make.view(FreeSlotsView, items=[before, within]),
    }
    shown = await looked_at(town, booking.PAGES, "/orders/ord_1/slots/pickup")
    agreed, others = shown.index("Dans l&#39;horaire convenu"), shown.index("Hors de l&#39;horaire convenu")
    assert (
        agreed < shown.index(clock_time(within.ends_at)) < others < shown.rindex(clock_time(before.starts_at))
    )
