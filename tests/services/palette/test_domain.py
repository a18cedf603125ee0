"""Rules of pallet accounts: vouchers, policies, statements."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.palette import make

from rt.contracts.palette import LineAnswer, VoucherExpired, VoucherRedeemed
from rt.kernel.core.clock import held
from rt.kernel.core.errors import ReferenceUnknown
from rt.services.palette.domain.ledger import (
    Exchange,
    OpenPart,
    delivery_lines,
    known_quality,
    known_type,
    open_parts,
    organizations,
    party_named,
    transfer,
)
from rt.services.palette.domain.movement import MovementUnbalanced, ReversalNotReversed
from rt.services.palette.domain.policy import Policy, Rule, in_force, months_later, most_precise
from rt.services.palette.domain.statement import (
    ContestWithoutReason,
    LineAgreed,
    LinesRepeated,
    PeriodBackwards,
    StatementChanged,
    StatementOfOthers,
    drawn_up,
    refuse_backwards,
)
from rt.services.palette.domain.voucher import (
    VoucherChanged,
    VoucherClosed,
    VoucherExhausted,
    VoucherOfOthers,
    through,
    voucher_number,
)

COUNTS = st.integers(0, 200)


def held_by(holder: str, partner: str, lines: list) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for line in lines:
        if line.holder_id == holder and line.partner_id == partner:
            key = line.pallet_type, line.quality
            sums[key] = sums.get(key, 0) + line.quantity
    return sums


def test_a_movement_that_loses_a_pallet_is_refused():
    lines = transfer("a", "b", "EUR", "A", 5)
    crooked = [lines[0], msgspec.structs.replace(lines[1], quantity=-4)]
    with pytest.raises(MovementUnbalanced):
        make.movement(lines=crooked)


def test_an_unbalanced_movement_is_not_even_read_back():
    stored = msgspec.to_builtins(make.movement())
    stored["lines"][0]["quantity"] += 1
    with pytest.raises(MovementUnbalanced):
        msgspec.convert(stored, type(make.movement()))


def test_balanced_types_do_not_make_up_for_each_other():
    give, take = transfer("a", "b", "EUR", "A", 5), transfer("a", "b", "CHEP", "A", 5)
    with pytest.raises(MovementUnbalanced):
        make.movement(lines=[give[0], take[1]])


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.sampled_from(["org_shipper", "org_carrier", "org_consignee"]))
def test_every_delivery_sums_to_zero_and_mirrors(delivered, returned, refused, broken, carrier):
    counts = {"delivered": delivered, "returned": returned, "refused": refused, "broken": broken}
    exchange = Exchange(pallet_type="EUR", quality="A", expected=delivered, **counts)
    lines = delivery_lines(exchange, make.SHIPPER, carrier, make.CONSIGNEE, "Lyon")
    make.movement(lines=lines)
    assert sum(line.quantity for line in lines) == 0
    ours = held_by(make.SHIPPER, make.CONSIGNEE, lines)
    theirs = held_by(make.CONSIGNEE, make.SHIPPER, lines)
    assert ours == {kind: -count for kind, count in theirs.items()}


def test_the_consignee_owes_what_it_kept_and_the_carrier_what_it_took():
    lines = make.movement().lines
    assert held_by(make.CONSIGNEE, make.SHIPPER, lines) == {("EUR", "A"): 13}
    assert held_by(make.CARRIER, make.SHIPPER, lines) == {("EUR", "A"): 20}


def test_broken_pallets_settle_nothing():
    exchange = Exchange(pallet_type="EUR", quality="A", delivered=10, returned=0, broken=4, expected=10)
    lines = delivery_lines(exchange, make.SHIPPER, make.CARRIER, make.CONSIGNEE, "Lyon")
    assert held_by(make.CONSIGNEE, make.SHIPPER, lines) == {("EUR", "A"): 10, ("EUR", "BROKEN"): -4}


def test_a_reversal_is_the_exact_opposite_and_final():
    movement = make.movement()
    back = make.movement(id="mov_2", kind="reversal", lines=movement.opposite(make.SHIPPER, []))
    assert sorted(line.quantity for line in back.lines) == sorted(-line.quantity for line in movement.lines)
    with pytest.raises(ReversalNotReversed):
        back.opposite(make.SHIPPER, [])


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(-50, 50).filter(bool)), max_size=30))
def test_open_parts_sum_to_the_balance_and_have_one_sign(entries):
    parts = open_parts(OpenPart(make.AT + timedelta(days=day), count, "m") for day, count in entries)
    balance = sum(count for _, count in entries)
    assert sum(part.quantity for part in parts) == balance
    assert all((part.quantity > 0) == (balance > 0) for part in parts)


def test_a_settlement_pays_the_oldest_debt_first():
    at = make.AT
    parts = open_parts(
        [
            OpenPart(at, 10, "old"),
            OpenPart(at + timedelta(1), 5, "new"),
            OpenPart(at + timedelta(2), -12, "paid"),
        ]
    )
    assert [(part.movement_id, part.quantity) for part in parts] == [("new", 3)]


@pytest.mark.parametrize(
    ("spelled", "meant"), [("EPAL", "EUR"), (" eur ", "EUR"), ("perdue", "ONEWAY"), ("Düsseldorfer", "OTHER")]
)
def test_pallet_types_are_understood_as_partners_write_them(spelled, meant):
    assert known_type(spelled) == meant


def test_nothing_said_about_quality_means_class_a():
    assert known_quality("") == "A"
    assert known_quality("broken") == "BROKEN"


def test_a_partner_without_account_has_an_account_by_name_but_sees_nothing():
    assert party_named("  Épicerie  DUPONT ") == "name:épicerie dupont"
    assert organizations("org_1", party_named("X"), "") == ["org_1"]


def agreed(voucher, quantity: int, by_id: str = make.CARRIER) -> None:
    """A redemption that the others said yes to."""
    voucher.redeem(quantity, voucher.left, by_id)
    voucher.settle(voucher.redemptions[-1].movement_id, "confirmed")


def test_a_voucher_is_given_back_little_by_little():
    voucher = make.voucher(left=13)
    with held(make.AT):
        agreed(voucher, 5)
        agreed(voucher, 8)
    assert (voucher.left, voucher.state) == (0, "redeemed")
    assert [emitted.left for emitted in voucher.emitted if isinstance(emitted, VoucherRedeemed)] == [8, 0]


def test_what_one_side_says_was_given_back_settles_nothing_yet():
    voucher = make.voucher()
    with held(make.AT):
        voucher.redeem(13, 13, make.CARRIER)
        assert (voucher.left, voucher.state) == (0, "open")
        with pytest.raises(VoucherExhausted):
            voucher.redeem(1, 0, make.CONSIGNEE)


@pytest.mark.parametrize("end", ["disputed", "lapsed", "withdrawn"])
def test_what_came_to_nothing_is_left_again(end):
    voucher = make.voucher()
    with held(make.AT):
        voucher.redeem(13, 13, make.CARRIER)
        voucher.settle(voucher.redemptions[0].movement_id, end)
    assert (voucher.left, voucher.state) == (13, "open")


def test_more_than_is_left_is_refused():
    voucher = make.voucher(quantity=4, left=4)
    with held(make.AT), pytest.raises(VoucherExhausted):
        voucher.redeem(5, 4, make.CARRIER)
    assert voucher.left == 4


def test_a_page_that_read_another_state_redeems_nothing():
    voucher = make.voucher()
    with held(make.AT):
        agreed(voucher, 5)
        with pytest.raises(VoucherChanged):
            voucher.redeem(5, 13, make.CARRIER)
    assert voucher.left == 8


def test_only_debtor_creditor_and_bearer_redeem():
    with held(make.AT), pytest.raises(VoucherOfOthers):
        make.voucher().redeem(1, 13, "org_stranger")


@pytest.mark.parametrize("state", ["redeemed", "expired", "lost", "cancelled"])
def test_a_closed_voucher_gives_nothing(state):
    with held(make.AT), pytest.raises(VoucherClosed):
        make.voucher(state=state).redeem(1, 13, make.CARRIER)


def test_a_voucher_past_its_day_gives_nothing_even_before_the_timer_has_run():
    voucher = make.voucher()
    with held(voucher.expires_at), pytest.raises(VoucherClosed):
        voucher.redeem(1, 13, make.CARRIER)


def test_a_voucher_holds_until_its_day_ends_in_paris():
    assert through(date(2026, 1, 31)) == datetime(2026, 1, 31, 23, tzinfo=UTC)
    assert through(date(2026, 7, 31)) == datetime(2026, 7, 31, 22, tzinfo=UTC)


def test_expiry_is_told_once_and_not_too_early():
    voucher = make.voucher()
    with held(make.AT):
        voucher.expire()
    assert voucher.state == "open"
    with held(voucher.expires_at):
        voucher.expire()
        voucher.expire()
    assert [type(emitted) for emitted in voucher.emitted] == [VoucherExpired]


def test_what_is_agreed_after_the_last_day_still_settles_the_voucher():
    voucher = make.voucher()
    with held(make.AT):
        voucher.redeem(13, 13, make.CARRIER)
    with held(voucher.expires_at):
        voucher.expire()
        voucher.settle(voucher.redemptions[0].movement_id, "confirmed")
    assert voucher.state == "redeemed"


def test_what_the_debtor_writes_down_goes_to_the_bearer():
    voucher = make.voucher()
    with held(make.AT):
        voucher.redeem(1, 13, make.CONSIGNEE)
    assert voucher.emitted[0].collector_id == make.CARRIER


def test_a_bearer_may_lose_a_voucher_but_not_cancel_it():
    with held(make.AT):
        with pytest.raises(VoucherOfOthers):
            make.voucher().withdraw("cancelled", "change of plan", make.CARRIER)
        lost = make.voucher()
        lost.withdraw("lost", "left in the cab", make.CARRIER)
    assert lost.state == "lost"


def test_who_promised_pallets_does_not_take_the_promise_back():
    for state in ("lost", "cancelled"):
        with held(make.AT), pytest.raises(VoucherOfOthers):
            make.voucher().withdraw(state, "changed my mind", make.CONSIGNEE)


@given(st.lists(st.tuples(st.integers(1, 20), st.sampled_from(["confirmed", "claimed", "disputed"]))))
def test_a_voucher_never_gives_more_than_it_has(asked):
    voucher = make.voucher(quantity=40, left=40)
    with held(make.AT):
        for quantity, answer in asked:
            try:
                voucher.redeem(quantity, voucher.left, make.CARRIER)
            except (VoucherExhausted, VoucherClosed):
                continue
            voucher.settle(voucher.redemptions[-1].movement_id, answer)
    live = sum(one.quantity for one in voucher.redemptions if one.standing != "disputed")
    assert 0 <= voucher.left == 40 - live


def test_a_voucher_number_says_its_month():
    assert voucher_number("vou_0123456789abcdef", make.AT) == "BP2603-89ABCDEF"


def policy(**says) -> Policy:
    return Policy(**{"id": "pol", "org_id": make.SHIPPER, "mode": "immediate"} | says)


def test_a_site_counts_more_than_its_client():
    policies = [
        policy(mode="none"),
        policy(partner_id="c", pallet_type="EUR", mode="ratio"),
        policy(site_name="Lyon ", mode="deferred"),
    ]
    assert most_precise(policies, "c", "LYON", "EUR").mode == "deferred"
    assert most_precise(policies, "c", "Nantes", "EUR").mode == "ratio"
    assert most_precise(policies, "c", "Nantes", "CHEP").mode == "none"
    assert most_precise(policies[1:], "d", "Nantes", "EUR") is None


@given(st.integers(0, 1000), st.integers(0, 100))
def test_a_ratio_never_asks_more_than_was_delivered(delivered, ratio):
    assert 0 <= policy(mode="ratio", ratio_percent=ratio).expected(delivered, "EUR") <= delivered


def test_one_way_pallets_are_never_owed():
    assert policy().expected(10, "ONEWAY") == 0
    assert policy(mode="none").expected(10, "EUR") == 0


def test_the_driver_reads_the_ratio():
    assert "80 %" in policy(mode="ratio", ratio_percent=80).instruction()[0]


def test_a_rule_holds_from_its_day_on():
    rules = [
        Rule(id="r1", org_id="o", kind="limitation_months", valid_from=date(2026, 1, 1), value=24),
        Rule(id="r2", org_id="o", kind="limitation_months", valid_from=date(2027, 1, 1), value=6),
    ]
    asked = [in_force(rules, "limitation_months", date(year, 6, 1)) for year in (2025, 2026, 2027)]
    assert asked == [12, 24, 6]


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_months_later_stays_in_its_month(day, months):
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


def test_a_statement_opens_where_the_period_begins():
    balances, lines = drawn_up(
        [make.entry(-10, -40), make.entry(-5, 3), make.entry(8, 9), make.entry(-100, 90)],
        date(2026, 3, 1), date(2026, 4, 30), 12,
    )  # fmt: skip
    assert [(b.opening, b.closing) for b in balances] == [(-10, -7)]
    assert [line.quantity for line in lines] == [-5, 8]


@given(st.lists(st.tuples(st.integers(-200, 50), st.integers(-40, 40).filter(bool)), max_size=20))
def test_opening_and_lines_make_the_closing_and_ages_sum_to_it(entries):
    kept = [make.entry(count, days) for days, count in entries]
    balances, lines = drawn_up(kept, date(2026, 3, 1), date(2026, 4, 30), 12)
    for one in balances:
        assert one.opening + sum(line.quantity for line in lines) == one.closing
        assert one.days_0_30 + one.days_31_60 + one.days_61_90 + one.days_over_90 == one.closing


def test_a_debt_lapses_a_year_after_the_oldest_open_movement():
    balances, _ = drawn_up([make.entry(-10, 0)], date(2026, 3, 1), date(2026, 4, 30), 12)
    assert balances[0].lapses_on == date(2027, 3, 2)


def test_a_day_of_the_statement_is_a_day_in_paris():
    late = make.entry(-1, moved_at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    _, march = drawn_up([late], date(2026, 3, 1), date(2026, 3, 31), 12)
    _, april = drawn_up([late], date(2026, 4, 1), date(2026, 4, 30), 12)
    assert (len(march), len(april)) == (0, 1)


def answer(line_id: str, verdict: str = "confirmed", comment: str = "") -> LineAnswer:
    return LineAnswer(line_id=line_id, verdict=verdict, comment=comment)


def test_only_the_partner_answers():
    with pytest.raises(StatementOfOthers):
        make.statement(make.entry(-5)).answer([answer("lin_0_-5")], 0, make.SHIPPER)


def test_a_statement_is_confirmed_when_its_last_line_is():
    statement = make.statement(make.entry(-5), make.entry(3, 4))
    statement.answer([answer("lin_0_-5")], 0, make.CONSIGNEE)
    assert statement.state == "open"
    statement.answer([answer("lin_4_3")], 0, make.CONSIGNEE)
    assert statement.state == "confirmed"


def test_one_contested_line_contests_the_statement():
    statement = make.statement(make.entry(-5), make.entry(3, 4))
    statement.answer([answer("lin_0_-5", "contested", "only 4 came")], 0, make.CONSIGNEE)
    assert statement.state == "contested"


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (answer("lin_x"), ReferenceUnknown),
        (answer("lin_4_3", "contested", " "), ContestWithoutReason),
        (answer("lin_0_-5", "contested", "said twice"), LinesRepeated),
    ],
)
def test_one_wrong_answer_and_none_counts(wrong, refusal):
    statement = make.statement(make.entry(-5), make.entry(3, 4))
    with pytest.raises(refusal):
        statement.answer([answer("lin_0_-5"), wrong], 0, make.CONSIGNEE)
    assert {line.verdict for line in statement.lines} == {"pending"}


def test_what_was_confirmed_is_not_contested_afterwards():
    statement = make.statement(make.entry(-5))
    statement.answer([answer("lin_0_-5")], 0, make.CONSIGNEE)
    with pytest.raises(LineAgreed):
        statement.answer([answer("lin_0_-5", "contested", "no, wrong")], 0, make.CONSIGNEE)


def test_an_answer_to_a_version_that_has_changed_is_refused():
    statement = make.statement(make.entry(-5))
    statement.version = 3
    with pytest.raises(StatementChanged):
        statement.answer([answer("lin_0_-5")], 2, make.CONSIGNEE)


def test_claims_are_in_no_balance_and_no_line():
    claimed = make.entry(-7, 1, standing="claimed")
    balances, lines = drawn_up([make.entry(-5), claimed], date(2026, 3, 1), date(2026, 4, 30), 12)
    assert [one.closing for one in balances] == [-5]
    assert [line.quantity for line in lines] == [-5]


def test_a_period_has_an_end_after_its_beginning():
    with pytest.raises(PeriodBackwards):
        refuse_backwards(date(2026, 3, 2), date(2026, 3, 1))


def test_no_cell_of_the_sheet_is_a_formula():
    statement = make.statement(make.entry(-5, site_name="=HYPERLINK(1)", document_number="@x"))
    sheet = statement.sheet("fr").decode("utf-8-sig").splitlines()
    assert sheet[1] == "2026-03-02;'@x;'=HYPERLINK(1);EUR;A;-5;pending;"
