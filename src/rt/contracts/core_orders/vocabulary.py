"""The closed lists of an order: its states, sources, wishes, vehicles, papers."""

from typing import Literal

OrderState = Literal[
    "draft",
    "confirmed",
    "tendered",
    "assigned",
    "planned",
    "loading",
    "in_transit",
    "delivered",
    "pod_ok",
    "invoiced",
    "closed",
    "cancelled",
]
Source = Literal["portal", "import", "link", "gps", "cmr", "api", "planning", "timer", "leg"]
"""Where a change came from."""
Requirement = Literal[
    "tail_lift",
    "adr",
    "temperature",
    "crane",
    "forklift",
    "moffett",
    "tarpaulin",
    "box",
    "straps",
    "two_drivers",
    "customs_seal",
    "gdp",
]
VehicleAsked = Literal[
    "semi_tautliner",
    "semi_box",
    "semi_reefer",
    "semi_mega",
    "road_train",
    "rigid_26t",
    "rigid_19t",
    "rigid_12t",
    "rigid_7t5",
    "van_20m3",
    "van_12m3",
]
"""The vehicle asked for, by its code in rt.trade.loading."""
Equipment = Literal["", VehicleAsked]
"""The same; none named: a curtain-side semi-trailer."""
IncotermAsked = Literal["EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP"]
"""Incoterms 2020."""
Incoterm = Literal["", IncotermAsked]
DocumentKind = Literal["waybill", "cmr", "pod", "photo", "invoice", "letter", "other"]
"""A consignment note is a waybill inside one country, a CMR between two (CMR art. 1). A letter asked for the
order: text, mail or PDF, its owner's alone."""
IncidentKind = Literal[
    "delay", "damage", "missing", "refused", "access", "breakdown", "accident", "theft", "other"
]
Responsible = Literal["", "shipper", "carrier", "consignee", "logistician", "other"]
