"""An order that we hold given on in legs: over which places, in which trucks, to whom; and its file."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import (
    AssignCarrier,
    CarryOrder,
    FileView,
    GetFile,
    GetOrder,
    LegView,
    OrderView,
    ReadOrder,
    Subcontract,
    TenderOrder,
)
from rt.kernel.core.clock import now
from rt.kernel.core.digits import whole
from rt.kernel.core.errors import Refusal
from rt.kernel.model.messages import Command
from rt.pages.carriers import carrier_choices
from rt.pages.legs_times import proposed
from rt.pages.legs_way import (
    MOST_HUBS,
    MOST_TRUCKS,
    Made,
    Truck,
    Waiting,
    Way,
    beside,
    legs_of,
    waiting,
    way_labels,
)
from rt.pages.places import Known, filled_in, known_places
from rt.pages.running import ANSWER_HOURS
from rt.trade.places import Address, Site
from rt.ui.asking import attempt, key_of, signed_in_still, told, typed, version_seen
from rt.ui.catalogues import gettext as _
from rt.ui.fields import Input, Unreadable, instant
from rt.ui.formats import brief
from rt.ui.forms import Form
from rt.ui.pages import Choice, Page
from rt.ui.visit import Visit, page

PATH = "/orders/{order_id}/legs"
MOST_KNOWN = 6
LONG = timedelta(hours=2)
"""How long goods that wait at a place may be loaded, if nobody says it."""
NEEDED = (".site.name", ".site.address.postal_code", ".site.address.city")
"""What goods cannot be sent to a place without."""
Typed = dict[str, Any]


class LegsPage(Page):
    """Where the goods change trucks, and the legs that follow, each to be priced and given."""

    template = "pages/legs.html"
    order: OrderView
    form: Form
    inputs: Mapping[str, Input]
    """The fields of the form, those that are asked for here though the command can do without."""
    back: str
    hubs: int
    most_hubs: bool
    ends: list[tuple[str, str]]
    """By stretch: from where to where, as typed."""
    trucks: list[list[int]]
    """By stretch: the numbers of its trucks."""
    most_trucks: int
    lines: list[tuple[int, str, int]]
    """Of the goods that wait: number, name, packages."""
    from_hub: bool
    start: tuple[str, str]
    end: tuple[str, str]
    known: list[tuple[str, str]]
    others: list[tuple[str, str]]
    """Other places where goods of the order wait: address and name."""
    sold_cents: int | None
    currency: str
    has_carriers: bool


class FileCard(msgspec.Struct, kw_only=True):
    """The file of an order as its page shows it; `give`: where what is left is given on."""

    file: FileView
    give: list[tuple[str, str]]
    may_give: bool
    may_act: bool


async def file_of(visit: Visit, order: OrderView) -> FileCard | None:
    """The file of an order that we hold and have given on, if it is one."""
    if order.carrier_id != visit.session.organization_id or order.state in ("draft", "confirmed", "tendered"):
        return None
    file = await attempt(visit, GetFile(order_id=order.order_id))
    if file is None or not (file.legs or file.awaited):
        return None
    here = PATH.format(order_id=order.order_id)
    may_act = visit.session.may("core_orders.write")
    choices = [
        (f"{here}/new?from={n}", ", ".join(dict.fromkeys(one.site.name for one in choice)))
        for n, choice in enumerate(waiting(order, file))
    ]
    return FileCard(file=file, give=choices, may_give=may_act and "Subcontract" in order.may, may_act=may_act)


async def subcontract(visit: Visit) -> Page | Response:
    """Say the way, then give its legs; every button but the last only draws the page again."""
    order_id = visit.path["order_id"]
    order = await visit.ask(GetOrder(order_id=order_id))
    file, carriers, known = await asyncio.gather(
        visit.ask(GetFile(order_id=order_id)), carrier_choices(visit), known_places(visit)
    )
    choices = waiting(order, file)
    if not choices or "Subcontract" not in order.may:
        return visit.go(f"/orders/{order_id}", _("Rien n'est à confier de cette commande."), kind="bad")
    at = min(whole(visit.query.get("from", "")) or 0, len(choices) - 1)
    sources = choices[at]
    drawn = Drawn(visit, order, file, sources, carriers)
    again = filled_in(visit, known, "hubs")
    then = "times" if again else typed(visit, "then")
    form = await drawn.form(then)
    made: Made | None = None
    if visit.posted is not None and not then:
        made = drawn.read(form)
    if made is not None:
        said = await _give_on(visit, form, order, made, drawn.way.trucks)
        if said is not None:
            return said
    hubs, trucks = drawn.counts(form)
    return LegsPage(
        title=_("Sous-traiter %(ref)s") % {"ref": order.reference},
        crumbs=[("/orders", _("Commandes")), (f"/orders/{order_id}", order.reference)],
        order=order,
        form=form,
        inputs={one.name: _as_asked(one) for one in form.inputs},
        back=f"/orders/{order_id}",
        hubs=hubs,
        most_hubs=hubs >= MOST_HUBS,
        ends=drawn.ends(form, hubs),
        trucks=trucks,
        most_trucks=MOST_TRUCKS,
        lines=drawn.lines,
        from_hub=drawn.from_hub,
        start=drawn.start,
        end=(_place(order.delivery), brief(order.delivery_from, order.delivery_until)),
        known=_offered(order, known),
        others=[
            (PATH.format(order_id=order_id) + f"/new?from={n}", ", ".join(one.site.name for one in choice))
            for n, choice in enumerate(choices)
            if n != at
        ],
        sold_cents=file.sold_cents,
        currency=file.currency,
        has_carriers=bool(carriers),
    )


class Drawn:
    """The form of one way: with what was typed and what a button adds to it or takes away."""

    way: Way

    def __init__(
        self,
        visit: Visit,
        order: OrderView,
        file: FileView,
        sources: Sequence[Waiting],
        carriers: Sequence[Choice],
    ) -> None:
        self.visit, self.order, self.file, self.sources, self.carriers = visit, order, file, sources, carriers
        self.from_hub = sources[0].stop is None
        lines: dict[int, int] = {}
        for one in sources:
            lines |= one.lines
        self.lines = [(line, order.goods[line].description, quantity) for line, quantity in lines.items()]
        when = brief(order.pickup_from, order.pickup_until) if sources[0].stop else ""
        self.start = (", ".join(_place(one.site) for one in sources), when)

    async def form(self, then: str) -> Form:
        """As posted; after another button than the last, with what that button does and nothing refused."""
        if self.visit.posted is not None and not then:
            hubs, trucks = _counted(self._drawn(None, hubs=1).raw())
            return self._drawn(None, hubs=len(hubs), trucks=len(trucks))
        if self.visit.posted is None:
            typed_ = self._begin()
        else:
            typed_ = self._drawn(None, hubs=1).raw()
            self._pressed(typed_, then)
        hubs, trucks = _counted(typed_)
        if (hubs and then in ("times", "hub")) or then.startswith("drop"):
            await asyncio.to_thread(self._propose, hubs)
        typed_ |= {"hubs": hubs, "trucks": trucks}
        posted, self.visit.posted = self.visit.posted, None
        form = self._drawn(typed_, hubs=len(hubs), trucks=len(trucks))
        self.visit.posted = posted
        return form

    def read(self, form: Form) -> Made | None:
        """The legs as typed; None where something is wrong, which then stands beside its field."""
        for name in ("leaves_from_at", "leaves_until_at"):
            if self.from_hub and not typed(self.visit, name):
                form.faults[name] = [_("À remplir.")]
        for one in form.inputs:
            if (
                one.name.endswith((".site.name", ".site.address.postal_code", ".site.address.city"))
                and not str(one.value).strip()
            ):
                form.faults[one.name] = [_("À remplir.")]
        way = form.read()
        if not isinstance(way, Way):
            return None
        for n, truck in enumerate(way.trucks):
            if not 0 <= truck.stretch <= len(way.hubs):
                form.faults[f"trucks.{n}.stretch"] = [_("À remplir.")]
            refuse_ungiven(form, f"trucks.{n}.", truck)
        if form.faults:
            return None
        self.way = way
        return legs_of(self.order, self.sources, way)

    def counts(self, form: Form) -> tuple[int, list[list[int]]]:
        """How many places there are, and the trucks of each stretch."""
        hubs = len({one.name.split(".")[1] for one in form.inputs if one.name.startswith("hubs.")})
        trucks: list[list[int]] = [[] for _stretch in range(hubs + 1)]
        for one in form.inputs:
            if one.name.endswith(".stretch"):
                trucks[min(whole(str(one.value)) or 0, hubs)].append(int(one.name.split(".")[1]))
        return hubs, trucks

    def ends(self, form: Form, hubs: int) -> list[tuple[str, str]]:
        """From where to where each stretch leads."""
        between = [
            str(form.input(f"hubs.{n}.site.address.city").value or form.input(f"hubs.{n}.site.name").value)
            or _("plateforme %(n)s") % {"n": n + 1}
            for n in range(hubs)
        ]
        first = self.sources[0].site.address.city
        places = [first, *between, self.order.delivery.address.city]
        return list(pairwise(places))

    def _drawn(self, values: Typed | None, *, hubs: int = 0, trucks: int = 1) -> Form:
        rows: dict[str, int] = {"hubs": hubs, "trucks": trucks}
        for n, truck in enumerate(values["trucks"] if values else ()):
            rows[f"trucks.{n}.parts"] = len(truck.get("parts", ()))
        return self.visit.form(
            Way,
            fixed={} if hubs else {"hubs": []},
            values=values,
            rows=rows,
            choices={f"trucks.{n}.how": ways() for n in range(trucks)}
            | {f"trucks.{n}.carrier_id": self.carriers for n in range(trucks)},
            labels=way_labels(hubs, trucks, {line: name for line, name, _quantity in self.lines}),
            submit=_("Sous-traiter"),
            version=self.order.version,
        )

    def _begin(self) -> Typed:
        """One truck for the whole way, offered to the first carrier."""
        begun: Typed = {"hubs": [], "trucks": [self._truck(0)]}
        if self.from_hub:
            site = self.sources[0].site
            brings = [leg for leg in self.file.legs if leg.state != "cancelled"]
            arrives = next((leg.delivery_until for leg in brings if leg.delivery_name == site.name), None)
            if arrives:
                begun |= {"leaves_from_at": arrives, "leaves_until_at": arrives + LONG}
        return begun

    def _truck(self, stretch: int) -> Typed:
        first = self.carriers[0].value if self.carriers else ""
        return {"stretch": str(stretch), "how": "offer" if first else "later", "carrier_id": first}

    def _pressed(self, typed_: Typed, then: str) -> None:
        """What a button adds or takes away."""
        what, _colon, number = then.partition(":")
        hubs, trucks = _counted(typed_)
        n = min(whole(number) or 0, len(hubs))
        if what == "hub" and len(hubs) < MOST_HUBS:
            hubs.append({"place": str(len(hubs)), "site": {"name": "", "address": {"country": "FR"}}})
            trucks.append(self._truck(len(hubs)))
        elif what == "drop" and n < len(hubs):
            del hubs[n]
            trucks = [one for one in trucks if whole(one["stretch"]) != n + 1]
            for one in trucks:
                if (at := whole(one["stretch"]) or 0) > n:
                    one["stretch"] = str(at - 1)
        elif what == "part":
            own = [one for one in trucks if whole(one["stretch"]) == n]
            if len(own) < MOST_TRUCKS:
                own.append(self._truck(n))
                trucks = [*(one for one in trucks if whole(one["stretch"]) != n), *own]
                self._share(own)
        elif what == "join":
            own = [one for one in trucks if whole(one["stretch"]) == n][:1]
            trucks = [*(one for one in trucks if whole(one["stretch"]) != n), *own]
            for one in own:
                one.pop("parts", None)
        trucks.sort(key=lambda one: whole(one["stretch"]) or 0)
        typed_["hubs"], typed_["trucks"] = hubs, trucks

    def _share(self, trucks: list[Typed]) -> None:
        """The packages of each line in equal parts, the first trucks with what is left over."""
        for k, truck in enumerate(trucks):
            truck["parts"] = [
                {"line": str(line), "quantity": str((quantity + len(trucks) - 1 - k) // len(trucks))}
                for line, _name, quantity in self.lines
            ]

    def _propose(self, hubs: list[Typed]) -> None:
        sites = [_site(hub.get("site", {})) for hub in hubs]
        leaves = self.order.pickup_until or self.order.pickup_from or now()
        if self.from_hub:
            leaves = _moment(typed(self.visit, "leaves_until_at")) or leaves
        due = self.order.delivery_until or self.order.delivery_from or leaves + LONG
        found = proposed(self.sources[0].site, sites, self.order.delivery, leaves, due)
        for hub, times in zip(hubs, found, strict=True):
            hub |= times._asdict()


async def _give_on(
    visit: Visit, form: Form, order: OrderView, made: Made, trucks: Sequence[Truck]
) -> Response | None:
    """Make the legs and give those that are to be given at once; None where the legs were refused."""
    read = ReadOrder(order_id=order.order_id, version=version_seen(visit) or order.version)
    try:
        answer = await visit.ask(Subcontract(orders=[read], legs=made.legs), key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        beside(form, refusal, made)
        return None
    file = await visit.ask(GetFile(order_id=order.order_id))
    by_id = {leg.order_id: leg for leg in file.legs}
    refused = []
    for leg_id, number in zip(answer.order_ids, made.trucks, strict=True):
        if leg := by_id.get(leg_id):
            refused += await give(visit, leg, trucks[number])
    return visit.go(
        f"/orders/{order.order_id}#file",
        " ".join(refused) or _("C'est fait : le dossier suit chaque trajet."),
        kind="bad" if refused else "ok",
    )


async def give(visit: Visit, leg: LegView, truck: Truck) -> list[str]:
    """Offer, give or carry a leg that was just made; what is refused, in words: the leg stays to be given."""
    message: Command[Any]
    if truck.how == "offer":
        soon = now() + timedelta(hours=ANSWER_HOURS)
        begins = leg.pickup_from
        message = TenderOrder(
            order_id=leg.order_id,
            carrier_id=truck.carrier_id,
            price_cents=truck.buy_cents or 0,
            deadline=min(soon, begins) if begins and begins > now() else soon,
        )
    elif truck.how == "give":
        message = AssignCarrier(
            order_id=leg.order_id,
            version=leg.version,
            carrier_id=truck.carrier_id,
            agreed_cents=truck.buy_cents or 0,
        )
    elif truck.how == "own":
        message = CarryOrder(order_id=leg.order_id, version=leg.version)
    else:
        return []
    try:
        await visit.ask(message, key=f"{key_of(visit)}-{leg.order_id}")
    except Refusal as refusal:
        signed_in_still(refusal)
        return [_("Trajet %(ref)s : %(why)s") % {"ref": leg.reference, "why": told(refusal)}]
    return []


def ways() -> list[Choice]:
    """What may become of a leg at once."""
    return [
        Choice("offer", _("Proposer, il répond")),
        Choice("give", _("Attribuer, il a déjà dit oui")),
        Choice("own", _("Transporter nous-mêmes")),
        Choice("later", _("Décider plus tard")),
    ]


def refuse_ungiven(form: Form, under: str, truck: Truck) -> None:
    """Note what a leg cannot be offered or given without."""
    if truck.how in ("offer", "give") and not truck.carrier_id:
        form.faults[f"{under}carrier_id"] = [_("Choisissez un transporteur.")]
    if truck.how in ("offer", "give") and truck.buy_cents is None:
        form.faults[f"{under}buy_cents"] = [_("Un prix est attendu.")]


def _counted(typed_: Typed) -> tuple[list[Typed], list[Typed]]:
    """The places and the trucks, each truck on a stretch that there is, whatever was posted."""
    hubs, trucks = typed_.get("hubs", []), typed_.get("trucks", [])
    for one in trucks:
        one["stretch"] = str(min(whole(one.get("stretch", "")) or 0, len(hubs)))
    return hubs, trucks


def _as_asked(one: Input) -> Input:
    """A field of a place is needed though the command can do without; of a truck it hangs on the choice."""
    one.required = one.required or one.name.endswith(NEEDED)
    one.skippable = not one.name.startswith("trucks.")
    return one


def _offered(order: OrderView, known: Mapping[str, Known]) -> list[tuple[str, str]]:
    """Known places that the order does not call at anyway."""
    own = {stop.site.name for stop in order.stops}
    return [(key, one.site.name) for key, one in known.items() if one.site.name not in own][:MOST_KNOWN]


def _place(site: Site) -> str:
    return " · ".join(filter(None, (site.name, site.address.city)))


def _site(said: Mapping[str, Any]) -> Site:
    address = said.get("address", {})
    return Site(
        name=str(said.get("name", "")),
        address=Address(
            postal_code=str(address.get("postal_code", ""))[:12], city=str(address.get("city", ""))[:120]
        ),
    )


def _moment(text: str) -> datetime | None:
    try:
        return instant(text) if text else None
    except Unreadable:
        return None


PAGES: Sequence[Route] = [page(f"{PATH}/new", subcontract)]
