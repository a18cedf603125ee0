"""What stands on the paper of a note: every label and value, in French or English, ready to be set."""

from datetime import datetime
from typing import Any

from rt.contracts.ecpmr import Language, PartyBox, SignatureGiven, Step
from rt.services.ecpmr.domain.boxes import BOXES, box
from rt.services.ecpmr.domain.labels import PACKAGES, words
from rt.services.ecpmr.domain.mentions import mentions, place
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.records import Act, KeptReserve
from rt.services.ecpmr.domain.signatures import HAULIERS, criteria
from rt.trade.goods import Goods
from rt.trade.places import Site
from rt.trade.zones import PARIS


def sheet(note: Note, language: Language, verification_url: str) -> dict[str, Any]:
    """Everything that is printed, by place on the form; images are named, not contained."""
    says = words(language)
    boxes = note.consignment
    faults = note.faults()
    return {
        "language": language,
        "title": says[note.kind],
        "words": says,
        "boxes": {name: {"no": BOXES[name][0], "title": box(name, language)} for name in BOXES},
        "number": note.number,
        "state": says["cancelled" if note.cancelled else note.state],
        "version": says["version"].format(number=note.in_force),
        "proposal": says["proposal"].format(number=note.proposal.version) if note.proposal else "",
        "tampered": bool(faults),
        "hash": note.content_hash,
        "head": note.hash_chain[-1].hash,
        "verification_url": verification_url,
        "reference": boxes.reference,
        "missing": [
            mention.fr if language == "fr" else mention.en
            for mention in mentions(boxes, note.issue.issued_at, note.taken_over_at, note.delivered_at)
            if not mention.present
        ],
        "sender": party_lines(boxes.sender),
        "consignee": party_lines(boxes.consignee),
        "carrier": [
            *party_lines(boxes.carrier),
            *_labelled(
                says, vehicle=boxes.vehicle_plate, trailer=boxes.trailer_plate, driver=boxes.driver_name
            ),
        ],
        "successive": [
            *([", ".join(party_lines(carrier)), "", []] for carrier in boxes.successive_carriers),
            *_successive(note, says),
        ],
        "pickup": _site(boxes.pickup) + _when(note, "pickup", boxes.pickup_at, says),
        "delivery": _site(boxes.delivery)
        + _labelled(says, hours=boxes.opening_hours)
        + _when(note, "delivery", boxes.delivery_at, says),
        "instructions": boxes.instructions,
        "documents": boxes.documents,
        "goods": _goods(note, language),
        "totals": _totals(note, language),
        "special_agreements": boxes.special_agreements,
        "charges": [
            [says[name], says[payer]]
            for name in ("carriage", "supplementary", "customs", "other")
            if (payer := getattr(boxes.charges, name))
        ],
        "other_particulars": boxes.other_particulars,
        "cash_on_delivery": _amount(boxes.cash_on_delivery_cents, boxes.currency, language),
        "law": says["cmr_law" if note.kind == "cmr" else "national_law"],
        "established": ", ".join(
            filter(None, (boxes.established_at, _day(boxes.established_on or note.issue.issued_at)))
        ),
        "takeover_reserves": _reserves(note, "takeover", says),
        "delivery_reserves": _reserves(note, "delivery", says),
        "delivered": note.state == "delivered",
        "signed": _signed(note),
        "pallets": [
            [
                says[act.step],
                f"{pallet.pallet_type} {pallet.quality}".strip(),
                *(str(n) for n in (pallet.delivered, pallet.returned, pallet.refused, pallet.broken)),
            ]
            for act in note.acts
            for pallet in act.pallets
        ],
        "trail": _trail(note, says, intact=not faults),
    }


def party_lines(party: PartyBox) -> list[str]:
    """A party on paper: name, address, numbers, contact."""
    numbers = " · ".join(
        filter(None, (f"SIREN {party.siren}" if party.siren else "", f"TVA {party.vat}" if party.vat else ""))
    )
    contact = " · ".join(filter(None, (party.contact.name, party.contact.phone, party.contact.email)))
    return [part for part in (party.name, place(party.address), numbers, contact) if part]


def _successive(note: Note, says: dict[str, str]) -> list[list[Any]]:
    """Who carries beside the carrier of the note: name and address, receipt, reservations.

    A receipt is as it was signed (CMR art. 35); carriers that have not signed yet stand as expected.
    """
    arrived = {photo.photo_id for photo in note.photos}
    found: list[list[Any]] = []
    for leg in note.legs:
        if leg.first and leg.carrier_id == note.carrier_id:
            continue
        acts = note.acts_of("takeover" if leg.first else "handover", leg.order_id)
        receipt = next((act for act in acts if act.takes_over), None)
        box = receipt.taker if receipt and receipt.taker else leg.box()
        when = _moment(receipt.happened_at) if receipt else says["expected"]
        signer = next((s.name for s in receipt.signatures if s.party in HAULIERS), "") if receipt else ""
        place = ", ".join(filter(None, (leg.pickup.name, leg.pickup.address.city)))
        said = " · ".join(filter(None, (f"{says['taken_at']}{says['colon']}{place}", when, signer)))
        noted = [] if leg.first else [kept for act in acts for kept in act.reserves]
        reserves = [_reserve(kept, arrived, says) for kept in noted]
        found.append([", ".join(party_lines(box)), said, reserves])
    return found


def _site(site: Site) -> list[str]:
    contact = " · ".join(filter(None, (site.contact.name, site.contact.phone)))
    return [part for part in (site.name, place(site.address), contact) if part]


