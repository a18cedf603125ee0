"""`rt demo`: the whole scenario played over the public interface by its real actors, each outcome checked."""

import contextlib
import csv
import io
import json
import os
import secrets
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from rich.console import Console

from rt.ops import world
from rt.ops.actors import Caller, CheckFailed, Refused, Stage, check, token_in, wait_for
from rt.ops.second_act import SecondAct
from rt.ops.world import CARRIERS, DELIVERIES, DRIVERS, GUEST, OTHERS, PICKUPS, SHIPPERS
from rt.trade.zones import PARIS

MEMORY = Path(os.environ.get("RT_DATA", ".rt")) / "demo.json"
"""The run that was cut short, so that the next one goes on with it."""
PRICE_CENTS = 41_500
COLUMNS = (
    "Référence;Enlèvement;Adresse enlèvement;CP enlèvement;Ville enlèvement;Enlèvement de;Enlèvement à;"
    "Livraison;Adresse livraison;CP livraison;Ville livraison;Livraison de;Livraison à;"
    "Contact enlèvement;Téléphone enlèvement;Contact livraison;Téléphone livraison;"
    "Email destinataire;Marchandise;Quantité;Palettes;Poids kg"
)


class StepDone(msgspec.Struct):
    """One step of the scenario as it went."""

    service: str
    actor: str
    does: str
    ok: bool = False
    ms: int = 0
    why: str = ""


def numbers(view: Any) -> set[float]:
    """Every number in an answer. Its text will not do: a time of 0.415 s holds the digits of a price."""
    if isinstance(view, dict):
        view = list(view.values())
    if isinstance(view, list):
        return {number for inner in view for number in numbers(inner)}
    return {view} if isinstance(view, int | float) and not isinstance(view, bool) else set()


