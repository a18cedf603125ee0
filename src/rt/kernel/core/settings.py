"""What the environment says, read once; a missing or weak value is named at the start."""

import os
import socket
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

import msgspec

WEAK_SECRETS = frozenset({"", "secret", "changeme", "change-me", "password", "jwt_secret", "default"})
EU_REGIONS = ("eu-west-1", "eu-west-3", "eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2")
"""AWS regions inside the European Union: London (eu-west-2) and Zurich (eu-central-2) are not."""


SECRETS: Mapping[str, str] = {
    "JWT_SECRET": "jwt_secret",
    "MONGODB_URI": "mongodb_uri",
    "MONGODB_KEYS_URI": "mongodb_keys_uri",
    "ADMIN_PASSWORD": "admin_password",
    "CDN_PRIVATE_KEY": "cdn_private_key",
    "MAILGUN_API_KEY": "mailgun_api_key",
    "MAILGUN_WEBHOOK_SIGNING_KEY": "mailgun_webhook_key",
    "SMS_API_KEY": "sms_api_key",
    "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    "AWS_SESSION_TOKEN": "aws_session_token",
}
"""The variables that are secret, each with its field: which unit needs which, the topology says."""

Environment = Literal["development", "staging", "production"]


class SettingRefused(SystemExit):
    """A setting that the process refuses to start with."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one process, under the specification's variable names.

    `mongodb_keys_uri` is the server on which the keys of personal values are: "" is that of everything else.
    `host` is the address to listen on; `keys` the folder of the units' keys where they are given instead of
    made; `unit_urls` says by package where units are that are not on this machine (`AUTHZ_URL` …).
    """

    environment: Environment = "development"
    mongodb_uri: str = ""
    mongodb_keys_uri: str = ""
    mongodb_db: str = "rt-development"
    home: Path = Path(".rt")
    host: str = "127.0.0.1"
    keys: Path | None = None
    unit_urls: Mapping[str, str] = {}
    jwt_secret: str = ""
    security_enforce: bool = True
    aws_region: str = "eu-west-3"
    aws_ses_region: str = "eu-west-1"
    documents_bucket: str = ""
    images_bucket: str = ""
    cdn_docs_url: str = ""
    cdn_images_url: str = ""
    cdn_key_id: str = ""
    cdn_private_key: str = ""
    mailgun_api_key: str = ""
    mailgun_domain: str = ""
    mailgun_webhook_key: str = ""
    mail_from: str = ""
    aws_access_key_id: str = ""
    aws_secret_access_key: str = ""
    aws_session_token: str = ""
    sms_api_url: str = ""
    sms_api_key: str = ""
    admin_email: str = ""
    admin_password: str = ""
    public_url: str = "http://localhost:8080"
    cors_allow_origin: tuple[str, ...] = ()
    bcrypt_rounds: int = 12
    user_limit: int = 100
    ip_limit: int = 1000
    log_level: str = "info"
    instance: str = "one"
    trusted_proxies: int = 0
    otlp_endpoint: str = ""
    embedded_metrics: bool = False

    def with_only(self, names: Collection[str]) -> "Settings":
        """The same without the secrets that are not among these (by their variables)."""
        left_out = {field: "" for name, field in SECRETS.items() if name not in names}
        return msgspec.structs.replace(self, **left_out)

    @property
    def production(self) -> bool:
        return self.environment == "production"


