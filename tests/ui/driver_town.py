"""A driver's portal with one tour, and a switch for its network, to try the offline app on."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from tests.pages.shop import Town, shop

from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict
from rt.trade.waybill_rules import MENTIONS
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class DriverShell(Page):
    template = "ui/layouts/driver.html"


class AlreadySigned(Conflict):
    fr = "Déjà signé."
    en = "Already signed."


SITE = {
    "name": "Entrepôt Gerland",
    "address": {"street": "12 rue de Gerland", "postal_code": "69007", "city": "Lyon", "country": "FR"},
    "contact": {"name": "Zoé Marchand", "phone": "+33 4 72 00 00 00", "email": ""},
    "latitude": 45.73,
    "longitude": 4.83,
    "instructions": "Quai 4, casque obligatoire",
}


LONG = "Établissements Bourguignon-Sainte-Radegonde & Fils, " * 2
MENTIONED = dict.fromkeys((one.code for one in MENTIONS), LONG) | {
    "goods": "18 PX Bouteilles vides, 12400 kg; 1 PX Anticonstitutionnellement-Donaudampfschifffahrt"
}


def planned(position: int, kind: str, order: str) -> dict[str, Any]:
    return {
        "position": position,
        "job_id": f"job_{order}",
        "order_id": order,
        "reference": f"CMD-{order}",
        "kind": kind,
        "site": SITE,
        "arrives_at": "2026-11-22T08:00:00Z",
        "window_from": "2026-11-22T08:00:00Z",
        "window_until": "2026-11-22T10:00:00Z",
        "weight_kg": 12400,
        "pallets": 18,
        "goods_text": "Bouteilles vides",
        "requirements": [],
    }


def note(order: str) -> dict[str, Any]:
    return {
        "document_id": f"doc_{order}",
        "order_id": order,
        "number": f"LV-{order}",
        "content_hash": "ab" * 32,
        "state": "new",
        "kind": "national",
        "pallets_counted": 18,
        "pallets_usual": 20,
        "takeover_hash": "",
        "delivery_hash": "",
        "sender_name": "Verreries de la Loire",
        "carrier_name": "Transports Morel",
        "consignee_name": "Caves du Rhône",
        "verification_url": "",
        "times": [],
        "signatures": [],
        "reserves_made": [],
        "mentions": [
            {"code": one.code, "fr": one.fr, "en": one.en, "value": MENTIONED[one.code], "present": True}
            for one in MENTIONS
        ],
        "consignment": {
            "goods": [
                {
                    "line": 1,
                    "marks": "",
                    "goods": {
                        "description": "Bouteilles",
                        "quantity": 18,
                        "package_code": "PX",
                        "weight_kg": 12400,
                        "un_number": "",
                    },
                }
            ],
            "vehicle_plate": "FR-482-KD",
            "trailer_plate": "",
            "instructions": "",
        },
    }


class Depot(Town):
    """Keeps what the driver's device sent, in the order it came."""

    def __init__(self) -> None:
        super().__init__()
        self.commands: list[dict[str, Any]] = []
        self.photos: dict[str, int] = {}
        self.refusing: set[str] = set()
        self.notes = [note("1")]
        self.phone_ahead = timedelta()
        """How far the clock of the phone is ahead of ours."""

    async def shell(self, visit: Visit) -> Page:
        return DriverShell(title="Ma journée")

    async def day(self, visit: Visit) -> Response:
        stops = [planned(1, "pickup", "1"), planned(2, "delivery", "1")]
        tour = {
            "tour_id": "tour_1",
            "day": "2026-11-22",
            "vehicle_plate": "FR-482-KD",
            "driver_name": "Karim Benali",
            "stops": stops,
        }
        return visit.json(
            {
                "fetched_at": (now() - self.phone_ahead).isoformat(),
                "day": {"driver_id": "drv_1", "driver_name": "Karim Benali", "tours": [tour]},
                "documents": self.notes,
                "papers": [
                    {"name": "Licence communautaire", "number": "2024/84/0001", "valid_until": "2030-01-01"}
                ],
            }
        )

    async def taken(self, visit: Visit) -> Response:
        told: dict[str, Any] = msgspec.json.decode(await visit.request.body())
        return visit.json({"results": [self.outcome(one) for one in told["commands"]]})

    def outcome(self, told: dict[str, Any]) -> dict[str, Any]:
        if told["name"] in self.refusing:
            problem = AlreadySigned().problem()
            return {"status": problem.status, "code": problem.code, "messages": problem.messages}
        if all(earlier["id"] != told["id"] for earlier in self.commands):
            self.commands.append(told)
        return {"status": 200, "code": "", "messages": {}}

    async def photo(self, visit: Visit) -> Response:
        self.photos[visit.path["photo_id"]] = len(await visit.request.body())
        return visit.json({})

    def app(self) -> Starlette:
        pages = [
            page("/", self.shell, methods=("GET",)),
            page("/day.json", self.day, methods=("GET",)),
            page("/commands", self.taken, methods=("POST",)),
            page("/photos/{photo_id}", self.photo, methods=("PUT",)),
        ]
        return shop(self, pages=pages, home="/", title="Conducteur", field=True, offline=True)


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """The portal on a free port of this machine, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://localhost:{port}"
    finally:
        server.should_exit = True
        thread.join(5)
