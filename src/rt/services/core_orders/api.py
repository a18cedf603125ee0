"""The table of core_orders: which request is answered by which action."""

from rt.contracts import core_orders as words
from rt.kernel.unit import Served, serve
from rt.services.core_orders.actions.imports import Imports
from rt.services.core_orders.actions.orders import Orders
from rt.services.core_orders.actions.papers import Papers
from rt.services.core_orders.actions.tenders import Tenders


def table(orders: Orders, tenders: Tenders, papers: Papers, imports: Imports) -> list[Served]:
    """Every word and its answer."""
    return [
        serve(words.CreateOrder, orders.create),
        serve(words.EditOrder, orders.edit),
        serve(words.GetOrder, orders.get),
        serve(words.FindOrders, orders.find),
        serve(words.CountOrders, orders.count),
        serve(words.CountFoundOrders, orders.count_found),
        serve(words.ExportOrders, orders.export),
        serve(words.ConfirmOrder, orders.confirm),
        serve(words.CancelOrder, orders.cancel),
        serve(words.DuplicateOrder, orders.duplicate),
        serve(words.PlanOrder, orders.plan),
        serve(words.ReportProgress, orders.report),
        serve(words.AcceptProof, orders.accept_proof),
        serve(words.ReopenOrder, orders.reopen),
        serve(words.MarkInvoiced, orders.invoice),
        serve(words.CloseOrder, orders.close),
        serve(words.SaveTemplate, orders.save_template),
        serve(words.FindTemplates, orders.find_templates),
        serve(words.CreateFromTemplate, orders.create_from_template),
        serve(words.TenderOrder, tenders.tender),
        serve(words.AcceptTender, tenders.accept),
        serve(words.RefuseTender, tenders.refuse),
        serve(words.WithdrawTender, tenders.withdraw),
        serve(words.AssignCarrier, tenders.assign),
        serve(words.ReleaseCarrier, tenders.release),
        serve(words.BulkTender, tenders.tender_many),
        serve(words.BulkCancel, tenders.cancel_many),
        serve(words.AddDocument, papers.add),
        serve(words.FindDocuments, papers.find),
        serve(words.GetDocument, papers.get),
        serve(words.GetDocumentUrl, papers.url),
        serve(words.ReportIncident, papers.report),
        serve(words.ResolveIncident, papers.resolve),
        serve(words.UploadImport, imports.upload),
        serve(words.GetImport, imports.get),
        serve(words.RemapImport, imports.remap),
        serve(words.CommitImport, imports.commit),
        serve(words.GetImportRejects, imports.rejects),
        serve(words.GetImportTemplate, imports.template),
    ]
