"""What notifications promise: who is told what, once, by which way, and who may read it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from tests.services.notifications import make
from tests.services.notifications.make import AT, CARRIER, GUEST, OPERATOR, SHIPPER

from rt.contracts.authz import (
    IdentityAnswered,
    IdentityAsked,
    MemberChanged,
    PartnerAccepted,
    PartnerAsked,
    PasswordResetAsked,
    SecurityAlert,
    UserInvited,
    UserJoined,
)
from rt.contracts.core_orders import (
    IncidentReported,
    OrderAmended,
    OrderCancelled,
    OrderDelivered,
    OrderPlanned,
    OrderTendered,
    ProofAccepted,
    TenderAccepted,
    TenderLapsed,
)
from rt.contracts.ecpmr import CodeRequested, LinkSent
from rt.contracts.palette import ClaimLine, MovementClaimed, StatementReady
from rt.contracts.planning import TourPublished, TourWithdrawn
from rt.contracts.tracking_ia import DelayForeseen, FollowLinkMade, StopCorrected
from rt.kernel.access.identity import Actor, acting_as
from rt.services.notifications.store import NotificationsStore

MAILBOX = "/api/notifications/mailbox"
INVITED = UserInvited(
    user_id="usr_new",
    email="New@Hermes.example",
    name="Nina",
    role="dispatcher",
    organization_name="Transports Hermès",
    token="inv_1.abc",
    language="fr",
)


async def told(platform: Any) -> None:
    await platform.settle()
    await platform.tick()


async def mails(mailbox: Any, **wanted: str) -> list[dict[str, Any]]:
    answer = await mailbox.get(MAILBOX, params=wanted)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_an_invitation_opens_the_portal_of_the_organization(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    await voice.say(INVITED, CARRIER)
    await told(platform)
    (mail,) = await mails(mailbox, to="new@hermes.example", topic="authz.user.invited")
    assert mail["links"] == ["http://transporter.localhost:8080/invitations/inv_1.abc"]
    assert mail["state"] == "sent"
    assert mail["provider"] == "mailbox"
    assert "Transports Hermès" in mail["subject"]


async def test_a_new_password_is_chosen_where_the_person_works(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    """An account belongs to the operator; its person works elsewhere."""
    person = {"user_id": "usr_dora", "email": "dora@carr.example"}
    await voice.say(UserJoined(**person, name="Dora", role="dispatcher"), CARRIER)
    await voice.say(PasswordResetAsked(**person, token="r1", language="fr"), OPERATOR)
    await voice.say(MemberChanged(**person, role="driver", state="active"), CARRIER)
    await voice.say(PasswordResetAsked(**person, token="r2", language="fr"), OPERATOR)
    await voice.say(SecurityAlert(**person, kind="password_changed", language="fr"), OPERATOR)
    await told(platform)
    resets = await mails(mailbox, topic="authz.password.reset_asked")
    assert {mail["links"][0] for mail in resets} == {
        "http://transporter.localhost:8080/password/reset/r1",
        "http://driver.localhost:8080/password/reset/r2",
    }
    async with platform.web("notifications", platform.actor(CARRIER, id="usr_dora")) as client:
        (notice,) = (await client.get("/api/notifications/notices")).json()["items"]
    assert notice["topic"] == "authz.security.alerted"


async def test_who_is_asked_as_a_partner_hears_it_at_the_desk(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    by = {"by_id": SHIPPER, "by_name": "Usine", "by_kind": "shipper"}
    await voice.say(PartnerAsked(organization_id=CARRIER, **by), SHIPPER)
    await voice.say(PartnerAccepted(organization_id=CARRIER, **by), SHIPPER)
    await told(platform)
    (mail,) = await mails(mailbox, topic="authz.partner.asked", channel="email")
    assert mail["to"] == "carl@carr.example"
    assert mail["links"][0] == "http://transporter.localhost:8080/partners?standing=asks"
    async with platform.web("notifications", platform.actor(CARRIER, id="usr_carl")) as client:
        notices = (await client.get("/api/notifications/notices")).json()["items"]
    assert {notice["topic"] for notice in notices} == {"authz.partner.asked", "authz.partner.accepted"}


async def test_a_number_is_asked_of_the_platform_and_answered_to_the_organization(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    numbers = {"organization_id": SHIPPER, "siret": "73282932000074", "vat": ""}
    await voice.say(IdentityAsked(organization_name="Usine", **numbers), SHIPPER)
    await voice.say(IdentityAnswered(act="taken", reason="Kbis vu", **numbers), SHIPPER)
    await told(platform)
    (asked,) = await mails(mailbox, topic="authz.identity.asked", channel="email")
    (answered,) = await mails(mailbox, topic="authz.identity.answered", channel="email")
    assert (asked["to"], answered["to"]) == ("root@op.example", "anna@ship.example")
    assert asked["links"][0] == f"http://admin.localhost:8080/tenants/{SHIPPER}"
    assert "Kbis vu" in answered["text"]


async def test_a_driver_is_invited_to_the_phone(platform: Any, voice: Any, mailbox: Any) -> None:
    await voice.say(UserInvited(**{**fields(INVITED), "role": "driver", "language": "pl"}), CARRIER)
    await told(platform)
    (mail,) = await mails(mailbox, to="new@hermes.example")
    assert mail["links"][0].startswith("http://driver.localhost:8080/invitations/")
    assert mail["subject"] == "Transports Hermès invites you to RT-Technologie"


async def test_a_guest_carrier_answers_by_the_link_of_its_mail(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    offer = OrderTendered(
        order=make.order(carrier_id=GUEST),
        carrier_email="guest@fleury.example",
        carrier_guest=True,
        deadline=AT,
        link_token="tok.en",
    )
    await voice.say(offer)
    await told(platform)
    (mail,) = await mails(mailbox, order_id="ord_1", topic="core_orders.order.tendered")
    assert mail["to"] == "guest@fleury.example"
    assert mail["links"] == ["http://transporter.localhost:8080/l/tok.en/tender/ord_1"]


async def test_a_guest_carrier_that_has_the_order_books_its_dock_by_the_link_of_its_mail(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    accepted = TenderAccepted(
        order=make.order(carrier_id=GUEST),
        carrier_email="guest@fleury.example",
        carrier_guest=True,
        slot_link_token="slo.t",
    )
    await voice.say(accepted)
    await told(platform)
    (mail,) = await mails(mailbox, order_id="ord_1", topic="planning.slot.wanted")
    assert mail["to"] == "guest@fleury.example"
    assert mail["links"] == ["http://transporter.localhost:8080/l/slo.t/slots/ord_1"]


async def test_a_carrier_with_an_account_is_told_by_mail_and_notice(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    offer = OrderTendered(
        order=make.order(), carrier_email="contact@carr.example", carrier_guest=False, deadline=AT
    )
    await voice.say(offer)
    await told(platform)
    found = await mails(mailbox, order_id="ord_1")
    assert {(one["channel"], one["to"]) for one in found} == {
        ("email", "carl@carr.example"),
        ("in_app", "usr_carl"),
    }


@pytest.mark.parametrize("stranger", [True, False])
async def test_a_carrier_reads_in_its_mail_that_it_does_not_know_the_shipper(
    platform: Any, voice: Any, mailbox: Any, stranger: bool
) -> None:
    offer = OrderTendered(
        order=make.order(), carrier_email="", carrier_guest=False, deadline=AT, stranger=stranger
    )
    await voice.say(offer)
    await told(platform)
    (mail,) = [one for one in await mails(mailbox, order_id="ord_1") if one["channel"] == "email"]
    assert ("que vous ne connaissez pas" in mail["text"]) is stranger


CLIENT, SENDER = "org_group", "org_plant"
OWN = {"owner_id": CARRIER, "owner_name": "Transports Hermès", "client_id": CLIENT, "client_name": "Groupe"}
"""An order that its carrier runs for a client."""
PLANNED = partial(
    OrderPlanned,
    vehicle_plate="AB-123-CD",
    driver_id="",
    driver_name="Jo",
    planned_pickup_at=None,
    planned_delivery_at=None,
)


PEOPLE = {"usr_anna": SHIPPER, "usr_carl": CARRIER, "usr_gil": CLIENT, "usr_sam": SENDER}


@pytest.fixture
def told_of(platform: Any, directory: Any, voice: Any, mailbox: Any) -> Callable[..., Awaitable[list[str]]]:
    """The organizations that are told of it when somebody of one (or a unit) does it."""
    for org, user in ((CLIENT, "usr_gil"), (SENDER, "usr_sam")):
        directory.cards[org] = make.card(org, "shipper")
        directory.members[org] = [make.user(user, f"{user}@{org}.example", "dispatcher")]

    async def heard(event: Any, by: str) -> list[str]:
        unit = Actor(kind="unit", id="core_orders", org_id=event.order.owner_id)
        with acting_as(platform.actor(by) if by else unit):
            await voice.say(event, event.order.owner_id)
        await told(platform)
        return [PEOPLE[one["to"]] for one in await mails(mailbox) if one["channel"] == "in_app"]

    return heard


@pytest.mark.parametrize(
    ("event", "by", "expected"),
    [
        (TenderAccepted, CARRIER, set()),
        (partial(TenderLapsed, expired=False, reason=""), CARRIER, set()),
        (PLANNED, CARRIER, {CLIENT, SENDER}),
        (PLANNED, "", {CLIENT, SENDER}),
        (partial(OrderDelivered, with_reserves=False), "", {CLIENT, SENDER}),
        (partial(OrderCancelled, reason=""), CARRIER, {CLIENT, SENDER}),
        (ProofAccepted, CARRIER, set()),
        (ProofAccepted, CLIENT, {CARRIER}),
    ],
)
async def test_who_carries_its_own_order_hears_what_others_do_and_its_client_what_it_does(
    told_of: Any, event: Any, by: str, expected: set[str]
) -> None:
    order = make.order(shipper_id=SENDER, **OWN)
    assert sorted(await told_of(event(order=order), by)) == sorted(expected)


@pytest.mark.parametrize(
    ("event", "by", "expected"),
    [
        (TenderAccepted, CARRIER, {SHIPPER}),
        (TenderAccepted, SHIPPER, set()),
        (partial(TenderLapsed, expired=False, reason=""), SHIPPER, set()),
        (partial(TenderLapsed, expired=True, reason=""), "", {SHIPPER}),
        (PLANNED, CARRIER, {SHIPPER, CLIENT}),
        (partial(OrderCancelled, reason=""), SHIPPER, {CLIENT, CARRIER}),
        (ProofAccepted, SHIPPER, {CARRIER}),
        (ProofAccepted, CLIENT, {SHIPPER, CARRIER}),
    ],
)
async def test_nobody_is_told_what_its_own_people_did(
    told_of: Any, event: Any, by: str, expected: set[str]
) -> None:
    order = make.order(client_id=CLIENT, client_name="Groupe")
    assert sorted(await told_of(event(order=order), by)) == sorted(expected)


@pytest.mark.parametrize(
    ("parts", "expected"), [(["price"], {CLIENT}), (["stops", "price"], {CLIENT, SENDER})]
)
async def test_a_price_that_changes_is_no_news_at_the_stops(
    told_of: Any, mailbox: Any, parts: list[Any], expected: set[str]
) -> None:
    order = make.order(shipper_id=SENDER, **OWN)
    amended = OrderAmended(
        order=order, change_id="chg_1", asked_by="client", parts=parts, between=["client", "owner"]
    )
    assert sorted(await told_of(amended, CARRIER)) == sorted(expected)
    said = {one["to"]: one["text"] for one in await mails(mailbox) if one["channel"] == "in_app"}
    assert "prix" in said["usr_gil"]
    assert "prix" not in said.get("usr_sam", "")


async def test_all_who_agreed_to_a_change_hear_that_it_holds_but_whoever_agreed_last(told_of: Any) -> None:
    order = make.order(owner_id=SHIPPER, shipper_id=SENDER, client_id=CLIENT, client_name="Groupe")
    amended = OrderAmended(
        order=order,
        change_id="chg_1",
        asked_by="client",
        parts=["stops"],
        between=["carrier", "client", "owner"],
    )
    assert sorted(await told_of(amended, CARRIER)) == sorted({CLIENT, SHIPPER, SENDER})


async def test_an_event_heard_again_tells_nobody_twice(platform: Any, voice: Any, mailbox: Any) -> None:
    await voice.say(OrderDelivered(order=make.order(), with_reserves=False))
    await told(platform)
    before = await mails(mailbox)
    await platform.redeliver()
    await told(platform)
    assert await mails(mailbox) == before
    assert {one["channel"] for one in before} == {"email", "in_app"}


async def test_a_message_on_its_way_fills_no_log(platform: Any, voice: Any, mailbox: Any) -> None:
    await voice.say(OrderDelivered(order=make.order(), with_reserves=False))
    await told(platform)
    assert {mail["state"] for mail in await mails(mailbox, channel="email")} == {"sent"}
    logged = await platform.database("notifications")["event_log"].distinct("entity")
    assert "notifications.messages" not in logged


async def test_quiet_events_send_no_mail(platform: Any, voice: Any, mailbox: Any) -> None:
    await voice.say(TenderAccepted(order=make.order()))
    await told(platform)
    assert {one["channel"] for one in await mails(mailbox)} == {"in_app"}


async def test_a_code_stands_as_a_word_of_its_own(platform: Any, voice: Any, mailbox: Any) -> None:
    asked = CodeRequested(
        document_id="doc_1", email="quai@brico.example", phone="", code="042137", language="fr"
    )
    await voice.say(asked)
    await told(platform)
    (mail,) = await mails(mailbox, topic="ecpmr.code.requested")
    assert "042137" in mail["text"].split()


async def test_a_code_goes_by_text_message_where_there_is_no_mail(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    asked = CodeRequested(document_id="doc_1", email="", phone="+33612345678", code="042137", language="fr")
    await voice.say(asked)
    await told(platform)
    (sms,) = await mails(mailbox, topic="ecpmr.code.requested")
    assert (sms["channel"], sms["to"]) == ("sms", "+33612345678")


@pytest.mark.parametrize(
    ("party", "act"), [("consignee", "sign"), ("sender", "takeover"), ("carrier", "takeover")]
)
async def test_who_signs_is_led_to_the_page_of_the_act(
    platform: Any, voice: Any, mailbox: Any, party: Any, act: str
) -> None:
    link = LinkSent(
        document_id="doc_1",
        order_id="ord_1",
        number="CMR-1",
        party=party,
        email="quai@brico.example",
        sender_name="Dupont",
        site_name="Dépôt",
        token="t0k",
        expires_at=AT,
        language="fr",
    )
    await voice.say(link)
    await told(platform)
    (mail,) = await mails(mailbox, topic="ecpmr.link.sent")
    assert any(url.endswith(f"/l/t0k/{act}/doc_1") for url in mail["links"])


async def test_links_for_those_without_account_lead_to_their_pages(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    await voice.say(
        LinkSent(
            document_id="doc_1",
            order_id="ord_1",
            number="CMR-1",
            party="consignee",
            email="quai@brico.example",
            sender_name="Dupont",
            site_name="Dépôt",
            token="t0k",
            expires_at=AT,
            language="fr",
        )
    )
    await voice.say(
        FollowLinkMade(
            order_id="ord_1",
            share_id="shr_1",
            url="/follow/shr_1",
            expires_at=AT,
            consignee_email="quai@brico.example",
            consignee_name="",
            reference="2026-000001",
        )
    )
    await voice.say(
        StatementReady(
            statement_id="sta_1",
            partner_id=GUEST,
            partner_name="Fleury",
            partner_email="guest@fleury.example",
            period="2026-10",
            url="/l/st4t",
        )
    )
    await told(platform)
    links = [link for mail in await mails(mailbox) for link in mail["links"]]
    assert set(links) == {
        "http://recipient.localhost:8080/l/t0k/sign/doc_1",
        "http://recipient.localhost:8080/follow/shr_1",
        "http://transporter.localhost:8080/l/st4t/statements/sta_1",
    }


async def test_who_is_asked_for_its_yes_reads_what_a_claim_would_change(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    lines = [
        ClaimLine(holder_id=holder, pallet_type="EUR", quality="A", quantity=count)
        for holder, count in ((CARRIER, 20), (SHIPPER, -20))
    ]
    claim = MovementClaimed(
        movement_id="mov_1",
        kind="transfer",
        order_id="",
        teller_id=SHIPPER,
        teller_name="Ceres",
        awaited=[CARRIER],
        lines=lines,
        note="retour de vides",
        lapses_at=AT + timedelta(days=30),
    )
    await voice.say(claim, SHIPPER)
    await told(platform)
    found = await mails(mailbox, topic="palette.movement.claimed")
    addresses = {mail["to"] for mail in found if mail["channel"] == "email"}
    assert {address.partition("@")[2] for address in addresses} == {"carr.example"}
    assert found[0]["links"][0].endswith("/pallets/claims")


async def test_the_driver_is_told_of_the_tour(platform: Any, voice: Any, mailbox: Any) -> None:
    tour = TourPublished(
        tour_id="tou_1",
        carrier_id=CARRIER,
        vehicle_id="veh_1",
        vehicle_plate="AB-123-CD",
        driver_id="drv_1",
        driver_user_id="usr_dora",
        driver_name="Dora",
        stops=[],
    )
    await voice.say(tour, CARRIER)
    await told(platform)
    driver = platform.actor(CARRIER, roles={"driver"}, id="usr_dora")
    async with platform.web("notifications", driver) as client:
        (notice,) = (await client.get("/api/notifications/notices")).json()["items"]
        assert notice["topic"] == "planning.tour.published"
        read = await client.post(f"/api/notifications/notices/{notice['message_id']}/read")
        assert read.status_code == 200
        unread = await client.get("/api/notifications/notices", params={"unread": "true"})
        assert unread.json()["items"] == []


async def test_drivers_are_told_of_a_tour_that_goes_to_another_or_is_taken_back(
    platform: Any, voice: Any
) -> None:
    tour = TourPublished(
        tour_id="tou_1",
        carrier_id=CARRIER,
        vehicle_id="veh_2",
        vehicle_plate="NEW-2",
        driver_id="drv_2",
        driver_user_id="usr_emil",
        driver_name="Emil",
        stops=[],
        again=True,
        former_driver_user_id="usr_dora",
        former_vehicle_plate="OLD-1",
    )
    gone = TourWithdrawn(tour_id="tou_1", order_ids=[], vehicle_plate="NEW-2", driver_user_id="usr_emil")
    for event in (tour, gone, TourWithdrawn(tour_id="tou_2", order_ids=[])):
        await voice.say(event, CARRIER)
    await told(platform)
    read = {}
    for user in ("usr_dora", "usr_emil"):
        driver = platform.actor(CARRIER, roles={"driver"}, id=user)
        async with platform.web("notifications", driver) as client:
            notices = (await client.get("/api/notifications/notices")).json()["items"]
        read[user] = {one["subject"]: str(one) for one in notices}
    assert [*read["usr_dora"]] == ["Votre tournée est confiée à un autre conducteur"]
    assert sorted(read["usr_emil"]) == ["Votre tournée est prête : 0 arrêts", "Votre tournée est retirée"]
    assert "NEW-2" not in str(read["usr_dora"]), "the truck is the one that was driven"


async def test_a_notice_is_read_by_its_own_reader_alone(platform: Any, voice: Any) -> None:
    await voice.say(TenderAccepted(order=make.order()))
    await told(platform)
    (notice,) = (
        await platform.instance("notifications").context.database["notifications.messages"].find().to_list()
    )
    other = platform.actor(SHIPPER, roles={"admin"}, id="usr_other")
    async with platform.web("notifications", other) as client:
        answer = await client.post(f"/api/notifications/notices/{notice['_id']}/read")
    assert answer.status_code == 404


async def test_unread_notices_are_counted_and_all_marked_by_their_own_reader_alone(
    platform: Any, voice: Any
) -> None:
    for _ in range(2):
        await voice.say(TenderAccepted(order=make.order()))
    await told(platform)
    stored = platform.instance("notifications").context.database["notifications.messages"]
    reader = (await stored.find_one({"channel": "in_app"}))["user_id"]
    notices = "/api/notifications/notices"
    mine = platform.actor(SHIPPER, roles={"admin"}, id=reader)
    other = platform.actor(SHIPPER, roles={"admin"}, id="usr_other")
    async with (
        platform.web("notifications", mine) as client,
        platform.web("notifications", other) as stranger,
    ):
        assert (await client.get(f"{notices}/count")).json() == {"unread": 2}
        assert (await stranger.get(f"{notices}/count")).json() == {"unread": 0}
        assert (await stranger.post(f"{notices}/read")).status_code == 200
        assert (await client.get(f"{notices}/count")).json() == {"unread": 2}
        for _ in range(2):
            assert (await client.post(f"{notices}/read")).status_code == 200
            assert (await client.get(f"{notices}/count")).json() == {"unread": 0}


async def test_an_incident_that_is_not_shared_stays_with_the_shipper(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    incident = {"order": make.order(), "incident_id": "inc_1", "kind": "damage", "text": "Choc"}
    await voice.say(IncidentReported(**incident))
    await told(platform)
    assert {one["to"] for one in await mails(mailbox)} == {"usr_anna", "anna@ship.example"}


async def test_a_delay_is_told_to_shipper_and_carrier(platform: Any, voice: Any, mailbox: Any) -> None:
    await voice.say(TenderAccepted(order=make.order()))
    delay = DelayForeseen(
        order_id="ord_1", kind="delivery", eta=AT, promised_until=AT - timedelta(hours=1), minutes_late=60
    )
    await voice.say(delay)
    await told(platform)
    found = await mails(mailbox, topic="tracking_ia.delay.foreseen", channel="email")
    assert {one["to"] for one in found} == {"anna@ship.example", "carl@carr.example"}
    assert all("2026-000001" in one["subject"] for one in found)


async def test_whoever_was_told_of_a_stop_hears_that_its_time_was_another(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    await voice.say(TenderAccepted(order=make.order()))
    told_of = {"order_id": "ord_1", "kind": "pickup", "tour_id": "tou_1", "site_name": "Feurs"}
    await voice.say(StopCorrected(what="departure", before=AT + timedelta(hours=2), after=AT, **told_of))
    await voice.say(StopCorrected(what="arrival", before=AT, after=None, **told_of))
    await told(platform)
    found = await mails(mailbox, topic="tracking_ia.stop.corrected")
    assert {(one["to"], one["channel"]) for one in found} == {("usr_anna", "in_app"), ("usr_carl", "in_app")}
    texts = {one["subject"]: one["text"] for one in found}
    departure = texts["2026-000001 : heure de départ corrigée à l'enlèvement"]
    assert "Annoncé : 23 novembre 2026 à 10 h 00" in departure
    assert "Corrigé : 23 novembre 2026 à 8 h 00" in departure
    assert "pas de passage" in texts["2026-000001 : heure d'arrivée corrigée à l'enlèvement"]


async def test_the_two_hundred_and_first_member_is_told_too(
    platform: Any, voice: Any, mailbox: Any, directory: Any
) -> None:
    directory.members[SHIPPER] = [
        make.user(f"usr_{n}", f"{n}@ship.example", "dispatcher") for n in range(230)
    ]
    await voice.say(OrderDelivered(order=make.order(), with_reserves=False))
    await platform.settle()
    (mail,) = await mails(mailbox, to="229@ship.example")
    assert mail["topic"] == "core_orders.order.delivered"


async def test_a_muted_topic_is_not_sent_and_a_mandatory_one_cannot_be_muted(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    anna = platform.actor(SHIPPER, roles={"admin"}, id="usr_anna")
    async with platform.web("notifications", anna) as client:
        path = "/api/notifications/preferences/core_orders.order.delivered"
        muted = await client.post(path, json={"channels": []})
        assert muted.json()["channels"] == []
        refused = await client.post(
            "/api/notifications/preferences/authz.security.alerted", json={"channels": ["in_app"]}
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "topic_mandatory")
        listed = (await client.get("/api/notifications/preferences")).json()["items"]
        assert {one["topic"]: one["channels"] for one in listed}["core_orders.order.delivered"] == []
    await voice.say(OrderDelivered(order=make.order(), with_reserves=True))
    await told(platform)
    assert await mails(mailbox) == []


async def test_a_suspended_organization_is_told_nothing(
    platform: Any, voice: Any, directory: Any, mailbox: Any
) -> None:
    directory.cards[CARRIER] = make.card(CARRIER, "carrier", suspended=True)
    await voice.say(OrderCancelled(order=make.order(), reason="Client"))
    await told(platform)
    assert await mails(mailbox) == []


async def test_the_timeline_masks_what_opens_doors(platform: Any, voice: Any) -> None:
    offer = OrderTendered(
        order=make.order(carrier_id=GUEST),
        carrier_email="guest@fleury.example",
        carrier_guest=True,
        deadline=AT,
        link_token="tok.en",
    )
    await voice.say(offer)
    await voice.say(
        CodeRequested(document_id="doc_1", email="q@b.example", phone="", code="042137", language="fr")
    )
    await told(platform)
    anna = platform.actor(SHIPPER, {"notifications.read"}, {"admin"}, id="usr_anna")
    async with platform.web("notifications", anna) as client:
        found = (await client.get("/api/notifications/messages")).text
    assert "2026-000001" in found
    for secret in ("tok.en", "042137", "guest@fleury.example", "q@b.example"):
        assert secret not in found


async def test_another_organization_sees_none_of_it(platform: Any, voice: Any) -> None:
    await voice.say(OrderDelivered(order=make.order(), with_reserves=False))
    await told(platform)
    stranger = platform.actor("org_else", {"notifications.read"}, {"admin"}, id="usr_x")
    async with platform.web("notifications", stranger) as client:
        assert (await client.get("/api/notifications/messages")).json()["items"] == []


@pytest.mark.parametrize("roles", [{"admin"}, set()])
async def test_the_mailbox_is_for_the_platforms_people_alone(
    platform: Any, voice: Any, roles: set[str]
) -> None:
    admin = platform.actor(SHIPPER, {"notifications.admin"}, roles)
    async with platform.web("notifications", admin) as client:
        assert (await client.get(MAILBOX)).status_code == 403


async def test_nothing_secret_reaches_the_event_log(platform: Any, voice: Any) -> None:
    """Nor with what a message tells of itself, when its address does not take it."""
    await voice.say(INVITED, CARRIER)
    await told(platform)
    messages = NotificationsStore(platform.database("notifications")).messages.everywhere
    (mail,) = await messages.find({})
    async with messages.change(mail.id) as message:
        message.bounce("no such mailbox")
    platform.instance("notifications").outbox.scan()
    await platform.settle()
    events = platform.database("notifications")["event_log"]
    own = await events.find({"source": "notifications"}).to_list()
    assert own
    assert "inv_1.abc" not in repr(own)


def fields(event: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}
