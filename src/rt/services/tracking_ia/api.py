"""Requests of the tracking service, each with its action; OsmAnd beside them."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rt.contracts.tracking_ia import (
    AddDevice,
    EndDuty,
    EndShare,
    FindApps,
    FindDevices,
    FindEtas,
    FindPurges,
    FindRules,
    FleetPositions,
    FollowOrder,
    GetEta,
    GetTrack,
    GetTrips,
    MyTrack,
    OsmAndPost,
    OsmAndReport,
    PauseDuty,
    PositionPoint,
    RecordPositions,
    RemoveDevice,
    SetRule,
    ShareOrder,
    StartDuty,
)
from rt.kernel.core.clock import now
from rt.kernel.service.service import Served, plain, serve
from rt.kernel.storage.persistence import retry_on_conflict
from rt.kernel.web.application import read_body
from rt.services.tracking_ia.actions.devices import Devices, Duty
from rt.services.tracking_ia.actions.journeys import Journeys
from rt.services.tracking_ia.actions.recording import Recording
from rt.services.tracking_ia.actions.shares import Rules, Shares
from rt.services.tracking_ia.domain.osmand import from_body, from_query
from rt.services.tracking_ia.domain.reading import Doubt

REPORT_LIMIT_BYTES = 1_000_000
"""A day of positions every half minute: a device sends what is refused again for ever."""


def table(
    recording: Recording, devices: Devices, duty: Duty, journeys: Journeys, shares: Shares, rules: Rules
) -> list[Served]:
    async def report(key: str, points: Sequence[PositionPoint | Doubt]) -> Response:
        """A position off duty or unreadable is answered with 200: a device would send it again for ever."""
        recorded = await retry_on_conflict(lambda: recording.report(key, points))
        return Response(msgspec.json.encode(recorded), media_type="application/json")

    async def asked(request: Request) -> Response:
        return await report(*from_query(_said(request), now()))

    async def posted(request: Request) -> Response:
        body = await read_body(request, REPORT_LIMIT_BYTES)
        if body.lstrip().startswith(b"{"):
            return await report(*from_body(body, now()))
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        return await report(*from_query(_said(request) | form, now()))

    return [
        plain(OsmAndReport, asked),
        plain(OsmAndPost, posted),
        serve(RecordPositions, recording.record),
        serve(AddDevice, devices.add),
        serve(FindDevices, devices.find),
        serve(FindApps, devices.apps),
        serve(RemoveDevice, devices.remove),
        serve(StartDuty, duty.start),
        serve(PauseDuty, duty.pause),
        serve(EndDuty, duty.end),
        serve(MyTrack, duty.mine),
        serve(GetTrack, journeys.track),
        serve(GetEta, journeys.eta),
        serve(FindEtas, journeys.etas),
        serve(FleetPositions, journeys.fleet),
        serve(GetTrips, journeys.trips),
        serve(ShareOrder, shares.share),
        serve(EndShare, shares.end),
        serve(FollowOrder, shares.follow),
        serve(FindRules, rules.find),
        serve(SetRule, rules.set),
        serve(FindPurges, rules.purges),
    ]


def _said(request: Request) -> dict[str, str]:
    """What the address says; read once, for this is what a fleet asks ten thousand times a second."""
    query: bytes = request.scope["query_string"]
    return dict(parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True))
