"""L-1: the pallet ledger as a whole, whatever is claimed, answered and reversed in whatever order."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from tests.services.palette import make

from rt.kernel.core.clock import held
from rt.kernel.core.errors import Refusal
from rt.services.palette.domain.ledger import (
    Exchange,
    Party,
    collection_lines,
    delivery_lines,
    transfer,
)
from rt.services.palette.domain.movement import Movement

NAMED = "name:épicerie dupont"
PARTIES = ["org_a", "org_b", "org_c", "org_d", NAMED]
parties = st.sampled_from(PARTIES)
several = st.sets(parties)
kinds = st.sampled_from(["EUR", "CHEP", "LPR"])
qualities = st.sampled_from(["A", "B", "BROKEN"])
counts = st.integers(0, 66)
CLAIM_DAYS = 30


class Ledger(RuleBasedStateMachine):
    """Has parties claim and answer and keeps, beside the movements, who has really said yes to what."""

    movements = Bundle("movements")

    def __init__(self) -> None:
        super().__init__()
        self.at = make.AT
        self.book: dict[str, Movement] = {}
        self.yes: dict[str, set[str]] = {}
        self.before: Counter[tuple[str, str, str, str]] = Counter()

    def enter(self, kind: str, lines: list, yes: set[str], **says) -> str:
        movement_id = f"mov_{len(self.book)}"
        with held(self.at):
            movement = Movement(
                id=movement_id,
                org_id="org_a",
                kind=kind,
                lines=lines,
                moved_at=self.at,
                parties=[Party(id=party, name=party) for party in PARTIES],
                **says,
            )
            movement.declare(yes, (), self.at + timedelta(days=CLAIM_DAYS))
        self.book[movement_id] = movement
        self.yes[movement_id] = set(yes)
        return movement_id

    @rule(target=movements, shipper=parties, carrier=parties, consignee=parties, kind=kinds, delivered=counts,
          returned=counts, broken=counts, yes=several)  # fmt: skip
    def deliver(self, shipper, carrier, consignee, kind, delivered, returned, broken, yes):
        exchange = Exchange(
            pallet_type=kind,
            quality="A",
            delivered=delivered,
            returned=returned,
            broken=broken,
            expected=delivered,
        )
        lines = delivery_lines(exchange, shipper, carrier, consignee, "Lyon")
        return self.enter("delivery", lines, yes, principal_id=shipper, agent_id=carrier)

    @rule(target=movements, giver=parties, taker=parties, kind=kinds, quality=qualities, count=counts)
    def hand_over(self, giver, taker, kind, quality, count):
        return self.enter("transfer", transfer(giver, taker, kind, quality, count), {giver}, teller_id=giver)

    @rule(target=movements, creditor=parties, collector=parties, debtor=parties, kind=kinds, count=counts,
          by=parties, entrusted=st.booleans())  # fmt: skip
    def redeem(self, creditor, collector, debtor, kind, count, by, entrusted):
        lines = collection_lines(kind, "A", count, creditor, collector, debtor, "Lyon")
        agent = {"principal_id": creditor, "agent_id": collector} if entrusted else {}
        return self.enter("voucher", lines, {by}, teller_id=by, **agent)

    @rule(movement_id=movements, by=parties)
    def confirm(self, movement_id, by):
        with held(self.at), suppress(Refusal):
            self.book[movement_id].confirm(by)
            self.yes[movement_id].add(by)

    @rule(movement_id=movements, by=parties)
    def dispute(self, movement_id, by):
        with held(self.at), suppress(Refusal):
            self.book[movement_id].dispute(by, "not so many")

    @rule(movement_id=movements, by=parties)
    def withdraw(self, movement_id, by):
        with held(self.at), suppress(Refusal):
            self.book[movement_id].withdraw(by, "by mistake")

    @rule(days=st.integers(1, CLAIM_DAYS), timers_run=st.booleans())
    def wait(self, days, timers_run):
        self.at += timedelta(days=days)
        with held(self.at):
            for movement in self.book.values() if timers_run else ():
                movement.lapse()

    @rule(movement_id=movements, by=parties)
    def reverse(self, movement_id, by):
        backs = [one for one in self.book.values() if one.reverses == movement_id]
        with suppress(Refusal):
            with held(self.at):
                lines = self.book[movement_id].opposite(by, backs)
            self.enter("reversal", lines, {by}, teller_id=by, reverses=movement_id)

    def said_yes(self, movement: Movement, party: str) -> bool:
        """Itself, or by the agent to whom it gave its business together with somebody else."""
        yes = {one for one in self.yes[movement.id] if not one.startswith("name:")}
        involved = {one for line in movement.lines for one in line.pair}
        others = (yes & involved) - {movement.agent_id, movement.principal_id}
        by_agent = party == movement.principal_id and movement.agent_id in yes & involved and bool(others)
        return party in yes or (by_agent and not party.startswith("name:"))

    def folded(self, standing: str) -> Counter:
        sums: Counter[tuple[str, str, str, str]] = Counter()
        with held(self.at):
            for movement in self.book.values():
                for line in movement.lines:
                    if movement.standing_of(line) == standing:
                        key = line.holder_id, line.partner_id, line.pallet_type, line.quality
                        sums[key] += line.quantity
        return sums

    @invariant()
    def every_movement_sums_to_zero_by_type_and_quality(self):
        for movement in self.book.values():
            sums: Counter[tuple[str, str]] = Counter()
            for line in movement.lines:
                sums[line.pallet_type, line.quality] += line.quantity
            assert not any(sums.values())

    @invariant()
    def what_counts_between_two_is_what_both_have_said_yes_to(self):
        expected: Counter[tuple[str, str, str, str]] = Counter()
        for movement in self.book.values():
            for line in movement.lines:
                if all(self.said_yes(movement, party) for party in line.pair):
                    key = line.holder_id, line.partner_id, line.pallet_type, line.quality
                    expected[key] += line.quantity
        assert self.folded("confirmed") == expected

    @invariant()
    def both_sides_agree_on_what_counts(self):
        sums = self.folded("confirmed")
        assert all(sums[partner, holder, *what] == -n for (holder, partner, *what), n in sums.items())

    @invariant()
    def whoever_has_no_account_is_in_the_books_of_others_alone(self):
        own = self.folded("own")
        assert all(partner == NAMED != holder for holder, partner, *_ in own)

    @invariant()
    def what_is_reversed_is_reversed_once(self):
        taken: Counter[tuple[str, frozenset[str]]] = Counter()
        for movement in self.book.values():
            if movement.reverses:
                with held(self.at):
                    taken.update((movement.reverses, pair) for pair in movement.live_pairs())
        assert all(times == 1 for times in taken.values())

    def teardown(self):
        """The whole book is read back as it was written."""
        for movement in self.book.values():
            again = msgspec.msgpack.decode(msgspec.msgpack.encode(movement), type=Movement)
            assert again.lines == movement.lines


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
