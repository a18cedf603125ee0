"""Writing an order: from a template, from a former order, or in three steps; then confirming it."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import (
    ConfirmOrder,
    CreateFromTemplate,
    CreateOrder,
    DuplicateOrder,
    FindOrders,
    FindTemplates,
    GetOrder,
    OrderRow,
    OrderView,
    SaveTemplate,
    TemplateView,
)
from rt.kernel.core.digits import whole
from rt.kernel.core.errors import Refusal
from rt.pages.drafting import (
    CLIENT,
    MOST_STOPS,
    Drafting,
    beside,
    next_pickup_day,
    no_client,
    require,
    said,
    without_empty_lines,
)
from rt.pages.filters import address
from rt.pages.places import Known, filled_in, known_places
from rt.ui.asking import attempt, key_of, pressed, signed_in_still, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.fields import Input
from rt.ui.formats import ZONE, day
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

STEPS = (marked("Où, quand, pour qui"), marked("Marchandise"), marked("Références et prix"))
STEP_NAMES = ("places", "goods", "terms")
LATER_PARTS = (("goods",), ("terms",))
MOST_OFFERED = 4
PATH = "/orders/new"
ORDERS = "/orders"


class NewPage(Page):
    """How to begin a new order: the quickest ways first."""

    template = "pages/new_order.html"
    templates: Sequence[TemplateView]
    recent: Sequence[OrderRow]
    pickup_day: str
    pickup_on: str


class DraftPage(Page):
    """One step of the writing, or all that is missing before the order can be confirmed."""

    template = "pages/draft.html"
    form: Form
    parts: Sequence[str]
    steps: Sequence[str]
    at_step: int
    client: Sequence[Input]
    terms: Sequence[str]
    new_client: str
    stops: list[str]
    lines: int
    places: dict[str, list[tuple[str, str]]]
    back: str
    more_stops: str
    begin: str
    """Where else a new order begins: from a model, a former order, a sheet."""
    lead: str


class Entering:
    """The pages of writing orders below `path`.

    `client`: whether it is asked for whom an order is run, and nothing is confirmed before that is known;
    `partners`: where one that is not known yet is added. `following`: where a confirmed order goes on, with
    `{order}` for its page, and what is said there.
    """

    def __init__(
        self,
        *,
        client: bool = False,
        partners: str = "/partners",
        following: tuple[str, str] = ("{order}/tender", marked("Commande confirmée. À qui la proposer ?")),
    ) -> None:
        self.client, self.partners, self.following = client, partners, following
        self.drafting = Drafting(client=client)
        first = ("client", "stops", "consignee") if client else ("stops", "consignee")
        self.step_parts: Sequence[Sequence[str]] = (first, *LATER_PARTS)

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages, before those of the orders themselves."""
        return [
            page(PATH, begin, methods=("GET",)),
            page(f"{PATH}/places", self.places),
            page(f"{PATH}/template/{{template_id}}", from_template, methods=("POST",)),
            page("/orders/{order_id}/write/{step}", self.write),
            page("/orders/{order_id}/confirm", self.confirm, methods=("POST",)),
            page("/orders/{order_id}/complete", self.complete, methods=("POST",)),
            page("/orders/{order_id}/duplicate", duplicate, methods=("POST",)),
            page("/orders/{order_id}/template", save_template, methods=("POST",)),
        ]

    async def places(self, visit: Visit) -> Page | Response:
        """Step one of a new order: it becomes a draft at once, so that nothing typed is lost."""
        known = await known_places(visit)
        filled = filled_in(visit, known)
        count = min(max(whole(visit.query.get("stops", "")) or 2, 2), MOST_STOPS)
        form = await self.drafting.new_order(visit, self.step_parts[0], count)
        if visit.posted is not None and not filled:
            require(form)
            message = form.read()
            if isinstance(message, CreateOrder):
                try:
                    made = await visit.ask(message, key=key_of(visit))
                except Refusal as refusal:
                    signed_in_still(refusal)
                    form.refused(refusal)
                else:
                    return visit.go(f"/orders/{made.order_id}/write/goods")
        chosen = {CLIENT: visit.query.get(CLIENT, "")}
        return self._page(
            visit,
            form,
            title=_("Nouvelle commande"),
            parts=self.step_parts[0],
            at_step=0,
            known=known,
            more_stops=address(f"{PATH}/places", {**chosen, "stops": count + 1}),
            begin=PATH if self.client else "",
        )

    async def write(self, visit: Visit) -> Page | Response:
        """One step of a draft, or of an order not yet given to a carrier."""
        order_id, name = visit.path["order_id"], visit.path["step"]
        at_step = STEP_NAMES.index(name) if name in STEP_NAMES else 0
        order = await visit.ask(GetOrder(order_id=order_id))
        parts = self.step_parts[at_step]
        known = await known_places(visit) if at_step == 0 else {}
        filled = filled_in(visit, known)
        without_empty_lines(visit)
        labels = (_("Continuer : la marchandise"), _("Continuer : références et prix"), _("Enregistrer"))
        form = await self.drafting.change(visit, order, parts, labels[at_step])
        if visit.posted is not None and not filled and await said(visit, form, order):
            if typed(visit, "then") == "here":
                return visit.go(f"/orders/{order_id}/write/{name}")
            following = STEP_NAMES[at_step + 1 : at_step + 2]
            return visit.go(
                f"/orders/{order_id}/write/{following[0]}" if following else f"/orders/{order_id}"
            )
        return self._page(
            visit,
            form,
            title=order.reference,
            parts=parts,
            at_step=at_step,
            known=known,
            back=f"/orders/{order_id}",
        )

    async def confirm(self, visit: Visit) -> Page | Response:
        """Make the draft firm; what the law still wants is asked for, each mention beside its field."""
        order_id = visit.path["order_id"]
        if self.client:
            order = await visit.ask(GetOrder(order_id=order_id))
            if order.owned and order.client_id == order.owner_id:
                return await self._completing(visit, order, ["client"], None)
        try:
            await visit.ask(ConfirmOrder(order_id=order_id), key=key_of(visit))
        except Refusal as refusal:
            signed_in_still(refusal)
            order = await visit.ask(GetOrder(order_id=order_id))
            parts = self.drafting.parts_of([fault.field for fault in refusal.problem().errors])
            if not parts:
                return visit.go(f"/orders/{order_id}", told(refusal), kind="bad")
            return await self._completing(visit, order, parts, refusal)
        return self._confirmed(visit, order_id)

    async def complete(self, visit: Visit) -> Page | Response:
        """Write what was missing, then confirm."""
        order_id = visit.path["order_id"]
        order = await visit.ask(GetOrder(order_id=order_id))
        parts = [part for part in typed(visit, "parts").split(",") if part in self.drafting.parts]
        if visit.posted is None or not parts:
            return visit.go(f"/orders/{order_id}")
        without_empty_lines(visit)
        form = await self.drafting.change(visit, order, parts, _("Compléter et confirmer"))
        changed = await said(visit, form, order)
        if changed is None:
            return self._completing_page(visit, form, order, parts)
        try:
            await visit.ask(ConfirmOrder(order_id=order_id), key=f"{key_of(visit)}-confirm")
        except Refusal as refusal:
            signed_in_still(refusal)
            fields = [fault.field for fault in refusal.problem().errors]
            again = list(dict.fromkeys([*parts, *self.drafting.parts_of(fields)]))
            return await self._completing(visit, changed, again, refusal)
        return self._confirmed(visit, order_id)

    def _confirmed(self, visit: Visit, order_id: str) -> Response:
        path, sentence = self.following
        return visit.go(path.format(order=f"/orders/{order_id}"), _(sentence))

    async def _completing(
        self, visit: Visit, order: OrderView, parts: Sequence[str], refusal: Refusal | None
    ) -> DraftPage:
        """The parts in which something is missing, each mention beside its field; no refusal: the client."""
        posted, visit.posted = visit.posted, None
        form = await self.drafting.change(visit, order, parts, _("Compléter et confirmer"))
        visit.posted = posted
        if refusal is None:
            form.faults["client_id"] = [no_client()]
        else:
            beside(form, refusal)
        return self._completing_page(visit, form, order, parts)

    def _completing_page(self, visit: Visit, form: Form, order: OrderView, parts: Sequence[str]) -> DraftPage:
        form.action = f"/orders/{order.order_id}/complete"
        return self._page(
            visit,
            form,
            title=_("Compléter %(ref)s") % {"ref": order.reference},
            parts=parts,
            at_step=-1,
            back=f"/orders/{order.order_id}",
            lead=_("Le contrat type transport (art. 3) exige ces mentions avant que le camion ne vienne.")
            if set(parts) - {"client"}
            else "",
        )

    def _page(
        self,
        visit: Visit,
        form: Form,
        *,
        title: str,
        parts: Sequence[str],
        at_step: int,
        known: Mapping[str, Known] = MappingProxyType({}),
        back: str = ORDERS,
        more_stops: str = "",
        begin: str = "",
        lead: str = "",
    ) -> DraftPage:
        here = f"{PATH}/places" if back == ORDERS else f"{back}/write/places"
        new = {"kind": "shipper", "back": here} if visit.session.may("authz.partner") else {}
        return DraftPage(
            title=title,
            crumbs=[("/orders", _("Commandes"))],
            form=form,
            parts=parts,
            steps=[_(step) for step in STEPS],
            at_step=at_step,
            client=asked_of(form, self.drafting.parts["client"]) if "client" in parts else (),
            terms=self.drafting.parts["terms"],
            new_client=address(f"{self.partners}/new", new) if visit.session.may("authz.partner") else "",
            stops=[str(form.input(f"stops.{n}.kind").value) for n in range(counted(form, "stops"))],
            lines=counted(form, "goods"),
            places=offered(known),
            back=back,
            more_stops=more_stops,
            begin=begin,
            lead=lead,
        )


