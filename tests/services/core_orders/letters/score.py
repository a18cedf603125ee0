"""How the reading of a corpus compares with what its letters say."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from tests.services.core_orders.letters import Sample

from rt.services.core_orders.domain.letter import read
from rt.trade.gazetteer import fold
from rt.trade.zones import PARIS

TODAY = date(2026, 11, 29)
STOP = {
    "name": "site.name",
    "street": "site.address.street",
    "cp": "site.address.postal_code",
    "city": "site.address.city",
    "country": "site.address.country",
    "contact": "site.contact.name",
    "phone": "site.contact.phone",
    "email": "site.contact.email",
    "from": "from_at",
    "until": "until_at",
}
GOODS = {
    "desc": "description",
    "pal": "pallets",
    "qty": "quantity",
    "pack": "package_code",
    "kg": "weight_kg",
    "l": "length_cm",
    "w": "width_cm",
    "h": "height_cm",
    "un": "un_number",
    "tmin": "temperature_min_c",
    "tmax": "temperature_max_c",
    "value": "value_cents",
}
OTHER = {
    "po": "references.purchase_order",
    "bl": "references.delivery_note",
    "booking": "references.booking",
    "price": "price_cents",
    "cur": "currency",
    "ldm": "loading_metres",
    "note": "instructions",
    "equipment": "equipment",
    "inco": "incoterm",
}
FOLLOWING = ("consignee_name", ".kind", ".country", "goods.0.quantity", "goods.1.quantity", "package_code")
"""Fields that follow from others and need not be listed with a letter."""


class Score(NamedTuple):
    """Fields right, doubtful (called a guess, or left out) and wrong; those called high, and the faults."""

    right: int
    doubtful: int
    wrong: int
    high: int
    high_right: int
    faults: list[str]

    def share(self, count: int) -> float:
        return 100 * count / max(1, self.right + self.doubtful + self.wrong)

    def said(self) -> str:
        return (
            f"{self.right + self.doubtful + self.wrong} fields: {self.share(self.right):.1f} % right,"
            f" {self.share(self.doubtful):.1f} % doubtful, {self.share(self.wrong):.1f} % wrong;"
            f" high: {self.high_right} of {self.high} right"
        )


def score(samples: Sequence[Sample]) -> Score:
    counts: Counter[str] = Counter()
    faults: list[str] = []
    for number, sample in enumerate(samples):
        reading = read(sample.text, TODAY)
        if len(reading.orders) != sample.orders:
            faults.append(f"{number}: {len(reading.orders)} orders instead of {sample.orders}")
        wanted = _wanted(sample.says)
        seen: set[str] = set()
        for one in reading.fields:
            if one.field == "requirements":
                right = one.value in wanted.get("requirements", "").split(",")
                seen.add(f"requirements.{one.value}")
            else:
                seen.add(one.field)
                expected = wanted.get(one.field)
                if expected is None and f"{one.field}:day" in wanted:
                    expected = wanted[f"{one.field}:day"]
                    right = _local(one.value)[:10] == expected
                elif expected is None:
                    if one.field.endswith(FOLLOWING) and _follows(one.field, one.value, wanted):
                        continue
                    if one.field.endswith((".from_at", ".until_at")) and _same_day(
                        one.field, one.value, wanted
                    ):
                        continue
                    if one.confidence == "guess":
                        continue
                    right = False
                else:
                    value = _local(one.value) if one.field.endswith("_at") else one.value
                    right = fold(value) == fold(expected) or value == expected
            counts[one.confidence] += 1
            counts[f"{one.confidence} right"] += right
            kind = "doubtful" if one.confidence == "guess" else "right" if right else "wrong"
            counts[kind] += 1
            if kind == "wrong" or (kind == "doubtful" and not right):
                faults.append(
                    f"{number}: {one.field} = {one.value!r} ({one.confidence}), not {wanted.get(one.field)!r}"
                )
        for field in _listed(wanted) - seen:
            counts["doubtful"] += 1
            faults.append(f"{number}: {field} not found, {wanted.get(field, '')!r}")
    return Score(
        counts["right"], counts["doubtful"], counts["wrong"], counts["high"], counts["high right"], faults
    )


def _wanted(says: dict[str, str]) -> dict[str, str]:
    wanted: dict[str, str] = {}
    for key, value in says.items():
        stop, _, part = key.partition(".")
        if key == "req":
            wanted["requirements"] = value
        elif key in GOODS:
            wanted[f"goods.0.{GOODS[key]}"] = value
        elif key in OTHER:
            wanted[OTHER[key]] = value
        elif stop.startswith("g"):
            wanted[f"goods.{stop[1:]}.{GOODS[part]}"] = value
        elif part == "day":
            wanted[f"stops.{stop}.from_at:day"] = wanted[f"stops.{stop}.until_at:day"] = value
        else:
            wanted[f"stops.{stop}.{STOP[part]}"] = value
    return wanted


def _listed(wanted: dict[str, str]) -> set[str]:
    found = {field for field in wanted if ":" not in field and field != "requirements"}
    found |= {f"requirements.{one}" for one in wanted.get("requirements", "").split(",") if one}
    return found | {field.removesuffix(":day") for field in wanted if field.endswith("from_at:day")}


def _follows(field: str, value: str, wanted: dict[str, str]) -> bool:
    if field.endswith(".country"):
        return value == "FR"
    if field.endswith(".quantity"):
        return value == wanted.get(field.replace("quantity", "pallets"))
    return True


def _same_day(field: str, value: str, wanted: dict[str, str]) -> bool:
    """An hour that the letter does not say, at the edge of the day that it says."""
    other = (
        field.replace("from_at", "until_at") if "from_at" in field else field.replace("until_at", "from_at")
    )
    expected = wanted.get(other) or wanted.get(f"{other}:day", "")
    return _local(value)[:10] == expected[:10] and _local(value)[11:] in ("00:00", "23:59")


def _local(value: str) -> str:
    return datetime.fromisoformat(value).astimezone(PARIS).strftime("%Y-%m-%d %H:%M")
