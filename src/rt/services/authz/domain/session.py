"""A login that goes on by refresh tokens, and the half-open one that waits for a code."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from rt.contracts.authz import SessionView
from rt.kernel.access.tokens import Revoked
from rt.kernel.core.errors import Unauthorized
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import HIDDEN, personal_of
from rt.services.authz.domain.vault import hash_of, same

REFRESH_IDLE: Final = timedelta(days=7)
REFRESH_LONGEST: Final = timedelta(days=30)
GRACE: Final = timedelta(seconds=10)
"""Two tabs, or a lost answer on the road: the token just replaced gives the same successor for that long."""
CHALLENGE_LIFE: Final = timedelta(minutes=5)
CHALLENGE_TRIES: Final = 5

Verdict = Literal["next", "same", "stolen"]


class SessionOver(Unauthorized):
    fr = "La session est terminée. Reconnectez-vous."
    en = "The session has ended. Sign in again."


class ChallengeOver(Unauthorized):
    fr = "Cette connexion a expiré : recommencez avec votre mot de passe."
    en = "This sign-in has expired: start again with your password."


class Session(Entity):
    """One device of one person; `org_id` is the organization it acts for at the moment.

    Of the refresh tokens only the hashes of the present one and of the one before are kept; `family` is the
    number of tokens there have been.
    """

    person_id: str
    device: Annotated[str, personal_of("person_id", "authz.people")]
    agent: Annotated[str, personal_of("person_id", "authz.people")]
    ip: Annotated[str, personal_of("person_id", "authz.people")]
    token_hash: Annotated[str, HIDDEN]
    rotated_at: datetime
    expires_at: datetime
    previous_hash: Annotated[str, HIDDEN] = ""
    family: int = 1
    mfa: bool = False
    ended_at: datetime | None = None
    ended_by: str = ""

    def judge(self, token: str, device: str, at: datetime) -> Verdict:
        """What a presented refresh token is: the present one, its predecessor in grace, or one too old."""
        if self.ended_at is not None or at >= self.expires_at:
            raise SessionOver
        presented = hash_of(token)
        if same(presented, self.token_hash):
            return "next"
        in_grace = at <= self.rotated_at + GRACE and device == self.device
        return "same" if in_grace and same(presented, self.previous_hash) else "stolen"

    def rotate(self, successor: str, at: datetime) -> None:
        """The successor takes the place of the present token."""
        self.previous_hash, self.token_hash = self.token_hash, hash_of(successor)
        self.rotated_at = at
        self.family += 1
        self.expires_at = min(at + REFRESH_IDLE, self.created_at + REFRESH_LONGEST)

    def act_for(self, organization_id: str) -> None:
        """Go on in another organization."""
        if self.ended_at is not None:
            raise SessionOver
        self.org_id = organization_id

    def end(self, why: str, at: datetime) -> None:
        """No more tokens, and those that are out are refused."""
        if self.ended_at is None:
            self.ended_at, self.ended_by = at, why
            self.emit(Revoked(subject="session", subject_id=self.id, before=at))

    def view(self, present: str) -> SessionView:
        """For its person; `present` is the session that asks."""
        return SessionView(
            session_id=self.id,
            device=self.device,
            agent=self.agent,
            ip=self.ip,
            begun_at=self.created_at,
            used_at=self.rotated_at,
            organization_id=self.org_id,
            current=self.id == present,
        )


class Challenge(Entity):
    """A right password that waits for its second factor."""

    person_id: str
    device: Annotated[str, personal_of("person_id", "authz.people")]
    agent: Annotated[str, personal_of("person_id", "authz.people")]
    ip: Annotated[str, personal_of("person_id", "authz.people")]
    token_hash: Annotated[str, HIDDEN]
    expires_at: datetime
    tries_left: int = CHALLENGE_TRIES
    passed: bool = False

    def try_once(self, token: str, at: datetime) -> None:
        """Count a try before the code is looked at."""
        if (
            self.passed
            or self.tries_left == 0
            or at >= self.expires_at
            or not same(hash_of(token), self.token_hash)
        ):
            raise ChallengeOver
        self.tries_left -= 1

    def meet(self) -> None:
        """The code was right; nobody passes here again."""
        if self.passed:
            raise ChallengeOver
        self.passed = True
