"""How a template looks: the same words as plain text and as a mail that fits every screen."""

import re
from collections.abc import Sequence
from html import escape
from typing import ClassVar, Protocol

import msgspec

LINK = re.compile(r"https?://[^\s<>\"]+")
SIGNATURE = {"fr": "RT-Technologie — message automatique", "en": "RT-Technologie — automatic message"}
PASTE = {
    "fr": "Si le bouton ne s'ouvre pas, copiez cette adresse :",
    "en": "If the button does not open, copy this address:",
}


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """What a template says in one language; `facts` are shown as a small table, `button` opens its
    address."""

    subject: str
    lines: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    button: str = ""


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """What is read; `links` are all addresses in it, the button's first."""

    subject: str
    text: str
    html: str
    links: list[str]


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a message: what its template said and the address its button opens.

    Without lines it is read as it stands: the body of a webhook in `text`, a subject whose secret is
    forgotten, and what the release before this one kept rendered.
    """

    subject: str
    lines: list[str] = []
    facts: list[tuple[str, str]] = []
    button: str = ""
    url: str = ""
    text: str = ""
    html: str = ""
    links: list[str] = []

    def rendered(self, language: str) -> Rendered:
        """As plain text and as a mail in the language it was written in."""
        if not self.lines:
            return Rendered(subject=self.subject, text=self.text, html=self.html, links=self.links)
        tongue = spoken(language)
        text = _text(self, tongue)
        found = ([self.url] if self.url else []) + LINK.findall(text)
        return Rendered(
            subject=one_line(self.subject),
            text=text,
            html=_html(self, tongue),
            links=list(dict.fromkeys(found)),
        )


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """What every kind of message has; each kind adds its fields and its words.

    A field that is missing is a type error, not a hole in a mail. `version` moves when the words change;
    `secret` templates carry a token or a code, in their words or behind their button.
    """

    topic: ClassVar[str]
    version: ClassVar[int] = 1
    secret: ClassVar[bool] = False


class Written(Protocol):
    """A template with its words in French and English."""

    topic: ClassVar[str]
    version: ClassVar[int]
    secret: ClassVar[bool]

    def fr(self) -> Text: ...
    def en(self) -> Text: ...


def spoken(language: str) -> str:
    """The language a template is written in: French, and English for everybody else."""
    return "fr" if language == "fr" else "en"


def write(template: Written, language: str, url: str) -> Content:
    """A template in a language; its button opens `url`."""
    words = template.fr() if spoken(language) == "fr" else template.en()
    return Content(
        subject=words.subject,
        lines=list(words.lines),
        facts=[(name, value) for name, value in words.facts if value],
        button=words.button,
        url=url,
    )


def one_line(text: str) -> str:
    """A subject is one line of what can be seen: a name with a line break in it adds no header (S-23)."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:200]


def paragraph(text: str) -> str:
    """A name or note with empty lines in it makes no paragraph of its own, nor a second signature."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _text(said: Content, language: str) -> str:
    facts = [f"{name} : {one_line(value)}" for name, value in said.facts]
    parts = [*map(paragraph, said.lines), *facts]
    if said.url:
        parts += [f"{said.button} :", said.url]
    return "\n\n".join(parts) + f"\n\n-- \n{SIGNATURE[language]}\n"


def _html(said: Content, language: str) -> str:
    lines = "".join(f'<p style="margin:0 0 14px">{escape(line)}</p>' for line in said.lines)
    rows = "".join(
        f'<tr><td style="padding:5px 16px 5px 0;color:#5b6472;vertical-align:top">{escape(name)}</td>'
        f'<td style="padding:5px 0;font-weight:600">{escape(value)}</td></tr>'
        for name, value in said.facts
    )
    table = f'<table role="presentation" style="margin:4px 0 20px;font-size:15px">{rows}</table>'
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(one_line(said.subject))}</title></head>"
        '<body style="margin:0;background:#eef1f4;font:16px/1.5 system-ui,Segoe UI,Arial,sans-serif;'
        'color:#17202b"><table role="presentation" width="100%" style="padding:24px 12px"><tr>'
        '<td align="center"><table role="presentation" width="100%" style="max-width:560px;'
        'background:#ffffff;border-radius:10px;text-align:left"><tr><td style="padding:22px 28px 0;'
        'font-weight:700;color:#0b5cad">RT-Technologie</td></tr><tr><td style="padding:14px 28px 24px">'
        f'<h1 style="font-size:20px;line-height:1.3;margin:0 0 14px">{escape(said.subject)}</h1>'
        f"{lines}{table if rows else ''}{_button(said.button, said.url, language) if said.url else ''}"
        '</td></tr><tr><td style="padding:14px 28px;border-top:1px solid #e3e8ed;font-size:13px;'
        f'color:#5b6472">{escape(SIGNATURE[language])}</td></tr></table></td></tr></table></body></html>'
    )


def _button(label: str, url: str, language: str) -> str:
    target = escape(url)
    return (
        f'<p style="margin:0 0 18px"><a href="{target}" style="display:inline-block;background:#0b5cad;'
        "color:#ffffff;text-decoration:none;font-weight:600;padding:13px 24px;border-radius:8px;"
        f'min-height:18px">{escape(label)}</a></p><p style="margin:0;font-size:13px;color:#5b6472">'
        f'{PASTE[language]}<br><a href="{target}" style="color:#0b5cad;word-break:break-all">{target}</a></p>'
    )
