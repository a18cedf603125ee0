"""Times as a reader in France says them."""

from datetime import date, datetime

from rt.trade.zones import PARIS

MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day_fr(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {MONTHS_FR[day.month - 1]} {day.year}"


def day_en(day: date) -> str:
    return f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"


def at_fr(moment: datetime | None) -> str:
    """“3 mars 2026 à 14 h 05”, Paris time."""
    if moment is None:
        return ""
    local = moment.astimezone(PARIS)
    return f"{day_fr(local.date())} à {local.hour} h {local.minute:02d}"


def at_en(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(PARIS)
    return f"{day_en(local.date())}, {local.hour:02d}:{local.minute:02d} (Paris)"
