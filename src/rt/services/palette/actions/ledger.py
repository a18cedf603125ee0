"""Movements and balances: claimed, answered, reversed, found, folded."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rt.contracts.palette import (
    BalancesView,
    BookMovement,
    ConfirmMovement,
    DisputeMovement,
    FindMovements,
    GetBalances,
    GetMovement,
    MovementsPage,
    MovementView,
    ReverseMovement,
    WithdrawMovement,
)
from rt.kernel.core.clock import now, today
from rt.kernel.core.errors import AlreadyExists, Conflict, Invalid, ReferenceUnknown
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.service.jobs import Timers
from rt.services.palette.adapters import Directory
from rt.services.palette.domain.ledger import NAMED, Party, account, organizations, party_named, transfer
from rt.services.palette.domain.movement import Movement, NothingToReverse
from rt.services.palette.store import REVERSALS, PaletteStore
from rt.services.palette.store.listings import CLAIMS, MOVEMENTS


class AlreadyReversed(Conflict):
    fr = "Ce mouvement est déjà contre-passé, ou sa contre-passation attend une réponse."
    en = "This movement is reversed already, or its reversal awaits an answer."


class MovedLater(Invalid):
    fr = "Le mouvement est daté dans le futur."
    en = "The movement is dated in the future."


class PartnerIsSelf(Conflict):
    fr = "Le partenaire est votre propre organisation."
    en = "The partner is your own organization."


class Ledger:
    """The organization's side of every movement."""

    def __init__(self, store: PaletteStore, directory: Directory, timers: Timers) -> None:
        self._store = store
        self._directory = directory
        self._timers = timers

    async def book(self, asked: BookMovement) -> MovementView:
        """What one side books is its claim; only with a partner without account there is nobody to ask."""
        me = current_org()
        if asked.partner_id == me:
            raise PartnerIsSelf("partner_id")
        partner, absent = await self._partner(asked)
        if asked.moved_at is not None and asked.moved_at > now():
            raise MovedLater("moved_at")
        own = Party(id=me, name=await self._directory.own_name(me))
        giver, taker = (own, partner) if asked.direction == "given" else (partner, own)
        movement = Movement(
            id=new_id("mov"),
            kind=asked.kind,
            moved_at=asked.moved_at or now(),
            parties=[giver, taker],
            lines=transfer(
                giver.id, taker.id, asked.pallet_type, asked.quality, asked.quantity, asked.site_name
            ),
            site_name=asked.site_name,
            note=asked.note,
            teller_id=me,
            seen_by=organizations(me, asked.partner_id),
        )
        return await self._one(await self.claim(movement, {me}, {partner.id} if absent else set()))

    async def claim(self, movement: Movement, yes: set[str], absent: set[str]) -> Movement:
        """Store a movement as a claim on everybody who has not said yes, with the timer that will end it.

        Raises AlreadyExists when it was stored before.
        """
        lapses_at = now() + timedelta(days=await self._store.figure("claim_days", today()))
        movement.declare(yes, absent, lapses_at)
        if movement.lapses_at is not None:
            await self._timers.at(lapses_at, "lapse_claim", {"movement_id": movement.id})
        return await self._store.movements.add(movement)

    async def confirm(self, asked: ConfirmMovement) -> MovementView:
        async with self._store.movements.change(asked.movement_id) as movement:
            movement.confirm(current_org())
        return await self._one(movement)

    async def dispute(self, asked: DisputeMovement) -> MovementView:
        async with self._store.movements.change(asked.movement_id) as movement:
            movement.dispute(current_org(), asked.reason)
        return await self._one(movement)

    async def withdraw(self, asked: WithdrawMovement) -> MovementView:
        if await self._store.reversals(asked.movement_id):
            raise AlreadyReversed
        async with self._store.movements.change(asked.movement_id) as movement:
            movement.withdraw(current_org(), asked.reason)
        return await self._one(movement)

    async def lapse(self, payload: dict[str, Any]) -> None:
        """The timer of a claim has come."""
        async with self._store.movements.change(payload["movement_id"]) as movement:
            movement.lapse()

    async def reverse(self, asked: ReverseMovement) -> MovementView:
        """Either side may ask for it, and the other has to agree, as it had to agree to the movement."""
        me, back_id = current_org(), new_id("mov")
        movement = await self._store.movements.get(asked.movement_id)
        before = await self._store.reversals(movement.id)
        if repeated := next((back for back in before if back.id == back_id), None):
            return await self._one(repeated)
        try:
            lines = movement.opposite(me, before)
        except NothingToReverse as nothing:
            raise (AlreadyReversed if before else NothingToReverse) from nothing
        if len(before) >= REVERSALS:
            raise AlreadyReversed
        involved = {party for line in lines for party in line.pair}
        back = Movement(
            id=back_id,
            kind="reversal",
            moved_at=now(),
            parties=[party for party in movement.parties if party.id in involved],
            lines=lines,
            order_id=movement.order_id,
            document_number=movement.document_number,
            site_name=movement.site_name,
            note=asked.reason,
            reverses=movement.id,
            nth=len(before),
            teller_id=me,
            seen_by=movement.seen_by,
        )
        try:
            return await self._one(await self.claim(back, {me}, set(movement.absent)))
        except AlreadyExists as error:
            raise AlreadyReversed from error

    async def get(self, asked: GetMovement) -> MovementView:
        return await self._one(await self._store.movements.get(asked.movement_id))

    async def find(self, asked: FindMovements) -> MovementsPage:
        me = current_org()
        named: dict[str, Any] = {"order_id": asked.order_id} if asked.order_id else {}
        if asked.partner_id or asked.pallet_type:
            named["account"] = account(me, asked.partner_id, asked.pallet_type or "")
        if asked.waits:
            named["awaits" if asked.waits == "ours" else "bound"] = me
            named["lapses_at"] = {"$not": {"$lte": now()}}
        listing = CLAIMS if asked.waits else MOVEMENTS
        page = await self._store.movements.rows(listing, named, after=asked.after, limit=asked.limit)
        return MovementsPage(items=await self._shown(page.items), next=page.next)

    async def balances(self, asked: GetBalances) -> BalancesView:
        kept = self._store.balances
        found = await (kept.at(asked.partner_id, asked.until) if asked.until else kept.now(asked.partner_id))
        return BalancesView(items=[one.view() for one in found], as_of=asked.until or now())

    async def _partner(self, asked: BookMovement) -> tuple[Party, bool]:
        """The partner, and whether nobody can answer for it; a stranger is refused like an unknown id."""
        if asked.partner_id.startswith(NAMED):
            bare = asked.partner_id.removeprefix(NAMED).strip()
            if not bare:
                raise ReferenceUnknown("partner_id")
            return Party(id=party_named(bare), name=asked.partner_name or bare), True
        acquainted = await self._store.have_account(asked.partner_id)
        card = await self._directory.known("partner_id", asked.partner_id, acquainted)
        return Party(id=card.id, name=card.name), card.guest

    async def _one(self, movement: Movement) -> MovementView:
        return (await self._shown([movement]))[0]

    async def _shown(self, movements: Sequence[Movement]) -> list[MovementView]:
        ids = [movement.id for movement in movements]
        limit = len(ids) * REVERSALS
        backs = await self._store.movements.find({"reverses": {"$in": ids}}, limit=limit) if ids else []
        return [
            movement.view(current_org(), [back for back in backs if back.reverses == movement.id])
            for movement in movements
        ]
