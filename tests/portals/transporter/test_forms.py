"""What a press of the carrier's office does at the services, once, to what was read."""

import asyncio
import io
import re
from datetime import datetime, timedelta

from pikepdf import Pdf
from tests.portals.transporter.world import DAY, HOUR, LYON, MORNING, World
from tests.portals.world import Browser, carried

from rt.contracts.authz import FindUsers, GetOrganization
from rt.contracts.core_orders import (
    AcceptTender,
    AddDocument,
    PlanOrder,
    RefuseTender,
    ReportIncident,
    ReportProgress,
)
from rt.contracts.ecpmr import MakeSigningLink
from rt.contracts.palette import (
    BookMovement,
    FindPolicies,
    GetMovement,
    GetStatement,
    GetVoucher,
    IssueVoucher,
    MakeStatement,
    SetPolicy,
    StatementView,
)
from rt.contracts.planning import (
    AcceptPlan,
    AddAbsence,
    AddVehicle,
    BookSlot,
    EditVehicle,
    FindSlots,
    FindVehicles,
    GetDriver,
    GetJob,
    GetOptimisedPlan,
    GetPlan,
    GetSlot,
    GetTour,
    GetVehicle,
    MoveSlot,
    Optimise,
)
from rt.kernel.core.clock import ZONE, held
from rt.portals.transporter.pages.planning import BASKET_SHOWN

TOAST = 'role="status" data-toast'


def pdf() -> bytes:
    """A paper with one empty page."""
    written = io.BytesIO()
    with Pdf.new() as paper:
        paper.add_blank_page()
        paper.save(written)
    return written.getvalue()


async def followed(browser: Browser, answer: object) -> str:
    """The page that a press leads to."""
    headers = getattr(answer, "headers", {})
    assert "location" in headers, getattr(answer, "text", answer)
    return await browser.page(headers["location"])


async def test_one_press_accepts_under_the_key_of_its_form(world: World, carrier: Browser) -> None:
    order_id = (await world.offered()).order_id
    page = await carrier.page("/")
    here = f"/offers/{order_id}/accept"
    assert "Offre acceptée" in await followed(carrier, await carrier.press(page, here))
    assert (await world.read(order_id)).state == "assigned"
    again = await carrier.press(page, here)
    assert "Offre acceptée" in await followed(carrier, again)
    keys = [key for message, key, *_ in world.ear.heard if isinstance(message, AcceptTender)]
    assert keys == [carried(page, here)["_key"]] * 2


async def test_a_refusal_needs_its_reason(world: World, carrier: Browser) -> None:
    order_id = (await world.offered()).order_id
    page = await carrier.page(f"/orders/{order_id}")
    await carrier.press(page, f"/offers/{order_id}/refuse", reason="")
    assert not world.ear.said(RefuseTender)
    await carrier.press(page, f"/offers/{order_id}/refuse", reason="Prix trop bas")
    order = await world.read(order_id)
    (offer,) = order.tenders or []
    assert (order.state, offer.state, offer.reason) == ("confirmed", "refused", "Prix trop bas")


async def test_a_step_that_does_not_exist_is_refused_and_no_fault_of_ours(
    world: World, carrier: Browser
) -> None:
    order_id = (await world.assigned()).order_id
    page = await carrier.page(f"/orders/{order_id}")
    proof = carried(page, "/logout")
    answer = await carrier.web.post(f"/orders/{order_id}/progress/teleported", data=proof)
    assert answer.status_code == 422
    assert not world.ear.said(ReportProgress)


async def test_nothing_is_said_without_the_forms_token(world: World, carrier: Browser) -> None:
    order_id = (await world.offered()).order_id
    page = await carrier.page("/")
    answer = await carrier.press(page, f"/offers/{order_id}/accept", _csrf="other")
    assert answer.status_code == 403
    assert not world.ear.said(AcceptTender)


async def test_a_delivery_with_reserves_is_noted_by_one_press(world: World, carrier: Browser) -> None:
    order_id = (await world.assigned()).order_id
    await world.say(world.carrier, PlanOrder(order_id=order_id, vehicle_plate="AB-123-CD"))
    page = await carrier.page(f"/orders/{order_id}")
    answer = await carrier.press(page, f"/orders/{order_id}/progress/delivered?reserves=yes")
    assert TOAST in await followed(carrier, answer)
    order = await world.read(order_id)
    assert (order.state, order.with_reserves) == ("delivered", True)


async def test_all_other_sessions_are_ended_and_the_own_goes_on(world: World, carrier: Browser) -> None:
    other = await world.browser()
    page = await carrier.page("/settings")
    assert "Toutes les autres sessions" in await followed(
        carrier, await carrier.press(page, "/settings/sessions/end")
    )
    await world.platform.settle()
    assert (await other.web.get("/settings")).headers["location"].startswith("/login")


