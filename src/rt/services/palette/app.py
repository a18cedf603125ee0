"""The pallet service put together."""

from rt.kernel.service.service import ServiceContext, Unit, every, expand
from rt.services.palette.actions.ledger import Ledger
from rt.services.palette.actions.policies import Policies
from rt.services.palette.actions.statements import Statements
from rt.services.palette.actions.vouchers import Vouchers
from rt.services.palette.adapters import Directory
from rt.services.palette.api import table
from rt.services.palette.handlers.answers import Answers
from rt.services.palette.handlers.deliveries import Deliveries
from rt.services.palette.jobs import Limitation
from rt.services.palette.store import PaletteStore
from rt.services.palette.store.migrations import ConsentFilled

DAY_SECONDS = 86_400


def build(context: ServiceContext) -> Unit:
    """Palette put together."""
    store = PaletteStore(context.database)
    directory = Directory(context.services)
    ledger = Ledger(store, directory, context.timers)
    policies = Policies(store, directory)
    vouchers = Vouchers(store, directory, context.timers)
    statements = Statements(store, directory)
    return Unit(
        name="palette",
        serves=table(ledger, policies, vouchers, statements),
        subscriptions=[
            *Deliveries(store, directory, ledger, policies, vouchers).subscriptions(),
            *Answers(store, directory, ledger, vouchers).subscriptions(),
        ],
        jobs=[every(DAY_SECONDS, Limitation(store).warn)],
        timers={"expire_voucher": vouchers.expire, "lapse_claim": ledger.lapse},
        migrations=[expand(1, ConsentFilled(context.database).expand), expand(2, store.derive)],
    )
