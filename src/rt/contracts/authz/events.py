"""Events that authz emits."""

from typing import Annotated, Literal

from rt.kernel.model.messages import Event, PersonalLabel, personal_of
from rt.trade.references import MailSecret


class OrganizationCreated(Event, topic="authz.organization.created"):
    """An organization exists: its first administrator came, or a partner wrote it down as a guest."""

    organization_id: str
    name: str
    kind: str
    email: PersonalLabel


class OrganizationSuspended(Event, topic="authz.organization.suspended"):
    """An organization was shut out."""

    organization_id: str


class OrganizationResumed(Event, topic="authz.organization.resumed"):
    """A suspended organization was let in again."""

    organization_id: str


class PartnerAsked(Event, topic="authz.partner.asked"):
    """`by_id` asks `organization_id` to be its partner."""

    organization_id: str
    by_id: str
    by_name: str
    by_kind: str


class PartnerAccepted(Event, topic="authz.partner.accepted"):
    """`by_id` said yes to `organization_id`, which had asked: they are partners."""

    organization_id: str
    by_id: str
    by_name: str
    by_kind: str


class IdentityAsked(Event, topic="authz.identity.asked"):
    """An organization asks for company numbers: the platform is to confirm or refuse them."""

    organization_id: str
    organization_name: str
    siret: str
    vat: str


class IdentityAnswered(Event, topic="authz.identity.answered"):
    """The platform confirmed or refused numbers, or gave them to whose they are (`taken`)."""

    organization_id: str
    act: Literal["confirmed", "refused", "taken"]
    siret: str
    vat: str
    reason: str


class UserInvited(Event, topic="authz.user.invited"):
    """A person was invited; the token is for the mail alone."""

    user_id: str
    email: Annotated[str, personal_of("user_id", "authz.people")]
    name: Annotated[str, personal_of("user_id", "authz.people")]
    role: str
    organization_name: str
    token: MailSecret
    language: str


class UserJoined(Event, topic="authz.user.joined"):
    """A person became a member of the organization."""

    user_id: str
    email: Annotated[str, personal_of("user_id", "authz.people")]
    name: Annotated[str, personal_of("user_id", "authz.people")]
    role: str


class MemberChanged(Event, topic="authz.member.changed"):
    """A member of the organization has another role or state; `removed` when they are a member no more."""

    user_id: str
    email: Annotated[str, personal_of("user_id", "authz.people")]
    role: str
    state: Literal["invited", "active", "disabled", "removed"]


class PasswordResetAsked(Event, topic="authz.password.reset_asked"):
    """A known person asked for a reset link; the token is for the mail alone."""

    user_id: str
    email: Annotated[str, personal_of("user_id", "authz.people")]
    token: MailSecret
    language: str


class SecurityAlert(Event, topic="authz.security.alerted"):
    """Something that the person should hear about; `kind` is one of those in services/authz/domain."""

    user_id: str
    email: Annotated[str, personal_of("user_id", "authz.people")]
    kind: str
    language: str
