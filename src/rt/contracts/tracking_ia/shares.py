"""Messages about links by which anybody follows one order."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from rt.contracts.tracking_ia.journeys import CorrectionView
from rt.contracts.tracking_ia.terms import OrderPhase
from rt.kernel.model.messages import OPEN, Command, Empty, Event, PersonalLabel, Query, View
from rt.trade.references import MailSecret, OrderId


class ShareView(View):
    """A link by which anyone who has it follows one order; `url` is a path of the recipients' portal."""

    share_id: str
    order_id: str
    url: str
    expires_at: datetime
    ended: bool


class ShareOrder(
    Command[ShareView],
    route="/api/tracking/orders/{order_id}/share",
    needs="tracking_ia.write",
    status=201,
    closed_to=("driver",),
):
    """Make a link to follow an order that one takes part in, or meet the one that already runs."""

    order_id: OrderId


class EndShare(
    Command[Empty],
    route="/api/tracking/orders/{order_id}/share",
    needs="tracking_ia.write",
    method="DELETE",
    closed_to=("driver",),
):
    """Take back every link of one's own order."""

    order_id: OrderId


class FollowStep(View):
    """One step of the order as the consignee sees it."""

    phase: OrderPhase
    done_at: datetime | None


class FollowView(View):
    """What the holder of a share sees: no other stop, no driver's name, the position to about 1 km.

    `arrived_at` at the delivery site and `left_at`, with their corrections, are of this delivery alone.
    """

    reference: str
    phase: OrderPhase
    consignee_name: str
    delivery_site: str
    delivery_city: str
    planned_from: datetime
    planned_until: datetime
    eta: datetime | None
    eta_low: datetime | None
    eta_high: datetime | None
    latitude: float | None
    longitude: float | None
    fix_at: datetime | None
    fix_age_minutes: int | None
    old: bool
    arrived_at: datetime | None
    left_at: datetime | None
    corrections: list[CorrectionView]
    steps: list[FollowStep]
    expires_at: datetime


class FollowOrder(Query[FollowView], route="/api/tracking/follow/{share_id}", needs=OPEN):
    """Follow an order by the unguessable id of its share, while the order runs."""

    share_id: Annotated[str, Meta(min_length=20, max_length=64)]


class FollowLinkMade(Event, topic="tracking_ia.follow_link.made"):
    """A link to follow the order is ready for the consignee; `url` is a path of the recipients' portal.

    `share_id` names the link and does not open it.
    """

    order_id: str
    share_id: str
    url: MailSecret
    expires_at: datetime
    consignee_email: PersonalLabel
    consignee_name: str
    reference: str
