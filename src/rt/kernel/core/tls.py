"""Whom this process trusts when it speaks to the outside: read once, shared by all of its clients."""

import ssl
from functools import cache

import httpx


@cache
def tls(*, trust_env: bool = True) -> ssl.SSLContext:
    """The context for a client's `verify`; by itself each would take 20 ms and a megabyte to read the same.

    `trust_env`: whether SSL_CERT_FILE and SSL_CERT_DIR may name other authorities.
    """
    return httpx.create_ssl_context(trust_env=trust_env)
