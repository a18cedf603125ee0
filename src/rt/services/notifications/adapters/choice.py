"""Which way out each channel has here: the mailbox in development, real providers where they are set up."""

from collections.abc import Awaitable, Callable

import httpx

from rt.contracts.notifications import Channel
from rt.kernel.core.settings import Settings
from rt.kernel.core.tls import tls
from rt.services.notifications.adapters.mail import Credentials, Either, Mailgun, Ses, Sms, WayOff
from rt.services.notifications.adapters.outside import Outside
from rt.services.notifications.adapters.provider import Mailbox, Provider
from rt.services.notifications.adapters.webhooks import Browsers, Webhooks
from rt.services.notifications.domain.webhook import Webhook
from rt.services.notifications.domain.webpush import PushSender, Subscription

SECONDS = 10.0


def providers(
    settings: Settings,
    outside: Outside,
    sender: PushSender,
    way_off: WayOff,
    webhook: Callable[[str], Awaitable[Webhook]],
    subscription: Callable[[str], Awaitable[Subscription]],
) -> dict[Channel, Provider]:
    """One provider for each channel; a channel without one says so on its messages."""
    found: dict[Channel, Provider] = {
        "webhook": Webhooks(outside, webhook),
        "push": Browsers(outside, sender, subscription),
    }
    http = httpx.AsyncClient(timeout=SECONDS, follow_redirects=False, verify=tls())
    mail = _mail(settings, http, way_off)
    if mail is not None:
        found["email"] = mail
    if settings.sms_api_url:
        found["sms"] = Sms(http, settings.sms_api_url, settings.sms_api_key)
    if not settings.production:
        found.setdefault("email", Mailbox())
        found.setdefault("sms", Mailbox())
    return found


def _mail(settings: Settings, http: httpx.AsyncClient, way_off: WayOff) -> Provider | None:
    domain = settings.mailgun_domain
    sender = settings.mail_from or f"RT-Technologie <ne-pas-repondre@{domain or 'rt-technologie.com'}>"
    ways: list[Provider] = []
    if settings.mailgun_api_key:
        ways.append(Mailgun(http, settings.mailgun_api_key, domain, sender, way_off))
    if settings.aws_access_key_id:
        key = Credentials(
            settings.aws_access_key_id, settings.aws_secret_access_key, settings.aws_session_token
        )
        ways.append(Ses(http, key, settings.aws_ses_region, sender, way_off))
    return Either(ways) if ways else None
