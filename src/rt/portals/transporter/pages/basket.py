"""Everything that waits for a truck, page by page: the day shows only what is most urgent."""

from urllib.parse import urlencode

from starlette.responses import Response

from rt.contracts.planning import FindJobs
from rt.portals.transporter.pages.planning import BasketRow, basket_columns, basket_row
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page


class BasketPage(Page):
    """Jobs that are not planned, the most urgent first."""

    template, part = "basket.html", "_basket.html"
    rows: list[BasketRow]
    columns: list[Column]
    q: str
    more: str
    first: str


async def basket(visit: Visit) -> Page | Response:
    message = FindJobs(q=visit.query.get("q", "")[:80], after=visit.query.get("after", ""), limit=100)
    found = await visit.ask(message)
    known = {"q": message.q} if message.q else {}
    return BasketPage(
        title=_("À planifier"),
        crumbs=[("/planning", _("Planning"))],
        rows=[basket_row(job) for job in found.items],
        columns=basket_columns(),
        q=message.q,
        more=f"/planning/basket?{urlencode(known | {'after': found.next})}" if found.next else "",
        first=f"/planning/basket?{urlencode(known)}" if message.after else "",
    )


PAGES = [page("/planning/basket", basket, methods=("GET",))]
