"""The parts an organization or person can play on one order."""

from typing import Literal

PartnerRole = Literal[
    "owner", "client", "shipper", "carrier", "sub_carrier", "consignee", "logistician", "supplier", "driver"
]
"""`owner` runs the order, `client` (donneur d'ordre) asks for transport and pays the owner, `shipper` hands
the goods over. One organization may be several of them."""
Roles = frozenset[PartnerRole]
OrganizationKind = Literal[
    "shipper", "carrier", "forwarder", "logistician", "supplier", "recipient", "operator"
]
