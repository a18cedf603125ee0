"""Portals at Vercel: nine projects from the topology; here they are read, GitHub's CI has the provider."""

import re
import subprocess

import pytest
from tests.infra.cloud import INFRA

from rt.host.topology import PORTALS

MODULE = (INFRA / "modules/portals/main.tf").read_text(encoding="utf-8")
ROOT = (INFRA / "production/outside.tf").read_text(encoding="utf-8")


def test_all_of_infra_parses_and_is_formatted(terraform_program: str) -> None:
    """`fmt` reads a file whole: one that does not parse is an error, whoever its provider is."""
    done = subprocess.run(
        [terraform_program, "fmt", "-check", "-recursive", "-no-color", str(INFRA)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_projects_come_from_the_topology_and_from_nowhere_else() -> None:
    assert "for portal in local.topology.portals" in ROOT
    for portal in PORTALS:
        assert portal.host not in MODULE + ROOT
        assert portal.project not in MODULE + ROOT


def test_every_kind_of_thing_a_project_has_is_made_for_each() -> None:
    made = dict(re.findall(r'^resource "(vercel_\w+)" "this" \{\n  for_each\s+= (.+)$', MODULE, re.M))
    assert made == {
        "vercel_project": "var.portals",
        "vercel_project_domain": "var.portals",
        "vercel_project_environment_variables": "var.portals",
    }


def test_the_specs_variables_are_given_and_no_secret_is() -> None:
    names = set(re.findall(r"\b(NEXT_PUBLIC_\w+)", MODULE + ROOT))
    assert names == {
        "NEXT_PUBLIC_ADMIN_GATEWAY_URL",
        "NEXT_PUBLIC_AUTHZ_URL",
        "NEXT_PUBLIC_SUPPORT_URL",
        "NEXT_PUBLIC_CDN_DOCS",
        "NEXT_PUBLIC_CDN_IMAGES",
    }
    told = re.sub(r"#.*", "", MODULE + ROOT)
    assert not re.search(r"API_SECRET_KEY|RT_PORTAL_KEY", told)


@pytest.mark.parametrize("root", ["staging", "development"])
def test_projects_are_made_once(root: str) -> None:
    """Previews are a target of the same nine projects."""
    assert "modules/portals" not in (INFRA / root / "outside.tf").read_text(encoding="utf-8")
