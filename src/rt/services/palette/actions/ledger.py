"""Movements and balances: booked, reversed, found, folded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rt.contracts.authz import GetOrganization
from rt.contracts.palette import (
    BalancesView,
    BalanceView,
    BookMovement,
    CountView,
    FindMovements,
    GetBalances,
    GetMovement,
    LineView,
    MovementsPage,
    MovementView,
    PalletsMoved,
    ReverseMovement,
)
from rt.kernel.client import Services
from rt.kernel.clock import now
from rt.kernel.errors import AlreadyExists, Conflict, Forbidden, Invalid
from rt.kernel.ids import derived_id, new_id
from rt.kernel.tenancy import current_org
from rt.services.palette.actions.office import refuse_driver
from rt.services.palette.domain.ledger import Exchange, Movement, Party, organizations, transfer
from rt.services.palette.store import PaletteStore


class AlreadyReversed(Conflict):
    fr = "Ce mouvement est déjà contre-passé."
    en = "This movement is reversed already."


class MovementOfOthers(Forbidden):
    fr = "Seule l'organisation qui a enregistré le mouvement peut le contre-passer."
    en = "Only the organization that booked the movement may reverse it."


class MovedLater(Invalid):
    fr = "Le mouvement est daté dans le futur."
    en = "The movement is dated in the future."


class PartnerIsSelf(Conflict):
    fr = "Le partenaire est votre propre organisation."
    en = "The partner is your own organization."


class Ledger:
    """The organization's side of every movement."""

    def __init__(self, store: PaletteStore, services: Services) -> None:
        self._store = store
        self._services = services

    async def book(self, asked: BookMovement) -> MovementView:
        refuse_driver()
        me = current_org()
        if asked.partner_id == me:
            raise PartnerIsSelf("partner_id")
        if asked.moved_at is not None and asked.moved_at > now():
            raise MovedLater("moved_at")
        own = await self._services.ask(GetOrganization(organization_id=me))
        partner_name = await self._partner_name(asked)
        giver, taker = (me, asked.partner_id) if asked.direction == "given" else (asked.partner_id, me)
        movement = Movement(
            id=new_id("mov"),
            kind=asked.kind,
            moved_at=asked.moved_at or now(),
            parties=[Party(id=me, name=own.name), Party(id=asked.partner_id, name=partner_name)],
            lines=transfer(giver, taker, asked.pallet_type, asked.quality, asked.quantity, asked.site_name),
            site_name=asked.site_name,
            note=asked.note,
            seen_by=organizations(me, asked.partner_id),
        )
        movement.tell(moved(movement, shipper_id=giver, carrier_id="", consignee_id=taker))
        return (await self._shown([await self._store.movements.add(movement)]))[0]

    async def reverse(self, asked: ReverseMovement) -> MovementView:
        refuse_driver()
        movement = await self._store.movements.get(asked.movement_id)
        if movement.org_id != current_org():
            raise MovementOfOthers
        back = Movement(
            id=derived_id("mov", "reversal", movement.id),
            kind="reversal",
            moved_at=now(),
            parties=movement.parties,
            lines=movement.opposite(),
            order_id=movement.order_id,
            document_number=movement.document_number,
            site_name=movement.site_name,
            note=asked.reason,
            reverses=movement.id,
            seen_by=movement.seen_by,
        )
        back.tell(moved(back, shipper_id=movement.org_id, carrier_id="", consignee_id=""))
        try:
            stored = await self._store.movements.add(back)
        except AlreadyExists as error:
            raise AlreadyReversed from error
        return (await self._shown([stored]))[0]

    async def get(self, asked: GetMovement) -> MovementView:
        return (await self._shown([await self._store.movements.get(asked.movement_id)]))[0]

    async def find(self, asked: FindMovements) -> MovementsPage:
        where: dict[str, Any] = {}
        mine: dict[str, Any] = {"holder_id": current_org()}
        if asked.partner_id:
            mine["partner_id"] = asked.partner_id
        if asked.pallet_type:
            mine["pallet_type"] = asked.pallet_type
        if len(mine) > 1:
            where["lines"] = {"$elemMatch": mine}
        if asked.order_id:
            where["order_id"] = asked.order_id
        page = await self._store.movements.page(where, sort="-moved_at", after=asked.after, limit=asked.limit)
        return MovementsPage(items=await self._shown(page.items), next=page.next)

    async def balances(self, asked: GetBalances) -> BalancesView:
        found = await self._store.balances(asked.partner_id, asked.until)
        return BalancesView(items=[_balance(row) for row in found], as_of=asked.until or now())

    async def _partner_name(self, asked: BookMovement) -> str:
        """The partner's name; a partner that nobody knows is refused rather than given an account."""
        if asked.partner_id.startswith("name:"):
            return asked.partner_name or asked.partner_id.removeprefix("name:")
        return (await self._services.ask(GetOrganization(organization_id=asked.partner_id))).name

    async def _shown(self, movements: Sequence[Movement]) -> list[MovementView]:
        ids = [movement.id for movement in movements]
        backs = await self._store.movements.find({"reverses": {"$in": ids}}, limit=len(ids)) if ids else []
        reversed_by = {back.reverses: back.id for back in backs}
        return [_view(movement, reversed_by.get(movement.id, "")) for movement in movements]


def moved(movement: Movement, shipper_id: str, carrier_id: str, consignee_id: str) -> PalletsMoved:
    """What is told of a movement."""
    return PalletsMoved(
        movement_id=movement.id,
        kind=movement.kind,
        order_id=movement.order_id,
        shipper_id=shipper_id,
        carrier_id=carrier_id,
        consignee_id=consignee_id,
        site_name=movement.site_name,
        counts=[_count(exchange) for exchange in movement.exchanges],
        owed=sum(exchange.owed for exchange in movement.exchanges),
    )


def _view(movement: Movement, reversed_by: str) -> MovementView:
    me = current_org()
    return MovementView(
        id=movement.id,
        kind=movement.kind,
        order_id=movement.order_id,
        document_number=movement.document_number,
        site_name=movement.site_name,
        moved_at=movement.moved_at,
        policy=movement.policy,
        counts=[_count(exchange) for exchange in movement.exchanges],
        lines=[
            LineView(
                holder_id=line.holder_id,
                holder_name=movement.name_of(line.holder_id),
                partner_id=line.partner_id,
                partner_name=movement.name_of(line.partner_id),
                site_name=line.site_name,
                pallet_type=line.pallet_type,
                quality=line.quality,
                quantity=line.quantity,
            )
            for line in movement.lines
            if line.holder_id == me
        ],
        note=movement.note,
        reverses=movement.reverses,
        reversed_by=reversed_by,
    )


def _count(exchange: Exchange) -> CountView:
    return CountView(
        pallet_type=exchange.pallet_type,
        quality=exchange.quality,
        delivered=exchange.delivered,
        returned=exchange.returned,
        refused=exchange.refused,
        broken=exchange.broken,
        owed=exchange.owed,
    )


def _balance(row: dict[str, Any]) -> BalanceView:
    account = row["_id"]
    last_moved_at: datetime = row["last_moved_at"]
    return BalanceView(
        partner_id=account["partner_id"],
        partner_name=next((p["name"] for p in row["parties"] if p["id"] == account["partner_id"]), ""),
        site_name=account["site_name"],
        pallet_type=account["pallet_type"],
        quality=account["quality"],
        quantity=row["quantity"],
        last_moved_at=last_moved_at,
    )
