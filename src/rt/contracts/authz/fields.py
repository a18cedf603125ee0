"""Shapes of fields that several messages of authz carry."""

from typing import Annotated, Literal

from msgspec import Meta

from rt.trade.contacts import ONE_LINE

PersonName = Annotated[str, ONE_LINE, Meta(min_length=1, max_length=120)]
OrganizationName = Annotated[str, ONE_LINE, Meta(min_length=1, max_length=160)]
PasswordText = Annotated[str, Meta(min_length=1, max_length=1024)]
"""Any characters at all; how good it must be is decided in the domain, never by composition rules."""
OpaqueToken = Annotated[str, Meta(min_length=8, max_length=8192)]
DeviceText = Annotated[str, Meta(max_length=64)]
"""A name that the client keeps for the device it runs on; two tabs of one browser share it."""
AgentText = Annotated[str, Meta(max_length=200)]
OneTimeCode = Annotated[str, Meta(min_length=6, max_length=24)]
"""Six digits of an authenticator, or a recovery code."""
CountryCode = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
PageSize = Annotated[int, Meta(ge=1, le=200)]
Language = Literal["fr", "en", "de", "es", "it", "nl", "pl", "pt", "ro"]
