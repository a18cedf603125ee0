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
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.notifications.actions.notifying import About, Notifier
from rt.services.notifications.domain.templates import pallets as templates

CLAIMS, MOVEMENTS = "/pallets/claims", "/pallets"


class Pallets:
    """Who is told of claims, policies, vouchers, statements and debts."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(MovementClaimed, self.claimed, since="now"),
            subscribe(MovementConfirmed, self.confirmed, since="now"),
            subscribe(MovementDisputed, self.disputed, since="now"),
            subscribe(MovementLapsed, self.lapsed, since="now"),
            subscribe(PolicyProposed, self.proposed, since="now"),
            subscribe(PolicyAnswered, self.policy_answered, since="now"),
            subscribe(VoucherIssued, self.voucher, since="now"),
            subscribe(StatementReady, self.statement, since="now"),
            subscribe(StatementAnswered, self.answered, since="now"),
            subscribe(LimitationNear, self.limitation, since="now"),
        ]

    async def claimed(self, event: MovementClaimed, envelope: EventEnvelope) -> None:
        """Whoever is asked reads what the claim would change for it."""
        about = About(object_id=event.movement_id, order_id=event.order_id)
        if event.lapses_at is None:
            return
        for party in event.awaited:
            counts = [line.quantity for line in event.lines if line.holder_id == party]
            template = templates.ClaimOut(
                teller_name=event.teller_name,
                received=sum(count for count in counts if count > 0),
                given=-sum(count for count in counts if count < 0),
                note=event.note,
                lapses_at=event.lapses_at,
            )
            await self._notifier.organization(envelope, template, party, about, CLAIMS)

    async def confirmed(self, event: MovementConfirmed, envelope: EventEnvelope) -> None:
        template = templates.ClaimConfirmed(by_name=event.by_name)
        about = About(object_id=event.movement_id)
        await self._notifier.organization(envelope, template, event.teller_id, about, MOVEMENTS)

    async def disputed(self, event: MovementDisputed, envelope: EventEnvelope) -> None:
        template = templates.ClaimDisputed(by_name=event.by_name, reason=event.reason)
        about = About(object_id=event.movement_id)
        await self._notifier.organization(envelope, template, event.teller_id, about, MOVEMENTS)

    async def lapsed(self, event: MovementLapsed, envelope: EventEnvelope) -> None:
        template = templates.ClaimUnanswered(awaited_name=event.awaited_name)
        about = About(object_id=event.movement_id)
        await self._notifier.organization(envelope, template, event.teller_id, about, MOVEMENTS)

    async def proposed(self, event: PolicyProposed, envelope: EventEnvelope) -> None:
        template = templates.PolicyOut(owner_name=event.owner_name, site_name=event.site_name)
        about = About(object_id=event.policy_id)
        await self._notifier.organization(envelope, template, event.partner_id, about, CLAIMS)

    async def policy_answered(self, event: PolicyAnswered, envelope: EventEnvelope) -> None:
        accepted = event.answer == "accepted"
        template = templates.PolicyBack(
            partner_name=event.partner_name, site_name=event.site_name, accepted=accepted
        )
        about = About(object_id=event.policy_id)
        await self._notifier.organization(envelope, template, event.owner_id, about, "/pallets/policies")

    async def voucher(self, event: VoucherIssued, envelope: EventEnvelope) -> None:
        template = templates.VoucherOut(
            number=event.number,
            quantity=event.quantity,
            pallet_type=event.pallet_type,
            expires_at=event.expires_at,
        )
        about = About(object_id=event.voucher_id, order_id=event.order_id)
        for party in dict.fromkeys([event.debtor_id, event.creditor_id, event.bearer_id]):
            if not party.startswith("name:"):
                await self._notifier.organization(envelope, template, party, about, "/pallets/vouchers")

    async def statement(self, event: StatementReady, envelope: EventEnvelope) -> None:
        """A partner with an account answers in its portal, another one by the link."""
        maker = await self._notifier.people.organization(envelope.org_id)
        template = templates.StatementOut(maker_name=maker.name if maker else "", period=event.period)
        about = About(object_id=event.statement_id)
        if not event.url:
            path = f"/pallets/statements/{event.statement_id}"
            if event.partner_id:
                await self._notifier.organization(envelope, template, event.partner_id, about, path)
            return
        token = event.url.rstrip("/").rpartition("/")[2]
        url = self._notifier.portals.by_link("transporter", token, f"/statements/{event.statement_id}")
        about = About(object_id=event.statement_id, url=url)
        await self._notifier.address(envelope, template, event.partner_email, "fr", about)

    async def answered(self, event: StatementAnswered, envelope: EventEnvelope) -> None:
        template = templates.StatementBack(confirmed=event.confirmed, contested=event.contested)
        about = About(object_id=event.statement_id)
        path = f"/pallets/statements/{event.statement_id}"
        await self._notifier.organization(envelope, template, envelope.org_id, about, path)

    async def limitation(self, event: LimitationNear, envelope: EventEnvelope) -> None:
        template = templates.ClaimLapses(
            debtor_name=event.debtor_name,
            quantity=event.quantity,
            pallet_type=event.pallet_type,
            lapses_on=event.lapses_on,
        )
        about = About(object_id=event.movement_id)
        await self._notifier.organization(envelope, template, event.creditor_id, about, "/pallets")
