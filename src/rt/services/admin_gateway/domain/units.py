"""The units of the platform, as windows and incidents name them."""

from collections.abc import Sequence
from typing import Final

from rt.kernel.core.errors import Invalid

UNITS: Final[tuple[str, ...]] = (
    "admin_gateway",
    "authz",
    "core_orders",
    "notifications",
    "planning",
    "tms_sync",
    "ecpmr",
    "vigilance",
    "palette",
    "affret_ia",
    "training",
    "storage_market",
    "pricing_grids",
    "tracking_ia",
    "bourse",
    "wms_sync",
    "erp_sync",
)


class UnitUnknown(Invalid):
    fr = "Aucun service ne s'appelle « {unit} »."
    en = "No service is called “{unit}”."


def known(units: Sequence[str]) -> list[str]:
    """The same units in the platform's order, each once; none means all of them."""
    for unit in units:
        if unit not in UNITS:
            raise UnitUnknown(field="units", unit=unit)
    return [unit for unit in UNITS if unit in units]
