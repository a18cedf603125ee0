"""What everybody is told: windows announced in time, incidents worked on step by step, answers in time."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rt.contracts.admin_gateway import SupportLevel, WindowForeseen, WindowKind
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Refusal
from rt.services.admin_gateway.domain import maintenance as rules
from rt.services.admin_gateway.domain.health import DAYS, Pulse
from rt.services.admin_gateway.domain.maintenance import Calendar, Window, next_regular
from rt.services.admin_gateway.domain.support import LEVELS, answer_by, promised
from rt.trade.calendars import is_working_day
from rt.trade.zones import PARIS

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""A Monday."""
SUNDAY = datetime(2026, 12, 6, 2, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))
GOOD = {
    "kind": "regular",
    "starts_at": SUNDAY.isoformat(),
    "ends_at": (SUNDAY + timedelta(hours=4)).isoformat(),
    "fr": "Mise à jour de la base de données.",
    "en": "Update of the database.",
}


def window(
    starts_at: datetime = SUNDAY, hours: float = 4, kind: WindowKind = "regular", **changed: Any
) -> Window:
    told = {
        "window_id": f"win_{starts_at:%Y%m%d%H%M}",
        "announced_at": AT,
        "fr": "Mise à jour",
        "en": "Update",
        "units": [],
        "reason": "faille" if kind == "urgent" else "",
    }
    ends_at = starts_at + timedelta(hours=hours)
    return Window(kind=kind, starts_at=starts_at, ends_at=ends_at, **(told | changed))


def calendar() -> Calendar:
    return Calendar(id="cal_1", org_id="platform")


def foreseen(of: Calendar) -> int:
    return sum(isinstance(event, WindowForeseen) for event in of.emitted)


@pytest.mark.parametrize(
    ("announced", "refusal"),
    [
        (window(SUNDAY - timedelta(days=7)), rules.AnnouncedTooLate),
        (window(SUNDAY + timedelta(days=1)), rules.NotRegularTime),
        (window(SUNDAY - timedelta(minutes=1), 1), rules.NotRegularTime),
        (window(SUNDAY, 4.5), rules.NotRegularTime),
        (window(SUNDAY, 0), rules.EndsBeforeItStarts),
        (window(AT + timedelta(hours=2), 1, "urgent", reason=" "), rules.ReasonMissing),
        (window(AT - timedelta(minutes=1), 1, "urgent"), rules.WindowPassed),
        (window(AT + timedelta(hours=2), 25, "urgent"), rules.EndsBeforeItStarts),
    ],
)
def test_a_window_out_of_the_rules_is_refused(announced: Window, refusal: type[Refusal]) -> None:
    kept = calendar()
    with pytest.raises(refusal):
        kept.announce(announced)
    assert kept.windows == []


def test_seven_days_to_the_second_are_enough() -> None:
    kept = calendar()
    kept.announce(window(announced_at=SUNDAY - timedelta(days=7)))
    with pytest.raises(rules.AnnouncedTooLate):
        calendar().announce(window(announced_at=SUNDAY - timedelta(days=7) + timedelta(seconds=1)))
    assert foreseen(kept) == 1


def test_a_month_has_one_regular_window_and_another_after_a_cancelled_one() -> None:
    kept = calendar()
    kept.announce(window())
    again = window(SUNDAY + timedelta(days=7))
    with pytest.raises(rules.MonthTaken):
        kept.announce(again)
    kept.cancel(kept.windows[0].window_id, "report", AT)
    kept.announce(again)
    assert [one.state for one in kept.windows] == ["cancelled", "announced"]


def test_an_urgent_window_says_whether_it_came_a_day_ahead() -> None:
    kept = calendar()
    kept.announce(window(AT + timedelta(hours=23), 1, "urgent"))
    kept.announce(window(AT + timedelta(hours=25), 1, "urgent"))
    assert [one.short_notice for one in kept.windows] == [True, False]
    assert foreseen(kept) == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["regular", "urgent"]),
            st.integers(0, 24 * 120),
            st.integers(1, 30),
            st.booleans(),
        ),
        max_size=25,
    )
)
def test_whatever_is_announced_no_two_windows_meet_and_every_rule_holds(asked: list[Any]) -> None:
    kept = calendar()
    for nth, (kind, hours, length, called_off) in enumerate(asked):
        one = window(AT + timedelta(hours=hours), length, kind, window_id=f"win_{nth}")
        try:
            kept.announce(one)
        except Refusal:
            continue
        if called_off and hours > 0:
            kept.cancel(one.window_id, "report", AT)
    coming = [one for one in kept.windows if one.coming]
    assert not any(a.meets(b) for a in coming for b in coming if a is not b)
    regular = [one for one in coming if one.kind == "regular"]
    assert all(one.starts_at.weekday() == 6 and one.starts_at.hour >= 2 for one in regular)
    assert all(one.ends_at <= one.starts_at.replace(hour=6, minute=0) for one in regular)
    assert all(one.starts_at - AT >= timedelta(days=7) for one in regular)
    months = [(one.starts_at.year, one.starts_at.month) for one in regular]
    assert len(set(months)) == len(months)


