"""Requests of the planning service, each with its action."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from rt.contracts import planning as words
from rt.kernel.errors import Forbidden
from rt.kernel.unit import Served, serve
from rt.services.planning.actions.docks import Docks
from rt.services.planning.actions.fleet import Fleet
from rt.services.planning.actions.plans import Plans
from rt.services.planning.actions.slots import Slots
from rt.services.planning.actions.tours import Tours, only_driver

W = TypeVar("W")
A = TypeVar("A")


class OfficeOnly(Forbidden):
    fr = "Réservé à l'exploitation. Vos tournées sont dans « Ma journée »."
    en = "For the dispatch office only. Your tours are in “My day”."


def table(fleet: Fleet, tours: Tours, plans: Plans, docks: Docks, slots: Slots) -> list[Served]:
    return [
        serve(words.AddVehicle, fleet.add_vehicle),
        serve(words.EditVehicle, fleet.edit_vehicle),
        serve(words.FindVehicles, office(fleet.find_vehicles)),
        serve(words.AddDriver, fleet.add_driver),
        serve(words.EditDriver, fleet.edit_driver),
        serve(words.FindDrivers, office(fleet.find_drivers)),
        serve(words.AddAbsence, fleet.add_absence),
        serve(words.RemoveAbsence, fleet.remove_absence),
        serve(words.FindJobs, office(tours.find_jobs)),
        serve(words.CheckAssignment, office(tours.check)),
        serve(words.FindFits, office(tours.find_fits)),
        serve(words.AssignJob, tours.assign),
        serve(words.UnassignJob, tours.unassign),
        serve(words.MoveStop, tours.move_stop),
        serve(words.PublishTour, tours.publish),
        serve(words.WithdrawTour, tours.withdraw),
        serve(words.GetPlan, office(tours.day)),
        serve(words.MyDay, tours.my_day),
        serve(words.GetTour, tours.get),
        serve(words.Optimise, plans.optimise),
        serve(words.GetOptimisedPlan, office(plans.get)),
        serve(words.AcceptPlan, plans.accept),
        serve(words.DiscardPlan, plans.discard),
        serve(words.AddDock, docks.add),
        serve(words.EditDock, docks.edit),
        serve(words.FindDocks, docks.find),
        serve(words.FindOpenings, docks.find_openings),
        serve(words.FindFreeSlots, docks.find_free),
        serve(words.BookSlot, slots.book),
        serve(words.MoveSlot, slots.move),
        serve(words.CancelSlot, slots.cancel),
        serve(words.MarkArrived, slots.arrive),
        serve(words.MarkNoShow, slots.miss),
        serve(words.JoinWaitingList, slots.wait),
        serve(words.GetSlot, slots.get),
        serve(words.FindSlots, slots.find),
        serve(words.SlotCalendar, slots.calendar),
    ]


def office(action: Callable[[W], Awaitable[A]]) -> Callable[[W], Awaitable[A]]:
    """The action, but not for a driver: one may read the own day and no colleague's."""

    async def asked_by_office(asked: W) -> A:
        if only_driver():
            raise OfficeOnly
        return await action(asked)

    return asked_by_office
