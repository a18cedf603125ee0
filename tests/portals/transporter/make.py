"""Views as services would show them to a carrier, with only what a test is about to say."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from rt.contracts.core_orders import OrderRow, OrderView, Stop, TenderView
from rt.contracts.core_orders.shown import DocumentView, IncidentView, Milestone, PlanView, References
from rt.contracts.ecpmr import DocumentRow
from rt.contracts.palette import BalanceView, MovementView, PolicyView, StatementView, VoucherView
from rt.contracts.palette.ledger import CountView, LineView
from rt.contracts.palette.statements import StatementBalanceView, StatementClaimView, StatementLineView
from rt.contracts.planning import (
    ConflictView,
    DriverView,
    FreeSlotView,
    JobView,
    PeriodView,
    SlotView,
    StopView,
    TourView,
    VehicleView,
    WorkingHours,
)
from rt.contracts.tracking_ia import BadPointView, DeviceView, EtaView, TroubleView, VehiclePositionView
from rt.contracts.tracking_ia.journeys import StopView as TrackedStop
from rt.trade.goods import Goods
from rt.trade.places import Address, Contact, Site

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""Monday, 08:00 in France."""
DAY = date(2026, 11, 23)
BOURG = Site(
    name="Fromagerie de Bourg",
    address=Address(street="12 rue des Crêts", postal_code="01000", city="Bourg-en-Bresse"),
    contact=Contact(name="Camille Perrin", phone="+33 4 74 00 00 00"),
    latitude=46.2052,
    longitude=5.2255,
    instructions="Entrée par le quai froid",
)
LYON = Site(
    name="Plateforme Distri Rhône",
    address=Address(street="20 bd Joliot-Curie", postal_code="69200", city="Vénissieux"),
    latitude=45.697,
    longitude=4.887,
)
GRENOBLE = Site(
    name="Halle de Grenoble",
    address=Address(street="1 rue du Marché", postal_code="38000", city="Grenoble"),
    latitude=45.1715,
    longitude=5.7224,
)
CONFLICT = ConflictView(
    rule="vehicle_too_full",
    fr="34 palettes dépassent les 33 places de AB-123-CD.",
    en="34 pallets exceed the 33 places of AB-123-CD.",
    fix_fr="Prenez un véhicule plus grand ou retirez 1 palette.",
    fix_en="Take a larger vehicle or remove 1 pallet.",
    figures={"pallets": "34", "capacity": "33"},
)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def order(state: str = "tendered", may: list[str] | None = None, **changed: Any) -> OrderView:
    offered = TenderView(
        tender_id="ten_1",
        carrier_id="org_delmas",
        carrier_name="Transports Delmas",
        price_cents=48_500,
        currency="EUR",
        deadline=AT + hours(3),
        state="open",
        sent_at=AT - hours(1),
    )
    allowed = {"tendered": ["AcceptTender", "RefuseTender"], "assigned": ["PlanOrder", "ReportProgress"]}
    told: dict[str, Any] = {
        "order_id": "ord_1",
        "version": 3,
        "my_role": "carrier",
        "reference": "CMD-24107",
        "references": References(),
        "state": state,
        "may": [*(allowed.get(state, []) if may is None else may), "AddDocument", "ReportIncident"],
        "created_at": AT - hours(20),
        "changed_at": AT,
        "shipper_id": "org_monts",
        "shipper_name": "Laiterie des Monts",
        "carrier_id": "org_delmas",
        "carrier_name": "Transports Delmas",
        "consignee_id": "org_distri",
        "consignee_name": "Distri Rhône",
        "consignee_email": "julie@distri-rhone.example",
        "logistician_id": None,
        "stops": [
            Stop(kind="pickup", site=BOURG, from_at=AT + hours(1), until_at=AT + hours(3)),
            Stop(kind="delivery", site=LYON, from_at=AT + hours(5), until_at=AT + hours(7)),
        ],
        "pickup": BOURG,
        "delivery": LYON,
        "pickup_from": AT + hours(1),
        "pickup_until": AT + hours(3),
        "delivery_from": AT + hours(5),
        "delivery_until": AT + hours(7),
        "goods": [Goods(description="Comté en meules", quantity=18, weight_kg=11_400, pallets=18)],
        "pallets": 18,
        "weight_kg": 11_400.0,
        "volume_m3": 0.0,
        "loading_metres": 7.2,
        "requirements": ["temperature", "tail_lift"],
        "equipment": "",
        "incoterm": None,
        "instructions": "Deux livreurs au déchargement",
        "plan": None
        if state in ("tendered", "assigned")
        else PlanView(vehicle_plate="AB-123-CD", driver_name="Lucie"),
        "with_reserves": False,
        "milestones": [Milestone(state="loading", at=AT)] if state == "in_transit" else [],
        "incident_open": state == "in_transit",
        "incidents": [
            IncidentView(
                incident_id="inc_1",
                kind="delay",
                text="Bouchon sur l'A6",
                reported_at=AT,
                reported_by="Lucie Martin",
                shared=True,
                open=True,
            )
        ]
        if state == "in_transit"
        else [],
        "documents": [
            DocumentView(
                document_id="doc_1",
                order_id="ord_1",
                kind="pod",
                filename="preuve.pdf",
                media_type="application/pdf",
                size_bytes=1000,
                version=1,
                latest=True,
                added_at=AT,
                added_by="Lucie Martin",
            )
        ]
        if state == "in_transit"
        else [],
        "proof": None,
        "cancel_reason": "",
        "tender": offered if state == "tendered" else None,
        "agreed_cents": None if state == "tendered" else 48_500,
        "currency": "EUR",
    }
    return OrderView(**(told | changed))


