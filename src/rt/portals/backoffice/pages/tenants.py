"""Organizations as the platform's people see them: found, shut out with a reason, exported, erased."""

import asyncio
from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import (
    AuditLineView,
    EraseTenant,
    EraseView,
    ExportTenant,
    FindAudit,
    FindTenants,
    GetTenant,
    TenantView,
)
from rt.contracts.authz import (
    ConfirmIdentity,
    FindIdentityWishes,
    GetIdentity,
    GetOrganization,
    IdentityView,
    OrganizationView,
    RefuseIdentity,
    ResumeOrganization,
    SuspendOrganization,
)
from rt.kernel.core.errors import NotFound
from rt.kernel.model.messages import Command
from rt.pages.filters import address
from rt.pages.numbers import Line, history
from rt.ui.asking import attempt, pressed, sent
from rt.ui.catalogues import gettext as _
from rt.ui.formats import number
from rt.ui.forms import Form, FormPage
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

MOST_LINES = 8
MOST_WISHES = 20


class Row(msgspec.Struct, kw_only=True):
    """An organization in the list."""

    organization_id: str
    name: str
    kind: str
    state: str
    objects: int


class TenantsListPage(Page):
    """Organizations by name."""

    template, part = "tenants.html", "_tenants.html"
    waiting: list[IdentityView]
    rows: list[Row]
    columns: list[Column]
    q: str
    counted_at: datetime | None
    more: str
    first: str


class TenantPage(Page):
    """One organization: who it is, what it has here, and what can be done about it."""

    template = "tenant.html"
    card: OrganizationView
    state: str
    objects: list[tuple[str, str]]
    total: int
    counted_at: datetime | None
    lines: list[AuditLineView]
    identity: IdentityView | None
    changes: list[Line]
    judges: list[str]
    suspend: Form | None
    mine: bool


class ErasePage(Page):
    """Erasing for good: said with the name typed again; afterwards what was removed."""

    template = "erase.html"
    card: OrganizationView
    form: Form
    done: EraseView | None
    removed: list[tuple[str, str]]


def state_of(guest: bool, suspended: bool) -> str:
    if suspended:
        return "suspended"
    return "invited" if guest else "active"


def row(one: TenantView) -> Row:
    return Row(
        organization_id=one.organization_id,
        name=one.name,
        kind=one.kind,
        state=state_of(one.guest, one.suspended),
        objects=sum(one.objects.values()),
    )


def counted(objects: dict[str, int]) -> list[tuple[str, str]]:
    """Collections with something in them, the fullest first."""
    return [(name, number(n)) for name, n in sorted(objects.items(), key=lambda pair: -pair[1]) if n]


async def tenants(visit: Visit) -> Page | Response:
    q, after = visit.query.get("q", "")[:80], visit.query.get("after", "")
    found = await visit.ask(FindTenants(q=q, after=after))
    wishes = await attempt(visit, FindIdentityWishes(limit=MOST_WISHES))
    return TenantsListPage(
        title=_("Organisations"),
        waiting=wishes.items if wishes and not (q or after) else [],
        rows=[row(one) for one in found.items],
        columns=[
            Column(name="name", label=_("Organisation")),
            Column(name="kind", label=_("Métier"), kind="choice"),
            Column(name="state", label=_("État"), kind="state"),
            Column(name="objects", label=_("Objets"), kind="number"),
            Column(name="organization_id", label=_("Identifiant"), wide=True),
        ],
        q=q,
        counted_at=min((one.counted_at for one in found.items if one.counted_at), default=None),
        more=address("/tenants", {"q": q, "after": found.next}) if found.next else "",
        first=address("/tenants", {"q": q}) if after else "",
    )


