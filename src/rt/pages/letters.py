"""An order from a pasted mail or a PDF: the text beside the form, the doubts first, a human confirms."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import AddDocument, CreateOrder, LetterRead, ReadField, ReadLetter
from rt.contracts.core_orders.letters import LETTER_LIMIT, LETTER_SIGNS
from rt.kernel.core.digits import whole
from rt.kernel.core.errors import Refusal
from rt.pages.drafting import Drafting, require
from rt.ui.asking import key_of, signed_in_still, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked, named
from rt.ui.fields import Input
from rt.ui.formats import language, moment
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

PATH = "/letters"
SURENESS = {"high": marked("sûr"), "likely": marked("probable"), "guess": marked("douteux")}
OWN = ("price_cents", "loading_metres", "client_name")
"""Read, but no fields of an order."""
SIDES = {"pickup": marked("Enlèvement"), "delivery": marked("Livraison")}


class Piece(NamedTuple):
    """A stretch of the letter as it is shown: plain, read as a field, or left out."""

    text: str
    number: int
    doubtful: bool
    left_out: bool
    name: str


class Group(NamedTuple):
    """Fields that belong together; those that are seldom needed and empty are folded."""

    title: str
    shown: list[Input]
    folded: list[Input]


class PastePage(Page):
    """Where a mail is pasted or a file chosen."""

    template = "pages/letters.html"
    refusal: str
    text: str
    signs: int
    here: str


class ReadingPage(Page):
    """The letter beside the order that it asks for."""

    template = "pages/letter.html"
    form: Form
    doubts: Sequence[Input]
    groups: Sequence[Group]
    pieces: Sequence[Piece]
    orders: int
    order: int
    remarks: Sequence[str]
    lacks: Sequence[str]
    carried: Sequence[tuple[str, str]]
    here: str


class Sent(NamedTuple):
    """The letter as it travels with the form: nothing is kept before a human confirms."""

    content: bytes
    media_type: str
    filename: str

    def carried(self) -> list[tuple[str, str]]:
        packed = base64.b64encode(self.content).decode()
        return [("letter", packed), ("letter_type", self.media_type), ("letter_name", self.filename)]


class Letters:
    """The pages; `client`: whether it is asked for whom the order is run."""

    def __init__(self, *, client: bool = False) -> None:
        self.client = client
        self.drafting = Drafting(client=client)

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [page(PATH, self.paste), page(f"{PATH}/order", self.write, methods=("POST",))]

    async def paste(self, visit: Visit) -> Page | Response:
        refusal = ""
        if visit.posted is not None:
            sent = await _sent(visit)
            if sent is None:
                refusal = _("Collez un texte ou choisissez un fichier.")
            elif len(sent.content) > LETTER_LIMIT:
                refusal = _("Le fichier dépasse 2 Mo.")
            else:
                try:
                    reading = await visit.ask(_asked(sent, visit))
                except Refusal as refused:
                    signed_in_still(refused)
                    refusal = told(refused)
                else:
                    return await self._reading(visit, sent, reading, posted=False)
        return PastePage(
            title=_("Coller un mail"),
            crumbs=[("/orders", _("Commandes"))],
            refusal=refusal,
            text=typed(visit, "text") if visit.posted is not None else "",
            signs=LETTER_SIGNS,
            here=PATH,
        )

    async def write(self, visit: Visit) -> Page | Response:
        """Make the draft of what the human left in the form; a file goes with it."""
        sent = await _sent(visit)
        if sent is None:
            return visit.go(PATH)
        form = await self._form(visit, {}, {}, {})
        require(form)
        message = form.read()
        made = None
        if isinstance(message, CreateOrder):
            try:
                made = await visit.ask(message, key=key_of(visit))
            except Refusal as refusal:
                signed_in_still(refusal)
                form.refused(refusal)
        if made is None:
            try:
                reading = await visit.ask(_asked(sent, visit))
            except Refusal as refused:
                signed_in_still(refused)
                return visit.go(PATH, told(refused), kind="bad")
            return await self._reading(visit, sent, reading, posted=True, faults=form)
        here = f"/orders/{made.order_id}"
        if not sent.filename:
            return visit.go(here, _("Brouillon créé : relisez, puis confirmez."))
        document = AddDocument(
            order_id=made.order_id,
            kind="letter",
            filename=sent.filename,
            content=sent.content,
            media_type=sent.media_type,
        )
        try:
            await visit.ask(document, key=f"{key_of(visit)}-letter")
        except Refusal as refusal:
            signed_in_still(refusal)
            return visit.go(
                here,
                _("Brouillon créé, mais le fichier n'est pas joint : %(why)s") % {"why": told(refusal)},
                kind="bad",
            )
        return visit.go(here, _("Brouillon créé, le fichier est joint : relisez, puis confirmez."))

    async def _form(
        self, visit: Visit, values: dict[str, Any], labels: dict[str, str], hints: dict[str, str]
    ) -> Form:
        form = await self.drafting.whole(visit, values, labels, hints)
        form.action = f"{PATH}/order"
        return form

    async def _reading(
        self, visit: Visit, sent: Sent, reading: LetterRead, *, posted: bool, faults: Form | None = None
    ) -> ReadingPage:
        fields = {one.field: one for one in reading.fields}
        price = fields.get("price_cents")
        if price:
            target = "sell_cents" if self.client else "buy_cents"
            fields[target] = price
        values = _values(reading.fields, fields)
        hints = {name: _hint(one) for name, one in fields.items() if name not in OWN}
        doubtful = [
            name
            for sureness in ("guess", "likely")
            for name, one in fields.items()
            if name not in OWN and one.confidence == sureness and (sureness == "guess" or one.others)
        ]
        kinds = [stop["kind"] for stop in values["stops"]]
        labels = _labels(doubtful, kinds)
        kept = visit.posted
        if not posted:
            visit.posted = None
        form = await self._form(visit, values, labels, hints)
        visit.posted = kept
        if faults is not None:
            form.faults, form.refusal, form.code = faults.faults, faults.refusal, faults.code
            form.key = key_of(visit)
        inputs = {one.name: one for one in form.inputs}
        doubts = [inputs[name] for name in doubtful if name in inputs]
        rest = [one for one in form.inputs if one not in doubts and one.name not in doubtful]
        return ReadingPage(
            title=_("Relire la commande"),
            crumbs=[("/orders", _("Commandes")), (PATH, _("Coller un mail"))],
            form=form,
            doubts=doubts,
            groups=_groups(rest, kinds, set(fields)),
            pieces=list(_pieces(reading, doubtful)),
            orders=len(reading.orders),
            order=reading.order,
            remarks=_remarks(fields),
            lacks=[one.en if language() == "en" else one.fr for one in reading.lacks],
            carried=[*sent.carried(), ("order", str(reading.order))],
            here=PATH,
        )


async def _sent(visit: Visit) -> Sent | None:
    """What was pasted, chosen, or carried from the page before; None if nothing was."""
    posted = visit.posted
    if posted is None:
        return None
    file = posted.get("file")
    if isinstance(file, UploadFile) and file.filename:
        content = await file.read(LETTER_LIMIT + 1)
        media_type = "message/rfc822" if file.filename.lower().endswith(".eml") else "text/plain"
        if content.startswith(b"%PDF-"):
            media_type = "application/pdf"
        return Sent(content, media_type, re.sub(r"[^\w.\- ]", "_", file.filename)[-120:])
    carried = typed(visit, "letter")
    if carried:
        try:
            content = base64.b64decode(carried, validate=True)
        except (binascii.Error, ValueError):
            return None
        return Sent(content, typed(visit, "letter_type")[:100], typed(visit, "letter_name")[:120])
    text = str(posted.get("text", ""))
    return Sent(text.encode(), "text/plain", "") if text.strip() else None


def _asked(sent: Sent, visit: Visit) -> ReadLetter:
    number = min(max(whole(typed(visit, "order")) or 1, 1), 20)
    return ReadLetter(content=sent.content, media_type=sent.media_type, order=number)


def _values(read: Iterable[ReadField], fields: dict[str, ReadField]) -> dict[str, Any]:
    """The form's values: parts as lists, moments and money as what they are."""
    built: dict[str, Any] = {}
    for name, one in fields.items():
        if name in OWN or name == "requirements":
            continue
        at = built
        *steps, last = name.split(".")
        for step in steps:
            at = at.setdefault(step, {})
        at[last] = (
            datetime.fromisoformat(one.value)
            if last.endswith("_at")
            else int(one.value)
            if last.endswith("_cents")
            else one.value
        )
    built["requirements"] = [one.value for one in read if one.field == "requirements"]
    stops = built.get("stops", {})
    count = max([1, *(int(n) for n in stops)]) + 1
    built["stops"] = [stops.get(str(n), {}) for n in range(count)]
    for number, stop in enumerate(built["stops"]):
        stop.setdefault("kind", "pickup" if number == 0 else "delivery")
        stop.setdefault("site", {}).setdefault("address", {}).setdefault("country", "FR")
    goods = built.get("goods", {})
    built["goods"] = [goods.get(str(n), {}) for n in range(max([0, *(int(n) for n in goods)]) + 1)]
    return built