async def test_an_assignment_names_its_place_and_can_be_undone(world: World, carrier: Browser) -> None:
    tour, job = await world.tour(), await world.job()
    here = f"/planning/jobs/{job.job_id}"
    page = await carrier.page(f"{here}?day={DAY}")
    assigned = await followed(carrier, await carrier.press(page, f"{here}/assign?day={DAY}"))
    now = await world.ask(world.carrier, GetTour(tour_id=tour.tour_id))
    assert [stop.job_id for stop in now.stops].count(job.job_id) == 2
    undo = f"{here}/unassign?day={DAY}&tour={tour.tour_id}"
    assert TOAST in await followed(carrier, await carrier.press(assigned, undo))
    assert (await world.ask(world.carrier, GetJob(job_id=job.job_id))).state == "unplanned"


async def test_a_place_on_a_tour_that_has_moved_on_is_taken_by_nobody(world: World, carrier: Browser) -> None:
    tour, job, other = await world.tour(), await world.job(), await world.job()
    here = f"/planning/jobs/{job.job_id}"
    page = await carrier.page(f"{here}?day={DAY}&tour_id={tour.tour_id}")
    await world.assign(other, tour)
    answer = await carrier.press(page, f"{here}/assign?day={DAY}")
    assert answer.status_code == 200
    assert 'class="notice bad' in answer.text
    assert (await world.ask(world.carrier, GetJob(job_id=job.job_id))).state == "unplanned"


async def test_a_refused_assignment_keeps_the_page_and_says_why(world: World, carrier: Browser) -> None:
    job, driver = await world.job(pallets=20), await world.driver()
    vehicle = await world.vehicle(capacity_pallets=18)
    here = f"/planning/jobs/{job.job_id}"
    page = await carrier.page(f"{here}?day={DAY}")
    answer = await carrier.web.post(
        f"{here}/assign?day={DAY}",
        data=carried(page, "/logout")
        | {"vehicle_id": vehicle.vehicle_id, "driver_id": driver.driver_id, "day": str(DAY)},
    )
    assert f"{vehicle.plate} porterait 20 pal pour 18 autorisés" in answer.text
    assert "over_capacity" not in answer.text
    assert (await world.ask(world.carrier, GetJob(job_id=job.job_id))).state == "unplanned"


async def test_publishing_a_day_leaves_out_tours_in_conflict(world: World, carrier: Browser) -> None:
    good, bad = await world.tour(), await world.tour(name="Thomas Girard")
    day = MORNING + timedelta(days=1)
    away = AddAbsence(driver_id=bad.driver_id, starts_at=day, ends_at=day + 8 * HOUR)
    await world.ask(world.carrier, away)
    page = await carrier.page(f"/planning?day={DAY}")
    (drafts,) = re.findall(r'name="drafts" value="([^"]*)"', page)
    assert drafts == f"{good.tour_id}:{good.version}"
    published = await followed(carrier, await carrier.press(page, f"/planning/publish?day={DAY}"))
    assert "1 tournée publiée" in published
    states = {t.tour_id: t.state for t in (await world.ask(world.carrier, GetPlan(day=DAY))).tours}
    assert states == {good.tour_id: "published", bad.tour_id: "draft"}


async def test_a_published_tour_can_be_taken_back_for_ten_seconds(world: World, carrier: Browser) -> None:
    tour = await world.tour()
    here = f"/planning/tours/{tour.tour_id}"
    published = await followed(carrier, await carrier.press(await carrier.page(here), f"{here}/publish"))
    now = await world.ask(world.carrier, GetTour(tour_id=tour.tour_id))
    assert now.state == "published"
    undo = f"{here}/withdraw?version={now.version}"
    assert TOAST in await followed(carrier, await carrier.press(published, undo))
    assert (await world.ask(world.carrier, GetTour(tour_id=tour.tour_id))).state == "withdrawn"


async def test_a_stop_is_moved_on_the_tour_that_was_read_and_back_on_the_one_it_became(
    world: World, carrier: Browser
) -> None:
    tour = await world.tour(await world.job(), await world.job())
    here = f"/planning/tours/{tour.tour_id}"
    page = await carrier.page(here)
    before = [(stop.job_id, stop.kind) for stop in tour.stops]
    moved = await followed(carrier, await carrier.press(page, f"{here}/move?from=0&to=1"))
    now = await world.ask(world.carrier, GetTour(tour_id=tour.tour_id))
    assert [(stop.job_id, stop.kind) for stop in now.stops] == [before[1], before[0], *before[2:]]
    await carrier.press(page, f"{here}/move?from=0&to=1")
    assert (await world.ask(world.carrier, GetTour(tour_id=tour.tour_id))).version == now.version
    await carrier.press(moved, f"{here}/move?from=1&to=0&version={now.version}")
    now = await world.ask(world.carrier, GetTour(tour_id=tour.tour_id))
    assert [(stop.job_id, stop.kind) for stop in now.stops] == before


