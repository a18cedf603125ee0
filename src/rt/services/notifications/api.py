"""Requests of the notification service, each with its action; and the forms that mail programs post."""

from datetime import timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rt.contracts.notifications import (
    AddWebhook,
    BounceReported,
    CountNotices,
    FindMessages,
    FindPreferences,
    FindWebhooks,
    GetPushKey,
    MarkAllRead,
    MarkRead,
    MyNotices,
    ReadMailbox,
    RemoveWebhook,
    ReplayMessage,
    RotateWebhookSecret,
    SetPreference,
    SubscribePush,
    Unsubscribe,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import NotFound
from rt.kernel.model.messages import Empty
from rt.kernel.service.service import Served, plain, serve
from rt.kernel.storage.persistence import retry_on_conflict
from rt.kernel.web.application import read_body
from rt.services.notifications.actions.messages import Messages
from rt.services.notifications.actions.preferences import Preferences
from rt.services.notifications.actions.receivers import Receivers
from rt.services.notifications.domain.reports import read_mailgun

REPORT_LIMIT_BYTES = 200_000
REPORTS_KEPT = timedelta(days=2)
"""A report older than five minutes is refused anyway."""


class Forms:
    """What arrives in other programs' forms: one-click unsubscribing, reports of providers."""

    def __init__(self, preferences: Preferences, mailgun_key: str) -> None:
        self._preferences = preferences
        self._mailgun_key = mailgun_key

    async def unsubscribe(self, request: Request) -> Response:
        """RFC 8058: a POST with any body; a GET never acts, mail scanners follow every link."""
        await retry_on_conflict(lambda: self._preferences.unsubscribe(request.path_params["token"]))
        return done()

    async def report(self, request: Request) -> Response:
        if request.path_params["provider"] != "mailgun":
            raise NotFound
        body = await read_body(request, REPORT_LIMIT_BYTES)
        report = read_mailgun(body, self._mailgun_key, now())
        if await self._preferences.seen("mailgun", report.report_id, now() + REPORTS_KEPT):
            return done()
        if report.reason and report.address:
            await retry_on_conflict(
                lambda: self._preferences.report(report.receipt, report.address, report.reason)
            )
        return done()


def done() -> Response:
    return Response(msgspec.json.encode(Empty()), media_type="application/json")


def table(messages: Messages, preferences: Preferences, receivers: Receivers, forms: Forms) -> list[Served]:
    return [
        serve(FindMessages, messages.find),
        serve(ReadMailbox, messages.mailbox),
        serve(ReplayMessage, messages.replay),
        serve(MyNotices, messages.notices),
        serve(CountNotices, messages.count),
        serve(MarkAllRead, messages.mark_all_read),
        serve(MarkRead, messages.mark_read),
        serve(FindPreferences, preferences.find),
        serve(SetPreference, preferences.set),
        serve(GetPushKey, receivers.push_key),
        serve(SubscribePush, receivers.subscribe),
        serve(AddWebhook, receivers.add),
        serve(FindWebhooks, receivers.find),
        serve(RotateWebhookSecret, receivers.rotate),
        serve(RemoveWebhook, receivers.remove),
        plain(BounceReported, forms.report),
        plain(Unsubscribe, forms.unsubscribe),
    ]
