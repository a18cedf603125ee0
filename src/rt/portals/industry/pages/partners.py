"""Carriers and other partners: found, written down with or without account, invited."""

from typing import Literal
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.authz import (
    AddPartner,
    FindOrganizations,
    FindPartners,
    InvitePartner,
    OrganizationView,
)
from rt.portals.industry.asking import attempt_all
from rt.ui.asking import attempt, pressed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked, named
from rt.ui.formats import LANGUAGES, language
from rt.ui.forms import Form
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page

KINDS = (
    ("carrier", marked("Transporteurs")),
    ("recipient", marked("Destinataires")),
    ("logistician", marked("Logisticiens")),
    ("forwarder", marked("Commissionnaires")),
    ("", marked("Tous")),
)
NEW_KINDS = ("carrier", "recipient", "logistician", "forwarder", "supplier")
MOST_CHOICES = 200
CARRYING: tuple[Literal["carrier", "forwarder"], ...] = ("carrier", "forwarder")
"""Kinds of partners that take orders to carry."""


class PartnerRow(msgspec.Struct, kw_only=True):
    """A partner in the list."""

    id: str
    name: str
    kind: str
    access: str
    guest: bool
    email: str
    phone: str
    siret: str


class PartnersPage(Page):
    """Partners of one kind."""

    template, part = "partners.html", "_partners.html"
    tabs: list[tuple[str, str, int | None]]
    current: str
    kind: str
    rows: list[PartnerRow]
    columns: list[Column]
    q: str
    more: str
    may_add: bool
    may_invite: bool


class PartnerFormPage(Page):
    """A partner to write down."""

    template = "ui/pages/form.html"
    form: Form
    lead: str
    back: str = "/partners"


def row_of(one: OrganizationView) -> PartnerRow:
    access = _("par lien, sans compte") if one.guest else _("a un compte")
    return PartnerRow(
        id=one.id,
        name=one.name,
        kind=one.kind,
        access=_("suspendu") if one.suspended else access,
        guest=one.guest and not one.suspended,
        email=one.email,
        phone=one.phone,
        siret=one.siret,
    )


async def carrier_choices(visit: Visit) -> list[Choice]:
    """Whom an order may be offered to: our partners first, then the registered carriers."""
    ours = await attempt_all(visit, [FindPartners(kind=kind, limit=MOST_CHOICES) for kind in CARRYING])
    all_carriers = await attempt(visit, FindOrganizations(kind="carrier", limit=MOST_CHOICES))
    known = [one for found in ours if found for one in found.items]
    others = all_carriers.items if all_carriers else []
    choices = {
        one.id: _carrier(one, _("par e-mail") if one.guest else "") for one in known if not one.suspended
    }
    for one in others:
        if not one.suspended and not one.guest:
            choices.setdefault(one.id, _carrier(one, _("inscrit, hors de vos partenaires")))
    return list(choices.values())


def _carrier(one: OrganizationView, note: str) -> Choice:
    return Choice(one.id, " · ".join(text for text in (one.name, note) if text))


async def partners(visit: Visit) -> Page | Response:
    kind = visit.query.get("kind", "carrier")
    word = visit.asked(FindPartners, kind=kind if kind in dict(KINDS) else "")
    found = await visit.ask(word)
    q = visit.query.get("q", "")
    known = {"kind": kind, "q": q}
    return PartnersPage(
        title=_("Partenaires"),
        tabs=[(f"/partners?kind={code}", _(name), None) for code, name in KINDS],
        current=f"/partners?kind={kind}",
        kind=kind,
        rows=[row_of(one) for one in found.items],
        columns=[
            Column(name="name", label=_("Nom")),
            Column(name="kind", label=_("Métier"), kind="choice", wide=True),
            Column(name="access", label=_("Accès")),
            Column(name="email", label=_("E-mail")),
            Column(name="phone", label=_("Téléphone"), wide=True),
            Column(name="siret", label=_("SIRET"), wide=True),
        ],
        q=q,
        more=f"/partners?{urlencode(known | {'after': found.next})}" if found.next else "",
        may_add=visit.session.may("authz.partner"),
        may_invite=visit.session.may("authz.write"),
    )


async def add(visit: Visit) -> Page | Response:
    form = visit.form(
        AddPartner,
        values={"kind": visit.query.get("kind") or "carrier", "language": language()},
        only=("name", "kind", "email", "siret", "phone", "country", "vat", "language"),
        choices={
            "kind": [Choice(kind, named("choice", kind)) for kind in NEW_KINDS],
            "language": [Choice(code, named("choice", code)) for code in LANGUAGES],
        },
        hints={
            "siret": _("Un inscrit est reconnu par son SIRET : il devient votre partenaire avec son compte."),
            "email": _("Sans compte, il reçoit ici ses offres et répond par un lien, sans mot de passe."),
        },
        submit=_("Ajouter le partenaire"),
    )
    if visit.posted is not None and (made := await form.submit()):
        said = _("%(name)s est votre partenaire.") % {"name": made.name}
        return visit.go(f"/partners?kind={made.kind}", said)
    return PartnerFormPage(
        title=_("Ajouter un partenaire"),
        crumbs=[("/partners", _("Partenaires"))],
        form=form,
        lead=_("Un transporteur sans compte accepte, réserve un quai et signe depuis un lien."),
    )


async def invite(visit: Visit) -> Page | Response:
    word = InvitePartner(organization_id=visit.path["organization_id"])
    return await pressed(visit, word, "/partners", _("Invitation à ouvrir un compte envoyée."))


PAGES = [
    page("/partners", partners, methods=("GET",)),
    page("/partners/new", add),
    page("/partners/{organization_id}/invite", invite, methods=("POST",)),
]
