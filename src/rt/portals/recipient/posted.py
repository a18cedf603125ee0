"""What a posted form holds besides texts: counts and pictures."""

from starlette.datastructures import UploadFile

from rt.ui.asking import typed
from rt.ui.visit import Visit


def counted(visit: Visit, name: str) -> int:
    """A count of the posted form; what is no number counts as none."""
    digits = typed(visit, name)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0


def pictures(visit: Visit, name: str) -> list[UploadFile]:
    """Pictures chosen in the posted form."""
    if visit.posted is None:
        return []
    return [one for one in visit.posted.getlist(name) if isinstance(one, UploadFile) and one.size]