def _hint(one: ReadField) -> str:
    """How sure, why, and what else it may be: in words, so that no colour is needed to tell."""
    english = language() == "en"
    said = f"{_(SURENESS[one.confidence]).capitalize()} : {one.en if english else one.fr}"
    if one.others:
        others = ", ".join(
            moment(datetime.fromisoformat(other)) if one.field.endswith("_at") else other
            for other in one.others
        )
        said += " · " + _("ou bien : %(others)s") % {"others": others}
    return said


def _where(name: str, kinds: Sequence[str]) -> str:
    """Which part of the order a field belongs to."""
    head, _dot, rest = name.partition(".")
    number = whole(rest.partition(".")[0])
    if head == "stops" and number is not None and number < len(kinds):
        return f"{number + 1}. {_(SIDES[kinds[number]])}"
    if head == "goods" and number is not None:
        return _("Marchandise %(n)s") % {"n": number + 1}
    return ""


def _labels(doubtful: Sequence[str], kinds: Sequence[str]) -> dict[str, str]:
    """A doubt stands apart from its part of the order: its label says which."""
    labels = {}
    for name in doubtful:
        if where := _where(name, kinds):
            labels[name] = f"{where} · {named('field', re.sub(r'[.][0-9]+(?=[.])', '', name))}"
    return labels


