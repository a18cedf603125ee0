"""Names: all of the topology's, mail's and nobody else's."""

import pytest
from tests.infra.cloud import Applied

from rt.host.topology import DOMAIN, PORTALS, UNITS

pytestmark = [pytest.mark.xdist_group("infra")]

Records = dict[tuple[str, str], list[str]]


@pytest.fixture(scope="module")
def records(applied: Applied) -> Records:
    """(Name, type) to values; an alias's value is where it leads."""
    route53 = applied.client("route53")
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    assert zone["Name"] == f"{DOMAIN}."
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone["Id"])
    return {
        (record["Name"].removesuffix("."), record["Type"]): (
            [record["AliasTarget"]["DNSName"].removesuffix(".")]
            if "AliasTarget" in record
            else [value["Value"] for value in record["ResourceRecords"]]
        )
        for page in pages
        for record in page["ResourceRecordSets"]
    }


def test_the_api_auth_and_every_service_lead_to_the_load_balancer(applied: Applied, records: Records) -> None:
    (balancer,) = applied.client("elbv2").describe_load_balancers()["LoadBalancers"]
    for name in ("api", "auth", *(unit.name for unit in UNITS)):
        assert records[f"{name}.{DOMAIN}", "A"] == [balancer["DNSName"]]


def test_every_portal_leads_to_vercel(records: Records) -> None:
    named = {name for (name, kind), _ in records.items() if kind == "CNAME" and "_domainkey" not in name}
    assert {portal.host for portal in PORTALS} == {name for name in named if not name.startswith("_")}
    assert all(records[portal.host, "CNAME"] == ["cname.vercel-dns.com"] for portal in PORTALS)


def test_files_lead_to_their_distribution(applied: Applied, records: Records) -> None:
    told = applied.client("cloudfront", "us-east-1").list_distributions()["DistributionList"]["Items"]
    led = {alias: d["DomainName"] for d in told for alias in d["Aliases"]["Items"]}
    assert led.keys() == {f"cdn-docs.{DOMAIN}", f"cdn-img.{DOMAIN}"}
    assert {alias: records[alias, "A"][0] for alias in led} == led


def test_mail_is_received_in_the_union_and_its_senders_are_named(records: Records) -> None:
    assert records[DOMAIN, "MX"] == ["10 mxa.eu.mailgun.org", "10 mxb.eu.mailgun.org"]
    assert records[f"_dmarc.{DOMAIN}", "TXT"] == ['"v=DMARC1; p=quarantine"']
    for sender in (DOMAIN, f"mg.{DOMAIN}"):
        assert records[sender, "TXT"] == ['"v=spf1 include:eu.mailgun.org include:amazonses.com ~all"']
    assert records[f"default._domainkey.{DOMAIN}", "TXT"][0].startswith('"k=rsa; p=')


def test_a_long_key_is_several_strings_of_at_most_255(records: Records) -> None:
    parts = records[f"default._domainkey.{DOMAIN}", "TXT"][0].strip('"').split('""')
    assert len(parts) > 1
    assert max(map(len, parts)) <= 255


def test_only_amazon_and_let_s_encrypt_may_issue_certificates(records: Records) -> None:
    issuers = {value.split('"')[1] for value in records[DOMAIN, "CAA"] if " issue " in value}
    assert issuers == {"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com", "letsencrypt.org"}
    assert '0 iodef "mailto:security@rt-technologie.com"' in records[DOMAIN, "CAA"]


def test_no_other_name_leads_to_the_platform(records: Records) -> None:
    found = {name.removesuffix(f".{DOMAIN}") for name, kind in records if kind == "A"}
    assert found == {"api", "auth", "cdn-docs", "cdn-img", *(unit.name for unit in UNITS)}
