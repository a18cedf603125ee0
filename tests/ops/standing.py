"""Production as Terraform and a first deployment leave it, made by hand in an imitated account."""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rt.host.topology import DOMAIN, HEALTH_CHECK, PORTALS, UNITS, secret_boxes
from rt.ops.doctor.machines import ALARMS
from rt.ops.doctor.network import KINDS, ROLES, SUBNETS
from rt.ops.doctor.place import CDN_REGION

PREFIX, REGION = "rt-prod", "eu-west-3"
VERSION = "0.1.0+202611221200.abcdef0"
APP = {
    "JWT_SECRET": "k3J9-zQ7w_Xv1Lr8Tn5Yb2Hs6Dm4Pc0Ge",
    "MONGODB_URI": "mongodb+srv://rt-production.a1b2c.mongodb.net/?authMechanism=MONGODB-AWS",
    "MONGODB_KEYS_URI": "mongodb+srv://rt-production-keys.a1b2c.mongodb.net/?authMechanism=MONGODB-AWS",
    "MAILGUN_API_KEY": "key-8f3b6c1d9e",
}
IMAGE = "ami-12c6146b"
SETTINGS = {"AWS_REGION": REGION, "AWS_SES_REGION": "eu-west-1", "SECURITY_ENFORCE": "true"}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
MAY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
)


@lru_cache
def put(kind: Any, region: str = REGION) -> Any:
    return boto3.client(kind, region_name=region)


def build(at: datetime, settings: dict[str, str] = SETTINGS, app: dict[str, str] = APP) -> None:
    """Everything that the checklist looks for in AWS."""
    vpc, subnets = network()
    groups = doors(vpc)
    start_machines(subnets, groups["backend"], settings)
    balance(vpc, subnets, groups["alb"])
    keep(app)
    name_and_prove()
    watch(at)


def network() -> tuple[str, dict[str, str]]:
    ec2 = put("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": f"vpc-{PREFIX}"}])
    subnets = {}
    for nth, name in enumerate(SUBNETS):
        zone = f"{REGION}{name[-1]}"
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{nth}.0/24", AvailabilityZone=zone)
        subnets[name] = made["Subnet"]["SubnetId"]
        ec2.create_tags(Resources=[subnets[name]], Tags=[{"Key": "Name", "Value": f"{PREFIX}-{name}"}])
    return vpc, subnets


def doors(vpc: str) -> dict[str, str]:
    ec2 = put("ec2")
    groups = {
        name: ec2.create_security_group(GroupName=f"{PREFIX}-{name}", Description=name, VpcId=vpc)["GroupId"]
        for name in ("alb", "backend", "rds", "bastion")
    }
    let_in(groups["alb"], "0.0.0.0/0", 443)
    return groups


def let_in(group: str, cidr: str, port: int) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    ranges = {"Ipv6Ranges": [{"CidrIpv6": cidr}]} if ":" in cidr else {"IpRanges": [{"CidrIp": cidr}]}
    put("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[rule | ranges])


def group_id(name: str) -> str:
    wanted = [{"Name": "group-name", "Values": [f"{PREFIX}-{name}"]}]
    return str(put("ec2").describe_security_groups(Filters=wanted)["SecurityGroups"][0]["GroupId"])


def first_start(settings: dict[str, str]) -> str:
    lines = "".join(f'{name}="{value}"\n' for name, value in settings.items())
    text = f"#!/bin/bash\ncat >/etc/rt/settings.env <<'SETTINGS'\n{lines}SETTINGS\nrt-machine health\n"
    return base64.b64encode(gzip.compress(text.encode())).decode()


def start_machines(subnets: dict[str, str], group: str, settings: dict[str, str]) -> None:
    shape = {
        "ImageId": IMAGE,
        "InstanceType": "t3.medium",
        "UserData": first_start(settings),
        "SecurityGroupIds": [group],
    }
    put("ec2").create_launch_template(LaunchTemplateName=f"{PREFIX}-backend", LaunchTemplateData=shape)
    scaling = put("autoscaling")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=f"{PREFIX}-backend",
        LaunchTemplate={"LaunchTemplateName": f"{PREFIX}-backend", "Version": "$Latest"},
        MinSize=2,
        MaxSize=10,
        DesiredCapacity=2,
        VPCZoneIdentifier=f"{subnets['private-a']},{subnets['private-b']}",
    )
    scaling.put_scaling_policy(
        AutoScalingGroupName=f"{PREFIX}-backend",
        PolicyName=f"{PREFIX}-scale-out",
        PolicyType="SimpleScaling",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=1,
    )


