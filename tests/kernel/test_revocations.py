"""Revocations are known while a living token may carry them, and no longer; the start reads no others."""

from datetime import datetime, timedelta
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import TestPlatform

from rt.kernel.access.identity import Revocations
from rt.kernel.access.tokens import LATE, LIVES, Revoked
from rt.kernel.core.clock import held, now
from rt.kernel.log.event_log import EVENT_LOG, prepare_log
from rt.kernel.log.hub import Hub
from rt.kernel.log.revocation_feed import RevocationFeed
from rt.services.authz.domain.link import LONGEST
from rt.services.authz.domain.signing import ACCESS_LIFE

SUBJECTS = get_args(Revoked.__annotations__["subject"])
AT = datetime.fromisoformat("2026-11-28T12:00:00+00:00")


def test_every_subject_has_a_life_at_least_that_of_its_tokens() -> None:
    assert set(LIVES) == set(SUBJECTS)
    assert min(LIVES["session"], LIVES["member"]) >= ACCESS_LIFE
    assert min(LIVES["link"], LIVES["organization"]) >= LONGEST


@given(
    st.lists(st.tuples(st.sampled_from(SUBJECTS), st.integers(0, 5), st.integers(0, 200_000)), max_size=30),
    st.sampled_from(SUBJECTS),
    st.integers(0, 5),
    st.integers(0, 200_000),
)
def test_no_revocation_is_forgotten_that_a_living_token_carries(
    emitted: list[tuple[Any, int, int]], subject: Any, number: int, issued_minute: int
) -> None:
    """Whatever is revoked: a token that still lives is refused exactly when it was revoked."""
    revocations, moment = Revocations(), AT
    for kind, who, minute in sorted(emitted, key=lambda one: one[2]):
        moment = AT + timedelta(minutes=minute)
        with held(moment):
            revocations.heard(Revoked(subject=kind, subject_id=str(who), before=moment))
    issued = AT + timedelta(minutes=issued_minute)
    if issued + LIVES[subject] < moment:
        return
    before = [minute for kind, who, minute in emitted if (kind, who) == (subject, number)]
    revoked = any(issued < AT + timedelta(minutes=minute) for minute in before)
    assert revocations.covers(subject, str(number), issued.timestamp()) == revoked


def test_what_no_token_carries_any_more_is_forgotten() -> None:
    revocations = Revocations()
    with held(AT):
        for number in range(1_000):
            revocations.heard(Revoked(subject="session", subject_id=str(number), before=AT))
        revocations.heard(Revoked(subject="link", subject_id="l", before=AT))
    later = AT + LIVES["session"] + LATE + timedelta(minutes=1)
    with held(later):
        revocations.heard(Revoked(subject="session", subject_id="new", before=later))
    assert len(revocations) == 2
    assert revocations.covers("link", "l", AT.timestamp() - 1)


async def emitted(platform: TestPlatform, *events: tuple[str, str, timedelta]) -> None:
    """Events of authz in the log: subject ("" is something else), whose, how long ago."""
    log = platform.database("authz")[EVENT_LOG]
    first = await log.count_documents({}) + 1
    for seq, (subject, who, ago) in enumerate(events, first):
        moment = now() - ago
        body = {"subject": subject, "subject_id": who, "before": moment.isoformat()} if subject else {}
        topic = Revoked.topic if subject else "authz.sessions.changed"
        await log.insert_one(
            {
                "_id": f"evt_{seq}",
                "partition": "authz.0",
                "seq": seq,
                "topic": topic,
                "at": moment,
                "body": body,
            }
        )


async def test_the_start_hears_what_may_still_be_carried_and_then_what_is_new(platform: TestPlatform) -> None:
    await prepare_log(platform.database("authz"))
    day = timedelta(days=1)
    await emitted(
        platform,
        ("link", "old", 95 * day),
        ("link", "kept", 89 * day),
        ("organization", "o", 80 * day),
        ("session", "yesterday", day),
        ("", "", timedelta()),
        ("session", "now", timedelta()),
        ("user", "of an older release", timedelta()),
    )
    revocations = Revocations()
    feed = RevocationFeed(platform.database("authz"), "authz", revocations, Hub())
    await feed.step()
    assert len(revocations) == 3
    assert revocations.covers("session", "now", now().timestamp() - 60)
    await emitted(platform, ("", "", timedelta()), ("member", "u@o", timedelta()))
    await feed.step()
    assert revocations.covers("member", "u@o", now().timestamp() - 60)
    assert len(revocations) == 4


async def test_revocations_are_read_through_indexes_of_their_own(platform: TestPlatform) -> None:
    """However much authz tells otherwise, neither the start nor a step reads any of it."""
    await prepare_log(platform.database("authz"))
    await emitted(
        platform, *[("", "", timedelta())] * 200, ("session", "s", timedelta()), ("link", "l", timedelta())
    )
    log = platform.database("authz")[EVENT_LOG]
    feed = RevocationFeed(platform.database("authz"), "authz", Revocations(), Hub())
    new = {"$or": [{"partition": "authz.0", "seq": {"$gt": 3}}]}
    old = {"body.subject": "session", "at": {"$gt": now() - timedelta(hours=2)}}
    for more in (new, old):
        plan = await log.find(feed._revoked(more)).explain()
        assert plan["executionStats"]["totalDocsExamined"] <= 2
