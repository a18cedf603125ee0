"""What a unit asks of another carries a key of its own, which says what is asked."""

from typing import Any

import httpx
from tests.conftest import TestHouse
from tests.kernel.toys import MakeJar, TakeMarbles

from rt.kernel.client import Services
from rt.kernel.ids import Cause, because


def asked(house: TestHouse, word: Any) -> httpx.Request:
    services = Services(house.keys.of("core_orders"), lambda unit: httpx.AsyncClient(base_url="http://test"))
    return services._request("palette", word, word.word, "", None)


def test_two_different_wishes_of_one_cause_are_two(house: TestHouse) -> None:
    with because(Cause("cause", "what was asked")):
        keys = [
            asked(house, word).headers["idempotency-key"]
            for word in (
                MakeJar(marbles=1),
                MakeJar(marbles=2),
                MakeJar(marbles=1),
                TakeMarbles(jar_id="jar_1", count=1),
            )
        ]
    assert keys[0] == keys[2]
    assert len(set(keys)) == 3
