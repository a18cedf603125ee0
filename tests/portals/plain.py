"""What no page may show or leave out: names of fields and codes, and what screen readers go by."""

import re
from collections.abc import Iterator

from lxml import html
from lxml.html import HtmlElement

from rt.kernel.storage.search import words

CODE = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
"""A field, a unit, an identity."""
VALUE = re.compile(r"\b(?:None|True|False|Undefined|Struct)\b")
"""A value of Python; words of English, too."""
GAP = re.compile(r"[{}]|%\(\w*\)|&(?:amp|lt|gt|quot|#\d+);")
"""What nothing filled, or was escaped twice."""
ADDRESS = re.compile(r"\S+@\S+|https?://\S+")
UNSEEN = ("script", "style", "template", "noscript", "head", "code", "pre", "kbd", "svg")
"""What is not read as words of the page; code is shown as code."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LANDMARKS = ("header", "nav", "main", "aside", "footer", "dialog")
ROLES = (
    "banner",
    "navigation",
    "main",
    "complementary",
    "contentinfo",
    "region",
    "search",
    "status",
    "alert",
)


def faults(page: str, codes: bool = False) -> list[str]:
    """What is wrong with a whole page, as sentences; `codes`: it is about names of the program."""
    body = html.document_fromstring(page).find("body")
    assert body is not None
    return [
        *raw_names(body, codes),
        *headings(body),
        *landmarks(body),
        *labels(body),
        *fields(body),
        *acts(body),
    ]


def raw_names(body: HtmlElement, codes: bool) -> Iterator[str]:
    """Messages of the program where words of the trade belong."""
    english = body.getroottree().getroot().get("lang") == "en"
    patterns = [*([] if codes else [CODE, GAP]), *([] if english else [VALUE])]
    for _element, text in seen(body):
        plain = ADDRESS.sub(" ", text)
        for pattern in patterns:
            for found in pattern.findall(plain):
                yield f"«{found}» is shown, in «{text.strip()[:80]}»"


def headings(body: HtmlElement) -> Iterator[str]:
    """One heading of the page, none empty, no level left out (axe: heading-order, page-has-heading-one)."""
    found = [one for one in body.iter(*HEADINGS) if not hidden(one)]
    if sum(one.tag == "h1" for one in found) != 1:
        yield f"{sum(one.tag == 'h1' for one in found)} headings of the page"
    level = 0
    for one in found:
        if not "".join(one.itertext()).strip() and not one.get("aria-label"):
            yield f"an empty {one.tag}"
        if int(one.tag[1]) > level + 1:
            yield f"{one.tag} «{''.join(one.itertext()).strip()[:40]}» comes after h{level}"
        level = int(one.tag[1])


def landmarks(body: HtmlElement) -> Iterator[str]:
    """One main part, everything within a landmark, those of a kind told apart (axe: region, landmark-*)."""
    if len(list(body.iter("main"))) != 1:
        yield f"{len(list(body.iter('main')))} main parts"
    for element, text in seen(body):
        around = (element, *element.iterancestors())
        if text.strip() and element.get("class") != "skip" and not any(map(is_landmark, around)):
            yield f"«{text.strip()[:60]}» stands in no landmark"
    names = [
        (one.tag, one.get("aria-label") or one.get("aria-labelledby") or "")
        for one in body.iter("nav", "aside")
        if not any(each.tag == "details" for each in one.iterancestors())
    ]
    for tag, name in {pair for pair in names if names.count(pair) > 1}:
        yield f"two {tag} are both called «{name}»"


def labels(body: HtmlElement) -> Iterator[str]:
    """What is spoken begins with what is read (WCAG 2.5.3; axe: label-content-name-mismatch)."""
    for one in body.iter("a", "button", "summary"):
        if quiet(one):
            continue
        spoken = one.get("aria-label")
        if spoken is None:
            if not "".join(one.itertext()).strip():
                yield f"a {one.tag} without a name: {html.tostring(one).decode()[:90]}"
            continue
        read = " ".join(text for _element, text in seen(one))
        if " ".join(words(read)) not in " ".join(words(spoken)):
            yield f"«{read.strip()}» is spoken as «{spoken}»"


def fields(body: HtmlElement) -> Iterator[str]:
    """Each field has its label, and no identity stands twice (axe: label, duplicate-id)."""
    labelled = {one.get("for") for one in body.iter("label")}
    for one in body.iter("input", "select", "textarea"):
        inside = any(each.tag == "label" for each in one.iterancestors())
        if one.get("type") != "hidden" and not inside and one.get("id") not in labelled:
            yield f"a field without a label: {html.tostring(one).decode()[:90]}"
    ids = [one.get("id") for one in body.iter() if one.get("id")]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"«{twice}» stands twice"


def acts(body: HtmlElement) -> Iterator[str]:
    """The main act of a page stands before its others."""
    for head in body.find_class("acts"):
        kinds = [(one.get("class") or "").split() for one in head.iter("a", "button") if not hidden(one)]
        main = [not {"primary", "next"}.isdisjoint(kind) for kind in kinds]
        if any(main) and not main[0]:
            yield "the main act stands behind others"


def is_landmark(one: HtmlElement) -> bool:
    named = one.tag == "section" and (one.get("aria-label") or one.get("aria-labelledby"))
    return one.tag in LANDMARKS or one.get("role") in ROLES or bool(named)


def hidden(one: HtmlElement) -> bool:
    """Not read by anybody: hidden, or a window that is not open yet."""
    return any(
        "hidden" in each.attrib or each.get("aria-hidden") == "true" or "popover" in each.attrib
        for each in (one, *one.iterancestors())
    )


def seen(body: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Every piece of text that is read, with the element that it stands in."""
    for one in body.iter():
        if not isinstance(one.tag, str):
            continue
        if one.text and not quiet(one):
            yield one, one.text
        parent = one.getparent()
        if one is not body and parent is not None and one.tail and not quiet(parent):
            yield parent, one.tail


def quiet(one: HtmlElement) -> bool:
    """Not read aloud or not seen now, or no words of the page."""
    return any(
        each.tag in UNSEEN or "hidden" in each.attrib or each.get("aria-hidden") == "true"
        for each in (one, *one.iterancestors())
    )
