"""One search over everything that a portal shows, by any reference, and over what can be done: Ctrl-K."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from starlette.routing import Route

from rt.kernel.model.messages import Query
from rt.kernel.storage.search import words
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.pages import NavItem, Page
from rt.ui.visit import Visit, page

PATH = "/search"
SHORTEST = 2
"""Letters from which units are asked."""
LONGEST = 80
EACH = 5
"""Results of one kind that are shown."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was found: what is written on it, and its page."""

    label: str
    href: str
    detail: str = ""


Find = Callable[[Visit, str], Awaitable[Sequence[Hit] | None]]
"""The newest that match, at most EACH; nothing when the unit does not answer."""


class Source(msgspec.Struct, frozen=True):
    """One kind of thing that is searched, by those who have the right to read it."""

    label: str
    icon: str
    needs: str
    find: Find


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do from anywhere, found by its label like the entries of the navigation."""

    path: str
    label: str
    needs: str = ""


class Group(msgspec.Struct, frozen=True):
    """Results of one kind."""

    label: str
    icon: str
    hits: Sequence[Hit]


class SearchPage(Page):
    """What was found, by kind."""

    template, part = "pages/search.html", "pages/_search.html"
    q: str
    groups: list[Group]
    silent: list[str]
    """Kinds whose unit does not answer now."""
    asked: bool


class Search:
    """The search of a portal: what it looks through, in the order it is shown, and what can be done."""

    def __init__(self, *sources: Source, acts: Sequence[Act] = ()) -> None:
        self.sources, self.acts = sources, acts

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [page(PATH, self.search, methods=("GET",))]

    async def search(self, visit: Visit) -> Page:
        q = visit.query.get("q", "").strip()[:LONGEST]
        asked = sum(map(len, words(q))) >= SHORTEST
        sources = [one for one in self.sources if asked and visit.session.may(one.needs)]
        answers = await asyncio.gather(*(one.find(visit, q) for one in sources))
        found = list(zip(sources, answers, strict=True))
        groups = [Group(_(one.label), one.icon, hits) for one, hits in found if hits]
        if acts := self._acts(visit, q):
            groups.append(Group(_("Aller à"), "arrow-right", acts))
        return SearchPage(
            title=_("Rechercher"),
            q=q,
            groups=groups,
            silent=[_(one.label) for one, hits in found if hits is None],
            asked=bool(q),
        )

    def _acts(self, visit: Visit, q: str) -> list[Hit]:
        """Acts and entries of the navigation with every typed word in their label."""
        navigation: Sequence[NavItem] = visit.request.state.frame.navigation
        places = [(_(one.label), one.path) for one in self.acts if visit.session.may(one.needs)]
        places += [(_(one.label), one.path) for one in navigation]
        typed = words(q)
        return [
            Hit(label=label, href=path)
            for label, path in places
            if all(any(part.startswith(word) for part in words(label)) for word in typed)
        ]


def source(
    label: str, icon: str, needs: str, word: Callable[[str], Query[Any]], hit: Callable[[Any], Hit]
) -> Source:
    """A kind of thing that one query finds."""

    async def find(visit: Visit, q: str) -> Sequence[Hit] | None:
        page = await attempt(visit, word(q))
        return None if page is None else [hit(one) for one in page.items]

    return Source(label, icon, needs, find)


def told(*parts: str) -> str:
    """What stands beside a result: what is known of it."""
    return " · ".join(part for part in parts if part)
