"""The same procedure at AWS, on moto: what is called in which order, and what happens when it fails."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest

from rt.host.topology import UNITS
from rt.ops.deploy.aws import HELD, JOURNAL, PACE, AwsFleet
from rt.ops.deploy.journal import NONE, Clock, Journal, Overtaken, Refused
from rt.ops.deploy.rolling import Failed, deploy, roll_back
from rt.ops.release import PUBLIC, make_keys, pack

pytestmark = pytest.mark.xdist_group("infra")  # while production is applied (tests/infra/conftest.py)

ROOT = Path(__file__).parents[2]
REGION = "eu-west-3"
OLD, NEW = "0.1.0+202611220900.aaaaaaa", "0.1.0+202611221000.bbbbbbb"
GROUP = "rt-prod-backend"


class Instant(Clock):
    """A clock that only moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Cloud:
    """rt-prod as Terraform would have made it, and machines that answer what rt-machine would say."""

    def __init__(self, folder: Path) -> None:
        self.calls: list[str] = []
        self.runs: dict[str, str] = {}
        self.answers: dict[str, tuple[str, str]] = {}
        self.on_order: Callable[[str, list[str]], None] = lambda machine, words: None
        self._orders: dict[str, tuple[str, list[str]]] = {}
        key = make_keys(folder)
        self._make_network()
        self._make_releases(folder, key)
        self.fleet = AwsFleet("production", folder / PUBLIC, REGION, Instant())
        self.fleet.pace = msgspec.structs.replace(PACE, poll=20, watch=40)
        self.used: set[str] = set()
        fleet = self.fleet
        for client in (fleet.elb, fleet.ssm, fleet.s3, fleet._scaling, fleet._metrics):
            client.meta.events.register("provide-client-params.*", self._note)
        events = self.fleet.ssm.meta.events
        events.register("after-call.ssm.SendCommand", self._ordered)
        events.register("after-call.ssm.GetCommandInvocation", self._answered)
        self._order: list[str] = []
        for machine in self.machines():
            self.runs[machine] = OLD
        self.fleet.remember(OLD, NONE)
        self.calls.clear()

    def machines(self) -> list[str]:
        return [machine.name for machine in self.fleet.machines()]

    def deploy(self, release: str = NEW) -> Journal:
        return deploy(self.fleet, release, lambda line: None, clock=self.fleet.clock)

    def roll_back(self) -> Journal:
        return roll_back(self.fleet, lambda line: None, clock=self.fleet.clock)

    def scale_to(self, number: int) -> None:
        scaling = boto3.client("autoscaling", REGION)
        scaling.update_auto_scaling_group(
            AutoScalingGroupName=GROUP, MinSize=1, MaxSize=10, DesiredCapacity=number
        )

    def registered(self) -> dict[str, set[str]]:
        """Which machines each unit's target group holds."""
        elb = boto3.client("elbv2", REGION)
        return {
            unit: {
                one["Target"]["Id"]
                for one in elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
            }
            for unit, group in self.fleet.groups.items()
        }

    def _make_network(self) -> None:
        ec2, elb = boto3.client("ec2", REGION), boto3.client("elbv2", REGION)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")[
                "Subnet"
            ]["SubnetId"]
            for n, zone in enumerate("ab")
        ]
        balancer = elb.create_load_balancer(Name="rt-prod", Subnets=subnets)["LoadBalancers"][0]
        arns = [
            elb.create_target_group(Name=f"rt-prod-{row.name}", Protocol="HTTP", Port=row.port, VpcId=vpc)[
                "TargetGroups"
            ][0]["TargetGroupArn"]
            for row in UNITS
        ]
        listener = elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": arns[0]}],
        )["Listeners"][0]["ListenerArn"]
        for number, arn in enumerate(arns[1:], 1):
            elb.create_rule(
                ListenerArn=listener,
                Priority=number,
                Conditions=[{"Field": "path-pattern", "Values": [f"/{number}/*"]}],
                Actions=[{"Type": "forward", "TargetGroupArn": arn}],
            )
        template = {"ImageId": "ami-12345678", "InstanceType": "t3.medium"}
        ec2.create_launch_template(LaunchTemplateName=GROUP, LaunchTemplateData=template)
        boto3.client("autoscaling", REGION).create_auto_scaling_group(
            AutoScalingGroupName=GROUP,
            LaunchTemplate={"LaunchTemplateName": GROUP, "Version": "$Latest"},
            MinSize=2,
            MaxSize=10,
            VPCZoneIdentifier=",".join(subnets),
            TargetGroupARNs=arns,
        )

    def _make_releases(self, folder: Path, key: Path) -> None:
        s3 = boto3.client("s3", REGION)
        s3.create_bucket(Bucket="rt-prod-releases", CreateBucketConfiguration={"LocationConstraint": REGION})
        wheel = folder / "rt.whl"
        wheel.write_bytes(b"a wheel")
        for version in (OLD, NEW):
            made = pack({"wheels/rt.whl": wheel}, folder, key, version, "a" * 40, datetime.now(UTC))
            for path in made.iterdir():
                s3.upload_file(str(path), "rt-prod-releases", f"releases/{version}/{path.name}")

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.used.add(f"{model.service_model.signing_name}:{model.name}")
        if model.name == "SendCommand":
            script, *words = params["Parameters"]["commands"][0].split()
            assert script.endswith("/rt-machine")
            self._order = [params["InstanceIds"][0], *words]
            if words[0] not in ("version", "health"):
                self.calls.append(" ".join(self._order))
        elif model.name in ("DeregisterTargets", "RegisterTargets"):
            call = f"{params['Targets'][0]['Id']} {model.name}"
            if self.calls[-1] != call:
                self.calls.append(call)
        elif model.name in ("SuspendProcesses", "ResumeProcesses"):
            self.calls.append(f"{model.name} {' '.join(sorted(params['ScalingProcesses']))}")
        elif model.name == "PutParameter":
            self.calls.append(f"{params['Name']} = {params['Value']}")

    def _ordered(self, parsed: dict[str, Any], **_: Any) -> None:
        machine, *words = self._order
        self.on_order(machine, words)
        self._orders[parsed["Command"]["CommandId"]] = (machine, words)
        if words[0] == "activate":
            self.runs[machine] = words[1]

    def _answered(self, parsed: dict[str, Any], http_response: Any, **_: Any) -> None:
        if "CommandId" not in parsed:
            return
        machine, words = self._orders[parsed["CommandId"]]
        runs = self.runs.setdefault(machine, OLD)
        status, said = "Success", runs if words[0] == "version" else ""
        status, said = self.answers.get(f"{words[0]} {runs}", (status, said))
        status, said = self.answers.get(" ".join((machine, words[0], runs)), (status, said))
        parsed |= {"Status": status, "StandardOutputContent": said, "StandardErrorContent": ""}


