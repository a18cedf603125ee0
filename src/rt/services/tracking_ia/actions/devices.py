"""Devices and duty: what may report, and when the driver lets it."""

import secrets
from datetime import datetime, time, timedelta

from rt.contracts.tracking_ia import (
    AddDevice,
    AppsView,
    AppView,
    DevicesView,
    DeviceView,
    DutyView,
    EndDuty,
    FindApps,
    FindDevices,
    MyTrack,
    MyTrackView,
    PauseDuty,
    RemoveDevice,
    StartDuty,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import ZONE, now, today
from rt.kernel.core.errors import Invalid, ReferenceUnknown
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Empty
from rt.services.tracking_ia.actions.recording import duty_of, hash_of, person
from rt.services.tracking_ia.adapters import People
from rt.services.tracking_ia.domain.drawing import between, thinned
from rt.services.tracking_ia.domain.order import Device
from rt.services.tracking_ia.domain.points import Fix
from rt.services.tracking_ia.domain.trouble import trouble_id
from rt.services.tracking_ia.domain.watch import LONGEST_DUTY, NotOnDuty, Watch
from rt.services.tracking_ia.store import DEVICES, TROUBLED_APPS, TrackingStore
from rt.trade.plates import plain_plate

WHY = (
    "Vos positions sont enregistrées pendant le service seulement, pour suivre les livraisons ; "
    "elles sont effacées après {days} jours.",
    "Your positions are recorded on duty only, to follow deliveries; they are deleted after {days} days.",
)


class DeviceOfNobody(Invalid):
    fr = "Indiquez le véhicule du boîtier, ou le conducteur du téléphone."
    en = "Name the vehicle of the tracker, or the driver of the phone."


class Devices:
    """The organization's trackers and phones."""

    def __init__(self, store: TrackingStore, people: People) -> None:
        self._store = store
        self._people = people

    async def add(self, asked: AddDevice) -> DeviceView:
        if asked.driver_user_id and not await self._people.member(asked.driver_user_id):
            raise ReferenceUnknown("driver_user_id")
        owner = asked.vehicle_plate if asked.kind == "vehicle" else asked.driver_user_id
        if not plain_plate(owner):
            raise DeviceOfNobody("vehicle_plate" if asked.kind == "vehicle" else "driver_user_id")
        key = secrets.token_urlsafe(24)
        device = Device(
            id=new_id("dev"),
            kind=asked.kind,
            name=asked.name,
            vehicle_plate=asked.vehicle_plate if asked.kind == "vehicle" else "",
            plate=plain_plate(asked.vehicle_plate) if asked.kind == "vehicle" else "",
            driver_user_id=asked.driver_user_id if asked.kind == "phone" else "",
            key_hash=hash_of(key),
        )
        stored = await self._store.devices.add(device)
        return stored.view(key if stored.key_hash == device.key_hash else "", None)

    async def find(self, asked: FindDevices) -> DevicesView:
        page = await self._store.devices.rows(DEVICES, q=asked.q, after=asked.after, limit=asked.limit)
        ids = [device.id for device in page.items]
        troubles, last = await self._store.troubles_of(ids), await self._store.seen.last_fixes(ids)
        return DevicesView(
            items=[device.view("", last.get(device.id), troubles.get(device.id)) for device in page.items],
            next=page.next,
        )

    async def apps(self, asked: FindApps) -> AppsView:
        page = await self._store.troubles.rows(TROUBLED_APPS, after=asked.after, limit=asked.limit)
        return AppsView(
            items=[
                AppView(driver_user_id=one.source, driver_name=one.name, trouble=one.view())
                for one in page.items
            ],
            next=page.next,
        )

    async def remove(self, asked: RemoveDevice) -> Empty:
        await self._store.devices.get(asked.device_id)
        await self._store.devices.remove(asked.device_id)
        self._store.known_devices.forget_if(lambda _, device: device.id == asked.device_id)
        await self._store.troubles.remove(trouble_id(current_org(), asked.device_id))
        return Empty()


class Duty:
    """The driver's own switch, and the driver's own view of what is kept."""

    def __init__(self, store: TrackingStore) -> None:
        self._store = store

    async def start(self, asked: StartDuty) -> DutyView:
        """Resume what the day has planned; without a tour, a duty of its own begins."""
        spanning = await self._spanning()
        for watch in spanning:
            async with self._store.watches.change(watch.id) as changed:
                changed.resume()
        if not spanning:
            actor = person()
            await self._store.watches.add(
                Watch(
                    id=new_id("wat"),
                    vehicle_plate=asked.vehicle_plate,
                    plate=plain_plate(asked.vehicle_plate),
                    driver_user_id=actor.id,
                    driver_name=actor.name,
                    begins_at=now(),
                    ends_at=now() + LONGEST_DUTY,
                    planned_end=now() + LONGEST_DUTY,
                )
            )
        return await self._view()

    async def pause(self, asked: PauseDuty) -> DutyView:
        return await self._halt(ended=False)

    async def end(self, asked: EndDuty) -> DutyView:
        return await self._halt(ended=True)

    async def mine(self, asked: MyTrack) -> MyTrackView:
        """Everything that is kept of the driver's day, whichever device reported it."""
        actor = current_actor()
        day = asked.day or today()
        begin = datetime.combine(day, time(), ZONE)
        end = datetime.combine(day + timedelta(days=1), time(), ZONE)
        watches = await self._store.watches.find(
            {"driver_user_id": actor.id, "begins_at": {"$lt": end}, "ends_at": {"$gte": begin}},
            sort="begins_at",
        )
        fixes: dict[tuple[str, int], Fix] = {}
        for watch in watches:
            kept = await self._store.kept(watch.id, begin)
            fixes |= {fix.key: fix for fix in between(kept.contents, begin, end - timedelta(milliseconds=1))}
        trouble = (await self._store.troubles_of([actor.id])).get(actor.id)
        days = await self._store.figure("retention_days")
        french, english = (sentence.format(days=days) for sentence in WHY)
        return MyTrackView(
            duty=await self._view(),
            points=[fix.view() for fix in thinned(sorted(fixes.values(), key=lambda fix: fix.at_ms))],
            trouble=trouble.view() if trouble else None,
            kept_days=days,
            why_fr=french,
            why_en=english,
        )

    async def _halt(self, ended: bool) -> DutyView:
        spanning = await self._spanning()
        if duty_of(spanning, now()) == "off":
            raise NotOnDuty
        for watch in spanning:
            async with self._store.watches.change(watch.id) as changed:
                changed.pause(ended)
        return await self._view()

    async def _spanning(self) -> list[Watch]:
        moment = now()
        return await self._store.watches.find(
            {
                "driver_user_id": person().id,
                "begins_at": {"$lte": moment},
                "ends_at": {"$gte": moment},
            },
            sort="begins_at",
        )

    async def _view(self) -> DutyView:
        watches = await self._spanning()
        state = duty_of(watches, now())
        on = [watch for watch in watches if watch.state(now()) == state]
        first = on[0] if on and state != "off" else None
        return DutyView(
            state=state,
            vehicle_plate=first.vehicle_plate if first else "",
            since=first.begins_at if first else None,
            until=first.ends_at if first else None,
            tour_id=first.tour_id if first else "",
        )
