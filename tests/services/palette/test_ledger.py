"""L-1: the pallet ledger as a whole, whatever is booked in whatever order."""

from collections import Counter
from datetime import timedelta

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from tests.services.palette import make

from rt.services.palette.domain.ledger import (
    Exchange,
    Movement,
    Party,
    collection_lines,
    delivery_lines,
    transfer,
)

PARTIES = ["org_a", "org_b", "org_c", "org_d", "name:épicerie dupont"]
parties = st.sampled_from(PARTIES)
kinds = st.sampled_from(["EUR", "CHEP", "LPR"])
qualities = st.sampled_from(["A", "B", "BROKEN"])
counts = st.integers(0, 66)


class Ledger(RuleBasedStateMachine):
    """Books movements and keeps, beside them, the plain arithmetic that the fold must equal."""

    movements = Bundle("movements")

    def __init__(self) -> None:
        super().__init__()
        self.book: list[bytes] = []
        self.expected: Counter[tuple[str, str, str, str]] = Counter()

    def enter(self, kind: str, lines: list, **says) -> Movement:
        nth = len(self.book)
        movement = make.movement(
            id=f"mov_{nth}",
            kind=kind,
            lines=lines,
            exchanges=[],
            moved_at=make.AT + timedelta(hours=nth),
            parties=[Party(id=party, name=party) for party in PARTIES],
            **says,
        )
        self.book.append(msgspec.msgpack.encode(movement))
        return movement

    def gives(self, giver: str, taker: str, kind: str, quality: str, count: int) -> None:
        if giver != taker:
            self.expected[taker, giver, kind, quality] += count
            self.expected[giver, taker, kind, quality] -= count

    @rule(target=movements, shipper=parties, carrier=parties, consignee=parties, kind=kinds, delivered=counts,
          returned=counts, broken=counts)  # fmt: skip
    def deliver(self, shipper, carrier, consignee, kind, delivered, returned, broken):
        exchange = Exchange(
            pallet_type=kind,
            quality="A",
            delivered=delivered,
            returned=returned,
            broken=broken,
            expected=delivered,
        )
        self.gives(shipper, consignee, kind, "A", delivered)
        for quality, count in (("A", returned), ("BROKEN", broken)):
            self.gives(consignee, shipper, kind, quality, count)
            self.gives(shipper, carrier, kind, quality, count)
        return self.enter("delivery", delivery_lines(exchange, shipper, carrier, consignee, "Lyon"))

    @rule(target=movements, giver=parties, taker=parties, kind=kinds, quality=qualities, count=counts)
    def hand_over(self, giver, taker, kind, quality, count):
        self.gives(giver, taker, kind, quality, count)
        return self.enter("transfer", transfer(giver, taker, kind, quality, count))

    @rule(target=movements, creditor=parties, collector=parties, debtor=parties, kind=kinds, count=counts)
    def redeem(self, creditor, collector, debtor, kind, count):
        self.gives(debtor, creditor, kind, "A", count)
        self.gives(creditor, collector, kind, "A", count)
        return self.enter("voucher", collection_lines(kind, "A", count, creditor, collector, debtor, "Lyon"))

    @rule(movement=consumes(movements))
    def reverse(self, movement):
        for line in movement.lines:
            self.expected[line.holder_id, line.partner_id, line.pallet_type, line.quality] -= line.quantity
        self.enter("reversal", movement.opposite(), reverses=movement.id)

    def folded(self) -> Counter:
        sums: Counter[tuple[str, str, str, str]] = Counter()
        for written in self.book:
            for line in msgspec.msgpack.decode(written, type=Movement).lines:
                sums[line.holder_id, line.partner_id, line.pallet_type, line.quality] += line.quantity
        return sums

    @invariant()
    def the_last_movement_sums_to_zero_by_type_and_quality(self):
        if not self.book:
            return
        sums: Counter[tuple[str, str]] = Counter()
        for line in msgspec.msgpack.decode(self.book[-1], type=Movement).lines:
            sums[line.pallet_type, line.quality] += line.quantity
        assert not any(sums.values())

    def teardown(self):
        """The whole book: no pallet made or lost, both sides agree, the fold is the arithmetic."""
        sums = self.folded()
        totals: Counter[tuple[str, str]] = Counter()
        for (holder, partner, kind, quality), count in sums.items():
            totals[kind, quality] += count
            assert sums[partner, holder, kind, quality] == -count
        assert not any(totals.values())
        assert {k: v for k, v in sums.items() if v} == {k: v for k, v in self.expected.items() if v}


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