def _when(note: Note, stop: str, planned: datetime | None, says: dict[str, str]) -> list[str]:
    known = {time.moment: time.happened_at for time in note.times if time.stop == stop}
    return _labelled(
        says,
        planned=_moment(planned),
        arrived=_moment(known.get("arrived")),
        departed=_moment(known.get("departed")),
    )


def _labelled(says: dict[str, str], **values: str) -> list[str]:
    return [f"{says[name]}{says['colon']}{value}" for name, value in values.items() if value]


def _goods(note: Note, language: Language) -> list[list[str]]:
    return [
        [
            str(line.line),
            line.marks,
            str(line.goods.quantity),
            _package(line.goods.package_code, language),
            _nature(line.goods),
            number_of(line.goods.weight_kg, language),
            number_of(line.goods.volume_m3, language),
        ]
        for line in note.consignment.goods
    ]


def _nature(goods: Goods) -> str:
    """What it is, with what a driver or an officer must know at once: UN number and temperatures."""
    limits = (goods.temperature_min_c, goods.temperature_max_c)
    kept = " … ".join(f"{limit:+g} °C" for limit in limits if limit is not None)
    hazard = f"UN {goods.un_number}" if goods.un_number else ""
    beside = ", ".join(part for part in (hazard, kept) if part)
    return f"{goods.description} ({beside})" if beside else goods.description


def _totals(note: Note, language: Language) -> list[str]:
    goods = [line.goods for line in note.consignment.goods]
    return [
        str(sum(one.quantity for one in goods)),
        number_of(sum(one.weight_kg for one in goods), language),
        number_of(sum(one.volume_m3 for one in goods), language),
    ]


def _reserves(note: Note, step: Step, says: dict[str, str]) -> list[dict[str, Any]]:
    arrived = {photo.photo_id for photo in note.photos}
    return [_reserve(kept, arrived, says) for act in note.acts if act.step == step for kept in act.reserves]


def _reserve(kept: KeptReserve, arrived: set[str], says: dict[str, str]) -> dict[str, Any]:
    """A reserve with how many of the photos that it names are there: they may come after it, or never."""
    given = kept.given
    counts = [
        f"{quantity} {says[what]}"
        for what, quantity in (("missing", given.missing_quantity), ("damaged", given.damaged_quantity))
        if quantity
    ]
    where = f"{says['line']} {given.line}" if given.line else says["whole"]
    named, there = len(given.photo_ids), len(arrived.intersection(given.photo_ids))
    shown = str(named) if there == named else says["photos_there"].format(there=there, named=named)
    photos = f"{says['photos']}{says['colon']}{shown}" if named else ""
    return {"where": where, "text": given.text, "counts": ", ".join(counts), "photos": photos}


def _signed(note: Note) -> dict[str, dict[str, str]]:
    """Whose strokes stand in boxes 22, 23 and 24: sender and carrier at takeover, consignee at delivery."""
    wanted: dict[str, tuple[Step, str]] = {
        "sender_signature": ("takeover", "sender"),
        "carrier_signature": ("takeover", "carrier"),
        "received": ("delivery", "consignee"),
    }
    return {
        place: {
            "image": f"signature-{position}-{number}" if signature.image else "",
            "name": signature.name,
            "quality": signature.quality,
            "at": _moment(act.happened_at),
        }
        for place, (step, party) in wanted.items()
        for position, act in enumerate(note.acts)
        for number, signature in enumerate(act.signatures)
        if act.step == step and signature.party == party
    }


def _trail(note: Note, says: dict[str, str], intact: bool) -> list[list[str]]:
    return [
        [
            says[act.step],
            says[signature.party],
            ", ".join(filter(None, (signature.name, signature.quality))),
            _how(note, act, signature, says),
            _signed_at(act, says),
            _moment(act.received_at),
            _tests(act, signature, intact),
        ]
        for act in note.acts
        for signature in act.signatures
    ]


def _tests(act: Act, signature: SignatureGiven, intact: bool) -> str:
    return " · ".join("✓" if criterion.met else "–" for criterion in criteria(signature, act, intact))


def _how(note: Note, act: Act, signature: SignatureGiven, says: dict[str, str]) -> str:
    """How it was given, on whose side, and by whose request: what weakens a signature stands beside it."""
    link = note.link_view(act)
    if link is None:
        return f"{says[signature.method]}, {says[act.way_of(signature.party)]}"
    asked = says["link_asked"].format(who=says[link.requested_for].lower(), name=link.requested_by)
    return f"{says['link_code']} ({link.sent_to}, {says[f'address_{link.origin}']}), {asked}"


def _signed_at(act: Act, says: dict[str, str]) -> str:
    wrong = f" ({says['wrong_clock']}{says['colon']}{act.device_time})" if act.device_time else ""
    return _moment(act.happened_at) + wrong


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(PARIS):%d/%m/%Y %H:%M}" if at else ""


def _day(at: Any) -> str:
    return f"{at:%d/%m/%Y}"


def _package(code: str, language: Language) -> str:
    pair = PACKAGES.get(code)
    return f"{code} {pair[0 if language == 'fr' else 1]}" if pair else code


def number_of(value: float, language: Language) -> str:
    """A number as the language writes it, without what is nothing."""
    return _spaced(f"{value:,.3f}".rstrip("0").rstrip("."), language) if value else ""


def _amount(cents: int | None, currency: str, language: Language) -> str:
    if cents is None:
        return ""
    return f"{_spaced(f'{cents // 100:,}.{cents % 100:02d}', language)} {currency}"


def _spaced(number: str, language: Language) -> str:
    """English digits as the language writes them: 1,250.50 is 1 250,50 in French."""
    return number.replace(",", "\u202f").replace(".", ",") if language == "fr" else number
