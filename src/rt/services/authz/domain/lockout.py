"""How guessing is slowed down: failures counted per account and address, per account, and per address."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from rt.kernel.core.errors import TooMany
from rt.kernel.model.entity import Entity


class Limit(msgspec.Struct, frozen=True):
    """So many failures within so long; then shut for `first`, doubling with every failure up to `longest`."""

    failures: int
    within: timedelta
    first: timedelta
    longest: timedelta


PAIR: Final = Limit(5, timedelta(minutes=15), timedelta(minutes=1), timedelta(minutes=15))
"""One account guessed from one address."""
ACCOUNT: Final = Limit(10, timedelta(hours=1), timedelta(minutes=15), timedelta(minutes=15))
"""One account guessed from anywhere; never for good, or anyone could shut anyone out."""
ADDRESS: Final = Limit(20, timedelta(minutes=15), timedelta(minutes=15), timedelta(minutes=15))
"""One address trying many accounts."""
FORGOTTEN_AFTER: Final = timedelta(hours=1)
ANY_SOURCE: Final = ""


class TooManyTries(TooMany):
    fr = "Trop d'essais. Réessayez dans {seconds} s."
    en = "Too many tries. Try again in {seconds} s."


class Failure(msgspec.Struct):
    """One try that did not succeed, or not yet."""

    mark: str
    at: datetime
    source: str


class Attempts(Entity):
    """The failures at one account or from one address, for an hour.

    A try is counted before the password is looked at and taken back when it was right: parallel guesses
    cannot slip through between the question and the count.
    """

    expires_at: datetime
    failures: list[Failure] = msgspec.field(default_factory=list)

    def begin(self, mark: str, at: datetime, limits: dict[str, Limit], source: str = ANY_SOURCE) -> bool:
        """Count a try, or refuse with the time to wait; True when it fills the limit of all sources together.

        `limits` are keyed by the source whose failures they count.
        """
        self.failures = [failure for failure in self.failures if failure.at > at - FORGOTTEN_AFTER]
        until = max(self._shut_until(counted, limit, at) for counted, limit in limits.items())
        if until > at:
            seconds = int((until - at).total_seconds()) + 1
            raise TooManyTries(seconds=seconds, retry_after=seconds)
        self.failures.append(Failure(mark=mark, at=at, source=source))
        self.expires_at = at + FORGOTTEN_AFTER
        everywhere = limits.get(ANY_SOURCE)
        return everywhere is not None and self._shut_until(ANY_SOURCE, everywhere, at) > at

    def take_back(self, mark: str) -> None:
        """This try was right, or never looked at: it does not count."""
        self.failures = [failure for failure in self.failures if failure.mark != mark]

    def forgive(self, source: str) -> None:
        """The right person spoke from there: their own slips are forgotten, those from elsewhere are not."""
        self.failures = [failure for failure in self.failures if failure.source != source]

    def _shut_until(self, source: str, limit: Limit, at: datetime) -> datetime:
        counted = [failure.at for failure in self.failures if source in (ANY_SOURCE, failure.source)]
        recent = sum(1 for moment in counted if moment > at - limit.within)
        if recent < limit.failures:
            return at
        delay = limit.first * 2.0 ** min(len(counted) - limit.failures, 10)
        return max(counted) + min(limit.longest, delay)
