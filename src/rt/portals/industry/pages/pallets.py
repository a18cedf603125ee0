"""Which pallet pages a shipper has: all of them, and its own policies."""

from rt.pages.pallets import Pallets

PALLETS = Pallets("claims", "movements", "policies", "vouchers", "statements")
PAGES = PALLETS.pages()
