"""Changes of an order that was given already: asked for in a form, answered with both versions at hand."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import structs
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import (
    AcceptChange,
    GetOrder,
    OrderChangeView,
    OrderPart,
    OrderView,
    RefuseChange,
    RequestChange,
    Stop,
    WithdrawChange,
)
from rt.kernel.core.errors import Refusal
from rt.pages.drafting import STOP_FIELDS, place_labels, placed
from rt.trade.goods import Goods
from rt.trade.places import Site
from rt.ui.asking import key_of, laid_over, pressed, signed_in_still, version_seen
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked, named
from rt.ui.formats import money, span
from rt.ui.forms import Form, FormPage
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

PATH = "/orders/{order_id}/changes"
LINE_FIELDS = ("description", "quantity", "weight_kg", "pallets")
"""Of a goods line what is changed by telephone; the rest of it stays."""
SAID_OF_SITE = ("name", "address.street", "address.postal_code", "address.city", "latitude", "longitude")
"""Of a place what its own rows say."""
ON_BOARD = ("in_transit",)
"""States in which the goods and where they came from stay as they are."""
ASKED_BY = {
    "owner": marked("demandée par le donneur d'ordre"),
    "client": marked("demandée par le client"),
    "carrier": marked("demandée par le transporteur"),
}


class ChangePage(Page):
    """What is to be otherwise, and why."""

    template = "pages/change.html"
    form: Form
    stops: Sequence[tuple[int, str, str]]
    lines: int
    prices: Sequence[str]
    back: str


async def ask(visit: Visit) -> Page | Response:
    """Ask the others to agree to what the form says; nothing holds before they do."""
    order_id = visit.path["order_id"]
    order = await visit.ask(GetOrder(order_id=order_id))
    loaded = order.state in ON_BOARD
    stops = _changeable(order)
    lines = 0 if loaded else len(order.goods)
    prices = [name for name in ("agreed_cents", "sell_cents") if getattr(order, name) is not None]
    form = visit.form(
        RequestChange,
        fixed={"order_id": order_id, "version": version_seen(visit) or order.version},
        values=order,
        version=order.version,
        only=[
            *(f"stops.{n}.{field}" for n, _stop in stops for field in STOP_FIELDS),
            *(f"goods.{n}.{field}" for n in range(lines) for field in LINE_FIELDS),
            *("instructions", *prices, "reason"),
        ],
        rows={"stops": len(order.stops), "goods": lines},
        labels=place_labels()
        | {"reason": _("Pourquoi ?"), "agreed_cents": _("Nouveau prix"), "sell_cents": _("Prix du client")},
        submit=_("Demander l'accord"),
    )
    if visit.posted is not None and (after := await _said(visit, form, order)):
        waiting = after.changes and after.changes[-1].state == "open"
        said = _("Demande envoyée : rien ne change avant la réponse.") if waiting else _("Commande modifiée.")
        return visit.go(f"/orders/{order_id}", said)
    return ChangePage(
        title=_("Modifier %(ref)s") % {"ref": order.reference},
        crumbs=[("/orders", _("Commandes")), (f"/orders/{order_id}", order.reference)],
        form=form,
        stops=[(n, one.kind, one.site.name) for n, one in stops],
        lines=lines,
        prices=prices,
        back=f"/orders/{order_id}",
    )


def _changeable(order: OrderView) -> list[tuple[int, Stop]]:
    """The stops that may still be otherwise, by where they stand."""
    loaded = order.state in ON_BOARD
    return [(n, one) for n, one in enumerate(order.stops) if not (loaded and one.kind == "pickup")]


async def _said(visit: Visit, form: Form, order: OrderView) -> OrderView | None:
    """Say the request; what the form did not show stays as it was."""
    message = form.read()
    if not isinstance(message, RequestChange):
        return None
    names = [shown.name for shown in form.inputs]
    changed: dict[str, Any] = {}
    if message.stops is not None:
        before = dict(_changeable(order))
        laid = laid_over(list(before.values()), message.stops[-len(before) :], names, "stops")
        after = dict(enumerate(order.stops)) | dict(zip(before, laid, strict=True))
        changed["stops"] = [placed(stop, order.stops) for stop in after.values()]
    if message.goods:
        changed["goods"] = laid_over(order.goods, message.goods, names, "goods")
    else:
        changed["goods"] = None
    try:
        return await visit.ask(structs.replace(message, **changed), key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        form.refused(refusal)
        return None


async def accept(visit: Visit) -> Response:
    message = AcceptChange(order_id=visit.path["order_id"], change_id=visit.path["change_id"])
    return await pressed(visit, message, f"/orders/{message.order_id}", _("Modification acceptée."))


async def refuse(visit: Visit) -> Page | Response:
    order = await visit.ask(GetOrder(order_id=visit.path["order_id"]))
    form = visit.form(
        RefuseChange,
        fixed={"order_id": order.order_id, "change_id": visit.path["change_id"]},
        submit=_("Refuser la modification"),
    )
    back = f"/orders/{order.order_id}"
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(back, _("Modification refusée : la commande reste comme elle était."))
    return FormPage(
        title=_("Refuser la modification"),
        crumbs=[("/orders", _("Commandes")), (back, order.reference)],
        form=form,
        lead=_("La commande reste comme elle est ; votre raison est transmise."),
        back=back,
    )


async def withdraw(visit: Visit) -> Response:
    message = WithdrawChange(order_id=visit.path["order_id"], change_id=visit.path["change_id"])
    return await pressed(visit, message, f"/orders/{message.order_id}", _("Demande retirée."))


def pages() -> Sequence[Route]:
    """To be put among a portal's pages."""
    return [
        page(f"{PATH}/new", ask),
        page(f"{PATH}/{{change_id}}/accept", accept, methods=("POST",)),
        page(f"{PATH}/{{change_id}}/refuse", refuse),
        page(f"{PATH}/{{change_id}}/withdraw", withdraw, methods=("POST",)),
    ]