def read(environ: Mapping[str, str] = os.environ, needs: Collection[str] = tuple(SECRETS)) -> Settings:
    """Settings from the environment; SettingRefused names what production lacks or has too weak.

    `needs` are the secret variables that this process is to know: what else it was given, it forgets.
    """
    environment = environ.get("RT_ENV") or environ.get("NODE_ENV") or "development"
    try:
        checked = msgspec.convert(environment, Environment)
    except msgspec.ValidationError as error:
        raise SettingRefused(
            f"RT_ENV must be development, staging or production, not {environment!r}"
        ) from error
    settings = Settings(
        environment=checked,
        mongodb_uri=environ.get("MONGODB_URI", ""),
        mongodb_keys_uri=environ.get("MONGODB_KEYS_URI", ""),
        mongodb_db=environ.get("MONGODB_DB", f"rt-{environment}"),
        home=Path(environ.get("RT_DATA", ".rt")),
        host=environ.get("RT_HOST", "127.0.0.1"),
        keys=Path(environ["RT_KEYS"]) if environ.get("RT_KEYS") else None,
        unit_urls={
            name.removesuffix("_URL").lower(): url for name, url in environ.items() if name.endswith("_URL")
        },
        jwt_secret=environ.get("JWT_SECRET", ""),
        security_enforce=environ.get("SECURITY_ENFORCE", "true").lower() != "false",
        aws_region=environ.get("AWS_REGION", "eu-west-3"),
        aws_ses_region=environ.get("AWS_SES_REGION", "eu-west-1"),
        documents_bucket=environ.get("AWS_S3_BUCKET_DOCS", ""),
        images_bucket=environ.get("AWS_S3_BUCKET_IMAGES", ""),
        cdn_docs_url=environ.get("CDN_DOCS_URL", ""),
        cdn_images_url=environ.get("CDN_IMAGES_URL", ""),
        cdn_key_id=environ.get("CDN_KEY_ID", ""),
        cdn_private_key=environ.get("CDN_PRIVATE_KEY", "").replace("\\n", "\n"),
        mailgun_api_key=environ.get("MAILGUN_API_KEY", ""),
        mailgun_domain=environ.get("MAILGUN_DOMAIN", ""),
        mailgun_webhook_key=environ.get("MAILGUN_WEBHOOK_SIGNING_KEY", ""),
        mail_from=environ.get("MAIL_FROM", ""),
        aws_access_key_id=environ.get("AWS_ACCESS_KEY_ID", ""),
        aws_secret_access_key=environ.get("AWS_SECRET_ACCESS_KEY", ""),
        aws_session_token=environ.get("AWS_SESSION_TOKEN", ""),
        sms_api_url=environ.get("SMS_API_URL", ""),
        sms_api_key=environ.get("SMS_API_KEY", ""),
        admin_email=environ.get("ADMIN_EMAIL", ""),
        admin_password=environ.get("ADMIN_PASSWORD", ""),
        public_url=environ.get("PUBLIC_API_URL", "http://localhost:8080"),
        cors_allow_origin=tuple(
            o.strip() for o in environ.get("CORS_ALLOW_ORIGIN", "").split(",") if o.strip()
        ),
        user_limit=int(environ.get("RT_USER_LIMIT", "100")),
        ip_limit=int(environ.get("RT_IP_LIMIT", "1000")),
        log_level=environ.get("RT_LOG", "info"),
        instance=environ.get("RT_INSTANCE", socket.gethostname()),
        trusted_proxies=int(environ.get("RT_TRUSTED_PROXIES", "0")),
        otlp_endpoint=environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        embedded_metrics=environ.get("RT_METRICS") == "emf",
    )
    settings = settings.with_only(needs)
    faults = weaknesses(settings, needs)
    if faults:
        raise SettingRefused("refusing to start:\n  " + "\n  ".join(faults))
    return settings


def weaknesses(settings: Settings, needs: Collection[str] = tuple(SECRETS)) -> list[str]:
    """What production and staging must not start with, each named by its variable."""
    if settings.environment == "development":
        return []
    faults = []
    weak = len(settings.jwt_secret) < 32 or settings.jwt_secret.lower() in WEAK_SECRETS
    if weak and "JWT_SECRET" in needs:
        faults.append("JWT_SECRET must hold at least 32 bytes of randomness")
    if not settings.security_enforce:
        faults.append("SECURITY_ENFORCE cannot be false in production")
    if not settings.mongodb_uri:
        faults.append("MONGODB_URI is missing")
    if settings.production and "MONGODB_KEYS_URI" in needs:
        if not settings.mongodb_keys_uri:
            faults.append("MONGODB_KEYS_URI is missing: backups of keys end sooner than those of the data")
        elif settings.mongodb_keys_uri == settings.mongodb_uri:
            faults.append("MONGODB_KEYS_URI is MONGODB_URI: keys and data would lie in the same backups")
    for name, region in (("AWS_REGION", settings.aws_region), ("AWS_SES_REGION", settings.aws_ses_region)):
        if region not in EU_REGIONS:
            faults.append(f"{name}={region} is outside the European Union")
    if any(not origin.startswith("https://") for origin in settings.cors_allow_origin):
        faults.append("CORS_ALLOW_ORIGIN must list https origins only")
    return faults
