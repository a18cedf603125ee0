"""The doctor: every box of the specification has its check; production is refused for what must not be."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from tests.ops import standing
from tests.ops.standing import APP, PREFIX, SETTINGS, put

from rt.host.topology import PORTALS
from rt.kernel.core.clock import held
from rt.ops.doctor import report
from rt.ops.doctor.beside import ATLAS_TOKENS
from rt.ops.doctor.checklist import CHECKLIST
from rt.ops.doctor.examination import Examination, clone, cloud
from rt.ops.doctor.network import Network
from rt.ops.doctor.place import Place
from rt.ops.doctor.refusals import faults

pytestmark = pytest.mark.xdist_group("infra")  # while production is applied (tests/infra/conftest.py)

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
TOKENS = {"VERCEL_TOKEN": "tok", **dict.fromkeys(ATLAS_TOKENS, "held")}
PEOPLE_SAY = {"domain", "atlas_backups", "recovery", "load", "audit", "training", "on_call"}
"""What no program can tell even when all is well."""
BESIDE = {
    *("vercel_account", "projects", "repository", "build_settings", "portal_variables", "portal_domains"),
    *(
        "portal_certificates",
        "preview",
        "portal_production",
        "atlas_account",
        "atlas_cluster",
        "atlas_backups",
    ),
}
NAMES = {box: name for boxes in CHECKLIST.values() for box, name in boxes.items()}


class Beside:
    """Vercel and Atlas as they answer when all is well; a test changes one answer."""

    def __init__(self) -> None:
        self.access = [{"cidrBlock": "10.0.0.0/16"}]
        self.linked = {"type": "github"}
        self.cluster = "IDLE"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        for pattern, answer in self.answers():
            if re.fullmatch(pattern, path):
                return httpx.Response(200, json=answer)
        return httpx.Response(404)

    def answers(self) -> list[tuple[str, Any]]:
        projects = [
            {"name": row.project, "id": row.project, "link": self.linked, "buildCommand": "build"}
            for row in PORTALS
        ]
        domains = [{"name": row.host, "verified": True} for row in PORTALS]
        snapshot = {"status": "completed", "createdAt": "2026-11-23T01:00:00Z"}
        return [
            (r"/v2/user", {"user": {"username": "rt"}}),
            (r"/v9/projects", {"projects": projects}),
            (r"/v9/projects/[\w-]+/env", {"envs": [{"key": "PUBLIC_API_URL"}]}),
            (r"/v9/projects/[\w-]+/domains", {"domains": domains}),
            (r"/v6/domains/[\w.-]+/config", {"misconfigured": False}),
            (r"/v6/deployments", {"deployments": [{"uid": "one"}]}),
            (r"/api/atlas/v2/groups/held", {"name": "rt"}),
            (
                r"/api/atlas/v2/groups/held/clusters",
                {"results": [{"name": "rt-production", "stateName": self.cluster}]},
            ),
            (r"/api/atlas/v2/groups/held/accessList", {"results": self.access}),
            (r"/api/atlas/v2/groups/held/clusters/rt-production/backup/snapshots", {"results": [snapshot]}),
        ]


@pytest.fixture
def account(account: None) -> Iterator[None]:
    """An empty account on the day of the examination."""
    with held(AT):
        yield


def examined(beside: Beside | None = None, **environ: str) -> Examination:
    http = httpx.Client(transport=httpx.MockTransport(beside or Beside()))
    return cloud("production", environ, http)


def states(found: Examination) -> dict[str, str]:
    return {NAMES[entry.box]: entry.finding.state for entry in found.entries}


def boxes(page: str) -> dict[str, list[str]]:
    """The specification's checklist as it is written there."""
    _, _, checklist = page.partition("## Checklist de Déploiement")
    checklist, _, _ = checklist.partition("\n## ")
    sections: dict[str, list[str]] = {}
    for line in checklist.splitlines():
        if line.startswith("### "):
            sections[line.removeprefix("### ")] = []
        elif line.startswith("- [ ] "):
            sections[list(sections)[-1]].append(line.removeprefix("- [ ] "))
    return sections


