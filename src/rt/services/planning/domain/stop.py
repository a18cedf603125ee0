"""A call of a tour for one job."""

from datetime import datetime

import msgspec
from msgspec import structs

from rt.contracts.planning import FerryView, StopView, TourStop
from rt.contracts.planning.tours import StopKind
from rt.kernel.core.errors import Conflict
from rt.trade.places import Site


class GoodsBetweenTrucks(Conflict):
    fr = "{reference} change de camion sur cette tournée : changez-la de véhicule, ou donnez-lui un relais."
    en = "{reference} changes trucks on this tour: change its vehicle, or have another truck take over."


class TruckBrokenDown(Conflict):
    fr = "Ce camion est en panne : un autre a repris sa marchandise. Choisissez une autre tournée."
    en = "This truck broke down: another one has taken its goods over. Choose another tour."


class Stop(msgspec.Struct, kw_only=True):
    """A call for one job. The times are filled in when the tour is laid out; load figures are the job's.

    `transfer`: its goods change trucks here, after a breakdown.
    """

    job_id: str
    order_id: str
    shipper_id: str
    reference: str
    kind: StopKind
    site: Site
    opens: datetime
    closes: datetime
    service_minutes: int
    weight_kg: float
    pallets: int
    loading_metres: float
    requirements: list[str]
    goods_text: str
    arrives_at: datetime
    starts_at: datetime
    leaves_at: datetime
    km_before: float = 0
    transfer: bool = False
    ferries: list[FerryView] = msgspec.field(default_factory=list)

    @property
    def load(self) -> tuple[float, float, float]:
        """Kilograms, pallets, loading metres that this stop adds (pickup) or takes away (delivery)."""
        sign = 1 if self.kind == "pickup" else -1
        return sign * self.weight_kg, sign * self.pallets, sign * self.loading_metres

    @property
    def takes_over(self) -> bool:
        """Whether it boards here what another truck had on board."""
        return self.transfer and self.kind == "pickup"

    def again(self, fresh: "Stop") -> "Stop":
        """As its order reads now; where goods change trucks is no matter of the order."""
        if self.job_id != fresh.job_id:
            return self
        if not self.transfer:
            return fresh
        return structs.replace(fresh, site=self.site, opens=self.opens, closes=self.closes, transfer=True)

    def told_view(self) -> TourStop:
        """As others hear of it."""
        return TourStop(
            order_id=self.order_id,
            shipper_id=self.shipper_id,
            kind=self.kind,
            site=self.site,
            planned_from=self.arrives_at,
            planned_until=self.leaves_at,
            weight_kg=self.weight_kg,
            pallets=self.pallets,
            transfer=self.transfer,
            ferries=[one.name for one in self.ferries],
        )

    def view(self, position: int, carried: tuple[float, float, float]) -> StopView:
        """At this place of its tour, with what the truck carries afterwards: kg, pallets, loading metres."""
        return StopView(
            position=position,
            job_id=self.job_id,
            order_id=self.order_id,
            reference=self.reference,
            kind=self.kind,
            site=self.site,
            arrives_at=self.arrives_at,
            starts_at=self.starts_at,
            leaves_at=self.leaves_at,
            window_from=self.opens,
            window_until=self.closes,
            weight_kg=self.weight_kg,
            pallets=self.pallets,
            loading_metres=self.loading_metres,
            load_kg=round(carried[0], 1),
            load_pallets=round(carried[1]),
            load_loading_metres=round(carried[2], 2),
            km_before=self.km_before,
            goods_text=self.goods_text,
            requirements=self.requirements,
            transfer=self.transfer,
            ferries=self.ferries,
        )
