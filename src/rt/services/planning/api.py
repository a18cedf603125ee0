"""Requests of the planning service, each with its action."""

from rt.contracts import planning as words
from rt.kernel.unit import Served, serve
from rt.services.planning.actions.docks import Docks
from rt.services.planning.actions.fleet import Fleet
from rt.services.planning.actions.jobs import Basket
from rt.services.planning.actions.plans import Plans
from rt.services.planning.actions.slots import Slots
from rt.services.planning.actions.tours import Tours
from rt.services.planning.actions.waiting import WaitingList


def table(
    fleet: Fleet, basket: Basket, tours: Tours, plans: Plans, docks: Docks, slots: Slots, waiting: WaitingList
) -> list[Served]:
    return [
        serve(words.AddVehicle, fleet.add_vehicle),
        serve(words.EditVehicle, fleet.edit_vehicle),
        serve(words.GetVehicle, fleet.get_vehicle),
        serve(words.FindVehicles, fleet.find_vehicles),
        serve(words.AddDriver, fleet.add_driver),
        serve(words.EditDriver, fleet.edit_driver),
        serve(words.GetDriver, fleet.get_driver),
        serve(words.FindDrivers, fleet.find_drivers),
        serve(words.AddAbsence, fleet.add_absence),
        serve(words.RemoveAbsence, fleet.remove_absence),
        serve(words.FindJobs, basket.find),
        serve(words.GetJob, basket.get),
        serve(words.GetJobOfOrder, basket.of_order),
        serve(words.CheckAssignment, basket.check),
        serve(words.FindFits, basket.find_fits),
        serve(words.AssignJob, tours.assign),
        serve(words.UnassignJob, tours.unassign),
        serve(words.MoveStop, tours.move_stop),
        serve(words.PublishTour, tours.publish),
        serve(words.WithdrawTour, tours.withdraw),
        serve(words.GetPlan, tours.day),
        serve(words.MyDay, tours.my_day),
        serve(words.GetTour, tours.get),
        serve(words.Optimise, plans.optimise),
        serve(words.GetOptimisedPlan, plans.get),
        serve(words.AcceptPlan, plans.accept),
        serve(words.DiscardPlan, plans.discard),
        serve(words.AddDock, docks.add),
        serve(words.EditDock, docks.edit),
        serve(words.GetDock, docks.get),
        serve(words.FindDocks, docks.find),
        serve(words.FindOpenings, docks.find_openings),
        serve(words.FindFreeSlots, docks.find_free),
        serve(words.BookSlot, slots.book),
        serve(words.BookVisit, slots.visit),
        serve(words.MoveSlot, slots.move),
        serve(words.CancelSlot, slots.cancel),
        serve(words.MarkArrived, slots.arrive),
        serve(words.MarkNoShow, slots.miss),
        serve(words.JoinWaitingList, waiting.wait),
        serve(words.GetSlot, slots.get),
        serve(words.FindSlots, slots.find),
        serve(words.SlotCalendar, slots.calendar),
    ]
