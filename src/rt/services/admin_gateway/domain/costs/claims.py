"""Where the specification's estimate does not add up: each difference with its figures, in words."""

from collections.abc import Mapping
from decimal import Decimal

from rt.services.admin_gateway.domain.costs.bill import SPEC_BILL, bill
from rt.services.admin_gateway.domain.costs.prices import Difference, Ledger, Tongue, cents


def claimed_cents(ledger: Ledger, name: str) -> int | None:
    amount = ledger.claims.claimed.get(name)
    return None if amount is None else cents(amount)


def figures(ledger: Ledger) -> dict[str, int]:
    """The sums that the sentences name, in cents, all computed from the price table."""
    table = ledger.table
    spec, gross = bill(ledger, SPEC_BILL), bill(ledger, {"rds", "datadog"})
    cheap = bill(ledger, {"reserved"})
    ours = {saving.key for saving in table.saving if saving.claimed is not None}
    machines = table.of("ec2_production").quantity + table.of("ec2_staging").quantity
    claimed = ledger.claims.claimed
    rounded = ("ec2", "alb", "s3", "cloudfront", "rds", "route53", "cloudwatch")
    least = bill(ledger, {"rds", "datadog"} | ours).total
    datadog = spec.group("datadog")
    reserved = next(saving for saving in table.saving if saving.key == "reserved")
    production = table.of("ec2_production")
    return {
        "ec2": spec.group("ec2"),
        "ec2_gross": gross.group("ec2"),
        "s3": spec.group("s3"),
        "route53": spec.group("route53"),
        "aws": spec.section("aws"),
        "aws_rounded": cents(sum((claimed[name] for name in rounded), Decimal(0))),
        "aws_without_rds": cheap.section("aws"),
        "vercel": spec.section("vercel"),
        "third_parties_without_datadog": cheap.section("third_parties"),
        "without_datadog": spec.total - datadog,
        "everything": spec.total,
        "datadog_twice": spec.total + datadog,
        "datadog_hosts": cents(table.of("datadog").price * machines),
        "reserved": gross.total - spec.total,
        "reserved_production": cents((reserved.share or Decimal(0)) * production.price * production.quantity),
        "reserved_again": 0,
        "savings": gross.total - least,
        "savings_left": spec.total - least,
    }


def sentence(difference: Difference, ledger: Ledger, figures: Mapping[str, int], language: Tongue) -> str:
    """The difference in words, with every figure it names."""
    known = {name: shown(amount, language) for name, amount in figures.items()}
    claimed = shown(claimed_cents(ledger, difference.claimed) or 0, language)
    computed = known[difference.computed]
    return difference.label(language).format_map(known | {"claimed": claimed, "computed": computed})


def shown(amount: int, language: Tongue) -> str:
    """An amount as the language writes dollars."""
    whole, rest = divmod(abs(amount), 100)
    sign = "-" if amount < 0 else ""
    if language == "fr":
        return f"{sign}{whole:,}".replace(",", "\u202f") + f",{rest:02d}\u00a0$"
    return f"{sign}${whole:,}.{rest:02d}"