def _groups(rest: Sequence[Input], kinds: Sequence[str], read: set[str]) -> list[Group]:
    titles: dict[str, tuple[list[Input], list[Input]]] = {}
    for one in rest:
        title = _where(one.name, kinds) or _("Client, destinataire, exigences, références, prix")
        shown, folded = titles.setdefault(title, ([], []))
        seldom = one.name not in read and not one.faults and not one.required
        (folded if seldom and one.name.count(".") > 1 else shown).append(one)
    return [Group(title, *both) for title, both in titles.items()]


def _pieces(reading: LetterRead, doubtful: Sequence[str]) -> Iterator[Piece]:
    """The text cut where a field begins or ends; of two fields of one place the first is named."""
    at = 0
    spans = [(one.start, one.end, one.field, False) for one in reading.fields]
    spans += [(one.start, one.end, "", True) for one in reading.left_out]
    number = 0
    for start, end, field, left_out in sorted(spans, key=lambda span: (span[0], span[1])):
        if start < at or end <= start:
            continue
        if start > at:
            yield Piece(reading.text[at:start], 0, False, False, "")
        number += not left_out
        name = named("field", re.sub(r"\.\d+(?=\.)", "", field)) if field else ""
        yield Piece(reading.text[start:end], 0 if left_out else number, field in doubtful, left_out, name)
        at = end
    if at < len(reading.text):
        yield Piece(reading.text[at:], 0, False, False, "")


def _remarks(fields: dict[str, ReadField]) -> list[str]:
    """What was read and has no field of its own."""
    said = []
    if metres := fields.get("loading_metres"):
        said.append(_("Mètres de plancher lus : %(metres)s.") % {"metres": metres.value})
    if client := fields.get("client_name"):
        said.append(_("Client reconnu : %(name)s.") % {"name": client.value})
    return said
