"""What `rt watch` tells of a try: its line, its figures at CloudWatch, whose platform and whose account."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from rt.ops import watch
from rt.ops.watch import Run, Step

AT = datetime.now(UTC).replace(microsecond=0)


def run(*, ok: bool = True, well: bool = True) -> Run:
    steps = [
        Step(name="sign_in", ok=True, ms=420),
        Step(name="create", ok=ok, ms=31, fault="" if ok else "503"),
    ]
    return Run(at=AT, platform="https://api.example", ok=ok, well=well, seconds=0.451, steps=steps)


def test_a_line_says_what_works_and_what_does_not() -> None:
    assert run().line() == f"{AT:%Y-%m-%dT%H:%M:%SZ} ok 0.45s sign_in=420ms create=31ms"
    assert run(ok=False).line().endswith("FAILED 0.45s sign_in=420ms | create: 503")
    assert " unwell " in run(well=False).line()


@pytest.mark.parametrize(("ok", "expected"), [(True, 1.0), (False, 0.0)])
def test_the_alarm_s_figures_reach_cloudwatch(
    monkeypatch: pytest.MonkeyPatch, ok: bool, expected: float
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        watch.count(run(ok=ok))
        cloudwatch = boto3.client("cloudwatch", region_name=watch.REGION)
        figures = {}
        for name in ("MainJobOk", "MainJobSeconds"):
            points = cloudwatch.get_metric_statistics(
                Namespace="RT/Watch",
                MetricName=name,
                StartTime=AT - timedelta(minutes=5),
                EndTime=AT + timedelta(minutes=5),
                Period=60,
                Statistics=["Minimum"],
            )["Datapoints"]
            figures[name] = [point["Minimum"] for point in points]
        dimensions = [metric["Dimensions"] for metric in cloudwatch.list_metrics()["Metrics"]]
    assert figures == {"MainJobOk": [expected], "MainJobSeconds": [0.451]}
    assert dimensions == [[], []]


def test_cloudwatch_that_does_not_answer_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    watch.count(run())
    assert "CloudWatch was not told" in capsys.readouterr().err


def test_it_is_told_on_a_machine_of_production_or_with_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RT_METRICS", "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        monkeypatch.delenv(name, raising=False)
    assert not watch.counted()
    monkeypatch.setenv("RT_METRICS", "emf")
    assert watch.counted()


def test_the_platform_is_named_given_or_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_API_URL", "https://api.elsewhere.example/")
    assert watch.environment_of("production", 0) == "https://api.rt-technologie.com"
    assert watch.environment_of("", 18080) == "http://127.0.0.1:18080"
    assert watch.environment_of("", 0) == "https://api.elsewhere.example"
    with pytest.raises(LookupError):
        watch.environment_of("moon", 0)


def test_production_needs_an_account_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RT_WATCH_EMAIL", "RT_WATCH_PASSWORD", "RT_ENV"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LookupError):
        watch.customer(watch.ENVIRONMENTS["production"])


def test_an_order_of_the_same_ten_minutes_is_the_same_order() -> None:
    at = datetime(2026, 11, 22, 15, 41, 3, tzinfo=UTC)
    assert watch._order(at) == watch._order(at + timedelta(minutes=8, seconds=56))
    assert watch._order(at)["reference"] == "SYNTHETIC-202611221540"
    assert watch._order(at) != watch._order(at + timedelta(minutes=10))
