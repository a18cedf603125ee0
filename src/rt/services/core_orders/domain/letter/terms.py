"""What a letter says besides places and goods: references, a price, people, remarks."""

import re
from collections.abc import Iterator, Sequence

from rt.contracts.core_orders.letters import Confidence
from rt.kernel.core.errors import Refusal
from rt.services.core_orders.domain.conventions import readings
from rt.services.core_orders.domain.letter.cargo import LABELLED, NUMBER, TWO_READINGS
from rt.services.core_orders.domain.letter.finds import Find, Why
from rt.trade import contacts
from rt.trade.money import to_cents

CODE = r"(?P<code>[A-Za-z0-9][A-Za-z0-9/_.\-]{2,38})"
SIGN = r"(?:n°|no\b\.?|nr\b\.?|num[ée]ro|number|#|:|client|-nr\.?)?"
REFERENCES: tuple[tuple[str, Confidence, str], ...] = (
    (
        "references.delivery_note",
        "high",
        r"bl|b\.l\.|bon de livraison|delivery note|dn|lieferschein(?:nummer|-?nr\.?)?",
    ),
    ("references.booking", "high", r"r[ée]servation|r[ée]sa|booking|buchung(?:snummer)?"),
    (
        "references.purchase_order",
        "high",
        r"(?:n° |num[ée]ro )?(?:de )?commande(?: client| d.achat)?|cde|po|p\.o\.|purchase order|order"
        r"|bestellung|bestellnummer|bestell-nr\.?|auftrag|auftragsnummer|auftrags-?nr\.?|transportauftrag"
        r"|transport order",
    ),
    (
        "references.purchase_order",
        "likely",
        r"(?:v/?|n/?|votre |notre |vos |nos |our |your |ihre |unsere )?(?:r[ée]f(?:[ée]rences?)?"
        r"|ref(?:erence)?|referenz|zeichen)\.?(?: (?:transport|dossier|client))?|dossier"
        r"|ordre de transport|OT",
    ),
)
REFERENCE_SHAPES = [
    (
        field,
        sure,
        re.compile(rf"(?<![\w/-])(?:{words})(?:[ ]{{0,2}}{SIGN}){{2}}[ ]{{0,2}}{CODE}", re.IGNORECASE),
    )
    for field, sure, words in REFERENCES
]
NO_CODE = re.compile(
    r"\d{1,2}[/.\-]\d{1,2}([/.\-]\d{2,4})?|\d{1,2}|\d{1,2}[hH]\d{0,2}|\d+(?:kg|t|pal)?s?$(?<!\d{3})"
)
CURRENCIES = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "chf": "CHF",
    "£": "GBP",
    "gbp": "GBP",
    "usd": "USD",
    "$": "USD",
}
MONEY = re.compile(
    rf"(?<![\w.,])(?:(?P<before>€|EUR|CHF|£|GBP|USD|\$)[ ]?(?P<first>{NUMBER})(?:[.,]-)?"
    rf"|(?P<second>{NUMBER})(?:[.,]-{{1,2}})?[ ]?"
    r"(?P<after>€|EUR\b|euros?\b|CHF\b|£|GBP\b|USD\b|\$))",
    re.IGNORECASE,
)
PRICED = re.compile(
    r"prix|tarif|fret|forfait|rate|price|preis|fracht|freight|co[ûu]t|budget|montant|all[- ]in", re.IGNORECASE
)
VALUED = re.compile(r"valeur|value|warenwert|assur|insur|d[ée]clar|wert\b", re.IGNORECASE)
NOT_PRICED = re.compile(
    r"p[ée]nalit|penalt|attente|gasoil|suppl|surcharge|immobilis|capital|frais de|waiting"
    r"|zuschlag|caution|amende|maut|zzgl|toll|p[ée]age|detention",
    re.IGNORECASE,
)
UNIT_PRICE = re.compile(
    r"[ ]?(?:HT |ht )?(?:/[ ]?(?:t|pal|km|h|m|jour|day)|par (?!virement)|per |pro |la"
    r" palette|l.heure|the pallet|a day|/)"
)
UNSETTLED = re.compile(r"(?<!\w)max(?:i|imum)?\.?[ :]{0,3}(?:de )?$", re.IGNORECASE)
WITH_TAX = re.compile(r"[ ]?(?:TTC|inkl|incl)(?!\w)", re.IGNORECASE)
NOT_THE_PRICE = Why("une limite, ou taxes comprises", "a limit, or with tax")
MAIL = re.compile(r"(?<![\w.+\-@])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,4}")
PHONE = re.compile(
    r"(?<![\w+/,.\-])(?:\+\d{1,3}[ .\-]?(?:\(0\)[ ]?)?|00\d{2}[ .]?|0)\d(?:[ .\-/]?\d){6,12}(?![\w/])"
)
NOT_A_PHONE = re.compile(
    r"(?:iban|siret|siren|tva|vat|r[ée]f\w*|commande|cde|order|auftrag|bl|po)[ .:°#n]{0,4}"
    r"(?:[A-Z]{0,2}\d{2}[ \d]{0,30})?$",
    re.IGNORECASE,
)
"""Before digits that are an account or a paper's."""
PERSON = re.compile(
    r"(?:contact(?: sur place)?|attn\.?|[àa] l.attention de|ansprechpartner(?:in)?|kontakt"
    r"|demander|voir avec|appeler|ask for|call)[ ]?:?[ ]{0,2}"
    r"((?:M\.|Mme|Mr\.?|Mrs\.?|Ms\.?|Herrn?|Frau|Monsieur|Madame)[ ])?"
    r"([A-ZÀ-Ý][\w'’\-]{1,25}(?:[ ][A-ZÀ-Ý][\w'’\-]{0,25}\.?){0,2})",
)
TITLED = re.compile(
    r"(?<!\w)(M\.|Mme|Mr\.?|Mrs\.?|Ms\.?|Herrn?|Frau|Monsieur|Madame)[ ]([A-ZÀ-Ý][\w'’\-]{1,25}"
    r"(?:[ ][A-ZÀ-Ý][\w'’\-]{1,25})?)"
)
REMARK = re.compile(
    r"(?:^|(?<=\n))[ \t\-*•·]{0,6}(?:instructions?|consignes?|remarques?|observations?"
    r"|nb|n\.b\.|attention|important|notes?|remarks?|hinweise?|bemerkung(?:en)?"
    r"|please note)[ ]?:[ \t]*([^\n]{4,400})",
    re.IGNORECASE,
)
INCOTERM = re.compile(r"(?<!\w)(EXW|FCA|FAS|FOB|CFR|CIF|CPT|CIP|DAP|DPU|DDP)(?!\w)")
EQUIPMENT: tuple[tuple[str, str], ...] = (
    ("semi_mega", r"m[ée]ga"),
    ("semi_reefer", r"semi[- ]?(?:remorque )?frigo(?:rifique)?|reefer trailer|k[üu]hlauflieger"),
    ("semi_tautliner", r"tautliner|semi[- ]?(?:remorque )?b[âa]ch[ée]e|planenauflieger|curtain[- ]?sider"),
    ("semi_box", r"semi[- ]?(?:remorque )?fourgon|box trailer|kofferauflieger"),
    ("road_train", r"camion[- ]remorque|road train|gliederzug|h[äa]ngerzug"),
    ("van_20m3", r"20[ ]?m3|20[ ]?m³"),
    ("van_12m3", r"12[ ]?m3|12[ ]?m³"),
)
VEHICLE = re.compile(
    "|".join(f"(?P<{code}>(?<!\\w)(?:{words})(?!\\w))" for code, words in EQUIPMENT), re.IGNORECASE
)
ANYBODYS = (
    "gmail.com googlemail.com outlook.com outlook.fr hotmail.com hotmail.fr live.fr"
    " live.com yahoo.fr yahoo.com orange.fr"
    " wanadoo.fr free.fr sfr.fr laposte.net icloud.com gmx.de gmx.net web.de t-online.de"
    " protonmail.com proton.me"
    " bbox.fr numericable.fr neuf.fr aol.com msn.com"
)
PUBLIC_DOMAINS = frozenset(ANYBODYS.split())
"""Where anybody may have an address: they tell nothing of a house."""