class Scenario:
    """From the shipper's sheet to the pallet statement; each method is a chapter."""

    def __init__(self, edge: str, run: str, tell: Callable[[StepDone], None]) -> None:
        self.edge = edge
        self.run = run
        self.emit = tell
        self.steps: list[StepDone] = []
        self.documents: list[dict[str, str]] = []
        self.day = world.working_day(datetime.now(PARIS).date(), -1)
        self.later = world.working_day(datetime.now(PARIS).date() + timedelta(days=1), 1)
        self.orders: list[dict[str, Any]] = []

    @contextlib.contextmanager
    def step(self, service: str, actor: str, does: str) -> Iterator[None]:
        """One step; what fails in it ends the scenario."""
        done = StepDone(service, actor, does)
        self.steps.append(done)
        began = time.perf_counter()
        try:
            yield
            done.ok = True
        except (CheckFailed, Refused, LookupError, httpx.HTTPError, KeyError) as error:
            done.why = f"{type(error).__name__}: {error}"
            raise
        finally:
            done.ms = round((time.perf_counter() - began) * 1000)
            self.emit(done)

    def play(self) -> None:
        self.people()
        self.bad_input()
        self.import_orders()
        self.tender()
        self.accept()
        self.plan()
        self.slot()
        self.load_offline()
        self.drive()
        self.deliver_with_reserve()
        self.deliver_by_link()
        self.pallets()
        SecondAct(self.stage, self.shipper, self.carrier, self.later, self.step).play()
        self.told()

    def people(self) -> None:
        with self.step("authz", "Administration", "ouvre les comptes par invitation et mot de passe choisi"):
            self.stage = Stage(self.edge, self.run)
            self.shipper = world.open_firm(self.stage, SHIPPERS[0])
            self.carrier = world.open_firm(self.stage, CARRIERS[0])
            self.recipient = world.open_firm(self.stage, OTHERS[3])
            logistician = world.open_firm(self.stage, OTHERS[1])
            self.guest = self.shipper.post("/auth/partners", GUEST)
            check(self.guest["guest"], "the partner without account is a guest")
        with self.step("authz", self.shipper.name, "demande ses partenaires, qui acceptent"):
            asked = self.shipper.post(f"/auth/partners/{self.carrier.organization}/ask")
            check(asked["standing"] in ("asked", "partner"), "who is asked has not said yes yet")
            world.befriend(self.shipper, self.carrier, self.recipient, logistician)
            path = f"/auth/organizations/{self.carrier.organization}"
            check(self.shipper.get(path)["standing"] == "partner", "both said yes")
        with self.step("planning", self.carrier.name, "enregistre véhicules et chauffeurs"):
            self.driver = world.equip(self.stage, self.carrier, CARRIERS[0], PICKUPS[0])[0]

    def bad_input(self) -> None:
        with self.step("authz", self.shipper.name, "se trompe de SIRET : refus clair, rien n'est écrit"):
            partner = {**GUEST, "name": "Faux Transport", "siret": "12345678900011"}
            self._refused(422, lambda: self.shipper.post("/auth/partners", partner))
        with self.step("core_orders", self.shipper.name, "surcharge un camion : refus chiffré"):
            heavy = {"pallets": 60, "quantity": 60, "weight_kg": 61_000.0}
            body = world.order_body(1, PICKUPS[0], DELIVERIES[0], self.later, {})
            body |= {"reference": "", "goods": [body["goods"][0] | heavy]}
            self._refused(422, lambda: self.shipper.post("/api/orders", body))
        with self.step("core_orders", self.shipper.name, "modifie une version dépassée : refus 412"):
            body = world.order_body(2, PICKUPS[0], DELIVERIES[1], self.later, {})
            body["reference"] = f"{self.run}-V"
            order = self.shipper.post("/api/orders", body, key="stale")
            path = f"/api/orders/{order['order_id']}"
            edit = {"instructions": "Sonner au portail"}
            stale = {"if-match": '"99"'}
            self._refused(412, lambda: self.shipper.answer("PATCH", path, json=edit, headers=stale))
            kept = self.shipper.get(path)
            check(kept["instructions"] == order["instructions"], "nothing was half written")

    def import_orders(self) -> None:
        with self.step(
            "core_orders", self.shipper.name, "importe un tableau de 20 commandes et une ligne fausse"
        ):
            content = self._sheet().encode()
            view = self.shipper.put_file("/api/orders/imports", content, "text/csv", filename="commandes.csv")
            bad = [row for row in view["rows"] if row["verdict"] == "bad"]
            check(len(bad) == 1, f"one bad row is shown, not {len(bad)}")
            check(
                all(reason["fr"] and reason["en"] for reason in bad[0]["reasons"]), "each cell has its reason"
            )
            view = self.shipper.post(
                f"/api/orders/imports/{view['import_id']}/commit", {"same_reference": "skip"}
            )
            check(view["state"] == "committed", "the import is committed")
            rejects = self.shipper.download(f"/api/orders/imports/{view['import_id']}/rejects").decode(
                "utf-8-sig"
            )
            check(rejects.strip().count("\n") == 1, "the bad row comes back in a file")
            found = self.shipper.get("/api/orders", q=self.run, limit=50)["items"]
            self.orders = sorted(
                (
                    row
                    for row in found
                    if row["reference"].startswith(f"{self.run}-") and row["reference"][-1] != "V"
                ),
                key=lambda row: str(row["reference"]),
            )
            check(len(self.orders) == 20, f"20 orders are in, not {len(self.orders)}")

    def tender(self) -> None:
        with self.step(
            "core_orders", self.shipper.name, "confirme les 20 commandes et les propose aux transporteurs"
        ):
            deadline = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
            ids = [row["order_id"] for row in self.orders]
            for order_id in ids:
                state = self.shipper.get(f"/api/orders/{order_id}")["state"]
                if state == "draft":
                    self.shipper.post(f"/api/orders/{order_id}/confirm")
            price = {"price_cents": PRICE_CENTS, "deadline": deadline}
            read = [self.shipper.get(f"/api/orders/{order_id}") for order_id in ids[:19]]
            if read[0]["state"] == "confirmed":
                named = [{"order_id": one["order_id"], "version": one["version"]} for one in read]
                body = {"orders": named, "carrier_id": self.carrier.organization, **price}
                results = self.shipper.post("/api/orders/bulk/tender", body, key=self.run)["results"]
                check(all(one["ok"] for one in results), f"19 tenders sent: {results}")
            if self.shipper.get(f"/api/orders/{ids[19]}")["state"] == "confirmed":
                body = {"carrier_id": self.guest["id"], **price}
                self.shipper.post(f"/api/orders/{ids[19]}/tender", body, key=self.run)
        with self.step("notifications", "La plateforme", "prévient les deux transporteurs par e-mail"):
            self.stage.mail(CARRIERS[0].email, "core_orders.order.tendered", self.orders[0]["order_id"])
            guest_order = self.orders[19]["order_id"]
            self.offer = self.stage.mail(GUEST["email"], "core_orders.order.tendered", guest_order)

    def accept(self) -> None:
        with self.step("core_orders", self.carrier.name, "accepte 19 commandes depuis son portail"):
            for row in self.orders[:19]:
                path = f"/api/orders/{row['order_id']}"
                offered = self.carrier.get(path)
                if offered["state"] == "tendered":
                    named = {"tender_id": offered["tender"]["tender_id"]}
                    accepted = self.carrier.post(f"{path}/tender/accept", named)
                    check(accepted["state"] == "assigned", "an accepted order is assigned")
            mine = self.carrier.get(f"/api/orders/{self.orders[0]['order_id']}")
            check(mine["sell_cents"] is None, "the carrier does not see the shipper's selling price")
        with self.step(
            "core_orders", GUEST["name"], "accepte la vingtième par le lien de l'e-mail, sans compte"
        ):
            by_link = self.stage.with_link(token_in(self.offer), GUEST["name"])
            path = f"/api/orders/{self.orders[19]['order_id']}"
            offered = self.shipper.get(path)
            if offered["state"] == "tendered":
                by_link.post(f"{path}/tender/accept", {"tender_id": offered["tender"]["tender_id"]})
            check(self.shipper.get(path)["state"] == "assigned", "the guest has the order")
            other = f"/api/orders/{self.orders[0]['order_id']}"
            self._refused(403, lambda: by_link.get(other))

    def plan(self) -> None:
        wanted = {row["order_id"] for row in self.orders[:19]}
        planned_before = self._tours_with(wanted)
        if not planned_before:
            with self.step(
                "planning", self.carrier.name, "optimise la journée : chaque règle vérifiée deux fois"
            ):
                jobs = wait_for(lambda: self._jobs(wanted), "19 jobs in the carrier's basket")
                ids = [job["job_id"] for job in jobs if job["order_id"] in self._today()]
                body = {"day": self.day.isoformat(), "days": 1, "budget_seconds": 3, "job_ids": ids}
                begun = self.carrier.post("/api/planning/optimise", body, key=self.run)
                plan = wait_for(lambda: self._searched(begun["plan_id"]), "the search to end")
                check(plan["violations"] == 0, "the independent verifier finds no violation")
                check(plan["assigned"] >= 4, f"orders are on tours: {plan['assigned']} of {len(ids)}")
                read = {"version": plan["version"]}
                self.carrier.post(f"/api/planning/plans/{plan['plan_id']}/accept", read, key=self.run)
        with self.step("planning", self.carrier.name, "publie les tournées vers les chauffeurs"):
            tours = self._tours_with(wanted)
            check(tours, "there are tours")
            for tour in tours:
                if tour["state"] == "draft":
                    read = {"version": tour["version"]}
                    self.carrier.post(f"/api/planning/tours/{tour['tour_id']}/publish", read, key=self.run)
            own = self.carrier.get(f"/api/planning/days/{self.day}")["drivers"]
            mine = next(one["driver_id"] for one in own if one["user_id"] == self.driver.user)
            self.tour = max(
                (tour for tour in self._tours_with(wanted) if tour["driver_id"] == mine),
                key=lambda tour: len(tour["stops"]),
            )
        with self.step(
            "core_orders", "La plateforme", "marque les commandes planifiées, émet les lettres de voiture"
        ):
            order_id = self.tour["stops"][0]["order_id"]
            wait_for(lambda: self._state(order_id) not in ("assigned", "tendered"), "the order to be planned")
            self.first = wait_for(lambda: self._note(order_id), "a consignment note")
            check(self.first["sender_name"] == SHIPPERS[0].name, "the note names the shipper")

    def slot(self) -> None:
        with self.step("planning", self.carrier.name, "réserve un créneau de quai chez l'expéditeur"):
            order_id = self.orders[18]["order_id"]
            world.open_dock(self.shipper, "Quai 1", PICKUPS[0])
            booked = self.carrier.get("/api/planning/slots", order_id=order_id)["items"]
            if not booked:
                path = f"/api/planning/orders/{order_id}"
                free = self.carrier.get(f"{path}/free-slots", kind="pickup", day=self.later.isoformat())[
                    "items"
                ]
                check(free, "the dock has free times")
                shown = {name: free[0][name] for name in ("dock_id", "starts_at", "ends_at")}
                body = {"kind": "pickup", **shown}
                slot = self.carrier.post(f"{path}/slots", body, key=self.run)
                check(slot["state"] == "booked", "the slot is booked")

    def load_offline(self) -> None:
        """The phone had no network: it made ids and times itself, and sends them now, twice to be sure."""
        with self.step("planning", self.driver.name, "ouvre sa journée sur le téléphone"):
            self.order_id = self.tour["stops"][0]["order_id"]
            documents = self.driver.get("/api/ecpmr/day", order_ids=self.order_id)["items"]
            check(documents, "the note is on the phone")
            seen = numbers(self.driver.get(f"/api/orders/{self.order_id}"))
            check(PRICE_CENTS not in seen, "no price reaches the driver")
        with self.step("ecpmr", self.driver.name, "fait signer le chargement hors réseau, puis synchronise"):
            note = self._note(self.order_id)
            if note["state"] in ("new", "loading"):
                body = world.taken_over(note, DRIVERS[0])
                path = f"/api/ecpmr/documents/{note['document_id']}/takeover"
                first = self.driver.answer("POST", path, json=body, key="offline-1")
                again = self.driver.answer("POST", path, json=body, key="offline-1")
                check(again.json()["signatures"] == first.json()["signatures"], "sent twice, signed once")
            wait_for(lambda: self._state(self.order_id) == "in_transit", "the order to be in transit")

    def drive(self) -> None:
        with self.step(
            "tracking_ia", self.driver.name, "roule : positions rejouées, arrivée reconnue, heure annoncée"
        ):
            points = self._track()
            for start in range(0, len(points), 500):
                batch = points[start : start + 500]
                told = self.driver.post("/api/tracking/positions", {"points": batch})
                again = self.driver.post("/api/tracking/positions", {"points": batch})
                check(not told["refused"], f"no point is refused: {told['refused'][:3]}")
                check(again["new"] == 0, "the same batch twice changes nothing")
            wait_for(lambda: self._tracked(), "the shipper to see the way from the pickup on")
        with self.step("tracking_ia", "Le destinataire", "suit sa livraison par un lien public"):
            share = self.shipper.post(f"/api/tracking/orders/{self.order_id}/share", key=self.run)
            self.follow = self.stage.nobody("Le destinataire").get(
                f"/api/tracking/follow/{share['share_id']}"
            )
            check(
                self.follow["eta_low"] is None or self.follow["eta_low"] <= self.follow["eta_high"], "a band"
            )
            check(DRIVERS[0] not in json.dumps(self.follow), "the driver's name stays hidden")
            self.documents.append({"kind": "follow", "url": self._portal("recipient", share["url"])})

    def deliver_with_reserve(self) -> None:
        note = self._note(self.order_id)
        path = f"/api/ecpmr/documents/{note['document_id']}"
        with self.step("ecpmr", self.recipient.name, "signe la livraison avec une réserve et une photo"):
            advice = self.stage.nobody().get("/api/ecpmr/reserves/check", text="sous réserve de déballage")
            check(advice["vague"], "a vague reserve is warned of")
            photo = f"pho_{self.run}_01"
            self._refused(
                413,
                lambda: self.driver.put_file(
                    f"{path}/photos/{photo}", b"\xff\xd8" + bytes(12_000_000), "image/jpeg"
                ),
            )
            if note["state"] != "delivered":
                body = world.signing(note, "consignee", self.recipient.name)
                body["countersignature"] = world.signature("carrier", DRIVERS[0])
                body["reserves"] = [
                    {
                        "line": 1,
                        "text": "2 cartons écrasés, palette 3, angle avant gauche",
                        "photo_ids": [photo],
                        "damaged_quantity": 2,
                    }
                ]
                pallets = note["consignment"]["goods"][0]["goods"]["pallets"]
                body["pallets"] = [
                    {"pallet_type": "EUR", "delivered": pallets, "returned": max(0, pallets - 2)}
                ]
                self.driver.put_file(f"{path}/photos/{photo}", picture(), "image/png", stop="delivery")
                self.driver.answer("POST", f"{path}/delivery", json=body, key="offline-2")
            wait_for(
                lambda: self._state(self.order_id) in ("delivered", "pod_ok"), "the order to be delivered"
            )
            check(
                self.shipper.get(f"/api/orders/{self.order_id}")["with_reserves"],
                "the reserve is on the order",
            )
        with self.step("ecpmr", self.shipper.name, "tient la lettre de voiture signée, vérifiable par tous"):
            pdf = self.shipper.download(f"{path}/pdf", language="fr")
            check(pdf.startswith(b"%PDF"), "the note is a PDF")
            view = self.stage.nobody().get(f"/api/ecpmr/verify/{note['verification_id']}")
            check(view["intact"], "the chain of hashes holds")
            self.documents.append({"kind": "cmr", "url": f"{self.edge}{path}/pdf"})
            self.documents.append({"kind": "cmr_verification", "url": note["verification_url"]})
        with self.step("core_orders", self.shipper.name, "accepte la preuve de livraison"):
            order = self.shipper.get(f"/api/orders/{self.order_id}")
            if order["state"] == "delivered":
                check(order["proof"]["ecpmr_document_id"] == note["document_id"], "the signed note proves it")
                read = {name: order["proof"][name] for name in ("document_id", "content_hash")}
                self.shipper.post(f"/api/orders/{self.order_id}/accept-proof", read)
            check(self._state(self.order_id) == "pod_ok", "the proof is accepted")

    def deliver_by_link(self) -> None:
        others = [stop["order_id"] for stop in self.tour["stops"] if stop["order_id"] != self.order_id]
        with self.step("ecpmr", "Un destinataire sans compte", "signe par lien avec un code à usage unique"):
            check(others, "the tour has a second order")
            order_id = self.order_by_link = others[0]
            note = self._note(order_id)
            path = f"/api/ecpmr/documents/{note['document_id']}"
            if note["state"] in ("new", "loading"):
                body = world.taken_over(note, DRIVERS[0])
                self.driver.post(f"{path}/takeover", body, key="link")
                note = self._note(order_id)
            if note["state"] != "delivered":
                email = f"reception-{self.run}@exemple.example".lower()
                link = {"party": "consignee", "email": email}
                self.carrier.post(f"{path}/links", link, key=self.run)
                mail = self.stage.mail(email, "ecpmr.link.sent")
                signer = self.stage.with_link(token_in(mail), "Un destinataire sans compte")
                signer.post(f"{path}/delivery/code", key=str(time.time()))
                code_mail = self.stage.mail(email, "ecpmr.code.requested")
                code = next(
                    word
                    for word in code_mail["text"].split()
                    if word.strip(".").isdecimal() and len(word.strip(".")) == 6
                )
                body = world.signing(note, "consignee", "M. Roche")
                body["signature"]["method"] = "link_code"
                body["code"] = code.strip(".")
                body["pallets"] = [{"pallet_type": "EUR", "delivered": 2, "returned": 2}]
                signer.post(f"{path}/delivery", body)
                body["happened_at"] = datetime.now(UTC).isoformat()
                self._refused(409, lambda: signer.post(f"{path}/delivery", body, key="second"))
            wait_for(
                lambda: self._state(order_id) in ("delivered", "pod_ok"), "the second order to be delivered"
            )

    def pallets(self) -> None:
        with self.step("palette", "La plateforme", "passe les palettes en compte : la somme est nulle"):

            def look() -> list[dict[str, Any]]:
                found = self.shipper.get("/api/palettes/movements", order_id=self.order_id)
                return list(found["items"])

            movement = wait_for(look, "the movement of the signed delivery")[0]
            check(len(look()) == 1, "one signature, one movement")
            check(movement["document_number"], "the movement names its note")
            check(movement["awaited"] == [], "signed with the carrier, it waits for nobody's yes")
        with self.step("palette", self.carrier.name, "confirme ce qui fut signé par lien, sans lui"):
            waiting = {"waits": "ours", "order_id": self.order_by_link}

            def asked() -> list[dict[str, Any]]:
                about = self.carrier.get("/api/palettes/movements", order_id=self.order_by_link)
                return list(about["items"])

            wait_for(asked, "the movement of the delivery signed by link")
            for claim in self.carrier.get("/api/palettes/movements", **waiting)["items"]:
                path = f"/api/palettes/movements/{claim['id']}"
                confirmed = self.carrier.post(f"{path}/confirm", key=self.run)
                check(confirmed["standing"] == "confirmed", "the carrier's yes binds its shipper too")
        with self.step("palette", self.carrier.name, "déclare des vides rendus, que l'expéditeur confirme"):
            returned = {
                "partner_id": self.shipper.organization,
                "direction": "given",
                "quantity": 3,
                "note": f"vides rendus {self.run}",
            }
            before = self._stand(self.carrier)
            claim = self.carrier.post("/api/palettes/movements", returned, key=self.run)
            path = f"/api/palettes/movements/{claim['id']}"
            if claim["standing"] == "claimed":
                check(self._stand(self.carrier) == before, "what the carrier claims alone counts for nobody")
                self.shipper.post(f"{path}/confirm", key=self.run)
                after = self._stand(self.carrier)
                check(after == before + 3, "confirmed, it counts on both sides")
                self._refused(409, lambda: self.shipper.post(f"{path}/dispute", {"reason": "trop tard"}))
        with self.step(
            "palette", self.shipper.name, "envoie le relevé, le transporteur le confirme ligne à ligne"
        ):
            today = datetime.now(PARIS).date()
            partner = self._pallet_partner()
            body = {
                "partner_id": partner.organization,
                "period_from": (today - timedelta(days=30)).isoformat(),
                "period_until": today.isoformat(),
            }
            statement = self.shipper.post("/api/palettes/statements", body, key=self.run)
            for one in statement["balances"]:
                lines = [
                    line["quantity"]
                    for line in statement["lines"]
                    if (line["pallet_type"], line["quality"]) == (one["pallet_type"], one["quality"])
                ]
                check(
                    one["opening"] + sum(lines) == one["closing"],
                    "opening and lines make the closing balance",
                )
            if statement["state"] == "open" and statement["lines"]:
                answers = [{"line_id": line["id"], "verdict": "confirmed"} for line in statement["lines"]]
                said = {"version": statement["version"], "answers": answers}
                path = f"/api/palettes/statements/{statement['id']}"
                answered = partner.post(f"{path}/answer", said, key=self.run)
                check(answered["state"] == "confirmed", "the statement is confirmed")
            url = f"{self.edge}/api/palettes/statements/{statement['id']}/csv"
            self.documents.append({"kind": "pallet_statement", "url": url})

    def told(self) -> None:
        with self.step("notifications", "La plateforme", "a prévenu chacun : offre, suivi, livraison"):
            mails = self.stage.mails(SHIPPERS[0].email, "", self.order_id)
            check(
                any("delivered" in mail["topic"] or "signed" in mail["topic"] for mail in mails),
                "the shipper was told",
            )
        with self.step(
            "admin_gateway", "Administration", "lit l'histoire de la commande à travers les services"
        ):

            def scenario() -> Any:
                found = self.stage.admin.get(f"/admin/timelines/{self.order_id}")
                return found if len(set(found["units"])) >= 4 else None

            found = wait_for(scenario, "the timeline across services")
            times = [datetime.fromisoformat(one["at"]) for one in found["events"]]
            check(times == sorted(times), "the timeline is in order")
        with self.step("admin_gateway", "Administration", "vérifie la chaîne du journal d'audit"):
            check(self.stage.admin.get("/admin/audit/verify")["intact"], "the audit trail is intact")

    def _sheet(self) -> str:
        """20 orders and one bad row as a French spreadsheet would hold them: 12 to carry now, 8 for later."""
        out = io.StringIO()
        rows = csv.writer(out, delimiter=";", lineterminator="\n")
        out.write(COLUMNS + "\n")
        for number in range(1, 22):
            day = self.day if number <= 12 else self.later
            shown = day.strftime("%d/%m/%Y")
            pickup = PICKUPS[0]
            place = DELIVERIES[(number - 1) % 5]
            pallets = 2 + number % 4
            wrong = number == 21
            rows.writerow(
                [
                    f"{self.run}-{number:02d}", pickup.site, pickup.street, pickup.postal_code, pickup.city,
                    f"{shown} 06:00", f"{shown} 14:00", place.site, place.street,
                    "69" if wrong else place.postal_code, place.city,
                    "32/13/2026" if wrong else f"{shown} 07:00", f"{shown} 18:30",
                    "Quai expédition", "+33 4 74 00 00 01", "Réception", "+33 4 72 00 00 02",
                    f"reception{number}@exemple.example", "Fromages affinés sous film", pallets, pallets,
                    "lourd" if wrong else f"{pallets * 380},5",
                ]
            )  # fmt: skip
        return out.getvalue()

    def _today(self) -> set[str]:
        return {row["order_id"] for row in self.orders[:12]}

    def _jobs(self, wanted: set[str]) -> list[dict[str, Any]] | None:
        jobs = self.carrier.get("/api/planning/jobs", limit=200)["items"]
        mine = [job for job in jobs if job["order_id"] in wanted]
        return mine if len(mine) == len(wanted) else None

    def _searched(self, plan_id: str) -> dict[str, Any] | None:
        plan = self.carrier.get(f"/api/planning/plans/{plan_id}")
        return plan if plan["state"] != "running" else None

    def _tours_with(self, wanted: set[str]) -> list[dict[str, Any]]:
        tours = self.carrier.get(f"/api/planning/days/{self.day}")["tours"]
        return [tour for tour in tours if {stop["order_id"] for stop in tour["stops"]} & wanted]

    def _state(self, order_id: str) -> str:
        return str(self.shipper.get(f"/api/orders/{order_id}")["state"])

    def _note(self, order_id: str) -> dict[str, Any]:
        rows = self.driver.get("/api/ecpmr/day", order_ids=order_id)["items"]
        return dict(rows[0]) if rows else {}

    def _track(self) -> list[dict[str, Any]]:
        """The tour up to the unloading of the order, whose last minutes are still to come."""
        stops = self.tour["stops"]
        last = next(
            n
            for n, stop in enumerate(stops)
            if stop["order_id"] == self.order_id and stop["kind"] == "delivery"
        )
        leaves = datetime.fromisoformat(stops[last]["leaves_at"])
        return world.track(stops[: last + 1], leaves - timedelta(minutes=3))

    def _tracked(self) -> bool:
        track = self.shipper.get(f"/api/tracking/orders/{self.order_id}")
        reached = any(stop["kind"] == "pickup" and stop["reached_at"] for stop in track["stops"])
        return reached and bool(track["points"])

    def _stand(self, partner: Caller) -> int:
        """How many of the partner's pallets the shipper holds, as both have agreed."""
        accounts = self.shipper.get("/api/palettes/balances", partner_id=partner.organization)["items"]
        return sum(one["confirmed"] for one in accounts)

    def _pallet_partner(self) -> Caller:
        balances = self.shipper.get("/api/palettes/balances")["items"]
        ids = {one["partner_id"] for one in balances}
        check(ids, "the shipper has a pallet balance")
        return next((one for one in (self.carrier, self.recipient) if one.organization in ids), self.carrier)

    def _portal(self, subdomain: str, path: str) -> str:
        if path.startswith("http"):
            return path
        host, _, port = self.edge.partition("://")[2].partition(":")
        return f"http://{subdomain}.{'localhost' if host == '127.0.0.1' else host}:{port}{path}"

    def _refused(self, status: int, ask: Callable[[], object]) -> None:
        try:
            ask()
        except Refused as refused:
            check(refused.status == status, f"refused with {status}, not {refused}")
            check(refused.bilingual, f"the refusal speaks French and English: {refused}")
            return
        raise CheckFailed(f"a refusal with {status} was expected")


