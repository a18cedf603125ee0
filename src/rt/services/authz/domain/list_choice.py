"""How one person reads one list: kept for them alone, in each of their organizations."""

from msgspec import field

from rt.contracts.authz import KeepListChoices, ListChoicesView, OwnView
from rt.kernel.entity import Entity
from rt.kernel.ids import derived_id


class ListChoice(Entity, kw_only=True):
    """The columns and views that a person chose for a list."""

    person_id: str
    list_name: str
    columns: list[str] = field(default_factory=list)
    views: list[OwnView] = field(default_factory=list)

    def choose(self, asked: KeepListChoices) -> None:
        """Take over what was named; a column or a view's name said twice counts once, said last."""
        self.patch(asked)
        self.columns = list(dict.fromkeys(self.columns))
        self.views = list({view.name: view for view in self.views}.values())

    def shown(self) -> ListChoicesView:
        return ListChoicesView(list_name=self.list_name, columns=self.columns, views=self.views)


def list_choice(org_id: str, person_id: str, list_name: str) -> ListChoice:
    """What is there before anything was chosen."""
    return ListChoice(
        id=derived_id("lst", org_id, person_id, list_name), person_id=person_id, list_name=list_name
    )
