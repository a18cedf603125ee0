"""For a partner without an account, by link: answer a pallet statement line by line."""

from starlette.responses import Response

from rt.contracts.palette import DownloadStatement, GetStatement, StatementView
from rt.pages.pallets import pallet_names
from rt.portals.transporter.pages.statements import answered, answers_typed, period_text
from rt.ui.asking import sent
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class StatementLinkPage(Page):
    """The statement and its lines to answer."""

    template = "link_statement.html"
    statement: StatementView
    period: str
    answerable: bool
    refusal: str
    here: str
    typed: dict[str, tuple[str, str]]
    names: dict[str, str]


async def statement(visit: Visit) -> Page | Response:
    read = await visit.ask(GetStatement(statement_id=visit.path["statement_id"]))
    here = f"/l/{visit.path['token']}/statements/{read.id}"
    refusal = ""
    if visit.posted is not None:
        done, refusal = await answered(visit, read)
        if done is not None:
            return visit.go(here, _("Merci, votre réponse est enregistrée ligne par ligne."))
    return StatementLinkPage(
        title=_("Relevé de palettes de %(who)s") % {"who": read.maker_name},
        statement=read,
        period=period_text(read),
        answerable=read.state != "confirmed",
        refusal=refusal,
        here=here,
        typed=answers_typed(visit, read),
        names=pallet_names(),
    )


async def table(visit: Visit) -> Response:
    return sent(await visit.ask(DownloadStatement(statement_id=visit.path["statement_id"])))


PAGES = [
    page("/l/{token}/statements/{statement_id}", statement, anyone=True),
    page("/l/{token}/statements/{statement_id}/lines.csv", table, anyone=True, methods=("GET",)),
]
