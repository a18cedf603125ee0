"""Terraform against a cloud made of Python: infra copied aside, planned and applied on moto once a run."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from rt.host.topology import ROOT as PACKAGE
from rt.host.topology import UNITS

INFRA = PACKAGE.parents[1] / "infra"
PLUGINS = Path(os.environ.get("RT_TF_PLUGINS", Path(os.sep) / "opt" / "tf-plugins"))
"""Where the AWS provider lies unpacked; where it does not, Terraform fetches it from its registry."""
OUTSIDE = "outside.tf"
"""The file of a root that calls Atlas and Vercel: neither is imitated by moto, so the copy is without it."""
OVERRIDES = Path(__file__).with_name("overrides")
REGION = "eu-west-3"
CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


class Terraform:
    """The program, in a copy of infra where every call to AWS goes to one address of this machine."""

    def __init__(self, program: str, folder: Path, endpoint: str) -> None:
        self.infra = folder / "infra"
        self.endpoint = endpoint
        shutil.copytree(
            INFRA, self.infra, ignore=shutil.ignore_patterns(".terraform*", OUTSIDE, "*.tfstate*")
        )
        settings = folder / "terraform.rc"
        mirror = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{PLUGINS}"\n  }}\n}}\n'
        settings.write_text("disable_checkpoint = true\n" + (mirror if PLUGINS.is_dir() else ""))
        self._program = program
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_"))} | {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
            "AWS_EC2_METADATA_DISABLED": "true",
            "TF_CLI_CONFIG_FILE": str(settings),
            "TF_IN_AUTOMATION": "1",
        }

    def run(self, root: str, *words: str) -> str:
        """What Terraform answers in one of the roots; the test fails with its complaint."""
        done = subprocess.run(
            [self._program, f"-chdir={self.infra / root}", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.fail(f"terraform {' '.join(words)} in {root}:\n{(done.stderr or done.stdout)[-6000:]}")
        return done.stdout

    def prepare(self, root: str) -> None:
        """Test-only settings beside the root, and its providers."""
        shutil.copy(OVERRIDES / "root.tf", self.infra / root / "moto_override.tf")
        shutil.copy(OVERRIDES / "values.tfvars", self.infra / root / "terraform.tfvars")
        self.run(root, "init", "-input=false", "-no-color")

    def spare_moto(self) -> None:
        """Leave out of the modules what moto cannot do: `overrides/<module>.tf`."""
        for module in (self.infra / "modules").iterdir():
            override = OVERRIDES / f"{module.name}.tf"
            if override.exists():
                shutil.copy(override, module / "moto_override.tf")

    def apply(self, root: str) -> None:
        """Many at once: nearly all of it is waiting for the next look at what is long done."""
        self.run(root, "apply", "-input=false", "-no-color", "-auto-approve", "-parallelism=60")

    def plan(self, root: str, *words: str) -> dict[str, Any]:
        """The whole plan as Terraform tells it to programs; kept in the root as `plan`."""
        self.run(root, "plan", "-input=false", "-no-color", "-out=plan", *words)
        shown: dict[str, Any] = json.loads(self.run(root, "show", "-json", "plan"))
        return shown


class Applied:
    """Production as it stands in moto, and the plan that made it."""

    def __init__(self, terraform: Terraform, plan: dict[str, Any]) -> None:
        self.terraform = terraform
        self.plan = plan
        self.prefix = "rt-prod"

    def client(self, service: str, region: str = REGION) -> Any:
        made: BaseClient = boto3.client(  # type: ignore[call-overload]
            service, region_name=region, endpoint_url=self.terraform.endpoint, **CREDENTIALS
        )
        return made

    def planned(self, kind: str) -> dict[str, dict[str, Any]]:
        """Planned values of all resources of a type, by address."""
        return planned(self.plan, kind)


def planned(plan: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Values of all resources of a type in a plan, by address."""
    found = {}
    modules = [plan["planned_values"]["root_module"]]
    while modules:
        module = modules.pop()
        modules += module.get("child_modules", [])
        for resource in module.get("resources", []):
            if resource["type"] == kind and resource["mode"] == "managed":
                found[resource["address"]] = resource["values"]
    return found


@pytest.fixture(scope="session")
def terraform_program() -> str:
    """Terraform of this machine; without it these tests are left out, unless CI asks for all."""
    if program := shutil.which("terraform"):
        return program
    if os.environ.get("RT_REQUIRE_DATA") == "1":
        pytest.fail("terraform is required here and not on the PATH")
    pytest.skip("left out: terraform is not on the PATH (infra/README.md says how to get it)")


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The address of an AWS made of Python, thrown away at the end."""
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        env=os.environ | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        for line in server.stderr:
            if "Running on" in line:
                break
        else:
            pytest.fail("moto did not start")
        threading.Thread(target=server.stderr.read, daemon=True).start()
        yield line.split()[-1].strip()
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="session")
def terraform(terraform_program: str, moto: str, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    return Terraform(terraform_program, tmp_path_factory.mktemp("terraform"), moto)


@pytest.fixture(scope="session")
def applied(terraform: Terraform) -> Applied:
    """Production, planned and applied: boto3 clients for what stands, the plan for what moto forgets."""
    terraform.prepare("production")
    plan = terraform.plan("production")
    terraform.spare_moto()
    terraform.apply("production")
    return Applied(terraform, plan)


@pytest.fixture(scope="session")
def services() -> dict[str, Any]:
    """The topology's services by name."""
    return {unit.name: unit for unit in UNITS}
