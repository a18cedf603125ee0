"""The papers of an order, and which of them proves that the goods were delivered."""

from rt.contracts.core_orders import DocumentKind, DocumentView, ProofAccepted
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict, NotFound, ReferenceUnknown
from rt.services.core_orders.domain.carrying import Carried
from rt.services.core_orders.domain.kept import Document
from rt.services.core_orders.domain.line import proves
from rt.services.core_orders.domain.states import DEAL, Author, NotYourPart
from rt.trade.roles import Roles

DOCUMENTS_LIMIT = 200
"""Files of one order."""


class DocumentNotFound(NotFound):
    fr = "Ce document est introuvable."
    en = "This document was not found."


class DocumentReplaced(Conflict):
    fr = "Ce document a déjà été remplacé par une version plus récente."
    en = "This document was already replaced by a newer version."


class TooManyPapers(Conflict):
    fr = "La commande a déjà {limit} pièces."
    en = "The order already has {limit} pieces."


class ProofMissing(Conflict):
    fr = (
        "« {filename} » ne prouve pas la livraison : il faut la lettre de voiture signée par le "
        "destinataire, ou l'émargé déposé comme preuve de livraison."
    )
    en = (
        "“{filename}” does not prove the delivery: that takes the consignment note signed by the consignee, "
        "or the signed paper attached as a proof of delivery."
    )


class ProofChanged(Conflict):
    fr = "Ce n'est plus le document que vous avez lu. Relisez-le avant de l'accepter."
    en = "This is no longer the document that you read. Read it again before accepting it."


class Proven(Carried, kw_only=True):
    """An order with its papers."""

    def accept_proof(self, by: Author, document_id: str, content_hash: str) -> None:
        """Accept the named paper as it was read."""
        self.allow_part("AcceptProof", by)
        named = self.named_document(by, document_id, "document_id")
        self.allow("AcceptProof", by)
        if not proves(named):
            raise ProofMissing("document_id", filename=named.filename)
        if named.content_hash != content_hash:
            raise ProofChanged("content_hash")
        self.move("AcceptProof", by, "proof_accepted", named.filename)
        self.accepted_proof = document_id
        self.emit(ProofAccepted(order=self.summary_view()))

    def attach(self, by: Author, document: Document, replaces: str = "") -> None:
        """Add a document, or the next version of one of the same organization."""
        self.allow_part("AddDocument", by)
        former = self.replaced_document(by, replaces) if replaces else None
        self.allow("AddDocument", by)
        roles = self.roles_of(by)
        barred = document.kind == "invoice" and not roles & DEAL
        if barred or (document.kind == "letter" and "owner" not in roles):
            raise NotYourPart(role=", ".join(sorted(roles)), asked=f"AddDocument({document.kind})")
        if len(self.documents) >= DOCUMENTS_LIMIT:
            raise TooManyPapers(limit=DOCUMENTS_LIMIT)
        if former:
            if not former.latest:
                raise DocumentReplaced
            former.latest = False
            document.number = former.number + 1
        self.documents = [*self.documents, document]
        self.write(by, "document_added", document.filename)

    def replaced_document(self, by: Author, document_id: str) -> Document:
        """The document of which somebody brings the next version: one of their own organization."""
        former = self.named_document(by, document_id, "replaces")
        if former.org_id != by.org_id:
            raise ReferenceUnknown("replaces")
        return former

    def attach_note(
        self,
        by: Author,
        document_id: str,
        ecpmr_document_id: str,
        number: str,
        kind: DocumentKind = "waybill",
    ) -> Document:
        """The consignment note that ecpmr keeps, named among the documents once."""
        known = (one for one in self.documents if one.ecpmr_document_id == ecpmr_document_id)
        if note := next(known, None):
            return note
        note = Document(
            document_id=document_id,
            kind=kind,
            filename=f"{number}.pdf",
            media_type="application/pdf",
            added_at=now(),
            added_by=by.name,
            added_by_id=by.actor_id,
            ecpmr_document_id=ecpmr_document_id,
        )
        self.documents = [*self.documents, note]
        self.write(by, "note_attached", number)
        return note

    def document(self, document_id: str) -> Document:
        """The document of that id, or DocumentNotFound."""
        found = next((one for one in self.documents if one.document_id == document_id), None)
        if found is None:
            raise DocumentNotFound
        return found

    def documents_for(self, roles: Roles, by: Author) -> list[Document]:
        """What somebody with these roles may read: invoices only for those between whom they pass.

        The letter that asked for the order says what its client pays: it is the owner's alone.
        """
        return [
            one
            for one in self.documents
            if roles
            and (one.kind != "invoice" or self._passes(one, roles, by))
            and (one.kind != "letter" or "owner" in roles)
        ]

    def _passes(self, invoice: Document, roles: Roles, by: Author) -> bool:
        """Whether an invoice is for the reader: who runs the order, brought it, or carries for one payer.

        What an owner brings may be for its client; and a carrier before this one had its own price.
        """
        if "owner" in roles or ("carrier" in roles and invoice.org_id == by.org_id):
            return True
        is_payers = invoice.org_id == self.org_id == self.client
        return is_payers and "carrier" in roles and by.org_id == self.carrier_id

    def named_document(self, by: Author, document_id: str, field: str) -> Document:
        """A document that a command names: one of this order that its reader may see."""
        seen = self.documents_for(self.roles_of(by), by)
        found = next((one for one in seen if one.document_id == document_id), None)
        if found is None:
            raise ReferenceUnknown(field)
        return found

    def document_views(self, roles: Roles, by: Author) -> list[DocumentView]:
        """The documents, newest first; invoices only for those between whom they pass."""
        return [one.view(self.id) for one in reversed(self.documents_for(roles, by))]