def references(body: str, start: int, end: int) -> Iterator[Find]:
    taken: list[tuple[int, int]] = []
    for field, sure, shape in REFERENCE_SHAPES:
        for match in shape.finditer(body, start, end):
            code = match["code"].strip(".-/")
            if not re.search(r"\d", code) or NO_CODE.fullmatch(code) or len(code) < 3:
                continue
            place = match.start("code"), match.start("code") + len(code)
            if any(one < place[1] and place[0] < other for one, other in taken):
                continue
            taken.append(place)
            cut_off = code.isdecimal() and re.match(r"[ ]\d", body[place[1] : place[1] + 2])
            yield Find(field, code, "guess" if cut_off else sure, LABELLED, *place)


def money(body: str, start: int, end: int) -> Iterator[Find]:
    """The price, its currency, and the value of the goods; prices by the pallet or the kilometre are none."""
    for match in MONEY.finditer(body, start, end):
        line = body.rfind("\n", 0, match.start()) + 1
        before = body[max(line, match.start() - 60) : match.start()]
        if NOT_PRICED.search(before) or UNIT_PRICE.match(body, match.end()):
            continue
        text = match["first"] or match["second"]
        try:
            _, meant = readings(text, "buy_price", "")
        except Refusal:
            continue
        cents = sorted({to_cents(value) for value in meant.values() if value > 0}, reverse=True)
        if not cents:
            continue
        value = VALUED.search(before)
        labelled = PRICED.search(before)
        sure: Confidence = "guess" if len(cents) > 1 else "high" if value or labelled else "likely"
        why = (
            TWO_READINGS
            if len(cents) > 1
            else LABELLED
            if value or labelled
            else Why("un montant", "an amount")
        )
        place, others = (match.start(), match.end()), tuple(str(one) for one in cents[1:])
        field = "goods.value_cents" if value else "price_cents"
        found = Find(field, str(cents[0]), sure, why, *place, others)
        unsettled = UNSETTLED.search(before) or WITH_TAX.match(body, match.end())
        yield found.at_most("guess", NOT_THE_PRICE) if unsettled and not value else found
        if not value:
            sign = (match["before"] or match["after"]).casefold()
            yield Find("currency", CURRENCIES[sign], sure, why, *place)


