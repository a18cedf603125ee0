"""The tracking service put together."""

from functools import partial

from rt.kernel.service.service import ServiceContext, Unit, every
from rt.services.tracking_ia.actions.devices import Devices, Duty
from rt.services.tracking_ia.actions.journeys import Journeys
from rt.services.tracking_ia.actions.judging import Judging
from rt.services.tracking_ia.actions.recording import Recording
from rt.services.tracking_ia.actions.shares import Rules, Shares
from rt.services.tracking_ia.adapters import People
from rt.services.tracking_ia.api import table
from rt.services.tracking_ia.handlers import Handlers
from rt.services.tracking_ia.jobs import Clock, begin
from rt.services.tracking_ia.store import TrackingStore

FORESEE_SECONDS = 300
DAY_SECONDS = 86_400


def build(context: ServiceContext) -> Unit:
    """Tracking put together."""
    store = TrackingStore(context.database)
    recording = Recording(store)
    journeys = Journeys(store)
    shares = Shares(store, journeys)
    devices = Devices(store, People(context.services))
    judging = Judging(store)
    clock = Clock(store, judging)
    return Unit(
        name="tracking_ia",
        serves=table(recording, devices, Duty(store), journeys, shares, Rules(store)),
        subscriptions=Handlers(store, shares).subscriptions(),
        jobs=[every(FORESEE_SECONDS, clock.foresee), every(DAY_SECONDS, clock.purge)],
        works=[judging],
        start=partial(begin, store),
    )
