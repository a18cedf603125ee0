"""Events of pallet accounts."""

from rt.contracts.palette import (
    LimitationNear,
    MovementClaimed,
    MovementConfirmed,
    MovementDisputed,
    MovementLapsed,
    PolicyAnswered,
    PolicyProposed,
    StatementAnswered,
    StatementReady,
    VoucherIssued,
)
from rt.kernel.bus import Listener, Told
from rt.kernel.unit import hear
from rt.services.notifications.actions.telling import About, Teller
from rt.services.notifications.domain.letters import pallets as letters

CLAIMS, MOVEMENTS = "/pallets/claims", "/pallets"


class Pallets:
    """Who is told of claims, policies, vouchers, statements and debts."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def heard(self) -> list[Listener]:
        return [
            hear(MovementClaimed, self.claimed, since="now"),
            hear(MovementConfirmed, self.confirmed, since="now"),
            hear(MovementDisputed, self.disputed, since="now"),
            hear(MovementLapsed, self.lapsed, since="now"),
            hear(PolicyProposed, self.proposed, since="now"),
            hear(PolicyAnswered, self.policy_answered, since="now"),
            hear(VoucherIssued, self.voucher, since="now"),
            hear(StatementReady, self.statement, since="now"),
            hear(StatementAnswered, self.answered, since="now"),
            hear(LimitationNear, self.limitation, since="now"),
        ]

    async def claimed(self, event: MovementClaimed, told: Told) -> None:
        """Whoever is asked reads what the claim would change for it."""
        about = About(object_id=event.movement_id, order_id=event.order_id)
        if event.lapses_at is None:
            return
        for party in event.awaited:
            counts = [line.quantity for line in event.lines if line.holder_id == party]
            letter = letters.ClaimOut(
                teller_name=event.teller_name,
                received=sum(count for count in counts if count > 0),
                given=-sum(count for count in counts if count < 0),
                note=event.note,
                lapses_at=event.lapses_at,
            )
            await self._teller.organization(told, letter, party, about, CLAIMS)

    async def confirmed(self, event: MovementConfirmed, told: Told) -> None:
        letter = letters.ClaimConfirmed(by_name=event.by_name)
        about = About(object_id=event.movement_id)
        await self._teller.organization(told, letter, event.teller_id, about, MOVEMENTS)

    async def disputed(self, event: MovementDisputed, told: Told) -> None:
        letter = letters.ClaimDisputed(by_name=event.by_name, reason=event.reason)
        about = About(object_id=event.movement_id)
        await self._teller.organization(told, letter, event.teller_id, about, MOVEMENTS)

    async def lapsed(self, event: MovementLapsed, told: Told) -> None:
        letter = letters.ClaimUnanswered(awaited_name=event.awaited_name)
        about = About(object_id=event.movement_id)
        await self._teller.organization(told, letter, event.teller_id, about, MOVEMENTS)

    async def proposed(self, event: PolicyProposed, told: Told) -> None:
        letter = letters.PolicyOut(owner_name=event.owner_name, site_name=event.site_name)
        about = About(object_id=event.policy_id)
        await self._teller.organization(told, letter, event.partner_id, about, CLAIMS)

    async def policy_answered(self, event: PolicyAnswered, told: Told) -> None:
        accepted = event.answer == "accepted"
        letter = letters.PolicyBack(
            partner_name=event.partner_name, site_name=event.site_name, accepted=accepted
        )
        about = About(object_id=event.policy_id)
        await self._teller.organization(told, letter, event.owner_id, about, "/pallets/policies")

    async def voucher(self, event: VoucherIssued, told: Told) -> None:
        letter = letters.VoucherOut(
            number=event.number,
            quantity=event.quantity,
            pallet_type=event.pallet_type,
            expires_at=event.expires_at,
        )
        about = About(object_id=event.voucher_id, order_id=event.order_id)
        for party in dict.fromkeys([event.debtor_id, event.creditor_id, event.bearer_id]):
            if not party.startswith("name:"):
                await self._teller.organization(told, letter, party, about, "/pallets/vouchers")

    async def statement(self, event: StatementReady, told: Told) -> None:
        """A partner with an account answers in its portal, another one by the link."""
        maker = await self._teller.people.organization(told.org_id)
        letter = letters.StatementOut(maker_name=maker.name if maker else "", period=event.period)
        about = About(object_id=event.statement_id)
        if not event.url:
            path = f"/pallets/statements/{event.statement_id}"
            if event.partner_id:
                await self._teller.organization(told, letter, event.partner_id, about, path)
            return
        token = event.url.rstrip("/").rpartition("/")[2]
        url = self._teller.portals.by_link("transporter", token, f"/statements/{event.statement_id}")
        about = About(object_id=event.statement_id, url=url)
        await self._teller.address(told, letter, event.partner_email, "fr", about)

    async def answered(self, event: StatementAnswered, told: Told) -> None:
        letter = letters.StatementBack(confirmed=event.confirmed, contested=event.contested)
        about = About(object_id=event.statement_id)
        path = f"/pallets/statements/{event.statement_id}"
        await self._teller.organization(told, letter, told.org_id, about, path)

    async def limitation(self, event: LimitationNear, told: Told) -> None:
        letter = letters.ClaimLapses(
            debtor_name=event.debtor_name,
            quantity=event.quantity,
            pallet_type=event.pallet_type,
            lapses_on=event.lapses_on,
        )
        about = About(object_id=event.movement_id)
        await self._teller.organization(told, letter, event.creditor_id, about, "/pallets")
