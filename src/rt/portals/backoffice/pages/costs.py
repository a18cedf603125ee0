"""What the platform costs a month: the bill drawn and in figures, its switches, an order's and a tenant's."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import CostsView, CostSwitchView, GetCosts
from rt.kernel.core.digits import whole
from rt.portals.backoffice.billing import SECTIONS, Bar, Row, bars, decimal, dollars, row, small
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import day, language, number
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

SPEC = ("reserved", "rds", "datadog")
"""What the specification's own totals include."""
SAFE = ("reserved", "forgotten")
CHEAPEST = (*SAFE, "spot_staging", "staging_nights", "s3_tiering", "origin_shield", "cdn_cache", "atlas_free")
LOAD = ("orders", "tenants")
TERMS = {
    "option": marked("Options"),
    "short": marked("Optimisations à court terme"),
    "long": marked("Optimisations à long terme"),
    "measured": marked("D'après nos mesures"),
}


class Choice(msgspec.Struct, kw_only=True):
    """One switch of the form, with what it changes."""

    name: str
    label: str
    note: str
    on: bool
    effect: str
    claim: str


class CostsPage(Page):
    """The bill; the part is all that a switch changes, the form included."""

    template, part = "costs.html", "_costs.html"
    tabs: list[tuple[str, str, int | None]]
    current: str
    works: bool = False
    kpis: list[tuple[str, str, str]] = []
    bars: list[Bar] = []
    sections: list[tuple[str, str, str, list[Row]]] = []
    choices: list[tuple[str, list[Choice]]] = []
    orders: int = 0
    tenants: int = 0
    differences: list[str] = []
    readings: list[tuple[str, str]] = []
    facts: list[tuple[str, str]] = []
    shares: list[tuple[str, str, int, str]] = []
    counted_at: datetime | None = None


def at(switches: Iterable[str], load: dict[str, str]) -> str:
    """The page's address with these switches on, at the same load."""
    return f"/costs?{urlencode(load | dict.fromkeys(switches, 'true'))}"


def choice(one: CostSwitchView) -> Choice:
    effect = dollars(one.here_cents) if one.here_cents <= 0 else f"+{dollars(one.here_cents)}"
    if one.alone_cents != one.here_cents:
        effect = _("%(here)s ici, %(alone)s seul") % {"here": effect, "alone": dollars(one.alone_cents)}
    return Choice(
        name=one.key,
        label=one.label,
        note=one.note,
        on=one.on,
        effect=effect,
        claim=_("annoncé %(claim)s") % {"claim": dollars(one.claimed_cents)} if one.claimed_cents else "",
    )


def measured(view: CostsView) -> list[tuple[str, str]]:
    """What the load needs, from figures that were measured."""
    found = view.capacity
    carried = _("%(orders)s commandes par mois, une machine perdue") % {
        "orders": number(found.orders_two_machines_carry)
    }
    peak = _("%(peak)s par seconde ; une machine en tient %(rate)s") % {
        "peak": decimal(found.requests_a_second_at_peak),
        "rate": decimal(found.requests_a_second_per_machine),
    }
    return [
        (_("Requêtes par commande"), decimal(found.requests_per_order)),
        (_("Processeur par requête"), f"{decimal(found.cpu_ms_per_request)}\u00a0ms"),
        (_("Pointe à cette charge"), peak),
        (
            _("Machines"),
            _("%(wanted)s, dont une peut se perdre (au plus %(most)s)")
            % {"wanted": found.machines, "most": found.most_machines},
        ),
        (_("Deux machines portent"), carried),
        (
            _("Mémoire des 17 services"),
            _("environ %(estimate)s Mo mesurés, %(caps)s Mo de plafonds, %(machine)s Mo par machine")
            % {
                "estimate": number(found.memory_estimate_mb),
                "caps": number(found.memory_caps_mb),
                "machine": number(found.machine_memory_mb),
            },
        ),
        (
            _("Base de données après un an"),
            _("%(size)s Go ; au-delà des 10 Go de la M10, la spécification ne donne pas de prix")
            % {"size": decimal(found.database_gb)},
        ),
        (_("Mesuré le"), day(found.measured_on)),
    ]


async def costs(visit: Visit) -> Page | Response:
    chosen = [name for name in GetCosts.__struct_fields__ if visit.query.get(name) == "true"]
    load = {name: value for name in LOAD if whole(value := visit.query.get(name, "")) is not None}
    fixed: dict[str, object] = {"by_tenant": True, "language": language() if language() == "en" else "fr"}
    first = not visit.query or set(visit.query) == {"lang"}
    turned = dict.fromkeys(SPEC, True) if first else {}
    view = await attempt(visit, visit.asked(GetCosts, **fixed, **turned))
    presets = [
        (SPEC, _("Spécification")),
        (SAFE, _("Lecture sûre, tout compté")),
        (CHEAPEST, _("Le moins cher")),
    ]
    current = at(SPEC if first else sorted(chosen), load)
    tabs: list[tuple[str, str, int | None]] = [(at(sorted(one), load), label, None) for one, label in presets]
    if first:
        current = tabs[0][0]
    if view is None:
        return CostsPage(title=_("Coûts"), tabs=tabs, current=current)
    terms = [
        (_(label), [choice(one) for one in view.switches if one.term == term])
        for term, label in TERMS.items()
    ]
    return CostsPage(
        title=_("Coûts"),
        works=True,
        tabs=tabs,
        current=current,
        kpis=[
            (_("Par mois"), dollars(view.total_cents), _("la spécification annonce 600 $ à 750 $")),
            (_("Par an"), dollars(12 * view.total_cents), _("douze fois ce mois")),
            (
                _("Par commande"),
                small(view.per_order),
                _("à %(count)s par mois") % {"count": number(view.orders)},
            ),
            (
                _("Par organisation"),
                small(view.per_tenant),
                _("à %(count)s") % {"count": number(view.tenants)},
            ),
        ],
        bars=bars(view),
        sections=[
            (
                _(SECTIONS[one.key]),
                dollars(one.amount_cents),
                dollars(one.claimed_cents),
                [row(line) for line in view.lines if line.section == one.key],
            )
            for one in view.sections
        ],
        choices=terms,
        orders=view.orders,
        tenants=view.tenants,
        differences=[one.text for one in view.differences],
        readings=[(one.label, dollars(one.amount_cents)) for one in view.readings],
        facts=measured(view),
        shares=[
            (one.organization_id, one.name, one.objects, dollars(one.amount_cents))
            for one in view.tenant_costs
        ],
        counted_at=view.counted_at,
    )


PAGES = [page("/costs", costs, methods=("GET",))]
