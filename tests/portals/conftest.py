"""One platform of real units for the portals that are tried before them."""

from collections.abc import AsyncIterator

import pytest
from tests.conftest import TestPlatform
from tests.portals.world import Links, opened

from rt.host.keys import UnitKeys
from rt.ui import catalogues


@pytest.fixture(autouse=True)
def unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that has no name in `ui/locale` is shown raw, so that pages that are read for raw names tell."""
    monkeypatch.setattr(
        catalogues,
        "readable",
        lambda context, code: code if code.isupper() or code.isdigit() else f"unnamed_{context}_{code}",
    )


@pytest.fixture(scope="session")
async def units(
    mongod: str, unit_keys: UnitKeys, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[TestPlatform, Links]]:
    """The platform, and the links that its authz issues: with new organizations for each test."""
    async with opened(mongod, unit_keys, tmp_path_factory.mktemp("portals")) as platform:
        yield platform
