"""The erasure of an organization: what was asked, by whom, what went."""

from rt.contracts.admin_gateway import TenantErased
from rt.kernel.core.errors import Conflict, Invalid
from rt.kernel.core.ids import derived_id
from rt.kernel.model.entity import Entity


class NotSuspended(Conflict):
    fr = "Suspendez l'organisation avant de l'effacer."
    en = "Suspend the organization before erasing it."


class NameDiffers(Invalid):
    fr = "Le nom tapé n'est pas celui de l'organisation."
    en = "The name typed is not the organization's."


class Erasure(Entity, kw_only=True):
    """Begun before anything is removed, so that one cut short is taken up again."""

    organization_id: str
    reason: str
    removed: dict[str, int] = {}
    finished: bool = False

    def finish(self, removed: dict[str, int]) -> None:
        if self.finished:
            return
        self.removed, self.finished = removed, True
        self.emit(TenantErased(organization_id=self.organization_id, removed=removed))


def erasure_id(organization_id: str) -> str:
    return derived_id("era", organization_id)
