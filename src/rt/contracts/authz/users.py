"""Messages about the people of an organization."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.authz.fields import Language, OpaqueToken, PageSize, PasswordText, PersonName
from rt.kernel.model.messages import OPEN, Command, Cursor, Empty, Query, View
from rt.trade.contacts import EmailText
from rt.trade.references import OrganizationId, PersonId

Role = Literal["admin", "dispatcher", "operator", "accountant", "driver", "viewer", "platform_admin"]
UserState = Literal["invited", "active", "disabled"]


class UserView(View):
    """A person as a member of the reader's organization; one who is `invited` is none before they accept."""

    user_id: str
    email: str
    name: str
    role: Role
    state: UserState
    mfa: bool
    joined_at: datetime | None = None


class UsersPage(View):
    """Members of the organization; `next` is empty on the last page."""

    items: list[UserView]
    next: str = ""


class FindUsers(Query[UsersPage], route="/auth/users", needs="authz.read"):
    """Members of one's own organization by name, e-mail, role or state."""

    q: Annotated[str, Meta(max_length=80)] = ""
    role: Role | Literal[""] = ""
    state: UserState | Literal[""] = ""
    after: Cursor = ""
    limit: PageSize = 50


class GetUser(Query[UserView], route="/auth/users/{user_id}", needs="authz.read"):
    """One member of one's own organization, or somebody it invited."""

    user_id: PersonId


class InviteUser(Command[UserView], route="/auth/users", needs="authz.write", status=201):
    """Invite a person by e-mail to take a role; said again, the invitation is sent again."""

    email: EmailText
    name: PersonName
    role: Role
    language: Language = "fr"


class AcceptInvitation(Command[Empty], route="/auth/invitations/accept", needs=OPEN, keyed=False):
    """Join with the token of the mail; a new person chooses a password, a known one leaves it empty."""

    token: OpaqueToken
    password: Annotated[str, Meta(max_length=1024)] = ""
    name: Annotated[str, Meta(max_length=120)] = ""


class AddUser(
    Command[UserView], route="/auth/organizations/{organization_id}/users", needs="unit", status=201
):
    """Put a person in place without mail: for the demonstration's seed and for imports by units."""

    organization_id: OrganizationId
    email: EmailText
    name: PersonName
    role: Role
    password: PasswordText
    language: Language = "fr"


class ChangeRole(Command[UserView], route="/auth/users/{user_id}/role", needs="authz.write"):
    """Give a member, or who is invited, another role; a member's tokens for this organization end at once."""

    user_id: PersonId
    role: Role


class DisableUser(Command[UserView], route="/auth/users/{user_id}/disable", needs="authz.write"):
    """Shut a member out of this organization without forgetting them."""

    user_id: PersonId


class EnableUser(Command[UserView], route="/auth/users/{user_id}/enable", needs="authz.write"):
    """Let a disabled member in again."""

    user_id: PersonId


class RemoveMember(Command[Empty], route="/auth/users/{user_id}", needs="authz.write", method="DELETE"):
    """Take a person off the organization; their account in other organizations stays."""

    user_id: PersonId