async def begin(visit: Visit) -> Page | Response:
    """The quickest ways to an order: a model, a former order."""
    templates = await attempt(visit, FindTemplates())
    recent = await attempt(visit, FindOrders(owner_id=visit.session.organization_id, limit=6))
    return NewPage(
        title=_("Nouvelle commande"),
        crumbs=[("/orders", _("Commandes"))],
        templates=templates.items if templates else [],
        recent=recent.items if recent else [],
        pickup_day=next_pickup_day().isoformat(),
        pickup_on=day(next_pickup_day(), "weekday"),
    )


def asked_of(form: Form, names: Sequence[str]) -> list[Input]:
    """The fields about the client, who must be chosen though the message could do without."""
    fields = [form.input(name) for name in names]
    for one in fields:
        one.required = one.name == "client_id"
    return fields


def counted(form: Form, part: str) -> int:
    """How many stops or lines a form shows."""
    return len({i.name.split(".")[1] for i in form.inputs if i.name.startswith(f"{part}.")})


def offered(known: Mapping[str, Known]) -> dict[str, list[tuple[str, str]]]:
    """The known places to begin from and those to go to, the latest first."""
    return {
        kind: [(key, place.site.name) for key, place in known.items() if kind in place.kinds][:MOST_OFFERED]
        for kind in ("pickup", "delivery")
    }


