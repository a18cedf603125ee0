"""What a person keeps of how they read a list: its columns in order, and views of their own."""

from typing import Annotated

from msgspec import Meta

from rt.kernel.model.messages import PERSONAL, SELF, Command, Query, View
from rt.trade.contacts import ONE_LINE

ListName = Annotated[str, Meta(pattern="^[a-z][a-z_]*$", max_length=40)]
"""What a portal calls one of its lists."""
ColumnNames = Annotated[
    list[Annotated[str, Meta(pattern="^[a-z][a-z_]*$", max_length=40)]], Meta(max_length=40)
]
"""Columns from left to right; none: those that the list has by itself."""


ViewName = Annotated[str, ONE_LINE, PERSONAL, Meta(min_length=1, max_length=40)]
LONGEST_QUERY = 2_000
"""Of all that a list can be narrowed by at once, each letter of it written as three signs or more."""
MOST_VIEWS = 20


class OwnView(View):
    """A view that a person named: what the list's address says after its question mark."""

    name: ViewName
    query: Annotated[str, PERSONAL, Meta(max_length=LONGEST_QUERY)]


class ListChoicesView(View):
    """How the person who asks reads a list, in the organization that they are in."""

    list_name: str
    columns: list[str]
    views: list[OwnView]


class GetListChoices(Query[ListChoicesView], route="/auth/lists/{list_name}", needs=SELF):
    """How oneself reads a list; nothing chosen is no fault."""

    list_name: ListName


class KeepListChoices(
    Command[ListChoicesView], route="/auth/lists/{list_name}", needs=SELF, method="PUT", keyed=False
):
    """Choose the columns of a list, and leave one's views."""

    list_name: ListName
    columns: ColumnNames


class KeepView(Command[ListChoicesView], route="/auth/lists/{list_name}/views", needs=SELF):
    """Keep a view of one's own, 20 at most; one of the same name is replaced."""

    list_name: ListName
    name: ViewName
    query: Annotated[str, PERSONAL, Meta(max_length=LONGEST_QUERY)]


class RenameView(Command[ListChoicesView], route="/auth/lists/{list_name}/views/rename", needs=SELF):
    """Call a view otherwise; a name that another one has is refused."""

    list_name: ListName
    name: ViewName
    to: ViewName


class RemoveView(Command[ListChoicesView], route="/auth/lists/{list_name}/views/remove", needs=SELF):
    """Forget a view; gone already is fine."""

    list_name: ListName
    name: ViewName
