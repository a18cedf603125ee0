"""Docks: when they work, how long a load takes there, and what may be booked when."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import msgspec

from rt.contracts.planning import DockView, EditDock, FreeSlotView, OpeningHours
from rt.contracts.planning.docks import GoodsType
from rt.kernel.core.errors import Conflict, Invalid
from rt.kernel.model.entity import Entity
from rt.services.planning.domain.conflicts import clock
from rt.services.planning.domain.distances import placed
from rt.services.planning.domain.hours import Span, check_hours, merged, spans_of
from rt.trade.places import Site
from rt.trade.zones import day_at, instant_at, zone_of

DAY_MINUTES = NO_CUT_OFF = 1440
LONGEST_SLOT = timedelta(days=1)
STAMP = "%Y%m%d%H%M"
"""How a cell names its time, in UTC: an hour that clocks show twice has two names."""


class DockClosed(Conflict):
    fr = "Le quai {dock} n'est pas ouvert de {starts_at} à {ends_at}. Choisissez un créneau proposé."
    en = "Dock {dock} is not open from {starts_at} to {ends_at}. Choose one of the offered slots."


class SlotOffGrid(Invalid):
    fr = "Les créneaux du quai {dock} commencent toutes les {step} minutes. Choisissez un créneau proposé."
    en = "Slots of dock {dock} begin every {step} minutes. Choose one of the offered slots."


class GoodsNotAccepted(Conflict):
    fr = "Le quai {dock} n'accepte pas cette marchandise ({goods_type}). Choisissez un quai qui l'accepte."
    en = "Dock {dock} does not accept these goods ({goods_type}). Choose a dock that does."


class BookedTooLate(Conflict):
    fr = "Ce créneau se réservait avant le {deadline}. Choisissez un créneau plus tardif ou appelez le site."
    en = "This slot had to be booked before {deadline}. Choose a later one or call the site."


class OpeningChanged(Conflict):
    fr = "Le créneau de {starts_at} au quai {dock} dure maintenant jusqu'à {until}. Choisissez à nouveau."
    en = "The slot of {starts_at} at dock {dock} now lasts until {until}. Choose again."


class DockOutOfUse(Conflict):
    fr = "Le quai {dock} n'est plus en service."
    en = "Dock {dock} is out of use."


class Dock(Entity):
    """A loading place with `doors` places side by side; `serves` are organizations whose goods it handles."""

    name: str
    site: Site
    hours: list[OpeningHours]
    doors: int = 1
    accepts: list[GoodsType] = msgspec.field(default_factory=lambda: ["dry"])
    step_minutes: int = 30
    base_minutes: int = 15
    minutes_per_pallet: float = 1.5
    lead_hours: float = 2
    cut_off_minute: int = NO_CUT_OFF
    full_instructions: str = ""
    serves: list[str] = msgspec.field(default_factory=list)
    active: bool = True

    def search_texts(self) -> Iterable[str]:
        address = self.site.address
        return self.name, self.site.name, f"{address.postal_code} {address.city}"

    def edit(self, asked: EditDock) -> None:
        if "site" in self.patch(asked):
            self.site = placed(self.site)
        self.settle()

    def settle(self) -> None:
        """Check the hours and let those see it whose goods come here."""
        check_hours(self.hours)
        self.seen_by = list(dict.fromkeys([self.org_id, *self.serves]))

    @property
    def step(self) -> timedelta:
        return timedelta(minutes=self.step_minutes)

    def duration(self, pallets: int) -> timedelta:
        """How long a load of that many pallets takes, in whole steps."""
        minutes = self.base_minutes + self.minutes_per_pallet * pallets
        return self.step * max(1, ceil(round(minutes / self.step_minutes, 6)))

    def at(self, site: Site) -> bool:
        """Whether this dock is at that site: same country and postal code."""
        here, there = self.site.address, site.address
        return here.country == there.country and here.postal_code.strip() == there.postal_code.strip()

    @property
    def zone(self) -> ZoneInfo:
        """Where its days and hours are read: at its site."""
        return zone_of(self.site.address.country, self.site.address.postal_code)

    def day_of(self, at: datetime) -> date:
        """The day at the site."""
        return day_at(at, self.zone)

    def bounds(self, day: date) -> Span:
        """That day at the site, from midnight to midnight."""
        return instant_at(day, 0, self.zone), instant_at(day, DAY_MINUTES, self.zone)

    def opening(self, day: date) -> list[Span]:
        """When it works around that day, without a break where one stretch goes on in the next."""
        since, until = self.bounds(day)
        spans = merged(spans_of(self.hours, day, day + timedelta(days=1), self.zone))
        return [span for span in spans if span[1] > since and span[0] < until]

    def starts(self, day: date, duration: timedelta) -> list[datetime]:
        """Every time of the grid on that day at which so long a slot fits into the opening hours."""
        since, until = self.bounds(day)
        if duration > LONGEST_SLOT:
            return []
        found = []
        for opens, closes in self.opening(day):
            begin = self._on_grid(max(opens, since))
            while begin + duration <= closes and begin < until:
                found.append(begin)
                begin += self.step
        return found

    def bookable_until(self, starts_at: datetime) -> datetime:
        """The last moment for booking a slot: lead time and cut-off of the day before."""
        deadline = starts_at - timedelta(hours=self.lead_hours)
        if self.cut_off_minute == NO_CUT_OFF:
            return deadline
        eve = self.day_of(starts_at) - timedelta(days=1)
        return min(deadline, instant_at(eve, self.cut_off_minute, self.zone))

    def check(self, starts_at: datetime, duration: timedelta, goods_type: GoodsType, now: datetime) -> None:
        """Refuse what this dock does not do."""
        if not self.active:
            raise DockOutOfUse(dock=self.name)
        if goods_type not in self.accepts:
            raise GoodsNotAccepted("goods_type", dock=self.name, goods_type=goods_type)
        if self._on_grid(starts_at) != starts_at:
            raise SlotOffGrid("starts_at", dock=self.name, step=self.step_minutes)
        if starts_at not in self.starts(self.day_of(starts_at), duration):
            ends = clock(starts_at + duration)
            raise DockClosed("starts_at", dock=self.name, starts_at=clock(starts_at), ends_at=ends)
        if now > self.bookable_until(starts_at):
            raise BookedTooLate("starts_at", deadline=clock(self.bookable_until(starts_at)))

    def check_shown(self, starts_at: datetime, ends_at: datetime, pallets: int) -> None:
        """Refuse an opening that is no longer what was shown: the load or the dock's times have changed."""
        if starts_at + self.duration(pallets) != ends_at:
            now_until = clock(starts_at + self.duration(pallets), self.zone)
            raise OpeningChanged(
                "ends_at", dock=self.name, starts_at=clock(starts_at, self.zone), until=now_until
            )

    def cells(self, door: int, starts_at: datetime, duration: timedelta) -> list[str]:
        """Unique keys of one door's steps in that time: two slots can never hold the same."""
        steps = range(int(duration / self.step))
        return [f"{self.id}/{door}@{starts_at + self.step * n:{STAMP}}" for n in steps]

    def free_doors(self, starts_at: datetime, duration: timedelta, taken: set[str]) -> list[int]:
        doors = range(1, self.doors + 1)
        return [door for door in doors if taken.isdisjoint(self.cells(door, starts_at, duration))]

    def free(
        self, day: date, pallets: int, goods_type: GoodsType, taken: set[str], now: datetime
    ) -> list[FreeSlotView]:
        """What can be booked on that day at this moment."""
        if not self.active or goods_type not in self.accepts:
            return []
        duration = self.duration(pallets)
        begins = self.starts(day, duration)
        doors = self._doors_free(begins, duration, taken)
        return [
            FreeSlotView(
                dock_id=self.id,
                dock_name=self.name,
                site_name=self.site.name,
                starts_at=begin,
                ends_at=begin + duration,
                doors_free=count,
                zone=self.zone.key,
            )
            for begin, count in zip(begins, doors, strict=True)
            if count and now <= self.bookable_until(begin)
        ]

    def _doors_free(self, begins: Sequence[datetime], duration: timedelta, taken: set[str]) -> list[int]:
        """How many doors are free for that long from each of these times on: one walk back for each door."""
        if not begins:
            return []
        steps = int((begins[-1] + duration - begins[0]) / self.step)
        stamps = [f"{begins[0] + self.step * n:{STAMP}}" for n in range(steps)]
        held: dict[int, set[str]] = {}
        for cell in taken:
            number, _, stamp = cell.removeprefix(f"{self.id}/").partition("@")
            if number.isdecimal():
                held.setdefault(int(number), set()).add(stamp)
        needed = int(duration / self.step)
        places = [int((begin - begins[0]) / self.step) for begin in begins]
        counts = [0] * len(begins)
        for door in range(1, self.doors + 1):
            of_door = held.get(door, set())
            free_from = [0] * (steps + 1)
            for n in range(steps - 1, -1, -1):
                free_from[n] = 0 if stamps[n] in of_door else free_from[n + 1] + 1
            for which, place in enumerate(places):
                counts[which] += free_from[place] >= needed
        return counts

    def view(self) -> DockView:
        return DockView(
            dock_id=self.id,
            organization_id=self.org_id,
            name=self.name,
            site=self.site,
            zone=self.zone.key,
            doors=self.doors,
            hours=self.hours,
            accepts=self.accepts,
            step_minutes=self.step_minutes,
            base_minutes=self.base_minutes,
            minutes_per_pallet=self.minutes_per_pallet,
            lead_hours=self.lead_hours,
            cut_off_minute=self.cut_off_minute,
            full_instructions=self.full_instructions,
            serves=self.serves,
            active=self.active,
            version=self.version,
        )

    def _on_grid(self, moment: datetime) -> datetime:
        """That moment, or the next of the grid; zones are whole hours from UTC, so one grid serves all."""
        over = timedelta(minutes=moment.minute % self.step_minutes, seconds=moment.second)
        over += timedelta(microseconds=moment.microsecond)
        return moment if not over else moment + self.step - over
