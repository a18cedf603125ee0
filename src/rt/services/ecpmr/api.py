"""Requests of the consignment note service, each with its action."""

from rt.contracts.ecpmr import (
    AddPhoto,
    AmendDocument,
    AskDeliveryCode,
    AskTakeoverCode,
    CheckReserve,
    FindDocuments,
    GetDocument,
    GetLoadingList,
    GetPdf,
    GetPhoto,
    GetTakeover,
    MakeSigningLink,
    MyDocuments,
    OfficerView,
    RecordArrival,
    RecordDeparture,
    SignAmendment,
    SignDelivery,
    SignHandover,
    SignTakeover,
    VerifyDocument,
)
from rt.kernel.service.service import Served, serve
from rt.services.ecpmr.actions.linking import Linking
from rt.services.ecpmr.actions.reading import Reading
from rt.services.ecpmr.actions.signing import Signing


def table(reading: Reading, signing: Signing, linking: Linking) -> list[Served]:
    return [
        serve(FindDocuments, reading.find),
        serve(MyDocuments, reading.day),
        serve(GetDocument, reading.get),
        serve(GetTakeover, reading.get),
        serve(GetPdf, reading.pdf),
        serve(GetLoadingList, reading.loading_list),
        serve(OfficerView, reading.officer),
        serve(VerifyDocument, reading.verify),
        serve(CheckReserve, reading.check_reserve),
        serve(GetPhoto, reading.photo),
        serve(AmendDocument, signing.amend),
        serve(SignTakeover, signing.take_over),
        serve(SignHandover, signing.hand_over),
        serve(SignDelivery, signing.deliver),
        serve(SignAmendment, signing.agree),
        serve(RecordArrival, signing.arrive),
        serve(RecordDeparture, signing.depart),
        serve(AddPhoto, signing.add_photo),
        serve(MakeSigningLink, linking.send_link),
        serve(AskTakeoverCode, linking.ask_takeover_code),
        serve(AskDeliveryCode, linking.ask_delivery_code),
    ]
