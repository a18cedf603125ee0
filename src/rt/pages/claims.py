"""What waits for somebody's yes on pallet accounts: movements that one side claims, proposed policies."""

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.palette import (
    AnswerPolicy,
    ConfirmMovement,
    DisputeMovement,
    FindMovements,
    FindPolicies,
    GetMovement,
    MovementsPage,
    PolicyView,
    WithdrawMovement,
)
from rt.pages.pallet_words import Tabs, effect_text, pallet_names, version_read
from rt.ui.asking import attempt, pressed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.forms import FormPage
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page


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
        message = ConfirmMovement(movement_id=visit.path["movement_id"])
        return await pressed(visit, message, self.path, _("Confirmé : le mouvement compte des deux côtés."))

    async def dispute(self, visit: Visit) -> Page | Response:
        movement = await visit.ask(GetMovement(movement_id=visit.path["movement_id"]))
        form = visit.form(
            DisputeMovement, fixed={"movement_id": movement.id}, submit=_("Contester la déclaration")
        )
        if visit.posted is not None and await form.submit() is not None:
            return visit.go(self.path, _("Contesté : cette déclaration ne compte pas."))
        return FormPage(
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
        return FormPage(
            title=_("Retirer notre déclaration"),
            crumbs=self._crumbs(),
            form=form,
            lead=_("%(what)s. Personne ne l'a encore confirmée.") % {"what": effect_text(movement)},
            back=self.path,
        )

    async def accept(self, visit: Visit) -> Response:
        policy_id, version = visit.path["policy_id"], version_read(visit)
        message = AnswerPolicy(policy_id=policy_id, version=version, answer="accepted")
        done = _("Consigne acceptée : les lettres de voiture signées valent pour vous deux.")
        return await pressed(visit, message, self.path, done)

    async def refuse(self, visit: Visit) -> Response:
        policy_id, version = visit.path["policy_id"], version_read(visit)
        message = AnswerPolicy(policy_id=policy_id, version=version, answer="refused")
        return await pressed(visit, message, self.path, _("Consigne refusée."))

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
