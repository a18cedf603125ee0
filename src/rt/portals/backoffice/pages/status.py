"""How the platform is, what its people may do about it, and the sentence that all users read."""

from starlette.responses import Response

from rt.contracts.admin_gateway import GetStatus, SetNotice
from rt.pages.status import status
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class NoticePage(Page):
    """The sentence at the top of every portal."""

    template = "notice.html"
    form: Form
    says: bool


async def board(visit: Visit) -> Page | Response:
    made = await status(visit)
    if visit.session.signed_in and visit.session.may("admin_gateway.write"):
        made.actions = [
            ("/incidents/new", _("Ouvrir un incident"), "triangle-alert"),
            ("/maintenance", _("Maintenance"), "wrench"),
            ("/notice", _("Message à tous"), "bell"),
        ]
    return made


async def notice(visit: Visit) -> Page | Response:
    told = await attempt(visit, GetStatus())
    said = {"fr": told.notice_fr, "en": told.notice_en} if told else {}
    form = visit.form(
        SetNotice,
        values=said,
        labels={"fr": _("En français"), "en": _("En anglais")},
        hints={"fr": _("Une phrase : ce qui se passe, jusqu'à quand. Vide pour ne plus rien dire.")},
        submit=_("Afficher à tous"),
    )
    if visit.posted is not None and (done := await form.submit()):
        shown = _("Le message est affiché à tous.") if done.fr or done.en else _("Le message est retiré.")
        return visit.go("/notice", shown)
    return NoticePage(
        title=_("Message à tous"),
        crumbs=[("/status", _("État de la plateforme"))],
        form=form,
        says=any(said.values()),
    )


PAGES = [page("/status", board, anyone=True, methods=("GET",)), page("/notice", notice)]
