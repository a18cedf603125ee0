"""What is seen at the stops of a note: when the truck came and left, and photos of the goods."""

from datetime import datetime

from rt.contracts.ecpmr import Moment, Stop, StopTime, TimeRecorded
from rt.kernel.core.clock import now
from rt.services.ecpmr.domain import refusals
from rt.services.ecpmr.domain.invited import Invited
from rt.services.ecpmr.domain.moments import BEFORE_ISSUE, Bound, Settled, settled
from rt.services.ecpmr.domain.records import Photo

PHOTOS_LIMIT = 60


class Seen(Invited):
    """Times and photos of a note."""

    def begin_loading(self) -> None:
        if self.state == "new" and not self.cancelled:
            self.state = "loading"

    def record_time(
        self,
        stop: Stop,
        moment: Moment,
        happened_at: datetime,
        device_time: str = "",
        leg_id: str = "",
        org_id: str = "",
    ) -> None:
        self.refuse_cancelled()
        leg_id = self.stop_of(stop, leg_id)
        self.refuse_elsewhere(stop, leg_id, org_id)
        if self.time_of(stop, moment, leg_id):
            raise refusals.TimeAlreadyRecorded
        after = [self._issued()]
        before = []
        if (stop == "delivery" or leg_id) and self.taken_over_at:
            after.append(Bound(self.taken_over_at, "la prise en charge", "the takeover"))
        if moment == "departed" and (arrived := self.time_of(stop, "arrived", leg_id)):
            after.append(Bound(arrived, "l'arrivée", "the arrival"))
        signed = None if leg_id else self.taken_over_at if stop == "pickup" else self.delivered_at
        if moment == "arrived" and signed:
            before.append(Bound(signed, "la signature à cet arrêt", "the signature at this stop"))
        at, wrong_clock = settled(happened_at, device_time, after, before)
        time = StopTime(
            stop=stop,
            moment=moment,
            happened_at=at,
            received_at=now(),
            device_time=wrong_clock,
            leg_id=leg_id,
        )
        self.times.append(time)
        self.seal("time", len(self.times) - 1, time)
        if stop == "pickup" and moment == "arrived" and not leg_id:
            self.begin_loading()
        self.emit(
            TimeRecorded(
                document_id=self.id,
                order_id=self.order_id,
                stop=stop,
                moment=moment,
                happened_at=at,
                leg_id=leg_id,
            )
        )

    def photo_time(self, happened_at: datetime | None, device_time: str) -> Settled | None:
        """When a photo was taken, if that is said and can be."""
        return settled(happened_at, device_time, [self._issued()]) if happened_at else None

    def add_photo(self, photo: Photo) -> None:
        """Keep a photo; the same id again is the same photo."""
        if any(kept.photo_id == photo.photo_id for kept in self.photos):
            return
        self.refuse_more_photos()
        self.photos.append(photo)
        self.seal("photo", len(self.photos) - 1, photo)

    def refuse_more_photos(self) -> None:
        if len(self.photos) >= PHOTOS_LIMIT:
            raise refusals.TooManyPhotos(limit=PHOTOS_LIMIT)

    def _issued(self) -> Bound:
        return Bound(self.issue.issued_at - BEFORE_ISSUE, "la création du document", "the note's issue")
