"""Pallet vouchers, the same in every portal: found by number, issued, given back, withdrawn."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.palette import (
    FindVouchers,
    GetVoucher,
    IssueVoucher,
    RedeemVoucher,
    VoucherView,
    WithdrawVoucher,
)
from rt.pages.filters import address
from rt.pages.pallet_words import Tabs, pallet_text
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import number
from rt.ui.forms import FormPage
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page


class VoucherRow(msgspec.Struct, kw_only=True):
    """A voucher in the list; `claimed` is what one side says was given back, without answer yet."""

    id: str
    number: str
    state: str
    role: str
    other: str
    pallets: str
    site: str
    left: str
    claimed: int
    expires_at: datetime | None
    redeemable: bool
    withdrawable: bool


class VouchersPage(Page):
    """Vouchers in which we take part."""

    template, part = "pages/vouchers.html", "pages/_vouchers.html"
    path: str
    tabs: Tabs
    rows: list[VoucherRow]
    columns: list[Column]
    q: str
    more: str
    may_write: bool


Partners = Callable[[Visit], Awaitable[list[Choice]]]


class Vouchers:
    """The pages of vouchers below `path`; `partners` are those to whom one may be issued."""

    def __init__(
        self, partners: Partners, path: str = "/pallets/vouchers", tabs: Callable[[], Tabs] = list
    ) -> None:
        self.partners, self.path, self.tabs = partners, path, tabs

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        one = f"{self.path}/{{voucher_id}}"
        return [
            page(self.path, self.vouchers, methods=("GET",)),
            page(f"{self.path}/new", self.issue),
            page(f"{one}/redeem", self.redeem),
            page(f"{one}/withdraw", self.withdraw),
        ]

    async def vouchers(self, visit: Visit) -> Page:
        q = visit.query.get("q", "").strip()[:40]
        found = await visit.ask(FindVouchers(number=q, after=visit.query.get("after", "")))
        return VouchersPage(
            title=_("Bons palettes"),
            crumbs=self._crumbs()[:1],
            path=self.path,
            tabs=self.tabs(),
            rows=[row(voucher, visit.session.organization_id) for voucher in found.items],
            columns=[
                Column(name="number", label=_("Bon")),
                Column(name="state", label=_("État"), kind="state"),
                Column(name="role", label=_("Notre rôle")),
                Column(name="other", label=_("Partenaire")),
                Column(name="left", label=_("Reste")),
                Column(name="claimed", label=_("À confirmer"), kind="number"),
                Column(name="pallets", label=_("Type"), wide=True),
                Column(name="site", label=_("Site"), wide=True),
                Column(name="expires_at", label=_("Expire"), kind="deadline"),
            ],
            q=q,
            more=address(self.path, {"q": q, "after": found.next}) if found.next else "",
            may_write=visit.session.may("palette.write"),
        )

    async def issue(self, visit: Visit) -> Page | Response:
        offered = await self.partners(visit)
        form = visit.form(
            IssueVoucher,
            only=(
                "creditor_id",
                "quantity",
                "pallet_type",
                "quality",
                "bearer_id",
                "site_name",
                "expires_on",
            ),
            choices={"creditor_id": offered, "bearer_id": offered},
            labels={
                "creditor_id": _("À qui nous devons"),
                "bearer_id": _("Qui viendra les prendre (aucun : le créancier)"),
                "expires_on": _("Valable jusqu'à ce jour compris"),
            },
            submit=_("Émettre le bon"),
        )
        if visit.posted is not None and (made := await form.submit()):
            return visit.go(self.path, _("Bon %(n)s émis.") % {"n": made.number})
        return FormPage(
            title=_("Émettre un bon"),
            crumbs=self._crumbs(),
            form=form,
            lead=_("Pour des palettes que nous devons : un bon émis nous engage et ne se reprend pas."),
            back=self.path,
        )

    async def redeem(self, visit: Visit) -> Page | Response:
        voucher = await visit.ask(GetVoucher(voucher_id=visit.path["voucher_id"]))
        gives = voucher.debtor_id == visit.session.organization_id
        form = visit.form(
            RedeemVoucher,
            fixed={"voucher_id": voucher.id},
            values={"quantity": voucher.left},
            carried={"left": voucher.left},
            submit=_("Déclarer rendues") if gives else _("Déclarer reprises"),
        )
        if visit.posted is not None and await form.submit() is not None:
            done = _("Déclaré sur le bon %(n)s : l'autre partie confirme.")
            return visit.go(self.path, done % {"n": voucher.number})
        lead = (
            _("Combien de palettes rendez-vous ? Il en reste %(left)s. Le porteur confirme.")
            if gives
            else _("Combien de palettes reprenez-vous ? Il en reste %(left)s. Le débiteur confirme.")
        )
        return FormPage(
            title=_("Bon %(n)s") % {"n": voucher.number},
            crumbs=self._crumbs(),
            form=form,
            lead=lead % {"left": number(voucher.left)},
            back=self.path,
        )

    async def withdraw(self, visit: Visit) -> Page | Response:
        voucher = await visit.ask(GetVoucher(voucher_id=visit.path["voucher_id"]))
        may = ("lost", "cancelled") if voucher.creditor_id == visit.session.organization_id else ("lost",)
        form = visit.form(
            WithdrawVoucher,
            fixed={"voucher_id": voucher.id},
            choices={"state": [Choice(state, named("state", state)) for state in may]},
            submit=_("Retirer le bon"),
        )
        if visit.posted is not None and await form.submit() is not None:
            done = _("Bon %(n)s retiré, la dette reste au compte.")
            return visit.go(self.path, done % {"n": voucher.number})
        return FormPage(
            title=_("Retirer le bon %(n)s") % {"n": voucher.number},
            crumbs=self._crumbs(),
            form=form,
            lead=_("Perdu ou annulé : le papier ne vaut plus, la dette reste au compte."),
            back=self.path,
        )

    def _crumbs(self) -> list[tuple[str, str]]:
        return [("/pallets", _("Palettes")), (self.path, _("Bons palettes"))]


def row(voucher: VoucherView, me: str) -> VoucherRow:
    owes = voucher.debtor_id == me
    role = _("débiteur") if owes else _("créancier") if voucher.creditor_id == me else _("porteur")
    is_open = voucher.state == "open"
    return VoucherRow(
        id=voucher.id,
        number=voucher.number,
        state=voucher.state,
        role=role,
        other=voucher.creditor_name if owes else voucher.debtor_name,
        pallets=pallet_text(voucher.pallet_type, voucher.quality),
        site=voucher.site_name,
        left=_("%(left)s sur %(all)s") % {"left": number(voucher.left), "all": number(voucher.quantity)},
        claimed=sum(one.quantity for one in voucher.redemptions if one.standing == "claimed"),
        expires_at=voucher.expires_at if is_open else None,
        redeemable=is_open and voucher.left > 0,
        withdrawable=is_open and voucher.left > 0 and not owes,
    )
