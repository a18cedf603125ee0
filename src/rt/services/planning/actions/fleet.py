"""Vehicles and drivers: added, edited, found, away."""

from typing import Any

import msgspec

from rt.contracts.planning import (
    AddAbsence,
    AddDriver,
    AddVehicle,
    DriversPage,
    DriverView,
    EditDriver,
    EditVehicle,
    FindDrivers,
    FindVehicles,
    GetDriver,
    GetVehicle,
    PeriodView,
    RemoveAbsence,
    VehiclesPage,
    VehicleView,
)
from rt.kernel.core.errors import AlreadyExists, Conflict, ReferenceUnknown
from rt.kernel.core.ids import new_id
from rt.services.planning.adapters import Neighbours
from rt.services.planning.domain.distances import placed
from rt.services.planning.domain.fleet import USUAL_HOURS, Driver, Vehicle, check_periods
from rt.services.planning.domain.hours import check_hours
from rt.services.planning.store import DRIVERS, VEHICLES, PlanningStore


class PlateKnown(Conflict):
    fr = "Un véhicule immatriculé {plate} existe déjà."
    en = "A vehicle with plate {plate} already exists."


class Fleet:
    """The carrier's own means."""

    def __init__(self, store: PlanningStore, neighbours: Neighbours) -> None:
        self._store = store
        self._neighbours = neighbours

    async def add_vehicle(self, asked: AddVehicle) -> VehicleView:
        await self._need_driver(asked.usual_driver_id)
        check_periods(asked.maintenance)
        values = msgspec.structs.asdict(asked) | {"depot": placed(asked.depot)}
        try:
            vehicle = await self._store.vehicles.add(Vehicle(id=new_id("veh"), **values))
        except AlreadyExists as error:
            raise PlateKnown("plate", plate=asked.plate) from error
        return vehicle.view()

    async def edit_vehicle(self, asked: EditVehicle) -> VehicleView:
        await self._need_driver(asked.usual_driver_id or None)
        try:
            async with self._store.vehicles.change(asked.vehicle_id) as vehicle:
                vehicle.edit(asked)
        except AlreadyExists as error:
            raise PlateKnown("plate", plate=asked.plate) from error
        return vehicle.view()

    async def get_vehicle(self, asked: GetVehicle) -> VehicleView:
        return (await self._store.vehicles.get(asked.vehicle_id)).view()

    async def find_vehicles(self, asked: FindVehicles) -> VehiclesPage:
        page = await self._store.vehicles.rows(
            VEHICLES, _active(asked.active), q=asked.q, after=asked.after, limit=asked.limit
        )
        return VehiclesPage(items=[one.view() for one in page.items], next=page.next)

    async def add_driver(self, asked: AddDriver) -> DriverView:
        await self._neighbours.need_member(asked.user_id, "user_id")
        hours = list(USUAL_HOURS) if asked.hours is None else asked.hours
        check_hours(hours)
        driver = Driver(
            id=new_id("drv"),
            name=asked.name,
            phone=asked.phone,
            user_id=asked.user_id,
            skills=list(asked.skills),
            hours=hours,
        )
        return (await self._store.drivers.add(driver)).view()

    async def edit_driver(self, asked: EditDriver) -> DriverView:
        await self._neighbours.need_member(asked.user_id or None, "user_id")
        async with self._store.drivers.change(asked.driver_id) as driver:
            driver.edit(asked)
        return driver.view()

    async def get_driver(self, asked: GetDriver) -> DriverView:
        return (await self._store.drivers.get(asked.driver_id)).view()

    async def find_drivers(self, asked: FindDrivers) -> DriversPage:
        page = await self._store.drivers.rows(
            DRIVERS, _active(asked.active), q=asked.q, after=asked.after, limit=asked.limit
        )
        return DriversPage(items=[one.view() for one in page.items], next=page.next)

    async def add_absence(self, asked: AddAbsence) -> DriverView:
        async with self._store.drivers.change(asked.driver_id) as driver:
            driver.leave(PeriodView(starts_at=asked.starts_at, ends_at=asked.ends_at, reason=asked.reason))
        return driver.view()

    async def remove_absence(self, asked: RemoveAbsence) -> DriverView:
        async with self._store.drivers.change(asked.driver_id) as driver:
            driver.come_back(asked.starts_at)
        return driver.view()

    async def _need_driver(self, driver_id: str | None) -> None:
        if driver_id and await self._store.drivers.first({"id": driver_id}) is None:
            raise ReferenceUnknown("usual_driver_id")


def _active(active: bool | None) -> dict[str, Any]:
    return {} if active is None else {"active": active}
