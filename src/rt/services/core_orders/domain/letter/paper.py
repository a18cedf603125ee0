"""The text of a letter that came as bytes: typed, as a mail, or as a PDF; bounded in every case."""

import email
import email.policy
import io
from email.message import EmailMessage
from email.utils import parseaddr
from typing import NamedTuple

import msgspec
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from rt.contracts.core_orders.letters import LETTER_SIGNS
from rt.kernel.core.errors import Invalid, WrongMediaType
from rt.services.core_orders.domain.letter.plain import LetterTooLong
from rt.trade.papers import PDF, PDF_BEGINS_WITHIN
from rt.trade.pdf import PdfBroken, rewritten

MOST_PAGES = 10
MOST_PARTS = 50
MOST_HEADER, MOST_RULES = 65_536, 2_000
"""Bytes of a mail's header, and lines that may part it: parsing costs more than these grow."""
HEADERS = ("from", "date", "subject")
UNREADABLE = (PyPdfError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What meets who takes a thing in a PDF for what the standard says it is."""
SIGNS = {b"%PDF-": "", b"PK": "zip", b"\xd0\xcf\x11\xe0": "ole", b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg"}


class LetterWithoutText(Invalid):
    fr = "Aucun texte ne se lit dans ce fichier : c'est sans doute une image. Recopiez-en le texte."
    en = "No text can be read in this file: it is probably a picture. Paste its text."


class LetterTooManyPages(Invalid):
    fr = "Le PDF a plus de {most} pages. Gardez celles de la commande."
    en = "The PDF has more than {most} pages. Keep those of the order."


class LetterNotText(Invalid):
    fr = "Ce n'est ni un texte, ni un e-mail (.eml), ni un PDF."
    en = "This is neither a text, nor a mail (.eml), nor a PDF."


class Paper(NamedTuple):
    """The text of a letter, and of a mail the address that it came from."""

    text: str
    sender: str = ""


def paper(content: bytes, media_type: str) -> Paper:
    """What a letter says. Pure and slow: to be computed beside. Raises Invalid."""
    if not content.strip():
        raise LetterWithoutText(field="content")
    if PDF in content[:PDF_BEGINS_WITHIN]:
        return Paper(_pdf(content))
    if any(content.startswith(sign) for sign in SIGNS) or b"\x00" in content[:4_096].replace(
        b"\xff\xfe", b""
    ):
        raise LetterNotText(field="content")
    if media_type == "application/pdf" or media_type.startswith("image/"):
        raise WrongMediaType(media_type=media_type)
    if media_type == "message/rfc822" or _mail_begins(content):
        return _mail(content)
    return Paper(_decoded(content))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _mail_begins(content: bytes) -> bool:
    """Whether headers stand there that only a mail on its way has."""
    head = content[:8_000].replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
    return any(f"\n{name}:".encode() in b"\n" + head for name in ("mime-version", "message-id", "received"))


def _mail(content: bytes) -> Paper:
    head = content.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if len(head) > MOST_HEADER or content.count(b"\n--") > MOST_RULES:
        raise LetterNotText(field="content")
    try:
        message = email.message_from_bytes(content, policy=email.policy.default)
        return _said(message)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise LetterNotText(field="content") from error


def _said(message: EmailMessage) -> Paper:
    plain: list[str] = []
    marked: list[str] = []
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            break
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html"):
            raw = part.get_payload(decode=True)
            said = raw if isinstance(raw, bytes) else b""
            (plain if kind == "text/plain" else marked).append(_in_charset(said, part.get_content_charset()))
    body = "\n".join(one for one in plain if one.strip()) or "\n".join(marked)
    if not body.strip():
        raise LetterWithoutText(field="content")
    head = "\n".join(f"{name.title()}: {_one_line(message, name)}" for name in HEADERS if message[name])
    return Paper(f"{head}\n\n{body}" if head else body, parseaddr(_one_line(message, "from"))[1])


def _one_line(message: EmailMessage, name: str) -> str:
    return " ".join(str(message[name]).split())[:300]


def _in_charset(said: bytes, charset: str | None) -> str:
    try:
        return said.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return _decoded(said)


def _pdf(content: bytes) -> str:
    """Its text as it lies on the pages; built anew first, which refuses bombs, keys and what is broken."""
    kept = rewritten(content)
    try:
        reader = PdfReader(io.BytesIO(kept))
        if len(reader.pages) > MOST_PAGES:
            raise LetterTooManyPages(field="content", most=MOST_PAGES)
        pages, length = [], 0
        for page in reader.pages:
            pages.append(page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False))
            length += len(pages[-1])
            if length > 4 * LETTER_SIGNS:
                raise LetterTooLong(field="content", most=LETTER_SIGNS)
    except UNREADABLE as error:
        raise PdfBroken(field="content") from error
    text = "\n".join(pages)
    if not text.strip():
        raise LetterWithoutText(field="content")
    return text


def packed_paper(content: bytes, media_type: str) -> bytes:
    """What travels between processes."""
    return msgspec.json.encode(paper(content, media_type))
