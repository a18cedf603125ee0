"""What a press says to the services: the right command, once, about the version that was read."""

import re

import httpx
import msgspec
import pytest
from tests.portals.transporter import make
from tests.portals.transporter.town import Town, browser, signed_in, token_of

from rt.contracts.authz import (
    ChangeRole,
    EditOrganization,
    EndAllSessions,
    InviteUser,
    UserView,
)
from rt.contracts.core_orders import (
    AcceptTender,
    AddDocument,
    GetDocument,
    GetOrder,
    PlanOrder,
    RefuseTender,
    ReportIncident,
    ReportProgress,
)
from rt.contracts.ecpmr import GetPdf
from rt.contracts.palette import (
    AnswerPolicy,
    AnswerStatement,
    ConfirmMovement,
    DisputeMovement,
    MakeStatement,
    RedeemVoucher,
)
from rt.contracts.planning import (
    AcceptPlan,
    AddAbsence,
    AddVehicle,
    AssignJob,
    BookSlot,
    CancelSlot,
    EditDriver,
    EditVehicle,
    FindFreeSlots,
    FindJobs,
    GetOptimisedPlan,
    GetSlot,
    JobsPage,
    MoveSlot,
    MoveStop,
    Optimise,
    PublishTour,
    RemoveAbsence,
    SlotCalendar,
    UnassignJob,
    WithdrawTour,
)
from rt.kernel.clock import held
from rt.kernel.errors import Conflict, Forbidden, Invalid
from rt.kernel.messages import Download, Empty


class PlateTaken(Invalid):
    fr = "Cette immatriculation est déjà dans la flotte."
    en = "This number plate is already in the fleet."


class TooFull(Conflict):
    fr = "34 palettes dépassent les 33 places."
    en = "34 pallets exceed the 33 places."


EIGHT = {"starts_at": "2026-11-23T08:00:00+00:00", "ends_at": "2026-11-23T09:00:00+00:00"}
NINE = {"starts_at": "2026-11-23T09:00:00+00:00", "ends_at": "2026-11-23T10:00:00+00:00"}


async def press(town: Town, path: str, **typed: str) -> tuple[httpx.Response, httpx.AsyncClient]:
    client, token = await signed_in(town)
    with held(make.AT):
        answer = await client.post(path, data={"_csrf": token, "_key": "k1", **typed})
    return answer, client


async def followed(answer: httpx.Response, client: httpx.AsyncClient) -> str:
    assert answer.status_code == 303
    with held(make.AT):
        return (await client.get(answer.headers["location"])).text


async def test_one_press_accepts_under_the_key_of_its_form() -> None:
    town = Town()
    town.answers[AcceptTender] = make.order("assigned")
    answer, client = await press(town, "/offers/ord_1/accept", tender_id="ten_1")
    assert (town.heard(AcceptTender).order_id, town.heard(AcceptTender).tender_id) == ("ord_1", "ten_1")
    assert town.keys[town.said.index(town.heard(AcceptTender))] == "k1"
    assert "Offre acceptée" in await followed(answer, client)


async def test_a_refusal_needs_its_reason() -> None:
    town = Town()
    town.answers[RefuseTender] = Empty()
    await press(town, "/offers/ord_1/refuse", reason="")
    assert not any(isinstance(word, RefuseTender) for word in town.said)
    await press(town, "/offers/ord_1/refuse", reason="Prix trop bas", tender_id="ten_1")
    assert (town.heard(RefuseTender).tender_id, town.heard(RefuseTender).reason) == ("ten_1", "Prix trop bas")


async def test_a_step_that_does_not_exist_is_refused_and_no_fault_of_ours() -> None:
    town = Town()
    answer, _client = await press(town, "/orders/ord_1/progress/teleported")
    by_hand = await by_link(town, "/l/tok/tender/ord_1/progress", reached="teleported")
    assert (answer.status_code, by_hand.status_code) == (422, 422)
    assert not any(isinstance(word, ReportProgress) for word in town.said)


