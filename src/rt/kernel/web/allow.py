"""The methods served at an address, for the `Allow` of a 405."""

from starlette.requests import Request
from starlette.routing import Match


def allowed_methods(request: Request) -> str:
    """All methods of all routes at this address, sorted: each has a route of its own (RFC 9110, 10.2.1)."""
    there = [one for one in request.app.routes if one.matches(request.scope)[0] != Match.NONE]
    return ", ".join(sorted({method for one in there for method in getattr(one, "methods", None) or ()}))
