"""The machines: how they are made, where they stand, when there are more of them."""

import base64
import gzip
from typing import Any

import pytest
from tests.infra.cloud import Applied

from rt.host.topology import UNITS

pytestmark = [pytest.mark.xdist_group("infra")]


@pytest.fixture(scope="module")
def template(applied: Applied) -> dict[str, Any]:
    ec2 = applied.client("ec2")
    told = ec2.describe_launch_template_versions(LaunchTemplateName="rt-prod-backend", Versions=["$Latest"])
    data = told["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    assert isinstance(data, dict)
    return data


@pytest.fixture(scope="module")
def group(applied: Applied) -> dict[str, Any]:
    (found,) = applied.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert isinstance(found, dict)
    return found


def test_a_machine_is_the_spec_s_size_with_the_system_amazon_names(
    applied: Applied, template: dict[str, Any]
) -> None:
    image = applied.client("ssm").get_parameter(
        Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    )
    assert template["ImageId"] == image["Parameter"]["Value"]
    assert template["InstanceType"] == "t3.medium"
    assert template["IamInstanceProfile"]["Arn"].endswith("/rt-prod-EC2-Backend-Role")


def test_a_machine_s_credentials_cannot_be_fetched_by_a_tricked_service(template: dict[str, Any]) -> None:
    options = template["MetadataOptions"]
    assert (options["HttpTokens"], options["HttpPutResponseHopLimit"]) == ("required", 1)


def test_a_machine_s_disk_is_encrypted(template: dict[str, Any]) -> None:
    (disk,) = template["BlockDeviceMappings"]
    assert (disk["Ebs"]["VolumeType"], disk["Ebs"]["Encrypted"]) == ("gp3", True)


def test_a_machine_starts_with_the_boot_script_and_no_secret(template: dict[str, Any]) -> None:
    packed = base64.b64decode(template["UserData"])
    script = gzip.decompress(packed).decode()
    assert len(packed) <= 16_384, "what EC2 takes"
    assert script.startswith("#!/bin/")
    for line in (
        "prefix='rt-prod'",
        "bucket='s3://rt-prod-releases'",
        'RT_ENV="production"',
        'MONGODB_DB="rt-production"',
        'AWS_S3_BUCKET_DOCS="rt-prod-documents"',
        'AWS_SES_REGION="eu-west-1"',
        'PUBLIC_API_URL="https://api.rt-technologie.com"',
        "BEGIN PUBLIC KEY",
    ):
        assert line in script
    for name in ("JWT_SECRET=", "MONGODB_URI=", "API_KEY=", "PRIVATE KEY-----"):
        assert name not in script


def test_machines_stand_in_the_private_subnets_of_both_zones(applied: Applied, group: dict[str, Any]) -> None:
    ec2 = applied.client("ec2")
    subnets = ec2.describe_subnets(SubnetIds=group["VPCZoneIdentifier"].split(","))["Subnets"]
    assert {s["CidrBlock"] for s in subnets} == {"10.0.10.0/24", "10.0.11.0/24"}
    reservations = ec2.describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
    machines = [i for r in reservations["Reservations"] for i in r["Instances"]]
    assert len(machines) == 2
    assert {m["SubnetId"] for m in machines} <= {s["SubnetId"] for s in subnets}
    (template,) = applied.plan.of("aws_launch_template").values()
    assert template["network_interfaces"][0]["associate_public_ip_address"] == "false"


def test_there_are_two_to_ten_machines_behind_all_target_groups(
    applied: Applied, group: dict[str, Any]
) -> None:
    assert (group["MinSize"], group["MaxSize"]) == (2, 10)
    groups = applied.client("elbv2").describe_target_groups()["TargetGroups"]
    assert set(group["TargetGroupARNs"]) == {g["TargetGroupArn"] for g in groups}
    assert len(groups) == len(UNITS)


def test_one_sick_service_does_not_cost_a_machine(group: dict[str, Any]) -> None:
    assert group["HealthCheckType"] == "EC2"


def test_a_machine_counts_once_its_boot_script_says_so(applied: Applied) -> None:
    (planned,) = applied.plan.of("aws_autoscaling_group").values()
    (hook,) = planned["initial_lifecycle_hook"]
    assert (hook["name"], hook["default_result"]) == ("boot", "ABANDON")
    assert hook["lifecycle_transition"] == "autoscaling:EC2_INSTANCE_LAUNCHING"


def test_above_seventy_percent_there_is_one_machine_more(applied: Applied) -> None:
    policies = applied.client("autoscaling").describe_policies()["ScalingPolicies"]
    steps = {p["PolicyARN"]: p["StepAdjustments"] for p in policies}
    alarms = applied.client("cloudwatch").describe_alarms(AlarmNamePrefix="rt-prod-scale-")["MetricAlarms"]
    told = {
        alarm["AlarmName"]: (
            alarm["MetricName"],
            alarm["ComparisonOperator"],
            alarm["Threshold"],
            steps[alarm["AlarmActions"][0]],
        )
        for alarm in alarms
    }
    metric, compared, threshold, (step,) = told["rt-prod-scale-out"]
    assert (metric, compared, threshold) == ("CPUUtilization", "GreaterThanThreshold", 70)
    assert step["ScalingAdjustment"] == 1
    assert told["rt-prod-scale-in"][3][0]["ScalingAdjustment"] == -1


def test_nobody_comes_in_by_ssh(applied: Applied) -> None:
    assert applied.plan.of("aws_instance") == {}


def test_a_machine_is_tagged_for_its_deployments_and_backups(applied: Applied) -> None:
    """As planned: moto puts the template's own tags in their place."""
    (template,) = applied.plan.of("aws_launch_template").values()
    assert {spec["resource_type"] for spec in template["tag_specifications"]} == {"instance", "volume"}
    for spec in template["tag_specifications"]:
        assert spec["tags"] == {
            "Project": "rt-technologie",
            "Environment": "production",
            "ManagedBy": "terraform",
            "Backup": "rt-prod",
            "Name": "rt-prod-backend",
        }
