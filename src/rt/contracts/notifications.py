"""What notifications can be asked and what it emits: messages sent, preferences, webhooks, the mailbox."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.kernel.model.messages import (
    OPEN,
    SELF,
    Command,
    Cursor,
    Empty,
    Event,
    Personal,
    Query,
    SearchText,
    View,
)
from rt.trade.references import MessageId, OrderId, WebhookId

Channel = Literal["in_app", "email", "sms", "push", "webhook"]
MessageState = Literal["waiting", "sent", "delivered", "bounced", "dead", "muted"]
MOST_COUNTED = 100
Limit = Annotated[int, Meta(ge=1, le=200)]
Topic = Annotated[str, Meta(pattern="^[a-z_]+(\\.[a-z_]+){1,2}$", max_length=80)]


class MessageView(View):
    """One message as it left, or as it will; `text` and `html` only where the reader may see the content."""

    message_id: str
    topic: str
    channel: Channel
    to: str
    subject: str
    text: str
    html: str
    links: list[str]
    language: str
    state: MessageState
    provider: str
    tries: int
    error: str
    object_id: str
    order_id: str
    at: datetime
    sent_at: datetime | None
    read_at: datetime | None = None
    trace: str = ""


class MessagesPage(View):
    """Messages, newest first; `next` is empty on the last page."""

    items: list[MessageView]
    next: str = ""


class FindMessages(Query[MessagesPage], route="/api/notifications/messages", needs="notifications.read"):
    """Messages of the own organization, for the timeline of an order; addresses and content are masked."""

    order_id: OrderId = ""
    state: MessageState | None = None
    channel: Channel | None = None
    topic: SearchText = ""
    after: Cursor = ""
    limit: Limit = 50


class ReadMailbox(Query[MessagesPage], route="/api/notifications/mailbox", needs="notifications.admin"):
    """Every message of every organization with its content: 404 in production."""

    to: Annotated[str, Meta(max_length=254)] = ""
    channel: Channel | None = None
    topic: SearchText = ""
    order_id: OrderId = ""
    after: Cursor = ""
    limit: Limit = 50


class ReplayMessage(
    Command[MessageView], route="/api/notifications/messages/{message_id}/replay", needs="notifications.admin"
):
    """Send a dead or bounced message again."""

    message_id: MessageId


class MyNotices(Query[MessagesPage], route="/api/notifications/notices", needs=SELF):
    """What the platform tells the person who asks, in the portal."""

    unread: bool | None = None
    after: Cursor = ""
    limit: Limit = 50


class NoticesCountView(View):
    """How many notices somebody has not read; MOST_COUNTED stands for as many or more."""

    unread: int


class CountNotices(Query[NoticesCountView], route="/api/notifications/notices/count", needs=SELF):
    """How many notices the person who asks has not read."""


class MarkAllRead(Command[Empty], route="/api/notifications/notices/read", needs=SELF):
    """The person has read the newest of their notices, at most 200."""


class MarkRead(Command[Empty], route="/api/notifications/notices/{message_id}/read", needs=SELF):
    """A notice was read."""

    message_id: MessageId


class PreferenceView(View):
    """Which channels a person wants for one kind of event; `mandatory` ones cannot be muted."""

    topic: str
    label_fr: str
    label_en: str
    channels: list[Channel]
    possible: list[Channel]
    mandatory: bool


class PreferencesView(View):
    """Every kind of event that may concern the person."""

    items: list[PreferenceView]


class FindPreferences(Query[PreferencesView], route="/api/notifications/preferences", needs=SELF):
    """What the person who asks is told, and how."""


class SetPreference(Command[PreferenceView], route="/api/notifications/preferences/{topic}", needs=SELF):
    """Choose the channels for one kind of event; none mutes it, unless it is mandatory."""

    topic: Topic
    channels: Annotated[list[Channel], Meta(max_length=5)]


class PushKeyView(View):
    """The public key that a browser subscribes with (RFC 8292)."""

    public_key: str


class GetPushKey(Query[PushKeyView], route="/api/notifications/push-key", needs=OPEN):
    """The key for Web Push subscriptions."""


class SubscribePush(Command[Empty], route="/api/notifications/push", needs=SELF):
    """Send notices to this browser too (RFC 8030, 8291)."""

    endpoint: Annotated[str, Meta(pattern="^https://", max_length=500)]
    p256dh: Annotated[str, Meta(min_length=80, max_length=100)]
    auth: Annotated[str, Meta(min_length=16, max_length=40)]


class WebhookView(View):
    """A webhook of the organization; `secrets` holds a secret only in the answer to what made it."""

    webhook_id: str
    url: str
    topics: list[str]
    active: bool
    secrets: list[str]
    failing_since: datetime | None
    version: int


class WebhooksPage(View):
    """The organization's webhooks."""

    items: list[WebhookView]


class AddWebhook(
    Command[WebhookView], route="/api/notifications/webhooks", needs="notifications.write", status=201
):
    """Have events sent to an address, signed (Standard Webhooks); private addresses are refused.

    At most 50 an organization. The secret is in this answer and in no other; lost, it is made anew.
    """

    url: Annotated[str, Meta(pattern="^https?://", max_length=500)]
    topics: Annotated[list[Topic], Meta(min_length=1, max_length=50)]


class FindWebhooks(Query[WebhooksPage], route="/api/notifications/webhooks", needs="notifications.write"):
    """The organization's webhooks, without their secrets."""


class RotateWebhookSecret(
    Command[WebhookView],
    route="/api/notifications/webhooks/{webhook_id}/rotate",
    needs="notifications.write",
):
    """Make a new secret, shown in this answer alone; the old one signs too until the next rotation."""

    webhook_id: WebhookId


class RemoveWebhook(
    Command[Empty],
    route="/api/notifications/webhooks/{webhook_id}",
    needs="notifications.write",
    method="DELETE",
):
    """Send nothing there any more."""

    webhook_id: WebhookId


class BounceReported(Command[Empty], route="/api/notifications/bounces/{provider}", needs=OPEN, keyed=False):
    """A provider reports a bounce or complaint, signed with its webhook key."""

    provider: Literal["mailgun", "ses"]


class Unsubscribe(Command[Empty], route="/api/notifications/unsubscribe/{token}", needs=OPEN, keyed=False):
    """One-click unsubscribe from one kind of mail (RFC 8058)."""

    token: Annotated[str, Meta(max_length=500)]


class MessageBounced(Event, topic="notifications.message.bounced"):
    """An address does not take mail; it is not written to again until it is changed."""

    message_id: str
    address: Personal
    reason: Personal


class MessageReplayed(Event, topic="notifications.message.replayed"):
    """Somebody had a message sent again."""

    message_id: str


class MessageDead(Event, topic="notifications.message.dead"):
    """A message could not be sent in all its tries; a human decides."""

    message_id: str
    channel: Channel
    error: Personal
    order_ids: list[str] = field(default_factory=list)