@settings(deadline=None)  # the first day asked about reads the calendar of holidays
@given(MOMENTS)
def test_the_window_proposed_may_be_announced(moment: datetime) -> None:
    kept = calendar()
    for nth in range(3):
        starts_at, _ = kept.next_regular(moment)
        kept.announce(window(starts_at, announced_at=moment, window_id=f"win_{nth}"))
    assert next_regular(moment, ())[0] - moment < timedelta(days=14)


def test_the_clock_turns_a_window_once_whenever_it_is_asked() -> None:
    kept = calendar()
    kept.announce(window())
    (one,) = kept.windows
    for hours in (-24 * 8, -24 * 7, -24 * 7, -1, 0, 0, 3, 4, 4, 9):
        kept.turn(one.window_id, SUNDAY + timedelta(hours=hours))
    told = [type(event).__name__ for event in kept.emitted]
    assert told == ["WindowAnnounced", "WindowForeseen", "WindowBegan", "WindowEnded"]
    assert one.state == "done"


def business_time(start: datetime, end: datetime) -> timedelta:
    """Business hours between two moments, summed day by day on the clocks of Paris."""
    first, last = start.astimezone(PARIS), end.astimezone(PARIS)
    total, day = timedelta(), first.date()
    while day <= last.date():
        opens, closes = (datetime.combine(day, time(hour), PARIS) for hour in (9, 18))
        if is_working_day(day):
            total += max(min(last, closes) - max(first, opens), timedelta())
        day += timedelta(days=1)
    return total


@settings(deadline=None)  # the first day asked about reads the calendar of holidays
@given(MOMENTS)
def test_four_business_hours_lie_between_a_question_and_its_answer(asked_at: datetime) -> None:
    due_at = answer_by("l2", asked_at)
    assert business_time(asked_at, due_at) == timedelta(hours=4)
    local = due_at.astimezone(PARIS)
    assert is_working_day(local.date())
    assert time(9) < local.time() <= time(18)


@settings(deadline=None)
@given(MOMENTS, MOMENTS, st.sampled_from(["l1", "l2", "l3"]))
def test_who_asks_later_is_never_promised_an_earlier_answer(
    one: datetime, other: datetime, level: SupportLevel
) -> None:
    first, second = sorted([one, other])
    assert answer_by(level, first) <= answer_by(level, second)
    assert answer_by(level, first) - first >= promised(level, first.date()).answer


@pytest.mark.parametrize(
    ("level", "asked_at", "due_at"),
    [
        ("l1", datetime(2026, 12, 24, 22, 0, tzinfo=UTC), datetime(2026, 12, 25, 22, 0, tzinfo=UTC)),
        ("l3", datetime(2026, 12, 25, 2, 0, tzinfo=UTC), datetime(2026, 12, 25, 2, 30, tzinfo=UTC)),
        ("l2", datetime(2026, 12, 24, 15, 0, tzinfo=UTC), datetime(2026, 12, 28, 10, 0, tzinfo=UTC)),
        ("l2", datetime(2026, 7, 13, 14, 0, tzinfo=UTC), datetime(2026, 7, 15, 9, 0, tzinfo=UTC)),
        ("l2", datetime(2026, 11, 23, 13, 0, tzinfo=UTC), datetime(2026, 11, 23, 17, 0, tzinfo=UTC)),
    ],
)
def test_holidays_hold_up_business_hours_alone(
    level: SupportLevel, asked_at: datetime, due_at: datetime
) -> None:
    assert answer_by(level, asked_at) == due_at


def test_every_level_has_a_promise_from_its_first_day() -> None:
    assert {row.level for row in LEVELS} == {"l1", "l2", "l3"}
    assert len({(row.level, row.since) for row in LEVELS}) == len(LEVELS)


