"""What of an order can be given on in legs: packages of its lines, from where they stand."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rt.contracts.core_orders import LoadAsked, NoteRule, PlanView, Stop
from rt.contracts.tracking_ia import StopKind
from rt.kernel.core.clock import ZONE
from rt.kernel.core.errors import Conflict, Invalid
from rt.services.core_orders.domain.carrying import Step
from rt.services.core_orders.domain.changing import Amended
from rt.services.core_orders.domain.journey import LineUnknown
from rt.services.core_orders.domain.legs import Load, portions_of
from rt.services.core_orders.domain.portions import Portion, Stock, before, standing
from rt.services.core_orders.domain.states import Author, NotYourPart
from rt.trade.places import Site, place_key

DEEPEST = 5
"""Levels of legs below an order."""


class OwnTruckPlanned(Conflict):
    fr = "La commande {reference} est sur un de vos camions : sortez-la de sa tournée d'abord."
    en = "Order {reference} is on a truck of yours: take it out of its tour first."


class GivenOn(Conflict):
    fr = "La commande est sous-traitée en trajets : changez ou annulez-les d'abord."
    en = "The order is given on in legs: change or call off those first."


class FollowsItsLegs(Conflict):
    fr = "La commande est sous-traitée : dites où en sont ses trajets, elle les suit."
    en = "The order is given on in legs: say where those are, it follows them."


class GoodsOfOthers(Conflict):
    fr = "Ce trajet porte la marchandise d'une autre commande : changez-la là, ou annulez le trajet."
    en = "This leg carries the goods of another order: change them there, or call the leg off."


class CurrencyOfOthers(Conflict):
    fr = "Un trajet garde la monnaie de la commande qu'il porte."
    en = "A leg keeps the currency of the order that it carries."


class ChainTooLong(Conflict):
    fr = "La commande {reference} est déjà au niveau {deepest} de sous-traitance."
    en = "Order {reference} is already {deepest} levels of sub-contracting deep."


class NotThere(Invalid):
    fr = "{place} n'a que {there} colis de la ligne {line} de {reference} à confier, pas {quantity}."
    en = "{place} has {there} packages of line {line} of {reference} to give on, not {quantity}."


class NothingThere(Invalid):
    fr = "Aucun colis de {reference} n'attend à {place}. Il y en a ici : {places}."
    en = "No package of {reference} waits at {place}. There are some here: {places}."


class GoesBack(Invalid):
    fr = "La marchandise de {reference} est déjà passée par {place} : un trajet va de l'avant."
    en = "The goods of {reference} have been through {place} already: a leg leads on."


class LeavesBeforeArrival(Invalid):
    fr = "Le trajet part de {place} avant que la marchandise de {reference} n'y arrive ({arrives})."
    en = "The leg leaves {place} before the goods of {reference} arrive there ({arrives})."


class PartUnderOneNote(Conflict):
    fr = "{reference} voyage sous sa lettre de voiture : un trajet prend toute la marchandise, ou aucune."
    en = "{reference} travels under its consignment note: a leg takes all of the goods, or none."


class Parted(Amended, kw_only=True):
    """An order whose goods legs take, each from where the ones before it have brought them."""

    def refuse_held(self, by: Author) -> None:
        """Refuse whoever cannot give it on now: it is carried, or stands deep enough already."""
        self.allow("Subcontract", by)
        if self.plan is not None and not self.given_on:
            raise OwnTruckPlanned(reference=self.reference)
        if self.depth >= DEEPEST:
            raise ChainTooLong(reference=self.reference, deepest=DEEPEST)

    def refuse_others(self, by: Author, asked: str) -> None:
        """Refuse whoever does not hold it: what its legs cost is its carrier's alone to know."""
        if self.carrier_id != by.org_id or "carrier" not in self.roles_of(by):
            raise NotYourPart(role=", ".join(sorted(self.roles_of(by))) or "none", asked=asked)

    def parts_given(self) -> list[Portion]:
        """What its legs have of it."""
        return portions_of(self.legs)

    def load_for(self, asked: LoadAsked, stops: list[Stop], given: list[Portion], field: str) -> Load:
        """What a leg with these stops takes beside what is given: it has to stand where the leg begins."""
        start, end = stops[asked.pickup_stop], stops[asked.delivery_stop]
        wanted = {one.line: one.quantity for one in asked.lines}
        if unknown := set(wanted) - set(range(len(self.goods))):
            raise LineUnknown(field=f"{field}.lines", line=min(unknown))
        here, there = place_key(start.site), place_key(end.site)
        found: list[Portion] = []
        for line in wanted or range(len(self.goods)):
            places = self._stock(line, given)
            stock = places.get(here, Stock())
            quantity = wanted.get(line, max(stock.quantity, 0))
            if quantity > stock.quantity:
                raise NotThere(
                    field=f"{field}.lines",
                    place=start.site.name,
                    there=stock.quantity,
                    line=line + 1,
                    reference=self.reference,
                    quantity=quantity,
                )
            if not quantity:
                continue
            if there in before(here, given, line):
                raise GoesBack(field=f"{field}.delivery_stop", reference=self.reference, place=end.site.name)
            self._refuse_early(line, start, given, field)
            awaited = places.get(there, Stock())
            part = awaited.negated() if awaited.quantity == -quantity else stock.part(quantity)
            arrives = end.from_at or end.until_at
            found.append(Portion(line=line, start=here, end=there, arrives_at=arrives, **part._asdict()))
        if not found:
            names = self.place_names()
            raise NothingThere(
                field=f"{field}.pickup_stop",
                reference=self.reference,
                place=start.site.name,
                places=", ".join(
                    names[one].name for one, stock in self.loose_places().items() if _waits(stock)
                )
                or "—",
            )
        return Load(order_id=self.id, reference=self.reference, portions=found)

    def settle_note(self, loads: list[Load]) -> NoteRule:
        """Under which note these loads of it travel: its own where each takes all of it, else theirs."""
        everything = all(self._is_whole(load) for load in loads)
        if self.given_on or self.note == "parents":
            if self.note != "legs" and not everything:
                raise PartUnderOneNote(reference=self.reference)
        else:
            self.note = "own" if everything else "legs"
        return "own" if self.note == "legs" else "parents"

    def plan_by_hand(self, by: Author, plan: PlanView) -> None:
        self.allow("PlanOrder", by)
        if self.given_on:
            raise GivenOn
        super().plan_by_hand(by, plan)

    def report(self, by: Author, reached: Step, with_reserves: bool) -> None:
        """By hand whoever gave it on speaks of the legs; the order's owner may hear of it otherwise."""
        self.allow("ReportProgress", by)
        if "ReportProgress" not in self.may(self.roles_of(by), by):
            raise FollowsItsLegs
        super().report(by, reached, with_reserves)

    def refuse_parted(self, changes: Mapping[str, Any]) -> None:
        """Refuse to change goods and places that legs carry, or that are another order's."""
        if "currency" in changes and self.parents:
            raise CurrencyOfOthers("currency")
        calls = self._calls(changes.get("stops", self.stops))
        if "goods" in changes or calls != self._calls(self.stops):
            if self.given_on:
                raise GivenOn
            if self.parents:
                raise GoodsOfOthers

    def loose_places(self) -> dict[str, dict[int, Stock]]:
        """Goods that no leg takes on from where they stand, by the key of the place and line.

        Less than none: a leg takes them from there, and the one that was to bring them was called off.
        """
        given = portions_of(self.legs)
        loose: dict[str, dict[int, Stock]] = {}
        for line in range(len(self.goods)):
            for place, stock in self._stock(line, given).items():
                if stock.quantity:
                    loose.setdefault(place, {})[line] = stock
        return loose

    def place_names(self) -> dict[str, Site]:
        """The places that its goods come through, by key."""
        sites = [stop.site for stop in self.stops]
        sites += [site for leg in self.legs for site in (leg.pickup, leg.delivery)]
        return {place_key(site): site for site in reversed(sites)}

    def begins(self, portion: Portion) -> bool:
        """Whether it is taken over where the order begins."""
        return portion.start == self._place(portion.line, "pickup")

    def ends(self, portion: Portion) -> bool:
        """Whether it is brought to where the order ends."""
        return portion.end == self._place(portion.line, "delivery")

    def _refuse_unfit(self, wanted: dict[str, Any]) -> None:
        self.refuse_parted(wanted)
        super()._refuse_unfit(wanted)

    def _stock(self, line: int, given: list[Portion]) -> dict[str, Stock]:
        """Where the packages of a line stand that have not arrived, by place."""
        found = standing(line, self.goods[line], self._place(line, "pickup"), given)
        found.pop(self._place(line, "delivery"), None)
        return found

    def _place(self, line: int, kind: StopKind) -> str:
        """Where a line boards first, or leaves last."""
        stops = self.stops if kind == "pickup" else self.stops[::-1]
        return place_key(next(s for s in stops if s.kind == kind and (not s.lines or line in s.lines)).site)

    def _calls(self, stops: list[Stop]) -> list[tuple[StopKind, str, list[int]]]:
        """What is done where: places, and which lines board or leave there."""
        every = list(range(len(self.goods)))
        return [(stop.kind, place_key(stop.site), sorted(stop.lines) or every) for stop in stops]

    def _is_whole(self, load: Load) -> bool:
        taken = Counter[int]()
        for one in load.portions:
            taken[one.line] += one.quantity
        return taken == {line: goods.quantity for line, goods in enumerate(self.goods)}

    def _refuse_early(self, line: int, start: Stop, given: list[Portion], field: str) -> None:
        """Refuse a leg whose truck has left before the goods come."""
        leaves, here = start.until_at or start.from_at, place_key(start.site)
        arriving = [one.arrives_at for one in given if one.line == line and one.end == here]
        arrives = max((at for at in arriving if at), default=None)
        if leaves and arrives and leaves < arrives:
            raise LeavesBeforeArrival(
                field=f"{field}.pickup_stop",
                place=start.site.name,
                reference=self.reference,
                arrives=f"{arrives.astimezone(ZONE):%d/%m %H:%M}",
            )


def _waits(lines: dict[int, Stock]) -> bool:
    return any(stock.quantity > 0 for stock in lines.values())
