"""Where things are: addresses, contacts and the sites that trucks call at."""

from typing import Annotated

from msgspec import Meta

from rt.kernel.model.messages import PERSONAL, PERSONAL_LABEL, View
from rt.trade.contacts import OptionalEmail
from rt.trade.gazetteer import fold

Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class Contact(View):
    """Whom to call at a site."""

    name: Annotated[str, PERSONAL_LABEL, Meta(max_length=120)] = ""
    phone: Annotated[str, PERSONAL, Meta(max_length=40)] = ""
    email: OptionalEmail = ""


class Address(View):
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    street: Annotated[str, PERSONAL, Meta(max_length=200)] = ""
    postal_code: Annotated[str, Meta(max_length=12)] = ""
    city: Annotated[str, Meta(max_length=120)] = ""
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] = "FR"


class Site(View):
    """A place where goods are taken over or delivered; coordinates are WGS 84 degrees."""

    name: Annotated[str, Meta(max_length=120)]
    address: Address
    contact: Contact = Contact()
    latitude: Annotated[Latitude | None, PERSONAL] = None
    longitude: Annotated[Longitude | None, PERSONAL] = None
    instructions: Annotated[str, PERSONAL, Meta(max_length=500)] = ""


def place_key(site: Site) -> str:
    """A place as legs compare it: by name, postal code, town and country."""
    address = site.address
    return "|".join((fold(site.name), address.postal_code, fold(address.city), address.country))
