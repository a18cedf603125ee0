"""The edge: one door with 17 paths, its certificates, its firewall, and the CDN of files."""

from typing import Any

import pytest
from stdnum.eu.vat import MEMBER_STATES
from tests.infra.cloud import Applied

from rt.host.topology import DOMAIN, HEALTH_CHECK, UNITS

pytestmark = [pytest.mark.xdist_group("infra")]

UNION = {state.upper() for state in MEMBER_STATES} - {"XI"}  # Northern Ireland, for VAT alone
AREA = UNION | {"IS", "LI", "NO"} | {"AX", "GF", "GP", "MF", "MQ", "RE", "YT"}


@pytest.fixture(scope="module")
def balancer(applied: Applied) -> dict[str, Any]:
    (found,) = applied.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def groups(applied: Applied) -> dict[str, dict[str, Any]]:
    """Target groups by service."""
    found = applied.client("elbv2").describe_target_groups()["TargetGroups"]
    return {group["TargetGroupName"].removeprefix("rt-prod-"): group for group in found}


@pytest.fixture(scope="module")
def listeners(applied: Applied, balancer: dict[str, Any]) -> dict[int, dict[str, Any]]:
    arn = balancer["LoadBalancerArn"]
    found = applied.client("elbv2").describe_listeners(LoadBalancerArn=arn)["Listeners"]
    return {listener["Port"]: listener for listener in found}


def rules(applied: Applied, listener: dict[str, Any]) -> list[dict[str, Any]]:
    found = applied.client("elbv2").describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    return sorted((rule for rule in found if not rule["IsDefault"]), key=lambda rule: int(rule["Priority"]))


def met(rule: dict[str, Any]) -> dict[str, set[str]]:
    """A rule's conditions: field to values."""
    return {
        condition["Field"]: set(condition[f"{camel(condition['Field'])}Config"]["Values"])
        for condition in rule["Conditions"]
    }


def described(acm: Any, arn: str) -> dict[str, Any]:
    certificate = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert isinstance(certificate, dict)
    return certificate


def camel(field: str) -> str:
    return "".join(part.capitalize() for part in field.split("-"))


def test_it_stands_in_both_zones_and_writes_down_who_came(applied: Applied, balancer: dict[str, Any]) -> None:
    assert (balancer.get("Scheme", "internet-facing"), balancer["Type"]) == ("internet-facing", "application")
    assert {zone["ZoneName"] for zone in balancer["AvailabilityZones"]} == {"eu-west-3a", "eu-west-3b"}
    told = applied.client("elbv2").describe_load_balancer_attributes(
        LoadBalancerArn=balancer["LoadBalancerArn"]
    )
    attributes = {attribute["Key"]: attribute["Value"] for attribute in told["Attributes"]}
    assert attributes["access_logs.s3.enabled"] == "true"
    assert attributes["access_logs.s3.bucket"] == "rt-prod-logs"
    assert attributes["deletion_protection.enabled"] == "true"
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"


def test_every_service_has_its_target_group_and_the_topology_s_health_check(
    groups: dict[str, dict[str, Any]],
) -> None:
    assert {name: group["Port"] for name, group in groups.items()} == {u.name: u.port for u in UNITS}
    for group in groups.values():
        assert group["HealthCheckPath"] == HEALTH_CHECK.path
        assert group["HealthCheckIntervalSeconds"] == HEALTH_CHECK.interval
        assert group["HealthCheckTimeoutSeconds"] == HEALTH_CHECK.timeout
        assert group["HealthyThresholdCount"] == HEALTH_CHECK.healthy
        assert group["UnhealthyThresholdCount"] == HEALTH_CHECK.unhealthy
        assert group["Matcher"] == {"HttpCode": "200"}


