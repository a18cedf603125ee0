"""How far from today the days and moments of the trade may lie."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from rt.kernel.model.bounds import within

TRIP_PAST_DAYS, TRIP_AHEAD_DAYS = 400, 800
"""A year's carriage is looked back on; nobody plans a truck more than two years ahead."""

TripDay = Annotated[date, within(past_days=TRIP_PAST_DAYS, ahead_days=TRIP_AHEAD_DAYS)]
TripMoment = Annotated[datetime, Meta(tz=True), within(past_days=TRIP_PAST_DAYS, ahead_days=TRIP_AHEAD_DAYS)]
PastMoment = Annotated[datetime, Meta(tz=True), within(past_days=TRIP_PAST_DAYS, ahead_days=1)]
"""When something happened, by a clock that may be a little fast."""
