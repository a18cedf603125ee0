"""Webhooks of an organization: which events go where, signed as Standard Webhooks says."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from rt.contracts.notifications import WebhookView
from rt.kernel.core.errors import Conflict, Invalid
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import EVENTS, SEALED, Personal

SECRET_BYTES = 32
PREFIX = "whsec_"
WEBHOOKS_AT_MOST = 50
UNPUBLISHED = frozenset(
    {
        *("core_orders.leg.moved", "ecpmr.code.requested", "ecpmr.link.sent"),
        "tracking_ia.follow_link.made",
    }
)
PUBLISHED = ("core_orders.", "planning.", "ecpmr.", "tracking_ia.", "palette.")
OWNER_ONLY = frozenset({"core_orders.order.confirmed", "core_orders.order.tendered"})
"""Facts that the named partners do not know of yet, or hear of in another way."""
OFFERS = frozenset({"core_orders.tender.refused", "core_orders.tender.lapsed"})
"""What passes between an order's owner and whom it asked: the others do not know of offers."""
CHANGES = frozenset({"core_orders.change.requested", "core_orders.change.closed"})
AMENDED = "core_orders.order.amended"
DEAL = ("owner_id", "carrier_id")
CHAIN = ("parents", "legs")
LEGS = ("leg_id", "from_leg_id", "to_leg_id")
SENDING = ("owner_id", "client_id", "shipper_id")
"""Those on whose side an order is sent: they alone know its client."""
PARTIES = (*SENDING, "supplier_id", "carrier_id", "consignee_id", "partner_id", "debtor_id", "creditor_id")


class TooManyWebhooks(Conflict):
    fr = "Votre organisation a déjà {limit} webhooks."
    en = "Your organization already has {limit} webhooks."


class TopicNotPublished(Invalid):
    fr = "L'évènement « {topic} » ne s'envoie pas par webhook."
    en = "The event “{topic}” is not sent by webhook."


class Webhook(Entity, kw_only=True):
    """An address and the topics it hears; the newest secret signs first, the former one too."""

    url: Personal
    topics: list[str]
    secrets: Annotated[list[str], SEALED]
    active: bool = True
    failing_since: datetime | None = None

    def hears(self, topic: str) -> bool:
        """A topic named whole, or everything below a part of its name ("core_orders.order")."""
        return self.active and any(topic == one or topic.startswith(one + ".") for one in self.topics)

    def rotate(self, secret: str) -> None:
        self.secrets = [secret, *self.secrets[:1]]

    def went(self) -> None:
        self.failing_since = None

    def failed(self, moment: datetime) -> None:
        self.failing_since = self.failing_since or moment

    def view(self, fresh: str) -> WebhookView:
        """A secret is shown by the very request that made it; the same said again shows none."""
        return WebhookView(
            webhook_id=self.id,
            url=self.url,
            topics=self.topics,
            active=self.active,
            secrets=[fresh] if fresh in self.secrets else [],
            failing_since=self.failing_since,
            version=self.version,
        )


def fresh_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def check_topics(topics: Sequence[str]) -> list[str]:
    """Only what is published outside can be asked for."""
    for topic in topics:
        if not published(topic + "."):
            raise TopicNotPublished(field="topics", topic=topic)
    return list(dict.fromkeys(topics))


def published(topic: str) -> bool:
    """Whether an event goes to webhooks at all; a change that tells nothing does not."""
    plain = topic.rstrip(".")
    return topic.startswith(PUBLISHED) and plain not in UNPUBLISHED and not plain.endswith(".changed")


def published_topics() -> list[str]:
    """Every topic that webhooks may ask for."""
    return sorted(topic for topic in EVENTS if published(topic))


def concerned(topic: str, owner: str, body: Mapping[str, Any]) -> list[str]:
    """The organizations whose webhooks may hear an event: its owner, and the partners it names."""
    found = [owner]
    if topic in OWNER_ONLY or body.get("shared") is False:
        return found
    parties = _between(topic, body) or (DEAL if (body.get("order") or {}).get("parents") else PARTIES)
    for part in (body, body.get("order") or {}):
        found += [str(part[name]) for name in parties if part.get(name)]
    return list(dict.fromkeys(found))


def _between(topic: str, body: Mapping[str, Any]) -> list[str]:
    """Between whom an offer or a change stands that the order's other parties do not hear of."""
    if topic in OFFERS:
        return [*DEAL]
    if topic in CHANGES:
        return [f"{role}_id" for role in ("owner", body["asked_by"], *body["asked_of"])]
    if topic == AMENDED and body["parts"] == ["price"]:
        return [f"{role}_id" for role in ("owner", *body.get("between", ()))]
    return []


def shown(body: Mapping[str, Any], hidden: Collection[str], reader: str) -> dict[str, Any]:
    """An event's body as an organization may read it: without secret fields and mail addresses."""
    if order := body.get("order"):
        if "parts" in body and reader not in (order.get(f"{role}_id") for role in body.get("between", ())):
            body = {**body, "parts": [one for one in body["parts"] if one != "price"]}
        body = {**body, "order": _order(order, reader)}
    hidden = {*hidden, *LEGS}
    return {name: _plain(value) for name, value in body.items() if name not in hidden and not _mail(name)}


def _order(order: Mapping[str, Any], reader: str) -> dict[str, Any]:
    """As core_orders shows it: the client to its side alone, the goods' value to the carrier too.

    A carrier that is only asked is known to the owner and itself. What an order is a leg of, and what it is
    given on in, nobody is told this way: legs are told of as orders of their own.
    """
    order = {name: value for name, value in order.items() if name not in CHAIN}
    if order.get("offered") and reader not in (order.get(name) for name in DEAL):
        order = {**order, "carrier_id": None, "carrier_name": ""}
    if reader in (order.get(name) for name in SENDING):
        return dict(order)
    left = {name: value for name, value in order.items() if name not in ("client_id", "client_name")}
    if reader != order.get("carrier_id"):
        left["goods"] = [{**line, "value_cents": None} for line in order.get("goods", [])]
    return left


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if not _mail(name)}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _mail(name: str) -> bool:
    """Addresses are for the templates that we write ourselves."""
    return name == "email" or name.endswith("_email")


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One `v1` signature over id, time and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(keys: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one try; every live secret signs, so that a receiver may change over at leisure."""
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, message_id, timestamp, body) for key in keys),
    }
