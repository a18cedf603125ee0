"""The register of transports that we gave to others for hire: a year on the screen, as a PDF, as a table."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import CharterView, FindCharters, PrintRegister
from rt.kernel.core.clock import today
from rt.kernel.core.digits import whole
from rt.pages.filters import address
from rt.ui.asking import sent, worded
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

PATH = "/register"
FIRST_YEAR = 2024


class RegisterShown(Page):
    """The operations of one year, by their numbers."""

    template = "pages/register.html"
    year: int
    years: Sequence[tuple[str, str]]
    here: str
    items: Sequence[CharterView]
    more: str
    first: str


async def register(visit: Visit) -> Page:
    year, after = _year(visit), whole(visit.query.get("after", "")) or 0
    found = await visit.ask(FindCharters(year=year, after=after))
    here = address(PATH, {"year": year})
    return RegisterShown(
        title=_("Registre d'affrètement"),
        year=year,
        years=[(address(PATH, {"year": one}), str(one)) for one in range(today().year, FIRST_YEAR - 1, -1)],
        here=here,
        items=found.items,
        more=address(PATH, {"year": year, "after": found.next}) if found.next else "",
        first=here if after else "",
    )


async def printed(visit: Visit) -> Response:
    """The year as a file: a PDF, or a table."""
    asked = worded(PrintRegister, {"year": _year(visit), "format": visit.path["format"]})
    return sent(await visit.ask(asked))


def _year(visit: Visit) -> int:
    said = whole(visit.query.get("year", "")) or today().year
    return min(max(said, FIRST_YEAR), today().year)


PAGES: Sequence[Route] = [
    page(PATH, register, methods=("GET",)),
    page(f"{PATH}.{{format}}", printed, methods=("GET",)),
]