def test_every_box_of_the_specification_has_its_check(shared_spec: Path) -> None:
    page = (shared_spec / "architecture-de-deploiement.md").read_text(encoding="utf-8")
    assert {section: list(held) for section, held in CHECKLIST.items()} == boxes(page)


def test_production_as_it_should_be_is_done(account: None) -> None:
    standing.build(AT)
    found = examined(**TOKENS)
    assert (found.refused, found.unseen) == ([], [])
    wanted = dict.fromkeys(NAMES.values(), "done") | dict.fromkeys(PEOPLE_SAY, "unknown")
    assert states(found) == wanted | {"runbook": states(found)["runbook"]}
    assert found.status == (2 if states(found)["runbook"] == "missing" else 0)


def test_an_empty_account_lacks_everything_and_says_the_command(account: None) -> None:
    found = examined()
    by_name = {NAMES[entry.box]: entry.finding for entry in found.entries}
    seen = {name for name in by_name if name not in BESIDE | PEOPLE_SAY | {"account", "runbook"}} | {
        "on_call"
    }
    assert {name: by_name[name].state for name in seen} == dict.fromkeys(seen, "missing")
    assert all(by_name[name].mend for name in seen)
    assert by_name["network"].mend == "terraform -chdir=infra/production apply"
    assert found.status == 2


def test_without_tokens_what_stands_beside_is_not_seen(account: None) -> None:
    standing.build(AT)
    found = states(examined())
    assert {name: found[name] for name in BESIDE} == dict.fromkeys(BESIDE, "unknown")


