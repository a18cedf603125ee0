"""How a person reads a list: which columns, in which order, and views of their own with counters.

A list says its name, its address and what it may show; the pages to choose stand below `/lists/{name}`.
"""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.authz import (
    GetListChoices,
    KeepListChoices,
    KeepView,
    ListChoicesView,
    OwnView,
    RemoveView,
    RenameView,
)
from rt.ui.addresses import inside
from rt.ui.asking import attempt, pressed, typed
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class ColumnChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A column that may be shown; `moved`: up or down, by the press that made this page."""

    name: str
    label: str
    shown: bool
    moved: str = ""


class ColumnsPage(Page):
    """The columns of a list, from left to right."""

    template = "pages/columns.html"
    path: str
    first: str
    columns: Sequence[ColumnChoice]
    back: str


class ViewsPage(Page):
    """A person's own views of a list, and the one that is about to be kept."""

    template = "pages/views.html"
    path: str
    of: str
    views: Sequence[OwnView]
    query: str
    asked: bool


class Listed:
    """The choices of one list at `path`; `columns` are labels by name, all that it may show.

    The first column leads to the thing, so it stays; `usual` are those shown to whoever chose nothing.
    """

    def __init__(
        self, name: str, path: str, title: str, columns: Mapping[str, str], usual: Sequence[str]
    ) -> None:
        self.name, self.path, self.title, self.usual = name, path, title, usual
        self.fixed, *_others = usual
        self.columns = columns
        self.columns_path, self.views_path = f"/lists/{name}/columns", f"/lists/{name}/views"

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [page(self.columns_path, self.choose_columns), page(self.views_path, self.keep_views)]

    async def kept(self, visit: Visit) -> ListChoicesView:
        """What the person chose; nothing where that cannot be told now."""
        found = await attempt(visit, GetListChoices(list_name=self.name))
        return found or ListChoicesView(list_name=self.name, columns=[], views=[])

    def shown(self, kept: ListChoicesView) -> list[str]:
        """The columns from left to right."""
        chosen = [name for name in kept.columns if name in self.columns and name != self.fixed]
        return [self.fixed, *chosen] if chosen else list(self.usual)

    def own(self, view: OwnView) -> str:
        """Where a view of one's own is."""
        return f"{self.path}?{view.query}"

    async def choose_columns(self, visit: Visit) -> Page | Response:
        if visit.posted is None:
            shown = self.shown(await self.kept(visit))[1:]
            back = inside(visit.query.get("back", ""), self.path)
            return self._columns_page([*shown, *self._others(shown)], shown, back)
        back, do = inside(typed(visit, "back"), self.path), typed(visit, "do")
        order = [str(one) for one in visit.posted.getlist("order") if one in self.columns]
        ticked = {str(one) for one in visit.posted.getlist("show")}
        shown = [name for name in order if name in ticked]
        verb, _colon, name = do.partition(":")
        if verb in ("up", "down") and name in order:
            place = order.index(name)
            beside = max(0, place - 1) if verb == "up" else min(len(order) - 1, place + 1)
            order.insert(beside, order.pop(place))
            return self._columns_page(order, shown, back, (name, verb))
        usual = do == "usual" or [self.fixed, *shown] == list(self.usual)
        message = KeepListChoices(list_name=self.name, columns=[] if usual else shown)
        return await pressed(visit, message, back, _("Colonnes enregistrées."))

    async def keep_views(self, visit: Visit) -> Page | Response:
        if visit.posted is None:
            query = visit.request.url.query
            return ViewsPage(
                title=_("Mes vues"),
                crumbs=[(self.path, _(self.title))],
                path=self.views_path,
                of=self.path,
                views=(await self.kept(visit)).views,
                query=query,
                asked=bool(query),
            )
        name, old, query = typed(visit, "name"), typed(visit, "view"), typed(visit, "query")
        match typed(visit, "do"):
            case "keep":
                kept = KeepView(list_name=self.name, name=name, query=query)
                done = _("Vue « %(name)s » enregistrée.") % {"name": name}
                return await pressed(visit, kept, f"{self.path}?{query}", done, choice=name)
            case "rename":
                renamed = RenameView(list_name=self.name, name=old, to=name)
                done = _("Vue renommée.")
                return await pressed(visit, renamed, self.views_path, done, choice=f"{old}/{name}")
        removed = RemoveView(list_name=self.name, name=old)
        return await pressed(visit, removed, self.views_path, _("Vue retirée."), choice=old)

    def _others(self, shown: Sequence[str]) -> list[str]:
        return [name for name in self.columns if name not in (self.fixed, *shown)]

    def _columns_page(
        self, order: Sequence[str], shown: Sequence[str], back: str, moved: tuple[str, str] = ("", "")
    ) -> ColumnsPage:
        return ColumnsPage(
            title=_("Colonnes"),
            crumbs=[(back, _(self.title))],
            path=self.columns_path,
            first=_(self.columns[self.fixed]),
            columns=[
                ColumnChoice(
                    name=name,
                    label=_(self.columns[name]),
                    shown=name in shown,
                    moved=moved[1] if name == moved[0] else "",
                )
                for name in order
            ],
            back=back,
        )