def mails(body: str, start: int, end: int) -> Iterator[Find]:
    for match in MAIL.finditer(body, start, end):
        if contacts.is_address(match[0]):
            yield Find(
                "email",
                match[0],
                "high",
                Why("une adresse e-mail", "an e-mail address"),
                match.start(),
                match.end(),
            )


def phones(body: str, start: int, end: int) -> Iterator[Find]:
    for match in PHONE.finditer(body, start, end):
        digits = re.sub(r"\D", "", match[0])
        before = body[max(start, match.start() - 45) : match.start()]
        if 9 <= len(digits) <= 14 and match[0].count("/") < 2 and not NOT_A_PHONE.search(before):
            text = match[0].strip()
            yield Find(
                "phone",
                text,
                "high",
                Why("un numéro de téléphone", "a telephone number"),
                match.start(),
                match.end(),
            )


def people(body: str, start: int, end: int) -> Iterator[Find]:
    for match in PERSON.finditer(body, start, end):
        if match[2].casefold() not in ("tel", "tél", "mail", "email", "us", "me", "le", "sur", "avant"):
            text = f"{match[1] or ''}{match[2]}"
            yield Find(
                "name", text, "likely", LABELLED, match.start(1) if match[1] else match.start(2), match.end()
            )
    for match in TITLED.finditer(body, start, end):
        yield Find(
            "name",
            match[0],
            "likely",
            Why("un nom de personne", "a person's name"),
            match.start(),
            match.end(),
        )


def remarks(body: str, start: int, end: int) -> Iterator[Find]:
    for match in REMARK.finditer(body, start, end):
        yield Find("instructions", match[1].strip(), "likely", LABELLED, match.start(1), match.end(1))


def incoterms(body: str, start: int, end: int) -> Iterator[Find]:
    for match in INCOTERM.finditer(body, start, end):
        yield Find("incoterm", match[1], "high", LABELLED, match.start(), match.end())


def vehicles(body: str, start: int, end: int) -> Iterator[Find]:
    for match in VEHICLE.finditer(body, start, end):
        why = Why("le véhicule est nommé", "the vehicle is named")
        yield Find("equipment", str(match.lastgroup), "likely", why, match.start(), match.end())


def domains(text: str) -> Sequence[tuple[str, int, int]]:
    """The addresses of houses that a letter names, with their places; not those that anybody may have."""
    found = [(match[0].casefold(), match.start(), match.end()) for match in list(MAIL.finditer(text))[:40]]
    return [one for one in found if one[0].rpartition("@")[2] not in PUBLIC_DOMAINS]
