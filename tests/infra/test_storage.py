"""Files: what is kept, how long, where a second time, and who may read it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.infra.cloud import Applied

from rt.host.topology import PORTALS

pytestmark = [pytest.mark.xdist_group("infra")]

KINDS = ("documents", "images", "backups", "releases", "logs")
REPLICA = "rt-backup-documents"
SEVEN_YEARS = 2557


@pytest.fixture(scope="module")
def s3(applied: Applied) -> Any:
    return applied.client("s3")


@pytest.fixture(scope="module")
def dublin(applied: Applied) -> Any:
    return applied.client("s3", "eu-west-1")


def name(kind: str) -> str:
    return REPLICA if kind == "replica" else f"rt-prod-{kind}"


def rules(s3: Any, bucket: str) -> dict[str, dict[str, Any]]:
    """Lifecycle rules by their id; all of them are on and hold for every file."""
    found = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert {rule["Status"] for rule in found} == {"Enabled"}
    assert not any(rule.get("Filter", {}).get("Prefix") for rule in found)
    return {rule["ID"]: rule for rule in found}


def archived(rule: dict[str, Any]) -> list[tuple[int, str]]:
    return [(step["Days"], step["StorageClass"]) for step in rule.get("Transitions", [])]


@pytest.mark.parametrize("kind", [*KINDS, "replica"])
def test_every_bucket_is_encrypted_closed_and_keeps_versions(s3: Any, kind: str) -> None:
    bucket = name(kind)
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert [rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in encryption] == ["AES256"]
    closed = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(closed.values()) == {True}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


@pytest.mark.parametrize("kind", [*KINDS, "replica"])
def test_every_bucket_refuses_what_is_not_tls_1_2(s3: Any, kind: str) -> None:
    bucket = name(kind)
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    refused = [said for said in policy["Statement"] if said["Effect"] == "Deny"]
    assert {json.dumps(said["Condition"], sort_keys=True) for said in refused} == {
        '{"Bool": {"aws:SecureTransport": "false"}}',
        '{"NumericLessThan": {"s3:TlsVersion": "1.2"}}',
    }
    for said in refused:
        assert said["Action"] == "s3:*"
        assert set(said["Resource"]) == {f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"}


@pytest.mark.parametrize(
    ("kind", "archive", "kept"),
    [
        ("documents", [(90, "GLACIER_IR")], SEVEN_YEARS),
        ("replica", [(90, "GLACIER_IR")], SEVEN_YEARS),
        ("backups", [(30, "GLACIER")], 365),
        ("images", [], None),
        ("releases", [], None),
        ("logs", [], 365),
    ],
)
def test_files_are_archived_and_deleted_in_time(
    s3: Any, kind: str, archive: list[tuple[int, str]], kept: int | None
) -> None:
    current = rules(s3, name(kind))["current"]
    assert archived(current) == archive
    assert current.get("Expiration", {}).get("Days") == kept


@pytest.mark.parametrize("kind", ["documents", "images", "backups", "replica"])
def test_old_versions_go_to_glacier_and_are_gone_within_three_months(s3: Any, kind: str) -> None:
    found = rules(s3, name(kind))
    (step,) = found["noncurrent"]["NoncurrentVersionTransitions"]
    assert step["NoncurrentDays"] == 30
    assert step["StorageClass"].startswith("GLACIER")
    assert found["noncurrent"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 90
    assert found["markers"]["Expiration"]["ExpiredObjectDeleteMarker"]


def test_a_document_lies_a_second_time_in_dublin(s3: Any, dublin: Any, applied: Applied) -> None:
    assert dublin.get_bucket_location(Bucket=REPLICA)["LocationConstraint"] == "eu-west-1"
    replication = s3.get_bucket_replication(Bucket=name("documents"))["ReplicationConfiguration"]
    (rule,) = replication["Rules"]
    assert (rule["Status"], rule["Destination"]["Bucket"]) == ("Enabled", f"arn:aws:s3:::{REPLICA}")
    role = applied.client("iam").get_role_policy(
        RoleName=replication["Role"].rpartition("/")[2], PolicyName="replicate-documents"
    )
    assert "*" not in [said["Resource"] for said in role["PolicyDocument"]["Statement"]]


def test_an_erasure_reaches_the_replica(applied: Applied) -> None:
    """In the plan: moto forgets it."""
    (replication,) = applied.plan.of("aws_s3_bucket_replication_configuration").values()
    assert replication["rule"][0]["delete_marker_replication"] == [{"status": "Enabled"}]


@pytest.mark.parametrize("kind", ["documents", "images"])
def test_only_its_cdn_reads_a_bucket_from_outside(s3: Any, applied: Applied, kind: str) -> None:
    policy = json.loads(s3.get_bucket_policy(Bucket=name(kind))["Policy"])
    (allowed,) = [said for said in policy["Statement"] if said["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert (allowed["Action"], allowed["Resource"]) == ("s3:GetObject", f"arn:aws:s3:::{name(kind)}/*")
    arn = allowed["Condition"]["StringEquals"]["aws:SourceArn"]
    distribution = applied.client("cloudfront").get_distribution(Id=arn.rpartition("/")[2])["Distribution"]
    (origin,) = distribution["DistributionConfig"]["Origins"]["Items"]
    assert origin["DomainName"].startswith(name(kind) + ".s3")


@pytest.mark.parametrize("kind", ["backups", "releases"])
def test_backups_and_releases_are_for_roles_of_the_account_alone(s3: Any, kind: str) -> None:
    policy = json.loads(s3.get_bucket_policy(Bucket=name(kind))["Policy"])
    assert {said["Effect"] for said in policy["Statement"]} == {"Deny"}


@pytest.mark.parametrize("kind", ["documents", "images"])
def test_only_the_portals_read_files_with_a_script(s3: Any, kind: str) -> None:
    (rule,) = s3.get_bucket_cors(Bucket=name(kind))["CORSRules"]
    assert set(rule["AllowedOrigins"]) == {f"https://{portal.host}" for portal in PORTALS}
    assert set(rule["AllowedMethods"]) == {"GET", "HEAD"}


@pytest.mark.parametrize("kind", ["backups", "releases", "logs"])
def test_no_script_reads_the_rest(s3: Any, kind: str) -> None:
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        s3.get_bucket_cors(Bucket=name(kind))


@pytest.mark.parametrize("kind", ["documents", "images", "backups", "releases"])
def test_who_read_a_bucket_is_written_down(s3: Any, kind: str) -> None:
    target = s3.get_bucket_logging(Bucket=name(kind))["LoggingEnabled"]
    assert (target["TargetBucket"], target["TargetPrefix"]) == (name("logs"), f"s3/{kind}/")


def test_load_balancer_and_s3_may_write_logs_and_nobody_else(s3: Any) -> None:
    policy = json.loads(s3.get_bucket_policy(Bucket=name("logs"))["Policy"])
    allowed = {
        said["Principal"]["Service"]: (said["Action"], said["Resource"])
        for said in policy["Statement"]
        if said["Effect"] == "Allow"
    }
    assert allowed == {
        "logging.s3.amazonaws.com": ("s3:PutObject", "arn:aws:s3:::rt-prod-logs/*"),
        "logdelivery.elasticloadbalancing.amazonaws.com": ("s3:PutObject", "arn:aws:s3:::rt-prod-logs/alb/*"),
    }
