"""Who may do what: three roles, each with no more than its work needs."""

from typing import Any

import pytest
from tests.infra.cloud import Applied

from rt.host.topology import secret_boxes

pytestmark = [pytest.mark.xdist_group("infra")]

WITHOUT_RESOURCES = {
    "autoscaling:DescribeAutoScalingGroups",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetDashboard",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListDashboards",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricData",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ec2:DescribeTags",
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "ssm:DescribeInstanceInformation",
    "ssm:GetCommandInvocation",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}
"""Actions that AWS gives no resources to, but "*" (Service Authorization Reference)."""
GITHUB = "token.actions.githubusercontent.com"
MACHINE, DEPLOYER, WATCHER = (
    f"rt-prod-{name}" for name in ("EC2-Backend-Role", "Github-Actions-Role", "Monitoring-Role")
)


def many(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else said


def statements(applied: Applied, role: str) -> list[dict[str, Any]]:
    """What a role may do; none of the platform's three has a managed policy."""
    iam = applied.client("iam")
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    return [statement for document in documents for statement in document["Statement"]]


def allowed(applied: Applied, role: str, action: str) -> set[str]:
    """On what a role may do this."""
    return {
        resource
        for statement in statements(applied, role)
        if action in many(statement["Action"])
        for resource in many(statement["Resource"])
    }


@pytest.mark.parametrize("role", [MACHINE, DEPLOYER, WATCHER])
def test_no_role_may_more_than_is_named(applied: Applied, role: str) -> None:
    for statement in statements(applied, role):
        assert statement["Effect"] == "Allow"
        assert not [action for action in many(statement["Action"]) if "*" in action]
        if "*" in many(statement["Resource"]):
            assert set(many(statement["Action"])) <= WITHOUT_RESOURCES


def test_no_policy_of_the_platform_allows_everything(applied: Applied) -> None:
    """Those of log delivery, replication and backup included."""
    iam = applied.client("iam")
    for role in iam.list_roles()["Roles"]:
        if not role["RoleName"].startswith("rt-prod-"):
            continue
        for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
            for statement in document["Statement"]:
                assert not [a for a in many(statement["Action"]) if "*" in a], role["RoleName"]
                if "*" in many(statement["Resource"]):
                    assert set(many(statement["Action"])) <= WITHOUT_RESOURCES, role["RoleName"]


def test_a_machine_keeps_files_but_places_no_release_and_deletes_no_backup(applied: Applied) -> None:
    bucket = "arn:aws:s3:::rt-prod-{}/*".format
    kept = {bucket(kind) for kind in ("documents", "images", "backups")}
    assert allowed(applied, MACHINE, "s3:PutObject") == kept
    assert allowed(applied, MACHINE, "s3:DeleteObject") == {bucket("documents"), bucket("images")}
    assert allowed(applied, MACHINE, "s3:GetObject") == {*kept, bucket("releases/releases")}


def test_a_machine_reads_its_own_secrets_and_release_alone(applied: Applied) -> None:
    kept = applied.client("secretsmanager").list_secrets()["SecretList"]
    assert {secret["Name"] for secret in kept} == {f"rt-prod/{box}" for box in (*secret_boxes(), "keys")}
    read = allowed(applied, MACHINE, "secretsmanager:GetSecretValue")
    assert read == {secret["ARN"] for secret in kept}
    assert allowed(applied, MACHINE, "ssm:GetParameter") == {
        "arn:aws:ssm:eu-west-3:123456789012:parameter/rt-prod/release*"
    }


def test_a_machine_sends_mail_in_the_platform_s_name_alone(applied: Applied) -> None:
    (mail,) = [s for s in statements(applied, MACHINE) if "ses:SendEmail" in s["Action"]]
    assert mail["Resource"] == "arn:aws:ses:eu-west-1:123456789012:identity/rt-technologie.com"
    assert mail["Condition"] == {
        "StringLike": {"ses:FromAddress": ["*@rt-technologie.com", "*@mg.rt-technologie.com"]}
    }


def test_a_machine_writes_to_the_platform_s_log_group_and_metrics_alone(applied: Applied) -> None:
    assert allowed(applied, MACHINE, "logs:PutLogEvents") == {
        "arn:aws:logs:eu-west-3:123456789012:log-group:/aws/ec2/rt-backend:*"
    }
    (metrics,) = [s for s in statements(applied, MACHINE) if "cloudwatch:PutMetricData" in many(s["Action"])]
    assert metrics["Condition"] == {
        "StringEquals": {"cloudwatch:namespace": ["CWAgent", "RT/Backend", "RT/Watch"]}
    }


def test_only_this_repository_s_guarded_workflows_may_deploy(applied: Applied) -> None:
    iam = applied.client("iam")
    (provider,) = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    told = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider["Arn"])
    assert told["Url"].removeprefix("https://") == GITHUB
    assert told["ClientIDList"] == ["sts.amazonaws.com"]
    (trust,) = iam.get_role(RoleName=DEPLOYER)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["Principal"] == {"Federated": provider["Arn"]}
    assert trust["Condition"] == {
        "StringEquals": {
            f"{GITHUB}:aud": "sts.amazonaws.com",
            f"{GITHUB}:sub": "repo:rt-technologie/rt-technologie:environment:production",
        }
    }


def test_a_deployment_touches_machines_of_its_environment_alone(applied: Applied) -> None:
    for statement in statements(applied, DEPLOYER):
        if any(":instance/" in resource for resource in many(statement["Resource"])):
            assert statement["Condition"] == {
                "StringEquals": {
                    "aws:ResourceTag/Project": "rt-technologie",
                    "aws:ResourceTag/Environment": "production",
                }
            }
    assert allowed(applied, DEPLOYER, "ssm:SendCommand") == {
        "arn:aws:ec2:eu-west-3:123456789012:instance/*",
        "arn:aws:ssm:eu-west-3::document/AWS-RunShellScript",
    }
    assert allowed(applied, DEPLOYER, "s3:PutObject") == {"arn:aws:s3:::rt-prod-releases/releases/*"}


def test_whoever_watches_reads_figures_and_needs_a_second_factor(applied: Applied) -> None:
    actions = {action for s in statements(applied, WATCHER) for action in many(s["Action"])}
    assert {action.partition(":")[0] for action in actions} == {"cloudwatch", "ec2"}
    assert not [a for a in actions if not a.partition(":")[2].startswith(("Get", "List", "Describe"))]
    role = applied.client("iam").get_role(RoleName=WATCHER)["Role"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
