"""What drivers are told about pallets, by client, site and pallet type."""

from collections.abc import Callable, Sequence

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.palette import FindPolicies, PolicyView, RemovePolicy, SetPolicy
from rt.pages.pallet_words import Tabs, partner_choices
from rt.ui.asking import pressed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import language
from rt.ui.forms import FormPage
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

PATH = "/pallets/policies"


class PolicyRow(msgspec.Struct, kw_only=True):
    """A policy in the list."""

    id: str
    who: str
    site: str
    pallets: str
    mode: str
    said: str
    answer: str


class PoliciesPage(Page):
    """Policies of the organization, the most precise one holds."""

    template = "pages/policies.html"
    tabs: Tabs
    rows: list[PolicyRow]
    columns: list[Column]
    may_write: bool


class Policies:
    """The pages of our pallet policies."""

    def __init__(self, tabs: Callable[[], Tabs]) -> None:
        self.tabs = tabs

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [
            page(PATH, self.policies, methods=("GET",)),
            page(f"{PATH}/new", put),
            page(f"{PATH}/{{policy_id}}/remove", remove, methods=("POST",)),
        ]

    async def policies(self, visit: Visit) -> Page:
        found = await visit.ask(FindPolicies())
        return PoliciesPage(
            title=_("Consignes palettes"),
            crumbs=[("/pallets", _("Palettes"))],
            tabs=self.tabs(),
            rows=[
                PolicyRow(
                    id=p.id,
                    who=p.partner_name or _("Tous les clients"),
                    site=p.site_name or _("tous les sites"),
                    pallets=named("choice", p.pallet_type) if p.pallet_type else _("tous les types"),
                    mode=p.mode,
                    said=p.instruction_en if language() == "en" else p.instruction_fr,
                    answer=answer_text(p),
                )
                for p in found.items
                if not p.answerable
            ],
            columns=[
                Column(name="who", label=_("Client")),
                Column(name="site", label=_("Site")),
                Column(name="pallets", label=_("Type")),
                Column(name="mode", label=_("Règle"), kind="choice"),
                Column(name="said", label=_("Ce que lit le conducteur")),
                Column(name="answer", label=_("Réponse du client")),
            ],
            may_write=visit.session.may("palette.write"),
        )


def answer_text(policy: PolicyView) -> str:
    """What the client says to it: accepted, it is a contract."""
    if not policy.partner_id:
        return ""
    said = {"accepted": _("acceptée : contrat"), "refused": _("refusée"), "none": _("sans réponse")}
    return said[policy.answer]


async def put(visit: Visit) -> Page | Response:
    form = visit.form(
        SetPolicy,
        only=("partner_id", "site_name", "pallet_type", "mode", "ratio_percent", "voucher_days", "note"),
        choices={"partner_id": await partner_choices(visit)},
        labels={
            "partner_id": _("Client (aucun : tous)"),
            "site_name": _("Site (aucun : tous)"),
            "pallet_type": _("Type de palette (aucun : tous)"),
            "ratio_percent": _("Part à rendre, pour la règle au pourcentage"),
            "voucher_days": _("Durée des bons"),
        },
        submit=_("Enregistrer la consigne"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(PATH, _("Consigne enregistrée : les conducteurs la liront."))
    return FormPage(
        title=_("Nouvelle consigne"),
        crumbs=[("/pallets", _("Palettes")), (PATH, _("Consignes"))],
        form=form,
        lead=_("La plus précise l'emporte : un site avant son client, un client avant la règle générale."),
        back=PATH,
    )


async def remove(visit: Visit) -> Response:
    message = RemovePolicy(policy_id=visit.path["policy_id"])
    return await pressed(visit, message, PATH, _("Consigne retirée : la règle plus large vaut."))
