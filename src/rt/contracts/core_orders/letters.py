"""The message that reads a letter, a mail or a PDF as the order that it asks for."""

from typing import Annotated, Literal

from msgspec import Meta

from rt.kernel.model.messages import PERSONAL, Command, MediaType, View

LETTER_LIMIT = 2_000_000
"""Bytes of one letter (2 MB)."""
LETTER_SIGNS = 40_000
"""Characters of its text."""
MOST_IN_ONE = 20
"""Orders that one letter may hold."""

Confidence = Literal["high", "likely", "guess"]
LeftOut = Literal["quoted", "signature", "disclaimer", "header"]


class ReadField(View):
    """What a field of the order would be, why, and where in the text it stands (characters, end excluded).

    `field` is named as CreateOrder names it ("stops.0.site.address.city"), besides `price_cents`, which is
    the reader's to place, `loading_metres` and `client_name`. `value` is written as in JSON, without quotes.
    `others` are the readings that the text allows as well: what has two is never of high confidence.
    """

    field: str
    value: Annotated[str, PERSONAL]
    confidence: Confidence
    fr: str
    en: str
    start: int
    end: int
    others: list[str] = []


class ReadLack(View):
    """What would still be wanted before such an order can be confirmed."""

    field: str
    fr: str
    en: str


class ReadPart(View):
    """A stretch of the text: one of several orders, or what was left out and why."""

    start: int
    end: int
    why: LeftOut | Literal["order"]


class LetterRead(View):
    """The text as it was read, and the order that it asks for; nothing is kept.

    A letter with several orders says where each stands; the fields are those of order number `order`.
    """

    text: Annotated[str, PERSONAL]
    language: Literal["fr", "en", "de"]
    orders: list[ReadPart]
    order: int
    left_out: list[ReadPart]
    fields: list[ReadField]
    lacks: list[ReadLack]


class ReadLetter(
    Command[LetterRead],
    route="/api/orders/letters",
    needs="core_orders.write",
    closed_to=("driver",),
    keyed=False,
    upload=LETTER_LIMIT,
):
    """Read a pasted text, a mail (.eml) or a PDF and say which order it would be; nothing is created.

    `content` is plain text (UTF-8) or the file; what it is shows in itself. `order`: which of several.
    """

    content: bytes = b""
    media_type: MediaType = ""
    order: Annotated[int, Meta(ge=1, le=MOST_IN_ONE)] = 1
