"""The network: the spec's subnets, routes, security groups, and one door to the world."""

from typing import Any

import pytest
from tests.infra.conftest import Applied

pytestmark = [pytest.mark.xdist_group("infra")]

PUBLIC = {"eu-west-3a": "10.0.1.0/24", "eu-west-3b": "10.0.2.0/24"}
PRIVATE = {"eu-west-3a": "10.0.10.0/24", "eu-west-3b": "10.0.11.0/24"}
WORLD = "0.0.0.0/0"


@pytest.fixture(scope="module")
def vpc(applied: Applied) -> str:
    found = applied.client("ec2").describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["vpc-rt-prod"]}])[
        "Vpcs"
    ]
    assert [vpc["CidrBlock"] for vpc in found] == ["10.0.0.0/16"]
    return str(found[0]["VpcId"])


def within(applied: Applied, vpc: str, call: str) -> list[dict[str, Any]]:
    """What a `describe_…` call of EC2 finds in the house's network."""
    answer = getattr(applied.client("ec2"), call)(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    return next(value for value in answer.values() if isinstance(value, list))


def test_each_zone_has_the_spec_s_public_and_private_subnet(applied: Applied, vpc: str) -> None:
    subnets = within(applied, vpc, "describe_subnets")
    assert {(s["AvailabilityZone"], s["CidrBlock"]) for s in subnets} == PUBLIC.items() | PRIVATE.items()
    assert not any(s["MapPublicIpOnLaunch"] for s in subnets)
