"""Where a list goes on is said by the page before it: any other text is refused, and is no fault of ours."""

import base64
import json
from typing import Any

import msgspec
import pytest
from tests.conftest import TestPlatform
from tests.isolation.samples import body
from tests.isolation.test_matrix import ABSENT, ALL_RIGHTS, full, operations, path

from rt.kernel.model.messages import OPEN, UNIT
from rt.kernel.service.service import Served

__all__ = ["full"]

ODD: dict[str, Any] = {
    "nothing": [],
    "one": [None],
    "numbers": [1, 2],
    "wide": [2**70, "x"],
    "infinite": [float("inf"), "x"],
    "surrogate": ["\ud800", "x"],
    "nested": [[1], {"a": 1}],
    "command": [{"$t": "2026-01-01T00:00:00+00:00"}, {"$gt": ""}],
    "no_time": [{"$t": "yesterday"}, "x"],
    "bare_time": [{"$t": "2026-01-01T00:00:00"}, "x"],
    "first_day": [{"$t": "0001-01-01T00:00:00+14:00"}, "x"],
    "many": ["x"] * 9,
    "no_list": {"a": 1},
}


def lists(platform: TestPlatform) -> list[tuple[str, Served]]:
    """Every question that is answered page by page."""
    return [
        (unit, served)
        for unit, served in operations(platform)
        if "after" in served.message.__struct_fields__
        and served.message.shape.method == "GET"
        and served.message.shape.needs not in (OPEN, UNIT)
    ]


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("odd", [*ODD, "W10", "é", "=", "\u0000", "a" * 999])
async def test_a_page_begins_where_an_earlier_one_ended_or_is_refused(full: TestPlatform, odd: str) -> None:
    after = cursor(ODD[odd]) if odd in ODD else odd
    asked = lists(full)
    assert len(asked) > 15
    wrong = []
    for unit, served in asked:
        roles = {"admin", "platform_admin"}
        async with full.web(unit, full.actor("org_a", set(ALL_RIGHTS), roles)) as web:
            given = {**msgspec.to_builtins(body(served.message)), "after": after}
            answer = await web.get(path(served, ABSENT), params=given)
        if answer.status_code >= 500:
            wrong.append(f"{served.message.__name__}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
