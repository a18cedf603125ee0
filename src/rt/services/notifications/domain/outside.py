"""Which addresses of the outside may be spoken to: the public internet on web ports, nothing else."""

import ipaddress
from urllib.parse import urlsplit

from rt.kernel.core.errors import Invalid

PORTS = frozenset({80, 443, 8080, 8443})
NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10", "100.64.0.0/10")
)
"""Networks that lead back inside though Python calls some of them global: NAT64, 6to4, Teredo, site-local."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class UrlNotAllowed(Invalid):
    fr = "Cette adresse n'est pas autorisée : une adresse publique en http(s) est attendue."
    en = "This address is not allowed: a public http(s) address is expected."


def is_public(address: IPAddress) -> bool:
    """Whether an address is on the public internet, whatever form it hides in."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if any(address.version == network.version and address in network for network in NOT_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def host_and_port(url: str, plain_too: bool) -> tuple[str, int]:
    """Where a URL leads, or UrlNotAllowed: no user in it, no odd port, https unless `plain_too`."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise UrlNotAllowed(field="url") from None
    schemes = ("https", "http") if plain_too else ("https",)
    if parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc or port not in PORTS:
        raise UrlNotAllowed(field="url")
    return parts.hostname, port
