"""An organization's SIRET and VAT number, the same in every portal: what holds, what is asked, what was."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.authz import (
    AskIdentityChange,
    GetIdentity,
    IdentityChangeView,
    IdentityView,
    OrganizationView,
)
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

PATH = "/settings/numbers"
ACTS = {
    "declared": marked("Déclarés"),
    "asked": marked("Demandés"),
    "confirmed": marked("Confirmés par la plateforme"),
    "refused": marked("Refusés par la plateforme"),
    "taken": marked("Retirés : ils sont à une autre entreprise"),
}


class Line(msgspec.Struct, kw_only=True):
    """One change, as a timeline shows it."""

    title: str
    text: str
    at: object
    tone: str
    icon: str


class NumbersPage(Page):
    """Our numbers and their history; a form to ask for others."""

    template = "pages/numbers.html"
    identity: IdentityView
    lines: list[Line]
    form: Form | None
    back: str


def declarable(organization: OrganizationView) -> tuple[str, ...]:
    """Numbers that are set with the rest of the card: those that are not there yet."""
    missing = [name for name in ("siret", "vat") if not getattr(organization, name)]
    return () if organization.confirmed else tuple(missing)


def pages(back: str) -> Sequence[Route]:
    """To be put among a portal's pages; `back` is where its account is."""

    async def numbers(visit: Visit) -> Page | Response:
        return await shown(visit, back)

    return [page(PATH, numbers)]


async def shown(visit: Visit, back: str) -> Page | Response:
    mine = visit.session.organization_id
    identity = await visit.ask(GetIdentity(organization_id=mine))
    form = visit.form(
        AskIdentityChange,
        fixed={"organization_id": mine},
        values={"siret": identity.siret, "vat": identity.vat},
        only=("siret", "vat", "proof"),
        labels={"proof": _("Preuve")},
        hints={"proof": _("Par exemple la référence de votre extrait Kbis de moins de trois mois.")},
        submit=_("Demander la confirmation"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(PATH, _("Demande envoyée : la plateforme vérifie et vous répond."))
    return NumbersPage(
        title=_("Nos numéros d'entreprise"),
        crumbs=[(back, _("Réglages"))],
        identity=identity,
        lines=history(identity.history),
        form=form if visit.session.may("authz.write") else None,
        back=back,
    )


def history(changes: Sequence[IdentityChangeView]) -> list[Line]:
    """The changes as lines, with what the numbers were and what they became."""
    tones = {"confirmed": ("ok", "shield-check"), "refused": ("bad", "x"), "taken": ("bad", "ban")}
    found = []
    for change in changes:
        pairs = ((change.siret_before, change.siret_after), (change.vat_before, change.vat_after))
        moved = [f"{before or '—'} → {after or '—'}" for before, after in pairs if before != after]
        tone, icon = tones.get(change.act, ("idle", "pencil"))
        text = " · ".join(filter(None, (*moved, change.reason)))
        found.append(Line(title=_(ACTS[change.act]), text=text, at=change.at, tone=tone, icon=icon))
    return found
