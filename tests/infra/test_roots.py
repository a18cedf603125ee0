"""The three roots: well formed, repeatable, without secrets; staging and development differ in size alone."""

import json
import re
from pathlib import Path

import pytest
from tests.infra.cloud import INFRA, Applied, Plan

from rt.host.topology import UNITS

pytestmark = [pytest.mark.xdist_group("infra")]

FORGOTTEN = {
    # moto's memory: what it does not give back, Terraform would set again at every plan.
    "aws_autoscaling_group",  # the launch template's version, as that changes
    "aws_autoscaling_policy",  # enabled
    "aws_backup_plan",  # tags
    "aws_backup_vault",  # tags
    "aws_cloudfront_distribution",  # origin access control
    "aws_launch_template",  # tags of machines
    "aws_s3_bucket_replication_configuration",  # delete markers
    "aws_vpc_security_group_ingress_rule",  # description, where the source is a group
}
SIZES = {"staging": ("rt-staging", "t3.small"), "development": ("rt-dev", "t3.micro")}


def test_every_file_says_what_it_is_for() -> None:
    plain = {"variables.tf", "outputs.tf", "versions.tf", "providers.tf"}
    files = [
        file for file in INFRA.rglob("*.tf") if file.name not in plain and ".terraform" not in file.parts
    ]
    assert not [file for file in files if not file.read_text().startswith("# ")]


def test_what_is_applied_stays(applied: Applied) -> None:
    changes = applied.terraform.changes("production")
    assert not {kind for kind, done in changes.items() if done - {"update"}}, (
        "nothing made anew, nothing removed"
    )
    assert changes.keys() <= FORGOTTEN


def test_no_secret_is_in_the_state(applied: Applied) -> None:
    state = json.loads(Path(applied.terraform.infra, "production", "terraform.tfstate").read_text())
    kinds = {resource["type"] for resource in state["resources"]}
    assert not kinds & {
        "aws_secretsmanager_secret_version",
        "aws_iam_access_key",
        "aws_key_pair",
        "tls_private_key",
    }
    assert not re.search(r"PRIVATE KEY|mongodb\+srv://[^\"]*:", json.dumps(state))
    parameters = [
        r for r in state["resources"] if r["type"] == "aws_ssm_parameter" and r["mode"] == "managed"
    ]
    values = {i["attributes"]["name"]: i["attributes"]["value"] for r in parameters for i in r["instances"]}
    assert values == {"/rt-prod/release": "none", "/rt-prod/release-previous": "none"}


def test_everything_wears_the_platform_s_tags(applied: Applied) -> None:
    told = applied.client("ec2").describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["vpc-rt-prod"]}])
    tags = {tag["Key"]: tag["Value"] for tag in told["Vpcs"][0]["Tags"]}
    assert tags.items() >= {
        ("Project", "rt-technologie"),
        ("Environment", "production"),
        ("ManagedBy", "terraform"),
    }


@pytest.mark.parametrize("root", SIZES)
def test_a_smaller_environment_has_its_size_and_all_services(tried: Plan, root: str) -> None:
    prefix, size = SIZES[root]
    plan = tried.module(root)
    (template,) = plan.of("aws_launch_template").values()
    assert (template["name"], template["instance_type"]) == (f"{prefix}-backend", size)
    names = {group["name"] for group in plan.of("aws_lb_target_group").values()}
    assert names == {f"{prefix}-{unit.name}" for unit in UNITS}
    assert len(plan.of("aws_nat_gateway")) == 1
    assert {b["bucket"] for b in plan.of("aws_s3_bucket").values()} == {
        f"{prefix}-{kind}" for kind in ("documents", "images", "backups", "releases", "logs")
    }


@pytest.mark.parametrize("root", SIZES)
def test_a_smaller_environment_adds_its_names_and_keeps_off_production_s(tried: Plan, root: str) -> None:
    plan = tried.module(root)
    assert plan.of("aws_route53_zone") == {}
    assert plan.of("aws_iam_openid_connect_provider") == {}
    names = {record["name"] for record in plan.of("aws_route53_record").values()}
    assert f"api-{root}.rt-technologie.com" in names
    assert all(re.fullmatch(rf"[a-z-]+-{root}\.rt-technologie\.com", name) for name in names)


def test_the_specification_s_letter_is_to_be_had(tried: Plan) -> None:
    plan = tried.module("letter")
    (template,) = plan.of("aws_launch_template").values()
    assert template["network_interfaces"][0]["associate_public_ip_address"] == "true"
    https = next(one for one in plan.of("aws_lb_listener").values() if one["port"] == 443)
    assert [action["type"] for action in https["default_action"]] == ["forward"]
    hosts = [r for address, r in plan.of("aws_lb_listener_rule").items() if ".host[" in address]
    assert len(hosts) == len(UNITS)
    images = next(d for d in plan.of("aws_cloudfront_distribution").values() if "images" in d["comment"])
    assert not images["default_cache_behavior"][0].get("trusted_key_groups")
    assert len(plan.of("aws_instance")) == len(plan.of("aws_db_instance")) == 1


def test_an_unknown_reading_is_refused(refused: str) -> None:
    assert "public-machines, forward-by-default" in refused
