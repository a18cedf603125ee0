"""Signing in and out of a portal, choosing an organization, passwords, invitations, by messages of authz."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import segno
from starlette.responses import Response

from rt.contracts.authz import (
    AcceptInvitation,
    AnswerChallenge,
    AskPasswordReset,
    ConfirmTotp,
    EnrolTotp,
    Login,
    Logout,
    MembershipView,
    Refresh,
    ResetPassword,
    SwitchOrganization,
    TokensView,
    TotpView,
    WhoAmI,
)
from rt.kernel.core.errors import Refusal
from rt.ui.addresses import inside
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.session import Session, visitor
from rt.ui.visit import Asks, Connect, Visit, page

CODE = "/login/code"


class SignInPage(Page):
    """One small form: who you are, your code, your new password."""

    template = "pages/signin.html"
    form: Form | None
    lead: str = ""
    links: Sequence[tuple[str, str]] = ()


class OrganizationsPage(Page):
    """For which of one's organizations to go on."""

    template = "pages/organizations.html"
    memberships: list[MembershipView]
    current: str


class SecondFactorPage(Page):
    """The secret to scan, then the recovery codes to keep."""

    template = "pages/second_factor.html"
    form: Form | None
    picture: str = ""
    secret: str = ""
    codes: Sequence[str] = ()


def hold(session: Session, tokens: TokensView) -> None:
    """Keep new tokens."""
    session.access, session.refresh = tokens.access_token, tokens.refresh_token
    session.expires = int(tokens.expires_at.timestamp()) if tokens.expires_at else 0
    session.organization_id = tokens.organization_id or session.organization_id
    session.pending = ""


async def begin(session: Session, connect: Connect, tokens: TokensView) -> Asks:
    """Begin a signed-in session: a new identifier, so that an earlier one is worth nothing."""
    session.id = visitor().id
    hold(session, tokens)
    services = connect(session.access)
    who = await services.ask(WhoAmI())
    session.user_id, session.name, session.language = who.user_id, who.name or who.email, who.language
    session.organization_id, session.organization = who.organization_id, who.organization_name
    session.rights = list(who.rights)
    return services


async def enter(visit: Visit, tokens: TokensView) -> None:
    visit.services = await begin(visit.session, visit.request.state.connect, tokens)


async def admitted(session: Session, connect: Connect, tokens: TokensView) -> str:
    """The page that a right password leads to before any other: a second factor, to tell or to set up."""
    if tokens.challenge:
        session.pending = tokens.challenge
        return CODE
    await begin(session, connect, tokens)
    return "/login/second-factor" if tokens.enrol else ""


def destination(visit: Visit) -> str:
    """Where the visitor wanted to go; never outside this portal."""
    return inside(visit.query.get("next", ""), visit.request.state.portal.home)


async def login(visit: Visit) -> Page | Response:
    form = visit.form(
        Login,
        only=("email", "password"),
        submit=_("Se connecter"),
    )
    if visit.posted is not None:
        tokens: TokensView | None = await said(form)
        if tokens is not None:
            first = await admitted(visit.session, visit.request.state.connect, tokens)
            if first == CODE:
                return visit.go(f"{CODE}?{visit.request.url.query}")
            return visit.go(first or destination(visit))
    return SignInPage(
        title=_("Connexion"),
        form=form,
        links=[("/password/forgotten", _("Mot de passe oublié ?"))],
    )


async def said(form: Form) -> Any:
    """Submit; a wrong password (401) is told in the form, not by another login page."""
    try:
        return await form.submit()
    except Refusal as refusal:
        form.refusal = refusal.problem(language()).title
        return None


async def code(visit: Visit) -> Page | Response:
    if not visit.session.pending:
        return visit.go("/login")
    form = visit.form(
        AnswerChallenge,
        fixed={"challenge": visit.session.pending},
        labels={"code": _("Code à 6 chiffres")},
        submit=_("Continuer"),
    )
    tokens: TokensView | None = await said(form) if visit.posted is not None else None
    if tokens is not None:
        await enter(visit, tokens)
        return visit.go(destination(visit))
    return SignInPage(
        title=_("Second facteur"),
        form=form,
        lead=_("Saisissez le code de votre application d'authentification, ou un code de secours."),
        links=[("/login", _("Recommencer"))],
    )


