"""The loading list of a leg that carries several consignments: what stands on its paper.

Forwarders who group consignments make out a note for each and, for each lot, a *bordereau récapitulatif de
chargement*: arrêté du 11 février 1991, art. 2 and 3, read in its consolidation of 1996; whether it is in
force still is not verified. The list of what is on board is the *état récapitulatif* of the arrêté du
9 novembre 1999, art. 5, whose wording was not read. What both ask for stands here.
"""

from collections.abc import Sequence
from typing import Any

from rt.contracts.ecpmr import Language
from rt.services.ecpmr.domain.labels import loading_words
from rt.services.ecpmr.domain.mentions import place
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.printing import number_of, party_lines
from rt.services.ecpmr.domain.successive import NoteLeg
from rt.trade.zones import PARIS


def loading_list(leg: NoteLeg, notes: Sequence[Note], language: Language) -> dict[str, Any]:
    """Everything that is printed of a leg and the notes that travel on it."""
    says = loading_words(language)
    goods = [[line.goods for line in note.consignment.goods] for note in notes]
    every = [one for lines in goods for one in lines]
    return {
        "language": language,
        "words": says,
        "groups": sorted({note.consignment.carrier.name for note in notes}),
        "carrier": party_lines(leg.box()),
        "vehicle": leg.vehicle_plate,
        "loaded": [leg.pickup.name, place(leg.pickup.address)],
        "brought": [leg.delivery.name, place(leg.delivery.address)],
        "made_on": f"{max(note.changed_at for note in notes).astimezone(PARIS):%d/%m/%Y %H:%M}",
        "rows": [
            [
                note.number,
                note.consignment.sender.name,
                f"{note.consignment.consignee.name}, {note.consignment.delivery.address.city}",
                str(sum(one.quantity for one in lines)),
                number_of(sum(one.weight_kg for one in lines), language),
                ", ".join(says[sign] for sign in ("dangerous", "tempered") if sign in _signs(lines)),
            ]
            for note, lines in zip(notes, goods, strict=True)
        ],
        "totals": [
            str(len(notes)),
            str(sum(one.quantity for one in every)),
            number_of(sum(one.weight_kg for one in every), language),
        ],
        "signs": [says[sign] for sign in ("dangerous", "tempered") if sign in _signs(every)],
    }


def _signs(goods: Sequence[Any]) -> set[str]:
    """What has to be said of a load: dangerous goods, goods kept at a temperature."""
    dangerous = any(one.un_number for one in goods)
    tempered = any(one.temperature_min_c is not None or one.temperature_max_c is not None for one in goods)
    return {sign for sign, there in (("dangerous", dangerous), ("tempered", tempered)) if there}
