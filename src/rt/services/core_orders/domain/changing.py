"""An order changed while others count on it: asked for, agreed to by each that has to, then done for all."""

import copy
from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from msgspec import structs

from rt.contracts.core_orders import (
    AmendedPart,
    ChangeClosed,
    ChangeRequested,
    ChangingRole,
    OrderAmended,
    OrderPart,
    RequestChange,
    Stop,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict, Forbidden, Invalid, ReferenceUnknown
from rt.services.core_orders.domain.carrying import Step
from rt.services.core_orders.domain.journey import located
from rt.services.core_orders.domain.kept import OrderChange
from rt.services.core_orders.domain.mentions import missing
from rt.services.core_orders.domain.proving import Proven
from rt.services.core_orders.domain.states import DEAL, PARTIES, SALE, Author
from rt.trade.roles import Roles

CHANGES_KEPT = 50
"""Changes of one order that are remembered, the latest ones."""
ON_BOARD = ("in_transit",)
"""States in which the goods are the carrier's: what was loaded and where stays as it is."""
PRICES: dict[str, Roles] = {"agreed_cents": DEAL, "sell_cents": SALE}


class ChangePending(Conflict):
    fr = "Une modification attend déjà une réponse : répondez-y ou retirez-la d'abord."
    en = "A change awaits an answer already: answer it or take it back first."


class ChangesNothing(Invalid):
    fr = "Cette modification ne change rien à la commande."
    en = "This change changes nothing about the order."


class AlreadyLoaded(Conflict):
    fr = "La marchandise est chargée : ni l'enlèvement ni la marchandise ne changent plus."
    en = "The goods are loaded: neither the pickup nor the goods change any more."


class PriceOfOthers(Forbidden):
    fr = "Ce prix n'est pas convenu avec vous : vous ne pouvez pas le proposer."
    en = "This price is not agreed with you: you cannot propose it."


class ChangeAnswered(Conflict):
    fr = "Cette modification n'attend plus de réponse de votre part."
    en = "This change no longer awaits your answer."


class Amended(Proven, kw_only=True):
    """An order that changes with the consent of those who count on it."""

    def request_change(
        self, by: Author, asked: RequestChange, change_id: str, with_account: Collection[str]
    ) -> None:
        """Ask the others that agreed on it and have an account; without any it is done at once.

        Of a price alone nobody hears but the two between whom it stands.
        """
        self.allow("RequestChange", by)
        if self.open_change is not None:
            raise ChangePending
        for name, roles in PRICES.items():
            if getattr(asked, name) is not None and not self.roles_of(by) & roles:
                raise PriceOfOthers(field=name)
        wanted = {name: getattr(asked, name) for name in OrderPart.__struct_fields__}
        if asked.stops is not None:
            wanted["stops"] = [located(stop) for stop in asked.stops]
        wanted = {
            name: value
            for name, value in wanted.items()
            if value is not None and value != getattr(self, name)
        }
        if not wanted:
            raise ChangesNothing("version")
        self._refuse_unfit(wanted)
        parties = self._parties(wanted)
        change = OrderChange(
            change_id=change_id,
            asked_at=now(),
            asked_by=by.org_id,
            reason=asked.reason,
            before=OrderPart(**{name: getattr(self, name) for name in wanted}),
            after=OrderPart(**wanted),
            asked_of=[one for one in parties if one != by.org_id and one in with_account],
            roles=parties,
        )
        self.changes = [*self.changes, change][-CHANGES_KEPT:]
        self.write(by, "change_requested", asked.reason)
        if not change.asked_of:
            self._amend(by, change)
            return
        self.emit(
            ChangeRequested(
                order=self.summary_view(),
                change_id=change_id,
                asked_by=parties[by.org_id],
                asked_of=[parties[one] for one in change.asked_of],
                reason=asked.reason,
            )
        )

    def accept_change(self, by: Author, change_id: str) -> None:
        """Agree to it; with the last consent the order is another."""
        change = self._answerable_change("AcceptChange", by, change_id)
        self._refuse_unfit(_said(change.after))
        change.asked_of = [one for one in change.asked_of if one != by.org_id]
        self.write(by, "change_accepted", change.reason)
        if not change.asked_of:
            self._amend(by, change)

    def refuse_change(self, by: Author, change_id: str, reason: str) -> None:
        self._close(by, self._answerable_change("RefuseChange", by, change_id), "refused", reason)

    def withdraw_change(self, by: Author, change_id: str) -> None:
        change = self._named_change("WithdrawChange", by, change_id)
        if change.state != "open" or change.asked_by != by.org_id:
            raise ChangeAnswered("change_id")
        self._close(by, change, "withdrawn", "")

    def release(self, by: Author, reason: str) -> None:
        super().release(by, reason)
        self.lapse_change(by)

    def _reach(self, by: Author, reached: Step, at: datetime | None) -> None:
        super()._reach(by, reached, at)
        if reached == "delivered":
            self.lapse_change(by)

    def lapse_change(self, by: Author) -> None:
        """The order is over for those who were asked: nothing is left to agree on."""
        if change := self.open_change:
            self._close(by, change, "lapsed", "")

    def _amend(self, by: Author, change: OrderChange) -> None:
        said = _said(change.after)
        for name, value in said.items():
            setattr(self, name, value)
        change.state, change.closed_at = "agreed", now()
        self.reckon()
        self.write(by, "changed", change.reason)
        self.emit(
            OrderAmended(
                order=self.summary_view(),
                change_id=change.change_id,
                asked_by=change.roles[change.asked_by],
                parts=_parts(said),
                between=list(change.roles.values()),
            )
        )

    def _parties(self, wanted: Collection[str]) -> dict[str, ChangingRole]:
        """Those whom it concerns that these fields change, by organization."""
        playing: tuple[tuple[str | None, ChangingRole], ...] = (
            (self.carrier_id, "carrier"),
            (self.client, "client"),
            (self.org_id, "owner"),
        )
        concerned = frozenset[str]().union(*(PRICES.get(name, PARTIES) for name in wanted))
        return {org: role for org, role in playing if org and role in concerned}

    def _close(
        self,
        by: Author,
        change: OrderChange,
        outcome: Literal["refused", "withdrawn", "lapsed"],
        reason: str,
    ) -> None:
        change.state, change.closed_at, change.answer = outcome, now(), reason
        self.write(by, f"change_{outcome}", reason)
        self.emit(
            ChangeClosed(
                order=self.summary_view(),
                change_id=change.change_id,
                asked_by=change.roles[change.asked_by],
                asked_of=[change.roles[one] for one in change.asked_of],
                outcome=outcome,
                reason=reason,
            )
        )

    def _named_change(self, command: str, by: Author, change_id: str) -> OrderChange:
        """A change of this order, for those who may know of it."""
        self.allow_part(command, by)
        named = next((one for one in self.changes if one.change_id == change_id), None)
        if named is None:
            raise ReferenceUnknown("change_id")
        self.allow(command, by)
        return named

    def _answerable_change(self, command: str, by: Author, change_id: str) -> OrderChange:
        named = self._named_change(command, by, change_id)
        if named.state != "open" or by.org_id not in named.asked_of:
            raise ChangeAnswered("change_id")
        return named

    def _refuse_unfit(self, wanted: dict[str, Any]) -> None:
        """Refuse what the order cannot become: told by the field, before anybody is asked."""
        if self.state in ON_BOARD:
            stops = wanted.get("stops", self.stops)
            if "goods" in wanted or _pickups(stops) != _pickups(self.stops):
                raise AlreadyLoaded
        after = copy.deepcopy(self)
        for name, value in wanted.items():
            setattr(after, name, value)
        after.reckon()
        if lacks := missing(after.stops, after.goods, after.consignee_name, after.requirements):
            raise Invalid.together(lacks)


def _said(part: OrderPart) -> dict[str, Any]:
    return {name: value for name, value in structs.asdict(part).items() if value is not None}


def _parts(said: dict[str, Any]) -> list[AmendedPart]:
    parts: list[AmendedPart] = [
        name for name in ("stops", "goods", "requirements", "instructions") if name in said
    ]
    return [*parts, "price"] if set(said) & set(PRICES) else parts


def _pickups(stops: list[Stop]) -> list[Stop]:
    return [stop for stop in stops if stop.kind == "pickup"]
