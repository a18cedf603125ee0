"""A wish for a new password, from an address that may or may not be known."""

from datetime import datetime, timedelta
from typing import Final

from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Event, Personal

KEPT: Final = timedelta(hours=1)


class ResetWished(Event, topic="authz.password.reset_wished"):
    """Somebody typed an address; authz itself hears it, and looks whether anybody is there."""

    email: Personal
    language: str


class ResetWish(Entity):
    """One write whatever the address: the answer cannot tell who has an account."""

    email: Personal
    language: str
    expires_at: datetime

    def make(self) -> None:
        self.emit(ResetWished(email=self.email, language=self.language))
