"""Drivers: their hours and skills, when they are away, and their access to the driver's app."""

from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.authz import FindUsers, InviteUser
from rt.contracts.planning import (
    AddAbsence,
    AddDriver,
    DriverView,
    EditDriver,
    FindDrivers,
    GetDriver,
    RemoveAbsence,
    WorkingHours,
)
from rt.portals.transporter.asking import said_here
from rt.portals.transporter.pages.vehicles import away_text, equipment_offered
from rt.ui.asking import attempt, moment_of, pressed, typed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page


class DriverRow(msgspec.Struct, kw_only=True):
    """A driver in the list."""

    driver_id: str
    name: str
    phone: str
    hours: str
    away: str
    app: str
    state: str


class DriversPage(Page):
    """The drivers by name."""

    template, part = "drivers.html", "_drivers.html"
    rows: list[DriverRow]
    columns: list[Column]
    q: str
    more: str
    may_plan: bool


class DriverPage(Page):
    """One driver: card, absences, access."""

    template = "driver.html"
    form: Form
    driver: DriverView | None
    absence: Form | None
    invite: Form | None
    may_plan: bool


def clock(minute: int) -> str:
    """A minute of the day as people write it."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def hours_text(hours: list[WorkingHours]) -> str:
    """Working days and the span of hours that they share or widen to."""
    if not hours:
        return ""
    days = [_("lun."), _("mar."), _("mer."), _("jeu."), _("ven."), _("sam."), _("dim.")]
    worked = sorted({h.weekday for h in hours})
    listed = f"{days[worked[0]]}–{days[worked[-1]]}"
    if worked != list(range(worked[0], worked[-1] + 1)):
        listed = ", ".join(days[d] for d in worked)
    return f"{listed} {clock(min(h.from_minute for h in hours))}–{clock(max(h.until_minute for h in hours))}"


async def drivers(visit: Visit) -> Page | Response:
    message = FindDrivers(q=visit.query.get("q", "")[:80], after=visit.query.get("after", ""))
    found = await visit.ask(message)
    rows = [
        DriverRow(
            driver_id=d.driver_id,
            name=d.name,
            phone=d.phone,
            hours=hours_text(d.hours),
            away=away_text(d.absences),
            app=_("relié") if d.user_id else _("à inviter"),
            state="active" if d.active else "disabled",
        )
        for d in found.items
    ]
    return DriversPage(
        title=_("Conducteurs"),
        rows=rows,
        columns=[
            Column(name="name", label=_("Nom")),
            Column(name="phone", label=_("Téléphone")),
            Column(name="hours", label=_("Horaires"), wide=True),
            Column(name="away", label=_("Absence")),
            Column(name="app", label=_("Application")),
            Column(name="state", label=_("État"), kind="state"),
        ],
        q=message.q,
        more=f"/drivers?{urlencode({'q': message.q, 'after': found.next})}" if found.next else "",
        may_plan=visit.session.may("planning.write"),
    )


async def add(visit: Visit) -> Page | Response:
    form = visit.form(
        AddDriver,
        only=("name", "phone", "skills"),
        choices={"skills": equipment_offered()},
        submit=_("Ajouter le conducteur"),
    )
    if visit.posted is not None and (made := await form.submit()):
        return visit.go(f"/drivers/{made.driver_id}", _("Ajouté. Invitez-le à l'application conducteur."))
    return DriverPage(
        title=_("Nouveau conducteur"),
        crumbs=[("/drivers", _("Conducteurs"))],
        form=form,
        driver=None,
        absence=None,
        invite=None,
        may_plan=True,
    )


async def read_driver(visit: Visit) -> DriverView:
    """The driver of the address."""
    return await visit.ask(GetDriver(driver_id=visit.path["driver_id"]))


async def driver(visit: Visit) -> Page | Response:
    read = await read_driver(visit)
    form = await card_form(visit, read)
    if visit.posted is not None and await form.submit() is not None:
        return visit.go("/drivers", _("%(name)s est à jour.") % {"name": read.name})
    return shown(visit, read, form)


async def card_form(visit: Visit, read: DriverView, *, posted: bool = True) -> Form:
    """The driver's card as a form, with the users whom the phone may belong to."""
    users = await attempt(visit, FindUsers(role="driver", limit=200))
    people = [Choice(u.user_id, u.name) for u in (users.items if users else [])]
    if read.user_id and read.user_id not in {p.value for p in people}:
        people.append(Choice(read.user_id, _("compte actuel")))
    return said_here(
        visit,
        EditDriver,
        version=read.version,
        posted=posted,
        fixed={"driver_id": read.driver_id},
        values=read,
        only=("name", "phone", "user_id", "skills"),
        choices={"skills": equipment_offered(), "user_id": [Choice("", _("personne")), *people]},
        labels={"user_id": _("Compte de l'application")},
        submit=_("Enregistrer"),
        action=f"/drivers/{read.driver_id}",
    )


