"""What a letter says of the goods: how many of what, how heavy, how large, how dangerous, how cold."""

import re
from collections.abc import Iterator
from decimal import Decimal

from rt.contracts.core_orders import ImportField
from rt.contracts.core_orders.letters import Confidence
from rt.kernel.core.errors import Refusal
from rt.services.core_orders.domain.conventions import readings
from rt.services.core_orders.domain.letter.finds import DENIED, Find, Why

NUMBER = r"\d{1,3}(?:[ '’.,]\d{3}){1,2}(?:[.,]\d{1,3})?|\d{1,6}(?:[.,]\d{1,3})?"
LEFT = r"(?<![\w/.,+\-])"
WEIGHT = re.compile(
    rf"{LEFT}({NUMBER})[ ]?(kgs?|kilos?|tonnes?|tonnen|tons?|to|t)\b(?![ ]?/|[ ]\d{{3}})", re.IGNORECASE
)
WEIGHT_LABELLED = re.compile(
    rf"(?<!\w)(?:poids|weight|gewicht|bruttogewicht|tonnage)[^\d\n]{{0,30}}?({NUMBER})"
    r"(?=[ \t]*(?:\n|$|[;,|\t]))",
    re.IGNORECASE,
)
UNIT_IN_LABEL = re.compile(r"\((kg|t|to|tonnes?)\)|\ben (kg|tonnes?)\b|\bin (kg|t)\b", re.IGNORECASE)
PALLETS = re.compile(
    rf"{LEFT}(\d{{1,3}})[ ]?(?:x[ ]?)?(?:eur(?:o|ope)?[ -]?|epal[ -]?|full |leere |standard"
    r" )?(?:palettes?|pal(?:s)?\b\.?|plts?\b|pallets?"
    r"|paletten?|europaletten?|europalettes?|europal\b|epal\b|euro-?pallets?)",
    re.IGNORECASE,
)
PALLETS_LABELLED = re.compile(
    r"(?<!\w)(?:nb|nbre|nombre|number|anzahl|no\.?)[ ]?(?:de |of |der )?(?:palettes?"
    r"|pallets?|paletten)[ ]?[:=][ ]?(\d{1,3})\b"
    r"|(?<!\w)(?:palettes?|pallets?|paletten|europaletten)[ ]?[:=][ ]?(\d{1,3})\b",
    re.IGNORECASE,
)
CODES: tuple[tuple[str, str], ...] = (
    ("CT", r"cartons?|kartons?|karton"),
    ("CS", r"caisses?|kisten?|cases"),
    ("BG", r"sacs?|bags?|s[äa]cke?|big[ -]?bags?"),
    ("DR", r"f[ûu]ts?|drums?|f[äa]sser|fass"),
    ("RO", r"rouleaux?|rolls?|rollen|bobines?|coils?"),
    ("CR", r"crates?|gitterboxen?"),
    ("BE", r"bottes?|bundles?|bunde?|fardeaux?"),
    ("PK", r"colis|packages?|parcels|packst[üu]cke?|colli|kolli"),
)
PACKAGES = re.compile(
    rf"{LEFT}({NUMBER})[ ]?(?:x[ ]?)?(?:{'|'.join(f'(?P<{code}>{words})' for code, words in CODES)})(?!\w)",
    re.IGNORECASE,
)
PACKAGES_LABELLED = re.compile(
    r"(?<!\w)(?:nb|nbre|nombre|number|anzahl)[ ]?(?:de |of |der )?(?:colis|packages|packst[üu]cke"
    r"|kolli)[ ]?[:=][ ]?(\d{1,5})\b"
    r"|(?<!\w)(?:colis|packages|packst[üu]cke|kolli)[ ]?[:=][ ]?(\d{1,5})\b",
    re.IGNORECASE,
)
SIZE = re.compile(
    rf"{LEFT}(\d{{1,4}}(?:[.,]\d{{1,2}})?)[ ]?(?:cm|m|mm)?[ ]?[x×*][ ]?(\d{{1,4}}(?:[.,]\d{{1,2}})?)["
    r" ]?(?:cm|m|mm)?"
    r"(?:[ ]?[x×*][ ]?(?:h\.?[ ]?)?(\d{1,4}(?:[.,]\d{1,2})?))?[ ]?(cm|mm|m)?\b",
    re.IGNORECASE,
)
LOADING_METRES = re.compile(
    rf"{LEFT}(\d{{1,2}}(?:[.,]\d{{1,2}})?)[ ]?(?:ml|mpl|mdp|ldm|lfm|m(?:[èe]tres?)?[ ]"
    r"(?:lin[ée]aires?|de plancher|plancher)"
    r"|lademeter|loading m(?:et(?:er|re)s?)?)\b",
    re.IGNORECASE,
)
VOLUME = re.compile(rf"{LEFT}({NUMBER})[ ]?(?:m3|m³|cbm)(?!\w)", re.IGNORECASE)
UN = re.compile(r"(?<!\w)(?:UN|ONU)[ ]?(?:n°|no\.?|nr\.?|:|-)?[ ]?(\d{4})(?!\d)", re.IGNORECASE)
COLD = re.compile(
    r"(?<![\w.,])([+\-−]?[ ]?\d{1,2})[ ]?(?:°[ ]?C?|C)?[ ]?(?:/|à|a|to|bis|et|and|\.\.\.?)["
    r" ]?([+\-−]?[ ]?\d{1,2})[ ]?°[ ]?C?(?!\w)"
    r"|(?<![\w.,])([+\-−]?[ ]?\d{1,2})[ ]?°[ ]?C?(?!\w)",
)
DESCRIBED = re.compile(
    r"(?:^|(?<=[\n\t|;]))[ \t\-*•·]{0,6}(?:nature(?: exacte)?(?: de (?:la )?marchandises?)?"
    r"|marchandises?|d[ée]signation|produits?|goods|commodity|cargo"
    r"|description(?: of goods)?|ware|warenbezeichnung|ladung|ladegut)[ ]?[:=][ \t]*([^\n\t|;]{2,120})",
    re.IGNORECASE,
)
OF_WHAT = re.compile(
    r"(?:palettes?|pallets?|paletten|europaletten|pal|plts?|cartons?|kartons|colis|caisses?"
    r"|f[ûu]ts?|sacs?|bobines?|rouleaux|drums|bags|tonnes)"
    r"[ ](?:80[x/]120|120[x/]80|100[x/]120|120[x/]100|eur(?:ope)?|epal)?[ ]?(?:de |d."
    r"|of |mit |with |\()[ ]?([^\W\d_][^\n,;:.()\d+/]{2,60})",
    re.IGNORECASE,
)
EACH = re.compile(r"[ ]?(?:/|par |per |pro )")
OF_MANY = re.compile(
    r"(?:palettes?|pallets?|paletten|pals?\.?|plts?\.?|colis|cartons?|kartons?|caisses?|sacs?|bags?"
    r"|f[ûu]ts?|drums?|bobines?|coils?|rouleaux|\d)[ ]?(?:de|[àa]|of|x|×|\*|je|zu|@)[ ]?$",
    re.IGNORECASE,
)
OF_RANGE = re.compile(r"\d[ ]?(?:[àa]|ou|et|to|or|and|bis|oder|und)[ ]$", re.IGNORECASE)
OF_LIMIT = re.compile(
    r"(?<!\w)(?:camions?|porteurs?|tracteurs?|semis?|v[ée]hicules?|ptac|ptra|roulant"
    r"|charge utile|hayon|max(?:i|imum)?|reste|trucks?|trailers?|lkws?|sattel)\.?[ :]{0,3}(?:de |of )?$",
    re.IGNORECASE,
)
WITH_UNIT = Why("un nombre avec son unité", "a figure with its unit")
COUNTED = Why("un nombre devant ce qui est compté", "a figure before what is counted")
TWO_READINGS = Why("deux lectures : virgule ou milliers ?", "two readings: decimals or thousands?")
LABELLED = Why("dit sous ce nom", "said under this name")
ONE_OF_MANY = Why("par pièce ou en tout ?", "for each or in all?")
RANGE = Why("le texte dit une fourchette", "the text says a range")
LIMIT = Why("peut-être la limite du véhicule", "perhaps the limit of the vehicle")
DOUBTS = ((OF_MANY, ONE_OF_MANY), (OF_RANGE, RANGE), (OF_LIMIT, LIMIT))
DERIVED = Why("compris de la phrase", "understood from the sentence")


