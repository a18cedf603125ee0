"""Messages that a person sends about their own account: logging in, second factor, sessions."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.authz.fields import (
    AgentText,
    DeviceText,
    Language,
    OneTimeCode,
    OpaqueToken,
    PasswordText,
)
from rt.contracts.authz.users import Role
from rt.kernel.model.messages import OPEN, SELF, Command, Empty, Query, View
from rt.trade.contacts import EmailText
from rt.trade.references import OrganizationId, SessionId


class TokensView(View):
    """What a login, a challenge, a refresh or a switch gives.

    `challenge` alone is set when a second factor is asked: answer it with AnswerChallenge. With `enrol` the
    tokens carry no right but to enrol a second factor, because the organization or the role demands one.
    """

    access_token: str = ""
    refresh_token: str = ""
    expires_at: datetime | None = None
    organization_id: str = ""
    challenge: str = ""
    enrol: bool = False


class MembershipView(View):
    """An organization that the person may act for."""

    organization_id: str
    organization_name: str
    kind: str
    role: Role


class WhoView(View):
    """Who is speaking, for which organization, with which rights."""

    user_id: str
    email: str
    name: str
    language: str
    organization_id: str
    organization_name: str
    role: Role
    rights: list[str]
    memberships: list[MembershipView]
    mfa: bool
    session_id: str


class Login(Command[TokensView], route="/auth/login", needs=OPEN, keyed=False):
    """Open a session with e-mail and password; without an organization, the one used last.

    `agent` is how the device names itself to its owner.
    """

    email: EmailText
    password: PasswordText
    organization_id: OrganizationId = ""
    device: DeviceText = ""
    agent: AgentText = ""


class AnswerChallenge(Command[TokensView], route="/auth/challenge", needs=OPEN, keyed=False):
    """Finish a login with a code of the authenticator or a recovery code; 5 minutes, 5 tries."""

    challenge: OpaqueToken
    code: OneTimeCode


class Refresh(Command[TokensView], route="/auth/refresh", needs=OPEN, keyed=False):
    """Exchange a refresh token for its successor and a new access token."""

    refresh_token: OpaqueToken
    device: DeviceText = ""


class Logout(Command[Empty], route="/auth/logout", needs=SELF, keyed=False):
    """End the session that speaks."""


class WhoAmI(Query[WhoView], route="/auth/me", needs=SELF):
    """The person, the organization and the rights behind the token."""


class SwitchOrganization(Command[TokensView], route="/auth/switch", needs=SELF, keyed=False):
    """Go on in another of one's organizations, without logging in again."""

    organization_id: OrganizationId


class ChangePassword(Command[Empty], route="/auth/password", needs=SELF, keyed=False, method="PUT"):
    """Change one's password; every other session ends."""

    current_password: PasswordText
    new_password: PasswordText


class AskPasswordReset(Command[Empty], route="/auth/password/forgotten", needs=OPEN, keyed=False):
    """Have a reset link sent; the answer is the same whether or not the address is known."""

    email: EmailText
    language: Language = "fr"


class ResetPassword(Command[Empty], route="/auth/password/reset", needs=OPEN, keyed=False):
    """Choose a new password with the link of the mail: once, within 15 minutes; every session ends."""

    token: OpaqueToken
    new_password: PasswordText


class TotpView(View):
    """The secret to put into an authenticator, shown once; not active before ConfirmTotp."""

    secret: str
    uri: str


class RecoveryCodesView(View):
    """Ten codes, each good once when the authenticator is lost; shown once."""

    codes: list[str]


class EnrolTotp(Command[TotpView], route="/auth/totp", needs=SELF, keyed=False):
    """Begin with a second factor (RFC 6238)."""

    password: PasswordText


class ConfirmTotp(Command[RecoveryCodesView], route="/auth/totp/confirm", needs=SELF, keyed=False):
    """Show that the authenticator works; from then on every login asks for a code."""

    code: OneTimeCode


class DisableTotp(Command[Empty], route="/auth/totp/disable", needs=SELF, keyed=False):
    """Give the second factor up: with the password and a code."""

    password: PasswordText
    code: OneTimeCode


class SessionView(View):
    """A place where the person is logged in."""

    session_id: str
    device: str
    agent: str
    ip: str
    begun_at: datetime
    used_at: datetime
    organization_id: str
    current: bool


class SessionsView(View):
    """The person's open sessions, the latest first."""

    items: list[SessionView]


class FindSessions(Query[SessionsView], route="/auth/sessions", needs=SELF):
    """Where one is logged in."""


class EndSession(Command[Empty], route="/auth/sessions/{session_id}", needs=SELF, method="DELETE"):
    """End one of one's sessions."""

    session_id: SessionId


class EndAllSessions(Command[Empty], route="/auth/sessions", needs=SELF, method="DELETE"):
    """End all of one's sessions, or all but the one that speaks."""

    keep: Annotated[Literal["", "current"], Meta(description="`current` keeps the session that speaks")] = ""
