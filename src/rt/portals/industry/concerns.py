"""What does not go by itself today: which orders want somebody, why, how urgently, and the one next step."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from rt.contracts.core_orders import OrderRow
from rt.contracts.planning import SlotView
from rt.contracts.tracking_ia import EtaView
from rt.kernel.core.clock import now
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import clock_time, duration, percent

NEAR = timedelta(hours=2)
"""How long before its deadline an offer without answer is an exception."""
AHEAD = timedelta(hours=48)
"""How long before its pickup an order without carrier is an exception."""
LATE_FROM = 0.5
"""Probability of being late from which an arrival is an exception."""

KINDS = {
    "late": (marked("Retards annoncés"), "bad", "clock-alert"),
    "incident": (marked("Incidents"), "bad", "triangle-alert"),
    "tender": (marked("Offres sans réponse"), "warn", "timer"),
    "uncarried": (marked("Sans transporteur"), "warn", "send"),
    "reserves": (marked("Livrées avec réserves"), "bad", "gavel"),
    "unproven": (marked("Livrées sans preuve"), "warn", "file-x"),
    "absent": (marked("Absents au quai"), "warn", "warehouse"),
    "proof": (marked("Preuves à accepter"), "ok", "file-check"),
}
"""Kinds from the most to the least urgent: name, tone, icon."""


class Concern(msgspec.Struct, kw_only=True):
    """One order that wants somebody."""

    kind: str
    order_id: str
    reference: str
    way: str
    why: str
    due: datetime | None
    step: str
    href: str = ""
    """Where the step leads; else it is said at once to `post`."""
    post: str = ""
    more: str = ""
    more_label: str = ""
    fields: dict[str, str] = {}
    """What exactly is answered, posted with the step."""


def way(row: OrderRow) -> str:
    return f"{row.pickup_city} → {row.consignee_name or row.delivery_name}, {row.delivery_city}"


def late(row: OrderRow, etas: Sequence[EtaView]) -> Concern | None:
    """An arrival that will most likely miss its promise."""
    foreseen = [eta for eta in etas if eta.late_probability >= LATE_FROM]
    if not foreseen:
        return overdue(row)
    worst: EtaView = max(foreseen, key=lambda eta: eta.late_probability)
    promised = row.pickup_until if worst.kind == "pickup" else row.delivery_until
    values = {
        "low": clock_time(worst.eta_low),
        "high": clock_time(worst.eta_high),
        "p": percent(worst.late_probability),
    }
    said = _("Arrivée entre %(low)s et %(high)s, retard probable à %(p)s") % values
    if promised and worst.eta > promised:
        said += " · " + _("environ %(time)s après la promesse") % {"time": duration(worst.eta - promised)}
    return Concern(
        kind="late",
        order_id=row.order_id,
        reference=row.reference,
        way=way(row),
        why=said,
        due=promised,
        step=_("Suivre"),
        href=f"/orders/{row.order_id}#track",
        more=f"/orders/{row.order_id}/share",
        more_label=_("Prévenir par lien"),
    )


def overdue(row: OrderRow) -> Concern | None:
    """A promise that has passed, though nobody foretold it: the truck sends no position."""
    waiting = row.state == "planned"
    promised = row.pickup_until if waiting else row.delivery_until
    if promised is None or promised > now():
        return None
    return Concern(
        kind="late",
        order_id=row.order_id,
        reference=row.reference,
        way=way(row),
        why=_("Enlèvement promis, pas encore commencé")
        if waiting
        else _("Promesse passée, livraison non signée"),
        due=promised,
        step=_("Suivre"),
        href=f"/orders/{row.order_id}#track",
    )


def incident(row: OrderRow) -> Concern:
    return Concern(
        kind="incident",
        order_id=row.order_id,
        reference=row.reference,
        way=way(row),
        why=_("Incident ouvert · %(carrier)s") % {"carrier": row.carrier_name or "—"},
        due=row.delivery_until,
        step=_("Traiter"),
        href=f"/orders/{row.order_id}#incidents",
    )


def tender(row: OrderRow) -> Concern | None:
    """An offer whose deadline is near or over."""
    at = row.tender_deadline
    if at is None or at > now() + NEAR:
        return None
    return Concern(
        kind="tender",
        order_id=row.order_id,
        reference=row.reference,
        way=way(row),
        why=_("%(carrier)s n'a pas répondu") % {"carrier": row.carrier_name or _("Le transporteur")},
        due=at,
        step=_("Retirer l'offre"),
        post=f"/orders/{row.order_id}/tenders/{row.tender_id}/withdraw",
        more=f"/orders/{row.order_id}",
        more_label=_("Ouvrir"),
    )


def uncarried(row: OrderRow) -> Concern | None:
    """A firm order without carrier shortly before its pickup."""
    if row.pickup_from is None or row.pickup_from > now() + AHEAD:
        return None
    return Concern(
        kind="uncarried",
        order_id=row.order_id,
        reference=row.reference,
        way=way(row),
        why=_("Personne n'a encore accepté de la prendre"),
        due=row.pickup_from,
        step=_("Proposer"),
        href=f"/orders/{row.order_id}/tender",
    )


def proof(row: OrderRow) -> Concern:
    """A delivery to be accepted; with reserves it is read first, and what nobody signed proves nothing."""
    if row.with_reserves:
        return Concern(
            kind="reserves",
            order_id=row.order_id,
            reference=row.reference,
            way=way(row),
            why=_("Livrée par %(carrier)s, avec réserves") % {"carrier": row.carrier_name},
            due=None,
            step=_("Lire les réserves"),
            href=f"/orders/{row.order_id}#papers",
        )
    if row.proof is None:
        return Concern(
            kind="unproven",
            order_id=row.order_id,
            reference=row.reference,
            way=way(row),
            why=_("Livrée par %(carrier)s, rien de signé encore") % {"carrier": row.carrier_name},
            due=None,
            step=_("Voir ce qui manque"),
            href=f"/orders/{row.order_id}#papers",
        )
    return Concern(
        kind="proof",
        order_id=row.order_id,
        reference=row.reference,
        way=way(row),
        why=_("Livrée par %(carrier)s, sans réserve") % {"carrier": row.carrier_name},
        due=None,
        step=_("Accepter"),
        post=f"/orders/{row.order_id}/accept-proof",
        fields={"document_id": row.proof.document_id, "content_hash": row.proof.content_hash},
        more=f"/orders/{row.order_id}#papers",
        more_label=_("Lire"),
    )


def absent(slot: SlotView) -> Concern | None:
    """A truck that should be at the dock by now."""
    if slot.state != "booked" or slot.starts_at > now() - timedelta(minutes=15):
        return None
    values = {"carrier": slot.carrier_name or "—", "at": clock_time(slot.starts_at), "dock": slot.dock_name}
    return Concern(
        kind="absent",
        order_id=slot.order_id,
        reference=slot.reference or slot.order_id,
        way=slot.site_name,
        why=_("%(carrier)s attendu à %(at)s au quai %(dock)s") % values,
        due=slot.starts_at,
        step=_("Il est là"),
        post=f"/docks/slots/{slot.slot_id}/arrive",
        more="/docks",
        more_label=_("Voir les quais"),
    )


def ranked(found: Sequence[Concern | None]) -> list[Concern]:
    """The most urgent first: by kind, then by deadline; an order stands once, with its worst."""
    order = list(KINDS)
    sure = [one for one in found if one]
    sure.sort(key=lambda one: (order.index(one.kind), one.due.timestamp() if one.due else float("inf")))
    return list({one.order_id: one for one in reversed(sure)}.values())[::-1]
