"""Builders: vehicles, drivers, jobs and orders that are ordinary but for what a test says."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from tests.summaries import summary_of

from rt.contracts.core_orders import OrderSummary
from rt.services.planning.domain.fleet import Crew, Driver, Vehicle
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.tour import Tour, new_tour
from rt.trade.calendars import paris_instant
from rt.trade.goods import Goods
from rt.trade.places import Address, Site

DAY = date(2026, 6, 2)
"""A Tuesday without holidays or bans around it."""
NOON_BEFORE = datetime(2026, 6, 1, 10, tzinfo=UTC)
TOWNS = {
    "Paris": (48.8566, 2.3522, "75001"),
    "Lille": (50.6292, 3.0573, "59000"),
    "Reims": (49.2583, 4.0317, "51100"),
    "Orléans": (47.9029, 1.9093, "45000"),
    "Rouen": (49.4432, 1.0993, "76000"),
    "Amiens": (49.8941, 2.2958, "80000"),
    "Lyon": (45.764, 4.8357, "69001"),
    "Marseille": (43.2965, 5.3698, "13001"),
}
_numbers = count(1)


def site(town: str = "Paris", **more: Any) -> Site:
    latitude, longitude, postal_code = TOWNS[town]
    values = {
        "name": f"Site {town}",
        "address": Address(city=town, postal_code=postal_code),
        "latitude": latitude,
        "longitude": longitude,
    }
    return Site(**(values | more))


def at(hour: float, day: date = DAY) -> datetime:
    """That hour in Paris."""
    return paris_instant(day, 0) + timedelta(hours=hour)


def vehicle(**more: Any) -> Vehicle:
    number = next(_numbers)
    values: dict[str, Any] = {
        "id": f"veh_{number}",
        "org_id": "carrier",
        "plate": f"AB-{number % 1000:03}-CD",
        "kind": "rigid",
        "capacity_kg": 10_000,
        "capacity_pallets": 18,
        "capacity_loading_metres": 7.2,
        "gross_weight_t": 19,
        "depot": site("Paris"),
    }
    return Vehicle(**(values | more))


def driver(**more: Any) -> Driver:
    number = next(_numbers)
    return Driver(**({"id": f"drv_{number}", "org_id": "carrier", "name": f"Driver {number}"} | more))


def crew(**more: Any) -> Crew:
    """A vehicle with its driver; `driver_…` values are the driver's."""
    drives = {name[7:]: more.pop(name) for name in list(more) if name.startswith("driver_")}
    return Crew(vehicle(**more), driver(**drives))


def job(pickup: str = "Paris", delivery: str = "Reims", **more: Any) -> Job:
    number = next(_numbers)
    values: dict[str, Any] = {
        "id": f"job_{number}",
        "org_id": "carrier",
        "order_id": f"ord_{number}",
        "reference": f"R{number}",
        "shipper_id": "shipper",
        "shipper_name": "Verrerie du Nord",
        "consignee_id": "consignee",
        "consignee_name": "Cave de Reims",
        "logistician_id": None,
        "carrier_name": "Transports Martin",
        "pickup": site(pickup) if isinstance(pickup, str) else pickup,
        "delivery": site(delivery) if isinstance(delivery, str) else delivery,
        "pickup_from": at(7),
        "pickup_until": at(12),
        "delivery_from": at(8),
        "delivery_until": at(18),
        "weight_kg": 2_000,
        "pallets": 5,
        "loading_metres": 2,
        "requirements": [],
        "goods_text": "5 PX verre",
        "goods_type": "dry",
    }
    return Job(**(values | more))


def tour(by: Crew, *jobs: Job, day: date = DAY) -> Tour:
    """A draft that does the jobs one after the other."""
    made = new_tour(f"tour_{next(_numbers)}", by, day)
    made.org_id = "carrier"
    made.arrange([stop for one in jobs for stop in one.stops()], by)
    return made


def order(pickup: str | Site = "Paris", delivery: str | Site = "Reims", **more: Any) -> OrderSummary:
    number = next(_numbers)
    values: dict[str, Any] = {
        "order_id": f"ord_{number}",
        "reference": f"R{number}",
        "shipper_id": "shipper",
        "shipper_name": "Verrerie du Nord",
        "carrier_id": "carrier",
        "carrier_name": "Transports Martin",
        "consignee_id": "consignee",
        "consignee_name": "Cave de Reims",
        "consignee_email": "quai@cave.example",
        "pickup": site(pickup) if isinstance(pickup, str) else pickup,
        "delivery": site(delivery) if isinstance(delivery, str) else delivery,
        "pickup_from": at(7),
        "pickup_until": at(12),
        "delivery_from": at(8),
        "delivery_until": at(18),
        "goods": [Goods(description="verre", quantity=5, pallets=5, weight_kg=400)],
        "pallets": 5,
        "pallet_type": "EUR",
        "weight_kg": 2_000,
        "loading_metres": 2,
        "requirements": [],
    }
    return summary_of(**(values | more))


def order_at(pickup: Site, **more: Any) -> OrderSummary:
    """An order taken over at exactly this site."""
    return order(**more, pickup=pickup)