async def test_the_optimiser_leads_to_its_search_which_can_be_abandoned(
    world: World, carrier: Browser
) -> None:
    await world.job()
    page = await carrier.page(f"/planning?day={DAY}")
    answer = await carrier.press(page, f"/planning/optimise?day={DAY}")
    searching = await followed(carrier, answer)
    plan_id = answer.headers["location"].removeprefix("/planning/plans/")
    plan = await world.ask(world.carrier, GetOptimisedPlan(plan_id=plan_id))
    assert (plan.day, plan.state) == (DAY, "running")
    assert 'hx-trigger="every 2s"' in searching
    await carrier.press(searching, f"/planning/plans/{plan_id}/discard?day={DAY}")
    plan = await world.ask(world.carrier, GetOptimisedPlan(plan_id=plan_id))
    assert plan.state == "discarded"


async def test_a_search_shows_how_far_it_is_and_its_proposal_is_accepted_as_it_was_read(
    world: World, carrier: Browser
) -> None:
    await world.vehicle()
    await world.driver()
    job = await world.job()
    plan = await world.ask(world.carrier, Optimise(day=DAY, days=1, budget_seconds=0.5))
    here, part = f"/planning/plans/{plan.plan_id}", {"hx-request": "true"}
    running = asyncio.create_task(world.platform.tick())
    far = ""
    while not running.done() and "40 %" not in far:
        with held(MORNING + timedelta(seconds=0.2)):
            far = re.sub("[\u202f\xa0]", " ", (await carrier.web.get(here, headers=part)).text)
    await running
    assert "40 % du temps de calcul" in far
    assert "<html" not in far
    assert (await carrier.web.get(here, headers=part)).headers["hx-redirect"] == here
    page = await carrier.page(here)
    accept = f"{here}/accept?day={DAY}"
    assert TOAST in await followed(carrier, await carrier.press(page, accept))
    proposed = await world.ask(world.carrier, GetOptimisedPlan(plan_id=plan.plan_id))
    assert proposed.state == "accepted"
    assert str(world.ear.latest(AcceptPlan).version) == carried(page, accept)["version"]
    assert (await world.ask(world.carrier, GetJob(job_id=job.job_id))).state == "planned"


async def test_a_search_is_put_aside_at_the_version_that_was_on_the_screen(
    world: World, carrier: Browser
) -> None:
    await world.job()
    plan = await world.ask(world.carrier, Optimise(day=DAY, days=1, budget_seconds=0.5))
    asked = GetOptimisedPlan(plan_id=plan.plan_id)
    here = f"/planning/plans/{plan.plan_id}"
    discard = f"{here}/discard?day={DAY}"
    searching = await carrier.page(here)
    await world.platform.tick()
    await carrier.press(searching, discard)
    proposed = await world.ask(world.carrier, asked)
    assert proposed.state == "proposed"
    page = await carrier.page(here)
    assert carried(page, discard)["version"] == str(proposed.version)
    await carrier.press(page, discard)
    assert (await world.ask(world.carrier, asked)).state == "discarded"


async def test_a_search_that_was_lost_says_so_and_can_be_run_again(world: World, carrier: Browser) -> None:
    plan = await world.ask(world.carrier, Optimise(day=DAY, days=1, budget_seconds=0.5))
    await world.stored("planning", "plans").update_one({"_id": plan.plan_id}, {"$set": {"begun": 3}})
    await world.platform.tick()
    page = await carrier.page(f"/planning/plans/{plan.plan_id}")
    assert "a redémarré pendant le calcul" in page
    assert f'action="/planning/optimise?day={DAY}"' in page


async def test_the_basket_is_read_page_by_page(world: World, carrier: Browser) -> None:
    first, other = await world.job(), await world.job()
    await world.copied("planning", "jobs", first.job_id, "order_id", 100)
    page = await carrier.page(f"/planning/basket?q={first.reference}")
    assert other.reference not in page
    (more,) = re.findall(r'href="(/planning/basket\?q=[^"]+after=[^"]+)"', page)
    rest = await carrier.page(more.replace("&amp;", "&"))
    links = re.findall(r"/planning/jobs/(job_\w+)", page + rest)
    assert len(set(links)) == 101


async def test_the_day_lists_the_most_urgent_jobs_and_maps_more(world: World, carrier: Browser) -> None:
    first = await world.job()
    await world.copied("planning", "jobs", first.job_id, "order_id", 60)
    page = await carrier.page(f"/planning?day={DAY}")
    assert len(set(re.findall(r'class="row-link" href="/planning/jobs/(job_\w+)"', page))) == BASKET_SHOWN
    assert len(set(re.findall(r'"href":"/planning/jobs/(job_\w+)"', page))) == 61
    assert '<a href="/planning/basket">' in page


async def test_a_vehicle_is_changed_at_the_version_that_was_read(world: World, carrier: Browser) -> None:
    vehicle = await world.vehicle(equipment=["tail_lift"])
    here = f"/fleet/{vehicle.vehicle_id}"
    page = await carrier.page(here)
    typed = {"plate": vehicle.plate, "capacity_pallets": "34"}
    assert (await carrier.press(page, here, **typed)).status_code == 303
    now = await world.ask(world.carrier, GetVehicle(vehicle_id=vehicle.vehicle_id))
    assert (now.capacity_pallets, now.equipment, now.maintenance) == (34, [], [])
    late = await carrier.press(page, here, _key="another", **typed | {"capacity_pallets": "20"})
    assert late.status_code == 422
    assert (await world.ask(world.carrier, GetVehicle(vehicle_id=vehicle.vehicle_id))) == now
    assert [version for message, _key, version, _ in world.ear.heard if isinstance(message, EditVehicle)] == [
        vehicle.version
    ] * 2


