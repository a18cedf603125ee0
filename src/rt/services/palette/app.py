"""The pallet service put together."""

from rt.kernel.unit import Ground, Unit, every
from rt.services.palette.actions.ledger import Ledger
from rt.services.palette.actions.policies import Policies
from rt.services.palette.actions.statements import Statements
from rt.services.palette.actions.vouchers import Vouchers
from rt.services.palette.api import table
from rt.services.palette.jobs import Limitation
from rt.services.palette.reactions import Reactions
from rt.services.palette.store import PaletteStore

DAY_SECONDS = 86_400


def build(ground: Ground) -> Unit:
    """Palette on its ground."""
    store = PaletteStore(ground.database)
    ledger = Ledger(store, ground.services)
    policies = Policies(store)
    vouchers = Vouchers(store, ground.services, ground.timers)
    statements = Statements(store, ground.services)
    return Unit(
        name="palette",
        serves=table(ledger, policies, vouchers, statements),
        hears=Reactions(store, policies, vouchers).heard(),
        jobs=[every(DAY_SECONDS, Limitation(store).warn)],
        timers={"expire_voucher": vouchers.expire},
    )
