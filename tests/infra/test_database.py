"""The database at Atlas, held against the words of its provider: well written, safe where the letter is not.

Validated and planned, never applied: the provider here is a stub that knows every attribute (stub_atlas.py).
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import left_out
from tests.infra.cloud import INFRA, PLUGINS, UNHURRIED, Plan, mirror

from rt.host.topology import ROOT as PACKAGE

pytestmark = [pytest.mark.xdist_group("infra"), pytest.mark.usefixtures("meanwhile")]

TOOLS = Path(os.environ.get("RT_TOOLS", PACKAGE.parents[1] / ".rt" / "tools"))
MACHINES = "arn:aws:iam::123456789012:role/rt-prod-EC2-Backend-Role"
ROOT = """
terraform {
  required_providers {
    aws          = { source = "hashicorp/aws" }
    mongodbatlas = { source = "mongodb/mongodbatlas" }
  }
}

provider "aws" {
  region                      = "eu-west-3"
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
}
"""
CALL = """
module "%s" {
  source = "%s"
  org_id = "0123456789abcdef01234567"
%s
}
"""
PRODUCTION = {
    "environment": "production",
    "name": "rt-production",
    "tier": "M10",
    "addresses": {"nat-a": "192.0.2.1/32"},
    "roles": {"app": MACHINES, "backup": "arn:aws:iam::123456789012:role/backup"},
    "phones": ["+33600000000"],
    "pagerduty_integration_id": "0123",
    "vpc": {
        "id": "vpc-1",
        "cidr": "10.0.0.0/16",
        "region": "eu-west-3",
        "account_id": "123456789012",
        "route_table_ids": ["rtb-1", "rtb-2"],
    },
}
SMALL = {"addresses": {"nat-a": "192.0.2.1/32"}, "roles": {"app": MACHINES}}
OUTSIDE = INFRA / "production/outside.tf"
KEPT = re.compile(r"(\w+_(?:days|months)) += (\d+)")
KEYS_KEPT = {
    name: int(value) for name, value in KEPT.findall(OUTSIDE.read_text().partition('module "keys"')[2])
}
"""How long production says that backups of keys are kept."""
WELL = {
    "production": PRODUCTION,
    "keys": PRODUCTION | KEYS_KEPT | {"name": "rt-production-keys", "database": "rt-production_keys"},
    "staging": SMALL
    | {"environment": "staging", "name": "rt-staging", "tier": "FLEX", "open_to_the_world": True},
    "development": SMALL | {"environment": "development", "name": "rt-dev", "tier": "M0"},
    "london": PRODUCTION | {"london": True},
}
REFUSED = PRODUCTION | {
    "addresses": {"all": "0.0.0.0/0"},
    "regions": [{"name": "US_EAST_1", "cidr": "192.168.0.0/21"}],
    "tier": "M2",
}
OPEN = PRODUCTION | {"open_to_the_world": True, "tier": "FLEX", "vpc": None}
"""Refused when it is planned: what a value may be depends on another."""
Changes = Sequence[tuple[str, str, str, str]]
"""In whose copy of the module, in which file, what becomes what."""
WRONG: Changes = [
    ("misspelt", "main.tf", "pit_enabled ", "pitr_enabled "),
    ("misspelt", "access.tf", "auth_database_name", "# "),
    ("misspelt", "main.tf", "provider_settings = {", "provider_settings {"),
    ("misspelt", "alerts.tf", "metric_threshold_config {", "metric_treshold_config {"),
    ("six", "backup.tf", "= var.snapshot_hours", '= "six"'),
]


class Databases:
    """Roots that call the module in many ways at once: each command of Terraform reads all words anew."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self.folder = folder
        version = subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout
        stub = mirror(folder) / "registry.terraform.io/mongodb/mongodbatlas/1.41.1" / version.split()[3]
        stub.mkdir(parents=True)
        script = Path(__file__).with_name("stub_atlas.py")
        provider = stub / "terraform-provider-mongodbatlas_v1.41.1"
        provider.write_text(f"#!/bin/sh\nHOME='{folder}' exec '{TOOLS}/bin/python' '{script}'\n")
        provider.chmod(0o755)
        amazon = "" if PLUGINS.is_dir() else ' direct {\n include = ["hashicorp/*"]\n }\n'
        (folder / "terraform.rc").write_text(
            "disable_checkpoint = true\nprovider_installation {\n"
            f' filesystem_mirror {{\n path = "{folder}/mirror"\n }}\n{amazon}}}\n'
        )
        shutil.copytree(
            INFRA, folder / "infra", ignore=shutil.ignore_patterns(".terraform*", "vercel", "*.tfstate*")
        )

    def root(self, name: str, calls: dict[str, dict[str, Any]], changes: Changes = ()) -> Path:
        """A new root that calls the module once for each name; `this` becomes `that` in a copy of its own."""
        root = self.folder / name
        root.mkdir()
        sources = dict.fromkeys(calls, "../infra/modules/database")
        for call, file, this, that in changes:
            sources[call] = f"./{call}"
            if not (root / call).exists():
                shutil.copytree(INFRA / "modules/database", root / call)
            changed = root / call / file
            text = changed.read_text()
            assert this in text
            changed.write_text(text.replace(this, that, 1))
        said = {
            call: "\n".join(f"  {word} = {json.dumps(value)}" for word, value in values.items())
            for call, values in calls.items()
        }
        written = [CALL % (call, sources[call], values) for call, values in said.items()]
        (root / "main.tf").write_text(ROOT + "".join(written))
        self.run(root, "init", "-backend=false", "-input=false")
        return root

    def run(self, root: Path, *words: str, fails: bool = False) -> str:
        """What Terraform answers, or what it complains of."""
        done = subprocess.run(
            [self._program, f"-chdir={root}", *words, "-no-color"],
            env={k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_"))}
            | {"TF_CLI_CONFIG_FILE": str(self.folder / "terraform.rc"), **UNHURRIED},
            capture_output=True,
            text=True,
            check=False,
        )
        complaint = " ".join(re.sub(r"[│╷╵]", " ", done.stderr).split())
        assert bool(done.returncode) is fails, complaint or done.stdout
        return complaint if fails else done.stdout


@pytest.fixture(scope="module")
def databases(terraform_program: str, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    if not (TOOLS / "bin" / "python").exists():
        left_out("no tools' environment (requirements-tools.lock) in RT_TOOLS or .rt/tools")
    return Databases(terraform_program, tmp_path_factory.mktemp("atlas"))


@pytest.fixture(scope="module")
def planned(databases: Databases) -> Plan:
    """Every database that is well, in one plan."""
    root = databases.root("well", WELL)
    databases.run(root, "plan", "-input=false", "-out=plan")
    return Plan(json.loads(databases.run(root, "show", "-json", "plan")))


@pytest.fixture(scope="module")
def production(planned: Plan) -> Plan:
    return planned.module("production")


@pytest.fixture(scope="module")
def invalid(databases: Databases) -> str:
    """What Terraform says of words that are wrong and of values that may not be."""
    root = databases.root(
        "invalid", dict.fromkeys(("misspelt", "six"), PRODUCTION) | {"refused": REFUSED}, WRONG
    )
    return databases.run(root, "validate", fails=True)


def one(plan: Plan, kind: str) -> dict[str, Any]:
    (found,) = plan.of(f"mongodbatlas_{kind}").values()
    return found


def regions(plan: Plan) -> list[dict[str, Any]]:
    (specs,) = one(plan, "advanced_cluster")["replication_specs"]
    return list(specs["region_configs"])


def test_a_wrong_word_is_seen(invalid: str) -> None:
    for said in (
        'An argument named "pitr_enabled" is not expected here',
        'The argument "auth_database_name" is required',
        'Blocks of type "provider_settings" are not expected here',
        'Blocks of type "metric_treshold_config" are not expected here',
        'Inappropriate value for attribute "frequency_interval": a number is required',
    ):
        assert said in invalid


def test_what_production_may_not_be_is_refused(databases: Databases, invalid: str) -> None:
    for said in ("A range is a /16 at most", "A region of the European Union", "M0, FLEX, M10"):
        assert said in invalid
    root = databases.root("open", {"production": OPEN})
    complaint = databases.run(root, "plan", "-input=false", fails=True)
    assert "Production is never open to the world" in complaint
    assert "only those restore to a point in time" in complaint


def test_production_stands_in_three_regions_of_the_union(production: Plan) -> None:
    found = [(one["region_name"], one["priority"], one["electable_specs"][0]) for one in regions(production)]
    assert [(name, priority) for name, priority, _ in found] == [
        ("EU_WEST_3", 7),
        ("EU_CENTRAL_1", 6),
        ("EU_WEST_1", 5),
    ]
    assert {(node["instance_size"], node["node_count"], node["disk_size_gb"]) for _, _, node in found} == {
        ("M10", 1, 10)
    }


def test_storage_may_grow_to_what_the_spec_asks(production: Plan) -> None:
    for region in regions(production):
        (scaling,) = region["auto_scaling"]
        assert scaling["disk_gb_enabled"]
        assert scaling["compute_enabled"]
        assert scaling["compute_max_instance_size"] == "M30"


def test_every_second_of_a_week_can_be_restored(production: Plan) -> None:
    cluster, schedule = one(production, "advanced_cluster"), one(production, "cloud_backup_schedule")
    assert cluster["backup_enabled"]
    assert cluster["pit_enabled"]
    assert schedule["restore_window_days"] == 7
    (often,), (archive,), (copy,) = (
        schedule[name] for name in ("policy_item_hourly", "policy_item_monthly", "copy_settings")
    )
    assert (often["frequency_interval"], often["retention_unit"], often["retention_value"]) == (6, "days", 30)
    assert (archive["retention_unit"], archive["retention_value"]) == ("months", 12)
    assert (copy["region_name"], copy["should_copy_oplogs"]) == ("EU_CENTRAL_1", True)


def test_backups_of_keys_end_within_a_week(planned: Plan) -> None:
    """As production says it; whoever is erased is in none after that."""
    assert KEYS_KEPT == {"restore_window_days": 2, "snapshot_kept_days": 7, "archive_kept_months": 0}
    plan = planned.module("keys")
    schedule = one(plan, "cloud_backup_schedule")
    (often,), (copy,) = schedule["policy_item_hourly"], schedule["copy_settings"]
    assert (often["retention_unit"], often["retention_value"]) == ("days", 7)
    assert (schedule["restore_window_days"], schedule["policy_item_monthly"]) == (2, [])
    assert copy["frequencies"] == ["HOURLY"]
    users = plan.of("mongodbatlas_database_user").values()
    assert {user["roles"][0]["database_name"] for user in users} == {"rt-production_keys", "admin"}


def test_nobody_has_a_password(production: Plan) -> None:
    users = production.of("mongodbatlas_database_user").values()
    assert {
        (u["description"], u["roles"][0]["role_name"], u["roles"][0]["database_name"]) for u in users
    } == {
        ("app_user", "readWrite", "rt-production"),
        ("backup_user", "backup", "admin"),
    }
    for user in users:
        assert (user["aws_iam_type"], user["auth_database_name"]) == ("ROLE", "$external")
        assert user.get("password") is None
        assert [scope["name"] for scope in user["scopes"]] == ["rt-production"]


def test_only_the_machines_reach_the_cluster(production: Plan) -> None:
    ranges = {entry["cidr_block"] for entry in production.of("mongodbatlas_project_ip_access_list").values()}
    assert ranges == {"192.0.2.1/32", "10.0.0.0/16"}
    peers = production.of("mongodbatlas_network_peering").values()
    assert [(peer["vpc_id"], peer["accepter_region_name"]) for peer in peers] == [("vpc-1", "eu-west-3")] * 3
    assert len(production.of("aws_route")) == 6


def test_alerts_are_the_specs(production: Plan) -> None:
    found = {}
    for address, alert in production.of("mongodbatlas_alert_configuration").items():
        (threshold,) = alert["metric_threshold_config"]
        ways = {notification["type_name"] for notification in alert["notification"]}
        found[address.split('"')[1]] = (threshold["operator"], threshold["threshold"], ways)
    assert found == {
        "atlas-cpu": ("GREATER_THAN", 80, {"EMAIL", "SMS"}),
        "atlas-disk": ("GREATER_THAN", 85, {"EMAIL"}),
        "atlas-connections": ("GREATER_THAN", 500, {"EMAIL"}),
        "atlas-replication-lag": ("GREATER_THAN", 10, {"PAGER_DUTY"}),
    }


def test_staging_shares_a_cluster_and_may_be_opened(planned: Plan) -> None:
    plan = planned.module("staging")
    assert one(plan, "flex_cluster")["provider_settings"]["region_name"] == "EU_WEST_3"
    assert not plan.of("mongodbatlas_advanced_cluster")
    ranges = {entry["cidr_block"] for entry in plan.of("mongodbatlas_project_ip_access_list").values()}
    assert "0.0.0.0/0" in ranges


def test_development_is_free(planned: Plan) -> None:
    plan = planned.module("development")
    (region,) = regions(plan)
    assert (region["provider_name"], region["electable_specs"][0]["instance_size"]) == ("TENANT", "M0")
    assert not plan.of("mongodbatlas_cloud_backup_schedule")


def test_london_is_a_switch(planned: Plan) -> None:
    plan = planned.module("london")
    assert [region["region_name"] for region in regions(plan)] == ["EU_WEST_3", "EU_CENTRAL_1", "EU_WEST_2"]


def test_production_gives_the_module_what_it_takes(databases: Databases) -> None:
    """Without the portals, whose provider is not to be had here; GitHub Actions validates every root."""
    root = databases.folder / "infra/production"
    outside = root / "outside.tf"
    outside.write_text(re.sub(r'^module "portals" \{.*?^\}\n', "", outside.read_text(), flags=re.S | re.M))
    databases.run(root, "init", "-backend=false", "-input=false")
    databases.run(root, "validate")
