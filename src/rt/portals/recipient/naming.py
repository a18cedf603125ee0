"""How pallet types and qualities are called at the dock: trade marks as they are written."""

from typing import get_args

from rt.contracts.palette import PalletQuality, PalletType
from rt.ui.catalogues import named

AS_WRITTEN = ("CHEP", "LPR", "IPP", "PRS", "A", "B", "C")
MARKS = {"EUR": "EUR/EPAL", "UIC": "UIC/EUR"} | {code: code for code in AS_WRITTEN}


def pallet_names() -> dict[str, str]:
    """Names of every type and quality by code, in the language of the page."""
    codes = (*get_args(PalletType), *get_args(PalletQuality))
    return {code: MARKS.get(code) or named("choice", code) for code in codes}
