"""What stands in the AWS account: the network, who may enter it, buckets, roles, names, certificates."""

from botocore.exceptions import ClientError

from rt.host.topology import DOMAIN, PORTALS, UNITS
from rt.ops.doctor.findings import Check, Finding, done, lacking, missing, unknown
from rt.ops.doctor.place import CDN_REGION, Place, absent

WORLD = ("0.0.0.0/0", "::/0")
KINDS = ("documents", "images", "backups", "releases", "logs")
ROLES = ("EC2-Backend-Role", "Github-Actions-Role", "Monitoring-Role")
GROUPS = ("alb", "backend", "rds", "bastion")
SUBNETS = ("public-a", "public-b", "private-a", "private-b")
REGISTRAR = (
    "whoever bought the name, at its registrar (dig NS rt-technologie.com shows whether it is delegated)"
)


class Network:
    """Checks of what is made once by Terraform."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def checks(self) -> dict[str, Check]:
        return {
            "account": self.account,
            "domain": self.domain,
            "dns": self.dns,
            "certificates": self.certificates,
            "network": self.network,
            "security_groups": self.security_groups,
            "buckets": self.buckets,
            "roles": self.roles,
            "portal_dns": self.portal_dns,
        }

    def account(self) -> Finding:
        return done(f"AWS account {self.place.account}")

    def domain(self) -> Finding:
        names = {
            row["DomainName"]
            for row in self.place.all("route53domains", "list_domains", "Domains", CDN_REGION)
        }
        if DOMAIN in names:
            return done(f"{DOMAIN} is registered in this account")
        return unknown(f"{DOMAIN} is not registered through this account; it may be elsewhere", REGISTRAR)

    def dns(self) -> Finding:
        suffix = "" if self.place.environment == "production" else f"-{self.place.environment}"
        hosts = ["api", "auth", "cdn-docs", "cdn-img", *(row.name for row in UNITS)]
        wanted = [f"{host}{suffix}.{DOMAIN}" for host in hosts]
        return lacking(wanted, self._records(), "names in the zone", self.place.apply)

    def portal_dns(self) -> Finding:
        return lacking(
            [row.host for row in PORTALS], self._records(), "portals' names in the zone", self.place.apply
        )

    def certificates(self) -> Finding:
        lacks = []
        for region in (self.place.region, CDN_REGION):
            rows = self.place.all("acm", "list_certificates", "CertificateSummaryList", region)
            issued = {row["DomainName"] for row in rows if row.get("Status", "ISSUED") == "ISSUED"}
            if f"*.{DOMAIN}" not in issued:
                lacks.append(region)
        if lacks:
            return missing(f"no issued certificate for *.{DOMAIN} in {', '.join(lacks)}", self.place.apply)
        return done(f"*.{DOMAIN} issued in {self.place.region} and {CDN_REGION}")

    def network(self) -> Finding:
        if not self.place.vpc:
            return missing(f"no network vpc-{self.place.prefix}", self.place.apply)
        rows = list(self.place.all("ec2", "describe_subnets", "Subnets", Filters=self._here()))
        names = {tag["Value"] for row in rows for tag in row.get("Tags", ()) if tag["Key"] == "Name"}
        wanted = [f"{self.place.prefix}-{name}" for name in SUBNETS]
        if len({row["AvailabilityZone"] for row in rows}) < 2:
            return missing("the subnets do not stand in two zones", self.place.apply)
        return lacking(wanted, names, "subnets", self.place.apply)

    def security_groups(self) -> Finding:
        if not self.place.vpc:
            return missing(f"no network vpc-{self.place.prefix}", self.place.apply)
        if opened := self.open_groups():
            return missing(f"open to the world: {', '.join(opened)}", self.place.apply)
        rows = self.place.all("ec2", "describe_security_groups", "SecurityGroups", Filters=self._here())
        wanted = [f"{self.place.prefix}-{name}" for name in GROUPS]
        return lacking(wanted, {row["GroupName"] for row in rows}, "security groups", self.place.apply)

    def open_groups(self) -> list[str]:
        """Security groups of the network, but for the load balancer's, that let the whole world in."""
        if not self.place.vpc:
            return []
        opened = []
        for row in self.place.all("ec2", "describe_security_groups", "SecurityGroups", Filters=self._here()):
            if row["GroupName"] == f"{self.place.prefix}-alb":
                continue
            ranges = [
                one.get("CidrIp") or one.get("CidrIpv6")
                for rule in row["IpPermissions"]
                for one in (*rule.get("IpRanges", ()), *rule.get("Ipv6Ranges", ()))
            ]
            if not frozenset(WORLD).isdisjoint(ranges):
                opened.append(str(row["GroupName"]))
        return opened

    def buckets(self) -> Finding:
        found = set()
        for kind in KINDS:
            try:
                self.place.client("s3").head_bucket(Bucket=f"{self.place.prefix}-{kind}")
            except ClientError as error:
                if not absent(error):
                    raise
            else:
                found.add(f"{self.place.prefix}-{kind}")
        return lacking([f"{self.place.prefix}-{kind}" for kind in KINDS], found, "buckets", self.place.apply)

    def roles(self) -> Finding:
        found = set()
        for role in (f"{self.place.prefix}-{name}" for name in ROLES):
            try:
                if self.place.client("iam").list_role_policies(RoleName=role)["PolicyNames"]:
                    found.add(role)
            except ClientError as error:
                if not absent(error):
                    raise
        wanted = [f"{self.place.prefix}-{name}" for name in ROLES]
        return lacking(wanted, found, "roles with their policies", self.place.apply)

    def _here(self) -> list[dict[str, object]]:
        return [{"Name": "vpc-id", "Values": [self.place.vpc]}]

    def _records(self) -> set[str]:
        zones = self.place.all("route53", "list_hosted_zones", "HostedZones")
        found: set[str] = set()
        for zone in zones:
            if zone["Name"] == f"{DOMAIN}." and not zone["Config"].get("PrivateZone"):
                rows = self.place.all(
                    "route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"]
                )
                found |= {row["Name"].rstrip(".") for row in rows}
        return found
