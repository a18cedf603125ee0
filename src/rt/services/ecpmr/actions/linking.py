"""Links to sign for those without an account, sent to an address of their party, and their codes."""

from datetime import datetime, timedelta
from typing import NamedTuple

from rt.contracts.authz import AddPartner, CheckAddress, GetOrganization, IssueLink
from rt.contracts.ecpmr import (
    AddressOrigin,
    AskDeliveryCode,
    AskTakeoverCode,
    CodeSentView,
    LinkSent,
    MakeSigningLink,
    Party,
    SigningLinkView,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import acting_for, current_org
from rt.kernel.service.client import Services
from rt.services.ecpmr.domain import refusals
from rt.services.ecpmr.domain.codes import TRIES
from rt.services.ecpmr.domain.invited import Invitation
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.shown import masked
from rt.services.ecpmr.domain.signatures import HAULIERS
from rt.services.ecpmr.store import EcpmrStore

LINK_LIFE = timedelta(days=7)
AFTER_DELIVERY = timedelta(days=3)
LINK_LIMIT = timedelta(days=89)
"""authz makes links for 90 days at most."""


class Addressed(NamedTuple):
    """Where a link goes, and who gave that address."""

    email: str
    origin: AddressOrigin


class Linking:
    """Sends links and codes, each to where its party is known to read."""

    def __init__(self, store: EcpmrStore, services: Services) -> None:
        self._store = store
        self._services = services

    async def send_link(self, asked: MakeSigningLink) -> SigningLinkView:
        note = await self._store.notes.get(asked.document_id)
        note.refuse_cancelled()
        requester = current_org()
        side = note.side_of(requester)
        if side is None or (side == "consignee" and asked.party != "consignee"):
            raise refusals.MayNotSendLink
        with acting_for(note.org_id):
            address = await self._address(note, asked, requester)
            note.refuse_often("link", asked.party, address.email, requester)
            signer_org = await self._signer(note, asked, requester, address)
            link = await self._services.ask(
                IssueLink(
                    scope="sign_delivery" if asked.party == "consignee" else "sign_takeover",
                    object_id=note.id,
                    organization_id=signer_org,
                    expires_at=_link_end(note),
                    claims={"party": asked.party} | _leg_of(note, asked.party),
                )
            )
        invitation = Invitation(
            link_id=link.link_id,
            party=asked.party,
            org_id=signer_org,
            email=address.email,
            origin=address.origin,
            requested_by=requester,
            requested_for=side,
            made_at=now(),
            phone=asked.phone,
            language=asked.language,
        )
        async with self._store.notes.change(asked.document_id) as note:
            note.invite(invitation)
            if asked.party == "consignee" and address.origin == "order" and not note.consignee_id:
                note.consignee_id = signer_org
            site = note.consignment.delivery if asked.party == "consignee" else note.consignment.pickup
            note.emit(
                LinkSent(
                    document_id=note.id,
                    order_id=note.order_id,
                    number=note.number,
                    party=asked.party,
                    email=address.email,
                    sender_name=note.consignment.sender.name,
                    site_name=site.name,
                    token=link.token,
                    expires_at=link.expires_at,
                    language=asked.language,
                    requested_by_name=note.name_of(side),
                )
            )
        return SigningLinkView(
            link_id=link.link_id,
            sent_to=masked(address.email),
            party=asked.party,
            origin=address.origin,
            expires_at=link.expires_at,
        )

    async def ask_takeover_code(self, asked: AskTakeoverCode) -> CodeSentView:
        return await self._send_code(asked.document_id)

    async def ask_delivery_code(self, asked: AskDeliveryCode) -> CodeSentView:
        return await self._send_code(asked.document_id)

    async def _send_code(self, document_id: str) -> CodeSentView:
        link_id = current_actor().id
        async with self._store.notes.change(document_id) as note:
            code = note.request_code(link_id)
        sent_to = masked(note.invitation(link_id).email)
        return CodeSentView(sent_to=sent_to, expires_at=code.expires_at, tries=TRIES)

    async def _address(self, note: Note, asked: MakeSigningLink, requester: str) -> Addressed:
        """Where the link goes: one's own party may give any address, others' are those that are known."""
        party, organizations = asked.party, note.organizations()
        if party in HAULIERS and not organizations[party]:
            raise refusals.NoCarrier
        if requester in organizations[party]:
            return await self._known(note, asked, [requester]) or Addressed(_typed(asked), "own")
        known = await self._known(note, asked, sorted(filter(None, organizations[party])))
        if known is None:
            known = await self._typed_by_another(note, asked)
        if asked.phone and known.origin != "other":
            raise refusals.PhoneNotTheirs("phone")
        return known

    async def _known(self, note: Note, asked: MakeSigningLink, own: list[str]) -> Addressed | None:
        """The address, if the party or its order gave it; without one, the first that is known."""
        if not asked.email:
            return await self._first(note, asked.party, own)
        email = asked.email.strip().lower()
        for organization in own:
            checked = await self._services.ask(CheckAddress(organization_id=organization, email=email))
            if checked.held:
                return Addressed(checked.email, "order" if checked.guest else "own")
        if email in note.given_by_party(asked.party):
            return Addressed(email, "own")
        if asked.party == "consignee" and email == note.consignee_email:
            return Addressed(email, "order")
        return None

    async def _first(self, note: Note, party: Party, own: list[str]) -> Addressed:
        if party == "consignee" and note.consignee_email:
            return Addressed(note.consignee_email, "order")
        for organization in own:
            card = await self._services.ask(GetOrganization(organization_id=organization))
            if card.email:
                return Addressed(card.email, "order" if card.guest else "own")
        raise refusals.AddressUnknown("email")

    async def _typed_by_another(self, note: Note, asked: MakeSigningLink) -> Addressed:
        """At a dock the consignee says its address to the driver: taken, and shown as no more than that."""
        if asked.party != "consignee":
            raise refusals.AddressNotTheirs("email", name=note.name_of(asked.party))
        others = [party for party in note.organizations() if party != asked.party]
        for organization in {one for party in others for one in note.organizations()[party] if one}:
            checked = await self._services.ask(CheckAddress(organization_id=organization, email=asked.email))
            if checked.held:
                raise refusals.AddressOfAnother("email")
        return Addressed(asked.email.strip().lower(), "other")

    async def _signer(self, note: Note, asked: MakeSigningLink, requester: str, address: Addressed) -> str:
        """Whom the link acts for; a consignee known by the order's address becomes the owner's guest."""
        if requester in note.organizations()[asked.party]:
            return requester
        known = {"sender": note.shipper_id, "consignee": note.consignee_id}
        haulier = next(iter(sorted(filter(None, note.organizations()[asked.party]))), None)
        if signer := known.get(asked.party, haulier):
            return signer
        if address.origin == "other":
            return derived_id("gst", note.id)
        partner = await self._services.ask(
            AddPartner(
                name=note.consignment.consignee.name,
                kind="recipient",
                email=address.email,
                country=note.consignment.delivery.address.country,
                language=asked.language,
            )
        )
        return partner.id


def _typed(asked: MakeSigningLink) -> str:
    if not asked.email:
        raise refusals.AddressUnknown("email")
    return asked.email.strip().lower()


def _leg_of(note: Note, party: Party) -> dict[str, str]:
    """The leg for which the next carrier is asked to sign."""
    leg = note.next_leg if party == "successor" else None
    return {"leg_id": leg.order_id} if leg else {}


def _link_end(note: Note) -> datetime:
    planned = note.consignment.delivery_at
    latest = max(now() + LINK_LIFE, planned + AFTER_DELIVERY) if planned else now() + LINK_LIFE
    return min(latest, now() + LINK_LIMIT)
