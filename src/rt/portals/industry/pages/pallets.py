"""Pallet accounts: where we stand with each partner, what moved and why, corrections."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.palette import (
    BookMovement,
    FindMovements,
    GetBalances,
    MovementView,
    ReverseMovement,
)
from rt.pages.pallets import (
    BalanceRow,
    Claims,
    balance_columns,
    balance_rows,
    effect_text,
    owed_and_owing,
    partner_choices,
    waiting_for_us,
)
from rt.pages.vouchers import Vouchers
from rt.ui.catalogues import gettext as _
from rt.ui.forms import Form
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page


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
    standing: str
    reversible: bool
    withdrawable: bool
    answerable: bool


class PalletsPage(Page):
    """Balances, or the movements that made them."""

    template, part = "pallets.html", "_pallets.html"
    tabs: Sequence[tuple[str, str, int | None]]
    current: str
    rows: Sequence[BalanceRow | MovementRow]
    columns: list[Column]
    owed: int
    owing: int
    waiting: int
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
        ("/pallets/claims", _("À confirmer"), None),
        ("/pallets/movements", _("Mouvements"), None),
        ("/pallets/policies", _("Consignes"), None),
        ("/pallets/vouchers", _("Bons palettes"), None),
        ("/pallets/statements", _("Relevés"), None),
    ]


async def balances(visit: Visit) -> Page | Response:
    found = await visit.ask(GetBalances())
    owed, owing = owed_and_owing(found)
    return PalletsPage(
        title=_("Palettes"),
        tabs=tabs(),
        current="/pallets",
        rows=balance_rows(found),
        columns=balance_columns(),
        owed=owed,
        owing=owing,
        waiting=await waiting_for_us(visit),
        more="",
        may_write=visit.session.may("palette.write"),
    )


def counted_text(movement: MovementView) -> str:
    """What was counted at the dock."""
    said = _("%(d)s livrées, %(r)s rendues, %(x)s refusées, %(b)s cassées")
    return " ; ".join(
        said % {"d": c.delivered, "r": c.returned, "x": c.refused, "b": c.broken} for c in movement.counts
    )


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
            standing=m.standing,
            reversible=m.reversible,
            withdrawable=m.withdrawable,
            answerable=m.answerable,
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
            Column(name="standing", label=_("Valeur"), kind="state"),
            Column(name="document", label=_("Lettre de voiture"), wide=True),
        ],
        owed=0,
        owing=0,
        waiting=0,
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
        submit=_("Déclarer le mouvement"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(
            "/pallets/movements", _("Déclaré : le mouvement compte dès que le partenaire confirme.")
        )
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
        return visit.go(
            "/pallets/movements",
            _("Contre-passation déclarée : elle compte dès que l'autre partie confirme."),
        )
    return PalletFormPage(
        title=_("Corriger un mouvement"),
        crumbs=[("/pallets", _("Palettes")), ("/pallets/movements", _("Mouvements"))],
        form=form,
        lead=_("Rien n'est effacé : le mouvement contraire est déclaré, l'autre partie le confirme."),
        back="/pallets/movements",
    )


PAGES = [
    page("/pallets", balances, methods=("GET",)),
    page("/pallets/movements", movements, methods=("GET",)),
    page("/pallets/movements/new", book),
    page("/pallets/movements/{movement_id}/reverse", reverse),
    *Claims(tabs=tabs).pages(),
    *Vouchers(partner_choices, tabs=tabs).pages(),
]
