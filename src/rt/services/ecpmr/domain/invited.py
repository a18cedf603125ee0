"""Links to sign and their codes: who was written to, at whose request, and how often."""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import field

from rt.contracts.ecpmr import AddressOrigin, CodeRequested, Party
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.kernel.model.messages import Personal
from rt.services.ecpmr.domain import codes, refusals
from rt.services.ecpmr.domain.codes import SigningCode
from rt.services.ecpmr.domain.successive import Successive

LINKS_KEPT = 60
What = Literal["link", "code"]


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A link to sign: for whom, sent where, at the request of which organization on whose side.

    `origin` says who gave the address; `org_id` is the organization that the link acts for.
    """

    link_id: str
    party: Party
    org_id: str
    email: Personal
    origin: AddressOrigin
    requested_by: str
    requested_for: Party
    made_at: datetime
    phone: Personal = ""
    language: str = "fr"


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """A message that left: a link or a code."""

    party: Party
    email: Personal
    requested_by: str
    what: What
    at: datetime


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A wrong code that was tried for a party."""

    party: Party
    at: datetime


class Invited(Successive, kw_only=True):
    """What is kept of those who sign without an account."""

    invitations: list[Invitation] = field(default_factory=list)
    codes: list[SigningCode] = field(default_factory=list)
    sendings: list[Sending] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)

    def invite(self, invitation: Invitation) -> None:
        """Somebody without an account may sign for a party."""
        self.refuse_cancelled()
        self._send("link", invitation)
        self.invitations = [*self.invitations, invitation][-LINKS_KEPT:]
        if invitation.org_id not in self.seen_by:
            self.seen_by.append(invitation.org_id)

    def invitation(self, link_id: str) -> Invitation:
        """What was noted when this link was sent; who bears it says nothing about it."""
        found = next((one for one in self.invitations if one.link_id == link_id), None)
        if found is None:
            raise refusals.LinkNotSent
        return found

    def given_by_party(self, party: Party) -> set[str]:
        """Addresses that this party itself gave on this note."""
        return {one.email for one in self.invitations if one.party == party and one.origin == "own"}

    def request_code(self, link_id: str) -> SigningCode:
        """Make a one-time code for the address that this link went to; the code before it is void."""
        self.refuse_cancelled()
        invitation = self.invitation(link_id)
        self._refuse_guessed(invitation.party)
        self._send("code", invitation)
        code, digits = codes.make(link_id, now())
        others = [kept for kept in self.codes if kept.link_id != link_id]
        self.codes = [*others[-LINKS_KEPT:], code]
        self.emit(
            CodeRequested(
                document_id=self.id,
                email=invitation.email,
                phone=invitation.phone,
                code=digits,
                language=invitation.language,
            )
        )
        return code

    def try_code(self, invitation: Invitation, typed: str) -> Refusal | None:
        """None if right; a wrong code is answered, not raised, so that the try counts."""
        self._refuse_guessed(invitation.party)
        code = next((kept for kept in self.codes if kept.link_id == invitation.link_id), None)
        if code is None or not typed:
            raise codes.CodeNeeded("code")
        code.refuse_spent(now())
        if code.try_code(typed):
            return None
        recent = [guess for guess in self.guesses if guess.at > now() - codes.LONGEST]
        self.guesses = [*recent, Guess(party=invitation.party, at=now())]
        return codes.CodeWrong("code", left=code.tries_left)

    def _refuse_guessed(self, party: Party) -> None:
        tried = [guess.at for guess in self.guesses if guess.party == party]
        if seconds := codes.wait(tried, codes.GUESSES, now()):
            raise codes.CodesGuessed(seconds=seconds, retry_after=seconds)

    def refuse_often(self, what: What, party: Party, email: str, asker: str) -> None:
        """Nobody fills another's mailbox, or asks for code after code."""
        sent = [one for one in self.sendings if one.what == what]
        to_one = [one.at for one in sent if (one.party, one.email) == (party, email)]
        by_one = [one.at for one in sent if one.requested_by == asker]
        seconds = max(
            codes.wait(to_one, codes.TO_ONE_ADDRESS, now()), codes.wait(by_one, codes.FOR_ONE_ASKER, now())
        )
        if seconds:
            raise codes.SentJustNow(seconds=seconds, retry_after=seconds)

    def _send(self, what: What, invitation: Invitation) -> None:
        self.refuse_often(what, invitation.party, invitation.email, invitation.requested_by)
        recent = [one for one in self.sendings if one.at > now() - codes.LONGEST]
        sending = Sending(
            party=invitation.party,
            email=invitation.email,
            requested_by=invitation.requested_by,
            what=what,
            at=now(),
        )
        self.sendings = [*recent, sending]