def test_ninety_days_are_kept_and_a_day_without_an_answer_is_unknown() -> None:
    pulse = Pulse()
    for nth in range(100):
        if nth != 98:
            pulse.answered(1.0, AT + timedelta(days=nth))
    pulse.failed(AT + timedelta(days=99, hours=1))
    days = pulse.by_day((AT + timedelta(days=99 - DAYS + 1)).date())
    assert (len(days), days[-3:]) == (90, [1.0, None, 0.5])
    assert len(pulse.days) <= DAYS


def test_an_answer_of_half_past_midnight_in_paris_counts_for_the_new_day() -> None:
    pulse = Pulse()
    pulse.answered(1.0, datetime(2025, 12, 31, 22, 30, tzinfo=UTC))
    pulse.failed(datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert pulse.by_day(date(2025, 12, 31))[:2] == [1.0, 0.0]


async def told(client: httpx.AsyncClient) -> list[Any]:
    found: list[Any] = (await client.get("/admin/notices")).json()["items"]
    return found


async def test_a_window_is_told_to_everybody_as_its_time_comes(platform: Any, voice: Any, root: Any) -> None:
    with held(AT):
        made = await root.post("/admin/windows", json=GOOD, headers={"idempotency-key": "k-1"})
        again = await root.post("/admin/windows", json=GOOD, headers={"idempotency-key": "k-1"})
        other = await root.post("/admin/windows", json=GOOD)
    assert (made.status_code, made.json()["state"]) == (201, "announced"), made.text
    assert again.json()["window_id"] == made.json()["window_id"]
    assert (other.status_code, other.json()["code"]) == (409, "month_taken")
    states = {
        timedelta(days=-13): [("window", "announced")],
        timedelta(days=-6): [("window", "announced")],
        timedelta(minutes=1): [("under_way", "under_way")],
        timedelta(hours=4, minutes=1): [],
    }
    async with platform.web("admin_gateway") as anybody:
        for later, expected in states.items():
            with held(SUNDAY + later):
                await platform.tick()
                await root.post("/admin/notice", json={"fr": "", "en": ""})
                shown = await told(anybody)
                news = (await anybody.get("/admin/status/news")).json()["windows"]
            assert [one["kind"] for one in shown] == [kind for kind, _ in expected]
            assert [one["state"] for one in news] == ([state for _, state in expected] or ["done"])
    await platform.settle()
    lines = (await root.get("/admin/audit", params={"entity_id": rules.CALENDAR_ID})).json()["items"]
    assert [line["did"].rpartition(".")[2] for line in lines if ".window." in line["did"]] == [
        "ended",
        "began",
        "foreseen",
        "announced",
    ]


async def test_an_urgent_window_keeps_its_reason_from_the_public(
    platform: Any, voice: Any, root: Any
) -> None:
    starts_at = AT + timedelta(hours=2)
    urgent = GOOD | {
        "kind": "urgent",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        "units": ["planning", "authz"],
    }
    with held(AT):
        silent = await root.post("/admin/windows", json=urgent)
        strange = await root.post("/admin/windows", json=urgent | {"units": ["fax"], "reason": "faille X"})
        made = await root.post("/admin/windows", json=urgent | {"reason": "faille X"})
        async with platform.web("admin_gateway") as anybody:
            news = await anybody.get("/admin/status/news")
    assert (silent.status_code, silent.json()["code"]) == (422, "reason_missing")
    assert (strange.status_code, strange.json()["code"]) == (422, "unit_unknown")
    assert (made.json()["short_notice"], made.json()["units"]) == (True, ["authz", "planning"])
    assert "faille" not in news.text
    path = f"/admin/windows/{made.json()['window_id']}"
    with held(AT):
        off = await root.post(f"{path}/cancel", json={"reason": "correctif retiré"})
        late = await root.post(f"{path}/cancel", json={"reason": "correctif retiré"})
        idle = await root.post(f"{path}/end")
    assert off.json()["state"] == "cancelled"
    assert (late.json()["code"], idle.json()["code"]) == ("window_begun_already", "window_not_under_way")
    assert (await root.post("/admin/windows/win_0/end")).json()["code"] == "window_unknown"


async def test_of_two_announced_at_once_for_the_same_time_one_is_refused(
    platform: Any, voice: Any, root: Any
) -> None:
    starts_at = AT + timedelta(hours=2)
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
    urgent = GOOD | times | {"kind": "urgent", "reason": "faille"}
    with held(AT):
        answers = await asyncio.gather(*(root.post("/admin/windows", json=urgent) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def open_one(root: Any, severity: str) -> dict[str, Any]:
    asked = {
        "severity": severity,
        "title_fr": "Commandes lentes",
        "title_en": "Slow orders",
        "units": ["authz"],
    }
    made: dict[str, Any] = (
        await root.post("/admin/incidents", json=asked | {"units": ["core_orders"]})
    ).json()
    return made


async def test_a_critical_incident_ends_with_its_post_mortem(platform: Any, voice: Any, root: Any) -> None:
    with held(AT):
        made = await open_one(root, "p1")
        path = f"/admin/incidents/{made['incident_id']}"
        assert made["answer_due_at"] == "2026-11-23T07:30:00Z"
        assert [step["step"] for step in made["steps"]][0::4] == ["page_on_call", "post_mortem"]
        early = await root.post(f"{path}/steps", json={"step": "post_mortem", "note": "docs/pm.md"})
        foreign = await root.post(f"{path}/steps", json={"step": "monitor"})
        skipped = await root.post(f"{path}/steps", json={"step": "investigate", "skipped": True})
        paged = await root.post(f"{path}/steps", json={"step": "page_on_call"})
        await root.post(f"{path}/updates", json={"fr": "Cause trouvée.", "en": "Cause found."})
        async with platform.web("admin_gateway") as anybody:
            assert [one["severity"] for one in await told(anybody)] == ["p1"]
            news = (await anybody.get("/admin/status/news")).json()["incidents"]
        for step in ("open_channel", "investigate"):
            await root.post(f"{path}/steps", json={"step": step})
        await root.post(f"{path}/steps", json={"step": "roll_back", "skipped": True})
        solved = (await root.post(f"{path}/resolve", json={"fr": "C'est fini.", "en": "It is over."})).json()
        twice = await root.post(f"{path}/resolve", json={"fr": "C'est fini.", "en": "It is over."})
        nowhere = await root.post(f"{path}/steps", json={"step": "post_mortem"})
    codes = [answer.json()["code"] for answer in (early, foreign, skipped, twice, nowhere)]
    assert codes == [
        "post_mortem_too_early",
        "step_not_in_flow",
        "step_not_optional",
        "incident_over",
        "post_mortem_nowhere",
    ]
    assert paged.json()["state"] == "acknowledged"
    assert [update["en"] for update in news[0]["updates"]] == ["Cause found."]
    assert (solved["state"], solved["post_mortem_due_at"]) == ("resolved", "2026-11-25T07:00:00Z")
    for hours in (23, 25, 25, 49, 50):
        with held(AT + timedelta(hours=hours)):
            await platform.tick()
    with held(AT + timedelta(hours=51)):
        closed = await root.post(f"{path}/steps", json={"step": "post_mortem", "note": "docs/pm.md"})
    assert closed.json()["state"] == "closed"
    await platform.settle()
    asked = {"did": "admin_gateway.post_mortem.awaited"}
    awaited = (await root.get("/admin/audit", params=asked)).json()["items"]
    assert len(awaited) == 2
    going = (await root.get("/admin/incidents", params={"state": "going"})).json()["items"]
    assert going == []


@pytest.mark.parametrize(
    ("severity", "level", "due_at", "steps"),
    [
        ("p2", "l2", "2026-11-23T12:00:00Z", ["notify_team", "find_cause", "fix", "monitor"]),
        ("p3", "l1", "2026-11-24T07:00:00Z", ["create_ticket", "prioritize", "fix_in_release"]),
    ],
)
async def test_lesser_incidents_close_when_all_is_ticked(
    platform: Any, voice: Any, root: Any, severity: str, level: str, due_at: str, steps: list[str]
) -> None:
    with held(AT):
        made = await open_one(root, severity)
        path = f"/admin/incidents/{made['incident_id']}"
        for step in steps:
            await root.post(f"{path}/steps", json={"step": step})
        solved = (await root.post(f"{path}/resolve", json={"fr": "C'est fini.", "en": "It is over."})).json()
    assert (made["level"], made["answer_due_at"]) == (level, due_at)
    assert [step["step"] for step in made["steps"]] == steps
    assert (solved["state"], solved["post_mortem_due_at"]) == ("closed", None)


async def test_anybody_reads_how_support_answers(platform: Any, voice: Any) -> None:
    async with platform.web("admin_gateway") as anybody:
        with held(AT):
            levels = (await anybody.get("/admin/support")).json()["levels"]
        history = (await anybody.get("/admin/status/history")).json()
    assert [(one["level"], one["answer_minutes"]) for one in levels] == [
        ("l1", 1440),
        ("l2", 240),
        ("l3", 30),
    ]
    assert {len(unit["days"]) for unit in history["units"]} == {DAYS}
