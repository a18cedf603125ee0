"""The table of core_orders: which request is answered by which action."""

from rt.contracts import core_orders as contract
from rt.kernel.service.service import Served, serve
from rt.services.core_orders.actions.changes import Changes
from rt.services.core_orders.actions.claims import Claims
from rt.services.core_orders.actions.emissions import EmissionFigures
from rt.services.core_orders.actions.imports import Imports
from rt.services.core_orders.actions.legs import Legs
from rt.services.core_orders.actions.letters import Letters
from rt.services.core_orders.actions.orders import Orders
from rt.services.core_orders.actions.papers import Papers
from rt.services.core_orders.actions.register import Register
from rt.services.core_orders.actions.tenders import Tenders


def table(
    orders: Orders,
    tenders: Tenders,
    changes: Changes,
    legs: Legs,
    papers: Papers,
    claims: Claims,
    imports: Imports,
    letters: Letters,
    emissions: EmissionFigures,
    register: Register,
) -> list[Served]:
    """Every message and its answer."""
    return [
        serve(contract.CreateOrder, orders.create),
        serve(contract.EditOrder, orders.edit),
        serve(contract.GetOrder, orders.get),
        serve(contract.FindOrders, orders.find),
        serve(contract.CountOrders, orders.count),
        serve(contract.CountFoundOrders, orders.count_found),
        serve(contract.ExportOrders, orders.export),
        serve(contract.ConfirmOrder, orders.confirm),
        serve(contract.CancelOrder, orders.cancel),
        serve(contract.DuplicateOrder, orders.duplicate),
        serve(contract.PlanOrder, orders.plan),
        serve(contract.ReportProgress, orders.report),
        serve(contract.AcceptProof, orders.accept_proof),
        serve(contract.ReopenOrder, orders.reopen),
        serve(contract.MarkInvoiced, orders.invoice),
        serve(contract.CloseOrder, orders.close),
        serve(contract.SaveTemplate, orders.save_template),
        serve(contract.FindTemplates, orders.find_templates),
        serve(contract.CreateFromTemplate, orders.create_from_template),
        serve(contract.TenderOrder, tenders.tender),
        serve(contract.AcceptTender, tenders.accept),
        serve(contract.RefuseTender, tenders.refuse),
        serve(contract.WithdrawTender, tenders.withdraw),
        serve(contract.AssignCarrier, tenders.assign),
        serve(contract.CarryOrder, tenders.carry),
        serve(contract.ReleaseCarrier, tenders.release),
        serve(contract.BulkTender, tenders.tender_many),
        serve(contract.BulkCancel, tenders.cancel_many),
        serve(contract.RequestChange, changes.request),
        serve(contract.AcceptChange, changes.accept),
        serve(contract.RefuseChange, changes.refuse),
        serve(contract.WithdrawChange, changes.withdraw),
        serve(contract.Subcontract, legs.subcontract),
        serve(contract.GetFile, legs.file),
        serve(contract.FindCharters, register.find),
        serve(contract.PrintRegister, register.print),
        serve(contract.AddDocument, papers.add),
        serve(contract.FindDocuments, papers.find),
        serve(contract.GetDocument, papers.get),
        serve(contract.GetDocumentUrl, papers.url),
        serve(contract.ReportIncident, papers.report),
        serve(contract.ResolveIncident, papers.resolve),
        serve(contract.GetExposure, claims.exposure),
        serve(contract.FindExposures, claims.exposures),
        serve(contract.GetDeliveryDuty, claims.duty),
        serve(contract.EstimateClaim, claims.estimate),
        serve(contract.UploadImport, imports.upload),
        serve(contract.GetImport, imports.get),
        serve(contract.RemapImport, imports.remap),
        serve(contract.CommitImport, imports.commit),
        serve(contract.GetImportRejects, imports.rejects),
        serve(contract.GetImportTemplate, imports.template),
        serve(contract.ReadLetter, letters.read),
        serve(contract.GetEmissions, emissions.get),
        serve(contract.FindFootprints, emissions.footprints),
    ]
