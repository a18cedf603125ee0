"""Pallet accounts: where we stand with each partner, what moved and why, corrections."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.authz import FindPartners
from rt.contracts.palette import (
    BookMovement,
    FindMovements,
    GetBalances,
    MovementView,
    ReverseMovement,
)
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.forms import Form
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page


class BalanceRow(msgspec.Struct, kw_only=True):
    """Where we stand with a partner, in words."""

    partner_id: str
    partner: str
    site: str
    pallets: str
    quantity: int
    sense: str
    last_moved_at: datetime


class MovementRow(msgspec.Struct, kw_only=True):
    """A movement in the list."""

    id: str
    moved_at: datetime
    kind: str
    site: str
    document: str
    order_id: str
    counted: str
    effect: str
    reversible: bool


class PalletsPage(Page):
    """Balances, or the movements that made them."""

    template, part = "pallets.html", "_pallets.html"
    tabs: Sequence[tuple[str, str, int | None]]
    current: str
    rows: Sequence[BalanceRow | MovementRow]
    columns: list[Column]
    owed: int
    owing: int
    more: str
    may_write: bool


class PalletFormPage(Page):
    """One command about pallets, alone on its page."""

    template = "ui/pages/form.html"
    form: Form
    lead: str
    back: str = "/pallets"


def tabs() -> list[tuple[str, str, int | None]]:
    return [
        ("/pallets", _("Soldes"), None),
        ("/pallets/movements", _("Mouvements"), None),
        ("/pallets/policies", _("Consignes"), None),
        ("/pallets/vouchers", _("Bons palettes"), None),
        ("/pallets/statements", _("Relevés"), None),
    ]


def pallet_text(kind: str, quality: str) -> str:
    """Type and quality of a pallet."""
    return f"{named('choice', kind)} · {named('choice', quality)}"


async def partner_choices(visit: Visit) -> list[Choice]:
    """Those with whom we have an account, then our other partners."""
    held = await attempt(visit, GetBalances())
    known = await attempt(visit, FindPartners(limit=200))
    names = {b.partner_id: b.partner_name for b in (held.items if held else ())}
    ours = [one for one in (known.items if known else ()) if one.standing in ("guest", "partner")]
    names |= {one.id: one.name for one in ours if one.id not in names}
    return [Choice(one, name) for one, name in names.items()]


async def balances(visit: Visit) -> Page | Response:
    found = await visit.ask(GetBalances())
    rows = [
        BalanceRow(
            partner_id=b.partner_id,
            partner=b.partner_name,
            site=b.site_name,
            pallets=pallet_text(b.pallet_type, b.quality),
            quantity=abs(b.quantity),
            sense=_("nous leur devons") if b.quantity > 0 else _("ils nous doivent"),
            last_moved_at=b.last_moved_at,
        )
        for b in sorted(found.items, key=lambda b: -abs(b.quantity))
        if b.quantity
    ]
    return PalletsPage(
        title=_("Palettes"),
        tabs=tabs(),
        current="/pallets",
        rows=rows,
        columns=[
            Column(name="partner", label=_("Partenaire")),
            Column(name="sense", label=_("Sens")),
            Column(name="quantity", label=_("Palettes"), kind="number"),
            Column(name="pallets", label=_("Type")),
            Column(name="site", label=_("Site"), wide=True),
            Column(name="last_moved_at", label=_("Dernier mouvement"), kind="day"),
        ],
        owed=-sum(b.quantity for b in found.items if b.quantity < 0),
        owing=sum(b.quantity for b in found.items if b.quantity > 0),
        more="",
        may_write=visit.session.may("palette.write"),
    )


def counted_text(movement: MovementView) -> str:
    """What was counted at the dock."""
    said = _("%(d)s livrées, %(r)s rendues, %(x)s refusées, %(b)s cassées")
    return " ; ".join(
        said % {"d": c.delivered, "r": c.returned, "x": c.refused, "b": c.broken} for c in movement.counts
    )


def effect_text(movement: MovementView) -> str:
    """What the movement changed for us."""
    return " ; ".join(f"{line.partner_name} {line.quantity:+d}" for line in movement.lines)


async def movements(visit: Visit) -> Page | Response:
    partner = visit.query.get("partner_id", "")
    found = await visit.ask(FindMovements(partner_id=partner, after=visit.query.get("after", "")))
    known = {"partner_id": partner} if partner else {}
    rows = [
        MovementRow(
            id=m.id,
            moved_at=m.moved_at,
            kind=m.kind,
            site=m.site_name,
            document=m.document_number,
            order_id=m.order_id,
            counted=counted_text(m) or m.note,
            effect=effect_text(m),
            reversible=not m.reversed_by and not m.reverses,
        )
        for m in found.items
    ]
    return PalletsPage(
        title=_("Mouvements de palettes"),
        crumbs=[("/pallets", _("Palettes"))],
        tabs=tabs(),
        current="/pallets/movements",
        rows=rows,
        columns=[
            Column(name="moved_at", label=_("Date"), kind="moment"),
            Column(name="kind", label=_("Nature"), kind="choice"),
            Column(name="site", label=_("Site")),
            Column(name="counted", label=_("Compté à quai")),
            Column(name="effect", label=_("Effet sur notre compte")),
            Column(name="document", label=_("Lettre de voiture"), wide=True),
        ],
        owed=0,
        owing=0,
        more=f"/pallets/movements?{urlencode(known | {'after': found.next})}" if found.next else "",
        may_write=visit.session.may("palette.write"),
    )


async def book(visit: Visit) -> Page | Response:
    """Empties given or received outside a delivery."""
    form = visit.form(
        BookMovement,
        values={"partner_id": visit.query.get("partner_id", "")},
        only=("partner_id", "direction", "quantity", "pallet_type", "quality", "site_name", "note"),
        choices={"partner_id": await partner_choices(visit)},
        submit=_("Enregistrer le mouvement"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go("/pallets/movements", _("Mouvement enregistré des deux côtés."))
    return PalletFormPage(
        title=_("Palettes rendues ou reçues"),
        crumbs=[("/pallets", _("Palettes"))],
        form=form,
        lead=_("Hors livraison : une livraison signée écrit son mouvement seule."),
    )


async def reverse(visit: Visit) -> Page | Response:
    form = visit.form(
        ReverseMovement,
        fixed={"movement_id": visit.path["movement_id"]},
        submit=_("Contre-passer"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go("/pallets/movements", _("Mouvement contre-passé."))
    return PalletFormPage(
        title=_("Corriger un mouvement"),
        crumbs=[("/pallets", _("Palettes")), ("/pallets/movements", _("Mouvements"))],
        form=form,
        lead=_("Rien n'est effacé : le mouvement exactement contraire est écrit, avec votre motif."),
        back="/pallets/movements",
    )


PAGES = [
    page("/pallets", balances, methods=("GET",)),
    page("/pallets/movements", movements, methods=("GET",)),
    page("/pallets/movements/new", book),
    page("/pallets/movements/{movement_id}/reverse", reverse),
]
