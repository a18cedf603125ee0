"""A tour split after a breakdown: what another truck takes over, and where the goods change trucks."""

from datetime import datetime, timedelta

from msgspec import structs

from rt.contracts.planning.tours import StopKind
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict, Invalid
from rt.services.planning.domain.distances import kilometres, placed
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.job import HORIZON
from rt.services.planning.domain.stop import Stop
from rt.services.planning.domain.tour import Tour, new_tour
from rt.trade.calendars import paris_day
from rt.trade.places import Site


class TourNotPublished(Conflict):
    fr = "La tournée est {state} : seule une tournée publiée tombe en panne en route."
    en = "The tour is {state}: only a published tour breaks down on its way."


class NothingDone(Conflict):
    fr = "La tournée n'a encore rien fait : changez de véhicule ou de conducteur."
    en = "The tour has done nothing yet: change the vehicle or the driver."


class NothingLeft(Conflict):
    fr = "La tournée n'a plus rien à faire après l'arrêt {position}."
    en = "The tour has nothing left to do after stop {position}."


class TransferOutOfReach(Invalid):
    fr = "La marchandise change de camion après le départ de la tournée, au plus tard {days} jours après."
    en = "The goods change trucks after the tour has left, at most {days} days later."


class SameTruck(Conflict):
    fr = "C'est le véhicule en panne : choisissez-en un autre."
    en = "That is the vehicle that broke down: choose another one."


def split(tour: Tour, position: int, crew: Crew, site: Site, at: datetime, tour_id: str) -> Tour:
    """The other truck's tour: what is on board first, where it changes trucks, then the rest in its order.

    `tour` ends there. The other truck leaves now at the earliest, and is there at `at` at the earliest.
    """
    if tour.state != "published":
        raise TourNotPublished(state=tour.state)
    if crew.vehicle.id == tour.vehicle_id:
        raise SameTruck("vehicle_id")
    if position == 0:
        raise NothingDone("position")
    if position >= len(tour.stops):
        raise NothingLeft("position", position=position)
    done, rest = tour.stops[:position], tour.stops[position:]
    loaded = {stop.job_id for stop in done if stop.kind == "pickup"}
    place = placed(site)
    aboard = [stop for stop in rest if stop.kind == "delivery" and stop.job_id in loaded]
    if aboard and not tour.starts_at <= at <= tour.starts_at + HORIZON:
        raise TransferOutOfReach("at", days=HORIZON.days)
    on = [_transfer(stop, "pickup", place, at) for stop in aboard]
    first, *others = [*on, *rest]
    fresh = new_tour(tour_id, crew, max(tour.day, paris_day(max(first.opens, now()))))
    fresh.derogation = tour.derogation
    fresh.arrange([first, *others], crew)
    if late := max(timedelta(0), now() - fresh.starts_at):
        fresh.arrange([structs.replace(first, opens=first.opens + late), *others], crew)
        fresh.stops[0] = structs.replace(fresh.stops[0], opens=first.opens)
    off = [_transfer(stop, "delivery", place, at) for stop in aboard]
    if off:
        off[0].km_before = round(kilometres(done[-1].site, place), 1)
    tour.break_off(position, off, at)
    return fresh


def _transfer(stop: Stop, kind: StopKind, site: Site, at: datetime) -> Stop:
    """Where the goods of a stop change trucks: off the one, onto the other."""
    return structs.replace(
        stop,
        kind=kind,
        site=site,
        opens=at,
        closes=at + HORIZON,
        arrives_at=at,
        starts_at=at,
        leaves_at=at,
        km_before=0,
        ferries=[],
        transfer=True,
    )
