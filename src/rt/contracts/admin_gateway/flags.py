"""Messages about feature switches."""

from typing import Annotated

from msgspec import Meta

from rt.kernel.model.messages import SIGNED_IN, Command, Event, Query, View
from rt.trade.references import OrganizationId


class FlagView(View):
    """A feature switch: off, on, or on for some organizations and roles."""

    name: str
    description: str
    on: bool
    organizations: list[str]
    roles: list[str]
    version: int


class FlagsView(View):
    """All switches."""

    items: list[FlagView]


class FindFlags(Query[FlagsView], route="/admin/flags", needs="admin_gateway.read"):
    """All feature switches."""


class SetFlag(Command[FlagView], route="/admin/flags/{name}", needs="admin_gateway.write"):
    """Set a switch whole: for all, or for the organizations and roles named; effective without restart."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{2,40}$")]
    on: bool
    description: Annotated[str, Meta(max_length=200)] = ""
    organizations: Annotated[list[OrganizationId], Meta(max_length=1_000)] = []
    roles: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=20)] = []


class MyFlagsView(View):
    """The switches that are on for the person who asks."""

    on: list[str]


class MyFlags(Query[MyFlagsView], route="/admin/flags/mine", needs=SIGNED_IN):
    """Which features the person who asks has."""


class FlagSet(Event, topic="admin_gateway.flag.set"):
    """A feature switch was set."""

    name: str
    on: bool
