"""An order being written: its parts as forms, what is known already, and saying the change."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from msgspec import structs

from rt.contracts.authz import FindPartners
from rt.contracts.core_orders import CreateOrder, EditOrder, OrderView, Stop
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.trade.loading import PALLET_TYPES
from rt.ui.asking import attempt, attempt_all, key_of, laid_over, signed_in_still, version_seen
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
NAMABLE = ("guest", "partner")
"""How a partner stands to us that an order may name."""
TELLING = ("description", "weight_kg", "pallets", "un_number", "value_cents")
"""Fields of a goods line that are empty until somebody means that line."""
PARTS = {
    "stops": ("stops",),
    "consignee": ("consignee_id", "consignee_name", "consignee_email"),
    "goods": ("goods", "requirements", "equipment"),
    "terms": ("references", "incoterm", "instructions", "buy_cents", "sell_cents"),
}
FOR_A_CLIENT = {
    **PARTS,
    "client": ("client_id", "sell_cents", "shipper_id"),
    "terms": ("references", "incoterm", "instructions", "buy_cents"),
}
"""Parts of an order that is run for somebody else: what it is sold for stands beside whom it is sold to."""
ASKING: tuple[Literal["shipper", "forwarder", ""], ...] = ("shipper", "forwarder", "")
"""Kinds of partners that ask for most transports, then all others."""
MOST_PARTNERS = 200
CLIENT = "client_id"
"""Where an address says for whom an order is written."""
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


def place_labels() -> dict[str, str]:
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


class Drafting:
    """The forms of an order's parts; `client`: whether it is asked for whom the order is run."""

    def __init__(self, *, client: bool) -> None:
        self.client = client
        self.parts: Mapping[str, Sequence[str]] = FOR_A_CLIENT if client else PARTS

    def wanted(self, parts: Sequence[str]) -> list[str]:
        """The fields of these parts in the order in which they are asked."""
        names = [name for part in parts for name in self.parts[part]]
        rows = {"stops": (MOST_STOPS, STOP_FIELDS), "goods": (MOST_LINES, GOODS_FIELDS)}
        only: list[str] = []
        for name in names:
            count, fields = rows.get(name, (0, ()))
            only += [f"{name}.{n}.{f}" for n in range(count) for f in fields] or [name]
        return only

    def parts_of(self, fields: Sequence[str]) -> list[str]:
        """The parts of an order in which these fields stand."""
        heads = {field.split(".")[0].split("[")[0] for field in fields}
        return [part for part, names in self.parts.items() if heads & set(names)]

    async def new_order(self, visit: Visit, parts: Sequence[str], stops: int) -> Form:
        """The first step of a new order: for whom, where and when."""
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
        values = {"stops": rows, CLIENT: visit.query.get(CLIENT, "")}
        drawn = await self._options(visit, parts)
        return visit.form(CreateOrder, values=values, submit=_("Continuer : la marchandise"), **drawn)

    async def whole(
        self, visit: Visit, values: dict[str, Any], labels: Mapping[str, str], hints: Mapping[str, str]
    ) -> Form:
        """Every part of a new order at once, with what is known of it."""
        drawn = await self._options(visit, list(self.parts))
        drawn |= {"labels": drawn["labels"] | labels, "hints": drawn["hints"] | hints}
        return visit.form(CreateOrder, values=values, submit=_("Créer le brouillon"), **drawn)

    async def change(self, visit: Visit, order: OrderView, parts: Sequence[str], submit: str) -> Form:
        """A change of some parts of a draft; one empty goods line waits after the last."""
        drawn = await self._options(visit, parts, order)
        rows = {"goods": len(order.goods) + 1, "stops": len(order.stops)}
        return visit.form(
            EditOrder,
            fixed={"order_id": order.order_id},
            values=_as_chosen(order, visit.query.get(CLIENT, "")) if self.client else order,
            rows=rows,
            version=order.version,
            submit=submit,
            **drawn,
        )

    async def _options(
        self, visit: Visit, parts: Sequence[str], order: OrderView | None = None
    ) -> dict[str, Any]:
        """How the form of these parts is drawn, for a new order and for a change alike."""
        sold = _("Prix de vente au client") if self.client else _("Prix refacturé au client")
        return {
            "only": self.wanted(parts),
            "choices": await choices(visit, parts, order),
            "labels": place_labels()
            | {
                "client_id": _("Client (donneur d'ordre)"),
                "shipper_id": _("Expéditeur"),
                "consignee_id": _("Destinataire connu"),
                "consignee_name": _("Nom du destinataire"),
                "consignee_email": _("E-mail du destinataire"),
                "buy_cents": _("Prix d'achat visé"),
                "sell_cents": sold,
            },
            "hints": {"consignee_email": _("Il reçoit le lien de suivi et peut signer sans compte.")},
        }


