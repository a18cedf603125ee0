"""Terraform in a copy of infra, its plans, and what stands in moto once production is applied."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest

from rt.host.topology import ROOT as PACKAGE

INFRA = PACKAGE.parents[1] / "infra"
PLUGINS = Path(os.environ.get("RT_TF_PLUGINS", Path(os.sep) / "opt" / "tf-plugins"))
"""Where the AWS provider lies unpacked; where it does not, Terraform fetches it from its registry."""
OUTSIDE = "outside.tf"
"""The file of a root that calls Atlas and Vercel: neither is imitated by moto, so the copy is without it."""
OVERRIDES = Path(__file__).with_name("overrides")
ROOTS = Path(__file__).with_name("roots")
"""Roots that only the tests have: they call ours, and modules alone."""
REGION = "eu-west-3"
UNHURRIED = {"GOGC": "400"}
"""Terraform and its providers live for seconds: a fifth of it was collecting garbage as if they stayed."""
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
        found = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror(folder)}"\n  }}\n}}\n'
        settings.write_text("disable_checkpoint = true\n" + (found if PLUGINS.is_dir() else ""))
        self._program = program
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_"))} | {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "TF_CLI_CONFIG_FILE": str(settings),
            "TF_IN_AUTOMATION": "1",
            **UNHURRIED,
        }

    def run(self, root: str, *words: str) -> str:
        """What Terraform answers in one of the roots; the test fails with its complaint."""
        done = self._run(root, *words)
        if done.returncode:
            pytest.fail(f"terraform {' '.join(words)} in {root}:\n{(done.stderr or done.stdout)[-6000:]}")
        return done.stdout

    def _run(self, root: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, f"-chdir={self.infra / root}", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def prepare(self, root: str) -> None:
        """Test-only settings beside the root, and its providers."""
        self.lay(root)
        shutil.copy(OVERRIDES / "values.tfvars", self.infra / root / "terraform.tfvars")
        self.run(root, "init", "-input=false", "-no-color")

    def lay(self, root: str) -> None:
        """Lay a root's settings of the tests beside it; a root of the tests' own is put there first."""
        if (ROOTS / f"{root}.tf").exists():
            (self.infra / root).mkdir()
            shutil.copy(ROOTS / f"{root}.tf", self.infra / root / "main.tf")
        else:
            shutil.copy(OVERRIDES / "root.tf", self.infra / root / "moto_override.tf")

    def spare_moto(self) -> None:
        """Leave out of the modules what moto cannot do: `overrides/<module>.tf`."""
        for module in (self.infra / "modules").iterdir():
            override = OVERRIDES / f"{module.name}.tf"
            if override.exists():
                shutil.copy(override, module / "moto_override.tf")

    def vary(self, root: str, variant: str) -> None:
        """A copy of a root with `overrides/<variant>.tf` laid over it."""
        shutil.copytree(self.infra / root, self.infra / variant)
        shutil.copy(OVERRIDES / f"{variant}.tf", self.infra / variant / f"{variant}_override.tf")

    def plan(self, root: str) -> "Plan":
        """The whole plan as Terraform tells it to programs."""
        self.run(root, "plan", "-input=false", "-no-color", "-out=plan")
        return Plan(json.loads(self.run(root, "show", "-json", "plan")))

    def apply(self, root: str) -> None:
        """Apply what was planned; many at once: most is waiting to look again at what is done."""
        self.run(root, "apply", "-input=false", "-no-color", "-parallelism=60", "plan")

    def changes(self, root: str) -> dict[str, set[str]]:
        """Type of resource to what would be done to some of them: create, update, replace, delete."""
        done: dict[str, set[str]] = {}
        for line in self.run(root, "plan", "-input=false", "-json").splitlines():
            told = json.loads(line)
            if told["type"] == "planned_change":
                change = told["change"]
                done.setdefault(change["resource"]["resource_type"], set()).add(change["action"])
        return done

    def refusal(self, root: str) -> str:
        """Why a root is not valid."""
        done = self._run(root, "validate", "-no-color")
        assert done.returncode, "it is valid"
        return " ".join(done.stderr.split())


def mirror(folder: Path) -> Path:
    """A mirror of providers in which each is a line that starts the real one.

    Terraform takes the digest of a provider's package at every command, and the real one has 700 MB.
    """
    for program in PLUGINS.rglob("terraform-provider-*"):
        line = folder / "mirror" / program.relative_to(PLUGINS)
        line.parent.mkdir(parents=True, exist_ok=True)
        line.write_text(f"#!/bin/sh\nexec '{program}' \"$@\"\n")
        line.chmod(0o755)
    return folder / "mirror"


class Plan(dict[str, Any]):
    """A plan's JSON, and what is asked of it again and again."""

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Planned values of all resources of a type, by address."""
        found = {}
        modules = [self["planned_values"]["root_module"]]
        while modules:
            module = modules.pop()
            modules += module.get("child_modules", [])
            for resource in module.get("resources", []):
                if resource["type"] == kind and resource["mode"] == "managed":
                    found[resource["address"]] = resource["values"]
        return found

    def module(self, name: str) -> "Plan":
        """What a root plans of one of the modules it calls."""
        (found,) = (
            module
            for module in self["planned_values"]["root_module"]["child_modules"]
            if module["address"] == f"module.{name}"
        )
        return Plan(planned_values={"root_module": found})


class Applied:
    """Production as it stands in moto, and the plan that made it."""

    def __init__(self, terraform: Terraform, plan: Plan) -> None:
        self.terraform = terraform
        self.plan = plan
        self.prefix = "rt-prod"

    def client(self, service: str, region: str = REGION) -> Any:
        make: Any = boto3.client  # typed for names that are written out
        return make(service, region_name=region, endpoint_url=self.terraform.endpoint, **CREDENTIALS)