async def test_nothing_is_said_without_the_forms_token() -> None:
    town = Town()
    client, _token = await signed_in(town)
    answer = await client.post("/offers/ord_1/accept", data={"_csrf": "other"})
    assert answer.status_code == 403
    assert not any(isinstance(word, AcceptTender) for word in town.said)


async def test_an_assignment_names_place_and_can_be_undone() -> None:
    town = Town()
    town.answers[AssignJob] = make.tour()
    typed = {"tour_id": "tou_1", "vehicle_id": "veh_1", "day": "2026-11-23", "pickup_position": "1"}
    typed["tour_version"] = "3"
    answer, client = await press(town, "/planning/jobs/job_1/assign?day=2026-11-23", **typed)
    word = town.heard(AssignJob)
    assert (word.tour_id, word.vehicle_id, word.pickup_position, word.day) == ("tou_1", "", 1, None)
    assert word.tour_version == 3
    page = await followed(answer, client)
    assert 'action="/planning/jobs/job_1/unassign?day=2026-11-23&amp;tour=tou_1"' in page


async def test_a_refused_assignment_keeps_the_page_and_says_why() -> None:
    town = Town()
    town.answers[AssignJob] = TooFull()
    answer, _client = await press(town, "/planning/jobs/job_1/assign?day=2026-11-23", vehicle_id="veh_1")
    assert "34 palettes dépassent les 33 places." in answer.text


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/planning/jobs/job_1/unassign?day=2026-11-23&tour=tou_1", UnassignJob),
        ("/planning/plans/pla_1/accept?day=2026-11-23", AcceptPlan),
        ("/planning/tours/tou_1/withdraw", WithdrawTour),
        ("/orders/ord_1/progress/delivered?reserves=yes", ReportProgress),
        ("/settings/sessions/end", EndAllSessions),
    ],
)
async def test_a_button_says_its_command_and_goes_on(path: str, kind: type) -> None:
    town = Town()
    town.answers[kind] = Empty()
    answer, client = await press(town, path)
    assert town.heard(kind)
    assert 'role="status" data-toast' in await followed(answer, client)


async def test_publishing_a_day_leaves_out_tours_in_conflict() -> None:
    town = Town()
    plan = town.answers[next(w for w in town.answers if w.__name__ == "GetPlan")]
    plan.tours.append(make.tour("draft", "tou_9", (make.CONFLICT,)))
    town.answers[PublishTour] = make.tour("published")
    client, _token = await signed_in(town)
    with held(make.AT):
        page = (await client.get("/planning?day=2026-11-23")).text
    (drafts,) = re.findall(r'name="drafts" value="([^"]*)"', page)
    assert drafts == f"tou_1:{make.tour().version}"
    answer, client = await press(town, "/planning/publish?day=2026-11-23", drafts="tou_1:7")
    assert [(w.tour_id, w.version) for w in town.said if isinstance(w, PublishTour)] == [("tou_1", 7)]
    assert "1 tournée publiée" in await followed(answer, client)


async def test_a_published_tour_can_be_taken_back_for_ten_seconds() -> None:
    town = Town()
    town.answers[PublishTour] = make.tour("published")
    answer, client = await press(town, "/planning/tours/tou_1/publish")
    undo = f'action="/planning/tours/tou_1/withdraw?version={make.tour().version}"'
    assert undo in await followed(answer, client)


async def test_a_stop_is_moved_on_the_tour_that_was_read_and_back_on_the_one_it_became() -> None:
    town = Town()
    town.answers[MoveStop] = make.tour()
    answer, client = await press(town, "/planning/tours/tou_1/move?from=1&to=2", version="2")
    word = town.heard(MoveStop)
    assert (word.position, word.to_position, word.version) == (1, 2, 2)
    back = f'/move?from=2&amp;to=1&amp;version={make.tour().version}"'
    assert back in await followed(answer, client)


async def test_the_optimiser_leads_to_its_proposal() -> None:
    town = Town()
    town.answers[Optimise] = town.answers[next(w for w in town.answers if w.__name__ == "GetOptimisedPlan")]
    answer, _client = await press(town, "/planning/optimise?day=2026-11-23")
    assert answer.headers["location"] == "/planning/plans/pla_1"
    assert town.heard(Optimise).day == make.DAY


