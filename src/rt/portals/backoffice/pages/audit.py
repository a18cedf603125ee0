"""The audit trail: searched by anything, taken away as CSV, its chain verified with a plain verdict."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import AuditLineView, ExportAudit, FindAudit, VerificationView, VerifyAudit
from rt.kernel.core.clock import now
from rt.portals.backoffice.changes import Line, changed, short, text, timeline_of
from rt.portals.backoffice.naming import names_of, on_one_line
from rt.ui.asking import sent
from rt.ui.catalogues import gettext as _
from rt.ui.formats import ZONE, number
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

PEOPLE = ("usr_", "key_", "lnk_")
"""How identities of those who act begin."""


class Row(msgspec.Struct, kw_only=True):
    """One line of the trail."""

    event_id: str
    place: str
    at: str
    did: str
    actor: str
    organization: str
    thing: str
    entity_id: str
    href: str
    trace: str
    hash: str
    changes: list[Line]


class AuditListPage(Page):
    """Lines of the trail, newest first."""

    template, part = "audit.html", "_audit.html"
    q: str
    since: str
    until: str
    rows: list[Row]
    columns: list[Column]
    more: str
    first: str
    export: str


class VerdictPage(Page):
    """Whether the chain holds."""

    template = "verdict.html"
    verdict: VerificationView
    broken: list[tuple[str, str]]
    at: datetime


def filters(q: str, since: str, until: str) -> dict[str, Any]:
    """What the search box means: an act has a dot, an identity says what it is by how it begins."""
    chosen: dict[str, Any] = {}
    if q.startswith("org_"):
        chosen["org_id"] = q
    elif q.startswith(PEOPLE):
        chosen["actor_id"] = q
    elif "." in q:
        chosen["did"] = q
    elif q:
        chosen["entity_id"] = q
    if (begins := day(since)) is not None:
        chosen["since"] = begins
    if (ends := day(until)) is not None:
        chosen["until"] = ends + timedelta(days=1)
    return chosen


def day(text: str) -> datetime | None:
    """The beginning of a calendar day in France."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def row(line: AuditLineView, names: dict[str, str]) -> Row:
    return Row(
        event_id=line.event_id,
        place=f"{line.partition} · {line.seq}",
        at=on_one_line(line.at),
        did=line.did,
        actor=text(line.actor_name) or line.actor_id or line.actor_kind,
        organization=names.get(line.org_id, line.org_id),
        thing=" ".join(part for part in (line.entity.rpartition(".")[2], short(line.entity_id)) if part),
        entity_id=line.entity_id,
        href=timeline_of(line.entity_id) or "/audit",
        trace=line.trace,
        hash=line.hash,
        changes=changed(line.before, line.after),
    )


def asked(visit: Visit) -> tuple[dict[str, str], dict[str, Any]]:
    """What the address says, and the filters that it makes."""
    given = {name: visit.query.get(name, "").strip()[:80] for name in ("q", "since", "until")}
    return given, filters(given["q"], given["since"], given["until"])


async def audit(visit: Visit) -> Page | Response:
    given, chosen = asked(visit)
    after = visit.query.get("after", "")
    found = await visit.ask(FindAudit(after=after, **chosen))
    names = await names_of(visit, [line.org_id for line in found.items])
    known = {name: value for name, value in given.items() if value}
    return AuditListPage(
        title=_("Journal d'audit"),
        q=given["q"],
        since=given["since"],
        until=given["until"],
        rows=[row(line, names) for line in found.items],
        columns=[
            Column(name="at", label=_("Quand")),
            Column(name="actor", label=_("Qui")),
            Column(name="did", label=_("Acte")),
            Column(name="thing", label=_("Objet"), kind="link", href="{href}"),
            Column(name="organization", label=_("Organisation"), wide=True),
        ],
        more=f"/audit?{urlencode(known | {'after': found.next})}" if found.next else "",
        first=f"/audit?{urlencode(known)}" if after else "",
        export=f"/audit.csv?{urlencode(known)}",
    )


async def export(visit: Visit) -> Response:
    _given, chosen = asked(visit)
    return sent(await visit.ask(ExportAudit(**chosen)))


async def verify(visit: Visit) -> Page | Response:
    verdict = await visit.ask(VerifyAudit())
    return VerdictPage(
        title=_("Vérification de la chaîne"),
        crumbs=[("/audit", _("Journal d'audit"))],
        verdict=verdict,
        broken=[
            (one.partition, _("à partir de la ligne %(seq)s") % {"seq": number(one.seq)})
            for one in verdict.broken
        ],
        at=now(),
    )


PAGES = [
    page("/audit", audit, methods=("GET",)),
    page("/audit.csv", export, methods=("GET",)),
    page("/audit/verify", verify, methods=("GET",)),
]
