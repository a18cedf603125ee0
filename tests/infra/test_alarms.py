"""Each alarm fires on bad figures alone, reaches whom it should, and has its page in the runbook."""

import ast
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.infra.alarm_clock import AlarmClock, computed
from tests.infra.cloud import INFRA, Applied

from rt.contracts import core_orders
from rt.host.topology import UNITS

pytestmark = [pytest.mark.xdist_group("infra")]

RUNBOOK = INFRA.parent / "docs" / "RUNBOOK.md"
MIDNIGHT = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
"""Yesterday: nothing is put there but by these tests, an hour per case."""
IDS = {
    "cpu-high",
    "error-rate",
    "disk-full",
    "unhealthy-targets",
    "main-job",
    "events-parked",
    "events-behind",
    "backup-failed",
}
TOLD = {
    "cpu-high": {"email"},
    "disk-full": {"email"},
    "events-parked": {"email"},
    "events-behind": {"email"},
    "backup-failed": {"email"},
    "error-rate": {"pagerduty", "sms"},
    "unhealthy-targets": {"pagerduty", "sms"},
    "main-job": {"pagerduty", "sms"},
}
Figures = Mapping[tuple[str, str], list[float]]
"""By metric and whose it is: a value for each of the last minutes."""
GROUP, BALANCER, NOBODY = "AutoScalingGroupName", "LoadBalancer", ""
REQUESTS, TARGET_5XX, ELB_5XX = "RequestCount", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"
FIVE = 5
CASES: list[tuple[str, str, str, Figures]] = [
    ("cpu-high", "ALARM", "AWS/EC2", {("CPUUtilization", GROUP): [81] * FIVE}),
    ("cpu-high", "OK", "AWS/EC2", {("CPUUtilization", GROUP): [80] * FIVE}),
    ("cpu-high", "OK", "AWS/EC2", {("CPUUtilization", GROUP): [99, 99, 70, 70, 60]}),
    ("cpu-high", "INSUFFICIENT_DATA", "AWS/EC2", {}),
    ("disk-full", "ALARM", "CWAgent", {("disk_used_percent", GROUP): [40, 91]}),
    ("disk-full", "OK", "CWAgent", {("disk_used_percent", GROUP): [40, 90]}),
    (
        "error-rate",
        "ALARM",
        "AWS/ApplicationELB",
        {(REQUESTS, BALANCER): [100] * 2, (TARGET_5XX, BALANCER): [6] * 2},
    ),
    ("error-rate", "ALARM", "AWS/ApplicationELB", {(ELB_5XX, BALANCER): [3, 3]}),
    (
        "error-rate",
        "OK",
        "AWS/ApplicationELB",
        {(REQUESTS, BALANCER): [100] * 2, (TARGET_5XX, BALANCER): [5] * 2},
    ),
    (
        "error-rate",
        "OK",
        "AWS/ApplicationELB",
        {(REQUESTS, BALANCER): [100] * 2, (TARGET_5XX, BALANCER): [50, 0]},
    ),
    ("error-rate", "OK", "AWS/ApplicationELB", {}),
    ("unhealthy-targets", "ALARM", "AWS/ApplicationELB", {("UnHealthyHostCount", "palette"): [1, 1]}),
    ("unhealthy-targets", "OK", "AWS/ApplicationELB", {("UnHealthyHostCount", "palette"): [1, 0]}),
    ("unhealthy-targets", "OK", "AWS/ApplicationELB", {("UnHealthyHostCount", "elsewhere"): [9, 9]}),
    ("main-job", "ALARM", "RT/Watch", {("MainJobOk", NOBODY): [0, 0, 0]}),
    ("main-job", "ALARM", "RT/Watch", {}),
    ("main-job", "OK", "RT/Watch", {("MainJobOk", NOBODY): [0, 1, 0]}),
    ("events-parked", "ALARM", "RT/Backend", {("EventsParked", "palette"): [0, 1]}),
    ("events-parked", "OK", "RT/Backend", {("EventsParked", "palette"): [1, 0]}),
    ("events-behind", "ALARM", "RT/Backend", {("EventsBehind", "palette"): [2_000] * 3}),
    ("events-behind", "OK", "RT/Backend", {("EventsBehind", "palette"): [2_000, 9, 2_000]}),
    ("backup-failed", "ALARM", "AWS/Backup", {("NumberOfBackupJobsFailed", "BackupVaultName"): [1]}),
    ("backup-failed", "OK", "AWS/Backup", {("NumberOfBackupJobsFailed", "BackupVaultName"): [0]}),
    ("backup-failed", "OK", "AWS/Backup", {}),
]


@pytest.fixture(scope="module")
def cloudwatch(applied: Applied) -> Any:
    return applied.client("cloudwatch")


@pytest.fixture(scope="module")
def alarms(cloudwatch: Any) -> dict[str, dict[str, Any]]:
    """Alarms of production by their id."""
    found = cloudwatch.describe_alarms(AlarmNamePrefix="rt-prod-", MaxRecords=100)["MetricAlarms"]
    return {alarm["AlarmName"].removeprefix("rt-prod-"): alarm for alarm in found}