VEHICLE = {
    "plate": "AB-123-CD",
    "kind": "rigid",
    "capacity_kg": "9 000",
    "capacity_pallets": "18",
    "capacity_loading_metres": "7,2",
    "gross_weight_t": "19",
    "depot.name": "Dépôt",
    "depot.address.city": "Lyon",
    "depot.address.street": "1 quai du Rhône",
    "depot.address.postal_code": "69007",
}


async def test_a_refused_vehicle_says_so_beside_the_field(world: World, carrier: Browser) -> None:
    page = await carrier.page("/fleet/new")
    made = await carrier.press(page, "/fleet/new", **VEHICLE)
    assert made.status_code == 303, re.findall(r'id="f-[^"]*-fault".*?</', made.text, re.DOTALL)
    (vehicle,) = (await world.ask(world.carrier, FindVehicles())).items
    assert (vehicle.capacity_kg, vehicle.capacity_loading_metres) == (9000, 7.2)
    again = await carrier.press(await carrier.page("/fleet/new"), "/fleet/new", **VEHICLE)
    assert again.status_code == 422
    assert re.search(r'id="f-plate-fault"', again.text)


async def test_an_empty_required_field_is_named_and_nothing_is_said(world: World, carrier: Browser) -> None:
    answer = await carrier.press(await carrier.page("/fleet/new"), "/fleet/new", plate="")
    assert answer.status_code == 422
    assert "À remplir." in answer.text
    assert not world.ear.said(AddVehicle)


async def test_inviting_a_driver_ties_the_account(world: World, carrier: Browser) -> None:
    driver = await world.driver()
    here = f"/drivers/{driver.driver_id}"
    answer = await carrier.press(await carrier.page(here), f"{here}/invite", email="lucie@x.example")
    assert TOAST in await followed(carrier, answer)
    (user,) = (await world.ask(world.carrier, FindUsers(role="driver"))).items
    assert (user.email, user.state) == ("lucie@x.example", "invited")
    now = await world.ask(world.carrier, GetDriver(driver_id=driver.driver_id))
    assert (now.user_id, now.name) == (user.user_id, driver.name)


async def test_absences_are_noted_in_french_time_and_taken_back(world: World, carrier: Browser) -> None:
    driver = await world.driver()
    here = f"/drivers/{driver.driver_id}"
    typed = {"starts_at": "2026-06-08T08:00", "ends_at": "2026-06-09T18:00", "reason": "Congés"}
    await carrier.press(await carrier.page(here), f"{here}/absences", **typed)
    (away,) = (await world.ask(world.carrier, GetDriver(driver_id=driver.driver_id))).absences
    assert away.starts_at.isoformat() == "2026-06-08T06:00:00+00:00"
    await carrier.press(await carrier.page(here), f"{here}/absences/remove")
    assert (await world.ask(world.carrier, GetDriver(driver_id=driver.driver_id))).absences == []


async def test_a_mistake_in_an_absence_stands_in_its_own_form(world: World, carrier: Browser) -> None:
    here = f"/drivers/{(await world.driver()).driver_id}"
    answer = await carrier.press(await carrier.page(here), f"{here}/absences", starts_at="", ends_at="")
    assert answer.status_code == 422
    assert answer.text.count("À remplir.") == 2


async def test_a_free_time_is_booked_moved_and_given_back(world: World, carrier: Browser) -> None:
    await world.dock(world.consignee, LYON, "Quai 4")
    order_id = (await world.assigned()).order_id
    booking = f"/orders/{order_id}/slots/delivery"
    page = await carrier.page(booking)
    to = f"{booking}?day={DAY}"
    shown = carried(page, to)
    booked = await carrier.press(page, to)
    here = booked.headers["location"]
    assert here.startswith(f"/slots/{order_id}/")
    asked = GetSlot(order_id=order_id, slot_id=here.rpartition("/")[2])
    slot = await world.ask(world.carrier, asked)
    assert (slot.kind, slot.dock_name, slot.starts_at.isoformat()) == (
        "delivery",
        "Quai 4",
        shown["starts_at"],
    )
    page = await carrier.page(here)
    later = carried(page, f"{here}/move")
    await carrier.press(page, f"{here}/move")
    moved = await world.ask(world.carrier, asked)
    assert (moved.starts_at.isoformat(), moved.ends_at.isoformat()) == (later["starts_at"], later["ends_at"])
    assert world.ear.latest(MoveSlot).version == slot.version
    stale = await carrier.press(page, here, reason="Panne de camion")
    assert stale.status_code == 422
    gone = await carrier.press(await carrier.page(here), here, reason="Panne de camion")
    assert gone.headers["location"] == "/slots"
    slot = await world.ask(world.carrier, asked)
    assert (slot.state, slot.reason) == ("cancelled", "Panne de camion")


