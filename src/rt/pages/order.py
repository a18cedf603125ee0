"""One order on one page: state, arrival, stops, note and proofs, offers, incidents, history.

A portal chooses the steps that it shows, what an incident says, and what stands beside: its own page is a
subclass of `OrderPage` whose template fills the blocks that `pages/order.html` names.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import GetOrder, OrderChangeView, OrderView, ReportIncident, ResolveIncident
from rt.contracts.ecpmr import DocumentRow, FindDocuments
from rt.contracts.notifications import FindMessages, MessageView
from rt.contracts.palette import GetPolicy, PolicyView
from rt.contracts.planning import FindSlots, SlotView
from rt.contracts.tracking_ia import GetTrack, TrackView
from rt.pages import changing, claiming, emissions, papers
from rt.pages.order_timeline import Happened, history, on_map
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import language
from rt.ui.forms import Form, FormPage
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

PATH = "/orders/{order_id}"
TRACKED = ("planned", "loading", "in_transit", "delivered", "pod_ok", "invoiced", "closed")
MOST_MESSAGES = 20


class Ladder(NamedTuple):
    """The states shown as steps, few enough for a phone, and states shown as another's."""

    states: Sequence[str]
    stands_with: Mapping[str, str]


RUN = Ladder(
    ("draft", "confirmed", "assigned", "in_transit", "delivered"),
    {"tendered": "confirmed", "planned": "assigned", "loading": "in_transit"},
)
"""Of whoever runs an order."""


class OrderPage(Page):
    """Everything about one order that its partners share."""

    template = "pages/order.html"
    order: OrderView
    here: str
    steps: list[str]
    at_step: int
    tracked: bool
    may: Sequence[str]
    notes: Sequence[DocumentRow]
    notes_known: bool
    signable: Sequence[str]
    slots: Sequence[SlotView]
    slots_known: bool
    books: bool
    track: TrackView | None
    points: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    happened: list[Happened]
    pallets: str
    carbon: emissions.Carbon | None
    sent: Sequence[MessageView]
    change: OrderChangeView | None
    change_by: str
    differing: list[tuple[str, str, str]]
    duty: claiming.Duty | None
    claimable: bool
    incident: Form
    reporting: bool


async def nothing_more(_visit: Visit, _order: OrderView) -> dict[str, Any]:
    """Of a portal whose page is the shared one."""
    return {}


