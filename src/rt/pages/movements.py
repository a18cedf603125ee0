"""Pallet accounts: where we stand with each partner, what moved and why, what is declared and corrected."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.palette import (
    BalancesView,
    BalanceView,
    BookMovement,
    FindMovements,
    GetBalances,
    MovementView,
    ReverseMovement,
)
from rt.pages.pallet_words import (
    Tabs,
    effect_text,
    pallet_choices,
    pallet_text,
    partner_choices,
    waiting_for_us,
)
from rt.pages.statements import unanswered
from rt.ui.catalogues import gettext as _
from rt.ui.forms import FormPage
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

PATH = "/pallets/movements"


class BalanceRow(msgspec.Struct, kw_only=True):
    """Where one stands with a partner, in words; `waiting` is not counted in `quantity`."""

    partner_id: str
    partner: str
    site: str
    pallets: str
    quantity: int
    sense: str
    waiting: str
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
    standing: str
    reversible: bool
    withdrawable: bool
    answerable: bool


class PalletsPage(Page):
    """Balances, or the movements that made them."""

    template, part = "pages/pallets.html", "pages/_pallets.html"
    tabs: Tabs
    current: str
    rows: Sequence[BalanceRow | MovementRow]
    columns: list[Column]
    owed: int
    owing: int
    waiting: int
    unanswered: int
    """Statements of others."""
    more: str
    order: str
    may_answer: bool
    may_declare: bool


class Accounts:
    """The pages of balances and movements; `order` is the address of an order's page.

    `declares`: movements outside deliveries, corrections and statements begin here too.
    """

    def __init__(self, tabs: Callable[[], Tabs], *, order: str, declares: bool) -> None:
        self.tabs, self.order, self.declares = tabs, order, declares

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        read = [
            page("/pallets", self.balances, methods=("GET",)),
            page(PATH, self.movements, methods=("GET",)),
        ]
        if not self.declares:
            return read
        return [*read, page(f"{PATH}/new", book), page(f"{PATH}/{{movement_id}}/reverse", reverse)]

    async def balances(self, visit: Visit) -> Page:
        found = await visit.ask(GetBalances())
        owed, owing = owed_and_owing(found)
        return PalletsPage(
            title=_("Palettes"),
            tabs=self.tabs(),
            current="/pallets",
            rows=balance_rows(found),
            columns=balance_columns(),
            owed=owed,
            owing=owing,
            waiting=await waiting_for_us(visit),
            unanswered=await unanswered(visit),
            more="",
            **self._acts(visit),
        )

    async def movements(self, visit: Visit) -> Page:
        partner = visit.query.get("partner_id", "")
        found = await visit.ask(FindMovements(partner_id=partner, after=visit.query.get("after", "")))
        known = {"partner_id": partner} if partner else {}
        return PalletsPage(
            title=_("Mouvements de palettes"),
            crumbs=[("/pallets", _("Palettes"))],
            tabs=self.tabs(),
            current=PATH,
            rows=[movement_row(one) for one in found.items],
            columns=movement_columns(),
            owed=0,
            owing=0,
            waiting=0,
            unanswered=0,
            more=f"{PATH}?{urlencode(known | {'after': found.next})}" if found.next else "",
            **self._acts(visit),
        )

    def _acts(self, visit: Visit) -> dict[str, Any]:
        """What the visitor may do from here."""
        may = visit.session.may("palette.write")
        return {"order": self.order, "may_answer": may, "may_declare": may and self.declares}


async def book(visit: Visit) -> Page | Response:
    """Empties given or received outside a delivery."""
    form = visit.form(
        BookMovement,
        values={"partner_id": visit.query.get("partner_id", "")},
        only=("partner_id", "direction", "quantity", "pallet_type", "quality", "site_name", "note"),
        choices={"partner_id": await partner_choices(visit), **pallet_choices()},
        submit=_("Déclarer le mouvement"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(PATH, _("Déclaré : le mouvement compte dès que le partenaire confirme."))
    return FormPage(
        title=_("Palettes rendues ou reçues"),
        crumbs=[("/pallets", _("Palettes"))],
        form=form,
        lead=_("Hors livraison : une livraison signée écrit son mouvement seule."),
        back="/pallets",
    )


async def reverse(visit: Visit) -> Page | Response:
    form = visit.form(
        ReverseMovement,
        fixed={"movement_id": visit.path["movement_id"]},
        submit=_("Contre-passer"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(PATH, _("Contre-passation déclarée : elle compte dès que l'autre partie confirme."))
    return FormPage(
        title=_("Corriger un mouvement"),
        crumbs=[("/pallets", _("Palettes")), (PATH, _("Mouvements"))],
        form=form,
        lead=_("Rien n'est effacé : le mouvement contraire est déclaré, l'autre partie le confirme."),
        back=PATH,
    )


def movement_columns() -> list[Column]:
    return [
        Column(name="moved_at", label=_("Date"), kind="moment"),
        Column(name="kind", label=_("Nature"), kind="choice"),
        Column(name="site", label=_("Site")),
        Column(name="counted", label=_("Compté à quai")),
        Column(name="effect", label=_("Effet sur notre compte")),
        Column(name="standing", label=_("Valeur"), kind="state"),
        Column(name="document", label=_("Lettre de voiture"), wide=True),
    ]


def movement_row(one: MovementView) -> MovementRow:
    return MovementRow(
        id=one.id,
        moved_at=one.moved_at,
        kind=one.kind,
        site=one.site_name,
        document=one.document_number,
        order_id=one.order_id,
        counted=counted_text(one) or one.note,
        effect=effect_text(one),
        standing=one.standing,
        reversible=one.reversible,
        withdrawable=one.withdrawable,
        answerable=one.answerable,
    )


def counted_text(movement: MovementView) -> str:
    """What was counted at the dock."""
    said = _("%(d)s livrées, %(r)s rendues, %(x)s refusées, %(b)s cassées")
    return " ; ".join(
        said % {"d": c.delivered, "r": c.returned, "x": c.refused, "b": c.broken} for c in movement.counts
    )


def balance_rows(found: BalancesView) -> list[BalanceRow]:
    """Accounts with something in them, the largest first."""
    return [
        BalanceRow(
            partner_id=b.partner_id,
            partner=b.partner_name,
            site=b.site_name,
            pallets=pallet_text(b.pallet_type, b.quality),
            quantity=abs(b.confirmed + b.own),
            sense=_sense(b),
            waiting=_waiting(b),
            last_moved_at=b.last_moved_at,
        )
        for b in sorted(found.items, key=lambda b: -abs(b.confirmed + b.own))
    ]


def balance_columns() -> list[Column]:
    return [
        Column(name="partner", label=_("Partenaire")),
        Column(name="sense", label=_("Sens")),
        Column(name="quantity", label=_("Palettes"), kind="number"),
        Column(name="pallets", label=_("Type")),
        Column(name="waiting", label=_("Hors solde, sans réponse")),
        Column(name="site", label=_("Site"), wide=True),
        Column(name="last_moved_at", label=_("Dernier mouvement"), kind="day", wide=True),
    ]


def owed_and_owing(found: BalancesView) -> tuple[int, int]:
    """What others owe us and what we owe, over all partners and types: agreed, or in our own book."""
    stands = [b.confirmed + b.own for b in found.items]
    return -sum(n for n in stands if n < 0), sum(n for n in stands if n > 0)


def _sense(balance: BalanceView) -> str:
    stand = balance.confirmed + balance.own
    said = _("nous leur devons") if stand > 0 else _("ils nous doivent") if stand < 0 else _("soldé")
    return _("%(sense)s (notre seul registre)") % {"sense": said} if balance.own else said


def _waiting(balance: BalanceView) -> str:
    said = []
    if balance.claimed_by_others:
        said.append(_("%(n)s attendent notre réponse") % {"n": f"{balance.claimed_by_others:+d}"})
    if balance.claimed_by_us:
        said.append(_("%(n)s attendent la leur") % {"n": f"{balance.claimed_by_us:+d}"})
    return " ; ".join(said)