async def from_template(visit: Visit) -> Response:
    """A draft from a template, on the day chosen."""
    try:
        pickup_day = date.fromisoformat(typed(visit, "pickup_day"))
    except ValueError:
        pickup_day = next_pickup_day()
    message = CreateFromTemplate(template_id=visit.path["template_id"], pickup_day=pickup_day)
    try:
        made = await visit.ask(message, key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        return visit.go("/orders/new", told(refusal), kind="bad")
    return visit.go(f"/orders/{made.order_id}", _("Brouillon prêt : vérifiez et confirmez."))


async def duplicate(visit: Visit) -> Response:
    """A copy that begins on the next working day, everything else moved with it."""
    order_id = visit.path["order_id"]
    order = await visit.ask(GetOrder(order_id=order_id))
    to_day = next_pickup_day()
    shift = (to_day - order.pickup_from.astimezone(ZONE).date()).days if order.pickup_from else 0
    message = DuplicateOrder(order_id=order_id, shift_days=max(-366, min(shift, 366)))
    try:
        made = await visit.ask(message, key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        return visit.go(f"/orders/{order_id}", told(refusal), kind="bad")
    told_ = _("Copie de %(ref)s pour le %(day)s : vérifiez et confirmez.")
    return visit.go(f"/orders/{made.order_id}", told_ % {"ref": order.reference, "day": day(to_day)})


async def save_template(visit: Visit) -> Response:
    order_id = visit.path["order_id"]
    try:
        message = msgspec.convert({"order_id": order_id, "name": typed(visit, "name")}, SaveTemplate)
    except msgspec.ValidationError:
        return visit.go(
            f"/orders/{order_id}", _("Donnez un nom au modèle, 80 caractères au plus."), kind="bad"
        )
    return await pressed(
        visit, message, f"/orders/{order_id}", _("Modèle gardé : il vous attend à la prochaine.")
    )
