"""Messages read again: by the organization, by the person, by the platform's people in development."""

from rt.contracts.notifications import (
    MOST_COUNTED,
    CountNotices,
    FindMessages,
    MarkAllRead,
    MarkRead,
    MessagesPage,
    MessageView,
    MyNotices,
    NoticesCountView,
    ReadMailbox,
    ReplayMessage,
)
from rt.kernel.access.identity import RightMissing, current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import NotFound
from rt.kernel.model.messages import Empty
from rt.kernel.storage.persistence import Collection
from rt.services.notifications.domain.address import folded
from rt.services.notifications.domain.message import Message
from rt.services.notifications.store import MAILBOX, MESSAGES, NOTICES, UNREAD, NotificationsStore

MOST_MARKED = 200


class Messages:
    """What was told, to whom, and how it went."""

    def __init__(self, store: NotificationsStore, mailbox_open: bool) -> None:
        self._store = store
        self._mailbox_open = mailbox_open

    async def find(self, asked: FindMessages) -> MessagesPage:
        given = {
            "order_id": asked.order_id,
            "state": asked.state,
            "channel": asked.channel,
            "topic": asked.topic,
        }
        named = {name: value for name, value in given.items() if value}
        page = await self._store.messages.rows(MESSAGES, named, after=asked.after, limit=asked.limit)
        return MessagesPage(items=[message.outside_view() for message in page.items], next=page.next)

    async def mailbox(self, asked: ReadMailbox) -> MessagesPage:
        """Every mail with its links, for those who try the platform out; production has no such page."""
        if not self._mailbox_open:
            raise NotFound
        _platform_only(asked.shape.needs)
        given = {
            "to": folded(asked.to),
            "channel": asked.channel,
            "topic": asked.topic,
            "order_id": asked.order_id,
        }
        named = {name: value for name, value in given.items() if value}
        messages = self._store.messages.everywhere
        page = await messages.rows(MAILBOX, named, after=asked.after, limit=asked.limit)
        return MessagesPage(items=[message.view() for message in page.items], next=page.next)

    async def replay(self, asked: ReplayMessage) -> MessageView:
        everybody = current_actor().of_platform
        messages: Collection[Message] = self._store.messages
        async with (messages.everywhere if everybody else messages).change(asked.message_id) as message:
            message.replay(now())
        return message.outside_view()

    async def notices(self, asked: MyNotices) -> MessagesPage:
        named: dict[str, object] = {"user_id": current_actor().id}
        if asked.unread is False:
            named["read_at"] = {"$ne": None}
        listing = UNREAD if asked.unread else NOTICES
        page = await self._store.messages.rows(listing, named, after=asked.after, limit=asked.limit)
        return MessagesPage(items=[message.view() for message in page.items], next=page.next)

    async def count(self, asked: CountNotices) -> NoticesCountView:
        mine = {"user_id": current_actor().id, **UNREAD.always}
        return NoticesCountView(unread=await self._store.messages.count(mine, most=MOST_COUNTED))

    async def mark_all_read(self, asked: MarkAllRead) -> Empty:
        unread = await self._store.messages.rows(UNREAD, {"user_id": current_actor().id}, limit=MOST_MARKED)
        for one in unread.items:
            async with self._store.messages.change(one.id) as message:
                message.read(now())
        return Empty()

    async def mark_read(self, asked: MarkRead) -> Empty:
        async with self._store.messages.change(asked.message_id) as message:
            if message.user_id != current_actor().id:
                raise NotFound
            message.read(now())
        return Empty()


def _platform_only(right: str) -> None:
    """An organization's own administrators do not read other people's mail."""
    if not current_actor().of_platform:
        raise RightMissing(right=right)
