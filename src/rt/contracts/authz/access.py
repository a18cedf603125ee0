"""Messages about what acts without a person: API keys, capability links and the keys that sign."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.authz.fields import OpaqueToken
from rt.kernel.model.messages import OPEN, Command, Cursor, Empty, Query, View
from rt.trade.contacts import ONE_LINE, EmailText
from rt.trade.references import ApiKeyId, LinkId, OrganizationId

LinkScope = Literal[
    "accept_tender", "sign_delivery", "sign_takeover", "follow_order", "book_slot", "answer_statement"
]
Right = Annotated[str, Meta(pattern=r"^[a-z_]+\.(read|write|admin|partner)$", max_length=60)]
NetworkText = Annotated[str, Meta(min_length=2, max_length=50)]
"""An IPv4 or IPv6 address or network in CIDR form."""
LinkClaims = Annotated[
    dict[Annotated[str, Meta(max_length=40)], Annotated[str, Meta(max_length=200)]], Meta(max_length=12)
]
Remark = Literal["device", "note", "plate"]
"""What a bearer may write on a link; whom it is for, and where it was sent, is the issuing unit's to say."""
LinkRemarks = dict[Remark, Annotated[str, Meta(max_length=200)]]


class ApiKeyView(View):
    """A key that a program of the organization uses; the secret itself is never shown again."""

    key_id: str
    name: str
    prefix: str
    rights: list[str]
    networks: list[str]
    expires_at: datetime | None
    used_at: datetime | None
    created_at: datetime
    revoked: bool
    secrets: int


class ApiKeySecretView(View):
    """A new secret, shown this once: send it as `Authorization: Bearer rtk_…`."""

    key: ApiKeyView
    secret: str


class ApiKeysPage(View):
    """The organization's API keys; `next` is empty on the last page."""

    items: list[ApiKeyView]
    next: str = ""


class AddApiKey(Command[ApiKeySecretView], route="/auth/keys", needs="authz.write", keyed=False, status=201):
    """Make a key with some of one's own rights, for some networks, until some day."""

    name: Annotated[str, ONE_LINE, Meta(min_length=1, max_length=80)]
    rights: Annotated[list[Right], Meta(min_length=1, max_length=60)]
    networks: Annotated[list[NetworkText], Meta(max_length=50)] = field(default_factory=list)
    expires_at: datetime | None = None


class FindApiKeys(Query[ApiKeysPage], route="/auth/keys", needs="authz.write"):
    """The organization's keys, with when each was used last."""

    after: Cursor = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class RotateApiKey(
    Command[ApiKeySecretView], route="/auth/keys/{key_id}/rotate", needs="authz.write", keyed=False
):
    """Give a key a second secret; the one before stays valid for the hours given."""

    key_id: ApiKeyId
    overlap_hours: Annotated[int, Meta(ge=0, le=168)] = 24


class RevokeApiKey(Command[Empty], route="/auth/keys/{key_id}", needs="authz.write", method="DELETE"):
    """Shut a key out, with all its secrets."""

    key_id: ApiKeyId


class KeyView(View):
    """Whom an API key stands for."""

    organization_id: str
    rights: list[str]
    key_id: str
    name: str


class CheckKey(Command[KeyView], route="/auth/keys/check", needs="unit", keyed=False):
    """Whom a presented API key stands for, seen from that address; 401 if nobody."""

    key: Annotated[str, Meta(max_length=200)]
    ip: Annotated[str, Meta(max_length=64)]


class LinkView(View):
    """A capability link: whoever holds the token may do that one thing to that one object until then."""

    link_id: str
    token: str
    expires_at: datetime


class IssueLink(Command[LinkView], route="/auth/links", needs="unit", status=201):
    """Make a link that acts for an organization, on one object, in one scope; at most 90 days."""

    scope: LinkScope
    object_id: Annotated[str, Meta(min_length=1, max_length=80)]
    organization_id: OrganizationId
    expires_at: datetime
    claims: LinkClaims = field(default_factory=dict)


class RevokeLink(Command[Empty], route="/auth/links/{link_id}", needs="unit", method="DELETE"):
    """Make a link and everything attenuated from it worthless."""

    link_id: LinkId


class AttenuateLink(Command[LinkView], route="/auth/links/attenuate", needs=OPEN, keyed=False):
    """Narrow a link one holds before handing it on: an earlier end, a remark; never more, never another.

    What a holder remarks is carried as `holder.<name>`: it identifies nobody.
    """

    token: OpaqueToken
    expires_at: datetime | None = None
    claims: Annotated[LinkRemarks, Meta(max_length=3)] = field(default_factory=dict)


class AddressHolderView(View):
    """Whether an e-mail address is an organization's: `email` in its one spelling.

    The card of a guest was written by the partner whose guest it is.
    """

    email: str
    held: Literal["", "card", "member"]
    guest: bool


class CheckAddress(
    Query[AddressHolderView], route="/auth/organizations/{organization_id}/addresses", needs="unit"
):
    """Is this address on the organization's card, or that of one of its active members?"""

    organization_id: OrganizationId
    email: EmailText


class PublicKeyView(View):
    """A public Ed25519 key as a JSON Web Key (RFC 8037)."""

    kid: str
    x: str
    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    alg: Literal["Ed25519"] = "Ed25519"
    use: Literal["sig"] = "sig"


class KeySetView(View):
    """The keys that tokens of this platform verify with (RFC 7517)."""

    keys: list[PublicKeyView]


class GetKeys(Query[KeySetView], route="/auth/.well-known/jwks.json", needs=OPEN):
    """The public keys, those about to sign and those whose tokens still live included."""


class RotateKeys(Command[KeySetView], route="/auth/keys/rotate", needs="authz.admin"):
    """Sign with a new key; with `compromised`, at once, and every token of the keys before is refused."""

    compromised: bool = False