def test_without_rights_nothing_is_called_missing_and_nothing_well(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    found = examined()
    assert {state for name, state in states(found).items() if name != "runbook"} == {"unknown"}
    assert [what.partition(":")[0] for what in found.unseen] == [
        "variables",
        "security groups",
        "Atlas access list",
    ]
    assert found.status == 2


def gone(name: str) -> None:
    client = put("elbv2")
    arn = client.describe_target_groups(Names=[f"{PREFIX}-{name}"])["TargetGroups"][0]["TargetGroupArn"]
    client.delete_target_group(TargetGroupArn=arn)


def slower(name: str) -> None:
    client = put("elbv2")
    arn = client.describe_target_groups(Names=[f"{PREFIX}-{name}"])["TargetGroups"][0]["TargetGroupArn"]
    client.modify_target_group(TargetGroupArn=arn, HealthCheckIntervalSeconds=60)


def unregistered(name: str) -> None:
    client = put("elbv2")
    arn = client.describe_target_groups(Names=[f"{PREFIX}-{name}"])["TargetGroups"][0]["TargetGroupArn"]
    told = client.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    client.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": one["Target"]["Id"]} for one in told])


HARMS: dict[str, tuple[Callable[[], object], set[str]]] = {
    "a bucket": (lambda: put("s3").delete_bucket(Bucket=f"{PREFIX}-images"), {"buckets"}),
    "a role's policy": (
        lambda: put("iam").delete_role_policy(RoleName=f"{PREFIX}-Monitoring-Role", PolicyName="its-work"),
        {"roles"},
    ),
    "a key": (
        lambda: put("secretsmanager").put_secret_value(
            SecretId=f"{PREFIX}/keys", SecretString='{"authz.jwk": "{}"}'
        ),
        {"secrets"},
    ),
    "a target group": (lambda: gone("bourse"), {"balancer", "services", "health_checks"}),
    "a target": (lambda: unregistered("palette"), {"services", "health_checks"}),
    "a health check's rhythm": (lambda: slower("authz"), {"health_checks"}),
    "the release": (
        lambda: put("ssm").put_parameter(Name=f"/{PREFIX}/release", Value="none", Overwrite=True),
        {"release", "signed_release"},
    ),
    "the signature": (
        lambda: put("s3").delete_object(
            Bucket=f"{PREFIX}-releases", Key=f"releases/{standing.VERSION}/release.json.sig"
        ),
        {"signed_release"},
    ),
    "half of the group": (
        lambda: put("autoscaling").update_auto_scaling_group(
            AutoScalingGroupName=f"{PREFIX}-backend", MaxSize=4
        ),
        {"scaling"},
    ),
    "a year of logs": (
        lambda: put("logs").put_retention_policy(logGroupName="/aws/ec2/rt-backend", retentionInDays=30),
        {"logs"},
    ),
    "an alarm": (lambda: put("cloudwatch").delete_alarms(AlarmNames=[f"{PREFIX}-disk-full"]), {"alerts"}),
    "a log group": (lambda: put("logs").delete_log_group(logGroupName="/aws/alb/rt-production"), {"logs"}),
    "the dashboard": (lambda: put("cloudwatch").delete_dashboards(DashboardNames=[PREFIX]), {"monitoring"}),
    "the main job": (
        lambda: put("cloudwatch").put_metric_data(
            Namespace="RT/Watch",
            MetricData=[{"MetricName": "MainJobOk", "Value": 0, "Timestamp": AT - timedelta(minutes=1)}],
        ),
        {"main_job"},
    ),
}


TOGETHER = (
    (
        "a bucket",
        "a role's policy",
        "a key",
        "a target",
        "the release",
        "half of the group",
        "a year of logs",
    ),
    ("an alarm", "the signature", "a health check's rhythm", "a log group", "the dashboard", "the main job"),
    ("a target group",),
)
"""Harms that miss different boxes are done to one account: making one takes a second."""


@pytest.mark.parametrize("harms", TOGETHER, ids=lambda harms: harms[0])
def test_what_is_lost_is_missed_and_nothing_else(account: None, harms: tuple[str, ...]) -> None:
    standing.build(AT)
    missed: set[str] = set()
    for what in harms:
        harm, boxes_missed = HARMS[what]
        harm()
        assert missed.isdisjoint(boxes_missed)
        missed |= boxes_missed
    found = {name: state for name, state in states(examined(**TOKENS)).items() if name != "runbook"}
    assert {name for name, state in found.items() if state == "missing"} == missed
    assert {name for name, state in found.items() if state == "unknown"} == PEOPLE_SAY


def test_every_harm_is_done_once() -> None:
    assert sorted(HARMS) == sorted(what for harms in TOGETHER for what in harms)


REFUSED: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "a short secret": ({"JWT_SECRET": "short"}, {}, "JWT_SECRET"),
    "a default secret": ({"MAILGUN_API_KEY": "changeme"}, {}, "MAILGUN_API_KEY"),
    "the demonstration's password": ({"ADMIN_PASSWORD": "Quai-17-avant-l-aube"}, {}, "ADMIN_PASSWORD"),
    "one letter": ({"JWT_SECRET": "a" * 40}, {}, "JWT_SECRET"),
    "the specification's placeholder": (
        {"MONGODB_URI": "mongodb+srv://app_user:<password>@rt-production.xxxxx.mongodb.net"},
        {},
        "MONGODB_URI",
    ),
    "no database": ({"MONGODB_URI": ""}, {}, "MONGODB_URI"),
    "checks off": ({}, {"SECURITY_ENFORCE": "false"}, "SECURITY_ENFORCE"),
    "London": ({}, {"AWS_REGION": "eu-west-2"}, "AWS_REGION"),
    "mail from Virginia": ({}, {"AWS_SES_REGION": "us-east-1"}, "AWS_SES_REGION"),
    "an open origin": ({}, {"CORS_ALLOW_ORIGIN": "http://industry.rt-technologie.com"}, "CORS_ALLOW_ORIGIN"),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("environment", ["production", "staging"])
def test_services_must_not_start_with(environment: str, what: str) -> None:
    app, settings, variable = REFUSED[what]
    found = faults(environment, SETTINGS | APP | settings | app)
    assert [fault for fault in found if fault.startswith(variable)] == found != []


def test_production_is_refused_for_what_its_machines_are_given(account: None) -> None:
    standing.build(AT, SETTINGS | {"SECURITY_ENFORCE": "false"}, APP | {"JWT_SECRET": "short"})
    found = examined(**TOKENS)
    assert [fault.partition(" ")[0] for fault in found.refused] == ["JWT_SECRET", "SECURITY_ENFORCE"]
    assert (found.status, states(found)["settings"]) == (1, "missing")


def test_good_variables_are_refused_nowhere() -> None:
    for environment in ("production", "staging", "development"):
        assert faults(environment, SETTINGS | APP) == []
    assert faults("development", {"JWT_SECRET": "short"}) == []


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "::/0"])
@pytest.mark.parametrize("group", ["backend", "rds", "bastion"])
def test_an_open_door_is_seen(account: None, group: str, cidr: str) -> None:
    vpc, _subnets = standing.network()
    standing.doors(vpc)
    network = Network(Place("production", {}))
    assert network.open_groups() == []
    standing.let_in(standing.group_id(group), cidr, 22)
    assert network.open_groups() == [f"{PREFIX}-{group}"]