def play(edge: str, as_json: bool, new: bool) -> int:
    """Play, print each step or one JSON object; 0 when every check held."""
    console = Console(stderr=as_json)

    def tell(step: StepDone) -> None:
        mark = "[green]✓[/]" if step.ok else "[red]✗[/]"
        console.print(f"{mark} {step.service:<14} {step.actor:<28} {step.does}  [dim]{step.ms} ms[/]")
        if step.why:
            console.print(f"    [red]{step.why}[/]")

    scenario = Scenario(edge, _run(new), tell)
    try:
        scenario.play()
        good = True
        MEMORY.unlink(missing_ok=True)
    except (CheckFailed, Refused, LookupError, httpx.HTTPError, KeyError):
        good = False
    steps = [
        {f: getattr(step, f) for f in ("service", "actor", "does", "ok", "ms")} for step in scenario.steps
    ]
    if as_json:
        sys.stdout.write(
            json.dumps({"steps": steps, "documents": scenario.documents}, ensure_ascii=False) + "\n"
        )
    else:
        for document in scenario.documents:
            console.print(f"  {document['kind']:<18} {document['url']}")
        console.print(
            f"{sum(step['ok'] for step in steps)} steps held, {sum(not step['ok'] for step in steps)} failed"
        )
    return 0 if good else 1


def picture() -> bytes:
    """A small PNG: what stands for the photo of a crushed box."""
    width = height = 320
    rows = b"".join(b"\x00" + bytes((x * y) % 200 for x in range(width)) for y in range(height))

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _run(new: bool) -> str:
    """The run that was cut short, or a new one."""
    MEMORY.parent.mkdir(exist_ok=True)
    if MEMORY.exists() and not new:
        return str(json.loads(MEMORY.read_text())["run"])
    run = f"R{secrets.token_hex(3).upper()}"
    MEMORY.write_text(json.dumps({"run": run}))
    return run