async def choices(visit: Visit, parts: Sequence[str], order: OrderView | None) -> dict[str, list[Choice]]:
    """What is chosen from: clients and consignees among the partners, packages and pallets of each line."""
    offered: dict[str, list[Choice]] = {}
    if "client" in parts:
        clients = await client_choices(visit, order)
        offered["client_id"] = clients
        offered["shipper_id"] = [Choice("", _("Le client lui-même")), *clients]
    if "consignee" in parts:
        found = await attempt(visit, FindPartners(kind="recipient", limit=MOST_PARTNERS))
        named_by_us = [one for one in (found.items if found else ()) if one.standing in NAMABLE]
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


def _as_chosen(order: OrderView, client_id: str) -> OrderView:
    """The order without the parties that nobody chose, for the client that was just added, if one was."""
    client = client_id or (None if order.client_id == order.owner_id else order.client_id)
    shipper = "" if order.shipper_id == order.client_id else order.shipper_id
    return structs.replace(order, client_id=client, shipper_id=shipper)


async def client_choices(visit: Visit, order: OrderView | None = None) -> list[Choice]:
    """Whom an order may be run for: partners and guests, first those whose trade it is to ask."""
    asked = [FindPartners(kind=kind, limit=MOST_PARTNERS) for kind in ASKING]
    found = [one for page in await attempt_all(visit, asked) if page for one in page.items]
    known = {
        one.id: " · ".join(filter(None, (one.name, _("sans compte") if one.standing == "guest" else "")))
        for one in found
        if one.standing in NAMABLE and not one.suspended
    }
    if order is not None:
        for party, name in ((order.client_id, order.client_name), (order.shipper_id, order.shipper_name)):
            if party and party != order.owner_id:
                known.setdefault(party, name or party)
    return [Choice(*one) for one in known.items()]


def no_client() -> str:
    """What is said to whoever did not say for whom the transport is."""
    return _("Choisissez pour qui vous transportez.")


def require(form: Form) -> None:
    """Mark what a stop or goods line cannot be written without."""
    if form.posted is None:
        return
    for name in {n.rsplit(".", 1)[0] for n in form.posted if n.startswith("goods.") and n.count(".") == 2}:
        meant = any(str(form.posted.get(f"{name}.{field}", "")).strip() for field in TELLING)
        if meant and not str(form.posted.get(f"{name}.description", "")).strip():
            form.faults[f"{name}.description"] = [_("À remplir.")]
    if "client_id" in form.posted and not form.posted["client_id"]:
        form.faults["client_id"] = [no_client()]
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


def beside(form: Form, refusal: Refusal) -> None:
    """Show a refusal beside its fields; the lack of any goods beside the first line's description."""
    form.refused(refusal)
    for fault in refusal.problem().errors:
        sentence = fault.messages.get(language(), "")
        if fault.field == "goods" and sentence in form.refusal:
            form.refusal = form.refusal.replace(sentence, "").strip()
            form.faults.setdefault("goods.0.description", []).append(sentence)
