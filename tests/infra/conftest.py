"""Terraform against a cloud made of Python: infra copied aside, planned and applied on moto once a run."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from tests.conftest import left_out
from tests.infra.cloud import Applied, Terraform


@pytest.fixture(scope="session")
def terraform_program() -> str:
    """Terraform of this machine; without it these tests are left out, unless CI asks for all."""
    program = shutil.which("terraform")
    if program is None:
        left_out("terraform is not on the PATH (infra/README.md says how to get it)")
    return program


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
