"""What Terraform makes is what the doctor looks for: names are the same on both sides."""

import httpx
import pytest
from tests.infra.cloud import CREDENTIALS, Applied

from rt.ops.doctor.checklist import CHECKLIST
from rt.ops.doctor.examination import Examination, cloud

pytestmark = [pytest.mark.xdist_group("infra")]

MADE_BY_TERRAFORM = {
    *("account", "dns", "certificates", "network", "security_groups", "buckets", "roles"),
    *("machines", "first_start", "balancer", "scaling", "logs", "monitoring", "portal_dns"),
}
BROUGHT_BY_PEOPLE = {"secrets", "release", "signed_release", "settings", "main_job"}
"""Values of secrets, the first release, and whoever watches: Terraform makes none of them."""
NAMES = {box: name for boxes in CHECKLIST.values() for box, name in boxes.items()}


@pytest.fixture
def examined(applied: Applied, monkeypatch: pytest.MonkeyPatch) -> Examination:
    monkeypatch.setenv("AWS_ENDPOINT_URL", applied.terraform.endpoint)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name.upper(), value)
    nobody = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(403)))
    return cloud("production", {}, nobody)


def test_what_terraform_makes_is_done(examined: Examination) -> None:
    found = {NAMES[entry.box]: entry.finding for entry in examined.entries}
    assert {name: found[name] for name in MADE_BY_TERRAFORM if found[name].state != "done"} == {}


def test_what_people_bring_is_missing_until_they_do(examined: Examination) -> None:
    found = {NAMES[entry.box]: entry.finding for entry in examined.entries}
    assert {name: found[name].state for name in BROUGHT_BY_PEOPLE} == dict.fromkeys(
        BROUGHT_BY_PEOPLE, "missing"
    )
    assert all(found[name].mend for name in BROUGHT_BY_PEOPLE)


def test_terraform_opens_no_door_that_production_is_refused_for(examined: Examination) -> None:
    assert examined.refused == []