def figures(body: str, start: int, end: int) -> Iterator[Find]:
    """Weights, pallets, packages and volumes of a stretch, by field of a goods line; with their doubts."""
    for one in _figures(body, start, end):
        line = body.rfind("\n", 0, one.start) + 1
        before = body[max(line, one.start - 30) : one.start]
        doubt = next((why for shape, why in DOUBTS if shape.search(before)), None)
        yield one.at_most("guess", doubt) if doubt else one


def _figures(body: str, start: int, end: int) -> Iterator[Find]:
    for match in WEIGHT.finditer(body, start, end):
        if find := _figure(match, 1, "weight_kg", match[2]):
            yield find
    for match in WEIGHT_LABELLED.finditer(body, start, end):
        unit = UNIT_IN_LABEL.search(match[0])
        said = next(part for part in unit.groups() if part) if unit else ""
        if find := _figure(match, 1, "weight_kg", said):
            yield (
                find
                if said
                else find.at_most("likely", Why("l'unité n'est pas dite : kg", "no unit is said: kg"))
            )
    for shape in (PALLETS, PALLETS_LABELLED):
        for match in shape.finditer(body, start, end):
            count = next(part for part in match.groups() if part)
            if int(count) and not EACH.match(body, match.end()):
                yield Find("pallets", str(int(count)), "high", COUNTED, match.start(), match.end())
    for match in PACKAGES.finditer(body, start, end):
        if find := _figure(match, 1, "quantity", ""):
            code = next(code for code, _ in CODES if match[code])
            yield find
            yield Find("package_code", code, find.confidence, COUNTED, match.start(code), match.end(code))
    for match in PACKAGES_LABELLED.finditer(body, start, end):
        count = match[1] or match[2]
        if int(count):
            yield Find("quantity", str(int(count)), "high", LABELLED, match.start(), match.end())
            yield Find("package_code", "PK", "likely", LABELLED, match.start(), match.end())
    for match in VOLUME.finditer(body, start, end):
        if find := _figure(match, 1, "volume_m3", "m3"):
            yield find
    for match in LOADING_METRES.finditer(body, start, end):
        value = Decimal(match[1].replace(",", "."))
        if value <= 30:
            yield Find(
                "loading_metres", f"{value.normalize():f}", "high", WITH_UNIT, match.start(), match.end()
            )


