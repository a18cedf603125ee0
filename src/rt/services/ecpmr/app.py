"""The consignment note service put together."""

from urllib.parse import urlsplit

from rt.kernel.unit import Ground, Unit
from rt.services.ecpmr.actions.issuing import Issuing
from rt.services.ecpmr.actions.linking import Linking
from rt.services.ecpmr.actions.reading import Reading
from rt.services.ecpmr.actions.signing import Signing
from rt.services.ecpmr.api import table
from rt.services.ecpmr.reactions import Reactions
from rt.services.ecpmr.store import EcpmrStore


def build(ground: Ground) -> Unit:
    """Ecpmr on its ground."""
    store = EcpmrStore(ground.database)
    page = verification_page(ground.settings.public_url)
    reading = Reading(store, ground.files, page)
    signing = Signing(store, ground.files, page)
    linking = Linking(store, ground.services)
    issuing = Issuing(store, ground.services)
    return Unit(name="ecpmr", serves=table(reading, signing, linking), hears=Reactions(issuing).heard())


def verification_page(public_url: str) -> str:
    """Where the recipients' portal shows a verification: its subdomain beside the public address."""
    url = urlsplit(public_url)
    return f"{url.scheme}://recipient.{url.netloc.removeprefix('api.')}/v"
