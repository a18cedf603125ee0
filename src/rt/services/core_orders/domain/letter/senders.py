"""Which of an organization's partners wrote a letter: by its address, its house's addresses, or its name."""

import re
from collections.abc import Sequence

from rt.contracts.core_orders.letters import Confidence, LetterRead
from rt.services.core_orders.domain.letter.finds import Find, Why, best
from rt.services.core_orders.domain.letter.terms import PUBLIC_DOMAINS, domains
from rt.services.core_orders.domain.partners import Partner
from rt.trade.gazetteer import fold

SHORTEST_NAME = 4
BY_ADDRESS = Why("l'adresse e-mail de ce partenaire", "this partner's e-mail address")
BY_DOMAIN = Why("une adresse de la même maison", "an address of the same house")
BY_NAME = Why("le nom de ce partenaire", "this partner's name")


def client(reading: LetterRead, sender: str, known: Sequence[Partner]) -> list[Find]:
    """Whom the order would be run for, with its name; nothing where no partner is recognized."""
    text = reading.text
    signed = [(one.start, one.end) for one in reading.left_out if one.why in ("signature", "header")]
    found: list[Find] = []
    addresses = domains(text)
    for partner in known:
        own = partner.email.casefold()
        house = own.rpartition("@")[2]
        for address, start, end in addresses:
            by_itself = any(one <= start < other for one, other in signed)
            if address == own:
                sent = address == sender.casefold() if sender else by_itself
                sure: Confidence = "high" if sent else "likely"
                found.append(Find(partner.id, partner.name, sure, BY_ADDRESS, start, end))
            elif house and house not in PUBLIC_DOMAINS and address.rpartition("@")[2] == house and by_itself:
                found.append(Find(partner.id, partner.name, "likely", BY_DOMAIN, start, end))
        found += _named(text, partner, signed)
    if not found:
        return []
    chosen = best([one._replace(field="client_id", value=one.field) for one in found])
    if chosen is None:
        return []
    names = {one.field: one.value for one in found}
    return [chosen, chosen._replace(field="client_name", value=names[chosen.value], others=())]


def _named(text: str, partner: Partner, signed: Sequence[tuple[int, int]]) -> list[Find]:
    if len(fold(partner.name)) < SHORTEST_NAME:
        return []
    match = re.search(rf"(?<!\w){re.escape(partner.name)}(?!\w)", text, re.IGNORECASE)
    if not match:
        return []
    inside = any(one <= match.start() < other for one, other in signed)
    return [
        Find(partner.id, partner.name, "likely" if inside else "guess", BY_NAME, match.start(), match.end())
    ]
