"""Where messages, choices, addresses, webhooks and browsers are kept."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rt.contracts.notifications import Channel
from rt.kernel.core.ids import derived_id
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import PersonalLabel
from rt.kernel.storage.listing import Filter, Listing
from rt.kernel.storage.persistence import Collection, Database, Index
from rt.services.notifications.domain.address import Address, address_id
from rt.services.notifications.domain.message import Message
from rt.services.notifications.domain.preference import Preference
from rt.services.notifications.domain.webhook import Webhook
from rt.services.notifications.domain.webpush import Subscription

KEPT = timedelta(days=400)


MESSAGES = Listing(
    Message,
    {"newest": "-created_at"},
    {
        "order_id": Filter("order_id", first=True, when={"order_id": {"$gt": ""}}),
        "state": Filter("state", first=True),
        "topic": Filter("topic", first=True),
        "channel": Filter("channel", first=True),
    },
)
NOTICES = Listing(
    Message,
    {"newest": "-created_at"},
    {"user_id": Filter("user_id", first=True), "read_at": "read_at"},
    always={"channel": "in_app"},
)
UNREAD = Listing(
    Message,
    {"newest": "-created_at"},
    {"user_id": Filter("user_id", first=True)},
    always={"channel": "in_app", "read_at": None},
)
MAILBOX = Listing(
    Message,
    {"newest": "-created_at"},
    {"to": Filter("to", first=True), "channel": "channel", "topic": "topic", "order_id": "order_id"},
    everywhere=True,
)
"""Every message of the platform, where it is tried out; nobody has one in production."""


class OrderCard(Entity, kw_only=True):
    """Who takes part in an order and what it is called: learned from its events, for those that name it."""

    reference: str
    shipper_id: str
    carrier_id: str
    consignee_email: PersonalLabel


class Home(Entity, kw_only=True):
    """Where a person works, learned when they join: their account itself belongs to no organization."""

    user_id: str
    kind: str
    role: str


class ReportSeen(Entity, kw_only=True):
    """That a provider's report was heard, so that the same one again has no effect."""

    expires_at: datetime


class NotificationsStore:
    """Messages are seen by whom they are for and by the organization whose event caused them."""

    def __init__(self, database: Database) -> None:
        self.messages = Collection(
            database,
            Message,
            "messages",
            Index("due_at", everywhere=True, when={"state": "waiting"}),
            Index("created_at", everywhere=True, when={"secret": True, "forgotten": False}),
            Index("receipt", everywhere=True),
            shared=True,
            quiet=True,
            listings=(MESSAGES, NOTICES, UNREAD, MAILBOX),
        )
        self.preferences = Collection(database, Preference, "preferences", Index("user_id", "topic"))
        self.addresses = Collection(database, Address, "addresses")
        self.webhooks = Collection(database, Webhook, "webhooks", Index("-created_at"))
        self.subscriptions = Collection(database, Subscription, "subscriptions", Index("user_id"))
        self.orders = Collection(database, OrderCard, "orders", quiet=True)
        self.homes = Collection(database, Home, "homes")
        self.reports = Collection(
            database, ReportSeen, "reports", Index("expires_at", everywhere=True, expires=True)
        )

    async def waiting(self, moment: datetime, limit: int) -> list[Message]:
        """What is due and claimed by nobody, oldest first, over all organizations."""
        free = {"$or": [{"claimed_until": None}, {"claimed_until": {"$lte": moment}}]}
        where = {"state": "waiting", "due_at": {"$lte": moment}, **free}
        return await self.messages.everywhere.find(where, sort="due_at,at,seq", limit=limit)

    async def earlier_waits(self, message: Message) -> bool:
        """Whether an earlier message about the same object still waits for the same webhook."""
        earlier = {"$or": [{"at": {"$lt": message.at}}, {"at": message.at, "seq": {"$lt": message.seq}}]}
        where = {"channel": "webhook", "to": message.to, "object_id": message.object_id, "state": "waiting"}
        return await self.messages.everywhere.count({**where, **earlier}) > 0

    async def choices(self, org_id: str, user_ids: Iterable[str], topic: str) -> dict[str, list[Channel]]:
        """The channels that people chose for a topic; who is missing has chosen none."""
        ids = {preference_id(org_id, user_id, topic): user_id for user_id in user_ids}
        found = await self.preferences.everywhere.find({"id": {"$in": list(ids)}}, limit=len(ids))
        return {ids[one.id]: one.channels for one in found}

    async def address(self, address: str) -> Address | None:
        return await self.addresses.everywhere.first({"id": address_id(address)})

    async def order(self, order_id: str) -> OrderCard | None:
        return await self.orders.everywhere.first({"id": card_id(order_id)})

    async def home(self, user_id: str) -> Home | None:
        return await self.homes.everywhere.first({"id": home_id(user_id)})


def home_id(user_id: str) -> str:
    return derived_id("hom", user_id)


def card_id(order_id: str) -> str:
    return derived_id("crd", order_id)


def preference_id(org_id: str, user_id: str, topic: str) -> str:
    return derived_id("prf", org_id, user_id, topic)