@pytest.fixture
def cloud(tmp_path: Path, account: None) -> Cloud:
    return Cloud(tmp_path)


def test_the_order_of_calls(cloud: Cloud) -> None:
    a, b = cloud.machines()
    assert cloud.deploy().state == "done"
    held = " ".join(sorted(HELD))
    assert cloud.calls == [
        f"SuspendProcesses {held}",
        f"{a} fetch {NEW} s3://rt-prod-releases",
        f"{a} migrate {NEW} expand",
        f"{a} DeregisterTargets",
        f"{a} activate {NEW}",
        f"{a} RegisterTargets",
        f"{b} fetch {NEW} s3://rt-prod-releases",
        f"{b} DeregisterTargets",
        f"{b} activate {NEW}",
        f"{b} RegisterTargets",
        f"/rt-prod/release = {NEW}",
        f"/rt-prod/release-previous = {OLD}",
        f"{a} prune 3",
        f"{b} prune 3",
        f"ResumeProcesses {held}",
    ]
    assert cloud.registered() == {row.name: {a, b} for row in UNITS}


def test_the_deployer_may_do_what_a_deploy_does(cloud: Cloud) -> None:
    cloud.fleet.watch = lambda machine: lambda: cloud.fleet._counted(datetime.now(UTC) - timedelta(hours=1))
    assert cloud.deploy().state == "done"
    same = {"s3:HeadObject": "s3:GetObject", "monitoring:GetMetricData": "cloudwatch:GetMetricData"}
    granted = (ROOT / "infra" / "modules" / "identity" / "deployer.tf").read_text()
    assert {one for one in cloud.used if f'"{same.get(one, one)}"' not in granted} == set()