def test_production_is_refused_with_an_open_door(account: None) -> None:
    standing.build(AT)
    standing.let_in(standing.group_id("backend"), "0.0.0.0/0", 22)
    found = examined(**TOKENS)
    assert found.refused == [f"security group {PREFIX}-backend lets the whole world in"]
    assert (found.status, states(found)["security_groups"]) == (1, "missing")


def test_production_is_refused_when_atlas_lets_the_world_in(account: None) -> None:
    beside = Beside()
    beside.access.append({"cidrBlock": "0.0.0.0/0"})
    found = examined(beside, **TOKENS)
    assert found.refused == ["Atlas lets 0.0.0.0/0 in"]
    assert (found.status, states(found)["atlas_cluster"]) == (1, "missing")


def test_another_region_is_refused_before_anything_is_read(account: None) -> None:
    assert examined(AWS_REGION="us-east-1").refused[0] == "AWS_REGION=us-east-1 is outside the European Union"


def test_refusals_come_first_and_end_with_one(
    account: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    standing.build(AT, SETTINGS | {"SECURITY_ENFORCE": "false"})
    for name in TOKENS:
        monkeypatch.delenv(name, raising=False)
    assert report.examine("production", False, Console()) == 1
    said = capsys.readouterr().out
    assert said.startswith("refused SECURITY_ENFORCE")
    assert said.rstrip().endswith("production is refused")
    assert report.examine("production", True, Console()) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], len(told["entries"])) == (1, len(NAMES))


def test_an_environment_nobody_knows_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert report.examine("prod", False, Console()) == 3
    assert "production, staging, development" in capsys.readouterr().out


def test_a_token_that_vercel_refuses_is_not_a_missing_portal(account: None) -> None:
    refusing = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(403)))
    found = states(cloud("production", TOKENS, refusing))
    assert {found[name] for name in BESIDE} == {"unknown"}


def test_an_unlinked_project_is_missed(account: None) -> None:
    beside = Beside()
    beside.linked = {"type": "none"}
    found = {NAMES[entry.box]: entry.finding for entry in examined(beside, **TOKENS).entries}
    assert (found["repository"].state, found["projects"].state) == ("missing", "done")


def test_this_clone_is_looked_at_without_a_cloud() -> None:
    found = clone({})
    by_box = {entry.box: entry.finding for entry in found.entries}
    assert (by_box["Python"].state, by_box["Locked packages"].state) == ("done", "done")
    assert all(finding.mend for finding in by_box.values() if finding.state != "done")
    weak = {entry.box: entry.finding for entry in clone({"RT_ENV": "production"}).entries}
    assert weak["Settings"].state == "missing"
    assert "JWT_SECRET" in weak["Settings"].saw
