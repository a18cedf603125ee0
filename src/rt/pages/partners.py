"""The partners of an organization, the same in every portal: asked, accepted, blocked, invited."""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.authz import (
    AcceptPartner,
    AddPartner,
    AskPartner,
    BlockPartner,
    FindPartners,
    InvitePartner,
    OrganizationView,
    RegisteredKind,
    Standing,
    UnblockPartner,
)
from rt.pages.filters import address
from rt.ui.addresses import inside
from rt.ui.asking import attempt, pressed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked, named
from rt.ui.formats import LANGUAGES, language
from rt.ui.forms import FormPage
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page

KINDS: dict[RegisteredKind, str] = {
    "shipper": marked("Expéditeurs"),
    "carrier": marked("Transporteurs"),
    "recipient": marked("Destinataires"),
    "logistician": marked("Logisticiens"),
    "forwarder": marked("Commissionnaires"),
    "supplier": marked("Fournisseurs"),
}
MOST_ASKING = 50
BLOCKED: Standing = "blocked"


class PartnerRow(msgspec.Struct, kw_only=True):
    """An organization in the list."""

    id: str
    name: str
    kind: str
    standing: str
    email: str
    phone: str
    siret: str
    can_invite: bool


class PartnersPage(Page):
    """Who asks us, and our partners of one kind."""

    template, part = "pages/partners.html", "pages/_partners.html"
    path: str
    tabs: list[tuple[str, str, int | None]]
    current: str
    kind: str
    standing: str
    asking: list[PartnerRow]
    rows: list[PartnerRow]
    columns: list[Column]
    orders: str
    q: str
    more: str
    may_act: bool
    may_invite: bool


class Partners:
    """The pages of partners below `path`; `kinds` are those that this portal works with, the usual one first.

    `orders`: an address with `{id}` where the orders of a partner stand, for kinds that carry.
    """

    def __init__(self, *kinds: RegisteredKind, path: str = "/partners", orders: str = "") -> None:
        self.kinds, self.path, self.orders = kinds, path, orders

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        one = f"{self.path}/{{organization_id}}"
        return [
            page(self.path, self.partners, methods=("GET",)),
            page(f"{self.path}/new", self.add),
            page(f"{one}/ask", self.ask, methods=("POST",)),
            page(f"{one}/accept", self.accept, methods=("POST",)),
            page(f"{one}/block", self.block, methods=("POST",)),
            page(f"{one}/unblock", self.unblock, methods=("POST",)),
            page(f"{one}/invite", self.invite, methods=("POST",)),
        ]

    async def partners(self, visit: Visit) -> Page:
        kind = visit.query.get("kind", "")
        standing = BLOCKED if visit.query.get("standing") == BLOCKED else ""
        known = {"kind": kind if kind in self.kinds else "", "standing": standing}
        found = await visit.ask(visit.asked(FindPartners, **known))
        asking = await attempt(visit, FindPartners(standing="asks", limit=MOST_ASKING))
        q = visit.query.get("q", "")[:80]
        tabs = [("", _("Tous")), *((code, _(KINDS[code])) for code in self.kinds)]
        columns = [
            Column(name="name", label=_("Nom")),
            Column(name="kind", label=_("Métier"), kind="choice", wide=True),
            Column(name="standing", label=_("État"), kind="state"),
            Column(name="email", label=_("E-mail")),
            Column(name="phone", label=_("Téléphone"), wide=True),
            Column(name="siret", label=_("SIRET"), wide=True),
        ]
        return PartnersPage(
            title=_("Partenaires"),
            path=self.path,
            tabs=[
                *((self._list(kind=code), label, None) for code, label in tabs),
                (self._list(standing=BLOCKED), _("Bloqués"), None),
            ],
            current=self._list(**known),
            kind=known["kind"],
            standing=standing,
            asking=[row(one) for one in asking.items] if asking else [],
            rows=[row(one) for one in found.items],
            columns=columns,
            orders=self.orders,
            q=q,
            more=self._list(**known, q=q, after=found.next) if found.next else "",
            may_act=visit.session.may("authz.partner"),
            may_invite=visit.session.may("authz.write"),
        )

    async def add(self, visit: Visit) -> Page | Response:
        form = visit.form(
            AddPartner,
            values={"kind": visit.query.get("kind") or self.kinds[0], "language": language()},
            only=("name", "kind", "email", "siret", "phone", "country", "vat", "language"),
            choices={
                "kind": [Choice(kind, named("choice", kind)) for kind in KINDS],
                "language": [Choice(code, named("choice", code)) for code in LANGUAGES],
            },
            hints={
                "siret": _("S'il est inscrit, il reçoit votre demande et devient partenaire en l'acceptant."),
                "email": _("Sans compte, il reçoit ici ses offres et répond par un lien, sans mot de passe."),
            },
            submit=_("Ajouter le partenaire"),
        )
        back = inside(visit.query.get("back", ""), "")
        if visit.posted is not None and (made := await form.submit()):
            chosen = address(back, {"client_id": made.id}) if back else self._list(kind=made.kind)
            return visit.go(chosen, said_of(made))
        return FormPage(
            title=_("Ajouter un partenaire"),
            crumbs=[(self.path, _("Partenaires"))],
            form=form,
            lead=_("Inscrit sur la plateforme, il doit accepter. Sans compte, il répond depuis un lien."),
            back=back or self.path,
        )

    async def ask(self, visit: Visit) -> Response:
        message = AskPartner(organization_id=visit.path["organization_id"])
        return await pressed(visit, message, self.path, _("Demande envoyée."))

    async def accept(self, visit: Visit) -> Response:
        message = AcceptPartner(organization_id=visit.path["organization_id"])
        return await pressed(visit, message, self.path, _("Demande acceptée : vous êtes partenaires."))

    async def block(self, visit: Visit) -> Response:
        organization_id = visit.path["organization_id"]
        message, undo = (
            BlockPartner(organization_id=organization_id),
            f"{self.path}/{organization_id}/unblock",
        )
        return await pressed(visit, message, self.path, _("Bloqué : ses offres sont refusées."), undo=undo)

    async def unblock(self, visit: Visit) -> Response:
        message = UnblockPartner(organization_id=visit.path["organization_id"])
        done = _("Débloqué. Pour travailler ensemble, demandez-le ou acceptez sa demande.")
        return await pressed(visit, message, self.path, done)

    async def invite(self, visit: Visit) -> Response:
        message = InvitePartner(organization_id=visit.path["organization_id"])
        return await pressed(visit, message, self.path, _("Invitation à ouvrir un compte envoyée."))

    def _list(self, **known: str) -> str:
        named_ = {name: value for name, value in known.items() if value}
        return f"{self.path}?{urlencode(named_)}" if named_ else self.path


def row(one: OrganizationView) -> PartnerRow:
    return PartnerRow(
        id=one.id,
        name=one.name,
        kind=one.kind,
        standing="suspended" if one.suspended else one.standing,
        email=one.email,
        phone=one.phone,
        siret=one.siret,
        can_invite=one.guest and not one.suspended,
    )


def said_of(made: OrganizationView) -> str:
    """What became of a partner that was added."""
    said = {
        "guest": _("%(name)s est votre partenaire, sans compte : il répond par un lien."),
        "partner": _("%(name)s est votre partenaire."),
        "asked": _("%(name)s est inscrit : votre demande lui est envoyée."),
    }
    return said.get(made.standing, _("%(name)s ne peut pas être ajouté.")) % {"name": made.name}
