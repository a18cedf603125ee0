"""What clients and sites ask for at the exchange of pallets, and the dated figures that hold."""

from collections.abc import Iterable
from datetime import date

import msgspec

from rt.contracts.palette import (
    PalletType,
    PolicyAnswer,
    PolicyAnswered,
    PolicyMode,
    PolicyProposed,
    PolicyView,
    RuleKind,
    RuleView,
)
from rt.kernel.core.errors import Conflict, Forbidden, Invalid
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal

INSTRUCTIONS: dict[PolicyMode, tuple[str, str]] = {
    "immediate": (
        "Échange immédiat : reprenez autant de palettes que vous en livrez.",
        "Exchange at once: take back as many pallets as you deliver.",
    ),
    "deferred": (
        "Échange différé : ne reprenez rien, un bon palettes est émis à la signature.",
        "Deferred exchange: take nothing back, a voucher is issued when the delivery is signed.",
    ),
    "none": (
        "Pas d'échange : aucune palette à reprendre.",
        "No exchange: no pallet to take back.",
    ),
    "ratio": (
        "Échange partiel : reprenez {ratio} % des palettes livrées.",
        "Partial exchange: take back {ratio} % of the pallets delivered.",
    ),
}


POLICIES = 1_000
"""Policies that one organization may have: each delivery is held against all of them."""
FIGURE_RANGE: dict[RuleKind, tuple[int, int]] = {
    "limitation_months": (1, 120),
    "limitation_warning_days": (1, 365),
    "voucher_days": (1, 730),
    "claim_days": (1, 365),
}


class PolicyOfOthers(Forbidden):
    fr = "Seul le partenaire à qui la consigne est proposée y répond."
    en = "Only the partner to whom the policy is proposed answers it."


class PolicyChanged(Conflict):
    fr = "La consigne a changé entre-temps. Relisez-la avant de répondre."
    en = "The policy has changed meanwhile. Read it again before you answer."


class TooManyPolicies(Conflict):
    fr = "Votre organisation a déjà {limit} consignes : retirez-en avant d'en ajouter."
    en = "Your organization has {limit} policies already: remove some before adding others."


class FigureOutOfRange(Invalid):
    fr = "La valeur doit être entre {low} et {high}."
    en = "The value must be between {low} and {high}."


class Policy(Entity, kw_only=True):
    """What a shipper asks of a client, a site, a pallet type, or any mix; "" and None mean any.

    The partner's yes makes it a contract; other terms need another yes.
    """

    partner_id: str = ""
    owner_name: str = ""
    partner_name: str = ""
    answer: PolicyAnswer = "none"
    site_name: str = ""
    pallet_type: PalletType | None = None
    mode: PolicyMode
    ratio_percent: int = 100
    voucher_days: int | None = None
    note: Personal = ""

    def propose(self) -> None:
        """Ask the partner for its yes to these terms."""
        self.answer = "none"
        self.emit(
            PolicyProposed(
                policy_id=self.id,
                owner_id=self.org_id,
                owner_name=self.owner_name,
                partner_id=self.partner_id,
                site_name=self.site_name,
                mode=self.mode,
                ratio_percent=self.ratio_percent,
            )
        )

    def answered(self, answer: PolicyAnswer, version: int, by_id: str) -> None:
        if by_id != self.partner_id:
            raise PolicyOfOthers
        if version != self.version:
            raise PolicyChanged("version")
        self.answer = answer
        self.emit(
            PolicyAnswered(
                policy_id=self.id,
                owner_id=self.org_id,
                partner_id=self.partner_id,
                partner_name=self.partner_name,
                site_name=self.site_name,
                answer=answer,
            )
        )

    def expected(self, delivered: int, pallet_type: PalletType) -> int:
        """How many of the delivered pallets are asked back, rounded down."""
        if self.mode == "none" or pallet_type == "ONEWAY":
            return 0
        return delivered * self.ratio_percent // 100 if self.mode == "ratio" else delivered

    def fits(self, partner_id: str, site_name: str, pallet_type: PalletType) -> bool:
        return (
            self.partner_id in ("", partner_id)
            and _plain(self.site_name) in ("", _plain(site_name))
            and self.pallet_type in (None, pallet_type)
        )

    @property
    def precision(self) -> tuple[bool, bool, bool]:
        """A site counts more than its client, and that more than a pallet type."""
        return self.site_name != "", self.partner_id != "", self.pallet_type is not None

    def instruction(self) -> tuple[str, str]:
        """The sentence for the driver, in French and English."""
        french, english = INSTRUCTIONS[self.mode]
        return french.format(ratio=self.ratio_percent), english.format(ratio=self.ratio_percent)

    def view(self, reader: str, default_days: int) -> PolicyView:
        french, english = self.instruction()
        return PolicyView(
            id=self.id,
            version=self.version,
            owner_id=self.org_id,
            owner_name=self.owner_name,
            partner_id=self.partner_id,
            partner_name=self.partner_name,
            answer=self.answer,
            answerable=self.partner_id == reader != self.org_id,
            site_name=self.site_name,
            pallet_type=self.pallet_type,
            mode=self.mode,
            ratio_percent=self.ratio_percent,
            voucher_days=self.voucher_days or default_days,
            note=self.note,
            instruction_fr=french,
            instruction_en=english,
        )


