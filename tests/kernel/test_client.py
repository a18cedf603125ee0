"""What a unit asks of another carries a key of its own, which says what is asked."""

from typing import Any

import httpx
from tests.conftest import TestPlatform
from tests.kernel.toys import MakeJar, TakeMarbles

from rt.kernel.core.ids import Cause, because
from rt.kernel.service.client import Services


def asked(platform: TestPlatform, message: Any) -> httpx.Request:
    services = Services(
        platform.keys.of("core_orders"), lambda unit: httpx.AsyncClient(base_url="http://test")
    )
    return services._request("palette", message, message.shape, "", None)


def test_two_different_wishes_of_one_cause_are_two(platform: TestPlatform) -> None:
    with because(Cause("cause", "what was asked")):
        keys = [
            asked(platform, message).headers["idempotency-key"]
            for message in (
                MakeJar(marbles=1),
                MakeJar(marbles=2),
                MakeJar(marbles=1),
                TakeMarbles(jar_id="jar_1", count=1),
            )
        ]
    assert keys[0] == keys[2]
    assert len(set(keys)) == 3
