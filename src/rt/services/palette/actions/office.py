"""What is decided at the office and not in the cab, whatever rights a driver has to redeem vouchers."""

from rt.kernel.errors import Forbidden
from rt.kernel.identity import current_actor


class OfficeOnly(Forbidden):
    fr = "Cette opération se fait au bureau : un conducteur remet des bons et consulte les consignes."
    en = "This is done at the office: a driver redeems vouchers and reads instructions."


def refuse_driver() -> None:
    if current_actor().roles == {"driver"}:
        raise OfficeOnly
