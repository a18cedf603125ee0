"""Numbers that name companies, accounts, places, containers and vehicles, each with its check.

Every function returns the number as it is stored (no blanks, capitals) or raises its refusal.
"""

import re

from stdnum import ean, iban, iso6346, lei
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as fr_siren
from stdnum.fr import siret as fr_siret

from rt.kernel.core.errors import Invalid

SEPARATORS = re.compile(r"[\s.\-_/·\u00a0\u202f]+")
GS1_LENGTHS = {"GTIN": (8, 12, 13, 14), "GLN": (13,), "SSCC": (18,)}
"""GS1 General Specifications, section 3."""
LABELLED_SSCC = re.compile(r"^(\(00\)|00)(?=\d{18}$)")
"""Application identifier 00 before the code, as on the label."""
LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
"""UN/LOCODE: ISO 3166-1 country and three characters; 0 and 1 are not used (UNECE Recommendation 16)."""
PLATE_SIV = re.compile(r"(?!SS|WW)([A-HJ-NP-TV-Z]{2})(?!000)(\d{3})(?!SS)([A-HJ-NP-TV-Z]{2})")
PLATE_SIV_PROVISIONAL = re.compile(r"(WW|W)(?!000)(\d{3})([A-HJ-NP-TV-Z]{2})")
"""Arrêté du 9 février 2009: AB-123-CD without I, O, U nor SS; WW-123-AB and W-123-AB are provisional."""
PLATE_FNI = re.compile(r"([1-9]\d{0,3})([A-Z]{1,3})(2A|2B|97[1-6]|0[1-9]|[1-8]\d|9[0-5])")
"""The system before 2009, still on trailers: 1234 AB 69."""
PLATE_ABROAD = re.compile(r"[A-Z0-9]{2,12}")


class SirenInvalid(Invalid):
    fr = "{value} n'est pas un SIREN : 9 chiffres, le dernier est une clé de Luhn."
    en = "{value} is not a SIREN: 9 digits, the last a Luhn check digit."


class SiretInvalid(Invalid):
    fr = "{value} n'est pas un SIRET : 14 chiffres, clé de Luhn (La Poste : somme multiple de 5)."
    en = "{value} is not a SIRET: 14 digits, Luhn check digit (La Poste: sum a multiple of 5)."


class VatInvalid(Invalid):
    fr = "{value} n'est pas un numéro de TVA intracommunautaire : préfixe de l'État et clé de contrôle."
    en = "{value} is not an EU VAT number: prefix of the state and check digits."


class VatOfAnotherCompany(Invalid):
    fr = "Le numéro de TVA {vat} n'est pas celui du SIREN {siren} : {expected} attendu."
    en = "VAT number {vat} does not belong to SIREN {siren}: {expected} expected."


class IbanInvalid(Invalid):
    fr = "{value} n'est pas un IBAN : longueur et forme du pays, clé modulo 97."
    en = "{value} is not an IBAN: length and shape of its country, check digits modulo 97."


class LeiInvalid(Invalid):
    fr = "{value} n'est pas un LEI : 20 caractères, clé modulo 97 (ISO 17442)."
    en = "{value} is not an LEI: 20 characters, check digits modulo 97 (ISO 17442)."


class Gs1KeyInvalid(Invalid):
    fr = "{value} n'est pas un {kind} : {lengths} chiffres, clé modulo 10 (GS1)."
    en = "{value} is not a {kind}: {lengths} digits, check digit modulo 10 (GS1)."


class ContainerInvalid(Invalid):
    fr = "{value} n'est pas un numéro de conteneur : 4 lettres, 6 chiffres et une clé (ISO 6346)."
    en = "{value} is not a container number: 4 letters, 6 digits and a check digit (ISO 6346)."


class LocodeInvalid(Invalid):
    fr = "{value} n'a pas la forme d'un UN/LOCODE : pays sur 2 lettres puis 3 caractères, sans 0 ni 1."
    en = "{value} does not have the shape of a UN/LOCODE: 2-letter country, then 3 characters without 0 or 1."


class PlateInvalid(Invalid):
    fr = "{value} n'est pas une immatriculation : AB-123-CD ou 1234 AB 69 en France."
    en = "{value} is not a registration plate: AB-123-CD or 1234 AB 69 in France."


def siren(value: str, *, field: str = "siren") -> str:
    """A French company number (INSEE)."""
    try:
        return fr_siren.validate(_bare(value))
    except ValidationError:
        raise SirenInvalid(field, value=value) from None