class Rule(Entity, kw_only=True):
    """A figure of the organization from a day on."""

    kind: RuleKind
    valid_from: date
    value: int
    source: str = ""

    def view(self) -> RuleView:
        return RuleView(kind=self.kind, valid_from=self.valid_from, value=self.value, source=self.source)


class Figure(msgspec.Struct, frozen=True):
    """A figure of the platform."""

    kind: RuleKind
    valid_from: date
    value: int
    source: str

    def view(self) -> RuleView:
        return RuleView(kind=self.kind, valid_from=self.valid_from, value=self.value, source=self.source)


PLATFORM_FIGURES = (
    Figure(
        "limitation_months",
        date(1999, 4, 6),
        12,
        "C. com. L133-6, contrat type art. 25 (de mémoire, à vérifier)",
    ),
    Figure("limitation_warning_days", date(2020, 1, 1), 45, "Choix de la maison"),
    Figure("voucher_days", date(2020, 1, 1), 180, "Choix de la maison"),
    Figure("claim_days", date(2020, 1, 1), 30, "Choix de la maison"),
)


class Call(Entity, kw_only=True):
    """The delivery of one order as the exchange of pallets sees it, for all its parties."""

    order_id: str
    shipper_id: str
    shipper_name: str = ""
    carrier_name: str = ""
    consignee_party: str
    consignee_name: str
    site_name: str
    pallet_type: PalletType

    def follow(self, planned: "Call") -> None:
        """The order was planned again."""
        self.shipper_id = planned.shipper_id
        self.shipper_name = planned.shipper_name
        self.carrier_name = planned.carrier_name
        self.consignee_party = planned.consignee_party
        self.consignee_name = planned.consignee_name
        self.site_name = planned.site_name
        self.pallet_type = planned.pallet_type
        self.seen_by = planned.seen_by


def most_precise(
    policies: Iterable[Policy], partner_id: str, site_name: str, pallet_type: PalletType
) -> Policy | None:
    """The policy that holds for this delivery; the newest of equally precise ones."""
    fitting = [policy for policy in policies if policy.fits(partner_id, site_name, pallet_type)]
    return max(fitting, key=lambda policy: (policy.precision, policy.changed_at), default=None)


def in_force(rules: Iterable[Rule], kind: RuleKind, day: date) -> int:
    """The figure that holds on a day: the organization's own before the platform's, the latest begun."""
    own = [rule for rule in rules if rule.kind == kind and rule.valid_from <= day]
    if own:
        return max(own, key=lambda rule: rule.valid_from).value
    platform = [figure for figure in PLATFORM_FIGURES if figure.kind == kind]
    begun = [figure for figure in platform if figure.valid_from <= day] or platform
    return max(begun, key=lambda figure: figure.valid_from).value


def refuse_out_of_range(kind: RuleKind, value: int) -> None:
    low, high = FIGURE_RANGE[kind]
    if not low <= value <= high:
        raise FigureOutOfRange("value", low=low, high=high)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