@pytest.fixture(scope="module")
def whose(applied: Applied) -> dict[str, list[dict[str, str]]]:
    """What metrics of the real things carry, as AWS and our own programs send them."""
    balancing = applied.client("elbv2")
    (balancer,) = balancing.describe_load_balancers(Names=["rt-prod"])["LoadBalancers"]
    (group,) = balancing.describe_target_groups(Names=["rt-prod-palette"])["TargetGroups"]
    loads = balancer["LoadBalancerArn"].partition("loadbalancer/")[2]
    target = {"Name": "TargetGroup", "Value": group["TargetGroupArn"].rpartition(":")[2]}
    return {
        NOBODY: [],
        GROUP: [{"Name": GROUP, "Value": "rt-prod-backend"}],
        BALANCER: [{"Name": BALANCER, "Value": loads}],
        "BackupVaultName": [{"Name": "BackupVaultName", "Value": "rt-prod"}],
        "AWS/ApplicationELB palette": [target, {"Name": BALANCER, "Value": loads}],
        "AWS/ApplicationELB elsewhere": [target, {"Name": BALANCER, "Value": "app/other/1"}],
        "RT/Backend palette": [{"Name": "Unit", "Value": "palette"}],
    }


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(CASES)), ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
def test_an_alarm_fires_on_bad_figures_alone(
    cloudwatch: Any,
    whose: dict[str, list[dict[str, str]]],
    number: int,
    case: tuple[str, str, str, Figures],
) -> None:
    name, state, namespace, figures = case
    hour = MIDNIGHT + timedelta(hours=number)
    for (metric, owner), values in figures.items():
        dimensions = whose[owner] if owner in whose else whose[f"{namespace} {owner}"]
        minutes = range(60 - len(values), 60)
        cloudwatch.put_metric_data(
            Namespace=namespace,
            MetricData=[
                {
                    "MetricName": metric,
                    "Dimensions": dimensions,
                    "Timestamp": hour + timedelta(minutes=minute),
                    "Value": value,
                }
                for minute, value in zip(minutes, values, strict=True)
            ],
        )
    assert AlarmClock(cloudwatch, hour + timedelta(minutes=59, seconds=59)).state(f"rt-prod-{name}") == state


def test_the_alarms_are_these(alarms: dict[str, dict[str, Any]]) -> None:
    assert set(alarms) - {name for name in alarms if "AWS-Auto" in name or "scal" in name} == IDS


@pytest.mark.parametrize("name", sorted(IDS))
def test_an_alarm_reaches_whom_it_should_and_says_where_to_look(
    applied: Applied, alarms: dict[str, dict[str, Any]], name: str
) -> None:
    topics = {
        arn["TopicArn"]: arn["TopicArn"].rpartition(":rt-prod-")[2]
        for arn in applied.client("sns").list_topics()["Topics"]
    }
    assert {topics[arn] for arn in alarms[name]["AlarmActions"]} == TOLD[name]
    over = [] if name == "events-parked" else alarms[name]["AlarmActions"]
    assert alarms[name]["OKActions"] == over
    assert alarms[name]["ActionsEnabled"]
    assert alarms[name]["AlarmDescription"].endswith(f" docs/RUNBOOK.md#{name}")


def test_topics_reach_people(applied: Applied) -> None:
    sns = applied.client("sns")
    found = {
        (s["TopicArn"].rpartition("-")[2], s["Protocol"]) for s in sns.list_subscriptions()["Subscriptions"]
    }
    assert ("email", "email") in found
    assert found <= {("email", "email"), ("sms", "sms"), ("pagerduty", "https")}


def test_every_alarm_has_its_page_in_the_runbook() -> None:
    """Ids in Terraform, of CloudWatch and of Atlas, against the headings."""
    atlas = re.findall(
        r"^\s+(atlas-[a-z-]+)\s+= \{", (INFRA / "modules/database/alerts.tf").read_text(), re.M
    )
    assert len(atlas) == 4
    pages = re.findall(r"^### ([a-z-]+)$", RUNBOOK.read_text(encoding="utf-8"), re.M)
    assert IDS | set(atlas) == set(pages)


def test_logs_are_kept_a_year(applied: Applied) -> None:
    groups = applied.client("logs").describe_log_groups()["logGroups"]
    kept = {group["logGroupName"]: group.get("retentionInDays") for group in groups}
    assert {"/aws/ec2/rt-backend", "/aws/alb/rt-production", "/aws/rds/rt-production"} <= set(kept)
    assert {days for name, days in kept.items() if name.startswith(("/aws/ec2", "/aws/alb", "/aws/rds"))} == {
        365
    }


def test_business_figures_count_words_that_exist(applied: Applied) -> None:
    filters = applied.client("logs").describe_metric_filters(logGroupName="/aws/ec2/rt-backend")[
        "metricFilters"
    ]
    words = {re.findall(r'\$\.operation = "(\w+)"', found["filterPattern"])[0] for found in filters}
    assert words
    assert all(hasattr(core_orders, word) for word in words)


def test_the_dashboard_has_a_row_for_every_service(cloudwatch: Any) -> None:
    body = json.loads(cloudwatch.get_dashboard(DashboardName="rt-prod")["DashboardBody"])
    titles = [widget["properties"]["title"] for widget in body["widgets"]]
    for unit in UNITS:
        assert f"{unit.name}: requests, errors" in titles
        assert f"{unit.name}: targets" in titles
    assert {"Requests", "Latency (s, p50 p95)", "4xx and 5xx", "Orders a day"} <= set(titles)
    units = {
        m[3] for w in body["widgets"] for m in w["properties"].get("metrics", []) if m[0] == "RT/Backend"
    }
    assert units == {unit.package for unit in UNITS}
    places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
    assert len(set(places)) == len(places)


def test_no_error_among_no_requests_is_no_figure() -> None:
    rate = ast.parse("100 * FILL(bad, 0) / (FILL(all, 0) + FILL(bad, 0))", mode="eval").body
    assert computed(rate, {"bad": None, "all": None}) is None
    assert computed(rate, {"bad": 1, "all": 99}) == 1
