"""Every message that answers a page, gone through to its end: each thing once, in one order, page by page."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from tests.conftest import TestPlatform
from tests.isolation.samples import PLANTED
from tests.isolation.test_explained import asked, planted_platform
from tests.isolation.test_matrix import ALL_RIGHTS, path

from rt.host.keys import UnitKeys
from rt.kernel.service.service import Served

TYPED = (
    *("a", "a" * 500, "\u0301", ".*", "(a+)+$", "$where", '{"$ne": ""}', "\\", "[", "^", "İ", "ß", "２６"),
    *("مرحبا", "\u200b", " ", "\x00", "a\nb", "%", "<script>", "🚚", ",", "a,b", "-1", "1e400", "__proto__"),
)
OF_ONE_PERSON = {"FindUsers"}
"""The planted invitations are all for one person."""
ODD_SIZES = (0, -1, 201, 10**9, 10**30, "NaN", "1.5", "")


@pytest.fixture(scope="module")
async def alike(
    mongod: str, unit_keys: UnitKeys, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TestPlatform]:
    """Sixty things in every collection, four at a time alike in what lists sort by, or without it."""
    async with planted_platform(mongod, unit_keys, tmp_path_factory, 60, alike=4) as platform:
        yield platform


async def walked(
    platform: TestPlatform, unit: str, served: Served, said: dict[str, Any], limit: int
) -> list[str] | None:
    """All items, in pages of so many; nothing where such things are not shown to this reader."""
    found: list[str] = []
    after = ""
    async with platform.web(
        unit, platform.actor("org_a", set(ALL_RIGHTS), {"admin", "platform_admin"})
    ) as web:
        for _page in range(70):
            size = {"limit": limit} if "limit" in served.message.__struct_fields__ else {}
            params = {**said, **size, **({"after": after} if after else {})}
            answer = await web.get(path(served, PLANTED + "_00000"), params=params)
            assert answer.status_code in (200, 403, 404), (
                f"{served.message.__name__} {params}: {answer.text[:300]}"
            )
            if answer.status_code != 200:
                return None
            page = answer.json()
            assert not size or len(page["items"]) <= limit, f"{served.message.__name__} {params}"
            found += [msgspec.json.encode(item, order="sorted").decode() for item in page["items"]]
            after = page["next"]
            if not after:
                return found
    raise AssertionError(f"{served.message.__name__} {said} never ends")


async def test_a_list_is_the_same_whatever_its_pages_are(alike: TestPlatform) -> None:
    """Where many stand at one place, or at none, no edge of a page loses or doubles one."""
    wrong, walks = [], 0
    for unit, served, said in asked(alike):
        if "after" not in served.message.__struct_fields__:
            continue
        whole = await walked(alike, unit, served, said, 200)
        small = await walked(alike, unit, served, said, 3)
        if whole is None:
            continue
        walks += bool(whole)
        if whole != small:
            wrong.append(f"{served.message.__name__} {said}: {len(whole)} and {len(small or ())}")
        if len(set(whole)) != len(whole) and served.message.__name__ not in OF_ONE_PERSON:
            wrong.append(f"{served.message.__name__} {said}: one twice")
    assert not wrong, "\n".join(wrong)
    assert walks > 60


@pytest.mark.parametrize("typed", TYPED)
async def test_whatever_is_typed_is_looked_for_or_refused(alike: TestPlatform, typed: str) -> None:
    """In every list that is searched, and by every text that a list is narrowed by."""
    wrong, asked_for = [], 0
    plain = {served.message: (unit, served, said) for unit, served, said in reversed(asked(alike))}
    for unit, served, said in plain.values():
        texts = [
            one.encode_name
            for one in msgspec.structs.fields(served.message)
            if one.type is str or getattr(one.type, "__origin__", None) is str
        ]
        async with alike.web(unit, alike.actor("org_a", set(ALL_RIGHTS), {"admin", "platform_admin"})) as web:
            for name in set(texts) - set(served.message.shape.path_fields):
                answer = await web.get(path(served, PLANTED + "_00000"), params={**said, name: typed})
                asked_for += 1
                if answer.status_code not in (200, 403, 404, 422):
                    wrong.append(f"{served.message.__name__} {name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert asked_for > 40


async def test_a_page_has_a_size_that_is_one(alike: TestPlatform) -> None:
    wrong = []
    plain = {served.message: (unit, served, said) for unit, served, said in reversed(asked(alike))}
    for unit, served, said in plain.values():
        if "limit" not in served.message.__struct_fields__:
            continue
        async with alike.web(unit, alike.actor("org_a", set(ALL_RIGHTS), {"admin", "platform_admin"})) as web:
            for size in ODD_SIZES:
                answer = await web.get(path(served, PLANTED + "_00000"), params={**said, "limit": size})
                if answer.status_code not in (403, 422):
                    wrong.append(f"{served.message.__name__} {size}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
