"""Where the tables of the platform's costs are read: beside their rules, or an edited copy of the prices."""

from functools import lru_cache
from pathlib import Path

from rt.services.admin_gateway.domain.costs.prices import Ledger, ledger

FOLDER = Path(__file__).parent / "domain" / "costs"


@lru_cache
def costs_ledger(prices: Path = FOLDER / "prices.toml") -> Ledger:
    """The tables as they are in the package; `prices` may be an edited copy."""
    beside = ("claims.toml", "measured.toml", "house.json")
    return ledger(prices.read_bytes(), *(FOLDER.joinpath(name).read_bytes() for name in beside))