def row(state: str = "tendered", **changed: Any) -> OrderRow:
    of = order(state)
    told: dict[str, Any] = {
        "order_id": of.order_id,
        "version": of.version,
        "my_role": "carrier",
        "reference": of.reference,
        "references": of.references,
        "state": state,
        "may": of.may,
        "created_at": of.created_at,
        "shipper_id": of.shipper_id,
        "shipper_name": of.shipper_name,
        "carrier_id": of.carrier_id,
        "carrier_name": of.carrier_name,
        "consignee_name": of.consignee_name,
        "pickup_name": BOURG.name,
        "pickup_city": BOURG.address.city,
        "pickup_country": "FR",
        "pickup_from": of.pickup_from,
        "pickup_until": of.pickup_until,
        "delivery_name": LYON.name,
        "delivery_city": LYON.address.city,
        "delivery_country": "FR",
        "delivery_from": of.delivery_from,
        "delivery_until": of.delivery_until,
        "pallets": of.pallets,
        "weight_kg": of.weight_kg,
        "loading_metres": of.loading_metres,
        "requirements": of.requirements,
        "vehicle_plate": "",
        "driver_name": "",
        "incident_open": False,
        "with_reserves": False,
        "tender_id": "ten_1" if state == "tendered" else None,
        "tender_stranger": False if state == "tendered" else None,
        "tender_deadline": AT + hours(3),
        "tender_price_cents": 48_500 if state == "tendered" else None,
        "currency": "EUR",
    }
    return OrderRow(**(told | changed))


def vehicle(vehicle_id: str = "veh_1", plate: str = "AB-123-CD") -> VehicleView:
    return VehicleView(
        vehicle_id=vehicle_id,
        plate=plate,
        kind="tractor_trailer",
        capacity_kg=25_000,
        capacity_pallets=33,
        capacity_loading_metres=13.6,
        gross_weight_t=40,
        equipment=["tail_lift"],
        depot=BOURG,
        usual_driver_id="drv_1",
        maintenance=[
            PeriodView(starts_at=AT + hours(48), ends_at=AT + hours(56), reason="Contrôle technique")
        ],
        active=True,
        version=7,
    )


def driver(driver_id: str = "drv_1", name: str = "Lucie Martin", user_id: str | None = None) -> DriverView:
    return DriverView(
        driver_id=driver_id,
        name=name,
        phone="+33 6 12 34 56 78",
        user_id=user_id,
        skills=["adr"],
        hours=[WorkingHours(weekday=d, from_minute=360, until_minute=1140) for d in range(5)],
        absences=[PeriodView(starts_at=AT + hours(72), ends_at=AT + hours(96), reason="Congés")],
        active=True,
        version=4,
    )


def job(job_id: str = "job_1", reference: str = "CMD-24107") -> JobView:
    of = order("assigned")
    return JobView(
        job_id=job_id,
        order_id="ord_1",
        reference=reference,
        shipper_id="org_monts",
        shipper_name="Laiterie des Monts",
        consignee_name="Distri Rhône",
        pickup=BOURG,
        delivery=LYON,
        pickup_from=AT + hours(1),
        pickup_until=AT + hours(3),
        delivery_from=AT + hours(5),
        delivery_until=AT + hours(7),
        weight_kg=of.weight_kg,
        pallets=18,
        loading_metres=7.2,
        requirements=["tail_lift"],
        goods_text="Comté en meules",
        state="unplanned",
        tour_id=None,
        obstacles=[],
    )


