"""What runs on the machines and in front of them: releases, settings, services, health, logs, alarms."""

from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rt.host.topology import HEALTH_CHECK, UNITS, secret_boxes
from rt.kernel.core.clock import now
from rt.kernel.core.settings import SECRETS
from rt.ops.doctor.findings import Check, Finding, done, lacking, missing, unknown
from rt.ops.doctor.place import Place, absent
from rt.ops.doctor.refusals import REQUIRED, faults

LEAST, MOST = 2, 10
RETENTION_DAYS = 365
ALARMS = (
    "cpu-high",
    "error-rate",
    "disk-full",
    "unhealthy-targets",
    "main-job",
    "events-parked",
    "events-behind",
    "backup-failed",
)
ROOT = Path(__file__).parents[4]
RUNBOOK = "docs/RUNBOOK.md"


class Machines:
    """Checks of what a deployment brings."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.deploy = f"rt deploy {place.environment} --release VERSION"

    def checks(self) -> dict[str, Check]:
        return {
            "secrets": self.secrets,
            "machines": self.machines,
            "first_start": self.first_start,
            "release": lambda: self.release("release.json"),
            "signed_release": lambda: self.release("release.json.sig"),
            "settings": self.settings,
            "services": self.services,
            "balancer": self.balancer,
            "health_checks": self.health_checks,
            "scaling": self.scaling,
            "logs": self.logs,
            "monitoring": self.monitoring,
            "alerts": self.alerts,
            "main_job": self.main_job,
            "runbook": self.runbook,
            "on_call": self.on_call,
        }

    def secrets(self) -> Finding:
        """Each box exists, holds what its services read, and no other's secret."""
        files = (*(f"{row.package}.jwk" for row in UNITS), "public.jwks")
        boxes = secret_boxes() | {"keys": files}
        for name, wanted in boxes.items():
            where = f"{self.place.prefix}/{name} --secret-string file://{name}.json"
            put = f"aws secretsmanager put-secret-value --secret-id {where}"
            try:
                held = self.place.secret(name)
            except ClientError as error:
                if not absent(error):
                    raise
                return missing(f"{self.place.prefix}/{name} has no value", put)
            if gone := [one for one in wanted if one in (*REQUIRED, *files) and not held.get(one)]:
                return missing(f"{self.place.prefix}/{name} lacks {', '.join(gone)}", put)
            if others := [one for one in held if one in SECRETS and one not in wanted]:
                return missing(f"{self.place.prefix}/{name} is no place for {', '.join(others)}", put)
        return done(f"{', '.join(boxes)} hold their values and no others")

    def machines(self) -> Finding:
        group = self.place.group
        if group is None:
            return missing(f"no auto scaling group {self.place.prefix}-backend", self.place.apply)
        running = [one for one in group["Instances"] if one["LifecycleState"] == "InService"]
        if len(running) < group["MinSize"]:
            return missing(f"{len(running)} of {group['MinSize']} machines in service", self.place.apply)
        return done(f"{len(running)} machines in service")

    def first_start(self) -> Finding:
        """Python and systemd take the place of Node.js and PM2 (docs/decisions/0010)."""
        if "rt-machine" not in self.place.first_start:
            return missing("the launch template installs nothing", self.place.apply)
        return done("the launch template installs Python and the systemd units (instead of Node.js and PM2)")

    def release(self, file: str) -> Finding:
        """The release that a new machine starts with lies in the bucket, with its signature."""
        name, bucket = f"/{self.place.prefix}/release", f"{self.place.prefix}-releases"
        version = self.place.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        if version == "none":
            return missing("no release was deployed yet", self.deploy)
        self.place.client("s3").head_object(Bucket=bucket, Key=f"releases/{version}/{file}")
        return done(f"{version}: {file} lies in {bucket}")

    def settings(self) -> Finding:
        if wrong := faults(self.place.environment, self.place.variables):
            return missing(
                "; ".join(wrong),
                f"mend the secrets or the root's variables, then {self.place.apply}",
            )
        return done(f"{len(self.place.variables)} variables, none weak")

    def services(self) -> Finding:
        states = self._healthy
        ill = [row.name for row in UNITS if not states.get(row.name)]
        if ill:
            return missing(
                f"no healthy target: {', '.join(ill)}", f"rt-machine health (on a machine), or {self.deploy}"
            )
        return done(f"{len(states)} services answer on every machine")

    def balancer(self) -> Finding:
        client = self.place.client("elbv2")
        arn = client.describe_load_balancers(Names=[self.place.prefix])["LoadBalancers"][0]["LoadBalancerArn"]
        ports = {row["Port"] for row in client.describe_listeners(LoadBalancerArn=arn)["Listeners"]}
        if not {80, 443} <= ports:
            return missing(f"listens on {sorted(ports)} instead of 80 and 443", self.place.apply)
        found = {row["TargetGroupName"] for row in self._target_groups()}
        return lacking([self._of(row.name) for row in UNITS], found, "target groups", self.place.apply)

    def health_checks(self) -> Finding:
        wanted = (
            HEALTH_CHECK.path,
            HEALTH_CHECK.interval,
            HEALTH_CHECK.timeout,
            HEALTH_CHECK.healthy,
            HEALTH_CHECK.unhealthy,
        )
        odd = [
            row["TargetGroupName"]
            for row in self._target_groups()
            if (
                row.get("HealthCheckPath"),
                row["HealthCheckIntervalSeconds"],
                row["HealthCheckTimeoutSeconds"],
                row["HealthyThresholdCount"],
                row["UnhealthyThresholdCount"],
            )
            != wanted
        ]
        if odd:
            return missing(f"checked otherwise than the topology says: {', '.join(odd)}", self.place.apply)
        return self.services()

    def scaling(self) -> Finding:
        group = self.place.group
        if group is None:
            return missing(f"no auto scaling group {self.place.prefix}-backend", self.place.apply)
        size = (group["MinSize"], group["MaxSize"])
        if self.place.environment == "production" and size != (LEAST, MOST):
            return missing(f"{size[0]} to {size[1]} machines instead of {LEAST} to {MOST}", self.place.apply)
        asked = {"AutoScalingGroupName": group["AutoScalingGroupName"]}
        if not self.place.client("autoscaling").describe_policies(**asked)["ScalingPolicies"]:
            return missing("no scaling policy", self.place.apply)
        return done(f"{size[0]} to {size[1]} machines, with a policy")

    def logs(self) -> Finding:
        rows = {
            row["logGroupName"]: row for row in self.place.all("logs", "describe_log_groups", "logGroups")
        }
        kept = {name for name, row in rows.items() if row.get("retentionInDays") == RETENTION_DAYS}
        return lacking(self.place.log_groups, kept, "log groups kept for a year", self.place.apply)

    def monitoring(self) -> Finding:
        rows = self.place.all("cloudwatch", "list_dashboards", "DashboardEntries")
        if not any(row["DashboardName"].startswith(self.place.prefix) for row in rows):
            return missing(f"no dashboard {self.place.prefix}", self.place.apply)
        return done("CloudWatch dashboard and metrics (DataDog is left out: docs and `rt cost` say why)")

    def alerts(self) -> Finding:
        rows = self.place.all(
            "cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=self.place.prefix
        )
        names = {row["AlarmName"] for row in rows}
        wanted = [f"{self.place.prefix}-{name}" for name in ALARMS]
        if gone := [name for name in wanted if name not in names]:
            return missing(f"alarms missing: {', '.join(gone)}", self.place.apply)
        heard, waiting = self._subscriptions(f"{self.place.prefix}-email")
        if waiting or not heard:
            text = f"nobody has confirmed to hear {self.place.prefix}-email ({waiting} waiting)"
            return missing(text, "open the mail of AWS Notifications and confirm")
        return done(f"{len(wanted)} alarms, {heard} confirmed listeners")

    def on_call(self) -> Finding:
        heard, waiting = self._subscriptions(f"{self.place.prefix}-pagerduty")
        if not heard:
            command = f"{self.place.apply} -var pagerduty_url=…"
            return missing(f"nobody is woken by {self.place.prefix}-pagerduty ({waiting} waiting)", command)
        return unknown(
            "PagerDuty is subscribed; who is on call is known there alone", "the DevOps lead, in PagerDuty"
        )

    def main_job(self) -> Finding:
        """The synthetic check of the main job is an end-to-end test that never stops."""
        moment = now()
        told = self.place.client("cloudwatch").get_metric_statistics(
            Namespace="RT/Watch",
            MetricName="MainJobOk",
            StartTime=moment - timedelta(minutes=15),
            EndTime=moment,
            Period=60,
            Statistics=["Minimum"],
        )
        points = sorted(told["Datapoints"], key=lambda point: point["Timestamp"])
        if not points:
            return missing(
                "nobody has played the main job for 15 minutes", f"rt watch (as a service; see {RUNBOOK})"
            )
        if points[-1]["Minimum"] < 1:
            return missing("the main job failed when it was played last", f"see {RUNBOOK}#main-job")
        return done("the main job was played within 15 minutes and held")

    def runbook(self) -> Finding:
        path = ROOT / RUNBOOK
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        pages = {line.removeprefix("### ").strip() for line in text.splitlines() if line.startswith("### ")}
        return lacking(list(ALARMS), pages, "pages of the runbook", f"write them in {RUNBOOK}")

    def _subscriptions(self, topic: str) -> tuple[int, int]:
        """How many have confirmed to hear a topic, and how many have not."""
        arn = f"arn:aws:sns:{self.place.region}:{self.place.account}:{topic}"
        rows = list(self.place.all("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn))
        waiting = sum(row["SubscriptionArn"] == "PendingConfirmation" for row in rows)
        return len(rows) - waiting, waiting

    def _of(self, service: str) -> str:
        return f"{self.place.prefix}-{service}"

    def _target_groups(self) -> list[dict[str, Any]]:
        rows = self.place.all("elbv2", "describe_target_groups", "TargetGroups")
        wanted = {self._of(row.name) for row in UNITS}
        return [row for row in rows if row["TargetGroupName"] in wanted]

    @cached_property
    def _healthy(self) -> dict[str, bool]:
        """Whether each service is healthy wherever it has a target."""
        states = {}
        for row in self._target_groups():
            told = self.place.client("elbv2").describe_target_health(TargetGroupArn=row["TargetGroupArn"])
            health = [one["TargetHealth"]["State"] for one in told["TargetHealthDescriptions"]]
            name = str(row["TargetGroupName"]).removeprefix(f"{self.place.prefix}-")
            states[name] = bool(health) and all(state == "healthy" for state in health)
        return states
