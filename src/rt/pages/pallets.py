"""All pages about pallets: accounts, claims, vouchers and statements, as one choice of a portal."""

from collections.abc import Sequence

from starlette.routing import Route

from rt.pages.claims import Claims
from rt.pages.movements import Accounts
from rt.pages.pallet_words import partner_choices, tabs_of
from rt.pages.policies import Policies
from rt.pages.statements import Statements
from rt.pages.vouchers import Vouchers


class Pallets:
    """The pages of pallets; `tabs` are those shown beside the balances, by the end of their address.

    `order`: the address of an order's page. `declares`: movements outside deliveries, corrections and
    statements begin here too. `preset`: lines of a statement are offered as confirmed.
    """

    def __init__(
        self,
        *tabs: str,
        order: str = "/orders/{order_id}",
        declares: bool = True,
        preset: bool = True,
    ) -> None:
        self.tabs = tabs_of(*tabs)
        self.accounts = Accounts(self.tabs, order=order, declares=declares)
        self.claims = Claims(tabs=self.tabs)
        self.policies = Policies(self.tabs) if "policies" in tabs else None
        self.vouchers = Vouchers(partner_choices, tabs=self.tabs)
        self.statements = Statements(self.tabs, declares=declares, preset=preset)

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [
            *self.accounts.pages(),
            *self.claims.pages(),
            *(self.policies.pages() if self.policies else ()),
            *self.vouchers.pages(),
            *self.statements.pages(),
        ]