def test_a_target_drains_as_long_as_a_service_takes_to_end(
    applied: Applied, groups: dict[str, dict[str, Any]]
) -> None:
    for group in groups.values():
        told = applied.client("elbv2").describe_target_group_attributes(
            TargetGroupArn=group["TargetGroupArn"]
        )
        attributes = {attribute["Key"]: attribute["Value"] for attribute in told["Attributes"]}
        assert attributes["deregistration_delay.timeout_seconds"] == "30"


def test_plain_http_is_sent_to_https(listeners: dict[int, dict[str, Any]]) -> None:
    assert listeners.keys() == {80, 443}
    (action,) = listeners[80]["DefaultActions"]
    redirect = action["RedirectConfig"]
    assert (redirect["Protocol"], redirect["Port"], redirect["StatusCode"]) == ("HTTPS", "443", "HTTP_301")


def test_https_speaks_tls_13_with_the_domain_s_certificate(
    applied: Applied, listeners: dict[int, dict[str, Any]]
) -> None:
    assert listeners[443]["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-3-2021-06"
    (used,) = listeners[443]["Certificates"]
    certificate = applied.client("acm").describe_certificate(CertificateArn=used["CertificateArn"])[
        "Certificate"
    ]
    assert (certificate["DomainName"], certificate["Status"]) == (f"*.{DOMAIN}", "ISSUED")


def test_what_no_rule_names_is_not_found(listeners: dict[int, dict[str, Any]]) -> None:
    (action,) = listeners[443]["DefaultActions"]
    assert action["FixedResponseConfig"]["StatusCode"] == "404"


def test_every_service_is_reached_by_its_path_and_auth_by_its_host(
    applied: Applied, listeners: dict[int, dict[str, Any]], groups: dict[str, dict[str, Any]]
) -> None:
    metrics, host, *paths = rules(applied, listeners[443])
    assert met(metrics) == {"path-pattern": {"/metrics"}}
    assert metrics["Actions"][0]["FixedResponseConfig"]["StatusCode"] == "404"
    assert met(host) == {"host-header": {f"auth.{DOMAIN}"}}
    assert host["Actions"][0]["TargetGroupArn"] == groups["authz"]["TargetGroupArn"]
    led = {rule["Actions"][0]["TargetGroupArn"]: met(rule) for rule in paths}
    assert led == {
        groups[unit.name]["TargetGroupArn"]: {"path-pattern": {unit.path, f"{unit.path}/*"}} for unit in UNITS
    }


def test_certificates_are_the_spec_s_in_both_regions(applied: Applied) -> None:
    def issued(region: str) -> set[frozenset[str]]:
        client = applied.client("acm", region)
        listed = client.list_certificates(CertificateStatuses=["ISSUED"])["CertificateSummaryList"]
        return {frozenset(described(client, c["CertificateArn"])["SubjectAlternativeNames"]) for c in listed}

    everything = frozenset({f"*.{DOMAIN}"})
    assert issued("eu-west-3") == {everything}
    assert issued("us-east-1") == {everything, frozenset({DOMAIN, f"www.{DOMAIN}"})}


@pytest.fixture(scope="module")
def firewall(applied: Applied, balancer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Rules of the firewall in front of the load balancer, by name."""
    acl = applied.client("wafv2").get_web_acl_for_resource(ResourceArn=balancer["LoadBalancerArn"])["WebACL"]
    assert acl["DefaultAction"] == {"Allow": {}}
    return {rule["Name"]: rule for rule in acl["Rules"]}


def test_the_firewall_refuses_what_comes_from_outside_the_union(firewall: dict[str, dict[str, Any]]) -> None:
    rule = firewall["elsewhere"]
    places = rule["Statement"]["NotStatement"]["Statement"]["GeoMatchStatement"]["CountryCodes"]
    assert rule["Action"] == {"Block": {}}
    assert set(places) == AREA


def test_an_address_has_a_thousand_requests_a_minute(firewall: dict[str, dict[str, Any]]) -> None:
    rule = firewall["too-many"]["Statement"]["RateBasedStatement"]
    assert (rule["Limit"], rule["EvaluationWindowSec"], rule["AggregateKeyType"]) == (1000, 60, "IP")
    assert firewall["too-many"]["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429


def test_the_firewall_looks_for_injection_and_scripts_and_blocks(firewall: dict[str, dict[str, Any]]) -> None:
    sets = {name: rule for name, rule in firewall.items() if name.startswith("AWS")}
    assert sets.keys() >= {"AWSManagedRulesSQLiRuleSet", "AWSManagedRulesCommonRuleSet"}
    for name, rule in sets.items():
        group = rule["Statement"]["ManagedRuleGroupStatement"]
        assert (group["VendorName"], group["Name"]) == ("AWS", name)
        assert rule["OverrideAction"] == {"None": {}}
        softened = [o["Name"] for o in group.get("RuleActionOverrides", [])]
        counted = ["NoUserAgent_HEADER", "SizeRestrictions_BODY"] if "Common" in name else []
        assert softened == counted


def test_the_firewall_writes_down_what_it_refused_without_tokens(applied: Applied) -> None:
    (logging,) = applied.plan.of("aws_wafv2_web_acl_logging_configuration").values()
    hidden = {field["single_header"][0]["name"] for field in logging["redacted_fields"]}
    assert hidden == {"authorization", "cookie"}


@pytest.fixture(scope="module")
def cdn(applied: Applied) -> dict[str, dict[str, Any]]:
    """Distributions as planned (moto forgets parts of them), by host name."""
    return {d["aliases"][0]: d for d in applied.plan.of("aws_cloudfront_distribution").values()}


@pytest.mark.parametrize(
    ("name", "kind", "seconds"), [("docs", "documents", 86_400), ("img", "images", 604_800)]
)
def test_files_are_served_by_signed_addresses_over_https(
    cdn: dict[str, dict[str, Any]], name: str, kind: str, seconds: int
) -> None:
    distribution = cdn[f"cdn-{name}.{DOMAIN}"]
    (origin,) = distribution["origin"]
    (served,) = distribution["default_cache_behavior"]
    (certificate,) = distribution["viewer_certificate"]
    assert origin["domain_name"] == f"rt-prod-{kind}.s3.eu-west-3.amazonaws.com"
    assert served["viewer_protocol_policy"] == "https-only"
    assert (served["default_ttl"], served["max_ttl"]) == (seconds, seconds)
    assert served["allowed_methods"] == ["GET", "HEAD"]
    assert served["response_headers_policy_id"], "security headers"
    assert certificate["minimum_protocol_version"] == "TLSv1.2_2021"
    assert set(distribution["restrictions"][0]["geo_restriction"][0]["locations"]) == AREA
    assert distribution["logging_config"][0]["prefix"] == f"cdn/{kind}/"


def test_the_cdn_serves_only_what_the_platform_signed(applied: Applied) -> None:
    client = applied.client("cloudfront", "us-east-1")
    (group,) = client.list_key_groups()["KeyGroupList"]["Items"]
    for summary in client.list_distributions()["DistributionList"]["Items"]:
        told = client.get_distribution_config(Id=summary["Id"])["DistributionConfig"]
        assert told["DefaultCacheBehavior"]["TrustedKeyGroups"]["Items"] == [group["KeyGroup"]["Id"]]


def test_the_cdn_signs_its_own_requests_to_the_buckets(applied: Applied) -> None:
    """In the configuration: moto forgets a distribution's origin access control."""
    (control,) = applied.plan.of("aws_cloudfront_origin_access_control").values()
    assert (control["signing_behavior"], control["signing_protocol"]) == ("always", "sigv4")
    platform = applied.plan["configuration"]["root_module"]["module_calls"]["platform"]["module"]
    edge = platform["module_calls"]["edge"]["module"]
    (cdn,) = [r for r in edge["resources"] if r["type"] == "aws_cloudfront_distribution"]
    for origin in cdn["expressions"]["origin"]:
        assert "aws_cloudfront_origin_access_control.this" in origin["origin_access_control_id"]["references"]
