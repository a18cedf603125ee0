"""Roles and rights: the one table that says what each role may do in each unit."""

from collections.abc import Mapping
from typing import Final, get_args

from rt.contracts.authz import Role
from rt.kernel.access.tokens import PLATFORM, PLATFORM_ROLE
from rt.kernel.core.errors import Invalid

UNITS: Final = (
    "admin_gateway",
    "affret_ia",
    "authz",
    "bourse",
    "core_orders",
    "ecpmr",
    "erp_sync",
    "notifications",
    "palette",
    "planning",
    "pricing_grids",
    "storage_market",
    "tms_sync",
    "tracking_ia",
    "training",
    "vigilance",
    "wms_sync",
)
ROLES: Final[tuple[Role, ...]] = get_args(Role)
LEVELS: Final = {
    "-": (),
    "r": ("read",),
    "p": ("read", "partner"),
    "W": ("read", "partner", "write"),
    "w": ("read", "write"),
    "a": ("read", "write", "admin"),
    "A": ("read", "partner", "write", "admin"),
}

# `authz.partner` is to ask, accept and block partners; `authz.write` to run one's own organization;
# `authz.admin`, `notifications.admin` and everything of `admin_gateway` look over all organizations: the
# operator's alone.
# `-` nothing, `r` read, `w` read and write, `a` all three; `p`, `W`, `A` the same with `partner`.
TABLE: Final[Mapping[str, str]] = {
    # unit             admin dispatcher operator accountant driver viewer platform_admin
    "admin_gateway": "  -    -          -        -          -      -      a",
    "affret_ia": "      a    w          r        r          -      r      a",
    "authz": "          W    p          p        r          -      r      A",
    "bourse": "         a    w          r        r          -      r      a",
    "core_orders": "    a    w          w        r          w      r      a",
    "ecpmr": "          a    w          w        r          w      r      a",
    "erp_sync": "       a    r          -        w          -      -      a",
    "notifications": "  w    r          r        r          -      -      a",
    "palette": "        a    w          w        w          w      r      a",
    "planning": "       a    w          w        r          r      r      a",
    "pricing_grids": "  a    r          -        w          -      -      a",
    "storage_market": " a    w          w        r          -      r      a",
    "tms_sync": "       a    w          r        r          -      r      a",
    "tracking_ia": "    a    w          r        r          w      r      a",
    "training": "       a    w          w        r          w      r      a",
    "vigilance": "      a    w          r        w          -      r      a",
    "wms_sync": "       a    w          w        r          -      r      a",
}


class RoleNotForOrganization(Invalid):
    fr = "Le rôle {role} n'existe que chez l'exploitant de la plateforme."
    en = "The role {role} exists only with the operator of the platform."


def _rights(role: Role) -> frozenset[str]:
    column = ROLES.index(role)
    return frozenset(
        f"{unit}.{level}" for unit, row in TABLE.items() for level in LEVELS[row.split()[column]]
    )


RIGHTS: Final[Mapping[Role, frozenset[str]]] = {role: _rights(role) for role in ROLES}


def check_role(role: Role, organization_id: str) -> None:
    """Only the platform's own organization has platform administrators, whatever kind another is of."""
    if role == PLATFORM_ROLE and organization_id != PLATFORM:
        raise RoleNotForOrganization("role", role=role)


def rights_of(role: Role, organization_id: str) -> frozenset[str]:
    """What a role may in an organization: a platform role that is kept anywhere else is worth nothing."""
    return frozenset() if role == PLATFORM_ROLE and organization_id != PLATFORM else RIGHTS[role]
