"""Terraform against a cloud made of Python: infra copied aside, planned and applied on moto once a run."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from tests.conftest import left_out
from tests.infra.cloud import Applied, Plan, Terraform


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
        env=os.environ | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"},
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
def applying(
    terraform_program: str, moto: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Future[Applied]]:
    """Production while it is planned and applied."""
    terraform = Terraform(terraform_program, tmp_path_factory.mktemp("applied"), moto)
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(built, terraform)


def built(terraform: Terraform) -> Applied:
    terraform.spare_moto()
    terraform.prepare("production")
    plan = terraform.plan("production")
    terraform.apply("production")
    return Applied(terraform, plan)


@pytest.fixture(scope="session")
def meanwhile(request: pytest.FixtureRequest) -> None:
    """Whoever needs nothing of production has it begun, if others will ask for it."""
    if shutil.which("terraform") and any(_stands_on_production(item) for item in request.session.items):
        request.getfixturevalue("applying")


def _stands_on_production(item: pytest.Item) -> bool:
    return "applied" in getattr(item, "fixturenames", ())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who needs nothing of production comes first in the group: applying it is two minutes of waiting.

    So others that are costly belong to the group, tests/ops among them.
    """
    places = [place for place, item in enumerate(items) if _grouped(item)]
    ordered = sorted((items[place] for place in places), key=_stands_on_production)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def _grouped(item: pytest.Item) -> bool:
    return any(mark.args == ("infra",) for mark in item.iter_markers("xdist_group"))


@pytest.fixture(scope="session")
def applied(applying: Future[Applied]) -> Applied:
    """Production as it stands: boto3 clients for what stands, the plan for what moto forgets."""
    return applying.result()


@pytest.fixture(scope="session")
def beside(terraform_program: str, applied: Applied, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Another copy, whole: what stands beside production and finds its zone."""
    return Terraform(terraform_program, tmp_path_factory.mktemp("beside"), applied.terraform.endpoint)


@pytest.fixture(scope="session")
def tried(beside: Terraform) -> Plan:
    """One plan of the smaller environments and of modules alone."""
    for root in ("staging", "development"):
        beside.lay(root)
    beside.vary("development", "letter")
    beside.prepare("tried")
    return beside.plan("tried")


@pytest.fixture(scope="session")
def refused(beside: Terraform) -> str:
    """What Terraform says of values that modules must not take."""
    beside.vary("development", "unread")
    beside.prepare("refused")
    return beside.refusal("refused")
