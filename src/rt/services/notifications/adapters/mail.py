"""The ways out for mail and SMS: Mailgun and AWS SES in the European Union, any SMS provider over HTTP."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

import httpx
import msgspec

from rt.kernel.core.clock import now
from rt.services.notifications.adapters.provider import NotSent, Provider
from rt.services.notifications.domain.message import Message

MAILGUN_EU = "https://api.eu.mailgun.net"
WayOff = Callable[[Message], str]
"""The address by which the reader of a message takes it no more; made when it leaves, written nowhere."""
NEVER = (400, 402, 404, 413, 422)
"""Answers that would be the same again: the message itself is refused."""


class Credentials(msgspec.Struct, frozen=True):
    """An AWS key; `session` only with temporary ones."""

    key_id: str
    secret: str
    session: str = ""


class Mailgun:
    """Mailgun's HTTP interface. It knows no idempotency key: a crash between sending and noting repeats."""

    name = "mailgun"

    def __init__(
        self,
        http: httpx.AsyncClient,
        key: str,
        domain: str,
        sender: str,
        way_off: WayOff,
        api: str = MAILGUN_EU,
    ) -> None:
        self._http = http
        self._key = key
        self._url = f"{api}/v3/{domain}/messages"
        self._sender = sender
        self._way_off = way_off

    async def send(self, message: Message) -> str:
        content = message.rendered()
        fields = {
            "from": self._sender,
            "to": message.to,
            "subject": content.subject,
            "text": content.text,
            "html": content.html,
            "v:message_id": message.id,
            "o:tracking": "no",
            "h:Message-Id": f"<{message.id}@rt-technologie.com>",
        }
        head = unsubscribing(self._way_off(message))
        fields |= {f"h:{name}": value for name, value in head.items()}
        request = self._http.build_request("POST", self._url, data=fields)
        answer = await _answer(self._http, request, auth=("api", self._key))
        return str(msgspec.json.decode(answer.content).get("id", "")).strip("<>")


class Ses:
    """AWS SES v2 (SendEmail with the raw message). It knows no idempotency key either."""

    name = "ses"

    def __init__(
        self,
        http: httpx.AsyncClient,
        key: Credentials,
        region: str,
        sender: str,
        way_off: WayOff,
        api: str = "",
    ) -> None:
        self._http = http
        self._key = key
        self._region = region
        self._url = (api or f"https://email.{region}.amazonaws.com") + "/v2/email/outbound-emails"
        self._sender = sender
        self._way_off = way_off

    async def send(self, message: Message) -> str:
        raw = as_mail(message, self._sender, self._way_off(message))
        body = msgspec.json.encode(
            {
                "Destination": {"ToAddresses": [message.to]},
                "Content": {"Raw": {"Data": raw}},
                "EmailTags": [{"Name": "message_id", "Value": message.id}],
            }
        )
        head = {"content-type": "application/json"}
        head |= signed_headers(self._key, self._region, "ses", "POST", self._url, head, body, now())
        request = self._http.build_request("POST", self._url, content=body, headers=head)
        answer = await _answer(self._http, request)
        return str(msgspec.json.decode(answer.content).get("MessageId", ""))


class Either:
    """Two mail providers: the second is asked when the first does not answer."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = providers
        self.name = providers[0].name

    async def send(self, message: Message) -> str:
        failure = NotSent("no mail provider is configured")
        for provider in self._providers:
            try:
                return await provider.send(message)
            except NotSent as error:
                if error.permanent:
                    raise
                failure = error
        raise failure


class Sms:
    """An SMS provider that takes JSON with a bearer key."""

    name = "sms"

    def __init__(self, http: httpx.AsyncClient, url: str, key: str) -> None:
        self._http = http
        self._url = url
        self._key = key

    async def send(self, message: Message) -> str:
        fields = {"to": message.to, "text": short(message), "reference": message.id}
        head = {"authorization": f"Bearer {self._key}", "idempotency-key": message.id}
        request = self._http.build_request("POST", self._url, json=fields, headers=head)
        answer = await _answer(self._http, request)
        return str(answer.headers.get("x-message-id", ""))


def short(message: Message) -> str:
    """A text message: the first lines without the mail's signature, at most 300 characters."""
    lines = message.rendered().text.partition("\n\n-- \n")[0].split("\n\n")
    return " ".join(lines)[:300]


def unsubscribing(url: str) -> Mapping[str, str]:
    """One-click unsubscribe (RFC 2369, 8058), where the mail is not mandatory."""
    if not url:
        return {}
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def as_mail(message: Message, sender: str, unsubscribe_url: str = "") -> bytes:
    """The message as RFC 5322 has it; a line break in a header raises instead of adding one (S-23)."""
    content = message.rendered()
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = message.to
    mail["Subject"] = content.subject
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.id}@rt-technologie.com>"
    for name, value in unsubscribing(unsubscribe_url).items():
        mail[name] = value
    mail.set_content(content.text)
    mail.add_alternative(content.html, subtype="html")
    return mail.as_bytes()


def signed_headers(
    key: Credentials,
    region: str,
    service: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    moment: datetime,
) -> dict[str, str]:
    """AWS Signature Version 4 for a request without a query (AWS General Reference, “Signing”)."""
    parts = urlsplit(url)
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    own = {
        "host": parts.netloc,
        "x-amz-date": stamp,
        **({"x-amz-security-token": key.session} if key.session else {}),
    }
    everything = {name.lower(): value.strip() for name, value in {**headers, **own}.items()}
    names = ";".join(sorted(everything))
    canonical = "\n".join(
        [
            method,
            parts.path or "/",
            "",
            *(f"{name}:{everything[name]}" for name in sorted(everything)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    secret = f"AWS4{key.secret}".encode()
    for part in scope.split("/"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    proof = hmac.new(secret, to_sign.encode(), hashlib.sha256).hexdigest()
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={key.key_id}/{scope}, SignedHeaders={names}, Signature={proof}"
    )
    return {**own, "authorization": authorization}


async def _answer(
    http: httpx.AsyncClient, request: httpx.Request, auth: tuple[str, str] | None = None
) -> httpx.Response:
    """The good answer, or NotSent with what was wrong."""
    try:
        answer = await http.send(request, auth=auth)
    except httpx.HTTPError as error:
        raise NotSent(f"{type(error).__name__}: {error}") from error
    if answer.is_success:
        return answer
    raise NotSent(f"HTTP {answer.status_code}", permanent=answer.status_code in NEVER)