async def second_factor(visit: Visit) -> Page | Response:
    """Enrol: password, then the secret and a first code, then the recovery codes."""
    step = visit.query.get("step", "")
    if step == "confirm" and visit.posted is not None:
        form = visit.form(ConfirmTotp, submit=_("Activer"), action="/login/second-factor?step=confirm")
        kept = await said(form)
        if kept is not None:
            visit.session.expires = 1  # the next page renews the tokens, now with all rights
            return SecondFactorPage(title=_("Codes de secours"), form=None, codes=kept.codes)
        return SecondFactorPage(title=_("Second facteur"), form=form)
    form = visit.form(
        EnrolTotp,
        submit=_("Continuer"),
        hints={"password": _("Votre rôle demande un second facteur. Confirmez d'abord votre mot de passe.")},
    )
    shown: TotpView | None = await said(form) if visit.posted is not None else None
    if shown is not None:
        confirm = Form(
            ConfirmTotp,
            token=visit.seal.token(visit.session),
            submit=_("Activer"),
            action="/login/second-factor?step=confirm",
        )
        picture = segno.make(shown.uri, error="m").svg_data_uri(scale=5, border=2, light="#fff")
        return SecondFactorPage(title=_("Second facteur"), form=confirm, picture=picture, secret=shown.secret)
    return SecondFactorPage(title=_("Second facteur"), form=form)


async def organizations(visit: Visit) -> Page | Response:
    """Choose the organization to go on with."""
    form = visit.form(SwitchOrganization)
    if visit.posted is not None:
        tokens: TokensView | None = await form.submit()
        if tokens is not None:
            await enter(visit, tokens)
            return visit.go(
                "/", _("Vous agissez maintenant pour %(name)s.") % {"name": visit.session.organization}
            )
    who = await visit.ask(WhoAmI())
    return OrganizationsPage(
        title=_("Choisir une organisation"), memberships=list(who.memberships), current=who.organization_id
    )


async def forgotten(visit: Visit) -> Page | Response:
    form = visit.form(AskPasswordReset, only=("email",), submit=_("Recevoir un lien"))
    if visit.posted is not None and await said(form) is not None:
        return SignInPage(
            title=_("Regardez vos e-mails"),
            form=None,
            lead=_("Si cette adresse a un compte, un lien valable 15 minutes vient d'y être envoyé."),
            links=[("/login", _("Retour à la connexion"))],
        )
    return SignInPage(
        title=_("Mot de passe oublié"), form=form, links=[("/login", _("Retour à la connexion"))]
    )


async def reset(visit: Visit) -> Page | Response:
    form = visit.form(
        ResetPassword, fixed={"token": visit.path["token"]}, submit=_("Changer le mot de passe")
    )
    if visit.posted is not None and await said(form) is not None:
        return visit.go("/login", _("Mot de passe changé. Connectez-vous."))
    return SignInPage(title=_("Nouveau mot de passe"), form=form)


async def invitation(visit: Visit) -> Page | Response:
    form = visit.form(AcceptInvitation, fixed={"token": visit.path["token"]}, submit=_("Rejoindre"))
    if visit.posted is not None and await said(form) is not None:
        return visit.go("/login", _("Bienvenue. Connectez-vous."))
    return SignInPage(
        title=_("Vous êtes invité"),
        form=form,
        lead=_("Choisissez votre mot de passe. Si vous avez déjà un compte, laissez-le vide."),
    )


async def logout(visit: Visit) -> Response:
    """End the session here and at authz, and have the browser forget what it kept."""
    if visit.session.signed_in:
        try:
            await visit.ask(Logout())
        except Refusal:
            # The tokens may be dead already; leaving must work all the same.
            visit.session.access = ""
    visit.request.state.session = visitor()
    answer = visit.go("/login")
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


def renewal(connect: Connect) -> Callable[[Session], Awaitable[None]]:
    """How a session gets new tokens; a refused renewal ends it, an outage leaves it."""

    async def renew(session: Session) -> None:
        try:
            tokens = await connect("").ask(Refresh(refresh_token=session.refresh))
        except Refusal as refusal:
            if refusal.problem().status in (401, 403, 404, 422):
                session.access = session.refresh = ""
            return
        hold(session, tokens)

    return renew


PAGES = [
    page("/login", login, anyone=True),
    page(CODE, code, anyone=True),
    page("/login/second-factor", second_factor),
    page("/organizations", organizations),
    page("/password/forgotten", forgotten, anyone=True),
    page("/password/reset/{token}", reset, anyone=True),
    page("/invitations/{token}", invitation, anyone=True),
]
LEAVING = page("/logout", logout, anyone=True, methods=("POST",))
"""Also where nobody signs in: a session from before ends there."""
