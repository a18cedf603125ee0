"""What a posted form holds besides texts: counts and pictures."""

from starlette.datastructures import UploadFile

from rt.kernel.core.digits import whole
from rt.ui.asking import typed
from rt.ui.visit import Visit


def counted(visit: Visit, name: str) -> int:
    """A count of the posted form; what is no number counts as none."""
    return whole(typed(visit, name), longest=5) or 0


def pictures(visit: Visit, name: str) -> list[UploadFile]:
    """Pictures chosen in the posted form."""
    if visit.posted is None:
        return []
    return [one for one in visit.posted.getlist(name) if isinstance(one, UploadFile) and one.size]
