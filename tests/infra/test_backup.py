"""Snapshots of the machines: weekly, four weeks, and somebody hears when one fails."""

import pytest
from tests.infra.cloud import Applied, Plan

pytestmark = [pytest.mark.xdist_group("infra")]


def test_machines_are_kept_weekly_for_four_weeks(applied: Applied) -> None:
    backup = applied.client("backup")
    (found,) = backup.list_backup_plans()["BackupPlansList"]
    (rule,) = backup.get_backup_plan(BackupPlanId=found["BackupPlanId"])["BackupPlan"]["Rules"]
    assert rule["ScheduleExpression"] == "cron(0 1 ? * SUN *)"
    assert rule["Lifecycle"]["DeleteAfterDays"] == 28
    assert rule["TargetBackupVaultName"] == "rt-prod"


def test_every_machine_is_found_by_its_tag(tried: Plan) -> None:
    """In the plan of staging, whose backups are production's: moto answers 500."""
    plan = tried.module("staging")
    (selection,) = plan.of("aws_backup_selection").values()
    (tag,) = selection["condition"][0]["string_equals"]
    assert selection["resources"] == ["arn:aws:ec2:*:*:instance/*"]
    (template,) = plan.of("aws_launch_template").values()
    given = [said["tags"] for said in template["tag_specifications"] if said["resource_type"] == "instance"]
    assert given[0][tag["key"].removeprefix("aws:ResourceTag/")] == tag["value"]


def test_a_failed_backup_is_told(tried: Plan) -> None:
    (told,) = tried.module("staging").of("aws_backup_vault_notifications").values()
    assert "BACKUP_JOB_FAILED" in told["backup_vault_events"]


def test_the_role_may_what_aws_says_a_backup_needs_and_no_more(applied: Applied) -> None:
    attached = applied.client("iam").list_attached_role_policies(RoleName="rt-prod-backup")[
        "AttachedPolicies"
    ]
    assert [policy["PolicyName"] for policy in attached] == ["AWSBackupServiceRolePolicyForBackup"]
