"""Who speaks when Schemathesis asks signed in: whoever has the right that an operation needs.

The command loads it (`SCHEMATHESIS_HOOKS`) in place of `accepted`, which it takes along.
"""

import os
from collections import Counter
from typing import Any

import schemathesis
from tests.conformance import accepted

from rt.ops import world
from rt.ops.actors import OPEN_SESAME, Caller

__all__ = ["accepted"]

FIRM = world.CARRIERS[0]
THE_PLATFORM_ALONE = ("admin_gateway.", "authz.admin", "notifications.admin")
"""Rights that no role of a customer has."""
MANY = 40
ONE_IN = 4
"""Of what is tried on one operation in the suite, beyond the first forty: an order alone has 600 bounds."""

_tried: Counter[str] = Counter()


def _email(case: Any, context: Any) -> str:
    needs = str(context.operation.definition.raw["x-needs"])
    return world.ADMIN_EMAIL if needs.startswith(THE_PLATFORM_ALONE) else FIRM.email


@schemathesis.auth(cache_by_key=_email)
class Speaker:
    """Signs in, and again where a session has ended: whoever tries every operation signs out, too."""

    def get(self, case: Any, context: Any) -> str:
        caller = Caller(context.operation.schema.get_base_url(), "conformance", "")
        asked = {"email": _email(case, context), "password": OPEN_SESAME}
        return str(caller.post("/auth/login", asked)["access_token"])

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    if os.environ.get("RT_EXAMPLES"):
        return True
    _tried[case.operation.label] += 1
    tried = _tried[case.operation.label]
    return tried <= MANY or tried % ONE_IN == 0
