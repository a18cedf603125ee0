"""Feature switches, and the sentence that everybody sees."""

from rt.contracts.admin_gateway import FlagSet, FlagView
from rt.kernel.core.errors import Conflict
from rt.kernel.core.ids import derived_id
from rt.kernel.model.entity import Entity

OPERATOR = "platform"
"""The owner of what belongs to the platform itself."""


FLAGS_AT_MOST = 100
"""All are read for each request that asks: a switch that has done its work goes."""


class TooManyFlags(Conflict):
    fr = "Il y a déjà {limit} interrupteurs."
    en = "There are {limit} switches already."


class Flag(Entity, kw_only=True):
    """A switch: for everybody, or only for the organizations and the roles named (both must fit)."""

    name: str
    description: str = ""
    on: bool = False
    organizations: list[str] = []
    roles: list[str] = []

    def set(self, on: bool, organizations: list[str], roles: list[str]) -> None:
        self.on = on
        self.organizations = sorted(set(organizations))
        self.roles = sorted(set(roles))
        self.emit(FlagSet(name=self.name, on=on))

    def is_on(self, organization_id: str, roles: frozenset[str]) -> bool:
        fits = not self.organizations or organization_id in self.organizations
        plays = not self.roles or bool(roles & set(self.roles))
        return self.on and fits and plays

    def view(self) -> FlagView:
        return FlagView(
            name=self.name,
            description=self.description,
            on=self.on,
            organizations=self.organizations,
            roles=self.roles,
            version=self.version,
        )


class Notice(Entity, kw_only=True):
    """What is said at the top of every portal."""

    fr: str = ""
    en: str = ""


def flag_id(name: str) -> str:
    return derived_id("flg", name)


NOTICE_ID = derived_id("ntc", OPERATOR)
