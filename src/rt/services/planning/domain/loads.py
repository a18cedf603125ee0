"""What comes to a dock, and the slot that it takes there."""

from typing import NamedTuple

from rt.contracts.planning.docks import GoodsType, SlotKind
from rt.kernel.core.clock import now
from rt.kernel.core.ids import new_id
from rt.services.planning.domain.docks import Dock
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.slots import Slot


class Load(NamedTuple):
    """What comes to the dock, and with whom."""

    pallets: int
    goods_type: GoodsType
    reference: str
    carrier_id: str
    carrier_name: str
    vehicle_plate: str = ""
    named: bool = True


def load_of(job: Job, dock: Dock, plate: str) -> Load:
    """What the carrier of a job brings; its names for a site with a part in the order alone."""
    if not job.names(dock.org_id):
        return Load(job.pallets, job.goods_type, "", job.org_id, "", named=False)
    return Load(job.pallets, job.goods_type, job.reference, job.org_id, job.carrier_name, plate)


def slot_for(dock: Dock, load: Load, order_id: str, kind: SlotKind) -> Slot:
    """A slot of that dock, not yet placed in time."""
    return Slot(
        id=new_id("slt"),
        org_id=dock.org_id,
        seen_by=list(dict.fromkeys(one for one in (dock.org_id, load.carrier_id) if one)),
        order_id=order_id,
        reference=load.reference,
        kind=kind,
        dock_id=dock.id,
        dock_name=dock.name,
        site=dock.site,
        carrier_id=load.carrier_id,
        carrier_name=load.carrier_name,
        vehicle_plate=load.vehicle_plate,
        pallets=load.pallets,
        goods_type=load.goods_type,
        named=load.named,
        day=dock.day_of(now()),
        starts_at=now(),
        ends_at=now(),
        door=0,
        cells=[],
    )
