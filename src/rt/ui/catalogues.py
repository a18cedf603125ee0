"""What pages say in each language: looks messages up, extracts them, checks that English is complete.

French is the source: a message is its French sentence. Field labels, states and choices of messages of
contracts are looked up by their code under the contexts `field`, `state`, `choice` and so stand in both
catalogues.
"""

import re
import sys
from functools import lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import Translations

from rt.ui.formats import LANGUAGES, language

SOURCE = Path(__file__).parent
SHARED = (SOURCE, SOURCE.parent / "pages")
"""Folders whose messages the portals need not translate again, each after those that it stands on."""
KEYWORDS = {
    "_": None,
    "gettext": None,
    "marked": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
VOCABULARY = ("field", "state", "choice", "help")
"""Contexts whose messages are codes, not French sentences."""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|{\w*}")

Key = tuple[str, str]
"""Context and source of a message."""


class SourceTranslations(NullTranslations):
    """French as written in the source: zero and one are singular."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if n < 2 else msgid2


def folders() -> list[Path]:
    """Every folder that has pages of its own: the design system, the shared pages and each portal."""
    portals = SOURCE.parent / "portals"
    return [
        *SHARED,
        *sorted(p for p in portals.iterdir() if (p / "__init__.py").exists()),
    ]


def catalogue(folder: Path, chosen: str) -> Catalog:
    """The catalogue of one folder in one language; empty when there is none yet."""
    path = folder / "locale" / f"{chosen}.po"
    if not path.exists():
        return Catalog(locale=chosen)
    with path.open("rb") as file:
        return read_po(file, locale=chosen)


def compiled(folder: Path, chosen: str) -> BytesIO | None:
    """The binary catalogue: the built one while it is fresh, else made now."""
    source = folder / "locale" / f"{chosen}.po"
    if not source.exists():
        return None
    built = source.with_suffix(".mo")
    if built.exists() and built.stat().st_mtime >= source.stat().st_mtime:
        return BytesIO(built.read_bytes())
    binary = BytesIO()
    write_mo(binary, catalogue(folder, chosen))
    binary.seek(0)
    return binary


@lru_cache
def translations(chosen: str) -> NullTranslations:
    """All folders' messages in one language."""
    merged: NullTranslations = SourceTranslations()
    for folder in folders():
        binary = compiled(folder, chosen)
        if binary is not None:
            own = Translations(binary)
            own.add_fallback(merged)
            merged = own
    return merged


def gettext(message: str) -> str:
    """A French sentence in the language of the page."""
    return translations(language()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """One of two French sentences, by number, in the language of the page."""
    return translations(language()).ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """A message that means different things in different contexts."""
    return translations(language()).pgettext(context, message)


def marked(message: str) -> str:
    """Mark a sentence for the catalogue where it cannot be translated yet (module level)."""
    return message


_ = gettext


def named(context: str, code: str) -> str:
    """The name of a contract code: a field's label, a state, a choice; the code made readable if unknown."""
    found = pgettext(context, code)
    if found != code:
        return found
    last = code.rsplit(".", 1)[-1]
    if last != code:
        return named(context, last)
    return readable(context, code)


def readable(context: str, code: str) -> str:
    """A code that no catalogue names, as well as it can be read; tests of pages tell of it."""
    words = code.replace("_", " ")
    return words if words.isupper() else words.capitalize()


def used(folder: Path) -> dict[Key, str | tuple[str, ...]]:
    """Messages that a folder's templates and Python say."""
    found: dict[Key, str | tuple[str, ...]] = {}
    for _file, _line, message, _comments, context in extract_from_dir(
        folder,
        METHODS,
        options_map={"**.html": {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}},
        keywords=KEYWORDS,
    ):
        first = message if isinstance(message, str) else message[0]
        found[(context or "", first)] = message
    return found


def spoken(folder: Path, chosen: str) -> dict[Key, tuple[str, ...]]:
    """Translations that a folder's catalogue holds."""
    return {
        (m.context or "", m.id if isinstance(m.id, str) else m.id[0]): (
            (m.string,) if isinstance(m.string, str) else tuple(m.string or ())
        )
        for m in catalogue(folder, chosen)
        if m.id and not m.fuzzy
    }


def below(folder: Path, chosen: str) -> dict[Key, tuple[str, ...]]:
    """Translations of the shared folders that this one stands on."""
    found: dict[Key, tuple[str, ...]] = {}
    for shared in SHARED:
        if shared == folder:
            break
        found |= spoken(shared, chosen)
    return found


def extract(folder: Path) -> None:
    """Add what is new to a folder's English catalogue, to be translated; drop what nobody says any more."""
    present = catalogue(folder, "en")
    shared = below(folder, "en")
    fresh = Catalog(locale="en", charset="utf-8")
    for message in present:
        if message.id and message.context in VOCABULARY:
            fresh.add(message.id, message.string, context=message.context)
    for (context, first), message_id in sorted(used(folder).items()):
        if (context, first) in shared:
            continue
        known = present.get(first, context or None)
        fresh.add(message_id, known.string if known else None, context=context or None)
    (folder / "locale").mkdir(exist_ok=True)
    with (folder / "locale" / "en.po").open("wb") as file:
        write_po(file, fresh, width=110, sort_output=True, omit_header=True, include_lineno=False)


def check(folder: Path) -> list[str]:
    """What is wrong with a folder's catalogues, one sentence each."""
    english = below(folder, "en") | spoken(folder, "en")
    wrong = []
    for (context, first), message_id in used(folder).items():
        if context in VOCABULARY:
            continue
        sentences = english.get((context, first), ())
        if not sentences or not all(sentences):
            wrong.append(f"{folder.name}: no English for «{first}»")
            continue
        wanted = set(
            PLACEHOLDER.findall(" ".join(message_id) if isinstance(message_id, tuple) else message_id)
        )
        given = set(PLACEHOLDER.findall(" ".join(sentences)))
        if wanted != given:
            wrong.append(f"{folder.name}: «{first}» names {sorted(wanted)}, its English {sorted(given)}")
    own = {
        chosen: {k for k, v in spoken(folder, chosen).items() if k[0] in VOCABULARY and all(v)}
        for chosen in LANGUAGES
    }
    for key in sorted(own["fr"] ^ own["en"]):
        wrong.append(f"{folder.name}: {key[0]} «{key[1]}» is named in one language only")
    return wrong


def compile_all() -> None:
    """Write every catalogue in binary beside its source."""
    for folder in folders():
        for chosen in LANGUAGES:
            if (folder / "locale" / f"{chosen}.po").exists():
                with (folder / "locale" / f"{chosen}.mo").open("wb") as file:
                    write_mo(file, catalogue(folder, chosen))


def main(arguments: list[str]) -> int:
    """`compile`, `check`, or `extract` (all, or the named folders: `ui`, `transporter`…)."""
    verb, *names = arguments or ["check"]
    chosen = [f for f in folders() if not names or f.name in names]
    if verb == "compile":
        compile_all()
        return 0
    if verb == "extract":
        for folder in chosen:
            extract(folder)
        return 0
    wrong = [sentence for folder in chosen for sentence in check(folder)]
    sys.stdout.write("".join(f"{sentence}\n" for sentence in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
