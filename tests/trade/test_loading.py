"""Loading: metres, totals and overloads, each with its figure."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.kernel.core.errors import Invalid
from rt.trade import loading
from rt.trade.goods import Goods

SEMI = loading.equipment("semi_tautliner", date(2026, 3, 2))


def pallets(count: int, *, kind: str = "EUR", stacked: int = 1, weight_kg: float = 0) -> Goods:
    return Goods(
        description="Palettes",
        quantity=count,
        pallets=count,
        pallet_type=kind,
        stack_factor=stacked,
        weight_kg=weight_kg,
    )


def test_a_euro_pallet_is_0_4_loading_metres() -> None:
    assert loading.line_metres(pallets(1)) == pytest.approx(0.4)
    assert loading.line_metres(pallets(1, kind="IND")) == pytest.approx(0.5)
    assert loading.line_metres(pallets(4, stacked=2)) == pytest.approx(0.8)


def test_sizes_win_over_the_pallet_type() -> None:
    crates = Goods(description="Caisses", quantity=2, length_cm=240, width_cm=100, pallets=2, stack_factor=1)
    assert loading.line_metres(crates) == pytest.approx(2.0)
    stacked = Goods(description="Caisses", quantity=2, length_cm=240, width_cm=100, stack_factor=2)
    assert loading.line_metres(stacked) == pytest.approx(1.0)


def test_thirty_three_euro_pallets_fill_a_semi_trailer_and_one_more_is_too_many() -> None:
    full = loading.require_fit([pallets(33, weight_kg=24_000)], SEMI)
    assert (full.pallets, full.loading_metres, full.weight_kg) == (33, 13.2, 24_000)
    with pytest.raises(loading.PalletOverload) as refused:
        loading.require_fit([pallets(34)], SEMI)
    assert refused.value.says("fr") == "34 palettes au sol, 1 de trop (Semi-remorque bâchée : 33)."


def test_overweight_is_refused_with_the_figure() -> None:
    with pytest.raises(loading.WeightOverload) as refused:
        loading.require_fit([pallets(10, weight_kg=24_350)], SEMI)
    assert refused.value.says("en") == "24350 kg for a payload of 24000 kg (Curtain-sider): 350 kg too much."
    assert refused.value.field == "goods.weight_kg"


def test_every_overload_is_told_at_once() -> None:
    crates = Goods(
        description="Caisses", quantity=40, length_cm=120, width_cm=100, height_cm=240, weight_kg=30_000
    )
    with pytest.raises(Invalid) as refused:
        loading.require_fit([crates], SEMI)
    assert [part.code for part in refused.value.parts] == [
        "weight_overload",
        "floor_overload",
        "volume_overload",
    ]


def test_mixed_footprints_share_the_floor() -> None:
    assert loading.overloads(loading.totals([pallets(16), pallets(13, kind="IND")]), SEMI) == []
    over = loading.overloads(loading.totals([pallets(17), pallets(13, kind="IND")]), SEMI)
    assert [refusal.code for refusal in over] == ["pallet_overload"]


def test_twenty_six_industrial_pallets_and_no_more() -> None:
    assert loading.overloads(loading.totals([pallets(26, kind="IND")]), SEMI) == []
    assert loading.overloads(loading.totals([pallets(27, kind="IND")]), SEMI) != []


def test_unknown_pallets_and_vehicles_are_refused() -> None:
    with pytest.raises(loading.PalletTypeUnknown):
        loading.totals([pallets(1, kind="XXL")])
    with pytest.raises(loading.EquipmentUnknown):
        loading.equipment("boat", date(2026, 1, 1))
    with pytest.raises(loading.EquipmentUnknown):
        loading.equipment("semi_tautliner", date(1990, 1, 1))


LINES = st.lists(
    st.builds(
        pallets,
        st.integers(1, 40),
        kind=st.sampled_from([one.code for one in loading.PALLET_TYPES]),
        stacked=st.integers(1, 3),
        weight_kg=st.integers(0, 9_000),
    ),
    max_size=5,
)


@given(LINES, LINES)
def test_totals_add_up_and_more_goods_never_help(some: list[Goods], more: list[Goods]) -> None:
    first, second, both = loading.totals(some), loading.totals(more), loading.totals([*some, *more])
    assert both.pallets == first.pallets + second.pallets
    assert both.weight_kg == first.weight_kg + second.weight_kg
    assert both.loading_metres == pytest.approx(first.loading_metres + second.loading_metres, abs=0.011)
    assert len(loading.overloads(both, SEMI)) >= len(loading.overloads(first, SEMI))


@given(LINES)
def test_what_is_refused_says_how_much_is_too_much(goods: list[Goods]) -> None:
    for refusal in loading.overloads(loading.totals(goods), SEMI):
        assert refusal.values["excess"] > 0
        assert str(refusal.values["excess"]) in refusal.says("fr")
