"""What one installation demands beyond the rules of the platform."""

import msgspec

from rt.contracts.authz import Role
from rt.kernel.core.errors import Forbidden


class MfaRequired(Forbidden):
    fr = "Activez d'abord un second facteur, puis reconnectez-vous."
    en = "Enable a second factor first, then sign in again."


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """`mfa_demanded`: platform administrators and makers of API keys need a second factor (ASVS 6.3.3)."""

    mfa_demanded: bool
    common_passwords: frozenset[str]

    def demands_mfa(self, role: Role, organization_demands: bool) -> bool:
        return organization_demands or (self.mfa_demanded and role == "platform_admin")
