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
        mirror = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{PLUGINS}"\n  }}\n}}\n'
        settings.write_text("disable_checkpoint = true\n" + (mirror if PLUGINS.is_dir() else ""))
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

    def plan(self, root: str, *words: str) -> "Plan":
        """The whole plan as Terraform tells it to programs."""
        self.run(root, "plan", "-input=false", "-no-color", "-out=plan", *words)
        return Plan(json.loads(self.run(root, "show", "-json", "plan")))

    def try_out(self, module: str, **values: object) -> "Plan":
        """The plan of one module alone."""
        return self.plan(*self._alone(module, values))

    def refusal(self, module: str, **values: object) -> str:
        """Why a module does not take these values."""
        return self.refusal_of(*self._alone(module, values))

    def refusal_of(self, root: str, *words: str) -> str:
        """Why a root cannot be planned."""
        done = self._run(root, "plan", "-input=false", "-no-color", *words)
        assert done.returncode, "it could be planned"
        return " ".join(done.stderr.split())

    def _alone(self, module: str, values: dict[str, object]) -> list[str]:
        root = f"modules/{module}"
        if not (self.infra / root / ".terraform").exists():
            self.run(root, "init", "-input=false", "-no-color")
        return [root, *(f"-var={name}={said(value)}" for name, value in values.items())]


def said(value: object) -> str:
    """A value as a message of the command line."""
    return value if isinstance(value, str) else json.dumps(value)


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

    def changes(self) -> dict[str, set[str]]:
        """Type of resource to what would be done to some of them: create, update, delete."""
        done: dict[str, set[str]] = {}
        for change in self["resource_changes"]:
            for action in change["change"]["actions"]:
                if action not in ("no-op", "read"):
                    done.setdefault(change["type"], set()).add(action)
        return done


class Applied:
    """Production as it stands in moto, and the plan that made it."""

    def __init__(self, terraform: Terraform, plan: Plan) -> None:
        self.terraform = terraform
        self.plan = plan
        self.prefix = "rt-prod"

    def client(self, service: str, region: str = REGION) -> Any:
        make: Any = boto3.client  # typed for names that are written out
        return make(service, region_name=region, endpoint_url=self.terraform.endpoint, **CREDENTIALS)
