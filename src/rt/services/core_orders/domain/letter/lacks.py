"""What the order that was read would still want before it can be confirmed."""

from collections.abc import Sequence
from typing import Any

import msgspec

from rt.contracts.core_orders import Stop
from rt.contracts.core_orders.letters import ReadField, ReadLack
from rt.services.core_orders.domain.mentions import missing
from rt.trade.goods import Goods


def lacks(fields: Sequence[ReadField]) -> list[ReadLack]:
    """Every mandatory mention that no field carries."""
    built: dict[str, Any] = {}
    for one in fields:
        at = built
        *steps, last = one.field.split(".")
        for step in steps:
            at = at.setdefault(step, {})
        at[last] = one.value
    stops = [_stop(one) for one in _rows(built, "stops")]
    for kind in ("pickup", "delivery"):
        if not any(one.kind == kind for one in stops):
            stops.append(_stop({"kind": kind}))
    goods = [_goods(one) for one in _rows(built, "goods")]
    wanted = [one.value for one in fields if one.field == "requirements"]
    return [
        ReadLack(field=lack.field, fr=lack.says("fr"), en=lack.says("en"))
        for lack in missing(stops, goods, str(built.get("consignee_name", "")), wanted)
    ]


def _rows(built: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [row for _, row in sorted(built.get(name, {}).items(), key=lambda pair: int(pair[0]))]


def _stop(said: dict[str, Any]) -> Stop:
    site = said.get("site", {})
    plain: dict[str, Any] = {
        "kind": said.get("kind", "pickup"),
        "site": {
            "name": site.get("name", ""),
            "address": site.get("address", {}),
            "contact": site.get("contact", {}),
        },
        **{name: said[name] for name in ("from_at", "until_at") if name in said},
    }
    return msgspec.convert(plain, Stop, strict=False)


def _goods(said: dict[str, Any]) -> Goods:
    return msgspec.convert({"description": "-", **said}, Goods, strict=False)
