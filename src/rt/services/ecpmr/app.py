"""The consignment note service put together."""

from urllib.parse import urlsplit

from rt.kernel.service.service import ServiceContext, Unit
from rt.services.ecpmr.actions.issuing import Issuing
from rt.services.ecpmr.actions.linking import Linking
from rt.services.ecpmr.actions.reading import Reading
from rt.services.ecpmr.actions.signing import Signing
from rt.services.ecpmr.api import table
from rt.services.ecpmr.handlers import Handlers
from rt.services.ecpmr.store import EcpmrStore


def build(context: ServiceContext) -> Unit:
    """Ecpmr put together."""
    store = EcpmrStore(context.database)
    page = verification_page(context.settings.public_url)
    reading = Reading(store, context.files, page)
    signing = Signing(store, context.files, page)
    linking = Linking(store, context.services)
    issuing = Issuing(store, context.services)
    return Unit(
        name="ecpmr", serves=table(reading, signing, linking), subscriptions=Handlers(issuing).subscriptions()
    )


def verification_page(public_url: str) -> str:
    """Where the recipients' portal shows a verification: its subdomain beside the public address."""
    url = urlsplit(public_url)
    return f"{url.scheme}://recipient.{url.netloc.removeprefix('api.')}/v"
