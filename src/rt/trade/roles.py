"""The parts an organization or person can play on one order."""

from typing import Literal

PartnerRole = Literal["shipper", "carrier", "sub_carrier", "consignee", "logistician", "driver"]
OrganizationKind = Literal[
    "shipper", "carrier", "forwarder", "logistician", "supplier", "recipient", "operator"
]
