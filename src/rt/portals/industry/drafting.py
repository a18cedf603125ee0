"""An order being written: its parts as forms, what is known already, and saying the change."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec import structs

from rt.contracts.authz import FindPartners
from rt.contracts.core_orders import CreateOrder, EditOrder, OrderView, Stop
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.trade.loading import PALLET_TYPES
from rt.ui.asking import attempt, key_of, laid_over, signed_in_still, version_seen
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import ZONE, language
from rt.ui.forms import Form
from rt.ui.pages import Choice
from rt.ui.visit import Visit

MOST_STOPS, MOST_LINES = 20, 100
STOP_FIELDS = (
    "kind",
    "site.name",
    "site.address.street",
    "site.address.postal_code",
    "site.address.city",
    "site.address.country",
    "site.contact.name",
    "site.contact.phone",
    "site.contact.email",
    "from_at",
    "until_at",
    "site.instructions",
)
GOODS_FIELDS = (
    "description",
    "quantity",
    "package_code",
    "weight_kg",
    "pallets",
    "pallet_type",
    "length_cm",
    "width_cm",
    "height_cm",
    "stack_factor",
    "volume_m3",
    "temperature_min_c",
    "temperature_max_c",
    "un_number",
    "value_cents",
)
TELLING = ("description", "weight_kg", "pallets", "un_number", "value_cents")
"""Fields of a goods line that are empty until somebody means that line."""
PARTS = {
    "stops": ("stops",),
    "consignee": ("consignee_id", "consignee_name", "consignee_email"),
    "goods": ("goods", "requirements", "equipment"),
    "terms": ("references", "incoterm", "instructions", "buy_cents", "sell_cents"),
}
PACKAGES = ("PX", "CT", "CS", "BG", "DR", "RO", "BE", "CR", "PK")
"""UN/ECE Recommendation 21: pallet, carton, case, bag, drum, roll, bundle, crate, package."""


def working_day_after(day: date) -> date:
    """The next Monday to Friday."""
    day += timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def next_pickup_day() -> date:
    return working_day_after(now().astimezone(ZONE).date())


def usual_windows() -> list[tuple[datetime, datetime]]:
    """A morning to pick up on and the morning after it to deliver: what most orders start from."""
    pickup = next_pickup_day()
    delivery = working_day_after(pickup)
    return [
        (datetime.combine(day, time(8), ZONE), datetime.combine(day, time(12), ZONE))
        for day in (pickup, delivery)
    ]


def wanted(parts: Sequence[str]) -> list[str]:
    """The fields of these parts in the order in which they are asked."""
    names = [name for part in parts for name in PARTS[part]]
    rows = {"stops": (MOST_STOPS, STOP_FIELDS), "goods": (MOST_LINES, GOODS_FIELDS)}
    only: list[str] = []
    for name in names:
        count, fields = rows.get(name, (0, ()))
        only += [f"{name}.{n}.{f}" for n in range(count) for f in fields] or [name]
    return only


async def choices(visit: Visit, parts: Sequence[str], order: OrderView | None) -> dict[str, list[Choice]]:
    """What is chosen from: consignees among the partners, packages and pallets of each line."""
    offered: dict[str, list[Choice]] = {}
    if "consignee" in parts:
        found = await attempt(visit, FindPartners(kind="recipient", limit=200))
        named_by_us = [one for one in (found.items if found else ()) if one.standing in ("guest", "partner")]
        known = {one.id: one.name for one in named_by_us}
        if order is not None and order.consignee_id:
            known.setdefault(order.consignee_id, order.consignee_name)
        offered["consignee_id"] = [Choice(*one) for one in known.items()]
    if "goods" in parts:
        packages = [Choice(code, f"{named('choice', code)} ({code})") for code in PACKAGES]
        pallets = [Choice(p.code, p.en if language() == "en" else p.fr) for p in PALLET_TYPES]
        for n in range(MOST_LINES):
            offered[f"goods.{n}.package_code"] = packages
            offered[f"goods.{n}.pallet_type"] = pallets
    return offered


def _place_labels() -> dict[str, str]:
    said = {
        "site.name": _("Lieu"),
        "site.contact.name": _("Contact sur place"),
        "site.contact.phone": _("Téléphone du contact"),
        "site.contact.email": _("E-mail du contact"),
        "site.instructions": _("Consignes d'accès"),
        "from_at": _("À partir de"),
        "until_at": _("Jusqu'à"),
    }
    return {f"stops.{n}.{field}": label for n in range(MOST_STOPS) for field, label in said.items()}


async def options(visit: Visit, parts: Sequence[str], order: OrderView | None = None) -> dict[str, Any]:
    """How the form of these parts is drawn, for a new order and for a change alike."""
    return {
        "only": wanted(parts),
        "choices": await choices(visit, parts, order),
        "labels": _place_labels()
        | {
            "consignee_id": _("Destinataire connu"),
            "consignee_name": _("Nom du destinataire"),
            "consignee_email": _("E-mail du destinataire"),
            "buy_cents": _("Prix d'achat visé"),
            "sell_cents": _("Prix refacturé au client"),
        },
        "hints": {"consignee_email": _("Il reçoit le lien de suivi et peut signer sans compte.")},
    }


async def new_order(visit: Visit, stops: int) -> Form:
    """The first step of a new order: where, when and for whom."""
    windows = usual_windows()
    kinds = ["pickup"] * max(1, stops - 1) + ["delivery"]
    rows = [
        {
            "kind": kind,
            "site": {"address": {"country": "FR"}},
            "from_at": windows[kind == "delivery"][0],
            "until_at": windows[kind == "delivery"][1],
        }
        for kind in kinds
    ]
    parts = ("stops", "consignee")
    drawn = await options(visit, parts)
    return visit.form(CreateOrder, values={"stops": rows}, submit=_("Continuer : la marchandise"), **drawn)


async def change(visit: Visit, order: OrderView, parts: Sequence[str], submit: str) -> Form:
    """A change of some parts of a draft; one empty goods line waits after the last."""
    drawn = await options(visit, parts, order)
    rows = {"goods": len(order.goods) + 1, "stops": len(order.stops)}
    return visit.form(
        EditOrder,
        fixed={"order_id": order.order_id},
        values=order,
        rows=rows,
        version=order.version,
        submit=submit,
        **drawn,
    )


def require(form: Form) -> None:
    """Mark what a stop or goods line cannot be written without."""
    if form.posted is None:
        return
    for name in {n.rsplit(".", 1)[0] for n in form.posted if n.startswith("goods.") and n.count(".") == 2}:
        meant = any(str(form.posted.get(f"{name}.{field}", "")).strip() for field in TELLING)
        if meant and not str(form.posted.get(f"{name}.description", "")).strip():
            form.faults[f"{name}.description"] = [_("À remplir.")]
    for name in form.posted:
        if name.startswith("stops.") and name.endswith(".site.name") and not str(form.posted[name]).strip():
            form.faults[name] = [_("À remplir.")]


def without_empty_lines(visit: Visit) -> None:
    """Forget goods lines in which nothing telling was typed."""
    if visit.posted is None:
        return
    lines = {n.split(".")[1] for n in visit.posted if n.startswith("goods.")}
    empty = {
        line
        for line in lines
        if not any(str(visit.posted.get(f"goods.{line}.{field}", "")).strip("0 ,.") for field in TELLING)
    }
    kept = [(n, v) for n, v in visit.posted.multi_items() if not _of_line(n, empty)]
    visit.posted = type(visit.posted)(kept)


def _of_line(name: str, lines: set[str]) -> bool:
    return name.startswith("goods.") and name.split(".")[1] in lines


async def said(visit: Visit, form: Form, order: OrderView) -> OrderView | None:
    """Say the change; what the form did not show of stops and goods stays as it was."""
    require(form)
    message = form.read()
    if not isinstance(message, EditOrder):
        return None
    names = [shown.name for shown in form.inputs]
    changed: dict[str, Any] = {}
    if isinstance(message.stops, list):
        stops = laid_over(order.stops, message.stops, names, "stops")
        changed["stops"] = [placed(stop, order.stops) for stop in stops]
    if isinstance(message.goods, list):
        changed["goods"] = laid_over(order.goods, message.goods, names, "goods")
    try:
        return await visit.ask(
            structs.replace(message, **changed),
            key=key_of(visit),
            version=version_seen(visit),
        )
    except Refusal as refusal:
        signed_in_still(refusal)
        form.refused(refusal)
        return None


def placed(stop: Stop, before: Sequence[Stop]) -> Stop:
    """The stop without its position when its address was changed: it is found anew."""
    if any(stop.site.address == old.site.address for old in before):
        return stop
    return structs.replace(stop, site=structs.replace(stop.site, latitude=None, longitude=None))


def parts_of(fields: Sequence[str]) -> list[str]:
    """The parts of an order in which these fields stand."""
    heads = {field.split(".")[0].split("[")[0] for field in fields}
    return [part for part, names in PARTS.items() if heads & set(names)]


def beside(form: Form, refusal: Refusal) -> None:
    """Show a refusal beside its fields; the lack of any goods beside the first line's description."""
    form.refused(refusal)
    for fault in refusal.problem().errors:
        sentence = fault.messages.get(language(), "")
        if fault.field == "goods" and sentence in form.refusal:
            form.refusal = form.refusal.replace(sentence, "").strip()
            form.faults.setdefault("goods.0.description", []).append(sentence)