def siret(value: str, *, field: str = "siret") -> str:
    """A French establishment number (INSEE); La Poste's own (356 000 000) add up to a multiple of 5."""
    try:
        return fr_siret.validate(_bare(value))
    except ValidationError:
        raise SiretInvalid(field, value=value) from None


def siren_of_siret(value: str, *, field: str = "siret") -> str:
    return siret(value, field=field)[:9]


def vat(value: str, *, field: str = "vat") -> str:
    """A VAT number of an EU state or of Northern Ireland; Greece is written EL as in VIES."""
    try:
        number = eu_vat.validate(_bare(value))
    except (ValidationError, ValueError):
        raise VatInvalid(field, value=value) from None
    return "EL" + number[2:] if number.startswith("GR") else number


def vat_of_siren(value: str, *, field: str = "siren") -> str:
    """The French VAT number: key = (12 + 3 × (SIREN mod 97)) mod 97 (CGI, annexe)."""
    number = siren(value, field=field)
    return f"FR{(12 + 3 * (int(number) % 97)) % 97:02d}{number}"


def vat_belongs_to_siren(vat_number: str, siren_number: str, *, field: str = "vat") -> str:
    """The VAT number, if its last nine digits are that SIREN; old keys with a letter are accepted."""
    given, owner = vat(vat_number, field=field), siren(siren_number)
    if given[:2] == "FR" and given[4:] == owner:
        return given
    raise VatOfAnotherCompany(field, vat=given, siren=owner, expected=vat_of_siren(owner))


def bank_account(value: str, *, field: str = "iban") -> str:
    """An IBAN (ISO 13616), with the national check digits where the country has them."""
    try:
        return iban.validate(_bare(value))
    except ValidationError:
        raise IbanInvalid(field, value=value) from None


def legal_entity(value: str, *, field: str = "lei") -> str:
    """An LEI (ISO 17442)."""
    number = _bare(value)
    try:
        if len(number) == 20:
            return lei.validate(number)
    except ValidationError:
        pass
    raise LeiInvalid(field, value=value)


def gln(value: str, *, field: str = "gln") -> str:
    """A Global Location Number, 13 digits."""
    return _gs1("GLN", value, field)


def gtin(value: str, *, field: str = "gtin") -> str:
    """A Global Trade Item Number of 8, 12, 13 or 14 digits."""
    return _gs1("GTIN", value, field)


def sscc(value: str, *, field: str = "sscc") -> str:
    """A Serial Shipping Container Code; the "(00)" or "00" of the label is dropped."""
    return _gs1("SSCC", value, field, LABELLED_SSCC.sub("", _bare(value)))


def gs1_check_digit(digits: str) -> str:
    """The digit that completes a GS1 key."""
    return ean.calc_check_digit(digits)


def container(value: str, *, field: str = "container") -> str:
    """A freight container number (ISO 6346)."""
    try:
        return iso6346.validate(_bare(value))
    except ValidationError:
        raise ContainerInvalid(field, value=value) from None


def locode(value: str, *, field: str = "locode") -> str:
    """The shape of a UN/LOCODE; that the place exists is not looked up."""
    code = _bare(value)
    if not LOCODE.fullmatch(code):
        raise LocodeInvalid(field, value=value)
    return code


def plate(value: str, *, country: str = "FR", field: str = "plate") -> str:
    """A registration plate: AB-123-CD or 1234-AB-69 in France, letters and digits elsewhere."""
    bare = _bare(value)
    if country != "FR":
        if PLATE_ABROAD.fullmatch(bare) and any(c.isdecimal() for c in bare):
            return bare
        raise PlateInvalid(field, value=value)
    for shape in (PLATE_SIV, PLATE_SIV_PROVISIONAL, PLATE_FNI):
        if match := shape.fullmatch(bare):
            return "-".join(match.groups())
    raise PlateInvalid(field, value=value)


def _gs1(kind: str, value: str, field: str, digits: str | None = None) -> str:
    digits = _bare(value) if digits is None else digits
    lengths = GS1_LENGTHS[kind]
    shaped = digits.isascii() and digits.isdecimal() and len(digits) in lengths
    if shaped and ean.calc_check_digit(digits[:-1]) == digits[-1]:
        return digits
    raise Gs1KeyInvalid(field, value=value, kind=kind, lengths=", ".join(map(str, lengths)))


def _bare(value: str) -> str:
    return SEPARATORS.sub("", value).upper()