def sizes(body: str, start: int, end: int) -> Iterator[Find]:
    """Length, width and height of one package."""
    for match in SIZE.finditer(body, start, end):
        figures_said = [Decimal(part.replace(",", ".")) for part in match.groups()[:3] if part]
        units = re.findall(r"(?<=[\d ])(cm|mm|m)\b", match[0])
        unit = units[-1].casefold() if units else ""
        guessed = not unit
        if not unit:
            biggest = max(figures_said)
            unit = (
                "m"
                if biggest < 14 and any("." in str(one) for one in figures_said)
                else "mm"
                if biggest >= 600
                else "cm"
            )
        factor = {"cm": Decimal(1), "mm": Decimal("0.1"), "m": Decimal(100)}[unit]
        bounds = (2_000, 300, 400)
        scaled = [one * factor for one in figures_said]
        if (
            len(scaled) == 2
            and guessed
            and not {int(one) for one in scaled} <= {80, 100, 110, 114, 120, 60, 40}
        ):
            continue
        if any(
            one != one.to_integral_value() or not 0 < one <= most
            for one, most in zip(scaled, bounds, strict=False)
        ):
            continue
        sure: Confidence = "likely" if guessed else "high"
        why = Why("l'unité n'est pas dite", "the unit is not said") if guessed else WITH_UNIT
        for name, value in zip(("length_cm", "width_cm", "height_cm"), scaled, strict=False):
            yield Find(name, str(int(value)), sure, why, match.start(), match.end())