async def test_a_slot_taken_meanwhile_is_told_beside_the_other_times(world: World, carrier: Browser) -> None:
    await world.dock(world.consignee, LYON, "Quai 4")
    first, second = (await world.assigned()).order_id, (await world.assigned()).order_id
    pages = [await carrier.page(f"/orders/{one}/slots/delivery") for one in (first, second)]
    await carrier.press(pages[0], f"/orders/{first}/slots/delivery?day={DAY}")
    to = f"/orders/{second}/slots/delivery?day={DAY}"
    late = await carrier.press(pages[1], to)
    assert late.status_code == 200
    assert 'role="alert"' in late.text
    assert 'name="dock_id"' in late.text
    assert carried(late.text, to)["starts_at"] > carried(pages[1], to)["starts_at"]


async def test_papers_go_in_and_out(world: World, carrier: Browser) -> None:
    await world.dock(world.consignee, LYON, "Quai 4")
    order_id = (await world.assigned()).order_id
    await world.say(world.carrier, PlanOrder(order_id=order_id, vehicle_plate="AB-123-CD"))
    here = f"/orders/{order_id}"
    page = await carrier.page(here)
    file = {"file": ("preuve à voir.pdf", sent := pdf(), "application/pdf")}
    answer = await carrier.press(page, f"{here}/documents", files=file, kind="pod")
    page = await followed(carrier, answer)
    assert TOAST in page
    (note,) = set(re.findall(rf'href="({here}/cmr/[^"/]+/pdf)"', page))
    paper = await carrier.web.get(note)
    assert paper.content.startswith(b"%PDF")
    assert paper.headers["content-disposition"].startswith("inline; filename=")
    papers = {paper.kind: paper for paper in (await world.read(order_id, world.carrier)).documents}
    proof = f"{here}/documents/{papers['pod'].document_id}"
    assert f'href="{proof}"' in page
    kept = await carrier.web.get(proof)
    assert kept.content.startswith(b"%PDF")
    named = kept.headers["content-disposition"]
    assert 'filename="preuve_a_voir.pdf"; ' in named
    assert named.endswith("filename*=UTF-8''preuve%20%C3%A0%20voir.pdf")
    assert "sandbox" in kept.headers["content-security-policy"]
    message = world.ear.latest(AddDocument)
    assert (message.kind, message.content, message.media_type) == ("pod", sent, "application/pdf")
    booking = f"{here}/slots/delivery"
    slot = await carrier.press(await carrier.page(booking), f"{booking}?day={DAY}")
    calendar = await carrier.web.get(f"{slot.headers['location']}/calendar.ics")
    assert calendar.content.startswith(b"BEGIN:VCALENDAR")


async def test_a_page_among_the_papers_is_never_shown_as_one(world: World, carrier: Browser) -> None:
    here = f"/orders/{(await world.assigned()).order_id}"
    file = {"file": ("x.html", b"<!doctype html><script>alert(1)</script>", "text/html")}
    answer = await carrier.press(await carrier.page(here), f"{here}/documents", files=file, kind="other")
    assert 'role="alert" data-toast' in await followed(carrier, answer)
    assert "/documents/" not in await carrier.page(here)


async def stated(world: World) -> StatementView:
    """A statement of the shipper's over two movements that the carrier has agreed to."""
    for direction, quantity in (("given", 12), ("received", 8)):
        await world.agreed(world.shipper, direction, quantity)
    message = MakeStatement(
        partner_id=world.carrier.id, period_from=MORNING.date(), period_until=MORNING.date()
    )
    made: StatementView = await world.ask(world.shipper, message)
    return made


async def test_a_contested_line_needs_its_reason(world: World, carrier: Browser) -> None:
    statement = await stated(world)
    here = f"/pallets/statements/{statement.id}"
    first, second = (line.id for line in statement.lines)
    typed = {f"verdict.{first}": "confirmed", f"verdict.{second}": "contested"}
    page = await carrier.page(here)
    answer = await carrier.press(page, here, **typed)
    assert "demande une phrase" in answer.text
    assert (await world.ask(world.carrier, GetStatement(statement_id=statement.id))) == statement
    await carrier.press(page, here, **typed, **{f"comment.{second}": "6 rendues, pas 8"})
    now = await world.ask(world.carrier, GetStatement(statement_id=statement.id))
    told = [(line.id, line.verdict, line.comment) for line in now.lines]
    assert told == [(first, "confirmed", ""), (second, "contested", "6 rendues, pas 8")]


