"""Pallet accounts, the same in every portal: where one stands, and what waits for somebody's yes."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import get_args
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.authz import FindPartners
from rt.contracts.palette import (
    AnswerPolicy,
    BalancesView,
    BalanceView,
    ConfirmMovement,
    DisputeMovement,
    FindMovements,
    FindPolicies,
    GetBalances,
    GetMovement,
    LineView,
    MovementsPage,
    MovementView,
    PalletQuality,
    PalletType,
    PolicyView,
    WithdrawMovement,
)
from rt.ui.asking import attempt, pressed, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page

AS_WRITTEN = ("CHEP", "LPR", "IPP", "PRS", "A", "B", "C")
MARKS = {"EUR": "EUR/EPAL", "UIC": "UIC/EUR"} | {code: code for code in AS_WRITTEN}
"""Trade marks as they are written, in every language."""

PARTNER_PAGES = 10
"""Of 200: whoever has more partners than that finds them on the partners' page."""
Tabs = Sequence[tuple[str, str, int | None]]


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


class ClaimRow(msgspec.Struct, kw_only=True):
    """A movement that somebody has not agreed to yet."""

    id: str
    who: str
    kind: str
    effect: str
    moved_at: datetime
    where: str
    note: str
    lapses_at: datetime | None
    withdrawable: bool


class ProposalRow(msgspec.Struct, kw_only=True):
    """An exchange policy that a partner proposes."""

    id: str
    version: int
    who: str
    site: str
    pallets: str
    said: str
    answer: str


class ClaimsPage(Page):
    """What waits for our yes, then what we claim and others have not answered."""

    template = "pages/claims.html"
    path: str
    tabs: Tabs
    ours: list[ClaimRow]
    theirs: list[ClaimRow]
    proposals: list[ProposalRow]
    ours_columns: list[Column]
    theirs_columns: list[Column]
    more: str
    may_write: bool


class ClaimFormPage(Page):
    """A no to a claim, or one's own claim taken back: both say why."""

    template = "ui/pages/form.html"
    form: Form
    lead: str
    back: str


def pallet_names() -> dict[str, str]:
    """Names of every type and quality by code, in the language of the page."""
    codes: tuple[str, ...] = (*get_args(PalletType), *get_args(PalletQuality))
    return {code: MARKS.get(code) or named("choice", code) for code in codes}


def pallet_text(kind: str, quality: str) -> str:
    """Type and quality of a pallet."""
    names = pallet_names()
    return f"{names[kind]} · {names[quality]}"


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


async def partner_choices(visit: Visit) -> list[Choice]:
    """Those with whom we have an account, then our other partners and guests."""
    held = await attempt(visit, GetBalances())
    names = {b.partner_id: b.partner_name for b in (held.items if held else ())}
    after = ""
    for _page in range(PARTNER_PAGES):
        known = await attempt(visit, FindPartners(limit=200, after=after))
        ours = [one for one in (known.items if known else ()) if one.standing in ("guest", "partner")]
        names |= {one.id: one.name for one in ours if one.id not in names}
        after = known.next if known else ""
        if not after:
            break
    return [Choice(one, name) for one, name in names.items()]


async def waiting_for_us(visit: Visit) -> int:
    """How many claims wait for our answer; as many as one page has, at most."""
    found = await attempt(visit, FindMovements(waits="ours", limit=100))
    return len(found.items) if found else 0


def version_read(visit: Visit) -> int:
    """The version of what the answering form showed; 0, which is refused, when it says none."""
    seen = typed(visit, "version")
    return int(seen) if re.fullmatch("[0-9]{1,9}", seen) else 0


def effect_text(movement: MovementView) -> str:
    """What the movement changes, or would change, for us."""
    return " ; ".join(map(_passed, movement.lines))


def _passed(line: LineView) -> str:
    said = (
        _("%(n)s %(type)s reçues de %(who)s") if line.quantity > 0 else _("%(n)s %(type)s remises à %(who)s")
    )
    pallets = pallet_text(line.pallet_type, line.quality)
    return said % {"n": abs(line.quantity), "type": pallets, "who": line.partner_name}


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