async def test_a_proposal_is_accepted_at_the_version_that_was_on_the_screen() -> None:
    town = Town()
    town.answers[AcceptPlan] = Empty()
    client, _token = await signed_in(town)
    page = await client.get("/planning/plans/pla_1")
    assert 'name="version" value="4"' in page.text
    await press(town, "/planning/plans/pla_1/accept?day=2026-11-23", version="4")
    assert town.heard(AcceptPlan).version == 4


async def test_a_search_shows_how_far_it_is_and_leads_on_when_it_ends() -> None:
    town = Town()
    done = town.answers[GetOptimisedPlan]
    town.answers[GetOptimisedPlan] = msgspec.structs.replace(
        done, state="running", progress=0.4, tours=[], left_over=[]
    )
    client, _token = await signed_in(town)
    page = await client.get("/planning/plans/pla_1")
    assert 'hx-trigger="every 2s"' in page.text
    assert "40 % du temps de calcul" in page.text.replace("\u202f", " ").replace("\xa0", " ")
    asked = {"hx-request": "true"}
    assert "<html" not in (await client.get("/planning/plans/pla_1", headers=asked)).text
    town.answers[GetOptimisedPlan] = done
    answer = await client.get("/planning/plans/pla_1", headers=asked)
    assert answer.headers["hx-redirect"] == "/planning/plans/pla_1"


async def test_a_search_that_was_lost_says_so_and_can_be_run_again() -> None:
    town = Town()
    lost = {"state": "lost", "lost_to": "restarts", "tours": [], "left_over": []}
    town.answers[GetOptimisedPlan] = msgspec.structs.replace(town.answers[GetOptimisedPlan], **lost)
    client, _token = await signed_in(town)
    page = await client.get("/planning/plans/pla_1")
    assert "a redémarré pendant le calcul" in page.text
    assert 'action="/planning/optimise?day=2026-11-23"' in page.text


async def test_the_basket_is_read_page_by_page() -> None:
    town = Town()
    town.answers[FindJobs] = JobsPage(items=[make.job()], next="more")
    client, _token = await signed_in(town)
    page = await client.get("/planning/basket?q=CMD")
    assert "/planning/basket?q=CMD&amp;after=more" in page.text
    assert town.heard(FindJobs).q == "CMD"


async def test_a_vehicle_is_changed_at_the_version_that_was_read() -> None:
    town = Town()
    town.answers[EditVehicle] = make.vehicle()
    await press(town, "/fleet/veh_1", _version="6", plate="AB-123-CD", capacity_pallets="34")
    word = town.heard(EditVehicle)
    assert town.versions[town.said.index(word)] == 6
    assert (word.capacity_pallets, word.equipment, word.maintenance) == (34, [], [])


async def test_a_refused_vehicle_says_so_beside_the_field() -> None:
    town = Town()
    town.answers[AddVehicle] = PlateTaken("plate")
    typed = {
        "plate": "AB-123-CD",
        "kind": "rigid",
        "capacity_kg": "9 000",
        "capacity_pallets": "18",
        "capacity_loading_metres": "7,2",
        "gross_weight_t": "19",
        "depot.name": "Dépôt",
        "depot.address.city": "Lyon",
    }
    answer, _client = await press(town, "/fleet/new", **typed)
    assert answer.status_code == 422
    assert re.search(r'id="f-plate-fault".*déjà dans la flotte', answer.text, re.DOTALL)
    assert town.heard(AddVehicle).capacity_kg == 9000


async def test_an_empty_required_field_is_named_and_nothing_is_said() -> None:
    town = Town()
    answer, _client = await press(town, "/fleet/new", plate="")
    assert answer.status_code == 422
    assert "À remplir." in answer.text
    assert not any(isinstance(word, AddVehicle) for word in town.said)


