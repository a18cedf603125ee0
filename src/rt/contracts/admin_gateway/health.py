"""Messages about the health of the platform: every unit, and what all users are told."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.kernel.model.messages import OPEN, Command, Query, View

HealthState = Literal["up", "down", "not_built", "unknown"]


class HealthView(View):
    """A unit as the board sees it: up after two good answers, down after three bad ones."""

    unit: str
    name: str
    state: HealthState
    since: datetime | None
    checked_at: datetime | None
    milliseconds: float | None
    availability_24h: float | None


class StatusView(View):
    """The whole platform; `state` is the worst of its units that are built."""

    state: Literal["up", "degraded", "down"]
    units: list[HealthView]
    notice_fr: str = ""
    notice_en: str = ""


class GetStatus(Query[StatusView], route="/admin/status", needs=OPEN):
    """The public status page's content."""


class NoticeView(View):
    """A sentence shown at the top of every portal, or none."""

    fr: str
    en: str


class SetNotice(Command[NoticeView], route="/admin/notice", needs="admin_gateway.write"):
    """Say something to every user: an incident, a maintenance window."""

    fr: Annotated[str, Meta(max_length=200)] = ""
    en: Annotated[str, Meta(max_length=200)] = ""