def test_what_a_human_had_stopped_stays_stopped(cloud: Cloud) -> None:
    scaling = boto3.client("autoscaling", REGION)
    scaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["Terminate"])
    cloud.deploy()
    group = scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]
    assert [one["ProcessName"] for one in group["SuspendedProcesses"]] == ["Terminate"]


def test_a_machine_that_is_not_well_brings_all_back(cloud: Cloud) -> None:
    a, b = cloud.machines()
    cloud.answers[f"{b} health {NEW}"] = ("Failed", "palette: 500\n")
    journal = cloud.deploy()
    assert (journal.state, journal.reason) == ("rolled_back", f"{b} is not well: palette: 500")
    assert cloud.runs == {a: OLD, b: OLD}
    assert cloud.registered() == {row.name: {a, b} for row in UNITS}
    assert cloud.fleet.release() == (OLD, NONE)
    assert cloud.calls[-1].startswith("ResumeProcesses")


@pytest.mark.parametrize("status", ["TimedOut", "Undeliverable", "Failed"])
def test_an_order_that_ssm_does_not_carry_out_brings_all_back(cloud: Cloud, status: str) -> None:
    a, b = cloud.machines()
    cloud.answers[f"{b} activate {NEW}"] = (status, "")
    assert cloud.deploy().state == "rolled_back"
    assert cloud.runs == {a: OLD, b: OLD}


def test_a_release_that_answers_5xx_is_brought_back(cloud: Cloud) -> None:
    a, _ = cloud.machines()
    metrics = boto3.client("cloudwatch", REGION)
    arn = cloud.fleet.groups["palette"]
    dimensions = [
        {"Name": "TargetGroup", "Value": arn.rpartition(":")[2]},
        {"Name": "LoadBalancer", "Value": cloud.fleet._balancer},
    ]
    since = datetime.now(UTC) - timedelta(minutes=2)
    for name, number in (("RequestCount", 100.0), ("HTTPCode_Target_5XX_Count", 6.0)):
        metrics.put_metric_data(
            Namespace="AWS/ApplicationELB",
            MetricData=[
                {
                    "MetricName": name,
                    "Dimensions": dimensions,
                    "Value": number,
                    "Timestamp": since + timedelta(seconds=30),
                }
            ],
        )
    cloud.fleet.watch = lambda machine: lambda: cloud.fleet._counted(since)
    journal = cloud.deploy()
    assert (journal.state, journal.reason) == (
        "rolled_back",
        f"palette answers 5xx since {a} has changed: 6 of 100",
    )


def test_a_machine_that_scales_out_meanwhile_is_brought_along(cloud: Cloud) -> None:
    def scale_out(machine: str, words: list[str]) -> None:
        if words[0] == "activate" and len(cloud.runs) == 2:
            cloud.scale_to(3)

    cloud.on_order = scale_out
    assert cloud.deploy().state == "done"
    assert set(cloud.runs.values()) == {NEW}
    assert len(cloud.runs) == 3


def test_a_second_deploy_is_refused_while_one_runs(cloud: Cloud) -> None:
    refused = []

    def second(machine: str, words: list[str]) -> None:
        if words[0] == "activate":
            with pytest.raises(Refused, match="under way"):
                cloud.deploy()
            refused.append(machine)

    cloud.on_order = second
    assert cloud.deploy().state == "done"
    assert len(refused) == 2


def test_the_journal_is_written_by_one(cloud: Cloud) -> None:
    shelf = cloud.fleet.shelf
    first = shelf.put(b"one", "")
    with pytest.raises(Overtaken):
        shelf.put(b"two", "")
    second = shelf.put(b"three", first)
    with pytest.raises(Overtaken):
        shelf.put(b"four", first)
    assert shelf.look() == (b"three", second)


