"""Why an assignment cannot be: each rule with its figures and what would mend it, in both languages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from rt.contracts.planning import ConflictView
from rt.kernel.core.errors import Conflict, Invalid, Refusal
from rt.trade.zones import PARIS

SKILLS = {
    "tail_lift": ("un hayon", "a tail lift"),
    "adr": ("l'ADR (matières dangereuses)", "ADR (dangerous goods)"),
    "temperature": ("la température dirigée", "temperature control"),
    "crane": ("une grue", "a crane"),
    "forklift": ("un chariot élévateur", "a forklift"),
    "moffett": ("un chariot embarqué", "a truck-mounted forklift"),
    "tarpaulin": ("une bâche", "a tarpaulin"),
    "box": ("un fourgon", "a box body"),
    "straps": ("des sangles", "straps"),
    "two_drivers": ("un double équipage", "two drivers"),
    "customs_seal": ("un scellé douanier", "a customs seal"),
    "gdp": ("les BPD (médicaments)", "GDP (medicines)"),
}
"""What an order may ask of vehicle and driver, as a sentence names it."""


def clock(at: datetime, zone: ZoneInfo = PARIS) -> str:
    """A moment as a dispatcher reads it."""
    return at.astimezone(zone).strftime("%d/%m %H:%M")


def dated(at: datetime) -> str:
    """A moment that may lie years away."""
    return at.strftime("%d/%m/%Y")


class PlanningConflict(Conflict):
    """One rule that stands against an assignment; `stop` is the position on the tour it is about."""

    fix_fr: ClassVar[str] = "Changez le véhicule, le conducteur ou l'heure."
    fix_en: ClassVar[str] = "Change the vehicle, the driver or the time."

    def __init__(self, field: str = "", *, stop: int | None = None, job_id: str = "", **values: Any) -> None:
        self.stop = stop
        self.job_id = job_id
        super().__init__(field or ("" if stop is None else f"stops.{stop}"), **values)

    def says(self, language: str) -> str:
        told, fix = (self.fr, self.fix_fr) if language == "fr" else (self.en, self.fix_en)
        return f"{told} {fix}".format(**self.worded(language))

    def worded(self, language: str) -> Mapping[str, Any]:
        """The figures as the sentences say them."""
        return self.values

    def conflict_view(self) -> ConflictView:
        return ConflictView(
            rule=self.code,
            fr=self.fr.format(**self.worded("fr")),
            en=self.en.format(**self.worded("en")),
            fix_fr=self.fix_fr.format(**self.worded("fr")),
            fix_en=self.fix_en.format(**self.worded("en")),
            figures={name: str(value) for name, value in self.values.items()},
            stop=self.stop,
        )


class AssignmentRefused(Conflict):
    """All that stands against it, at once."""

    fr = "Affectation impossible, {count} règle(s) s'y oppose(nt)."
    en = "Assignment impossible, {count} rule(s) stand against it."

    def __init__(self, conflicts: Sequence[PlanningConflict]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__(count=len(conflicts))
        self.parts: tuple[Refusal, ...] = self.conflicts


class VehicleBusy(PlanningConflict):
    fr = "Le véhicule {plate} est déjà en tournée du {since} au {until}."
    en = "Vehicle {plate} is already on a tour from {since} to {until}."
    fix_fr = "Ajoutez la commande à cette tournée ou prenez un autre véhicule."
    fix_en = "Add the order to that tour or take another vehicle."


class DriverBusy(PlanningConflict):
    fr = "{name} conduit déjà une tournée du {since} au {until}."
    en = "{name} already drives a tour from {since} to {until}."
    fix_fr = "Choisissez un autre conducteur ou une autre heure."
    fix_en = "Choose another driver or another time."


class OverCapacity(PlanningConflict):
    fr = "À l'arrêt {place}, {plate} porterait {load} {unit} pour {most} autorisés."
    en = "At stop {place}, {plate} would carry {load} {unit} of {most} allowed."
    fix_fr = "Livrez d'abord une autre commande, ou prenez un véhicule d'au moins {load} {unit}."
    fix_en = "Deliver another order first, or take a vehicle of at least {load} {unit}."


class WindowMissed(PlanningConflict):
    fr = "À l'arrêt {place} ({reference}), début {at}, fermeture {closes} : {late} de retard."
    en = "At stop {place} ({reference}), service begins {at}, but it closes {closes}: {late} late."
    fix_fr = "Avancez cet arrêt, partez plus tôt ou demandez un créneau plus tardif."
    fix_en = "Move this stop forward, leave earlier or ask for a later window."

    def worded(self, language: str) -> Mapping[str, Any]:
        hours, minutes = divmod(int(self.values["minutes"]), 60)
        late = f"{hours} h {minutes:02d}" if hours else f"{minutes} min"
        return {**self.values, "late": late}


class SkillMissing(PlanningConflict):
    fr = "{reference} exige {skill} : ni {plate} ni {name} ne l'ont."
    en = "{reference} needs {skill}: neither {plate} nor {name} has it."
    fix_fr = "Prenez un véhicule ou un conducteur avec {skill}."
    fix_en = "Take a vehicle or driver with {skill}."

    def worded(self, language: str) -> Mapping[str, Any]:
        code = str(self.values["skill"])
        fr, en = SKILLS.get(code, (code, code))
        return {**self.values, "skill": fr if language == "fr" else en}


class DriverAbsent(PlanningConflict):
    fr = "{name} ne travaille pas du {since} au {until} ({reason})."
    en = "{name} does not work from {since} to {until} ({reason})."
    fix_fr = "Choisissez un autre conducteur ou corrigez son calendrier."
    fix_en = "Choose another driver or correct the calendar."


class VehicleInMaintenance(PlanningConflict):
    fr = "{plate} est immobilisé du {since} au {until} ({reason})."
    en = "{plate} is out of service from {since} to {until} ({reason})."
    fix_fr = "Prenez un autre véhicule ou déplacez l'entretien."
    fix_en = "Take another vehicle or move the maintenance."


class TruckBanned(PlanningConflict):
    fr = "{plate} ({tonnes} t) roulerait le {at} pendant l'interdiction du {since} au {until} ({rule})."
    en = "{plate} ({tonnes} t) would drive at {at} during the ban from {since} to {until} ({rule})."
    fix_fr = "Roulez avant {since} ou après {until}, ou indiquez le motif de dérogation."
    fix_en = "Drive before {since} or after {until}, or give the reason of the derogation."


class DerogationUnknown(Invalid):
    fr = "« {given} » n'est pas un motif de dérogation aux interdictions de circuler."
    en = "“{given}” is no reason of derogation from the truck bans."


class DeliveredBeforePickup(PlanningConflict):
    fr = "{reference} serait livrée à l'arrêt {place} avant d'être chargée."
    en = "{reference} would be delivered at stop {place} before it is loaded."
    fix_fr = "Placez la livraison après l'enlèvement."
    fix_en = "Put the delivery after the pickup."


class PlaceUnknown(PlanningConflict):
    fr = "Le lieu « {site} » n'a pas de coordonnées : ni distance ni horaire ne peuvent être calculés."
    en = "The place “{site}” has no coordinates: neither distance nor time can be worked out."
    fix_fr = "Donnez sa latitude et sa longitude, ou une commune connue."
    fix_en = "Give its latitude and longitude, or a known town."


class SeaCrossing(PlanningConflict):
    fr = "{start} → {end} : ni route ni bateau connus ne mènent là, rien n'est calculé."
    en = "{start} → {end}: neither a road nor a known ship leads there, nothing is worked out."
    fix_fr = "Planifiez la commande depuis sa page, avec l'heure du bateau ou de la navette."
    fix_en = "Plan the order from its own page, with the time of the ship or shuttle."


class ByShip(PlanningConflict):
    fr = "{start} → {end} : par bateau. Le calcul ne place pas ces commandes."
    en = "{start} → {end}: by ship. The search does not place such orders."
    fix_fr = "Affectez-la à la main : le bateau, son heure et sa durée sont dits sur la tournée."
    fix_en = "Assign it by hand: the tour tells the ship and how long it takes."


class OutOfReach(PlanningConflict):
    fr = "{reference} va du {since} au {until}, hors de portée d'une tournée du {day} : rien n'est calculé."
    en = "{reference} runs from {since} to {until}, out of reach of a tour on {day}: nothing is worked out."
    fix_fr = "Choisissez un jour plus proche, ou faites corriger les dates de la commande."
    fix_en = "Choose a closer day, or have the order's dates corrected."


UNMEASURED = (PlaceUnknown, SeaCrossing, OutOfReach)
"""Conflicts that leave no kilometres to speak of."""


class TourTooLong(PlanningConflict):
    fr = "La tournée durerait {days} jours : {most} au plus."
    en = "The tour would last {days} days: {most} at most."
    fix_fr = "Répartissez les commandes sur plusieurs tournées."
    fix_en = "Spread the orders over several tours."


class OutOfService(PlanningConflict):
    fr = "{name} n'est plus en service."
    en = "{name} is no longer in service."


class NoRoomLeft(PlanningConflict):
    fr = (
        "{count} équipage(s) pourraient porter {reference} seule, mais leurs tournées sont plus utiles ainsi."
    )
    en = "{count} crew(s) could carry {reference} alone, but their tours are more useful as they are."
    fix_fr = "Ajoutez un véhicule, élargissez un créneau ou affectez-la à la main."
    fix_en = "Add a vehicle, widen a window or assign it by hand."


class NotLookedAt(PlanningConflict):
    fr = "Le temps de calcul n'a pas suffi pour {reference}."
    en = "There was no time left to look at {reference}."
    fix_fr = "Relancez le calcul avec plus de temps, ou affectez-la à la main."
    fix_en = "Run it again with more time, or assign it by hand."


class NobodyThere(PlanningConflict):
    fr = "Aucun équipage libre ce jour-là ({vehicles} véhicule(s), {drivers} conducteur(s))."
    en = "No crew is free that day ({vehicles} vehicle(s), {drivers} driver(s))."
    fix_fr = "Ajoutez un véhicule et un conducteur, ou choisissez un autre jour."
    fix_en = "Add a vehicle and a driver, or choose another day."
