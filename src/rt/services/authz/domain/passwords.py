"""What makes a password acceptable, and what of it is hashed."""

import base64
import hashlib
import hmac
import unicodedata

from rt.contracts.authz import Role
from rt.kernel.core.errors import Invalid, Unauthorized

SHORTEST = 8
"""OWASP ASVS 5.0, 6.2.1; no composition rules and no forced change (6.2.5, 6.2.10)."""
SHORTEST_FOR_ADMINISTRATORS = 15
ADMINISTRATORS: frozenset[Role] = frozenset({"admin", "platform_admin"})


class PasswordTooShort(Invalid):
    fr = "Choisissez au moins {shortest} caractères."
    en = "Choose at least {shortest} characters."


class PasswordTooCommon(Invalid):
    fr = "Ce mot de passe figure parmi les plus utilisés : choisissez-en un autre."
    en = "This password is among the most used ones: choose another."


class PasswordLikeName(Invalid):
    fr = "Le mot de passe ne doit pas être votre adresse ni le nom du service."
    en = "The password must not be your address nor the name of the service."


class WrongPassword(Unauthorized):
    """One answer for a wrong password, an unknown address, a closed account."""

    fr = "Adresse ou mot de passe incorrect."
    en = "Wrong address or password."


def shortest_for(roles: frozenset[Role]) -> int:
    return SHORTEST_FOR_ADMINISTRATORS if roles & ADMINISTRATORS else SHORTEST


def check_password(
    password: str, email: str, common: frozenset[str], shortest: int = SHORTEST, field: str = "password"
) -> None:
    """Refuse what is short, among the most used passwords, or the person's own address."""
    plain = password.casefold().strip()
    if len(password) < shortest:
        raise PasswordTooShort(field, shortest=shortest)
    if plain in common:
        raise PasswordTooCommon(field)
    if plain in {email, email.partition("@")[0], email.partition("@")[2], "rt-technologie"}:
        raise PasswordLikeName(field)


def digest(password: str, pepper: bytes) -> bytes:
    """44 ASCII bytes that stand for a password of any length.

    bcrypt reads 72 bytes and stops at NUL, so it is given a keyed hash instead; NFC makes one password of the
    two ways in which keyboards spell "é".
    """
    spelled = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.new(pepper, spelled, hashlib.sha256).digest())
