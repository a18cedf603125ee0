"""The first page: find anything by anything written on it, and what needs a hand now."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import (
    FindAnything,
    FindDeadLetters,
    FindTenants,
    FoundView,
    GetQueues,
    GetStatus,
    HealthView,
)
from rt.pages.search import EACH, Hit, Source, told
from rt.portals.backoffice.changes import TRACE
from rt.portals.backoffice.naming import names_of
from rt.portals.backoffice.pages.queues import Waiting, waiting
from rt.portals.backoffice.pages.tenants import state_of
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked, named
from rt.ui.formats import language
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

ORDER = "ord_"
SHORTEST = 3
MOST_LABELS = 3
MOST_SHOWN = 5


class Found(msgspec.Struct, kw_only=True):
    """One object that a search found."""

    subject: str
    label: str
    others: str
    entity: str
    organization: str
    last_at: datetime


class HomePage(Page):
    """The search, its finds, and beside it what is wrong in the platform."""

    template, part = "home.html", "_found.html"
    q: str
    searched: bool
    works: bool
    rows: list[Found]
    columns: list[Column]
    state: str
    down: list[HealthView]
    built: int
    up: int
    notice: str
    dead: list[Waiting]
    dead_count: int | None
    behind: int | None


def found_of(one: FoundView, names: dict[str, str], q: str) -> Found:
    first, *others = written(one.label, q)
    return Found(
        subject=one.subject,
        label=first or one.subject,
        others=" · ".join(others),
        entity=one.entity,
        organization=names.get(one.org_id, one.org_id),
        last_at=one.last_at,
    )


def written(label: str, q: str) -> list[str]:
    """What is written on an object, what was typed first.

    The index keeps labels in lower case; on paper references and plates are in upper case.
    """
    known = sorted(label.split(", "), key=lambda one: q.lower() not in one)[:MOST_LABELS]
    return [one.upper() if any(letter.isdecimal() for letter in one) else one.capitalize() for one in known]


def orders_first(items: list[FoundView]) -> list[FoundView]:
    """Units keep copies of an order under its reference; whoever types the reference means the order."""
    return sorted(items, key=lambda one: not one.subject.startswith(ORDER))


async def home(visit: Visit) -> Page | Response:
    q = visit.query.get("q", "").strip()[:80]
    if TRACE.match(q):
        return visit.go(f"/timelines/{q}")
    searched = len(q) >= SHORTEST
    found = None
    if searched:
        found = await attempt(visit, FindAnything(q=q))
    looking, counting = attempt(visit, GetStatus()), attempt(visit, GetQueues())
    reading = attempt(visit, FindDeadLetters(state="dead"))
    status, queues, letters = await asyncio.gather(looking, counting, reading)
    items = orders_first(found.items) if found else []
    if len(items) == 1 and "hx-request" not in visit.request.headers:
        return visit.go(f"/timelines/{items[0].subject}")
    names = await names_of(visit, [one.org_id for one in items])
    built = [unit for unit in status.units if unit.state != "not_built"] if status else []
    notice = (status.notice_fr if language() == "fr" else status.notice_en) if status else ""
    return HomePage(
        title=_("Rechercher"),
        q=q,
        searched=searched,
        works=found is not None or not searched,
        rows=[found_of(one, names, q) for one in items],
        columns=[
            Column(name="label", label=_("Objet")),
            Column(name="others", label=_("Aussi écrit dessus"), wide=True),
            Column(name="entity", label=_("Nature")),
            Column(name="organization", label=_("Organisation")),
            Column(name="last_at", label=_("Dernier fait"), kind="moment"),
        ],
        state=status.state if status else "unknown",
        down=[unit for unit in built if unit.state == "down"],
        built=len(built),
        up=sum(unit.state == "up" for unit in built),
        notice=notice,
        dead=[waiting(one) for one in letters.items[:MOST_SHOWN]] if letters else [],
        dead_count=len(letters.items) if letters else None,
        behind=sum(one.behind for one in queues.items) if queues else None,
    )


def _anything(one: FoundView, q: str) -> Hit:
    found = found_of(one, {}, q)
    return Hit(label=found.label, detail=told(found.entity, found.others), href=f"/timelines/{one.subject}")


async def find_anything(visit: Visit, q: str) -> Sequence[Hit] | None:
    """Objects of every unit, orders before the copies of them."""
    if len(q) < SHORTEST:
        return []
    found = await attempt(visit, FindAnything(q=q))
    return [_anything(one, q) for one in orders_first(found.items)[:EACH]] if found else None


async def find_tenants(visit: Visit, q: str) -> Sequence[Hit] | None:
    found = await attempt(visit, FindTenants(q=q))
    if found is None:
        return None
    return [
        Hit(
            label=one.name,
            detail=told(named("choice", one.kind), named("state", state_of(one.guest, one.suspended))),
            href=f"/tenants/{one.organization_id}",
        )
        for one in found.items[:EACH]
    ]


SOURCES = (
    Source(marked("Organisations"), "building", "admin_gateway.read", find_tenants),
    Source(marked("Objets"), "package", "admin_gateway.read", find_anything),
)

PAGES = [page("/", home, methods=("GET",))]
