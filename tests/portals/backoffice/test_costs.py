"""The page of costs: drawn, in figures, with switches that work as a plain form."""

import re
from html import unescape

import pytest
from msgspec import structs
from tests.portals.backoffice import town
from tests.portals.backoffice.town import Town, browser, signed_in
from tests.portals.plain import faults

from rt.contracts.admin_gateway import CostsView, GetCosts, TenantCostView
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Unavailable
from rt.portals.backoffice.billing import GROUPS, SECTIONS, UNITS
from rt.portals.backoffice.pages.costs import CHEAPEST, SAFE, SPEC, TERMS
from rt.services.admin_gateway.actions.costs import priced
from rt.services.admin_gateway.adapters import costs_ledger
from rt.services.admin_gateway.domain.costs.bill import SPEC_BILL, switches
from rt.ui.formats import moment

LEDGER = costs_ledger()
SWITCHES = switches(LEDGER)


def answer(asked: GetCosts) -> CostsView:
    """What the gateway would say, with two organizations."""
    view = priced(LEDGER, asked)
    parts = [("org_monts0001", "Laiterie des Monts", 30), ("org_delmas0001", "Transports Delmas", 10)]
    view.tenant_costs.extend(
        TenantCostView(organization_id=org, name=name, objects=kept, amount_cents=kept * 100)
        for org, name, kept in parts
    )
    return structs.replace(view, counted_at=town.AT)


def priced_town() -> Town:
    there = Town()
    there.answers[GetCosts] = answer
    return there


async def shown(path: str, there: Town | None = None, **headers: str) -> str:
    client, _token = await signed_in(there or priced_town())
    with held(town.AT):
        page = await client.get(path, headers=headers)
    assert page.status_code == 200
    return unescape(page.text)


@pytest.mark.parametrize("path", ["/costs", "/costs?orders=300000&tenants=7&forgotten=true&serverless=true"])
async def test_the_page_renders_in_both_languages_with_a_label_for_each_field(path: str) -> None:
    mark = "&" if "?" in path else "?"
    french, english = await shown(path), await shown(f"{path}{mark}lang=en")
    assert "<h1>Coûts</h1>" in french
    assert "<h1>Costs</h1>" in english
    assert faults(french, codes=True) + faults(english, codes=True) == []


async def test_the_first_sight_is_the_specifications_bill() -> None:
    there = priced_town()
    page = await shown("/costs", there)
    assert f"Comptés le {moment(town.AT)}." in page
    assert "605,05\u00a0$" in page
    asked = there.heard(GetCosts)
    assert {name for name in SWITCHES if getattr(asked, name)} == set(SPEC) == SPEC_BILL
    assert 'aria-current="page">Spécification' in page


async def test_a_plain_form_turns_switches_over() -> None:
    there = priced_town()
    page = await shown("/costs?orders=20000&tenants=40&reserved=true&spot_staging=true", there)
    asked = there.heard(GetCosts)
    assert (asked.orders, asked.tenants, asked.by_tenant) == (20_000, 40, True)
    assert {name for name in SWITCHES if getattr(asked, name)} == {"reserved", "spot_staging"}
    ticked = re.findall(r'<input type="checkbox" id="(\w+)"[^>]* checked', page)
    assert sorted(ticked) == ["reserved", "spot_staging"]
    assert re.search(r'<form class="form" method="get" action="/costs"', page)


async def test_nothing_ticked_is_nothing_turned_on() -> None:
    there = priced_town()
    await shown("/costs?orders=20000&tenants=40", there)
    assert not any(getattr(there.heard(GetCosts), name) for name in SWITCHES)


@pytest.mark.parametrize("typed", ["orders=many", "orders=0", "orders=999999999999", "rds=perhaps"])
async def test_what_makes_no_sense_falls_back(typed: str) -> None:
    assert "Par commande" in await shown(f"/costs?{typed}")


async def test_a_switch_changes_the_part_alone() -> None:
    part = await shown("/costs?orders=1&tenants=1", **{"hx-request": "true"})
    assert "<html" not in part
    assert "<form" in part


async def test_each_amount_of_the_chart_stands_in_words_too() -> None:
    page = await shown("/costs?forgotten=true&rds=true")
    chart = page.split('<svg role="img" aria-label="Barres')[1].split("</svg>\n<p")[0]
    drawn = re.findall(r'text-anchor="end">([^<(]+)', chart)
    assert len(drawn) > 15
    for line in answer(GetCosts(forgotten=True, rds=True)).lines:
        assert line.label in page


async def test_what_nobody_verified_is_said_to_be_so() -> None:
    page = await shown("/costs?forgotten=true")
    assert page.count("(mém.) non vérifié") == sum(
        line.source == "memory" for line in answer(GetCosts(forgotten=True)).lines
    )


async def test_each_organization_has_its_part_and_leads_to_its_page() -> None:
    page = await shown("/costs")
    assert 'href="/tenants/org_monts0001">Laiterie des Monts</a>' in page
    assert "30,00\u00a0$" in page


async def test_a_gateway_that_does_not_answer_is_said() -> None:
    there = Town()
    there.answers[GetCosts] = Unavailable()
    assert "Les coûts ne sont pas calculés" in await shown("/costs", there)


async def test_costs_are_for_those_who_signed_in() -> None:
    page = await browser(Town()).get("/costs")
    assert (page.status_code, page.headers["location"].split("?")[0]) == (303, "/login")


def test_everything_of_the_price_table_has_a_name() -> None:
    table = LEDGER.table
    assert {row.section for row in table.price} == set(SECTIONS)
    assert {row.group for row in table.price} == set(GROUPS)
    assert {row.unit for row in table.price} == set(UNITS)
    assert {"option", *(one.term for one in table.saving)} == set(TERMS)
    assert {*SPEC, *SAFE, *CHEAPEST} <= set(SWITCHES)
