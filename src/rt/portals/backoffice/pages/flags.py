"""Feature switches: off, on for all, or on for some organizations and roles."""

from typing import get_args

import msgspec
from starlette.responses import Response

from rt.contracts.admin_gateway import FindFlags, FlagView, SetFlag
from rt.contracts.authz.users import Role
from rt.kernel.core.errors import NotFound
from rt.portals.backoffice.naming import names_of
from rt.ui.asking import pressed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.forms import FormPage
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page


class Row(msgspec.Struct, kw_only=True):
    """A switch in the list."""

    name: str
    description: str
    state: str
    audience: str
    on: bool


class FlagsListPage(Page):
    """The switches."""

    template = "flags.html"
    rows: list[Row]
    columns: list[Column]
    may_set: bool


def audience(flag: FlagView, names: dict[str, str]) -> str:
    """For whom a switch is on when it is."""
    roles = ", ".join(named("choice", role) for role in flag.roles)
    organizations = ", ".join(names.get(one, one) for one in flag.organizations)
    return " · ".join(part for part in (organizations, roles) if part) or _("Tout le monde")


async def flags(visit: Visit) -> Page | Response:
    found = await visit.ask(FindFlags())
    names = await names_of(visit, [one for flag in found.items for one in flag.organizations])
    return FlagsListPage(
        title=_("Fonctions"),
        rows=[
            Row(
                name=flag.name,
                description=flag.description,
                state="active" if flag.on else "disabled",
                audience=audience(flag, names),
                on=flag.on,
            )
            for flag in found.items
        ],
        columns=[
            Column(name="name", label=_("Fonction")),
            Column(name="description", label=_("Ce qu'elle change")),
            Column(name="state", label=_("État"), kind="state"),
            Column(name="audience", label=_("Pour qui")),
        ],
        may_set=visit.session.may("admin_gateway.write"),
    )


async def flag_named(visit: Visit) -> FlagView:
    found = await visit.ask(FindFlags())
    for flag in found.items:
        if flag.name == visit.path["name"]:
            return flag
    raise NotFound


async def flag(visit: Visit) -> Page | Response:
    known = await flag_named(visit) if "name" in visit.path else None
    form = visit.form(
        SetFlag,
        fixed={"name": known.name} if known else {},
        values=known,
        only=("name", "description", "on", "organizations", "roles"),
        choices={"roles": [Choice(code, named("choice", code)) for code in get_args(Role)]},
        labels={
            "name": _("Nom technique"),
            "description": _("Ce qu'elle change"),
            "on": _("Allumée"),
            "organizations": _("Organisations"),
            "roles": _("Rôles"),
        },
        hints={
            "name": _("Minuscules, chiffres et _, par exemple new_dock_view."),
            "organizations": _("Un identifiant org_… par ligne. Vide : toutes."),
            "roles": _("Aucun coché : tous les rôles."),
        },
        submit=_("Enregistrer"),
    )
    if visit.posted is not None and await form.submit():
        return visit.go("/flags", _("Réglé : effectif dès la prochaine demande."))
    return FormPage(
        title=known.name if known else _("Nouvelle fonction"),
        crumbs=[("/flags", _("Fonctions"))],
        form=form,
        lead=_("Le changement vaut tout de suite, sans redémarrer."),
        back="/flags",
    )


async def switch(visit: Visit) -> Response:
    """Turn a switch over; whoever it is for stays."""
    known = await flag_named(visit)
    message = SetFlag(
        name=known.name,
        on=not known.on,
        description=known.description,
        organizations=known.organizations,
        roles=known.roles,
    )
    done = _("Fonction éteinte") if known.on else _("Fonction allumée")
    return await pressed(visit, message, "/flags", done, undo=f"/flags/{known.name}/switch")


PAGES = [
    page("/flags", flags, methods=("GET",)),
    page("/flags/new", flag),
    page("/flags/{name}", flag),
    page("/flags/{name}/switch", switch, methods=("POST",)),
]
