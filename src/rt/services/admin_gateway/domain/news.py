"""What everybody is told: which windows and incidents stand on the status page, which above every page."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rt.contracts.admin_gateway import (
    AnnouncementView,
    PublicOutageView,
    PublicWindowView,
)
from rt.kernel.core.ids import derived_id
from rt.services.admin_gateway.domain.flags import Notice
from rt.services.admin_gateway.domain.incidents import Outage
from rt.services.admin_gateway.domain.maintenance import Window

ABOVE_PAGES = timedelta(days=14)
"""How long before a window every page says so: the seven days of the promise, and some to plan in."""
HISTORY = timedelta(days=90)


def above_pages(
    notice: Notice, windows: Iterable[Window], outages: Iterable[Outage], moment: datetime
) -> list[AnnouncementView]:
    """What stands at the head of every page: what is broken, what is away, the notice, what will be away."""
    broken = [
        one.told_view()
        for one in sorted(outages, key=lambda one: (one.severity, one.opened_at))
        if not one.over and one.severity != "p3"
    ]
    said = []
    if notice.fr or notice.en:
        print_of = derived_id("ntc", notice.fr, notice.en)
        said.append(AnnouncementView(notice_id=print_of, kind="notice", fr=notice.fr, en=notice.en))
    near = sorted(
        (one for one in windows if one.coming and one.starts_at - moment <= ABOVE_PAGES),
        key=lambda one: one.starts_at,
    )
    away = [one.told_view(moment) for one in near]
    return [
        *broken,
        *(one for one in away if one.kind == "under_way"),
        *said,
        *(one for one in away if one.kind == "window"),
    ]


def windows_shown(windows: Iterable[Window], moment: datetime) -> list[PublicWindowView]:
    """Windows to come and under way, the nearest first, then those of the last ninety days."""
    coming = sorted((one for one in windows if one.coming), key=lambda one: one.starts_at)
    past = [one for one in windows if one.state == "done" and moment - one.ends_at <= HISTORY]
    return [
        one.public_view() for one in [*coming, *sorted(past, key=lambda one: one.starts_at, reverse=True)]
    ]


def outages_shown(outages: Sequence[Outage], moment: datetime) -> list[PublicOutageView]:
    """Incidents that last, then those of the last ninety days; the latest first."""
    lasting = [one for one in outages if not one.over]
    past = [one for one in outages if one.resolved_at and moment - one.resolved_at <= HISTORY]
    return [one.public_view() for part in (lasting, past) for one in _latest_first(part)]


def _latest_first(outages: list[Outage]) -> list[Outage]:
    return sorted(outages, key=lambda one: one.opened_at, reverse=True)
