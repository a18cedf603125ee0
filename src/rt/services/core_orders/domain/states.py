"""The life of an order: its states, the moves between them and whose move it is."""

from typing import NamedTuple, get_args

from rt.contracts.core_orders import OrderState, Source
from rt.kernel.core.errors import Conflict, Forbidden
from rt.trade.roles import PartnerRole, Roles

NEXT: dict[OrderState, tuple[OrderState, ...]] = {
    "draft": ("confirmed", "cancelled"),
    "confirmed": ("tendered", "assigned", "cancelled"),
    "tendered": ("assigned", "confirmed", "cancelled"),
    "assigned": ("planned", "loading", "in_transit", "delivered", "confirmed", "cancelled"),
    "planned": ("assigned", "loading", "in_transit", "delivered", "confirmed", "cancelled"),
    "loading": ("in_transit", "delivered", "cancelled"),
    "in_transit": ("delivered",),
    "delivered": ("pod_ok",),
    "pod_ok": ("invoiced", "closed", "delivered"),
    "invoiced": ("closed",),
    "closed": (),
    "cancelled": (),
}
EXECUTION: tuple[OrderState, ...] = ("assigned", "planned", "loading", "in_transit", "delivered")
"""The states a truck brings an order through: a fact may skip some of them, never go back."""

OWNER: Roles = frozenset({"owner"})
CARRIER: Roles = frozenset({"carrier"})
CREW: Roles = frozenset({"owner", "carrier", "driver"})
DEAL: Roles = frozenset({"owner", "carrier"})
"""Those between whom the price of the carriage is agreed and the carrier's invoices pass."""
SALE: Roles = frozenset({"owner", "client"})
"""Those between whom the transport is sold."""
PARTIES: Roles = DEAL | SALE
"""Those that agreed on the transport, and agree to change it."""
EVERYONE: Roles = frozenset(get_args(PartnerRole))


CHANGEABLE: tuple[OrderState, ...] = ("assigned", "planned", "loading", "in_transit")
"""While others count on the order as it is: changed only with their consent."""


class Move(NamedTuple):
    """Who may say a command and in which states; `to` is the state it leads to, if it leads to one."""

    roles: Roles
    states: tuple[OrderState, ...]
    to: OrderState | None = None


ALIVE = tuple(state for state in NEXT if state not in ("closed", "cancelled"))
MOVES: dict[str, Move] = {
    "EditOrder": Move(OWNER, ("draft", "confirmed")),
    "ConfirmOrder": Move(OWNER, ("draft",), "confirmed"),
    "TenderOrder": Move(OWNER, ("confirmed",), "tendered"),
    "AssignCarrier": Move(OWNER, ("confirmed",), "assigned"),
    "CarryOrder": Move(OWNER, ("confirmed",), "assigned"),
    "AcceptTender": Move(CARRIER, ("tendered",), "assigned"),
    "RefuseTender": Move(CARRIER, ("tendered",), "confirmed"),
    "WithdrawTender": Move(OWNER, ("tendered",), "confirmed"),
    "Subcontract": Move(CARRIER, ("assigned", "planned", "loading", "in_transit")),
    "ReleaseCarrier": Move(DEAL, ("assigned", "planned"), "confirmed"),
    "PlanOrder": Move(CARRIER, ("assigned", "planned"), "planned"),
    "ReportProgress": Move(CREW, ("assigned", "planned", "loading", "in_transit")),
    "RequestChange": Move(PARTIES, CHANGEABLE),
    "AcceptChange": Move(PARTIES, CHANGEABLE),
    "RefuseChange": Move(PARTIES, CHANGEABLE),
    "WithdrawChange": Move(PARTIES, CHANGEABLE),
    "AcceptProof": Move(SALE, ("delivered",), "pod_ok"),
    "ReopenOrder": Move(SALE, ("pod_ok",), "delivered"),
    "MarkInvoiced": Move(DEAL, ("pod_ok",), "invoiced"),
    "CloseOrder": Move(OWNER, ("pod_ok", "invoiced"), "closed"),
    "CancelOrder": Move(
        OWNER, ("draft", "confirmed", "tendered", "assigned", "planned", "loading"), "cancelled"
    ),
    "AddDocument": Move(EVERYONE, ALIVE),
    "ReportIncident": Move(EVERYONE, ALIVE),
    "ResolveIncident": Move(EVERYONE, ALIVE),
}

STATE_FR: dict[OrderState, str] = {
    "draft": "brouillon",
    "confirmed": "confirmée",
    "tendered": "proposée",
    "assigned": "affectée",
    "planned": "planifiée",
    "loading": "au chargement",
    "in_transit": "en transit",
    "delivered": "livrée",
    "pod_ok": "preuve acceptée",
    "invoiced": "facturée",
    "closed": "clôturée",
    "cancelled": "annulée",
}


class IllegalTransition(Conflict):
    fr = "La commande est {state_fr} : {asked} n'est pas possible. Suites possibles : {allowed_fr}."
    en = "The order is {state}: {asked} is not possible. It can become: {allowed_en}."


class NotYourPart(Forbidden):
    fr = "Votre rôle sur cette commande ({role}) ne permet pas {asked}."
    en = "Your part in this order ({role}) does not allow {asked}."


class Author(NamedTuple):
    """Whose hand changes an order: person or unit, for which organization, from where."""

    actor_id: str
    name: str
    org_id: str
    source: Source
    driver: bool = False
    tender_id: str | None = None
    """The offer that its link was sent for; None for whoever comes with an account."""
    read: int | None = None
    """The version of the order that was read, where what is said depends on it."""


def refuse_illegal(state: OrderState, asked: str) -> IllegalTransition:
    """The refusal of what is asked in this state, with the states that can follow."""
    allowed = NEXT[state]
    return IllegalTransition(
        state=state,
        state_fr=STATE_FR[state],
        asked=asked,
        allowed=list(allowed),
        allowed_fr=", ".join(STATE_FR[state] for state in allowed) or "aucune",
        allowed_en=", ".join(allowed) or "nothing else",
    )


def moves(roles: Roles, state: OrderState) -> list[str]:
    """The commands that somebody with these roles can say in this state."""
    return [name for name, move in MOVES.items() if roles & move.roles and state in move.states]
