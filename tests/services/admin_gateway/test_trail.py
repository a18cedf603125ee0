"""The log shows every edit: of an event, of its order, of its end, of a segment, of all of it (G-12)."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from rt.contracts.authz import OrganizationCreated, UserJoined
from rt.kernel.core.clock import held, now
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.event_log import KEPT, digest_of
from rt.kernel.log.segments import ORIGIN, Segment
from rt.kernel.privacy.erasures import erase_subject

EVENTS = 24
EDITS = 1_000
PARTS = 4
ODILE = "usr_odile_brenner"
Documents = list[dict[str, Any]]
Edit = Callable[[Documents, Documents, random.Random], None]
"""Changes events and segments in place, as somebody would who may write the database."""


def flip(events: Documents, segments: Documents, dice: random.Random) -> None:
    event = dice.choice(events)
    name = dice.choice(["topic", "org_id", "entity_id", "trace", "at", "actor", "body", "nth", "version"])
    value = event[name]
    if isinstance(value, datetime):
        event[name] = value.replace(year=value.year - 1)
    elif isinstance(value, dict):
        event[name] = {**value, "id": "usr_other"}
    elif isinstance(value, int):
        event[name] = value + 1
    else:
        event[name] = value[:-1] + ("0" if value[-1:] != "0" else "1")


def empty(events: Documents, segments: Documents, dice: random.Random) -> None:
    """As if an organization had been erased that was not."""
    event = dice.choice(events)
    event |= {"org_id": "erased", "erased": event["org_id"], "body": {}, "change": [], "actor": {}}


def delete(events: Documents, segments: Documents, dice: random.Random) -> None:
    events.remove(dice.choice(events))


def insert(events: Documents, segments: Documents, dice: random.Random) -> None:
    """A forged event in the middle, those after it numbered on."""
    at = dice.choice(events)
    forged = {**at, "_id": "evt_forged", "topic": "palette.parcel.forged"}
    for event in events:
        if event["partition"] == at["partition"] and event["seq"] >= at["seq"]:
            event["seq"] += 1
    events.append(forged)


def swap(events: Documents, segments: Documents, dice: random.Random) -> None:
    one, other = dice.sample(events, 2)
    for name in ("partition", "seq"):
        one[name], other[name] = other[name], one[name]


def truncate(events: Documents, segments: Documents, dice: random.Random) -> None:
    """The end of a partition cut off, its segments with it."""
    at = dice.choice(segments)
    for kept, first in ((segments, "first"), (events, "seq")):
        kept[:] = [o for o in kept if o["partition"] != at["partition"] or o[first] < at["first"]]


def rebuild(events: Documents, segments: Documents, dice: random.Random) -> None:
    """One fact changed and every hash after it made anew: the chain alone cannot tell."""
    event = dice.choice(events)
    event["topic"] = "palette.parcel.forged"
    previous = ORIGIN
    for document in sorted(segments, key=lambda one: int(one["first"])):
        if document["partition"] != event["partition"]:
            continue
        within = [one for one in events if one["partition"] == event["partition"]]
        within = [one for one in within if document["first"] <= one["seq"] <= document["last"]]
        document["digests"] = [digest_of(one) for one in sorted(within, key=lambda one: int(one["seq"]))]
        document["previous"] = previous
        segment = msgspec.convert({**document, "id": document["_id"]}, Segment, builtin_types=(datetime,))
        document["hash"] = previous = segment.computed()


KINDS: list[Edit] = [flip, empty, delete, insert, swap, truncate, rebuild]


async def seal(platform: Any) -> None:
    await platform.settle()
    await platform.database("admin_gateway")["repeats"].delete_many({})
    await platform.tick()


async def put(collection: Any, documents: Documents) -> None:
    await collection.delete_many({})
    await collection.insert_many(documents)


async def test_a_thousand_random_edits_are_all_found(platform: Any, voice: Any, root: Any) -> None:
    for number in range(EVENTS):
        await voice.send(id=f"par_{number}")
        if number % (EVENTS // PARTS) == EVENTS // PARTS - 1:
            await seal(platform)
    database = platform.database("admin_gateway")
    events = await database["event_log"].find().sort([("partition", 1), ("seq", 1)]).to_list()
    segments = await database["log_segments"].find().sort([("partition", 1), ("first", 1)]).to_list()
    first = (await root.get("/admin/audit/verify")).json()
    assert (first["intact"], first["lines"], first["vouched"]) == (True, EVENTS, EVENTS)
    dice = random.Random(20261122)
    good = {"event_log": events, "log_segments": segments}
    stored, tried = good, set()
    for _ in range(EDITS):
        edit = dice.choice(KINDS)
        edited = {name: [dict(one) for one in documents] for name, documents in good.items()}
        edit(*edited.values(), dice)
        if (print_of := digest_of(edited)) in tried:
            continue
        tried.add(print_of)
        await change(database, stored, edited)
        stored = edited
        found = (await root.get("/admin/audit/verify")).json()
        assert not found["intact"], edit.__name__
        assert found["broken"]
    assert len(tried) > EDITS / 3
    await change(database, stored, good)
    assert (await root.get("/admin/audit/verify")).json()["intact"]


async def change(database: Any, before: dict[str, Documents], after: dict[str, Documents]) -> None:
    """Write only what differs."""
    for name in before:
        old, new = ({one["_id"]: one for one in state[name]} for state in (before, after))
        if gone := [key for key in old if new.get(key) != old[key]]:
            await database[name].delete_many({"_id": {"$in": gone}})
        if come := [new[key] for key in new if old.get(key) != new[key]]:
            await database[name].insert_many(come)


async def test_a_checkpoint_is_written_when_the_log_has_grown(platform: Any, voice: Any, root: Any) -> None:
    await voice.send()
    files = platform.instance("admin_gateway").context.files
    await seal(platform)
    with acting_for("audit"):
        before = await files.keys("documents", "audit")
    await seal(platform)
    with acting_for("audit"):
        assert await files.keys("documents", "audit") == before
    await voice.send(id="par_2")
    await seal(platform)
    with acting_for("audit"):
        assert len(await files.keys("documents", "audit")) == len(before) + 1


async def test_after_the_time_that_it_is_kept_the_log_still_verifies(
    platform: Any, voice: Any, root: Any
) -> None:
    await voice.send(id="par_1")
    await seal(platform)
    with held(now() + KEPT - timedelta(days=1)):
        await voice.send(id="par_1b")
        await voice.recount("par_1", 2)
        await seal(platform)
    with held(now() + KEPT + timedelta(days=2)):
        await seal(platform)
        found = (await root.get("/admin/audit/verify")).json()
    assert (found["intact"], found["lines"]) == (True, 3)
    kept = await platform.database("admin_gateway")["event_log"].distinct("_id")
    assert len(kept) == 2


async def looked_at(root: Any, said: str) -> str:
    """All that the platform's people are shown of somebody: timeline, trail, export and what a search
    finds."""
    asked: list[tuple[str, dict[str, str]]] = [
        (f"/admin/timelines/{ODILE}", {}),
        ("/admin/audit", {}),
        ("/admin/audit/export", {}),
        ("/admin/search", {"q": said}),
        ("/admin/search", {"q": ODILE}),
        ("/admin/dead-letters", {}),
    ]
    answers = [await root.get(path, params=params) for path, params in asked]
    assert [answer.status_code for answer in answers] == [200] * len(asked)
    return "".join(answer.text for answer in answers)


@pytest.mark.parametrize(
    "name", ["Odile Brenner", "Zoé 👩🏽‍🚀 d'Orbigny", "O" * 5_000, '=HYPERLINK("x")', "***0", "~"]
)
async def test_nobody_is_read_in_the_trail_before_or_after_they_were_erased(
    platform: Any, voice: Any, root: Any, name: str
) -> None:
    mail = "odile@brenner.example"
    await platform.emit(UserJoined(user_id=ODILE, email=mail, name=name, role="admin"))
    await platform.emit(
        OrganizationCreated(organization_id="org_a", name="Brenner", kind="shipper", email=mail)
    )
    await platform.settle()
    before = await looked_at(root, mail)
    await erase_subject(platform.database("kernel"), "org_a", "authz.people", ODILE)
    after = await looked_at(root, mail)
    assert mail not in before + after
    assert len(name) < 5 or name not in before + after
    assert "(erased)" in after
    assert "(erased)" not in before
