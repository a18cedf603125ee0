"""The pallet service put together."""

from rt.kernel.unit import Ground, Unit, every, expand
from rt.services.palette.actions.ledger import Ledger
from rt.services.palette.actions.policies import Policies
from rt.services.palette.actions.statements import Statements
from rt.services.palette.actions.vouchers import Vouchers
from rt.services.palette.adapters import Directory
from rt.services.palette.api import table
from rt.services.palette.jobs import Limitation
from rt.services.palette.reactions.answers import Answers
from rt.services.palette.reactions.deliveries import Deliveries
from rt.services.palette.store import PaletteStore
from rt.services.palette.store.migrations import ConsentFilled

DAY_SECONDS = 86_400


def build(ground: Ground) -> Unit:
    """Palette on its ground."""
    store = PaletteStore(ground.database)
    directory = Directory(ground.services)
    ledger = Ledger(store, directory, ground.timers)
    policies = Policies(store, directory)
    vouchers = Vouchers(store, directory, ground.timers)
    statements = Statements(store, directory)
    return Unit(
        name="palette",
        serves=table(ledger, policies, vouchers, statements),
        hears=[
            *Deliveries(store, directory, ledger, policies, vouchers).heard(),
            *Answers(store, directory, ledger, vouchers).heard(),
        ],
        jobs=[every(DAY_SECONDS, Limitation(store).warn)],
        timers={"expire_voucher": vouchers.expire, "lapse_claim": ledger.lapse},
        migrations=[expand(1, ConsentFilled(ground.database).expand), expand(2, store.derive)],
    )