async def tenant(visit: Visit) -> Page | Response:
    organization_id = visit.path["organization_id"]
    card = await visit.ask(GetOrganization(organization_id=organization_id))
    mine = organization_id == visit.session.organization_id
    form = visit.form(
        SuspendOrganization,
        fixed={"organization_id": organization_id},
        labels={"reason": _("Motif")},
        hints={"reason": _("Gardé dans l'audit. Tous ses accès sont refusés en moins d'une minute.")},
        submit=_("Suspendre"),
    )
    here = f"/tenants/{organization_id}"
    if visit.posted is not None and await form.submit():
        return visit.go(here, _("Organisation suspendue"), undo=f"{here}/resume")
    identity = await attempt(visit, GetIdentity(organization_id=organization_id))
    finding = attempt(visit, GetTenant(organization_id=organization_id))
    reading = attempt(visit, FindAudit(org_id=organization_id, limit=MOST_LINES))
    found, trail = await asyncio.gather(finding, reading)
    objects = found.objects if found else {}
    return TenantPage(
        title=card.name,
        crumbs=[("/tenants", _("Organisations"))],
        card=card,
        state=state_of(card.guest, card.suspended),
        objects=counted(objects),
        total=sum(objects.values()),
        counted_at=found.counted_at if found else None,
        lines=trail.items if trail else [],
        identity=identity,
        changes=history(identity.history) if identity else [],
        judges=judged(identity) if identity else [],
        suspend=None if card.suspended or mine else form,
        mine=mine,
    )


def judged(identity: IdentityView) -> list[str]:
    """What the platform may say now of the numbers: those that are asked for, or those that were declared."""
    if identity.wish is not None:
        return ["confirm", "refuse"]
    return ["confirm"] if (identity.siret or identity.vat) and not identity.confirmed else []


async def confirm(visit: Visit) -> Page | Response:
    return await judge(visit, ConfirmIdentity, _("Confirmer"), _("Numéros confirmés"))


async def refuse(visit: Visit) -> Page | Response:
    return await judge(visit, RefuseIdentity, _("Refuser"), _("Demande refusée"))


async def judge(visit: Visit, message: type[Command[Any]], submit: str, done: str) -> Page | Response:
    """The numbers travel with the form: what was read is judged, whatever was asked for meanwhile."""
    identity = await visit.ask(GetIdentity(organization_id=visit.path["organization_id"]))
    numbers = identity.wish or identity
    here = f"/tenants/{identity.organization_id}"
    form = visit.form(
        message,
        fixed={"organization_id": identity.organization_id},
        values={"siret": numbers.siret, "vat": numbers.vat},
        only=("siret", "vat", "reason"),
        labels={"reason": _("Motif")},
        hints={"reason": _("Gardé dans l'histoire des numéros et envoyé à l'organisation.")},
        submit=submit,
    )
    if visit.posted is not None and await form.submit():
        return visit.go(here, done)
    return FormPage(
        title=_("Numéros d'entreprise"),
        crumbs=[("/tenants", _("Organisations")), (here, identity.organization_name)],
        form=form,
        lead=identity.wish.proof if identity.wish else "",
        back=here,
    )


async def resume(visit: Visit) -> Response:
    organization_id = visit.path["organization_id"]
    message = ResumeOrganization(organization_id=organization_id)
    return await pressed(
        visit, message, f"/tenants/{organization_id}", _("L'organisation a de nouveau accès.")
    )


async def export(visit: Visit) -> Response:
    return sent(await visit.ask(ExportTenant(organization_id=visit.path["organization_id"])))


async def erase(visit: Visit) -> Page | Response:
    organization_id = visit.path["organization_id"]
    card = await visit.ask(GetOrganization(organization_id=organization_id))
    if organization_id == visit.session.organization_id:
        raise NotFound
    form = visit.form(
        EraseTenant,
        fixed={"organization_id": organization_id},
        labels={"name": _("Nom de l'organisation"), "reason": _("Motif")},
        hints={"name": _("Tapez-le en entier : %(name)s") % {"name": card.name}},
        submit=_("Effacer définitivement"),
    )
    done = await form.submit() if visit.posted is not None else None
    return ErasePage(
        title=_("Effacer %(name)s") % {"name": card.name},
        crumbs=[("/tenants", _("Organisations")), (f"/tenants/{organization_id}", card.name)],
        card=card,
        form=form,
        done=done,
        removed=counted(done.removed) if done else [],
    )


PAGES = [
    page("/tenants", tenants, methods=("GET",)),
    page("/tenants/{organization_id}", tenant),
    page("/tenants/{organization_id}/identity/confirm", confirm),
    page("/tenants/{organization_id}/identity/refuse", refuse),
    page("/tenants/{organization_id}/resume", resume, methods=("POST",)),
    page("/tenants/{organization_id}/export", export, methods=("GET",)),
    page("/tenants/{organization_id}/erase", erase),
]