def tour(
    state: Any = "draft", tour_id: str = "tou_1", conflicts: tuple[ConflictView, ...] = (), **on: str
) -> TourView:
    def stop(position: int, kind: Any, site: Site, at: float) -> StopView:
        return StopView(
            position=position,
            job_id="job_2",
            order_id="ord_2",
            reference="CMD-24102",
            kind=kind,
            site=site,
            arrives_at=AT + hours(at),
            starts_at=AT + hours(at),
            leaves_at=AT + hours(at + 0.75),
            window_from=AT + hours(at - 1),
            window_until=AT + hours(at + 1),
            weight_kg=8_000,
            pallets=12,
            loading_metres=4.8,
            load_kg=8_000 if kind == "pickup" else 0,
            load_pallets=12 if kind == "pickup" else 0,
            load_loading_metres=4.8,
            km_before=42,
            goods_text="Beurre",
            requirements=[],
        )

    return TourView(
        tour_id=tour_id,
        day=DAY,
        state=state,
        vehicle_id=on.get("vehicle_id", "veh_1"),
        vehicle_plate=on.get("plate", "AB-123-CD"),
        driver_id="drv_1",
        driver_name=on.get("driver", "Lucie Martin"),
        starts_at=AT - hours(1),
        ends_at=AT + hours(7),
        distance_km=214,
        driving_minutes=195,
        stops=[
            stop(0, "pickup", BOURG, 0),
            stop(1, "delivery", LYON, 2.5),
            stop(2, "delivery", GRENOBLE, 5),
        ],
        conflicts=list(conflicts),
        derogation="",
        version=2,
    )


def free(hour: float) -> FreeSlotView:
    return FreeSlotView(
        dock_id="dck_1",
        dock_name="Quai 4",
        site_name=BOURG.name,
        starts_at=AT + hours(hour),
        ends_at=AT + hours(hour + 1),
        doors_free=1,
        zone="Europe/Paris",
    )


def slot(**changed: Any) -> SlotView:
    told: dict[str, Any] = {
        "slot_id": "slo_1",
        "order_id": "ord_1",
        "reference": "CMD-24107",
        "kind": "pickup",
        "dock_id": "dck_1",
        "dock_name": "Quai 4",
        "site_name": BOURG.name,
        "site": BOURG,
        "carrier_id": "org_delmas",
        "carrier_name": "Transports Delmas",
        "vehicle_plate": "AB-123-CD",
        "pallets": 18,
        "goods_type": "temperature",
        "starts_at": AT + hours(1),
        "ends_at": AT + hours(2),
        "zone": "Europe/Paris",
        "state": "booked",
        "arrived_at": None,
        "minutes_late": 0,
        "reason": "",
        "named": True,
        "version": 1,
    }
    return SlotView(**(told | changed))


def note() -> DocumentRow:
    return DocumentRow(
        document_id="cmr_1",
        order_id="ord_1",
        number="LV-2026-000107",
        kind="national",
        state="in_transport",
        sender_name="Laiterie des Monts",
        carrier_name="Transports Delmas",
        consignee_name="Distri Rhône",
        pickup_city="Bourg-en-Bresse",
        delivery_city="Vénissieux",
        reserves=1,
        to_sign=["consignee"],
        cancelled=False,
        created_at=AT,
        taken_over_at=AT,
        delivered_at=None,
    )


def eta(late: float = 0.1) -> EtaView:
    return EtaView(
        order_id="ord_1",
        kind="delivery",
        eta=AT + hours(5.5),
        eta_low=AT + hours(5.2),
        eta_high=AT + hours(6.1),
        late_probability=late,
        remaining_km=64,
        fix_at=AT,
        old=False,
    )


def trouble() -> TroubleView:
    return TroubleView(
        total=27,
        by_reason={"future": 2, "malformed": 25},
        since=AT,
        last=[BadPointView(received_at=AT, reason="malformed", said="2026-13-45T99:00:00Z")],
    )


def device(device_id: str = "dev_1", **changed: Any) -> DeviceView:
    told: dict[str, Any] = {
        "id": device_id,
        "kind": "vehicle",
        "name": "Boîtier 7",
        "vehicle_plate": "AB-123-CD",
        "driver_user_id": "",
        "key": "",
        "added_at": AT,
        "last_fix_at": AT,
        "trouble": trouble(),
    }
    return DeviceView(**(told | changed))


