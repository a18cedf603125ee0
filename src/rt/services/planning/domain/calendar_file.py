"""A slot as an iCalendar file (RFC 5545)."""

from datetime import UTC, datetime

from rt.services.planning.domain.slots import Slot

FOLD_OCTETS = 75
"""Longest content line (section 3.1)."""


def icalendar(slot: Slot, reference: str = "") -> bytes:
    """One event; its SEQUENCE grows with every change so that calendars replace what they know."""
    address = slot.site.address
    place = ", ".join(
        part for part in (slot.site.name, address.street, address.postal_code, address.city) if part
    )
    word = "Chargement" if slot.kind == "pickup" else "Livraison"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//RT-Technologie//Planning//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{slot.id}@planning.rt-technologie.com",
        f"DTSTAMP:{_utc(slot.changed_at)}",
        f"LAST-MODIFIED:{_utc(slot.changed_at)}",
        f"SEQUENCE:{max(0, slot.version - 1)}",
        f"DTSTART:{_utc(slot.starts_at)}",
        f"DTEND:{_utc(slot.ends_at)}",
        f"SUMMARY:{_text(f'{word} {slot.reference or reference or slot.order_id} - {slot.dock_name}')}",
        f"LOCATION:{_text(place)}",
        f"DESCRIPTION:{_text(_details(slot))}",
        f"STATUS:{'CANCELLED' if slot.state in ('cancelled', 'no_show') else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_fold(line.encode()) + b"\r\n" for line in lines)


def _details(slot: Slot) -> str:
    plate = f"\n{slot.vehicle_plate}" if slot.vehicle_plate else ""
    return f"{slot.pallets} palettes, {slot.carrier_name}{plate}\n{slot.site.instructions}".strip()


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """Escaped as section 3.3.11 says."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        value = value.replace(plain, escaped)
    return value


def _fold(line: bytes) -> bytes:
    """Long lines are cut into pieces of at most 75 octets, never inside a character."""
    pieces = []
    room = FOLD_OCTETS
    while len(line) > room:
        cut = room
        while line[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(line[:cut])
        line = line[cut:]
        room = FOLD_OCTETS - 1
    return b"\r\n ".join([*pieces, line])
