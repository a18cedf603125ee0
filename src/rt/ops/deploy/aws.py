"""A fleet at AWS: machines of the auto scaling group, told what to do by SSM, behind 17 target groups."""

import contextlib
import shlex
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from rt.host.topology import HEALTH_CHECK, UNITS
from rt.ops.deploy.journal import NONE, Clock, Overtaken, Refused
from rt.ops.deploy.rolling import Failed, Machine, Pace, Phase, Traffic
from rt.ops.release import MANIFEST, SIGNATURE, Release

if TYPE_CHECKING:
    from types_boto3_autoscaling.type_defs import AutoScalingGroupTypeDef
    from types_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef
    from types_boto3_s3.client import S3Client

PREFIXES = {"production": "rt-prod", "staging": "rt-staging", "development": "rt-dev"}
JOURNAL = "releases/deploy.json"
"""Beside the releases, where the deployer may write and machines may not."""
HELD = ("AZRebalance", "InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions", "Terminate")
"""What takes machines away. Launching goes on: a machine that comes meanwhile is brought along."""
PACE = Pace(
    poll=5,
    grace=45,
    patience=HEALTH_CHECK.interval * (HEALTH_CHECK.unhealthy + HEALTH_CHECK.healthy) + 90.0,
    watch=180,  # CloudWatch tells a minute's figures one to two minutes later
    lease=timedelta(minutes=3),
)
PROGRAM = '"${RT_ROOT:-/opt/rt}"/bin/rt-machine'
ORDER_SECONDS = 600
"""Longest that one order to a machine may take: a fetch makes an environment of 500 MB."""
NO_RELEASE = "no release is current"
"""What rt-machine says on a machine that has never had one."""
COUNTED = {
    "HTTPCode_Target_5XX_Count": "failed",
    "TargetConnectionErrorCount": "failed",
    "RequestCount": "all",
}


