"""Signing a consignment note, by link or signed in: goods, reserves that hold, pallets, code, signature."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import msgspec
from starlette.responses import Response

from rt.contracts.ecpmr import (
    AskDeliveryCode,
    AskTakeoverCode,
    CodeSentView,
    DocumentView,
    GetDocument,
    GetTakeover,
    PalletExchange,
    Party,
    ReserveView,
    SignatureGiven,
    SignDelivery,
    SignHandover,
    SignTakeover,
    Step,
    Stop,
)
from rt.contracts.palette import PalletType
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.pages.pallet_words import pallet_names
from rt.portals.recipient.pages.reserves import LineForm, judge, lines_of, read_lines, reserves_of
from rt.portals.recipient.posted import counted
from rt.ui.asking import key_of, signed_in_still, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Page
from rt.ui.visit import Visit

Done = Callable[[DocumentView], Awaitable[Page | Response]]
"""Where to go once it is signed."""
TYPED = ("name", "quality", "code", "returned", "refused", "broken")
CODE_FAULTS = ("code_", "codes_", "sent_just_now")
"""Beginnings of the refusals that are about the code, said beside it."""
UNUSUAL = "pallets_beyond_note"
PALLET_TYPES: tuple[str, ...] = get_args(PalletType)


class SignPage(Page):
    """The note and everything that is left on it when signing."""

    template = "sign.html"
    here: str
    note: DocumentView
    step: Step
    party: Party
    lines: list[LineForm]
    pallets: dict[str, str]
    typed: dict[str, str]
    by_link: bool
    code: CodeSentView | None
    refusal: str
    code_fault: str
    name_fault: str
    weak: bool
    with_reserves: bool
    photos_kept: bool
    countersigns: str
    """Names what others have signed at this step, as this page shows it."""
    noted: list[ReserveView]
    unusual: bool


class Signer(msgspec.Struct, frozen=True):
    """Who signs what, from where."""

    here: str
    step: Step
    party: Party
    by_link: bool
    photos: bool
    """Whether photos can be left: a link to sign a takeover does not open the note to them."""
    leg_id: str = ""
    """The leg that a handover is to."""


def reserves_at(note: DocumentView, step: Step, leg_id: str = "") -> list[ReserveView]:
    """What was noted at a step; of a handover, at the one to this leg."""
    return [one for one in note.reserves_made if one.step == step and leg_id in ("", one.leg_id)]


async def signed(visit: Visit, signer: Signer, note: DocumentView, done: Done) -> Page | Response:
    """The page of one signer; reading it changes nothing, each press of it does one thing."""
    lines, names = lines_of(note), pallet_names()
    filled = {name: typed(visit, name) for name in TYPED}
    filled["pallet_type"] = typed(visit, "pallet_type") or "EUR"
    filled["delivered"] = typed(visit, "delivered") if visit.posted is not None else pallets_of(note)
    taken = next((leg.handover_hash for leg in note.legs if leg.leg_id == signer.leg_id), "")
    seen = {"takeover": note.takeover_hash, "handover": taken}.get(signer.step, note.delivery_hash)
    page = SignPage(
        title=_("Lettre de voiture %(number)s") % {"number": note.number},
        here=signer.here,
        note=note,
        step=signer.step,
        party=signer.party,
        lines=lines,
        pallets={code: names[code] for code in PALLET_TYPES},
        typed=filled,
        by_link=signer.by_link,
        code=None,
        refusal="",
        code_fault="",
        name_fault="",
        weak=False,
        with_reserves=signer.party != "sender",
        photos_kept=signer.photos,
        countersigns=seen,
        noted=reserves_at(note, signer.step, signer.leg_id),
        unusual=typed(visit, "pallets_confirmed") == "on",
    )
    if visit.posted is None:
        return page
    stop: Stop = "delivery" if signer.step == "delivery" else "pickup"
    await read_lines(visit, note.document_id, stop, lines)
    match typed(visit, "do"):
        case "code":
            page.code = await ask_code(visit, signer, note, page)
            page.weak = await judge(visit, page.lines)
        case "sign":
            return await sign(visit, signer, page, done)
        case _:
            page.weak = await judge(visit, page.lines)
    return page


def pallets_of(note: DocumentView) -> str:
    """Pallets on the note, as what is most likely handed over."""
    return str(sum(line.goods.pallets for line in note.consignment.goods))


async def ask_code(visit: Visit, signer: Signer, note: DocumentView, page: SignPage) -> CodeSentView | None:
    try:
        if signer.step != "delivery":
            return await visit.ask(AskTakeoverCode(document_id=note.document_id), key=key_of(visit))
        return await visit.ask(AskDeliveryCode(document_id=note.document_id), key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        page.code_fault = told(refusal)
        return None


async def sign(visit: Visit, signer: Signer, page: SignPage, done: Done) -> Page | Response:
    page.weak = await judge(visit, page.lines)
    if not page.typed["name"]:
        page.name_fault = _("Écrivez votre nom.")
    if signer.by_link and not page.typed["code"]:
        page.code_fault = _("Demandez d'abord un code, puis saisissez-le ici.")
    weak = page.weak and typed(visit, "anyway") != "on"
    if page.name_fault or page.code_fault or weak or any(one.fault for one in page.lines):
        return page
    ink = typed(visit, "ink")
    given: dict[str, Any] = {
        "document_id": page.note.document_id,
        "content_hash": typed(visit, "content_hash"),
        "happened_at": now(),
        "signature": SignatureGiven(
            party=signer.party,
            name=page.typed["name"][:120],
            quality=page.typed["quality"][:120],
            method="link_code" if signer.by_link else "glass",
            image="" if ink == "typed" else ink,
            device=visit.request.headers.get("user-agent", "")[:120],
        ),
        "reserves": reserves_of(page.lines),
        "pallets": pallets_typed(visit, page),
        "pallets_confirmed": page.unusual,
        "countersigns": typed(visit, "countersigns"),
        "code": page.typed["code"],
    }
    try:
        if signer.step == "handover":
            taking = {name: one for name, one in given.items() if not name.startswith("pallets")}
            message: SignTakeover | SignHandover | SignDelivery = msgspec.convert(
                taking | {"leg_id": signer.leg_id}, SignHandover
            )
        elif signer.step == "takeover":
            message = msgspec.convert(given, SignTakeover)
        else:
            message = msgspec.convert(given, SignDelivery)
    except msgspec.ValidationError:
        page.code_fault = _("Le code a six chiffres.")
        return page
    try:
        note: DocumentView = await visit.ask(message, key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        if refusal.code.startswith(CODE_FAULTS):
            page.code_fault = told(refusal)
        else:
            page.refusal = told(refusal)
            page.unusual = page.unusual or refusal.code == UNUSUAL
        return page
    return await done(note)


def pallets_typed(visit: Visit, page: SignPage) -> list[PalletExchange]:
    moved = PalletExchange(
        pallet_type=page.typed["pallet_type"],
        delivered=counted(visit, "delivered"),
        returned=counted(visit, "returned"),
        refused=counted(visit, "refused"),
        broken=counted(visit, "broken"),
    )
    any_moved = moved.delivered or moved.returned or moved.refused or moved.broken
    return [moved] if page.party != "sender" and any_moved and moved.pallet_type in PALLET_TYPES else []


class LinkSays(msgspec.Struct):
    """What a link says of itself; only what is shown depends on it, ecpmr judges the token."""

    scope: str = ""
    claims: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def party(self) -> Party:
        """The sender, unless the link was made for a carrier: the one that is there, or the next."""
        said = self.claims.get("party")
        return "successor" if said == "successor" else "carrier" if said == "carrier" else "sender"


def said_by(token: str) -> LinkSays:
    """The content of a link's token, unproven; nothing when it is none."""
    try:
        body = token.split(".")[1]
        content = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return msgspec.json.decode(content, type=LinkSays)
    except (IndexError, ValueError):
        return LinkSays()


async def note_for(visit: Visit, step: Step) -> DocumentView:
    """The note as the link or the signed-in person may read it."""
    document_id = visit.path["document_id"]
    if step == "takeover":
        return await visit.ask(GetTakeover(document_id=document_id))
    return await visit.ask(GetDocument(document_id=document_id))