async def test_a_claim_is_confirmed_in_one_press_and_a_policy_in_the_version_that_was_read(
    world: World, carrier: Browser
) -> None:
    claim = await world.ask(
        world.shipper, BookMovement(partner_id=world.carrier.id, direction="given", quantity=4)
    )
    proposed = SetPolicy(mode="deferred", partner_id=world.carrier.id, note="Bon palettes signé")
    policy = await world.ask(world.shipper, proposed)
    page = await carrier.page("/pallets/claims")
    answer = await carrier.press(page, f"/pallets/claims/{claim.id}/confirm")
    assert answer.headers["location"] == "/pallets/claims"
    assert (await world.ask(world.carrier, GetMovement(movement_id=claim.id))).standing == "confirmed"
    accept = f"/pallets/claims/policies/{policy.id}/accept"
    await world.ask(world.shipper, SetPolicy(mode="ratio", ratio_percent=50, partner_id=world.carrier.id))
    await carrier.press(page, accept)
    (now,) = (await world.ask(world.carrier, FindPolicies())).items
    assert (now.mode, now.answer) == ("ratio", "none")
    await carrier.press(await carrier.page("/pallets/claims"), accept)
    (now,) = (await world.ask(world.carrier, FindPolicies())).items
    assert (now.mode, now.answer) == ("ratio", "accepted")


async def test_a_no_to_a_claim_says_why(world: World, carrier: Browser) -> None:
    claim = await world.ask(
        world.shipper, BookMovement(partner_id=world.carrier.id, direction="given", quantity=33)
    )
    here = f"/pallets/claims/{claim.id}/dispute"
    page = await carrier.page(here)
    assert (await carrier.press(page, here, reason="")).status_code == 422
    assert (await carrier.press(page, here, reason="30 et non 33")).status_code == 303
    now = await world.ask(world.shipper, GetMovement(movement_id=claim.id))
    assert (now.standing, now.closed_reason) == ("disputed", "30 et non 33")


async def test_our_own_statement_cannot_be_answered_by_us(world: World, carrier: Browser) -> None:
    await world.agreed(world.shipper, "given", 12)
    today = MORNING.date()
    message = MakeStatement(partner_id=world.shipper.id, period_from=today, period_until=today)
    own = await world.ask(world.carrier, message)
    assert 'type="radio"' not in await carrier.page(f"/pallets/statements/{own.id}")


async def test_vouchers_are_redeemed_in_part_and_statements_drawn_up(world: World, carrier: Browser) -> None:
    message = IssueVoucher(creditor_id=world.carrier.id, quantity=6)
    voucher = await world.say(world.shipper, message)
    here = f"/pallets/vouchers/{voucher.id}/redeem"
    page = await carrier.page(here)
    await carrier.press(page, here, quantity="2")
    assert (await world.ask(world.carrier, GetVoucher(voucher_id=voucher.id))).left == 4
    late = await carrier.press(page, here, quantity="2", _key="another")
    assert late.status_code == 422
    assert (await world.ask(world.carrier, GetVoucher(voucher_id=voucher.id))).left == 4
    await world.agreed(world.shipper, "given", 12)
    page = await carrier.page("/pallets/statements/new")
    typed = {"partner_id": world.shipper.id, "period_from": "2026-06-01", "period_until": "02/06/2026"}
    answer = await carrier.press(page, "/pallets/statements/new", **typed)
    made = answer.headers["location"].removeprefix("/pallets/statements/")
    statement = await world.ask(world.shipper, GetStatement(statement_id=made))
    assert (statement.maker_id, len(statement.lines)) == (world.carrier.id, 1)


async def test_team_and_card_are_changed_by_who_may(world: World, carrier: Browser) -> None:
    lucie = await world.colleague("driver", "Lucie Martin")
    page = await carrier.page("/team")
    await carrier.press(page, f"/team/{lucie.id}/role", role="dispatcher")
    (member,) = (await world.ask(world.carrier, FindUsers(q=lucie.email))).items
    assert member.role == "dispatcher"
    page = await carrier.page("/settings")
    typed = {"name": "Mabille et fils", "country": "FR", "email": world.carrier.email}
    answer = await carrier.press(page, "/settings/card", **typed)
    assert TOAST in await followed(carrier, answer)
    card = await world.ask(world.carrier, GetOrganization(organization_id=world.carrier.id))
    assert card.name == "Mabille et fils"
    late = await carrier.press(page, "/settings/card", **typed | {"name": "Mabille"}, _key="another")
    assert late.status_code == 422
    lucie_too = await world.browser(lucie.email)
    assert "/settings/card" not in await lucie_too.page("/settings")


async def guest(world: World) -> tuple[Browser, str]:
    """A carrier without an account, the order that it was offered, and nothing but the link to it."""
    artisan, order_id = await world.guest(), await world.order()
    await world.offer(order_id, carrier=artisan)
    return world.anybody(), order_id


