"""What the list of orders promises whatever a portal chooses: views, columns, steps, filters, acts."""

import re

from tests.pages.shop import Town, signed_in
from tests.portals.industry import make

from rt.contracts.authz import FindPartners, GetListChoices, ListChoicesView, OrganizationsPage, OwnView
from rt.contracts.core_orders import (
    CountFoundOrders,
    CountOrders,
    ExportOrders,
    FindOrders,
    FoundCounts,
    OrderCounts,
    OrdersPage,
)
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Unavailable
from rt.kernel.model.messages import Download
from rt.pages.order_columns import OrderColumn
from rt.pages.orders import Act, Bulk, Orders, View
from rt.portals.industry.pages import orders as industry
from rt.portals.recipient.pages import deliveries as recipient
from rt.portals.transporter.pages import orders as transporter

ORDERS = Orders(
    path="/carriages",
    title="Transports",
    view="open",
    views=(
        View("open", "Ouvertes", ("assigned", "planned")),
        View("trouble", "Incidents", incident=True),
        View("all", "Toutes"),
    ),
    columns=("reference", "flags", "client", "purchase", "price", "deadline"),
    own={"purchase": OrderColumn("Achat", lambda row: row.references.purchase_order, ("purchase_order",))},
    steps={"assigned": ("Planifier", "/plan/{order_id}"), "AcceptTender": ("Répondre", "{order}#answer")},
    due={"assigned": ("pickup_until", "pickup_from")},
    filters=("carrier_id",),
    placeholder="Référence",
    empty="Rien encore.",
    acts=(Act(path="/new", label="Nouvelle", icon="plus", kind="primary", needs="core_orders.write"),),
    bulk=Bulk(path="/many", verbs=(("cancel", "Annuler", "ban"),), needs="planning.write"),
)


def town() -> Town:
    made = Town()
    rows = [
        make.row("assigned", order_id="ord_1", reference="A-1", may=[]),
        make.row("assigned", order_id="ord_2", reference="A-2", may=["AcceptTender"]),
        make.row("assigned", order_id="ord_3", reference="A-3", may=["AcceptTender"], incident_open=True),
    ]
    made.answers |= {
        FindPartners: OrganizationsPage(items=[], next=""),
        GetListChoices: ListChoicesView(list_name="carriages", columns=[], views=[]),
        FindOrders: OrdersPage(items=rows, next="c2"),
        CountOrders: OrderCounts(states={"assigned": 2, "planned": 1, "delivered": 4}, incident=1, total=7),
        ExportOrders: Download(content=b"ref", media_type="text/csv", filename="t.csv"),
    }
    return made


async def shown(made: Town, path: str) -> str:
    async with signed_in(made, pages=ORDERS.pages()) as client:
        with held(make.AT):
            answer = await client.get(path)
    assert answer.status_code == 200
    return answer.text


async def test_a_portal_chooses_its_views_and_the_one_shown_at_first() -> None:
    made = town()
    html = await shown(made, "/carriages")
    (message,) = [message for _token, message, _key in made.said if isinstance(message, FindOrders)]
    assert (message.state, message.incident) == ("assigned,planned", None)
    for view, count in (("open", 3), ("trouble", 1), ("all", 7)):
        assert f'href="/carriages?view={view}"' in html
        assert f'<span class="count">{count}</span>' in html
    await shown(made, "/carriages?view=trouble")
    assert [message for _token, message, _key in made.said if isinstance(message, FindOrders)][
        -1
    ].incident is True


async def test_columns_stand_in_the_chosen_order_and_empty_ones_stay_away() -> None:
    made = town()
    html = await shown(made, "/carriages")
    head = html[html.index("<thead>") : html.index("</thead>")]
    places = [head.index(label) for label in ("Commande", "Alertes", "Client", "Achat", "Échéance")]
    assert places == sorted(places)
    assert "Prix" not in head, "nobody may see a price here"
    assert "Poids" not in head


async def test_a_column_that_the_list_has_no_more_is_not_missed() -> None:
    made = town()
    kept = ["gone", "purchase", "reference", "client"]
    made.answers[GetListChoices] = ListChoicesView(list_name="carriages", columns=kept, views=[])
    html = await shown(made, "/carriages")
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', html)
    assert heads == ["Commande", "Achat", "Client"]


async def test_the_step_is_the_incident_then_an_open_command_then_the_state() -> None:
    html = await shown(town(), "/carriages")
    assert 'href="/plan/ord_1"' in html
    assert 'href="/carriages/ord_2#answer"' in html
    assert 'href="/carriages/ord_3#incidents"' in html


