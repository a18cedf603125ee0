"""How one person reads one list: kept for them alone, in each of their organizations."""

from collections.abc import Sequence

from msgspec import field

from rt.contracts.authz import MOST_VIEWS, ListChoicesView, OwnView
from rt.kernel.core.errors import Conflict, NotFound
from rt.kernel.core.ids import derived_id
from rt.kernel.model.entity import Entity


class ViewUnknown(NotFound):
    fr = "Cette vue n'existe plus."
    en = "This view is no longer there."


class ViewNameTaken(Conflict):
    fr = "Une autre de vos vues porte déjà ce nom."
    en = "Another of your views already has this name."


class ViewsFull(Conflict):
    fr = "Vous avez déjà {most} vues : retirez-en une d'abord."
    en = "You already have {most} views: remove one first."


class ListChoice(Entity, kw_only=True):
    """The columns and views that a person chose for a list."""

    person_id: str
    list_name: str
    columns: list[str] = field(default_factory=list)
    views: list[OwnView] = field(default_factory=list)

    def choose(self, columns: Sequence[str]) -> None:
        """From left to right; one that is named twice counts once."""
        self.columns = list(dict.fromkeys(columns))

    def keep(self, view: OwnView) -> None:
        """In the place of the one of that name, or at the end."""
        kept = {one.name: one for one in self.views} | {view.name: view}
        if len(kept) > MOST_VIEWS:
            raise ViewsFull("name", most=MOST_VIEWS)
        self.views = list(kept.values())

    def rename(self, name: str, to: str) -> None:
        names = [one.name for one in self.views]
        if name not in names:
            raise ViewUnknown("name")
        if name != to and to in names:
            raise ViewNameTaken("to")
        self.views = [OwnView(name=to, query=one.query) if one.name == name else one for one in self.views]

    def remove(self, name: str) -> None:
        self.views = [one for one in self.views if one.name != name]

    def view(self) -> ListChoicesView:
        return ListChoicesView(list_name=self.list_name, columns=self.columns, views=self.views)


def list_choice(org_id: str, person_id: str, list_name: str) -> ListChoice:
    """What is there before anything was chosen."""
    return ListChoice(
        id=derived_id("lst", org_id, person_id, list_name), person_id=person_id, list_name=list_name
    )
