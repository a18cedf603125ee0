"""Requests of the planning service, each with its action."""

from rt.contracts import planning as contract
from rt.kernel.service.service import Served, serve
from rt.services.planning.actions.docks import Docks
from rt.services.planning.actions.fleet import Fleet
from rt.services.planning.actions.jobs import Basket
from rt.services.planning.actions.plans import Plans
from rt.services.planning.actions.slots import Slots
from rt.services.planning.actions.splitting import Splitting
from rt.services.planning.actions.tours import Tours
from rt.services.planning.actions.waiting import WaitingList


def table(
    fleet: Fleet,
    basket: Basket,
    tours: Tours,
    splitting: Splitting,
    plans: Plans,
    docks: Docks,
    slots: Slots,
    waiting: WaitingList,
) -> list[Served]:
    return [
        serve(contract.AddVehicle, fleet.add_vehicle),
        serve(contract.EditVehicle, fleet.edit_vehicle),
        serve(contract.GetVehicle, fleet.get_vehicle),
        serve(contract.FindVehicles, fleet.find_vehicles),
        serve(contract.AddDriver, fleet.add_driver),
        serve(contract.EditDriver, fleet.edit_driver),
        serve(contract.GetDriver, fleet.get_driver),
        serve(contract.FindDrivers, fleet.find_drivers),
        serve(contract.AddAbsence, fleet.add_absence),
        serve(contract.RemoveAbsence, fleet.remove_absence),
        serve(contract.FindJobs, basket.find),
        serve(contract.GetJob, basket.get),
        serve(contract.GetJobOfOrder, basket.of_order),
        serve(contract.CheckAssignment, basket.check),
        serve(contract.FindFits, basket.find_fits),
        serve(contract.AssignJob, tours.assign),
        serve(contract.UnassignJob, tours.unassign),
        serve(contract.MoveStop, tours.move_stop),
        serve(contract.SplitTour, splitting.split),
        serve(contract.ChangeCrew, tours.change_crew),
        serve(contract.PublishTour, tours.publish),
        serve(contract.WithdrawTour, tours.withdraw),
        serve(contract.GetPlan, tours.day),
        serve(contract.MyDay, tours.my_day),
        serve(contract.GetTour, tours.get),
        serve(contract.Optimise, plans.optimise),
        serve(contract.GetOptimisedPlan, plans.get),
        serve(contract.AcceptPlan, plans.accept),
        serve(contract.DiscardPlan, plans.discard),
        serve(contract.AddDock, docks.add),
        serve(contract.EditDock, docks.edit),
        serve(contract.GetDock, docks.get),
        serve(contract.FindDocks, docks.find),
        serve(contract.FindOpenings, docks.find_openings),
        serve(contract.FindFreeSlots, docks.find_free),
        serve(contract.BookSlot, slots.book),
        serve(contract.BookVisit, slots.visit),
        serve(contract.MoveSlot, slots.move),
        serve(contract.CancelSlot, slots.cancel),
        serve(contract.MarkArrived, slots.arrive),
        serve(contract.MarkNoShow, slots.miss),
        serve(contract.JoinWaitingList, waiting.wait),
        serve(contract.GetSlot, slots.get),
        serve(contract.FindSlots, slots.find),
        serve(contract.SlotCalendar, slots.calendar),
    ]