def shown(
    visit: Visit, read: DriverView, form: Form, absence: Form | None = None, invite: Form | None = None
) -> DriverPage:
    """The driver's page around its forms; a posted one stands in for the fresh one of its kind."""
    if invite is None and not read.user_id and visit.session.may("authz.write"):
        invite = inviting(visit, read, posted=False)
    return DriverPage(
        title=read.name,
        crumbs=[("/drivers", _("Conducteurs"))],
        form=form,
        driver=read,
        absence=absence or away(visit, read, posted=False),
        invite=invite,
        may_plan=visit.session.may("planning.write"),
    )


def away(visit: Visit, read: DriverView, *, posted: bool = True) -> Form:
    """The form that notes an absence."""
    return said_here(
        visit,
        AddAbsence,
        posted=posted,
        fixed={"driver_id": read.driver_id},
        submit=_("Noter l'absence"),
        action=f"/drivers/{read.driver_id}/absences",
    )


def inviting(visit: Visit, read: DriverView, *, posted: bool = True) -> Form:
    """The form that invites the driver as a user."""
    return said_here(
        visit,
        InviteUser,
        posted=posted,
        fixed={"role": "driver", "name": read.name, "language": language()},
        only=("email",),
        submit=_("Inviter"),
        action=f"/drivers/{read.driver_id}/invite",
    )


async def absent(visit: Visit) -> Page | Response:
    read = await read_driver(visit)
    form = away(visit, read)
    if await form.submit() is not None:
        return visit.go(f"/drivers/{read.driver_id}", _("Absence notée."))
    return shown(visit, read, await card_form(visit, read, posted=False), form)


async def present(visit: Visit) -> Page | Response:
    here = f"/drivers/{visit.path['driver_id']}"
    at = moment_of(typed(visit, "starts_at"))
    if at is None:
        return visit.go(here)
    message = RemoveAbsence(driver_id=visit.path["driver_id"], starts_at=at)
    return await pressed(visit, message, here, _("Absence retirée."))


async def invite(visit: Visit) -> Page | Response:
    """Invite by mail, then tie the account to the driver."""
    read = await read_driver(visit)
    here = f"/drivers/{read.driver_id}"
    form = inviting(visit, read)
    user = await form.submit()
    if user is None:
        return shown(visit, read, await card_form(visit, read, posted=False), invite=form)
    message = EditDriver(driver_id=read.driver_id, user_id=user.user_id)
    said = _("Invitation envoyée à %(email)s.") % {"email": user.email}
    return await pressed(visit, message, here, said, version=read.version)


PAGES = [
    page("/drivers", drivers, methods=("GET",)),
    page("/drivers/new", add),
    page("/drivers/{driver_id}", driver),
    page("/drivers/{driver_id}/absences", absent, methods=("POST",)),
    page("/drivers/{driver_id}/absences/remove", present, methods=("POST",)),
    page("/drivers/{driver_id}/invite", invite, methods=("POST",)),
]