async def test_inviting_a_driver_ties_the_account() -> None:
    town = Town()
    town.answers[InviteUser] = UserView(
        user_id="usr_7", email="lucie@x.example", name="Lucie", role="driver", state="invited", mfa=False
    )
    town.answers[EditDriver] = make.driver()
    await press(town, "/drivers/drv_1/invite", email="lucie@x.example")
    assert town.heard(InviteUser).role == "driver"
    word = town.heard(EditDriver)
    assert (word.user_id, word.name, town.versions[town.said.index(word)]) == ("usr_7", None, 4)


async def test_absences_are_noted_in_french_time_and_taken_back() -> None:
    town = Town()
    town.answers |= {AddAbsence: make.driver(), RemoveAbsence: make.driver()}
    typed = {"starts_at": "2026-11-30T08:00", "ends_at": "2026-12-01T18:00", "reason": "Congés"}
    await press(town, "/drivers/drv_1/absences", **typed)
    assert town.heard(AddAbsence).starts_at.isoformat() == "2026-11-30T07:00:00+00:00"
    await press(town, "/drivers/drv_1/absences/remove", starts_at="2026-11-30T07:00:00+00:00")
    assert town.heard(RemoveAbsence).starts_at.hour == 7


async def test_a_mistake_in_an_absence_stands_in_its_own_form() -> None:
    answer, _client = await press(Town(), "/drivers/drv_1/absences", starts_at="", ends_at="")
    assert answer.status_code == 422
    assert answer.text.count("À remplir.") == 2


async def test_a_free_time_is_booked_moved_and_given_back() -> None:
    town = Town()
    town.answers |= {BookSlot: make.slot(), MoveSlot: make.slot(), CancelSlot: make.slot(state="cancelled")}
    typed = {"dock_id": "dck_1", "vehicle_plate": "AB-123-CD", **EIGHT}
    answer, _client = await press(town, "/orders/ord_1/slots/pickup?day=2026-11-23", **typed)
    assert answer.headers["location"] == "/slots/ord_1/slo_1"
    assert town.heard(BookSlot).kind == "pickup"
    await press(town, "/slots/ord_1/slo_1/move", version="3", **NINE)
    moved = town.heard(MoveSlot)
    assert (moved.starts_at.hour, moved.ends_at.hour, moved.version) == (9, 10, 3)
    await press(town, "/slots/ord_1/slo_1", version="4", reason="Panne de camion")
    given = town.heard(CancelSlot)
    assert (given.reason, given.version) == ("Panne de camion", 4)


async def test_a_slot_taken_meanwhile_is_told_beside_the_other_times() -> None:
    town = Town()
    town.answers[BookSlot] = TooFull()
    typed = {"dock_id": "dck_1", **EIGHT}
    answer, _client = await press(town, "/orders/ord_1/slots/pickup?day=2026-11-23", **typed)
    assert "dépassent les 33 places" in answer.text
    assert answer.text.count('name="dock_id"') == 2


async def test_papers_go_in_and_out() -> None:
    town = Town()
    pdf = Download(
        content=b"%PDF-1.7", media_type="application/pdf", filename="lettre à voir.pdf", inline=True
    )
    page = Download(content=b"<script>", media_type="text/html", filename="x.html")
    ics = Download(content=b"BEGIN:VCALENDAR", media_type="text/calendar", filename="slot.ics")
    town.answers |= {GetPdf: pdf, GetDocument: page, SlotCalendar: ics, AddDocument: Empty()}
    client, token = await signed_in(town)
    note = await client.get("/orders/ord_1/cmr/cmr_1")
    assert note.headers["content-disposition"] == 'inline; filename="lettre___voir.pdf"'
    other = await client.get("/orders/ord_1/documents/doc_1")
    assert other.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in other.headers["content-security-policy"]
    assert (await client.get("/slots/ord_1/slo_1/calendar.ics")).content == b"BEGIN:VCALENDAR"
    file = {"file": ("pod.pdf", b"%PDF-1.7", "application/pdf")}
    await client.post("/orders/ord_1/documents", data={"_csrf": token, "kind": "pod"}, files=file)
    word = town.heard(AddDocument)
    assert (word.kind, word.content, word.media_type) == ("pod", b"%PDF-1.7", "application/pdf")