def truck(**changed: Any) -> VehiclePositionView:
    stop = TrackedStop(
        order_id="ord_1",
        kind="delivery",
        site=LYON,
        planned_from=AT + hours(5),
        planned_until=AT + hours(7),
        reached_at=None,
        left_at=None,
        elsewhere_at=None,
        source=None,
        corrections=[],
    )
    told: dict[str, Any] = {
        "tour_id": "tou_1",
        "vehicle_plate": "AB-123-CD",
        "driver_name": "Lucie Martin",
        "latitude": 45.95,
        "longitude": 5.05,
        "speed_kmh": 71.6,
        "heading_deg": 190.0,
        "fix_at": AT,
        "old": False,
        "next_stop": stop,
        "next_eta": eta(),
    }
    return VehiclePositionView(**(told | changed))


def balance() -> BalanceView:
    return BalanceView(
        partner_id="org_distri",
        partner_name="Distri Rhône",
        site_name=LYON.name,
        pallet_type="EUR",
        quality="B",
        confirmed=-42,
        claimed_by_us=-6,
        claimed_by_others=4,
        own=0,
        last_moved_at=AT,
    )


def movement() -> MovementView:
    return MovementView(
        id="mov_1",
        kind="delivery",
        standing="claimed",
        teller_id="org_distri",
        teller_name="Distri Rhône",
        awaited=["Transports Delmas"],
        lapses_at=AT + hours(24 * 30),
        answerable=True,
        withdrawable=True,
        reversible=True,
        closed_by="",
        closed_reason="",
        order_id="ord_1",
        document_number="LV-2026-000107",
        site_name=LYON.name,
        moved_at=AT,
        policy="immediate",
        counts=[
            CountView(pallet_type="EUR", quality="B", delivered=18, returned=12, refused=1, broken=1, owed=4)
        ],
        lines=[
            LineView(
                holder_id="org_distri",
                holder_name="Distri Rhône",
                partner_id="org_delmas",
                partner_name="Transports Delmas",
                site_name=LYON.name,
                pallet_type="EUR",
                quality="B",
                quantity=4,
                standing="claimed",
            )
        ],
        note="",
        reverses="",
        reversed_by="",
    )


def policy() -> PolicyView:
    return PolicyView(
        id="pol_1",
        version=2,
        owner_id="org_monts",
        owner_name="Laiterie des Monts",
        partner_id="org_delmas",
        partner_name="Transports Delmas",
        answer="none",
        answerable=True,
        site_name=LYON.name,
        pallet_type="EUR",
        mode="ratio",
        ratio_percent=80,
        voucher_days=180,
        note="",
        instruction_fr="Échange partiel : reprenez 80 % des palettes livrées.",
        instruction_en="Partial exchange: take back 80 % of the pallets delivered.",
    )


def voucher() -> VoucherView:
    return VoucherView(
        id="vou_1",
        number="BP-2026-0042",
        state="open",
        order_id="ord_1",
        debtor_id="org_distri",
        debtor_name="Distri Rhône",
        creditor_id="org_delmas",
        creditor_name="Transports Delmas",
        bearer_id="org_delmas",
        bearer_name="Transports Delmas",
        site_name=LYON.name,
        pallet_type="EUR",
        quality="B",
        quantity=6,
        left=4,
        issued_at=AT,
        expires_at=AT + hours(24 * 90),
        redemptions=[],
        reason="",
    )


def statement(**changed: Any) -> StatementView:
    told: dict[str, Any] = {
        "id": "sta_1",
        "version": 1,
        "state": "open",
        "maker_id": "org_monts",
        "maker_name": "Laiterie des Monts",
        "partner_id": "org_delmas",
        "partner_name": "Transports Delmas",
        "period_from": date(2026, 10, 1),
        "period_until": date(2026, 10, 31),
        "made_at": AT,
        "balances": [
            StatementBalanceView(
                pallet_type="EUR",
                quality="B",
                opening=10,
                closing=14,
                days_0_30=4,
                days_31_60=10,
                days_61_90=0,
                days_over_90=0,
                lapses_on=date(2027, 10, 3),
            )
        ],
        "lines": [
            StatementLineView(
                id=f"lin_{n}",
                movement_id=f"mov_{n}",
                kind="delivery",
                moved_at=AT,
                document_number="LV-2026-000107",
                site_name=LYON.name,
                pallet_type="EUR",
                quality="B",
                quantity=quantity,
                verdict="pending",
                comment="",
            )
            for n, quantity in ((1, 12), (2, -8))
        ],
        "claims": [
            StatementClaimView(
                movement_id="mov_9",
                moved_at=AT,
                site_name=LYON.name,
                pallet_type="EUR",
                quality="B",
                quantity=3,
                by_maker=True,
                lapses_at=AT + hours(24 * 30),
            )
        ],
        "answered_at": None,
    }
    return StatementView(**(told | changed))
