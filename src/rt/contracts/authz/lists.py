"""What a person keeps of how they read a list: its columns in order, and views of their own."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from rt.kernel.messages import PERSONAL, SELF, Command, Query, View
from rt.trade.contacts import ONE_LINE

ListName = Annotated[str, Meta(pattern="^[a-z][a-z_]*$", max_length=40)]
"""What a portal calls one of its lists."""
ColumnNames = Annotated[
    list[Annotated[str, Meta(pattern="^[a-z][a-z_]*$", max_length=40)]], Meta(max_length=40)
]
"""Columns from left to right; none: those that the list has by itself."""


class OwnView(View):
    """A view that a person named: what the list's address says after its question mark."""

    name: Annotated[str, ONE_LINE, PERSONAL, Meta(min_length=1, max_length=40)]
    query: Annotated[str, PERSONAL, Meta(max_length=1_000)]


OwnViews = Annotated[list[OwnView], Meta(max_length=20)]


class ListChoicesView(View):
    """How the person who asks reads a list, in the organization that they are in."""

    list_name: str
    columns: list[str]
    views: list[OwnView]


class GetListChoices(Query[ListChoicesView], route="/auth/lists/{list_name}", needs=SELF):
    """How oneself reads a list; nothing chosen is no fault."""

    list_name: ListName


class KeepListChoices(
    Command[ListChoicesView], route="/auth/lists/{list_name}", needs=SELF, method="PATCH", keyed=False
):
    """Change what is named of how oneself reads a list, and leave the rest."""

    list_name: ListName
    columns: ColumnNames | UnsetType = UNSET
    views: OwnViews | UnsetType = UNSET