async def test_a_contested_line_needs_its_reason() -> None:
    town = Town()
    town.answers[AnswerStatement] = make.statement(state="contested")
    typed = {"version": "1", "verdict.lin_1": "confirmed", "verdict.lin_2": "contested"}
    answer, _client = await press(town, "/pallets/statements/sta_1", **typed)
    assert "demande une phrase" in answer.text
    assert not any(isinstance(word, AnswerStatement) for word in town.said)
    await press(town, "/pallets/statements/sta_1", **typed, **{"comment.lin_2": "6 rendues, pas 8"})
    told = [(a.line_id, a.verdict, a.comment) for a in town.heard(AnswerStatement).answers]
    assert told == [("lin_1", "confirmed", ""), ("lin_2", "contested", "6 rendues, pas 8")]
    assert town.heard(AnswerStatement).version == 1


async def test_a_claim_is_confirmed_in_one_press_and_a_policy_in_the_version_that_was_read() -> None:
    town = Town()
    town.answers |= {ConfirmMovement: make.movement(), AnswerPolicy: make.policy()}
    answer, _client = await press(town, "/pallets/claims/mov_1/confirm")
    assert answer.headers["location"] == "/pallets/claims"
    assert town.heard(ConfirmMovement).movement_id == "mov_1"
    await press(town, "/pallets/claims/policies/pol_1/accept", version="2")
    word = town.heard(AnswerPolicy)
    assert (word.policy_id, word.version, word.answer) == ("pol_1", 2, "accepted")


async def test_a_no_to_a_claim_says_why() -> None:
    town = Town()
    town.answers[DisputeMovement] = make.movement()
    answer, _client = await press(town, "/pallets/claims/mov_1/dispute", reason="")
    assert answer.status_code == 422
    await press(town, "/pallets/claims/mov_1/dispute", reason="30 et non 33")
    assert town.heard(DisputeMovement).reason == "30 et non 33"


async def test_our_own_statement_cannot_be_answered_by_us() -> None:
    town = Town()
    own = make.statement(maker_id="org_delmas", partner_id="org_monts")
    town.answers[next(w for w in town.answers if w.__name__ == "GetStatement")] = own
    client, _token = await signed_in(town)
    assert 'type="radio"' not in (await client.get("/pallets/statements/sta_1")).text


async def test_vouchers_are_redeemed_in_part_and_statements_drawn_up() -> None:
    town = Town()
    town.answers |= {RedeemVoucher: make.voucher(), MakeStatement: make.statement()}
    await press(town, "/pallets/vouchers/vou_1/redeem", quantity="2", left="3")
    word = town.heard(RedeemVoucher)
    assert (word.quantity, word.left) == (2, 3)
    typed = {"partner_id": "org_distri", "period_from": "2026-10-01", "period_until": "31/10/2026"}
    answer, _client = await press(town, "/pallets/statements/new", **typed)
    assert answer.headers["location"] == "/pallets/statements/sta_1"


async def test_team_and_card_are_changed_by_who_may() -> None:
    town = Town()
    town.answers |= {ChangeRole: Empty(), EditOrganization: Empty()}
    await press(town, "/team/usr_lucie/role", role="dispatcher")
    assert town.heard(ChangeRole).role == "dispatcher"
    await press(town, "/settings/card", _version="5", name="Delmas et fils", country="FR")
    word = town.heard(EditOrganization)
    assert (word.name, town.versions[town.said.index(word)]) == ("Delmas et fils", 5)


async def by_link(town: Town, path: str, **typed: str) -> httpx.Response:
    client = browser(town)
    first = await client.get("/l/tok/tender/ord_1")
    with held(make.AT):
        return await client.post(path, data={"_csrf": token_of(first.text), "_key": "k", **typed})


