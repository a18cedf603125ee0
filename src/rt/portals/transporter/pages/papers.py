"""Papers of an order: the consignment note as PDF and sent to be signed, documents out and in."""

from starlette.datastructures import UploadFile
from starlette.responses import Response

from rt.contracts.core_orders import AddDocument, DocumentKind, GetDocument
from rt.contracts.ecpmr import DocumentRow, FindDocuments, GetPdf, MakeSigningLink, SigningLinkView
from rt.contracts.ecpmr.note import Language, Party
from rt.kernel.errors import NotFound
from rt.ui.asking import pressed, sent, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

KINDS: dict[str, DocumentKind] = {
    "waybill": "waybill",
    "cmr": "cmr",
    "pod": "pod",
    "photo": "photo",
    "invoice": "invoice",
    "other": "other",
}


class SigningLinkPage(Page):
    """A link to sign a consignment note is sent; once sent, to where and until when it lives."""

    template = "signing_link.html"
    note: DocumentRow
    form: Form
    made: SigningLinkView | None
    back: str


async def note(visit: Visit) -> Response:
    """The consignment note in the language of the page."""
    chosen: Language = "en" if language() == "en" else "fr"
    return sent(await visit.ask(GetPdf(document_id=visit.path["document_id"], language=chosen)))


def signers(note: DocumentRow) -> list[Party]:
    """Who can still be asked to sign by a link: who is missing now, and the consignee beforehand."""
    ahead: list[Party] = ["consignee"] if note.delivered_at is None else []
    return [] if note.cancelled else list(dict.fromkeys([*note.to_sign, *ahead]))


async def signing_link(visit: Visit) -> Page:
    """The link itself is in the mail alone: who opens it shows that the mailbox is theirs."""
    order_id, document_id = visit.path["order_id"], visit.path["document_id"]
    notes = await visit.ask(FindDocuments(order_id=order_id))
    note = next((one for one in notes.items if one.document_id == document_id), None)
    if note is None:
        raise NotFound
    names = {"sender": note.sender_name, "carrier": note.carrier_name, "consignee": note.consignee_name}
    form = visit.form(
        MakeSigningLink,
        fixed={"document_id": document_id},
        values={"language": language()},
        only=("party", "email", "language"),
        choices={
            "party": [
                (party, " · ".join(filter(None, (named("choice", party), names[party]))))
                for party in signers(note)
            ]
        },
        labels={"party": _("Qui signe"), "email": _("E-mail"), "language": _("Langue du message")},
        hints={"email": _("Laissez vide pour l'adresse que la partie ou la commande a donnée.")},
        submit=_("Envoyer le lien"),
    )
    made = await form.submit() if visit.posted is not None else None
    back = f"/orders/{order_id}"
    return SigningLinkPage(
        title=_("Faire signer par lien"),
        crumbs=[("/orders", _("Commandes")), (back, _("Commande"))],
        note=note,
        form=form,
        made=made,
        back=f"{back}#papers",
    )


async def document(visit: Visit) -> Response:
    word = GetDocument(order_id=visit.path["order_id"], document_id=visit.path["document_id"])
    return sent(await visit.ask(word))


async def add(visit: Visit) -> Response:
    return await added(visit, f"/orders/{visit.path['order_id']}#papers")


async def added(visit: Visit, back: str) -> Response:
    """Keep the posted file with the order and go back."""
    file = visit.posted.get("file") if visit.posted is not None else None
    if not isinstance(file, UploadFile) or not file.filename:
        return visit.go(back, _("Choisissez d'abord un fichier."))
    word = AddDocument(
        order_id=visit.path["order_id"],
        kind=KINDS.get(typed(visit, "kind"), "other"),
        filename=file.filename[-120:],
        content=await file.read(),
        media_type=file.content_type or "application/octet-stream",
    )
    return await pressed(visit, word, back, _("Document ajouté."))


PAGES = [
    page("/orders/{order_id}/cmr/{document_id}", note, methods=("GET",)),
    page("/orders/{order_id}/cmr/{document_id}/link", signing_link),
    page("/orders/{order_id}/documents", add, methods=("POST",)),
    page("/orders/{order_id}/documents/{document_id}", document, methods=("GET",)),
]