class Claims:
    """The pages of claims below `path`; `tabs` are those of the pallet pages, if the portal has any."""

    def __init__(self, path: str = "/pallets/claims", tabs: Callable[[], Tabs] = list) -> None:
        self.path, self.tabs = path, tabs

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        movement, policy = f"{self.path}/{{movement_id}}", f"{self.path}/policies/{{policy_id}}"
        return [
            page(self.path, self.claims, methods=("GET",)),
            page(f"{policy}/accept", self.accept, methods=("POST",)),
            page(f"{policy}/refuse", self.refuse, methods=("POST",)),
            page(f"{movement}/confirm", self.confirm, methods=("POST",)),
            page(f"{movement}/dispute", self.dispute),
            page(f"{movement}/withdraw", self.withdraw),
        ]

    async def claims(self, visit: Visit) -> Page:
        ours = await visit.ask(FindMovements(waits="ours", after=visit.query.get("after", "")))
        theirs = await visit.ask(FindMovements(waits="theirs", limit=100))
        policies = await attempt(visit, FindPolicies())
        proposals = [one for one in policies.items if one.answerable] if policies else []
        return ClaimsPage(
            title=_("Déclarations à confirmer"),
            crumbs=self._crumbs()[:1],
            path=self.path,
            tabs=self.tabs(),
            ours=_rows(ours),
            theirs=_rows(theirs),
            proposals=[_proposal(one) for one in proposals],
            ours_columns=[Column(name="who", label=_("Déclaré par")), *_columns()],
            theirs_columns=[Column(name="who", label=_("Réponse attendue de")), *_columns()],
            more=f"{self.path}?{urlencode({'after': ours.next})}" if ours.next else "",
            may_write=visit.session.may("palette.write"),
        )

    async def confirm(self, visit: Visit) -> Response:
        word = ConfirmMovement(movement_id=visit.path["movement_id"])
        return await pressed(visit, word, self.path, _("Confirmé : le mouvement compte des deux côtés."))

    async def dispute(self, visit: Visit) -> Page | Response:
        movement = await visit.ask(GetMovement(movement_id=visit.path["movement_id"]))
        form = visit.form(
            DisputeMovement, fixed={"movement_id": movement.id}, submit=_("Contester la déclaration")
        )
        if visit.posted is not None and await form.submit() is not None:
            return visit.go(self.path, _("Contesté : cette déclaration ne compte pas."))
        return ClaimFormPage(
            title=_("Contester la déclaration de %(who)s") % {"who": movement.teller_name},
            crumbs=self._crumbs(),
            form=form,
            lead=_("%(what)s. Dites ce qui est juste : le partenaire pourra déclarer à nouveau.")
            % {"what": effect_text(movement)},
            back=self.path,
        )

    async def withdraw(self, visit: Visit) -> Page | Response:
        movement = await visit.ask(GetMovement(movement_id=visit.path["movement_id"]))
        form = visit.form(
            WithdrawMovement, fixed={"movement_id": movement.id}, submit=_("Retirer la déclaration")
        )
        if visit.posted is not None and await form.submit() is not None:
            return visit.go(self.path, _("Déclaration retirée."))
        return ClaimFormPage(
            title=_("Retirer notre déclaration"),
            crumbs=self._crumbs(),
            form=form,
            lead=_("%(what)s. Personne ne l'a encore confirmée.") % {"what": effect_text(movement)},
            back=self.path,
        )

    async def accept(self, visit: Visit) -> Response:
        policy_id, version = visit.path["policy_id"], version_read(visit)
        word = AnswerPolicy(policy_id=policy_id, version=version, answer="accepted")
        done = _("Consigne acceptée : les lettres de voiture signées valent pour vous deux.")
        return await pressed(visit, word, self.path, done)

    async def refuse(self, visit: Visit) -> Response:
        policy_id, version = visit.path["policy_id"], version_read(visit)
        word = AnswerPolicy(policy_id=policy_id, version=version, answer="refused")
        return await pressed(visit, word, self.path, _("Consigne refusée."))

    def _crumbs(self) -> list[tuple[str, str]]:
        return [("/pallets", _("Palettes")), (self.path, _("À confirmer"))]


def _columns() -> list[Column]:
    return [
        Column(name="effect", label=_("Effet sur notre compte")),
        Column(name="kind", label=_("Nature"), kind="choice"),
        Column(name="moved_at", label=_("Date"), kind="day"),
        Column(name="where", label=_("Site ou pièce"), wide=True),
        Column(name="note", label=_("Remarque"), wide=True),
        Column(name="lapses_at", label=_("Sans réponse, caduque"), kind="deadline"),
    ]


def _rows(found: MovementsPage) -> list[ClaimRow]:
    return [
        ClaimRow(
            id=one.id,
            who=one.teller_name if one.answerable else ", ".join(one.awaited),
            kind=one.kind,
            effect=effect_text(one),
            moved_at=one.moved_at,
            where=" · ".join(filter(None, (one.site_name, one.document_number))),
            note=one.note,
            lapses_at=one.lapses_at,
            withdrawable=one.withdrawable,
        )
        for one in found.items
    ]


def _proposal(policy: PolicyView) -> ProposalRow:
    names = pallet_names()
    return ProposalRow(
        id=policy.id,
        version=policy.version,
        who=policy.owner_name,
        site=policy.site_name or _("tous les sites"),
        pallets=names[policy.pallet_type] if policy.pallet_type else _("tous les types"),
        said=policy.instruction_en if language() == "en" else policy.instruction_fr,
        answer=policy.answer,
    )