async def test_a_filter_of_the_address_stays_in_every_link_and_in_the_export() -> None:
    made = town()
    html = await shown(made, "/carriages?view=all&carrier_id=org_carrier&q=a%26b")
    (more,) = re.findall(r'href="(/carriages\?[^"]*after=c2[^"]*)"', html)
    for part in ("view=all", "carrier_id=org_carrier", "q=a%26b"):
        assert part in more
    await shown(made, "/carriages.csv?view=open&carrier_id=org_carrier&q=x")
    message = next(message for _token, message, _key in made.said if isinstance(message, ExportOrders))
    assert (message.q, message.state, message.carrier_id) == ("x", "assigned,planned", "org_carrier")


async def test_acts_are_shown_to_those_who_may_and_counters_may_be_missing() -> None:
    made = town()
    made.answers[CountOrders] = Unavailable()
    html = await shown(made, "/carriages")
    assert 'href="/new"' in html
    assert 'action="/many"' not in html
    assert '<span class="count">' not in html


def heard(made: Town, message: type) -> list[object]:
    return [one for _token, one, _key in made.said if isinstance(one, message)]


async def test_partners_are_asked_for_where_filters_are_open_or_one_has_no_name_yet() -> None:
    """Neither to read the list nor to type into it; by a link, so that no script is needed."""
    made = town()
    html = await shown(made, "/carriages?view=all&q=A")
    assert not heard(made, FindPartners)
    assert "<details" not in html[html.index("toolbar") : html.index('id="part"')]
    (there,) = re.findall(r'href="(/carriages\?[^"]*filters=1)"', html)
    html = await shown(made, there.replace("&amp;", "&"))
    assert len(heard(made, FindPartners)) == 1
    assert '<details class="filters" open>' in html
    assert 'name="carrier_id"' in html
    assert "filters=1" not in html[html.index('id="part"') :], "what is shown leads on without them"
    known = made.answers[FindOrders].items[0].carrier_id
    for view in (f"/carriages?carrier_id={known}", "/carriages?place=Metz"):
        await shown(made, view)
    assert len(heard(made, FindPartners)) == 1
    html = await shown(made, "/carriages?carrier_id=org_gone")
    assert len(heard(made, FindPartners)) == 2
    assert "Partenaire introuvable</b>" in html


async def test_a_closed_filter_still_narrows_what_is_typed() -> None:
    made = town()
    html = await shown(made, "/carriages?view=all&carrier_id=org_gone&sort=-pickup")
    form = html[html.index('role="search"') : html.index('id="part"')]
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert kept == {"view": "all", "carrier_id": "org_gone", "sort": "-pickup"}
    opened = await shown(made, "/carriages?view=all&carrier_id=org_gone&filters=1")
    assert '<option value="org_gone" selected' in opened


async def test_all_views_of_ones_own_are_counted_in_one_word() -> None:
    made = town()
    views = [OwnView(name=f"Vue {n}", query=f"view=all&q=a{n}&sort=price") for n in range(20)]
    made.answers[GetListChoices] = ListChoicesView(list_name="carriages", columns=[], views=views)
    made.answers[CountFoundOrders] = FoundCounts(counts=[*range(19), 100])
    html = await shown(made, "/carriages")
    (asked,) = heard(made, CountFoundOrders)
    assert [one.q for one in asked.by] == [f"a{n}" for n in range(20)]
    assert 'Vue 18<span class="count">18</span>' in html
    assert 'Vue 19<span class="count">99+</span>' in html
    made.answers[CountFoundOrders] = Unavailable()
    assert "Vue 19</a>" in await shown(made, "/carriages")


async def test_an_address_that_says_a_thing_twice_means_the_last() -> None:
    made = town()
    await shown(made, "/carriages?view=all&sort=pickup&sort=-pickup&carrier_id=org_1&carrier_id=org_carrier")
    (message,) = heard(made, FindOrders)
    assert (message.sort, message.carrier_id) == ("-pickup", "org_carrier")


def test_every_column_that_a_list_may_show_is_in_its_file() -> None:
    for orders in (ORDERS, industry.ORDERS, transporter.ORDERS, recipient.DELIVERIES):
        empty = [
            name
            for name, one in orders.columns.items()
            if not one.file and (name != "deadline" or orders.due)
        ]
        assert empty == [], orders.title