def hazards(body: str, start: int, end: int) -> Iterator[Find]:
    """UN numbers and temperatures."""
    for match in UN.finditer(body, start, end):
        if DENIED.search(body[max(0, match.start() - 40) : match.start()]):
            continue
        yield Find("un_number", match[1], "high", LABELLED, match.start(), match.end())
    for match in COLD.finditer(body, start, end):
        said = [part for part in match.groups() if part]
        degrees = sorted(int(part.replace("−", "-").replace(" ", "")) for part in said)
        if not -40 <= degrees[0] <= degrees[-1] <= 60:
            continue
        signed = len(said) == 2 or said[0][0] in "+-−"
        sure: Confidence = "high" if signed else "likely"
        if len(degrees) == 2:
            yield Find("temperature_min_c", str(degrees[0]), sure, WITH_UNIT, match.start(), match.end())
        yield Find("temperature_max_c", str(degrees[-1]), sure, WITH_UNIT, match.start(), match.end())


def descriptions(body: str, start: int, end: int) -> Iterator[Find]:
    """The nature of the goods."""
    for match in DESCRIBED.finditer(body, start, end):
        text = re.split(
            r"[ ]?[,(–/+][ ]?(?=\d|env|ca\.)|[ ][-–][ ](?=\d)|(?<=[a-zà-ÿ])[.][ ]|[ ](?=UN[ ]?\d{4})",
            match[1],
        )[0].strip(" .,-–*")
        text = re.sub(r",?[ ]+(?:UN|ONU)[ ]?\d{4}.*$", "", text)
        if not text or len(text) < 3 or re.fullmatch(r"[\d\W]+", text):
            continue
        counted = PALLETS.match(text) or PACKAGES.match(text) or re.match(r"\d", text)
        if counted:
            continue
        where = match.start(1)
        bare = not re.search(r"\d", text)
        sure: Confidence = "high" if bare and text == match[1].strip(" .,-–*") else "likely"
        yield Find("description", text[:200], sure, LABELLED, where, where + len(text))
    for match in OF_WHAT.finditer(body, start, end):
        text = re.split(
            r"[ ](?:pour|pesant|soit|poids|total|au|[àa]|de (?=\d)|from|for|ex|de l|en|le|sur"
            r"|weigh\w*|mit|f[üu]r|von|nach|avec)[ ]",
            match[1] + " ",
        )[0].strip()
        if len(text) > 2 and text.casefold() not in ("europe", "europ", "stock", "charge", "long", "large"):
            yield Find(
                "description", text[:200], "likely", DERIVED, match.start(1), match.start(1) + len(text)
            )


def _figure(match: re.Match[str], group: int, field: str, unit: str) -> Find | None:
    named: ImportField = (
        "quantity" if field == "quantity" else "volume_m3" if field == "volume_m3" else "weight_kg"
    )
    said = unit.casefold()
    said = "t" if said in ("ton", "tons") else said
    try:
        _, meant = readings(f"{match[group]} {said}".strip(), named, "")
    except Refusal:
        return None
    values = [value for value in meant.values() if value > 0]
    if not values:
        return None
    if len(values) == 1:
        return Find(field, _plain(values[0]), "high", WITH_UNIT, match.start(), match.end())
    chosen = max(values)
    others = tuple(_plain(value) for value in values if value != chosen)
    return Find(field, _plain(chosen), "guess", TWO_READINGS, match.start(), match.end(), others)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def alone(text: str, field: ImportField, unit: str) -> Find | None:
    """A figure that stands alone under its heading, whose unit holds where it says none."""
    try:
        read, meant = readings(text, field, unit)
    except Refusal:
        return None
    values = sorted({value for value in meant.values() if value > 0}, reverse=True)
    if not values:
        return None
    sure: Confidence = (
        "guess"
        if len(values) > 1
        else "high"
        if unit or read.unit or field in ("quantity", "pallets")
        else "likely"
    )
    why = TWO_READINGS if len(values) > 1 else LABELLED
    return Find(field, _plain(values[0]), sure, why, 0, len(text), tuple(_plain(one) for one in values[1:]))
