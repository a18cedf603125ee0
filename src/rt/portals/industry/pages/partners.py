"""Carriers and other partners of a shipper."""

from rt.pages.partners import Partners

PARTNERS = Partners(
    "carrier", "recipient", "logistician", "forwarder", "supplier", orders="/orders?carrier_id={id}"
)
PAGES = PARTNERS.pages()
