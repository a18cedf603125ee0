"""The notification service put together."""

from rt.kernel.service.service import ServiceContext, Unit
from rt.services.notifications.actions.messages import Messages
from rt.services.notifications.actions.notifying import Notifier
from rt.services.notifications.actions.preferences import Preferences
from rt.services.notifications.actions.receivers import Receivers
from rt.services.notifications.adapters.choice import providers
from rt.services.notifications.adapters.outside import Outside
from rt.services.notifications.adapters.people import People
from rt.services.notifications.api import Forms, table
from rt.services.notifications.domain.address import Unsubscriber
from rt.services.notifications.domain.portals import Portals
from rt.services.notifications.domain.webpush import PushSender
from rt.services.notifications.handlers import subscriptions
from rt.services.notifications.jobs import Sender
from rt.services.notifications.store import NotificationsStore


def build(context: ServiceContext) -> Unit:
    """Notifications put together."""
    settings = context.settings
    store = NotificationsStore(context.database)
    unsubscriber = Unsubscriber(context.secret)
    outside = Outside(plain_too=not settings.production)
    push = PushSender(context.secret, f"mailto:{settings.admin_email or 'support@rt-technologie.com'}")
    portals = Portals(settings.public_url)
    notifier = Notifier(store, People(context.services), portals)
    preferences = Preferences(store, unsubscriber)
    found = store.webhooks.everywhere.get, store.subscriptions.everywhere.get
    ways_out = providers(settings, outside, push, portals.way_off(unsubscriber), *found)
    sender = Sender(store, ways_out, forget=settings.production)
    messages = Messages(store, mailbox_open=not settings.production)
    forms = Forms(preferences, settings.mailgun_webhook_key)
    return Unit(
        name="notifications",
        serves=table(messages, preferences, Receivers(store, outside, push), forms),
        subscriptions=subscriptions(notifier, store),
        jobs=sender.jobs(),
    )