def open_change(order: OrderView) -> OrderChangeView | None:
    """The change that waits for an answer."""
    return next((one for one in order.changes or () if one.state == "open"), None)


def asked_by(change: OrderChangeView) -> str:
    return _(ASKED_BY[change.asked_by])


def differences(change: OrderChangeView, currency: str) -> list[tuple[str, str, str]]:
    """What would be otherwise: its name, as it is, as it would be."""
    before, after = dict(_read(change.before, currency)), dict(_read(change.after, currency))
    names = dict.fromkeys([*before, *after])
    rows = ((name, before.get(name, "—"), after.get(name, "—")) for name in names)
    return [(name, old, new) for name, old, new in rows if old != new]


def _read(part: OrderPart, currency: str) -> Iterator[tuple[str, str]]:
    for number, stop in enumerate(part.stops or (), 1):
        kind = named("choice", stop.kind)
        yield f"{number}. {kind}", _place(stop)
        yield _("%(stop)s, quand") % {"stop": f"{number}. {kind}"}, span(stop.from_at, stop.until_at)
        lines = ", ".join(str(line + 1) for line in stop.lines) or _("toutes")
        yield _("%(stop)s, marchandises") % {"stop": f"{number}. {kind}"}, lines
        site = stop.site
        where = f"{site.latitude:.4f}, {site.longitude:.4f}" if site.latitude and site.longitude else "—"
        yield _("%(stop)s, coordonnées") % {"stop": f"{number}. {kind}"}, where
        for name, text in _rest(site, SAID_OF_SITE, currency):
            yield f"{number}. {kind}, {name}", text
    for number, line in enumerate(part.goods or (), 1):
        said = _("%(quantity)s × %(what)s, %(kg)s kg, %(pallets)s palettes")
        yield (
            _("Marchandise %(n)s") % {"n": number},
            said
            % {
                "quantity": line.quantity,
                "what": line.description,
                "kg": f"{line.weight_kg or 0:g}",
                "pallets": line.pallets,
            },
        )
        for name, text in _rest(line, LINE_FIELDS, currency):
            yield f"{_('Marchandise %(n)s') % {'n': number}}, {name}", text
    if part.requirements is not None:
        yield _("Exigences"), ", ".join(named("choice", one) for one in part.requirements) or "—"
    if part.instructions is not None:
        yield _("Consignes"), part.instructions or "—"
    if part.agreed_cents is not None:
        yield _("Prix convenu"), money(part.agreed_cents, currency)
    if part.sell_cents is not None:
        yield _("Prix du client"), money(part.sell_cents, currency)


def _rest(part: Site | Goods, said: Sequence[str], currency: str) -> Iterator[tuple[str, str]]:
    """Each field of a place or a line that its own sentence does not say: consent is to all of it."""
    for path, value in _leaves(msgspec.to_builtins(part)):
        if path not in said:
            text = money(value, currency) if path.endswith("_cents") else "—" if value is None else str(value)
            yield named("field", path), text or "—"


def _leaves(part: dict[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{at}{name}.")
        else:
            yield f"{at}{name}", value


def _place(stop: Stop) -> str:
    address = stop.site.address
    return ", ".join(filter(None, (stop.site.name, address.street, f"{address.postal_code} {address.city}")))
