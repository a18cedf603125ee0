"""The trail shows every edit: of a line, of its order, of its end, of all of it (G-12)."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from rt.kernel.audit import ORIGIN, Line

LINES = 24
EDITS = 1_000
Documents = list[dict[str, Any]]


def flip(lines: Documents, dice: random.Random) -> Documents:
    line = dice.choice(lines)
    name = dice.choice(["did", "org_id", "entity_id", "trace", "hash", "previous", "at", "actor", "change"])
    value = line[name]
    if isinstance(value, datetime):
        line[name] = value.replace(year=value.year - 1)
    elif isinstance(value, dict):
        line[name] = {**value, "id": {"x": "y"}} if name == "change" else {**value, "id": "usr_other"}
    else:
        line[name] = value[:-1] + ("0" if value[-1:] != "0" else "1")
    return lines


def delete(lines: Documents, dice: random.Random) -> Documents:
    lines.pop(dice.randrange(len(lines) - 1))
    return lines


def insert(lines: Documents, dice: random.Random) -> Documents:
    """A forged line in the middle, those after it numbered on."""
    at = dice.randrange(len(lines))
    forged = {**lines[at], "_id": "evt_forged", "did": "palette.parcel.forged"}
    for line in lines[at:]:
        line["seq"] += 1
    return [*lines[:at], forged, *lines[at:]]


def swap(lines: Documents, dice: random.Random) -> Documents:
    one, other = dice.sample(lines, 2)
    one["seq"], other["seq"] = other["seq"], one["seq"]
    return lines


def truncate(lines: Documents, dice: random.Random) -> Documents:
    return lines[: dice.randrange(len(lines))]


def rebuild(lines: Documents, dice: random.Random) -> Documents:
    """One fact changed and every hash after it made anew: the chain alone cannot tell."""
    dice.choice(lines)["did"] = "palette.parcel.forged"
    previous = ORIGIN
    for document in lines:
        document["previous"] = previous
        line = msgspec.convert({**document, "id": document["_id"]}, Line, builtin_types=(datetime,))
        document["hash"] = previous = line.computed()
    return lines


KINDS: list[Callable[[Documents, random.Random], Documents]] = [
    flip, delete, insert, swap, truncate, rebuild,
]  # fmt: skip


async def test_a_thousand_random_edits_are_all_found(house: Any, voice: Any, root: Any) -> None:
    for number in range(LINES):
        await voice.send(id=f"par_{number}")
    await house.settle()
    await house.tick()
    stored = house.database("admin_gateway")["audit"]
    good = await stored.find().sort([("seq", 1)]).to_list()
    first = (await root.get("/admin/audit/verify")).json()
    assert (first["intact"], first["checkpoint_seq"]) == (True, LINES)
    dice = random.Random(20261122)
    for _ in range(EDITS):
        edit = dice.choice(KINDS)
        edited = edit([dict(line) for line in good], dice)
        changed = [line for line in edited if line not in good]
        gone = [line["_id"] for line in good if line["_id"] not in {one["_id"] for one in edited}]
        touched = gone + [line["_id"] for line in changed]
        await stored.delete_many({"_id": {"$in": touched}})
        if changed:
            await stored.insert_many(changed)
        found = (await root.get("/admin/audit/verify")).json()
        assert not found["intact"], edit.__name__
        assert found["broken_at"] is not None
        await stored.delete_many({"_id": {"$in": touched}})
        await stored.insert_many([line for line in good if line["_id"] in touched])
    assert (await root.get("/admin/audit/verify")).json()["intact"]


async def test_a_checkpoint_is_written_when_the_trail_has_grown(house: Any, voice: Any, root: Any) -> None:
    await voice.send()
    await house.settle()
    files = house.room("admin_gateway").ground.files
    await house.tick()
    before = await files.keys("documents", "audit")
    await house.database("admin_gateway")["repeats"].delete_many({})
    await house.tick()
    assert await files.keys("documents", "audit") == before
    await voice.send(id="par_2")
    await house.settle()
    await house.database("admin_gateway")["repeats"].delete_many({})
    await house.tick()
    assert len(await files.keys("documents", "audit")) == len(before) + 1
