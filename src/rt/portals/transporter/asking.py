"""How pages ask by several forms."""

from typing import Any

from rt.kernel.model.messages import Command
from rt.ui.forms import Form
from rt.ui.visit import Visit


def said_here(visit: Visit, message: type[Command[Any]], *, posted: bool, **options: Any) -> Form:
    """A form among several of one page: it reads what was posted only when that was meant for it."""
    if posted:
        return visit.form(message, **options)
    return Form(message, token=visit.seal.token(visit.session), **options)
