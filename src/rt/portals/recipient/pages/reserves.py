"""Reserves on the lines of a note: typed, with pictures, judged before they are signed."""

from collections.abc import Sequence
from uuid import uuid4

import msgspec

from rt.contracts.ecpmr import AddPhoto, CheckReserve, DocumentView, ReserveGiven, Stop
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.portals.recipient.posted import counted, pictures
from rt.ui.asking import attempt, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language, number, weight
from rt.ui.visit import Visit

PHOTOS_PER_LINE = 6
LONGEST = 500
"""Characters that a reserve may have."""
LINK_DEAD = (401, 403)


class LineForm(msgspec.Struct, kw_only=True):
    """One goods line to check, with what was noted on it; line 0 is the whole consignment."""

    line: int
    goods: str
    detail: str
    text: str = ""
    missing: int = 0
    damaged: int = 0
    photo_ids: list[str] = msgspec.field(default_factory=list)
    warnings: list[str] = msgspec.field(default_factory=list)
    fault: str = ""

    @property
    def noted(self) -> bool:
        return bool(self.text or self.missing or self.damaged or self.photo_ids)


def lines_of(note: DocumentView) -> list[LineForm]:
    whole = LineForm(line=0, goods=_("L'envoi entier"), detail="")
    return [
        *(
            LineForm(
                line=one.line,
                goods=one.goods.description,
                detail=" · ".join(
                    part
                    for part in (
                        f"{number(one.goods.quantity)} ×",
                        weight(one.goods.weight_kg),
                        f"UN {one.goods.un_number}" if one.goods.un_number else "",
                        one.marks,
                    )
                    if part
                ),
            )
            for one in note.consignment.goods
        ),
        whole,
    ]


async def read_lines(visit: Visit, document_id: str, stop: Stop, lines: Sequence[LineForm]) -> None:
    """What was typed on each line; its pictures are kept at once so that no later press loses them."""
    for one in lines:
        one.text = typed(visit, f"text.{one.line}")[:LONGEST]
        one.missing = counted(visit, f"missing.{one.line}")
        one.damaged = counted(visit, f"damaged.{one.line}")
        if visit.posted is not None:
            given = [str(kept) for kept in visit.posted.getlist(f"photo.{one.line}")]
            one.photo_ids = [kept for kept in given if kept.isalnum()][:PHOTOS_PER_LINE]
        for picture in pictures(visit, f"photos.{one.line}")[: PHOTOS_PER_LINE - len(one.photo_ids)]:
            message = AddPhoto(
                document_id=document_id,
                photo_id=uuid4().hex,
                content=await picture.read(),
                media_type=picture.content_type or "",
                stop=stop,
                happened_at=now(),
            )
            try:
                one.photo_ids.append((await visit.ask(message, key=message.photo_id)).photo_id)
            except Refusal as refusal:
                if refusal.status in LINK_DEAD:
                    raise
                one.fault = told(refusal)


async def judge(visit: Visit, lines: Sequence[LineForm]) -> bool:
    """Say beside each reserve what a court would miss in it; whether there is anything."""
    for one in lines:
        if not one.noted:
            continue
        if not one.text:
            one.fault = one.fault or _("Décrivez ce que vous voyez : quoi, combien, où.")
            continue
        advice = await attempt(visit, CheckReserve(text=reserve_text(one)))
        if advice is not None and advice.vague:
            one.warnings = [w.fr if language() == "fr" else w.en for w in advice.warnings]
    return any(one.warnings for one in lines)


def reserve_text(one: LineForm) -> str:
    """The reserve with its counts, as it is judged: figures make it precise."""
    counts = [
        sentence % {"n": count}
        for sentence, count in ((_("manquants : %(n)s"), one.missing), (_("avariés : %(n)s"), one.damaged))
        if count
    ]
    return " ; ".join([one.text, *counts])[:LONGEST]


def reserves_of(lines: Sequence[LineForm]) -> list[ReserveGiven]:
    return [
        ReserveGiven(
            text=one.text,
            line=one.line,
            photo_ids=one.photo_ids,
            missing_quantity=one.missing,
            damaged_quantity=one.damaged,
        )
        for one in lines
        if one.text
    ]
