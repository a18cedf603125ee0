"""The spec's optional PostgreSQL: off, and right where it is asked for. Planned alone, nothing uses it."""

from typing import Any

import pytest
from tests.infra.cloud import Applied, Plan

pytestmark = [pytest.mark.xdist_group("infra")]


@pytest.fixture(scope="module")
def plan(tried: Plan) -> Plan:
    return tried.module("postgres")


@pytest.fixture(scope="module")
def instance(plan: Plan) -> dict[str, Any]:
    (found,) = plan.of("aws_db_instance").values()
    return found


def test_it_is_off(applied: Applied) -> None:
    assert not applied.plan.of("aws_db_instance")


def test_it_has_the_specs_sizes(instance: dict[str, Any]) -> None:
    assert (instance["instance_class"], instance["engine"]) == ("db.t3.micro", "postgres")
    assert (instance["allocated_storage"], instance["max_allocated_storage"]) == (20, 100)
    assert (instance["multi_az"], instance["backup_retention_period"]) == (True, 7)
    assert instance["db_name"] == "rt_analytics"


def test_a_minor_version_is_never_named(instance: dict[str, Any]) -> None:
    """Those are withdrawn: an instance of 15.12 cannot be made since May 2026."""
    assert instance["engine_version"] == "15"


def test_it_is_encrypted_private_and_without_a_password_in_the_state(
    plan: Plan, instance: dict[str, Any]
) -> None:
    assert instance["storage_encrypted"]
    assert not instance["publicly_accessible"]
    assert instance["manage_master_user_password"]
    assert instance.get("password") is None
    (parameters,) = plan.of("aws_db_parameter_group").values()
    assert ("rds.force_ssl", "1") in {(said["name"], said["value"]) for said in parameters["parameter"]}
