"""For those without an account, by link: sign the delivery or the takeover, and have a copy at once."""

from collections.abc import Awaitable, Callable
from datetime import date

from starlette.responses import Response

from rt.contracts.ecpmr import DocumentView, GetPdf, Language, ReserveView, SignatureView, Step
from rt.kernel.core.errors import Refusal
from rt.portals.recipient.pages.reserves import LINK_DEAD
from rt.portals.recipient.pages.signing import Signer, note_for, reserves_at, said_by, signed
from rt.trade.contract_rules import Claim, claim_deadline
from rt.trade.zones import day_at, zone_of
from rt.ui.asking import sent
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.pages import Page, render
from rt.ui.visit import Handler, Visit, page


class SignedPage(Page):
    """It is signed: what was said, the copy, and what is left to do in time."""

    template = "signed.html"
    note: DocumentView
    signatures: list[SignatureView]
    reserves: list[ReserveView]
    by_name: str
    paper: str
    confirm_by: date | None
    """Last day to confirm reserves to the carrier by registered letter (C. com. L133-3)."""


class LinkEndedPage(Page):
    """A link that opens nothing any more: why, and what to do."""

    template = "link_ended.html"


def guarded(handler: Handler) -> Handler:
    """A link that has ended or was never good is said in plain words, not as a login."""

    async def asked(visit: Visit) -> Page | Response:
        try:
            return await handler(visit)
        except Refusal as refusal:
            if refusal.status not in LINK_DEAD:
                raise
            return render(LinkEndedPage(title=_("Ce lien n'est plus valable")), visit.request, refusal.status)

    asked.__name__ = handler.__name__
    return asked


async def delivery(visit: Visit) -> Page | Response:
    """A link to a takeover is led to its own page: letters may name this one for every party."""
    token, document_id = visit.path["token"], visit.path["document_id"]
    if visit.posted is None and said_by(token).scope == "sign_takeover":
        return visit.go(f"/l/{token}/takeover/{document_id}")
    note = await note_for(visit, "delivery")
    here = f"/l/{visit.path['token']}/sign/{note.document_id}"
    if signature_on(note, "delivery", "consignee"):
        return done_page(note, "delivery", "consignee", f"{here}/paper.pdf")
    signer = Signer(here=here, step="delivery", party="consignee", by_link=True, photos=True)
    return await signed(visit, signer, note, went(visit, here))


async def takeover(visit: Visit) -> Page | Response:
    note = await note_for(visit, "takeover")
    said = said_by(visit.path["token"])
    party = said.party
    here = f"/l/{visit.path['token']}/takeover/{note.document_id}"
    if party == "successor":
        leg_id = said.claims.get("leg_id", "")
        if any(leg.leg_id == leg_id and leg.taken_over_at for leg in note.legs):
            return done_page(note, "handover", party, "", leg_id)
        taking = Signer(here=here, step="handover", party=party, by_link=True, photos=False, leg_id=leg_id)
        return await signed(visit, taking, note, went(visit, here))
    if signature_on(note, "takeover", party):
        return done_page(note, "takeover", party, "")
    signer = Signer(here=here, step="takeover", party=party, by_link=True, photos=False)
    return await signed(visit, signer, note, went(visit, here))


def went(visit: Visit, here: str) -> Callable[[DocumentView], Awaitable[Page | Response]]:
    async def to_copy(note: DocumentView) -> Page | Response:
        return visit.go(here, _("Signé. Votre copie est prête."))

    return to_copy


def signatures_of(note: DocumentView, step: Step, party: str, leg_id: str = "") -> list[SignatureView]:
    """Those of this party at a step; of a handover, at the one to this leg."""
    there = [one for one in note.signatures if (one.step, one.party) == (step, party)]
    return [one for one in there if leg_id in ("", one.leg_id)]


def signature_on(note: DocumentView, step: Step, party: str, leg_id: str = "") -> str:
    """The name under which this party has signed this step."""
    return next((one.name for one in reversed(signatures_of(note, step, party, leg_id))), "")


def done_page(note: DocumentView, step: Step, party: str, paper: str, leg_id: str = "") -> SignedPage:
    reserved = reserves_at(note, step, leg_id)
    confirm_by = None
    if step == "delivery" and reserved and note.delivered_at is not None:
        claim: Claim = "domestic_reserves" if note.kind == "national" else "cmr_reserves"
        place = note.consignment.delivery.address
        delivered_on = day_at(note.delivered_at, zone_of(place.country, place.postal_code))
        confirm_by = claim_deadline(claim, delivered_on, place)
    return SignedPage(
        title=_("Lettre de voiture %(number)s signée") % {"number": note.number},
        note=note,
        signatures=signatures_of(note, step, party, leg_id),
        reserves=reserved,
        by_name=signature_on(note, step, party, leg_id),
        paper=paper,
        confirm_by=confirm_by,
    )


async def paper(visit: Visit) -> Response:
    """The note as PDF."""
    spoken: Language = "en" if language() == "en" else "fr"
    return sent(await visit.ask(GetPdf(document_id=visit.path["document_id"], language=spoken)))


PAGES = [
    page("/l/{token}/sign/{document_id}", guarded(delivery), anyone=True),
    page("/l/{token}/sign/{document_id}/paper.pdf", guarded(paper), anyone=True, methods=("GET",)),
    page("/l/{token}/takeover/{document_id}", guarded(takeover), anyone=True),
]
