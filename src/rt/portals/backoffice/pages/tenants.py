"""Organizations as the platform's people see them: found, shut out with a reason, exported, erased."""

import asyncio

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import (
    AuditLineView,
    EraseTenant,
    EraseView,
    ExportTenant,
    FindAudit,
    FindTenants,
    TenantView,
)
from rt.contracts.authz import GetOrganization, OrganizationView, ResumeOrganization, SuspendOrganization
from rt.kernel.errors import NotFound
from rt.ui.asking import attempt, pressed, sent
from rt.ui.catalogues import gettext as _
from rt.ui.formats import number
from rt.ui.forms import Form
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

MOST_LINES = 8


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
    rows: list[Row]
    columns: list[Column]
    q: str
    more: str
    first: str


class TenantPage(Page):
    """One organization: who it is, what it has here, and what can be done about it."""

    template = "tenant.html"
    card: OrganizationView
    state: str
    objects: list[tuple[str, str]]
    total: int
    lines: list[AuditLineView]
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
    return TenantsListPage(
        title=_("Organisations"),
        rows=[row(one) for one in found.items],
        columns=[
            Column(name="name", label=_("Organisation")),
            Column(name="kind", label=_("Métier"), kind="choice"),
            Column(name="state", label=_("État"), kind="state"),
            Column(name="objects", label=_("Objets"), kind="number"),
            Column(name="organization_id", label=_("Identifiant"), wide=True),
        ],
        q=q,
        more=f"/tenants?q={q}&after={found.next}" if found.next else "",
        first=f"/tenants?q={q}" if after else "",
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
    if visit.posted is not None and await form.submit():
        resume = f"/tenants/{organization_id}/resume"
        return visit.go(f"/tenants/{organization_id}", _("Organisation suspendue"), undo=resume)
    finding = attempt(visit, FindTenants(q=card.name))
    reading = attempt(visit, FindAudit(org_id=organization_id, limit=MOST_LINES))
    found, trail = await asyncio.gather(finding, reading)
    known = next((one for one in found.items if one.organization_id == card.id), None) if found else None
    objects = known.objects if known else {}
    return TenantPage(
        title=card.name,
        crumbs=[("/tenants", _("Organisations"))],
        card=card,
        state=state_of(card.guest, card.suspended),
        objects=counted(objects),
        total=sum(objects.values()),
        lines=trail.items if trail else [],
        suspend=None if card.suspended or mine else form,
        mine=mine,
    )


async def resume(visit: Visit) -> Response:
    organization_id = visit.path["organization_id"]
    word = ResumeOrganization(organization_id=organization_id)
    return await pressed(visit, word, f"/tenants/{organization_id}", _("L'organisation a de nouveau accès."))


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
    page("/tenants/{organization_id}/resume", resume, methods=("POST",)),
    page("/tenants/{organization_id}/export", export, methods=("GET",)),
    page("/tenants/{organization_id}/erase", erase),
]
