"""The network: the spec's subnets, routes and security groups, and one door to the world."""

from typing import Any

import pytest
from tests.infra.cloud import Applied, Plan

from rt.host.topology import UNITS

pytestmark = [pytest.mark.xdist_group("infra")]

PUBLIC = {"eu-west-3a": "10.0.1.0/24", "eu-west-3b": "10.0.2.0/24"}
PRIVATE = {"eu-west-3a": "10.0.10.0/24", "eu-west-3b": "10.0.11.0/24"}
WORLD = "0.0.0.0/0"


@pytest.fixture(scope="module")
def vpc(applied: Applied) -> str:
    named = [{"Name": "tag:Name", "Values": ["vpc-rt-prod"]}]
    found = applied.client("ec2").describe_vpcs(Filters=named)["Vpcs"]
    assert [vpc["CidrBlock"] for vpc in found] == ["10.0.0.0/16"]
    return str(found[0]["VpcId"])


def within(applied: Applied, vpc: str, call: str) -> list[dict[str, Any]]:
    """What a `describe_…` call of EC2 finds in the platform's network."""
    answer = getattr(applied.client("ec2"), call)(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    return next(value for value in answer.values() if isinstance(value, list))


def doors(group: dict[str, Any], direction: str, names: dict[str, str]) -> set[tuple[Any, ...]]:
    """A group's rules as (protocol, from, to, address range or name of a group)."""
    return {
        (rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"), source)
        for rule in group[direction]
        for source in [
            *(r["CidrIp"] for r in rule["IpRanges"]),
            *(r["CidrIpv6"] for r in rule.get("Ipv6Ranges", [])),
            *(names[pair["GroupId"]] for pair in rule["UserIdGroupPairs"]),
        ]
    }


@pytest.fixture(scope="module")
def groups(applied: Applied, vpc: str) -> dict[str, tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]]:
    """Name to (inbound, outbound)."""
    found = within(applied, vpc, "describe_security_groups")
    names = {group["GroupId"]: group["GroupName"].removeprefix("rt-prod-") for group in found}
    return {
        names[group["GroupId"]]: (
            doors(group, "IpPermissions", names),
            doors(group, "IpPermissionsEgress", names),
        )
        for group in found
    }


def test_each_zone_has_the_spec_s_public_and_private_subnet(applied: Applied, vpc: str) -> None:
    subnets = within(applied, vpc, "describe_subnets")
    assert {(s["AvailabilityZone"], s["CidrBlock"]) for s in subnets} == PUBLIC.items() | PRIVATE.items()
    assert not any(s["MapPublicIpOnLaunch"] for s in subnets)


def test_public_subnets_go_out_by_the_gateway_private_ones_by_the_nat_of_their_zone(
    applied: Applied, vpc: str
) -> None:
    subnets = {s["SubnetId"]: s for s in within(applied, vpc, "describe_subnets")}
    gateways = applied.client("ec2").describe_nat_gateways()["NatGateways"]
    zones = {g["NatGatewayId"]: subnets[g["SubnetId"]]["AvailabilityZone"] for g in gateways}
    assert {subnets[g["SubnetId"]]["CidrBlock"] for g in gateways} == set(PUBLIC.values())
    assert all(address["AllocationId"] for g in gateways for address in g["NatGatewayAddresses"])
    out = {}
    for table in within(applied, vpc, "describe_route_tables"):
        for link in table["Associations"]:
            if link.get("SubnetId"):
                (way,) = [r for r in table["Routes"] if r.get("DestinationCidrBlock") == WORLD]
                out[subnets[link["SubnetId"]]["CidrBlock"]] = way.get("NatGatewayId") or way["GatewayId"]
    assert out.keys() == {*PUBLIC.values(), *PRIVATE.values()}
    assert all(out[cidr].startswith("igw-") for cidr in PUBLIC.values())
    assert {zones[out[cidr]]: cidr for cidr in PRIVATE.values()} == PRIVATE


def test_security_groups_are_the_spec_s_to_the_letter(
    groups: dict[str, tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]],
) -> None:
    ports = [unit.port for unit in UNITS]
    everything = {("-1", None, None, WORLD)}
    assert groups == {
        "alb": ({("tcp", 443, 443, WORLD), ("tcp", 80, 80, WORLD)}, everything),
        "backend": (
            {("tcp", min(ports), max(ports), "alb"), ("tcp", 22, 22, "bastion")},
            everything,
        ),
        "rds": ({("tcp", 5432, 5432, "backend")}, set()),
        "bastion": (set(), everything),
        "default": (set(), set()),
    }


def test_only_the_load_balancer_is_open_to_the_world(
    groups: dict[str, tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]],
) -> None:
    opened = {
        name for name, (inward, _) in groups.items() for *_, source in inward if source in (WORLD, "::/0")
    }
    assert opened == {"alb"}


def test_the_bastion_lets_in_the_vpn_and_never_the_world(tried: Plan, refused: str) -> None:
    plan = tried.module("vpn")
    rules = plan.of("aws_vpc_security_group_ingress_rule").values()
    shells = {(rule["description"], rule["cidr_ipv4"]) for rule in rules if rule["from_port"] == 22}
    assert shells == {("bastion-203.0.113.0/28", "203.0.113.0/28"), ("backend-ssh", None)}
    assert "the bastion is not open to the world" in refused


def test_attackers_are_denied_before_anything_else(tried: Plan) -> None:
    plan = tried.module("attacked")
    for acl in plan.of("aws_network_acl").values():
        for rules in (acl["ingress"], acl["egress"]):
            first = min(rules, key=lambda rule: int(rule["rule_no"]))
            assert (first["action"], first["cidr_block"]) == ("deny", "198.51.100.0/24")


def test_s3_is_reached_without_the_nat(applied: Applied, vpc: str) -> None:
    (endpoint,) = within(applied, vpc, "describe_vpc_endpoints")
    assert endpoint["ServiceName"] == "com.amazonaws.eu-west-3.s3"
    routed = {t["RouteTableId"] for t in within(applied, vpc, "describe_route_tables") if t["Tags"]}
    assert set(endpoint["RouteTableIds"]) == routed


def test_who_spoke_with_whom_is_kept_a_year(applied: Applied, vpc: str) -> None:
    (flow,) = applied.client("ec2").describe_flow_logs()["FlowLogs"]
    assert (flow["ResourceId"], flow["TrafficType"]) == (vpc, "ALL")
    assert ":log-group:/aws/vpc/rt-prod" in flow["LogDestination"]
    (group,) = applied.client("logs").describe_log_groups(logGroupNamePrefix="/aws/vpc/rt-prod")["logGroups"]
    assert group["retentionInDays"] == 365


def test_every_subnet_has_an_acl_that_lets_strangers_in_by_the_web_s_ports_alone(
    applied: Applied, vpc: str
) -> None:
    acls = [acl for acl in within(applied, vpc, "describe_network_acls") if not acl["IsDefault"]]
    ranges = {s["SubnetId"]: s["CidrBlock"] for s in within(applied, vpc, "describe_subnets")}
    opened = {}
    for acl in acls:
        low = {
            entry["PortRange"]["From"]
            for entry in acl["Entries"]
            if not entry["Egress"] and entry["CidrBlock"] == WORLD and entry["RuleAction"] == "allow"
        }
        for link in acl["Associations"]:
            opened[ranges[link["SubnetId"]]] = low - {1024}
    assert opened == {cidr: {80, 443} for cidr in PUBLIC.values()} | {
        cidr: set() for cidr in PRIVATE.values()
    }
