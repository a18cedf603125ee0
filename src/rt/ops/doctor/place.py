"""Where an environment is: its names, and the doors through which it is looked at."""

import base64
import gzip
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rt.host.topology import secret_boxes

Cloud = Literal["production", "staging", "development"]
PREFIXES: dict[Cloud, str] = {"production": "rt-prod", "staging": "rt-staging", "development": "rt-dev"}
REGION = "eu-west-3"
CDN_REGION = "us-east-1"
"""Where CloudFront looks for its certificates."""
GZIP = b"\x1f\x8b"
GONE = re.compile(r"NotFound|NoSuch|ResourceNotFound|ParameterNotFound|404")
SETTING = re.compile(r'^([A-Z][A-Z0-9_]*)="(.*)"$', re.MULTILINE)
BLOCK = re.compile(r"<<'SETTINGS'\n(.*?)\nSETTINGS", re.DOTALL)
PATIENCE = Config(connect_timeout=5, read_timeout=15, retries={"max_attempts": 2})


class Place:
    """One environment in AWS, read and never written."""

    def __init__(self, environment: Cloud, environ: Mapping[str, str]) -> None:
        self.environment = environment
        self.prefix = PREFIXES[environment]
        self.environ = environ
        self.region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or REGION
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: Any, region: str = "") -> Any:
        """Made once for each service: making one reads its whole description."""
        door = (service, region or self.region)
        if door not in self._clients:
            self._clients[door] = boto3.client(service, region_name=door[1], config=PATIENCE)
        return self._clients[door]

    def all(self, service: str, operation: str, key: str, region: str = "", **asked: Any) -> Iterator[Any]:
        """Every item of a paginated answer."""
        for page in self.client(service, region).get_paginator(operation).paginate(**asked):
            yield from page[key]

    @property
    def apply(self) -> str:
        return f"terraform -chdir=infra/{self.environment} apply"

    @property
    def log_groups(self) -> list[str]:
        suffix = "" if self.environment == "production" else f"-{self.environment}"
        tails = (f"/aws/alb/rt-{self.environment}", f"/aws/rds/rt-{self.environment}")
        return [f"/aws/ec2/rt-backend{suffix}", *tails]

    @cached_property
    def account(self) -> str:
        """The account's number; asked first, so that missing credentials are told once and plainly."""
        return str(self.client("sts").get_caller_identity()["Account"])

    @cached_property
    def vpc(self) -> str:
        """The network's id, or nothing."""
        wanted = [{"Name": "tag:Name", "Values": [f"vpc-{self.prefix}"]}]
        found = self.client("ec2").describe_vpcs(Filters=wanted)["Vpcs"]
        return str(found[0]["VpcId"]) if found else ""

    @cached_property
    def group(self) -> dict[str, Any] | None:
        """The auto scaling group."""
        name = f"{self.prefix}-backend"
        groups = self.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        found: list[dict[str, Any]] = groups["AutoScalingGroups"]
        return found[0] if found else None

    @cached_property
    def first_start(self) -> str:
        """What a new machine does first, from its launch template, or nothing."""
        asked = {"LaunchTemplateName": f"{self.prefix}-backend", "Versions": ["$Latest"]}
        versions = self.client("ec2").describe_launch_template_versions(**asked)["LaunchTemplateVersions"]
        given = versions[0]["LaunchTemplateData"].get("UserData", "") if versions else ""
        packed = base64.b64decode(given)
        text = gzip.decompress(packed) if packed.startswith(GZIP) else packed
        return text.decode(errors="replace")

    def secret(self, name: str) -> dict[str, str]:
        """The values of a secret; nothing when it has none yet."""
        told = self.client("secretsmanager").get_secret_value(SecretId=f"{self.prefix}/{name}")
        read: dict[str, str] = msgspec.json.decode(told["SecretString"], type=dict[str, str])
        return read

    @cached_property
    def variables(self) -> dict[str, str]:
        """What the machines' services are started with, together: the open settings and the secret ones."""
        block = BLOCK.search(self.first_start)
        found = dict(SETTING.findall(block[1] if block else ""))
        for box in secret_boxes():
            found |= self.secret(box)
        return found


def absent(error: ClientError) -> bool:
    """Whether AWS says that there is no such thing, as against: you may not look."""
    return bool(GONE.search(str(error.response.get("Error", {}).get("Code", ""))))


def short(error: BotoCoreError | ClientError) -> str:
    return str(error).splitlines()[0]
