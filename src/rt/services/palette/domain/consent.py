"""Who is bound by a movement: entries between two parties count when both have said yes, else for nobody."""

from datetime import datetime
from typing import Literal

import msgspec

from rt.contracts.palette import Standing
from rt.kernel.core.clock import now
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal
from rt.services.palette.domain.ledger import Line, Party

Pair = frozenset[str]


class Consent(Entity, kw_only=True):
    """Parties, the entries between them, and who has said yes.

    `bound` are the parties that have, `awaits` the organizations whose yes is wanted, `absent` the parties
    that have no account to say it with. `principal_id` is bound by its agent's yes as soon as another party
    has said it too, or has signed as `witness_id` without an account.
    """

    parties: list[Party]
    lines: list[Line]
    teller_id: str = ""
    bound: list[str] = msgspec.field(default_factory=list)
    awaits: list[str] = msgspec.field(default_factory=list)
    absent: list[str] = msgspec.field(default_factory=list)
    principal_id: str = ""
    agent_id: str = ""
    witness_id: str = ""
    lapses_at: datetime | None = None
    closed: Literal["", "disputed", "lapsed", "withdrawn"] = ""
    closed_by: str = ""
    closed_reason: Personal = ""

    def name_of(self, party_id: str) -> str:
        return next((party.name for party in self.parties if party.id == party_id), "")

    def may_answer(self, party_id: str) -> bool:
        return party_id in self.awaits and not self.closed and not self.overdue()

    def may_withdraw(self, party_id: str) -> bool:
        open_claim = bool(self.awaits) and not self.closed
        return open_claim and party_id == self.teller_id and not self.agreed_pairs()

    def standing(self) -> Standing:
        """What the whole movement is worth."""
        if self.closed:
            return self.closed
        if not {*self.awaits} - {*self.absent}:
            return "own" if self.lines and not self.agreed_pairs() else "confirmed"
        return "lapsed" if self.overdue() else "claimed"

    def standing_of(self, line: Line) -> Standing:
        """What an entry is worth, as its holder sees it."""
        if line.pair <= {*self.bound}:
            return "confirmed"
        if line.holder_id in self.bound and line.partner_id in self.absent and self.closed != "withdrawn":
            return "own"
        if self.closed:
            return self.closed
        return "lapsed" if self.overdue() else "claimed"

    def standing_between(self, holder_id: str, partner_id: str) -> Standing:
        """What the entries between two parties are worth, as the first of them sees it."""
        line = next(one for one in self.lines if (one.holder_id, one.partner_id) == (holder_id, partner_id))
        return self.standing_of(line)

    def counts_between(self, one: str, other: str) -> bool:
        return frozenset((one, other)) in self.settled_pairs()

    def agreed_pairs(self) -> set[Pair]:
        """The pairs of parties whose entries count for both."""
        return {pair for pair in self.pairs() if pair <= {*self.bound}}

    def settled_pairs(self) -> set[Pair]:
        """Those, and the pairs that stand in one party's own book."""
        own = {line.pair for line in self.lines if self.standing_of(line) == "own"}
        return self.agreed_pairs() | own

    def live_pairs(self) -> set[Pair]:
        """The pairs for which the movement counts or may still come to count."""
        if self.closed or self.overdue():
            return self.settled_pairs()
        return self.pairs()

    def pairs(self) -> set[Pair]:
        return {line.pair for line in self.lines}

    def follow_agent(self) -> None:
        """What an agent says together with somebody else is said for its principal."""
        others = {*self.bound} - {self.agent_id, self.principal_id}
        spoken = self.agent_id in self.bound and bool(others or self.witness_id)
        if spoken and self.principal_id in self.awaits:
            self.bound = [*self.bound, self.principal_id]
            self.awaits = [party for party in self.awaits if party != self.principal_id]

    def overdue(self) -> bool:
        return self.lapses_at is not None and bool(self.awaits) and self.lapses_at <= now()
