"""The bill as people read it: names of its lines, amounts in dollars, the chart, the tables."""

from decimal import Decimal

import msgspec
from babel import numbers

from rt.contracts.admin_gateway import CostLineView, CostsView
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import day, language

SECTIONS = {
    "aws": marked("AWS"),
    "mongodb": marked("MongoDB Atlas"),
    "vercel": marked("Vercel"),
    "third_parties": marked("Services tiers"),
    "forgotten": marked("Oublié par la spécification"),
}
GROUPS = {
    "ec2": marked("Machines EC2"),
    "alb": marked("Répartiteur de charge"),
    "s3": marked("Fichiers S3"),
    "cloudfront": marked("CDN CloudFront"),
    "rds": marked("PostgreSQL"),
    "route53": marked("DNS Route53"),
    "cloudwatch": marked("CloudWatch"),
    "serverless": marked("Lambda"),
    "atlas_production": marked("Atlas, production"),
    "atlas_staging": marked("Atlas, préproduction"),
    "atlas_development": marked("Atlas, développement"),
    "vercel": marked("Portails sur Vercel"),
    "mailgun": marked("Mailgun"),
    "datadog": marked("DataDog"),
    "openrouter": marked("OpenRouter"),
    "network": marked("Réseau : NAT, adresses, zones"),
    "waf": marked("Pare-feu WAF"),
    "machines": marked("Disques et autres machines"),
    "watching": marked("Secrets, alarmes, astreinte"),
    "backup": marked("Sauvegardes et copies"),
    "rds_second_zone": marked("PostgreSQL, seconde zone"),
}
UNITS = {
    "machine-month": marked("machine-mois"),
    "month": marked("mois"),
    "GB-month": marked("Go-mois"),
    "GB": marked("Go"),
    "zone-month": marked("zone-mois"),
    "million": marked("million"),
    "cluster-month": marked("cluster-mois"),
    "portal-month": marked("portail-mois"),
    "plan-month": marked("forfait-mois"),
    "host-month": marked("hôte-mois"),
    "hour": marked("heure"),
    "rule-month": marked("règle-mois"),
    "secret-month": marked("secret-mois"),
    "alarm-month": marked("alarme-mois"),
    "metric-month": marked("mesure-mois"),
    "person-month": marked("personne-mois"),
}


class Bar(msgspec.Struct, kw_only=True):
    """One bar of the chart; shares are of the widest. `begins` names the section that begins with it."""

    label: str
    amount: str
    share: float
    claim: str
    claim_share: float | None
    begins: str
    total: str
    forgotten: bool


class Row(msgspec.Struct, kw_only=True):
    """One line of the bill."""

    label: str
    note: str
    made: str
    amount: str
    claim: str
    source: str
    verified: bool


def dollars(cents: int | None) -> str:
    """An amount as the price table has it, in dollars."""
    if cents is None:
        return ""
    return _dollar(numbers.format_currency(Decimal(cents) / 100, "USD", locale=_locale()))


def small(amount: str) -> str:
    """Dollars; below one to a hundredth of a cent."""
    if Decimal(amount) >= 1:
        return dollars(round(Decimal(amount) * 100))
    form = "#,##0.0000\u00a0¤" if language() == "fr" else "¤#,##0.0000"
    return _dollar(numbers.format_currency(Decimal(amount), "USD", form, _locale(), currency_digits=False))


def _dollar(text: str) -> str:
    return text.replace("$US", "$")


def _locale() -> str:
    return "fr_FR" if language() == "fr" else "en_GB"


def decimal(text: str) -> str:
    return numbers.format_decimal(Decimal(text), "#,##0.####", _locale())


def bars(view: CostsView) -> list[Bar]:
    """Groups in the order of the bill, each beside what the specification claims of it."""
    widest = max((max(one.amount_cents, one.claimed_cents or 0) for one in view.groups), default=1) or 1
    totals = {one.key: one.amount_cents for one in view.sections}
    section_of = {line.group: line.section for line in view.lines}
    drawn, before = [], ""
    for one in view.groups:
        section = section_of[one.key]
        begins = section != before
        before = section
        if one.amount_cents == 0 and not begins:
            continue
        claim = one.claimed_cents
        drawn.append(
            Bar(
                label=_(GROUPS.get(one.key, one.key)),
                amount=dollars(one.amount_cents),
                share=max(one.amount_cents, 0) / widest,
                claim="" if claim in (None, one.amount_cents) else dollars(claim),
                claim_share=None if claim is None else claim / widest,
                begins=_(SECTIONS[section]) if begins else "",
                total=dollars(totals[section]),
                forgotten=section == "forgotten",
            )
        )
    return drawn


def row(line: CostLineView) -> Row:
    verified = line.source == "spec"
    source = _("Spécification, %(at)s") if verified else _("(mém.) non vérifié, %(at)s")
    unit = _(UNITS[line.unit]) if line.unit in UNITS else line.unit.replace("USD", "$")
    return Row(
        label=line.label,
        note=line.note,
        made=f"{decimal(line.price)} × {decimal(line.quantity)} {unit}".replace(" ", "\u00a0").replace(
            "-m", "\u2011m"
        ),
        amount=dollars(line.amount_cents),
        claim=dollars(line.claimed_cents),
        source=source % {"at": day(line.dated).replace(" ", "\u00a0")},
        verified=verified,
    )
