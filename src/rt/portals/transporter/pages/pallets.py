"""Pallet accounts: where we stand with each partner, what moved, which vouchers are open."""

from collections.abc import Sequence
from datetime import datetime
from typing import get_args
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.palette import (
    BookMovement,
    FindMovements,
    FindVouchers,
    GetBalances,
    MovementView,
    RedeemVoucher,
    VoucherView,
)
from rt.contracts.palette.terms import PalletQuality, PalletType
from rt.kernel.errors import NotFound
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import number
from rt.ui.forms import Form
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page

PROPER = {"EUR": "EUR/EPAL", "UIC": "UIC/EUR"} | {c: c for c in ("CHEP", "LPR", "IPP", "PRS", "A", "B", "C")}


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


class VoucherRow(msgspec.Struct, kw_only=True):
    """A voucher in the list."""

    id: str
    number: str
    state: str
    debtor: str
    site: str
    left: str
    expires_at: datetime
    open: bool


class PalletsPage(Page):
    """One side of the pallet accounts: balances, movements or vouchers."""

    template, part = "pallets.html", "_pallets.html"
    tabs: Sequence[tuple[str, str, int | None]]
    current: str
    rows: Sequence[BalanceRow | MovementRow | VoucherRow]
    columns: list[Column]
    owed: int
    owing: int
    more: str
    may_write: bool
    query: str


class PalletFormPage(Page):
    """A movement to book, or pallets to give back against a voucher."""

    template = "ui/pages/form.html"
    form: Form
    lead: str
    back: str = "/pallets"


def tabs() -> list[tuple[str, str, int | None]]:
    return [
        ("/pallets", _("Soldes"), None),
        ("/pallets/movements", _("Mouvements"), None),
        ("/pallets/vouchers", _("Bons palettes"), None),
        ("/pallets/statements", _("Relevés"), None),
    ]


def pallet_names() -> dict[str, str]:
    """Types and qualities as the trade writes them: pools and exchange classes are proper names."""
    codes: tuple[str, ...] = (*get_args(PalletType), *get_args(PalletQuality))
    return {code: PROPER.get(code) or named("choice", code) for code in codes}


def pallet_text(kind: str, quality: str) -> str:
    """Type and quality of a pallet."""
    names = pallet_names()
    return f"{names[kind]} · {names[quality]}"


def pallet_choices() -> dict[str, list[Choice]]:
    """Types and qualities to choose from in a form."""
    names = pallet_names()
    return {
        "pallet_type": [Choice(code, names[code]) for code in get_args(PalletType)],
        "quality": [Choice(code, names[code]) for code in get_args(PalletQuality)],
    }


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
        query="",
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
            counted=counted_text(m),
            effect=effect_text(m),
        )
        for m in found.items
    ]
    return PalletsPage(
        title=_("Mouvements de palettes"),
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
        query="",
    )


def voucher_row(voucher: VoucherView) -> VoucherRow:
    return VoucherRow(
        id=voucher.id,
        number=voucher.number,
        state=voucher.state,
        debtor=voucher.debtor_name,
        site=voucher.site_name,
        left=_("%(left)s sur %(all)s") % {"left": number(voucher.left), "all": number(voucher.quantity)},
        expires_at=voucher.expires_at,
        open=voucher.state == "open",
    )


async def vouchers(visit: Visit) -> Page | Response:
    q = visit.query.get("q", "").strip()
    found = await visit.ask(FindVouchers(number=q, after=visit.query.get("after", "")))
    return PalletsPage(
        title=_("Bons palettes"),
        tabs=tabs(),
        current="/pallets/vouchers",
        rows=[voucher_row(v) for v in found.items],
        columns=[
            Column(name="number", label=_("Bon")),
            Column(name="state", label=_("État"), kind="state"),
            Column(name="debtor", label=_("Débiteur")),
            Column(name="site", label=_("Site")),
            Column(name="left", label=_("Reste")),
            Column(name="expires_at", label=_("Expire"), kind="deadline"),
        ],
        owed=0,
        owing=0,
        more=f"/pallets/vouchers?after={found.next}" if found.next else "",
        may_write=visit.session.may("palette.write"),
        query=q,
    )


async def redeem(visit: Visit) -> Page | Response:
    voucher_id = visit.path["voucher_id"]
    found = await visit.ask(FindVouchers(limit=200))
    voucher = next((v for v in found.items if v.id == voucher_id), None)
    if voucher is None:
        raise NotFound()
    form = visit.form(
        RedeemVoucher,
        fixed={"voucher_id": voucher_id},
        values={"quantity": voucher.left},
        submit=_("Encaisser le bon"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go("/pallets/vouchers", _("Palettes reprises sur le bon %(n)s.") % {"n": voucher.number})
    return PalletFormPage(
        title=_("Bon %(n)s") % {"n": voucher.number},
        crumbs=[("/pallets", _("Palettes")), ("/pallets/vouchers", _("Bons palettes"))],
        form=form,
        lead=_("Combien de palettes reprenez-vous ? Une partie suffit, le reste reste dû."),
        back="/pallets/vouchers",
    )


async def book(visit: Visit) -> Page | Response:
    """Empties given or received outside a delivery."""
    found = await visit.ask(GetBalances())
    partners = {b.partner_id: b.partner_name for b in found.items}
    form = visit.form(
        BookMovement,
        only=("partner_id", "direction", "quantity", "pallet_type", "quality", "site_name", "note"),
        choices={"partner_id": [Choice(k, v) for k, v in partners.items()], **pallet_choices()},
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


PAGES = [
    page("/pallets", balances, methods=("GET",)),
    page("/pallets/movements", movements, methods=("GET",)),
    page("/pallets/movements/new", book),
    page("/pallets/vouchers", vouchers, methods=("GET",)),
    page("/pallets/vouchers/{voucher_id}/redeem", redeem),
]