def balance(vpc: str, subnets: dict[str, str], group: str) -> None:
    client = put("elbv2")
    public = [subnets["public-a"], subnets["public-b"]]
    made = client.create_load_balancer(Name=PREFIX, Subnets=public, SecurityGroups=[group])
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    for port in (80, 443):
        client.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=port, DefaultActions=[answer])
    groups = put("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    targets = [{"Id": one["InstanceId"]} for one in groups[0]["Instances"]]
    for row in UNITS:
        target = client.create_target_group(
            Name=f"{PREFIX}-{row.name}",
            Protocol="HTTP",
            Port=row.port,
            VpcId=vpc,
            HealthCheckPath=HEALTH_CHECK.path,
            HealthCheckIntervalSeconds=HEALTH_CHECK.interval,
            HealthCheckTimeoutSeconds=HEALTH_CHECK.timeout,
            HealthyThresholdCount=HEALTH_CHECK.healthy,
            UnhealthyThresholdCount=HEALTH_CHECK.unhealthy,
        )["TargetGroups"][0]["TargetGroupArn"]
        client.register_targets(TargetGroupArn=target, Targets=targets)


def keep(app: dict[str, str]) -> None:
    """Buckets, roles, secrets, the release."""
    for kind in KINDS:
        place = {"LocationConstraint": REGION}
        put("s3").create_bucket(Bucket=f"{PREFIX}-{kind}", CreateBucketConfiguration=place)
    for file in ("release.json", "release.json.sig"):
        put("s3").put_object(Bucket=f"{PREFIX}-releases", Key=f"releases/{VERSION}/{file}", Body=b"{}")
    put("ssm").put_parameter(Name=f"/{PREFIX}/release", Value=VERSION, Type="String")
    for role in ROLES:
        put("iam").create_role(RoleName=f"{PREFIX}-{role}", AssumeRolePolicyDocument=TRUST)
        put("iam").put_role_policy(RoleName=f"{PREFIX}-{role}", PolicyName="its-work", PolicyDocument=MAY)
    keys = {f"{row.package}.jwk": "{}" for row in UNITS} | {"public.jwks": "{}"}
    boxes = {box: {name: app[name] for name in names if name in app} for box, names in secret_boxes().items()}
    for name, held in (boxes | {"keys": keys}).items():
        put("secretsmanager").create_secret(Name=f"{PREFIX}/{name}", SecretString=json.dumps(held))


def name_and_prove() -> None:
    zone = put("route53").create_hosted_zone(Name=DOMAIN, CallerReference="one")["HostedZone"]["Id"]
    hosts = [f"{name}.{DOMAIN}" for name in ("api", "auth", "cdn-docs", "cdn-img", *(r.name for r in UNITS))]
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": host,
                "Type": "CNAME",
                "TTL": 60,
                "ResourceRecords": [{"Value": "there.example"}],
            },
        }
        for host in (*hosts, *(row.host for row in PORTALS))
    ]
    put("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    for region in (REGION, CDN_REGION):
        put("acm", region).import_certificate(**certificate())


def certificate() -> dict[str, bytes]:
    """One for every name below the domain, issued (moto leaves those it is asked for waiting)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"*.{DOMAIN}")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    return {
        "Certificate": made.public_bytes(serialization.Encoding.PEM),
        "PrivateKey": key.private_bytes(serialization.Encoding.PEM, form, plain),
    }


def watch(at: datetime) -> None:
    for name in ("/aws/ec2/rt-backend", "/aws/alb/rt-production", "/aws/rds/rt-production"):
        put("logs").create_log_group(logGroupName=name)
        put("logs").put_retention_policy(logGroupName=name, retentionInDays=365)
    for topic in ("email", "pagerduty"):
        arn = put("sns").create_topic(Name=f"{PREFIX}-{topic}")["TopicArn"]
        put("sns").subscribe(TopicArn=arn, Protocol="email", Endpoint=f"{topic}@{DOMAIN}")
    for name in ALARMS:
        put("cloudwatch").put_metric_alarm(
            AlarmName=f"{PREFIX}-{name}",
            Namespace="AWS/EC2",
            MetricName="CPUUtilization",
            Statistic="Average",
            Period=300,
            EvaluationPeriods=1,
            Threshold=80,
            ComparisonOperator="GreaterThanThreshold",
        )
    put("cloudwatch").put_dashboard(DashboardName=PREFIX, DashboardBody="{}")
    point = {"MetricName": "MainJobOk", "Value": 1, "Timestamp": at - timedelta(minutes=3)}
    put("cloudwatch").put_metric_data(Namespace="RT/Watch", MetricData=[point])
