"""Administrators of every organization hear of maintenance by mail, once; the operator's of a post-mortem."""

from datetime import timedelta
from typing import Any

from tests.services.notifications.make import AT
from tests.services.notifications.test_actions import mails, told

from rt.contracts.admin_gateway import PostMortemAwaited, WindowCancelled, WindowForeseen

COMES = WindowForeseen(
    window_id="win_1",
    kind="regular",
    starts_at=AT + timedelta(days=7),
    ends_at=AT + timedelta(days=7, hours=4),
    fr="Mise à jour de la base de données.",
    en="Update of the database.",
)


async def test_administrators_of_every_organization_are_written_to(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    await voice.say(COMES, "platform")
    await told(platform)
    sent = await mails(mailbox, topic="admin_gateway.window.foreseen")
    by_mail = [one for one in sent if one["channel"] == "email"]
    assert sorted(one["to"] for one in by_mail) == ["anna@ship.example", "root@op.example"]
    assert "30 novembre 2026 à 8 h 00" in by_mail[0]["subject"]
    assert by_mail[0]["links"][0] == "http://admin.localhost:8080/status"


async def test_who_was_told_of_a_window_is_told_that_it_is_called_off(
    platform: Any, voice: Any, mailbox: Any
) -> None:
    off = {"window_id": "win_1", "starts_at": COMES.starts_at, "ends_at": COMES.ends_at}
    await voice.say(WindowCancelled(**off, foreseen=False), "platform")
    await told(platform)
    assert await mails(mailbox, topic="admin_gateway.window.cancelled") == []
    await voice.say(WindowCancelled(**off, foreseen=True), "platform")
    await told(platform)
    sent = await mails(mailbox, topic="admin_gateway.window.cancelled", to="anna@ship.example")
    assert [one["channel"] for one in sent] == ["email"]


async def test_a_post_mortem_is_asked_of_the_operator_alone(platform: Any, voice: Any, mailbox: Any) -> None:
    awaited = PostMortemAwaited(
        incident_id="inc_1",
        title_fr="Commandes indisponibles",
        title_en="Orders unavailable",
        due_at=AT + timedelta(hours=48),
        late=True,
    )
    await voice.say(awaited, "platform")
    await told(platform)
    sent = await mails(mailbox, topic="admin_gateway.post_mortem.awaited")
    (mail,) = [one for one in sent if one["channel"] == "email"]
    assert (mail["to"], mail["subject"]) == ("root@op.example", "Bilan en retard : Commandes indisponibles")
    assert mail["links"][0] == "http://admin.localhost:8080/incidents/inc_1"
    assert await mails(mailbox, to="anna@ship.example") == []
