"""Templates about a driver's tour: ready, changed, given to another, taken back."""

from datetime import datetime

from rt.services.notifications.domain.templates.layout import Template, Text
from rt.services.notifications.domain.templates.moments import at_en, at_fr


class TourReady(Template, frozen=True, kw_only=True):
    topic = "planning.tour.published"

    vehicle_plate: str
    stops: int
    starts_at: datetime | None
    again: bool

    def fr(self) -> Text:
        ready, line = (
            ("a changé", "Ouvrez-la avant de repartir.") if self.again else ("est prête", "Elle est publiée.")
        )
        return Text(
            subject=f"Votre tournée {ready} : {self.stops} arrêts",
            lines=[line],
            facts=[("Véhicule", self.vehicle_plate), ("Départ", at_fr(self.starts_at))],
            button="Ouvrir ma tournée",
        )

    def en(self) -> Text:
        ready, line = (
            ("has changed", "Open it before you drive on.")
            if self.again
            else ("is ready", "It is published.")
        )
        return Text(
            subject=f"Your tour {ready}: {self.stops} stops",
            lines=[line],
            facts=[("Vehicle", self.vehicle_plate), ("Start", at_en(self.starts_at))],
            button="Open my tour",
        )


class TourGiven(Template, frozen=True, kw_only=True):
    topic = "planning.tour.published"

    vehicle_plate: str

    def fr(self) -> Text:
        return Text(
            subject="Votre tournée est confiée à un autre conducteur",
            lines=["Elle n'est plus la vôtre. Votre exploitation peut vous dire pourquoi."],
            facts=[("Véhicule", self.vehicle_plate)],
            button="Voir ma journée",
        )

    def en(self) -> Text:
        return Text(
            subject="Your tour is given to another driver",
            lines=["It is no longer yours. Your dispatcher can tell you why."],
            facts=[("Vehicle", self.vehicle_plate)],
            button="See my day",
        )


class TourTakenBack(Template, frozen=True, kw_only=True):
    topic = "planning.tour.published"

    vehicle_plate: str

    def fr(self) -> Text:
        return Text(
            subject="Votre tournée est retirée",
            lines=["Elle n'est plus à faire. Votre exploitation peut vous dire pourquoi."],
            facts=[("Véhicule", self.vehicle_plate)],
            button="Voir ma journée",
        )

    def en(self) -> Text:
        return Text(
            subject="Your tour is taken back",
            lines=["It is no longer to be driven. Your dispatcher can tell you why."],
            facts=[("Vehicle", self.vehicle_plate)],
            button="See my day",
        )