async def test_a_carrier_without_account_does_the_whole_job_by_link(world: World) -> None:
    browser, order_id = await guest(world)
    here = f"/l/{world.links.issued['accept_tender', order_id]}/tender/{order_id}"
    world.ear.heard.clear()
    await browser.press(await browser.page(here), f"{here}/accept")
    typed = {"vehicle_plate": "ZZ-999-ZZ", "driver_name": "Paul"}
    assert TOAST in await followed(
        browser, await browser.press(await browser.page(here), f"{here}/plan", **typed)
    )
    await browser.press(await browser.page(here), f"{here}/progress")
    page = await browser.page(here)
    odd = await browser.press(page, f"{here}/progress", reached="teleported")
    assert odd.status_code == 422
    await browser.press(page, f"{here}/incident", kind="delay", text="Bouchon")
    order = await world.read(order_id)
    assert order.plan is not None
    assert (order.state, order.plan.vehicle_plate, order.plan.driver_name) == ("loading", *typed.values())
    (incident,) = order.incidents
    assert (incident.text, world.ear.latest(ReportIncident).shared) == ("Bouchon", True)
    assert {token for *_, token in world.ear.heard} == {world.links.issued["accept_tender", order_id]}


async def test_a_refusal_by_link_ends_on_a_thank_you_though_the_order_is_gone(world: World) -> None:
    browser, order_id = await guest(world)
    offer = (await world.read(order_id)).tender
    here = f"/l/{world.links.issued['accept_tender', order_id]}/tender/{order_id}"
    page = await browser.page(here)
    assert offer is not None
    assert page.count(f'name="tender_id" value="{offer.tender_id}"') == 2
    answer = await browser.press(page, f"{here}/refuse", reason="Pas de véhicule")
    assert answer.status_code == 200
    assert "Merci de votre réponse" in answer.text
    assert (await world.read(order_id)).state == "confirmed"
    assert (await browser.web.get(here)).status_code == 404


async def taken(world: World) -> tuple[Browser, str]:
    """A guest that has accepted, before the docks of the delivery: its browser and the address."""
    await world.dock(world.consignee, LYON, "Quai 4")
    browser, order_id = await guest(world)
    here = f"/l/{world.links.issued['accept_tender', order_id]}/tender/{order_id}"
    await browser.press(await browser.page(here), f"{here}/accept")
    await world.platform.settle()
    return browser, f"/l/{world.links.issued['book_slot', order_id]}/slots/{order_id}"


async def test_a_slot_by_link_is_booked_with_its_calendar_and_a_way_back(world: World) -> None:
    browser, here = await taken(world)
    page = await browser.page(f"{here}?kind=delivery&day={DAY}")
    booked = await browser.press(page, f"{here}?kind=delivery&day={DAY}")
    assert "C&#39;est réservé" in booked.text
    (slot,) = (await world.ask(world.consignee, FindSlots())).items
    there = f"{here}/{slot.slot_id}"
    assert (slot.kind, slot.dock_name) == ("delivery", "Quai 4")
    assert f'href="{there}/calendar.ics"' in booked.text
    assert (await browser.web.get(f"{there}/calendar.ics")).content.startswith(b"BEGIN:VCALENDAR")
    again = await browser.page(there)
    assert "Quai 4" in again
    moved = await browser.press(again, f"{there}/move?kind=delivery")
    assert "C&#39;est réservé" in moved.text
    asked = GetSlot(order_id=slot.order_id, slot_id=slot.slot_id)
    now = await world.ask(world.consignee, asked)
    assert now.starts_at > slot.starts_at
    short = await browser.press(moved.text, f"{there}/cancel", reason="x")
    assert short.status_code == 422
    assert f'name="version" value="{now.version}"' in short.text
    gone = await browser.press(short.text, f"{there}/cancel", reason="Panne")
    assert "Le site est prévenu" in gone.text
    assert (await world.ask(world.consignee, asked)).state == "cancelled"
    assert "C&#39;est réservé" not in await browser.page(there)


async def test_a_move_by_link_that_came_too_late_shows_the_slot_as_it_stands(world: World) -> None:
    browser, here = await taken(world)
    await browser.press(
        await browser.page(f"{here}?kind=delivery&day={DAY}"), f"{here}?kind=delivery&day={DAY}"
    )
    (slot,) = (await world.ask(world.consignee, FindSlots())).items
    move = f"{here}/{slot.slot_id}/move?kind=delivery"
    page = await browser.page(f"{here}/{slot.slot_id}")
    wanted = carried(page, move)
    other = (await world.assigned()).order_id
    await world.ask(
        world.carrier,
        BookSlot(
            order_id=other,
            kind="delivery",
            dock_id=slot.dock_id,
            starts_at=datetime.fromisoformat(wanted["starts_at"]),
            ends_at=datetime.fromisoformat(wanted["ends_at"]),
        ),
    )
    late = await browser.press(page, move)
    assert 'role="alert"' in late.text
    assert "Quai 4" in late.text
    assert carried(late.text, move)["starts_at"] != wanted["starts_at"]


async def test_a_statement_is_answered_by_link(world: World) -> None:
    artisan = await world.guest()
    await world.ask(world.shipper, BookMovement(partner_id=artisan.id, direction="given", quantity=4))
    today = MORNING.date()
    message = MakeStatement(partner_id=artisan.id, period_from=today, period_until=today)
    statement = await world.ask(world.shipper, message)
    here = f"/l/{world.links.issued['answer_statement', statement.id]}/statements/{statement.id}"
    browser = world.anybody()
    answer = await browser.press(await browser.page(here), here)
    assert answer.headers["location"] == here
    now = await world.ask(world.shipper, GetStatement(statement_id=statement.id))
    assert (now.state, {line.verdict for line in now.lines}) == ("confirmed", {"confirmed"})