async def test_a_carrier_without_account_does_the_whole_job_by_link() -> None:
    town = Town()
    for word in (AcceptTender, PlanOrder, ReportProgress, ReportIncident):
        town.answers[word] = make.order("assigned")
    await by_link(town, "/l/tok/tender/ord_1/accept", tender_id="ten_1")
    assert town.heard(AcceptTender).tender_id == "ten_1"
    town.answers[GetOrder] = make.order("assigned")
    await by_link(town, "/l/tok/tender/ord_1/plan", vehicle_plate="ZZ-999-ZZ", driver_name="Paul")
    await by_link(town, "/l/tok/tender/ord_1/progress", reached="loading")
    await by_link(town, "/l/tok/tender/ord_1/incident", kind="delay", text="Bouchon")
    assert town.heard(PlanOrder).vehicle_plate == "ZZ-999-ZZ"
    assert town.heard(ReportProgress).reached == "loading"
    assert town.heard(ReportIncident).shared is True
    assert set(town.tokens) == {"tok"}


async def test_a_refusal_by_link_ends_on_a_thank_you_though_the_order_is_gone() -> None:
    town = Town()
    town.answers[RefuseTender] = Empty()
    shown = (await browser(town).get("/l/tok/tender/ord_1")).text
    assert shown.count('name="tender_id" value="ten_1"') == 2
    answer = await by_link(town, "/l/tok/tender/ord_1/refuse", tender_id="ten_1", reason="Pas de véhicule")
    assert town.heard(RefuseTender).tender_id == "ten_1"
    assert answer.status_code == 200
    assert "Merci de votre réponse" in answer.text


async def test_a_guest_comes_back_to_its_slot_and_one_given_back_is_no_longer_shown() -> None:
    town = Town()
    back = await browser(town).get("/l/tok/slots/ord_1/slo_1")
    assert "Quai 4" in back.text
    town.answers[GetSlot] = make.slot(state="cancelled")
    assert "C&#39;est réservé" not in (await browser(town).get("/l/tok/slots/ord_1/slo_1")).text


async def test_a_slot_by_link_is_booked_with_its_calendar_and_a_way_back() -> None:
    town = Town()
    town.answers |= {BookSlot: make.slot(), CancelSlot: make.slot(state="cancelled"), MoveSlot: make.slot()}
    typed = {"dock_id": "dck_1", **EIGHT}
    booked = await by_link(town, "/l/tok/slots/ord_1?kind=delivery", **typed)
    assert "C&#39;est réservé" in booked.text
    assert 'href="/l/tok/slots/ord_1/slo_1/calendar.ics"' in booked.text
    assert town.heard(BookSlot).kind == "delivery"
    moved = await by_link(town, "/l/tok/slots/ord_1/slo_1/move", version="3", **NINE)
    assert "C&#39;est réservé" in moved.text
    assert town.heard(MoveSlot).version == 3
    short = await by_link(town, "/l/tok/slots/ord_1/slo_1/cancel", version="4", reason="x")
    assert short.status_code == 422
    assert 'name="version" value="4"' in short.text
    gone = await by_link(town, "/l/tok/slots/ord_1/slo_1/cancel", version="4", reason="Panne")
    assert "Le site est prévenu" in gone.text
    assert town.heard(CancelSlot).version == 4


async def test_a_move_by_link_that_came_too_late_shows_the_slot_as_it_stands() -> None:
    town = Town()
    town.answers[MoveSlot] = TooFull()
    late = await by_link(town, "/l/tok/slots/ord_1/slo_1/move", version="3", **NINE)
    assert "dépassent les 33 places" in late.text
    assert 'name="ends_at"' in late.text


async def test_a_statement_is_answered_by_link() -> None:
    town = Town()
    town.answers[AnswerStatement] = make.statement(state="confirmed")
    answer = await by_link(town, "/l/tok/statements/sta_1", version="1")
    assert answer.headers["location"] == "/l/tok/statements/sta_1"
    assert {a.verdict for a in town.heard(AnswerStatement).answers} == {"confirmed"}


async def test_a_link_for_something_else_shows_no_docks() -> None:
    town = Town()
    town.answers[FindFreeSlots] = Forbidden()
    answer = await browser(town).get("/l/tok/slots/ord_1")
    assert answer.status_code == 403
    assert "Réserver un quai" not in answer.text