class OrderPages:
    """The pages of one order, its papers and its incidents.

    `ladder`: what is shown of an order that others run; of one's own it is `RUN`. `shown`: the portal's own
    page, and `more` the values of its fields. `incident`: the fields of a report, with their `labels`.
    `books`: slots at docks are booked from here; `links`: notes are sent to be signed.
    """

    def __init__(
        self,
        *,
        ladder: Ladder = RUN,
        incident: Sequence[str],
        labels: Callable[[], Mapping[str, str]],
        shown: type[OrderPage] = OrderPage,
        more: Callable[[Visit, OrderView], Awaitable[dict[str, Any]]] = nothing_more,
        books: bool = False,
        links: bool = False,
    ) -> None:
        self.ladder, self.shown, self.more = ladder, shown, more
        self.incident, self.labels, self.books, self.links = incident, labels, books, links

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [
            page(PATH, self.order, methods=("GET",)),
            page(f"{PATH}/incidents", self.report),
            page(f"{PATH}/incidents/{{incident_id}}/resolve", resolve),
            *changing.pages(),
            *claiming.pages(),
            *papers.pages(links=self.links),
        ]

    async def order(self, visit: Visit) -> Page:
        return await self._page(visit, self._incident(visit))

    async def report(self, visit: Visit) -> Page | Response:
        """An incident; what is wrong with it is told on the order's page, where it was written."""
        form = self._incident(visit)
        if visit.posted is not None and await form.submit() is not None:
            return visit.go(f"{here_of(visit)}#incidents", _("Incident signalé."))
        return await self._page(visit, form, reporting=True)

    def _incident(self, visit: Visit) -> Form:
        return visit.form(
            ReportIncident,
            fixed={"order_id": visit.path["order_id"]},
            only=self.incident,
            labels=self.labels(),
            submit=_("Signaler"),
            action=f"{here_of(visit)}/incidents",
        )

    async def _page(self, visit: Visit, incident: Form, reporting: bool = False) -> Page:
        order_id = visit.path["order_id"]
        read = await visit.ask(GetOrder(order_id=order_id))
        notes_asked = attempt(visit, FindDocuments(order_id=order_id))
        slots_asked = attempt(visit, FindSlots(order_id=order_id))
        sent_asked = attempt(visit, FindMessages(order_id=order_id, limit=MOST_MESSAGES))
        policy_asked, track_asked = pallets_of(visit, read), track_of(visit, read)
        duty_asked = claiming.duty_of(visit, read)
        (notes, slots, sent, policy, track, duty), carbon, more = await asyncio.gather(
            asyncio.gather(notes_asked, slots_asked, sent_asked, policy_asked, track_asked, duty_asked),
            emissions.asked_for(visit, read),
            self.more(visit, read),
        )
        points, lines = on_map(read, track)
        change = changing.open_change(read)
        ladder = RUN if read.owned else self.ladder
        at = ladder.stands_with.get(read.state, read.state)
        links = self.links and notes is not None and visit.session.may("ecpmr.write")
        return self.shown(
            title=read.reference,
            crumbs=[("/orders", _("Commandes"))],
            order=read,
            here=here_of(visit),
            steps=[named("state", state) for state in ladder.states],
            at_step=ladder.states.index(at) if at in ladder.states else len(ladder.states),
            tracked=read.state in TRACKED,
            may=read.may if visit.session.may("core_orders.write") else (),
            notes=notes.items if notes else (),
            notes_known=notes is not None,
            signable=[one.document_id for one in notes.items if papers.signers(one)]
            if notes and links
            else (),
            slots=slots.items if slots else (),
            slots_known=slots is not None,
            books=self.books and visit.session.may("planning.write"),
            track=track,
            points=points,
            lines=lines,
            happened=history(read, track),
            pallets=instruction(policy),
            carbon=carbon,
            sent=sent.items if sent else (),
            change=change,
            change_by=changing.asked_by(change) if change else "",
            differing=changing.differences(change, read.currency or "EUR") if change else [],
            duty=duty,
            claimable=claiming.claimable(read),
            incident=incident,
            reporting=reporting,
            **more,
        )


async def resolve(visit: Visit) -> Page | Response:
    order = await visit.ask(GetOrder(order_id=visit.path["order_id"]))
    back = here_of(visit)
    form = visit.form(
        ResolveIncident,
        fixed={"order_id": order.order_id, "incident_id": visit.path["incident_id"]},
        submit=_("Clore l'incident"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(f"{back}#incidents", _("Incident clos."))
    return FormPage(
        title=_("Clore l'incident"),
        crumbs=[("/orders", _("Commandes")), (back, order.reference)],
        form=form,
        lead=_("Dites comment il s'est terminé : cela reste au dossier."),
        back=back,
    )


def here_of(visit: Visit) -> str:
    """The address of the order that the visit is about."""
    return PATH.format(order_id=visit.path["order_id"])


async def track_of(visit: Visit, read: OrderView) -> TrackView | None:
    """The order's track; there is none before it is planned."""
    if read.state not in TRACKED:
        return None
    return await attempt(visit, GetTrack(order_id=read.order_id))


async def pallets_of(visit: Visit, read: OrderView) -> PolicyView | None:
    """What is done with the pallets at the delivery."""
    if not read.pallets or read.state in ("draft", "cancelled"):
        return None
    return await attempt(visit, GetPolicy(order_id=read.order_id))


def instruction(policy: PolicyView | None) -> str:
    """What the driver is told about the pallets of this delivery."""
    if policy is None:
        return ""
    return policy.instruction_en if language() == "en" else policy.instruction_fr
