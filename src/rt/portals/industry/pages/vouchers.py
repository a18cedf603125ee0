"""Vouchers for pallets that are still owed: found by number, issued, redeemed, withdrawn."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from starlette.responses import Response

from rt.contracts.palette import (
    FindVouchers,
    GetVoucher,
    IssueVoucher,
    RedeemVoucher,
    VoucherView,
    WithdrawVoucher,
)
from rt.portals.industry.pages.pallets import PalletFormPage, partner_choices, tabs
from rt.ui.catalogues import gettext as _
from rt.ui.formats import number
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page


class VoucherRow(msgspec.Struct, kw_only=True):
    """A voucher in the list."""

    id: str
    number: str
    state: str
    debtor: str
    site: str
    left: str
    expires_at: datetime | None
    open: bool


class VouchersPage(Page):
    """Vouchers in which we take part."""

    template, part = "vouchers.html", "_vouchers.html"
    tabs: Sequence[tuple[str, str, int | None]]
    rows: list[VoucherRow]
    columns: list[Column]
    q: str
    more: str
    may_write: bool


def row_of(voucher: VoucherView) -> VoucherRow:
    return VoucherRow(
        id=voucher.id,
        number=voucher.number,
        state=voucher.state,
        debtor=voucher.debtor_name,
        site=voucher.site_name,
        left=_("%(left)s sur %(all)s") % {"left": number(voucher.left), "all": number(voucher.quantity)},
        expires_at=voucher.expires_at if voucher.state == "open" else None,
        open=voucher.state == "open",
    )


async def vouchers(visit: Visit) -> Page | Response:
    q = visit.query.get("q", "").strip()
    found = await visit.ask(FindVouchers(number=q, after=visit.query.get("after", "")))
    return VouchersPage(
        title=_("Bons palettes"),
        crumbs=[("/pallets", _("Palettes"))],
        tabs=tabs(),
        rows=[row_of(voucher) for voucher in found.items],
        columns=[
            Column(name="number", label=_("Bon")),
            Column(name="state", label=_("État"), kind="state"),
            Column(name="debtor", label=_("Débiteur")),
            Column(name="site", label=_("Site")),
            Column(name="left", label=_("Reste")),
            Column(name="expires_at", label=_("Expire"), kind="deadline"),
        ],
        q=q,
        more=f"/pallets/vouchers?after={found.next}" if found.next else "",
        may_write=visit.session.may("palette.write"),
    )


def crumbs() -> list[tuple[str, str]]:
    return [("/pallets", _("Palettes")), ("/pallets/vouchers", _("Bons palettes"))]


async def issue(visit: Visit) -> Page | Response:
    form = visit.form(
        IssueVoucher,
        only=("creditor_id", "quantity", "pallet_type", "quality", "site_name", "expires_at"),
        choices={"creditor_id": await partner_choices(visit)},
        labels={"creditor_id": _("À qui nous devons")},
        submit=_("Émettre le bon"),
    )
    if visit.posted is not None and (made := await form.submit()):
        return visit.go("/pallets/vouchers", _("Bon %(n)s émis.") % {"n": made.number})
    return PalletFormPage(
        title=_("Émettre un bon"),
        crumbs=crumbs(),
        form=form,
        lead=_("Pour des palettes que nous devons : le porteur pourra les reprendre."),
        back="/pallets/vouchers",
    )


async def redeem(visit: Visit) -> Page | Response:
    voucher = await visit.ask(GetVoucher(voucher_id=visit.path["voucher_id"]))
    form = visit.form(
        RedeemVoucher,
        fixed={"voucher_id": voucher.id},
        values={"quantity": voucher.left},
        submit=_("Encaisser le bon"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go("/pallets/vouchers", _("Palettes reprises sur le bon %(n)s.") % {"n": voucher.number})
    return PalletFormPage(
        title=_("Bon %(n)s") % {"n": voucher.number},
        crumbs=crumbs(),
        form=form,
        lead=_("Combien de palettes changent de mains ? Une partie suffit, le reste reste dû."),
        back="/pallets/vouchers",
    )


async def withdraw(visit: Visit) -> Page | Response:
    voucher = await visit.ask(GetVoucher(voucher_id=visit.path["voucher_id"]))
    form = visit.form(
        WithdrawVoucher,
        fixed={"voucher_id": voucher.id},
        submit=_("Retirer le bon"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(
            "/pallets/vouchers", _("Bon %(n)s retiré, la dette reste au compte.") % {"n": voucher.number}
        )
    return PalletFormPage(
        title=_("Retirer le bon %(n)s") % {"n": voucher.number},
        crumbs=crumbs(),
        form=form,
        lead=_("Perdu ou annulé : le papier ne vaut plus, la dette reste au compte."),
        back="/pallets/vouchers",
    )


PAGES = [
    page("/pallets/vouchers", vouchers, methods=("GET",)),
    page("/pallets/vouchers/new", issue),
    page("/pallets/vouchers/{voucher_id}/redeem", redeem),
    page("/pallets/vouchers/{voucher_id}/withdraw", withdraw),
]
