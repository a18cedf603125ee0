"""The API reference: all units' operations in one place, searched, each readable to its last field."""

from starlette.responses import Response
from starlette.routing import Route

from rt.kernel.core.errors import NotFound
from rt.portals.backoffice.library import Chapter, Library, Operation
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class ReferencePage(Page):
    """Operations of all units by unit, or those that a search finds."""

    template, part = "reference.html", "_reference.html"
    q: str
    chapters: list[Chapter]
    count: int


class ChapterPage(Page):
    """One unit's operations whole."""

    template = "chapter.html"
    chapter: Chapter


def holds(operation: Operation, sought: list[str]) -> bool:
    """Whether every sought piece stands somewhere in what names the operation."""
    told = " ".join(
        (operation.name, operation.method, operation.path, operation.summary, operation.needs, operation.unit)
    ).lower()
    return all(piece in told for piece in sought)


def pages(library: Library) -> list[Route]:
    """The reference's pages over one library."""

    async def reference(visit: Visit) -> Page | Response:
        q = visit.query.get("q", "").strip()[:80]
        sought = q.lower().split()
        found = [
            Chapter(
                unit=chapter.unit,
                path=chapter.path,
                operations=[one for one in chapter.operations if holds(one, sought)],
                shapes=[],
            )
            for chapter in await library.chapters(visit)
        ]
        kept = [chapter for chapter in found if chapter.operations]
        count = sum(len(chapter.operations) for chapter in kept)
        return ReferencePage(title=_("Référence de l'API"), q=q, chapters=kept, count=count)

    async def chapter(visit: Visit) -> Page | Response:
        chosen = next((c for c in await library.chapters(visit) if c.unit == visit.path["unit"]), None)
        if chosen is None:
            raise NotFound
        crumbs = [("/reference", _("Référence de l'API"))]
        return ChapterPage(title=chosen.unit.replace("_", "-"), crumbs=crumbs, chapter=chosen)

    return [
        page("/reference", reference, methods=("GET",)),
        page("/reference/{unit}", chapter, methods=("GET",)),
    ]
