"""Trackers and phones that send positions: who they are, and what of theirs could not be believed."""

from datetime import datetime
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.authz import FindUsers
from rt.contracts.tracking_ia import (
    AddDevice,
    AppsView,
    AppView,
    DeviceView,
    FindApps,
    FindDevices,
    RemoveDevice,
    TroubleView,
)
from rt.ui.asking import attempt, pressed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named, ngettext
from rt.ui.forms import Form
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page

UNKNOWN = Choice("", "—")


class DeviceRow(msgspec.Struct, kw_only=True):
    """A device in the list."""

    device_id: str
    name: str
    kind: str
    belongs_to: str
    last_fix_at: datetime | None
    refused: str


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What one device, or the app of one driver, sent and nobody could believe."""

    title: str
    reasons: str
    trouble: TroubleView


class DevicesPage(Page):
    """Devices by plate or name, and what each sent that was refused."""

    template, part = "devices.html", "_devices.html"
    rows: list[DeviceRow]
    columns: list[Column]
    refused: list[Refused]
    q: str
    more: str
    more_apps: str
    may_run: bool


class NewDevicePage(Page):
    """A device to be added; once added, its key, this once."""

    template = "device.html"
    form: Form
    made: DeviceView | None


async def devices(visit: Visit) -> Page | Response:
    asked = FindDevices(q=visit.query.get("q", "")[:80], after=visit.query.get("after", ""))
    found = await visit.ask(asked)
    apps = await attempt(visit, FindApps(after=visit.query.get("apps", ""))) or AppsView(items=[])
    people = await drivers(visit) if any(one.driver_user_id for one in found.items) else []
    names = {choice.value: choice.label for choice in people}
    here = {"q": asked.q, "after": asked.after}
    return DevicesPage(
        title=_("Boîtiers et téléphones"),
        crumbs=[("/fleet", _("Flotte"))],
        rows=[row_of(device, names) for device in found.items],
        columns=[
            Column(name="name", label=_("Nom")),
            Column(name="kind", label=_("Type"), kind="choice"),
            Column(name="belongs_to", label=_("Véhicule ou conducteur")),
            Column(name="last_fix_at", label=_("Dernière position"), kind="moment"),
            Column(name="refused", label=_("Points refusés")),
        ],
        refused=[
            *(of_device(device, device.trouble) for device in found.items if device.trouble),
            *map(of_app, apps.items),
        ],
        q=asked.q,
        more=f"/devices?{urlencode({'q': asked.q, 'after': found.next})}" if found.next else "",
        more_apps=f"/devices?{urlencode(here | {'apps': apps.next})}" if apps.next else "",
        may_run=visit.session.may("tracking_ia.admin"),
    )


def row_of(device: DeviceView, names: dict[str, str]) -> DeviceRow:
    total = device.trouble.total if device.trouble else 0
    return DeviceRow(
        device_id=device.id,
        name=device.name or device.vehicle_plate or named("choice", device.kind),
        kind=device.kind,
        belongs_to=device.vehicle_plate or names.get(device.driver_user_id, device.driver_user_id),
        last_fix_at=device.last_fix_at,
        refused=ngettext("%(num)s point", "%(num)s points", total) % {"num": total} if total else "",
    )


def of_device(device: DeviceView, trouble: TroubleView) -> Refused:
    title = " · ".join(part for part in (device.name, device.vehicle_plate) if part)
    return Refused(title=title or named("choice", device.kind), reasons=counted(trouble), trouble=trouble)


def of_app(app: AppView) -> Refused:
    title = _("Application de %(name)s") % {"name": app.driver_name or app.driver_user_id}
    return Refused(title=title, reasons=counted(app.trouble), trouble=app.trouble)


def counted(trouble: TroubleView) -> str:
    """How many points for which reason, the most frequent first."""
    counts = sorted(trouble.by_reason.items(), key=lambda pair: -pair[1])
    return " · ".join(f"{named('choice', reason)} : {count}" for reason, count in counts)


async def drivers(visit: Visit) -> list[Choice]:
    """Everybody who drives for us and has an account, however many."""
    found: list[Choice] = []
    after = ""
    while True:
        people = await attempt(visit, FindUsers(role="driver", after=after, limit=200))
        found += [Choice(one.user_id, one.name) for one in people.items] if people else []
        after = people.next if people else ""
        if not after:
            return found


async def add(visit: Visit) -> Page | Response:
    form = visit.form(
        AddDevice,
        only=("kind", "name", "vehicle_plate", "driver_user_id"),
        values={"kind": "vehicle"},
        choices={"driver_user_id": [UNKNOWN, *await drivers(visit)]},
        labels={
            "vehicle_plate": _("Immatriculation, pour un boîtier"),
            "driver_user_id": _("Conducteur, pour un téléphone"),
        },
        submit=_("Ajouter"),
    )
    made = await form.submit() if visit.posted is not None else None
    return NewDevicePage(
        title=_("Nouveau boîtier ou téléphone"),
        crumbs=[("/fleet", _("Flotte")), ("/devices", _("Boîtiers et téléphones"))],
        form=form,
        made=made,
    )


async def remove(visit: Visit) -> Response:
    message = RemoveDevice(device_id=visit.path["device_id"])
    return await pressed(visit, message, "/devices", _("Retiré : ce qu'il envoie désormais est refusé."))


PAGES = [
    page("/devices", devices, methods=("GET",)),
    page("/devices/new", add),
    page("/devices/{device_id}/remove", remove, methods=("POST",)),
]