def test_an_answer_that_was_lost_is_no_other_deployer(cloud: Cloud) -> None:
    shelf = cloud.fleet.shelf
    first = shelf.put(b"one", "")
    second = shelf.put(b"two", first)
    assert shelf.put(b"two", first) == second


def interrupt(cloud: Cloud) -> None:
    """Ctrl-C while the second machine is out of the load balancer."""
    _, b = cloud.machines()

    def press(machine: str, words: list[str]) -> None:
        if (machine, words[0]) == (b, "activate"):
            cloud.on_order = lambda machine, words: None
            raise KeyboardInterrupt

    cloud.on_order = press
    with pytest.raises(KeyboardInterrupt):
        cloud.deploy()
    assert cloud.registered()["palette"] != {*cloud.machines()}
    found = boto3.client("s3", REGION).get_object(Bucket="rt-prod-releases", Key=JOURNAL)["Body"].read()
    assert json.loads(found)["state"] == "interrupted"


def test_an_interrupted_deploy_is_gone_on_with(cloud: Cloud) -> None:
    interrupt(cloud)
    assert cloud.deploy().state == "done"
    assert set(cloud.runs.values()) == {NEW}
    assert cloud.registered()["palette"] == {*cloud.machines()}
    assert cloud.fleet.release() == (NEW, OLD)


def test_an_interrupted_deploy_is_rolled_back(cloud: Cloud) -> None:
    interrupt(cloud)
    assert cloud.roll_back().state == "rolled_back"
    assert set(cloud.runs.values()) == {OLD}
    assert cloud.registered()["palette"] == {*cloud.machines()}
    assert cloud.calls[-1].startswith("ResumeProcesses")


def test_a_rollback_brings_the_release_before(cloud: Cloud) -> None:
    cloud.deploy()
    assert cloud.roll_back().state == "done"
    assert set(cloud.runs.values()) == {OLD}
    assert cloud.fleet.release() == (OLD, NONE)


def test_the_first_deploy_meets_machines_that_run_nothing(cloud: Cloud) -> None:
    cloud.fleet.remember(NONE, NONE)
    for machine in cloud.machines():
        cloud.runs[machine] = NONE
        cloud.fleet.machines()[0].leave()
    cloud.answers[f"version {NONE}"] = ("Failed", "rt-machine: no release is current\n")
    assert cloud.deploy().state == "done"
    assert set(cloud.runs.values()) == {NEW}


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (
            lambda s3: s3.delete_object(Bucket="rt-prod-releases", Key=f"releases/{NEW}/release.json"),
            "NoSuchKey",
        ),
        (
            lambda s3: s3.put_object(
                Bucket="rt-prod-releases", Key=f"releases/{NEW}/release.json.sig", Body=bytes(64)
            ),
            "is not signed by",
        ),
        (
            lambda s3: s3.delete_object(Bucket="rt-prod-releases", Key=f"releases/{NEW}/rt-{NEW}.tar.gz"),
            "404",
        ),
        (
            lambda s3: [
                s3.copy_object(
                    Bucket="rt-prod-releases",
                    Key=f"releases/{NEW}/{name}",
                    CopySource=f"rt-prod-releases/releases/{OLD}/{name}",
                )
                for name in ("release.json", "release.json.sig")
            ],
            "404",
        ),
    ],
)
def test_what_is_not_a_signed_release_is_refused(
    cloud: Cloud, spoil: Callable[[Any], object], what: str
) -> None:
    spoil(boto3.client("s3", REGION))
    journal = cloud.deploy()
    assert journal.state == "refused"
    assert what in journal.reason
    assert cloud.calls == []


def test_an_environment_that_was_not_applied_is_named(cloud: Cloud, tmp_path: Path) -> None:
    with pytest.raises(Failed, match="rt-staging"):
        AwsFleet("staging", tmp_path / PUBLIC, REGION).machines()
    with pytest.raises(Refused, match="no environment called prod"):
        AwsFleet("prod", tmp_path / PUBLIC, REGION)
