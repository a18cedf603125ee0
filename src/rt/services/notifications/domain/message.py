"""One message to one recipient by one channel: waiting, sent, tried again, given up."""

import random
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from rt.contracts.notifications import (
    Channel,
    MessageBounced,
    MessageDead,
    MessageReplayed,
    MessageState,
    MessageView,
)
from rt.kernel.core.errors import Conflict
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import SEALED, Personal, personal_of
from rt.services.notifications.domain.masking import masked_address, masked_text
from rt.services.notifications.domain.templates.layout import Content, Rendered

TRIES = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=2)
CLAIM = timedelta(seconds=60)
"""Longer than any provider is waited for: a claim that is older belongs to a process that died."""
ERROR_LENGTH = 300


class NotReplayable(Conflict):
    fr = "Ce message est « {state} » : seul un message abandonné ou rejeté se renvoie."
    en = "This message is “{state}”: only a dead or bounced message can be sent again."


class SecretForgotten(Conflict):
    fr = "Ce message portait un lien ou un code, oublié depuis : la personne doit le redemander."
    en = "This message carried a link or a code, forgotten since: the person has to ask for it again."


class Message(Entity, kw_only=True):
    """`to` is an address, a phone number, a user, a webhook or a subscription, as the channel asks.

    `secret`: its words open something. What is written in `content` never reaches the audit trail. `seq` and
    `at` are those of the event that caused it; what concerns one object leaves in that order.
    """

    topic: str
    channel: Channel
    to: Annotated[str, personal_of("user_id", "authz.people")]
    content: Annotated[Content, SEALED]
    language: str
    at: datetime
    due_at: datetime
    seq: int = 0
    user_id: str = ""
    object_id: str = ""
    order_id: str = ""
    trace: str = ""
    template: str = ""
    secret: bool = False
    forgotten: bool = False
    unsubscribable: bool = False
    state: MessageState = "waiting"
    provider: str = ""
    receipt: str = ""
    tries: int = 0
    error: Personal = ""
    claimed_until: datetime | None = None
    sent_at: datetime | None = None
    read_at: datetime | None = None

    def rendered(self) -> Rendered:
        """What its reader gets to see."""
        return self.content.rendered(self.language)

    def claim(self, moment: datetime) -> bool:
        """Take it to be sent by this process alone; false when it is not to be sent now."""
        free = self.claimed_until is None or self.claimed_until <= moment
        if self.state != "waiting" or self.due_at > moment or not free:
            return False
        self.claimed_until = moment + CLAIM
        self.tries += 1
        return True

    def queue_up(self, moment: datetime) -> None:
        """Let what came before go first, and look again in a moment."""
        self.due_at = moment + FIRST_WAIT

    def leave(self, provider: str, receipt: str, moment: datetime, forget: bool) -> None:
        """It is out; what was secret in it is forgotten where nobody reads the mailbox."""
        if self.state != "waiting":
            return
        self.state = "sent"
        self.provider, self.receipt, self.error = provider, receipt, ""
        self.sent_at, self.claimed_until = moment, None
        if forget:
            self.forget()

    def forget(self) -> None:
        """Keep that it was written and what about, not the words that open something."""
        if self.secret:
            self.content, self.forgotten = Content(subject=self.rendered().subject), True

    def give_up_secret(self) -> None:
        """It was not sent in time: what it opened is asked for again."""
        if self.state == "waiting":
            self._die(self.error or "not sent in time")
        self.forget()

    def fail(self, provider: str, error: str, moment: datetime, permanent: bool, shake: float) -> None:
        """Try again later, twice as late each time; after eight tries, or for good, a human decides."""
        self.provider, self.error, self.claimed_until = provider, error[:ERROR_LENGTH], None
        if permanent or self.tries >= TRIES:
            self._die(self.error)
            return
        self.due_at = moment + wait_after(self.tries, shake)

    def view(self) -> MessageView:
        """The message as its reader gets it."""
        content = self.rendered()
        return MessageView(
            message_id=self.id,
            topic=self.topic,
            channel=self.channel,
            to=self.to,
            subject=content.subject,
            text=content.text,
            html=content.html,
            links=content.links,
            language=self.language,
            state=self.state,
            provider=self.provider,
            tries=self.tries,
            error=self.error,
            object_id=self.object_id,
            order_id=self.order_id,
            at=self.at,
            sent_at=self.sent_at,
            read_at=self.read_at,
            trace=self.trace,
        )

    def outside_view(self) -> MessageView:
        """The message for a timeline: that it was sent and what it was about, nothing that opens a door."""
        whole = self.view()
        return msgspec.structs.replace(
            whole,
            to=masked_address(whole.to),
            subject=masked_text(whole.subject, self.secret),
            text=masked_text(whole.text, self.secret),
            html="",
            links=[],
        )

    def _die(self, error: str) -> None:
        self.state, self.error = "dead", error
        orders = [self.order_id] if self.order_id else []
        self.emit(MessageDead(message_id=self.id, channel=self.channel, error=self.error, order_ids=orders))

    def bounce(self, reason: str) -> None:
        """The address does not take it."""
        if self.state == "bounced":
            return
        self.state, self.error, self.claimed_until = "bounced", reason[:ERROR_LENGTH], None
        self.emit(MessageBounced(message_id=self.id, address=self.to, reason=self.error))

    def arrive(self) -> None:
        if self.state == "sent":
            self.state = "delivered"

    def replay(self, moment: datetime) -> None:
        """Send again; a webhook's message also when it went well, for the one who lost it."""
        again = self.state in ("dead", "bounced") or (self.channel == "webhook" and self.state == "sent")
        if not again:
            raise NotReplayable(state=self.state)
        if self.forgotten:
            raise SecretForgotten
        self.state, self.tries, self.due_at, self.error = "waiting", 0, moment, ""
        self.emit(MessageReplayed(message_id=self.id))

    def read(self, moment: datetime) -> None:
        self.read_at = self.read_at or moment


def wait_after(tries: int, shake: float) -> timedelta:
    """5 s, 10 s, 20 s … at most two hours, each up to half shorter so that many do not come back at once."""
    full = min(FIRST_WAIT.total_seconds() * 2.0 ** (tries - 1), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=full * (1 - shake / 2))


def shaken() -> float:
    """A number from 0 to 1 for the jitter of a wait."""
    return random.SystemRandom().random()