class Bucket:
    """A shelf in S3, which writes only if the object is still the one that was read."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def look(self) -> tuple[bytes, str]:
        with _asked():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=JOURNAL)
            except self._client.exceptions.NoSuchKey:
                return b"", ""
            return found["Body"].read(), found["ETag"]

    def put(self, content: bytes, tag: str) -> str:
        with _asked():
            try:
                if tag:
                    return self._client.put_object(
                        Bucket=self._bucket, Key=JOURNAL, Body=content, IfMatch=tag
                    )["ETag"]
                return self._client.put_object(
                    Bucket=self._bucket, Key=JOURNAL, Body=content, IfNoneMatch="*"
                )["ETag"]
            except ClientError as error:
                if error.response["Error"]["Code"] not in (
                    "PreconditionFailed",
                    "ConditionalRequestConflict",
                ):
                    raise
        there, found = self.look()
        if there != content:  # else it is ours: the answer to an earlier try was lost
            raise Overtaken
        return found


class AwsMachine:
    """One EC2 instance."""

    def __init__(self, fleet: "AwsFleet", name: str) -> None:
        self.name = name
        self._fleet = fleet

    def version(self) -> str:
        status, said = self._order("version")
        if status != "Success" and NO_RELEASE in said:
            return NONE
        return self._good(status, said).strip()

    def fetch(self, release: str) -> None:
        self._good(*self._order("fetch", release, f"s3://{self._fleet.bucket}"))

    def migrate(self, release: str, phase: Phase) -> None:
        program = f'"${{RT_ROOT:-/opt/rt}}"/releases/{shlex.quote(release)}/machine/rt-machine'
        self._good(*self._order("migrate", release, phase, program=program))

    def activate(self, release: str) -> None:
        self._good(*self._order("activate", release))

    def prune(self, keep: int) -> None:
        self._good(*self._order("prune", str(keep)))

    def unwell(self) -> list[str]:
        status, said = self._order("health")
        if status not in ("Success", "Failed"):
            raise Failed(f"{self.name}: {status}: {said}")
        return said.strip().split("\n") if status == "Failed" else []

    def leave(self) -> None:
        there = [unit for unit, state in self._states().items() if state not in ("unused", "draining")]
        with _asked():
            for unit in there:
                group = self._fleet.groups[unit]
                self._fleet.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": self.name}])

    def busy(self) -> list[str]:
        return [unit for unit, state in self._states().items() if state == "draining"]

    def join(self) -> None:
        with _asked():
            for group in self._fleet.groups.values():
                self._fleet.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": self.name}])

    def missing(self) -> list[str]:
        return [unit for unit, state in self._states().items() if state != "healthy"]

    def _states(self) -> dict[str, str]:
        states: dict[str, str] = {}
        with _asked():
            for unit, group in self._fleet.groups.items():
                found = self._fleet.elb.describe_target_health(
                    TargetGroupArn=group, Targets=[{"Id": self.name}]
                )["TargetHealthDescriptions"]
                states[unit] = found[0]["TargetHealth"].get("State", "unused") if found else "unused"
        return states

    def _order(self, *words: str, program: str = PROGRAM) -> tuple[str, str]:
        """Run rt-machine there; how it ended and what it said."""
        ssm, clock = self._fleet.ssm, self._fleet.clock
        with _asked():
            command = ssm.send_command(
                InstanceIds=[self.name],
                DocumentName="AWS-RunShellScript",
                Comment=f"rt-machine {' '.join(words)}"[:100],
                TimeoutSeconds=60,
                Parameters={
                    "commands": [f"{program} {shlex.join(words)}"],
                    "executionTimeout": [str(ORDER_SECONDS)],
                },
            )["Command"]["CommandId"]
            began = clock.monotonic()
            while clock.monotonic() - began < ORDER_SECONDS + 60:
                with contextlib.suppress(ssm.exceptions.InvocationDoesNotExist):  # it takes a moment
                    found = ssm.get_command_invocation(CommandId=command, InstanceId=self.name)
                    if found["Status"] not in ("Pending", "InProgress", "Delayed", "Cancelling"):
                        said = found["StandardOutputContent"] or found["StandardErrorContent"]
                        return found["Status"], said
                clock.sleep(1)
        return "TimedOut", f"rt-machine {words[0]} said nothing for {ORDER_SECONDS} s"

    def _good(self, status: str, said: str) -> str:
        if status != "Success":
            raise Failed(f"{self.name}: {status}: {said.strip()[-500:]}")
        return said


class AwsFleet:
    """The machines of one environment."""

    pace = PACE

    def __init__(
        self, environment: str, public: Path | None, region: str, clock: Clock | None = None
    ) -> None:
        if environment not in PREFIXES:
            raise Refused(f"there is no environment called {environment}: {', '.join(PREFIXES)} or local")
        self.name = environment
        self.prefix = PREFIXES[environment]
        self.bucket = f"{self.prefix}-releases"
        self.group = f"{self.prefix}-backend"
        self.clock = clock or Clock()
        self._public = public
        patient = Config(region_name=region, retries={"mode": "standard", "max_attempts": 8})
        self.elb = boto3.client("elbv2", config=patient)
        self.ssm = boto3.client("ssm", config=patient)
        self.s3 = boto3.client("s3", config=patient)
        self._scaling = boto3.client("autoscaling", config=patient)
        self._metrics = boto3.client("cloudwatch", config=patient)
        self.shelf = Bucket(self.s3, self.bucket)

    @cached_property
    def groups(self) -> dict[str, str]:
        """The target group of each unit."""
        names = {f"{self.prefix}-{row.name}": row.name for row in UNITS}
        with _asked():
            found = self.elb.describe_target_groups(Names=list(names))["TargetGroups"]
        return {names[group["TargetGroupName"]]: group["TargetGroupArn"] for group in found}

    def verify(self, release: str) -> None:
        """The manifest is signed by us and its archive is there; machines check all of it once more."""
        folder = f"releases/{release}"
        with _asked():
            manifest = self.s3.get_object(Bucket=self.bucket, Key=f"{folder}/{MANIFEST}")["Body"].read()
            signed = self.s3.get_object(Bucket=self.bucket, Key=f"{folder}/{SIGNATURE}")["Body"].read()
            if self._public is not None:
                _check(signed, manifest, self._public)
            try:
                found = msgspec.json.decode(manifest, type=Release)
            except msgspec.MsgspecError as error:
                raise Failed(f"{release} is no release: {error}") from error
            self.s3.head_object(Bucket=self.bucket, Key=f"{folder}/{found.archive}")
        if found.version != release:
            raise Failed(f"what lies at {folder} is {found.version}")

    def machines(self) -> list[AwsMachine]:
        group = self._described()
        names = sorted(
            one["InstanceId"] for one in group["Instances"] if one["LifecycleState"] == "InService"
        )
        return [AwsMachine(self, name) for name in names]

    def hold(self) -> list[str]:
        already = {one["ProcessName"] for one in self._described()["SuspendedProcesses"]}
        held = [process for process in HELD if process not in already]
        with _asked():
            self._scaling.suspend_processes(AutoScalingGroupName=self.group, ScalingProcesses=held)
        return held

    def let_go(self, held: list[str]) -> None:
        with _asked():
            self._scaling.resume_processes(AutoScalingGroupName=self.group, ScalingProcesses=held)

    def watch(self, machine: Machine) -> Callable[[], Mapping[str, Traffic]]:
        """By target group and whole minute, over all machines: CloudWatch tells no machine apart."""
        since = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        return lambda: self._counted(since)

    def release(self) -> tuple[str, str]:
        names = [f"/{self.prefix}/release", f"/{self.prefix}/release-previous"]
        with _asked():
            found = self.ssm.get_parameters(Names=names)["Parameters"]
        values = {one["Name"]: one["Value"] for one in found}
        return values.get(names[0], NONE), values.get(names[1], NONE)

    def remember(self, release: str, previous: str) -> None:
        with _asked():
            for name, value in (("release", release), ("release-previous", previous)):
                self.ssm.put_parameter(
                    Name=f"/{self.prefix}/{name}", Value=value, Type="String", Overwrite=True
                )

    def _described(self) -> "AutoScalingGroupTypeDef":
        with _asked():
            found = self._scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.group])
        if not found["AutoScalingGroups"]:
            raise Failed(f"there is no auto scaling group {self.group}: apply infra/{self.name} first")
        return found["AutoScalingGroups"][0]

    def _counted(self, since: datetime) -> dict[str, Traffic]:
        sums: dict[tuple[str, str], float] = {}
        moment = datetime.now(UTC)
        if moment - since < timedelta(minutes=1):
            return {}
        queries: list[MetricDataQueryTypeDef] = [
            {
                "Id": f"q{number}",
                "Label": f"{unit} {kind}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/ApplicationELB",
                        "MetricName": metric,
                        "Dimensions": [
                            {"Name": "TargetGroup", "Value": arn.rpartition(":")[2]},
                            {"Name": "LoadBalancer", "Value": self._balancer},
                        ],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
            for number, (unit, arn, metric, kind) in enumerate(
                (unit, arn, metric, kind)
                for unit, arn in self.groups.items()
                for metric, kind in COUNTED.items()
            )
        ]
        with _asked():
            found = self._metrics.get_metric_data(MetricDataQueries=queries, StartTime=since, EndTime=moment)[
                "MetricDataResults"
            ]
        for result in found:
            unit, _, kind = result["Label"].partition(" ")
            sums[unit, kind] = sums.get((unit, kind), 0) + sum(result["Values"])
        return {
            unit: Traffic(int(sums.get((unit, "all"), 0)), int(sums.get((unit, "failed"), 0)))
            for unit in self.groups
        }

    @cached_property
    def _balancer(self) -> str:
        """The load balancer as its metrics call it: app/name/id."""
        with _asked():
            arn = next(iter(self.groups.values()))
            group = self.elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        if not group["LoadBalancerArns"]:
            raise Failed(f"{self.prefix} has target groups that no load balancer asks")
        return group["LoadBalancerArns"][0].rpartition("loadbalancer/")[2]


def _check(signed: bytes, manifest: bytes, public: Path) -> None:
    key = serialization.load_pem_public_key(public.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise Failed(f"{public} is no Ed25519 public key")
    try:
        key.verify(signed, manifest)
    except InvalidSignature as error:
        raise Failed(f"{MANIFEST} is not signed by {public}") from error


@contextlib.contextmanager
def _asked() -> Iterator[None]:
    """What AWS refuses, or cannot be asked, is a step that failed."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Failed(f"AWS: {error}") from error