async def test_a_link_for_something_else_shows_no_docks(world: World) -> None:
    browser, order_id = await guest(world)
    token = world.links.issued["accept_tender", order_id]
    answer = await browser.web.get(f"/l/{token}/slots/{order_id}")
    assert answer.status_code == 403
    assert "Réserver un quai" not in answer.text


async def test_a_note_is_sent_to_be_signed_by_a_link_and_says_to_whom(world: World, carrier: Browser) -> None:
    order_id = (await world.assigned(consignee_email="quai@distri-rhone.example")).order_id
    await world.say(world.carrier, PlanOrder(order_id=order_id, vehicle_plate="AB-123-CD"))
    page = await carrier.page(f"/orders/{order_id}")
    (link,) = set(re.findall(rf'href="(/orders/{order_id}/cmr/[^"]+/link)"', page))
    page = await carrier.page(link)
    assert f"Destinataire · {world.consignee.name}" in page
    answer = await carrier.press(page, link, party="consignee", email="", language="fr")
    sent = world.ear.latest(MakeSigningLink)
    assert (sent.party, sent.email, sent.document_id) == ("consignee", "", link.split("/")[4])
    assert answer.status_code == 200
    assert "Lien envoyé à " in answer.text
    assert "quai@distri-rhone.example" not in answer.text
    assert "identifie pas" not in answer.text
    stranger = await carrier.press(page, link, _key="k" * 32, party="sender", email="x@else.example")
    assert stranger.status_code == 422
    assert "pas connue comme celle de" in stranger.text
    assert (await carrier.web.get(f"/orders/{order_id}/cmr/cmr_none/link")).status_code == 404


async def test_an_address_that_we_give_for_the_consignee_is_said_to_identify_nobody(
    world: World, carrier: Browser
) -> None:
    order_id = (await world.assigned()).order_id
    await world.say(world.carrier, PlanOrder(order_id=order_id, vehicle_plate="AB-123-CD"))
    page = await carrier.page(f"/orders/{order_id}")
    (link,) = set(re.findall(rf'href="(/orders/{order_id}/cmr/[^"]+/link)"', page))
    page = await carrier.page(link)
    answer = await carrier.press(page, link, party="consignee", email="cariste@else.example", language="en")
    assert "identifie pas son auteur" in answer.text


async def test_a_published_tour_gets_another_truck_and_driver_and_loses_a_stop(
    world: World, carrier: Browser
) -> None:
    tour = await world.tour()
    here = f"/planning/tours/{tour.tour_id}"
    await carrier.press(await carrier.page(here), f"{here}/publish")
    vehicle, driver = await world.vehicle(), await world.driver()
    page = await carrier.page(f"{here}/crew")
    chosen = {"vehicle_id": vehicle.vehicle_id, "driver_id": driver.driver_id}
    assert "Équipage changé" in await followed(carrier, await carrier.press(page, f"{here}/crew", **chosen))
    seen = await world.ask(world.carrier, GetTour(tour_id=tour.tour_id))
    assert (seen.state, seen.vehicle_id, seen.driver_id) == ("published", *chosen.values())
    page = await carrier.page(here)
    off = f"/planning/jobs/{seen.stops[0].job_id}/unassign?day={seen.day}&tour={seen.tour_id}"
    await carrier.press(page, off)
    assert (await world.ask(world.carrier, GetTour(tour_id=tour.tour_id))).state == "withdrawn"


async def test_after_a_breakdown_another_truck_takes_what_is_left(world: World, carrier: Browser) -> None:
    tour = await world.tour()
    here = f"/planning/tours/{tour.tour_id}"
    await carrier.press(await carrier.page(here), f"{here}/publish")
    vehicle, driver = await world.vehicle(), await world.driver()
    page = await carrier.page(f"{here}/breakdown")
    assert tour.vehicle_plate not in re.findall(r"<option[^>]*>([^<]*)", page)
    chosen = {
        "position": "1",
        "vehicle_id": vehicle.vehicle_id,
        "driver_id": driver.driver_id,
        "at": f"{tour.stops[1].arrives_at.astimezone(ZONE):%Y-%m-%dT%H:%M}",
        "site.address.postal_code": "51100",
        "site.address.city": "Reims",
        "site.address.country": "FR",
        "site.name": "Aire de Reims-Champagne",
        "late": "true",
    }
    answer = await carrier.press(page, f"{here}/breakdown", **chosen)
    page = await followed(carrier, answer)
    assert "reprend la tournée" in page
    assert "Transbordement · Aire de Reims-Champagne" in page
    seen = await world.ask(world.carrier, GetTour(tour_id=tour.tour_id))
    assert [(one.kind, one.transfer) for one in seen.stops] == [("pickup", False), ("delivery", True)]
