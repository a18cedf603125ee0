"""What every page about pallets says: names of types, effects on our account, partners to choose, tabs."""

import re
from collections.abc import Callable, Sequence
from typing import get_args

from rt.contracts.authz import FindPartners
from rt.contracts.palette import FindMovements, GetBalances, LineView, MovementView, PalletQuality, PalletType
from rt.ui.asking import attempt, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked, named
from rt.ui.pages import Choice
from rt.ui.visit import Visit

AS_WRITTEN = ("CHEP", "LPR", "IPP", "PRS", "A", "B", "C")
MARKS = {"EUR": "EUR/EPAL", "UIC": "UIC/EUR"} | {code: code for code in AS_WRITTEN}
"""Trade marks as they are written, in every language."""

PARTNER_PAGES = 10
"""Of 200: whoever has more partners than that finds them on the partners' page."""
TABS = {
    "claims": marked("À confirmer"),
    "movements": marked("Mouvements"),
    "policies": marked("Consignes"),
    "vouchers": marked("Bons palettes"),
    "statements": marked("Relevés"),
}
"""Pages below `/pallets`, by the end of their address."""
Tabs = Sequence[tuple[str, str, int | None]]


def tabs_of(*names: str) -> Callable[[], Tabs]:
    """The tabs of the pallet pages that a portal has; balances are the first."""

    def tabs() -> Tabs:
        return [
            ("/pallets", _("Soldes"), None),
            *((f"/pallets/{name}", _(TABS[name]), None) for name in names),
        ]

    return tabs


def pallet_names() -> dict[str, str]:
    """Names of every type and quality by code, in the language of the page."""
    codes: tuple[str, ...] = (*get_args(PalletType), *get_args(PalletQuality))
    return {code: MARKS.get(code) or named("choice", code) for code in codes}


def pallet_text(kind: str, quality: str) -> str:
    """Type and quality of a pallet."""
    names = pallet_names()
    return f"{names[kind]} · {names[quality]}"


def pallet_choices() -> dict[str, list[Choice]]:
    """Types and qualities to choose from in a form."""
    names = pallet_names()
    return {
        "pallet_type": [Choice(code, names[code]) for code in get_args(PalletType)],
        "quality": [Choice(code, names[code]) for code in get_args(PalletQuality)],
    }


async def partner_choices(visit: Visit) -> list[Choice]:
    """Those with whom we have an account, then our other partners and guests."""
    held = await attempt(visit, GetBalances())
    names = {b.partner_id: b.partner_name for b in (held.items if held else ())}
    after = ""
    for _page in range(PARTNER_PAGES):
        known = await attempt(visit, FindPartners(limit=200, after=after))
        ours = [one for one in (known.items if known else ()) if one.standing in ("guest", "partner")]
        names |= {one.id: one.name for one in ours if one.id not in names}
        after = known.next if known else ""
        if not after:
            break
    return [Choice(one, name) for one, name in names.items()]


async def waiting_for_us(visit: Visit) -> int:
    """How many claims wait for our answer; as many as one page has, at most."""
    found = await attempt(visit, FindMovements(waits="ours", limit=100))
    return len(found.items) if found else 0


def version_read(visit: Visit) -> int:
    """The version of what the answering form showed; 0, which is refused, when it says none."""
    seen = typed(visit, "version")
    return int(seen) if re.fullmatch("[0-9]{1,9}", seen) else 0


def effect_text(movement: MovementView) -> str:
    """What the movement changes, or would change, for us."""
    return " ; ".join(map(_passed, movement.lines))


def _passed(line: LineView) -> str:
    said = (
        _("%(n)s %(type)s reçues de %(who)s") if line.quantity > 0 else _("%(n)s %(type)s remises à %(who)s")
    )
    pallets = pallet_text(line.pallet_type, line.quality)
    return said % {"n": abs(line.quantity), "type": pallets, "who": line.partner_name}
