"""Things of the tracking service for its tests: say only what the test is about."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.summaries import summary_of

from rt.contracts.authz import FindUsers, GetKeys, KeySetView, UsersPage, UserView
from rt.contracts.core_orders import OrderPlanned, OrderSummary
from rt.contracts.planning import TourPublished, TourStop
from rt.contracts.tracking_ia import PositionPoint
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import acting_for, current_org
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Event
from rt.kernel.service.service import ServiceContext, Unit, serve
from rt.kernel.storage.persistence import Collection
from rt.services.tracking_ia.domain.judging import seen_at
from rt.services.tracking_ia.domain.points import Fix
from rt.services.tracking_ia.domain.watch import Watch, watched
from rt.trade.places import Address, Site

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
SHIPPER, CARRIER, CONSIGNEE, DRIVER = "org_shipper", "org_carrier", "org_consignee", "usr_driver"
LYON, VIENNE, VALENCE = (45.75, 4.85), (45.525, 4.875), (44.933, 4.892)


def minutes(count: float) -> datetime:
    return AT + timedelta(minutes=count)


def site(name: str, place: tuple[float, float] | None) -> Site:
    latitude, longitude = place or (None, None)
    return Site(name=name, address=Address(city=name), latitude=latitude, longitude=longitude)


def tour(**says: Any) -> TourPublished:
    """Pickup in Lyon at 9, another customer's drop in Vienne, delivery in Valence by one."""
    calls = says.pop("calls", None) or [
        ("ord_1", "pickup", "Lyon", LYON, 60, 90),
        ("ord_2", "delivery", "Vienne", VIENNE, 120, 180),
        ("ord_1", "delivery", "Valence", VALENCE, 180, 300),
    ]
    stops = [
        TourStop(
            order_id=order_id,
            shipper_id=SHIPPER,
            kind=kind,
            site=site(name, place),
            planned_from=minutes(begin),
            planned_until=minutes(end),
            weight_kg=1_000,
            pallets=4,
        )
        for order_id, kind, name, place, begin, end in calls
    ]
    return TourPublished(
        **{
            "tour_id": "tou_1",
            "carrier_id": CARRIER,
            "vehicle_id": "veh_1",
            "vehicle_plate": "AB-123-CD",
            "driver_id": "drv_1",
            "driver_user_id": DRIVER,
            "driver_name": "Jean Dupuis",
            "stops": stops,
        }
        | says
    )


def watch(**says: Any) -> Watch:
    return watched(tour(**says), "wat_1")


def judge(watch: Watch, track: Sequence[Fix]) -> None:
    """Have a watch take what a track shows."""
    watch.judge(seen_at(track, [stop.call for stop in watch.stops]))


def fix(minute: float, place: tuple[float, float], **says: Any) -> Fix:
    at = minutes(minute)
    return Fix(
        **{
            "at_ms": round(at.timestamp() * 1000),
            "latitude": place[0],
            "longitude": place[1],
            "source": "dev_1",
        }
        | says
    )


def between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def drive(every_seconds: float = 30) -> list[Fix]:
    """The tour as it was driven: stands in Lyon 60-80, in Vienne 125-140, in Valence 195-215."""
    legs = [
        (0, 60, (46.0, 4.8), LYON),
        (60, 80, LYON, LYON),
        (80, 125, LYON, VIENNE),
        (125, 140, VIENNE, VIENNE),
        (140, 195, VIENNE, VALENCE),
        (195, 215, VALENCE, VALENCE),
        (215, 225, VALENCE, (44.85, 4.9)),
    ]
    fixes = []
    for begin, end, a, b in legs:
        steps = round((end - begin) * 60 / every_seconds)
        fixes += [
            fix(begin + (end - begin) * step / steps, between(a, b, step / steps)) for step in range(steps)
        ]
    return fixes


def point(minute: float, place: tuple[float | None, float | None], **says: Any) -> PositionPoint:
    return PositionPoint(**{"at": minutes(minute), "latitude": place[0], "longitude": place[1]} | says)


def sent(fixes: list[Fix]) -> list[dict[str, Any]]:
    """Fixes as a phone sends them."""
    return [
        {
            "at": one.at.isoformat(),
            "latitude": one.latitude,
            "longitude": one.longitude,
            "speed_kmh": one.speed_kmh,
        }
        for one in fixes
    ]


def summary(**says: Any) -> OrderSummary:
    return summary_of(
        **{
            "order_id": "ord_1",
            "reference": "CMD-1",
            "shipper_id": SHIPPER,
            "shipper_name": "Shipper",
            "carrier_id": CARRIER,
            "carrier_name": "Carrier",
            "consignee_id": CONSIGNEE,
            "consignee_name": "Consignee",
            "consignee_email": "quai@consignee.example",
            "pickup": site("Lyon", LYON),
            "delivery": site("Valence", VALENCE),
            "pickup_from": minutes(60),
            "pickup_until": minutes(90),
            "delivery_from": minutes(180),
            "delivery_until": minutes(300),
            "goods": [],
            "pallets": 4,
            "pallet_type": "EUR",
            "weight_kg": 1_000,
            "loading_metres": 2,
            "requirements": [],
        }
        | says
    )


def planned(**says: Any) -> OrderPlanned:
    return OrderPlanned(
        order=summary(**says),
        vehicle_plate="AB-123-CD",
        driver_id="drv_1",
        driver_name="Jean Dupuis",
        planned_pickup_at=minutes(60),
        planned_delivery_at=minutes(190),
    )


class Teller(Entity, kw_only=True):
    """Something of another unit that tells what the tests want heard."""


async def emit(platform: Any, unit: str, event: Event, org_id: str = SHIPPER) -> None:
    """Have a neighbour tell an event, and everything that follows happen."""
    if unit not in platform.instances:
        await platform.mount(_silent(unit))
    collection = next(c for c in platform.instances[unit].context.database.collections if c.entity is Teller)
    with acting_for(org_id):
        teller = Teller(id=new_id("tel"))
        teller.emit(event)
        await collection.add(teller)
    await platform.settle()


def _silent(unit: str) -> Callable[[ServiceContext], Unit]:
    def build(context: ServiceContext) -> Unit:
        Collection(context.database, Teller, "tellers")
        return Unit(name=unit.replace("_", "-"), serves=[])

    build.__module__ = f"rt.services.{unit}.app"
    return build


def people(context: ServiceContext) -> Unit:
    """Authz as far as tracking asks it: the carrier has 230 members, the driver is the last."""

    async def find(asked: FindUsers) -> UsersPage:
        mine = [f"usr_{nth}" for nth in range(229)] + [DRIVER] if current_org() == CARRIER else ["usr_other"]
        begin = int(asked.after or 0)
        end = begin + asked.limit
        shown = [member(one) for one in mine[begin:end]]
        return UsersPage(items=shown, next=str(end) if end < len(mine) else "")

    async def keys(asked: GetKeys) -> KeySetView:
        return KeySetView(keys=[])

    return Unit(name="authz", serves=[serve(FindUsers, find), serve(GetKeys, keys)])


def member(user_id: str) -> UserView:
    email = f"{user_id}@x.example"
    return UserView(user_id=user_id, email=email, name=user_id, role="driver", state="active", mfa=False)


people.__module__ = "rt.services.authz.app"
