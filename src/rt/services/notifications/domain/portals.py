"""Where the links of a message lead: portals by audience, pages by what is to be done."""

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from rt.services.notifications.domain.address import Unsubscriber
from rt.services.notifications.domain.message import Message

DOMAIN_PREFIXES = ("api.", "www.")
BY_KIND = {
    "shipper": "industry",
    "carrier": "transporter",
    "forwarder": "forwarder",
    "logistician": "logistician",
    "supplier": "supplier",
    "recipient": "recipient",
    "operator": "admin",
}


class Portals:
    """Addresses of pages, from the address of the platform."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        host = parts.netloc
        for prefix in DOMAIN_PREFIXES:
            host = host.removeprefix(prefix)
        self._scheme, self._host = parts.scheme, host
        self.api = public_url.rstrip("/")

    def page(self, subdomain: str, path: str) -> str:
        """A page of the portal with that subdomain."""
        return f"{self._scheme}://{subdomain}.{self._host}{path}"

    def of_kind(self, kind: str, path: str, role: str = "") -> str:
        """A page of the portal in which somebody of that kind of organization works."""
        subdomain = "driver" if role == "driver" else BY_KIND.get(kind, "industry")
        return self.page(subdomain, path)

    def invitation(self, kind: str, role: str, token: str) -> str:
        return self.of_kind(kind, f"/invitations/{quote(token, safe='')}", role)

    def password(self, kind: str, role: str, token: str) -> str:
        return self.of_kind(kind, f"/password/reset/{quote(token, safe='')}", role)

    def by_link(self, subdomain: str, token: str, path: str) -> str:
        """A page that whoever holds the token may open without an account."""
        return self.page(subdomain, f"/l/{quote(token, safe='')}{path}")

    def absolute(self, subdomain: str, url: str) -> str:
        """An address that another unit gave, whole or as a path."""
        return url if url.startswith(("http://", "https://")) else self.page(subdomain, url)

    def way_off(self, unsubscriber: Unsubscriber) -> Callable[[Message], str]:
        """What gives the address by which a mail is unsubscribed from; none where it is mandatory."""

        def address(message: Message) -> str:
            if not message.unsubscribable:
                return ""
            return f"{self.api}/api/notifications/unsubscribe/{unsubscriber.token(message.to, message.topic)}"

        return address
