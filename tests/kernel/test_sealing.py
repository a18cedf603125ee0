"""A secret that one unit tells another is readable by that other alone, and written in clear nowhere."""

import re
from datetime import timedelta
from typing import Annotated, Any

import msgspec
import pytest
from tests.conftest import TestPlatform

from rt.host.keys import UnitKeys
from rt.kernel.core.clock import held, now
from rt.kernel.core.ids import new_id
from rt.kernel.model.entity import Entity
from rt.kernel.model.envelope import EventEnvelope, with_defaults
from rt.kernel.model.messages import EVENTS, Command, Empty, Event, secret_for
from rt.kernel.service.service import ServiceContext, Unit, serve, subscribe
from rt.kernel.storage.persistence import Collection, Database
from rt.kernel.storage.sealing import SealBroken, SealMissing, secrets_of, unsealed

TOKEN = "tok_9fK2mQx7"


class KeyCut(Event, topic="palette.key.cut"):
    door: str
    token: Annotated[str, secret_for("notifications")]
    spare: Annotated[str, secret_for("notifications")] = ""


class CutKey(Command[Empty], route="/api/palettes/keys", needs="palette.write"):
    """Cut a key for a door."""

    door: str


class Key(Entity):
    door: str


class Smith:
    """A unit that makes keys, and one that hears of them."""

    def __init__(self) -> None:
        self.heard: dict[str, KeyCut] = {}
        self.clumsy = False

    def palette(self, context: ServiceContext) -> Unit:
        keys = Collection(context.database, Key, "keys")

        async def cut(asked: CutKey) -> Empty:
            key = Key(id=new_id("key"), door=asked.door)
            key.emit(KeyCut(door=asked.door, token=TOKEN))
            await keys.add(key)
            return Empty()

        return Unit(name="palette", serves=[serve(CutKey, cut)])

    def reader(self, unit: str) -> Any:
        async def note(event: KeyCut, envelope: EventEnvelope) -> None:
            self.heard[unit] = event
            if self.clumsy:
                raise ValueError(f"no door for {event.token}")

        def build(context: ServiceContext) -> Unit:
            return Unit(name=unit, serves=[], subscriptions=[subscribe(KeyCut, note, since="beginning")])

        build.__module__ = f"rt.services.{unit}.app"
        return build


@pytest.fixture
async def smith(platform: TestPlatform) -> Smith:
    smith = Smith()

    def palette(context: ServiceContext) -> Unit:
        return smith.palette(context)

    palette.__module__ = "rt.services.palette.app"
    await platform.mount(palette, smith.reader("notifications"), smith.reader("tracking_ia"))
    actor = platform.actor(rights={"palette.write"})
    async with platform.web("palette", actor) as web:
        assert (await web.post("/api/palettes/keys", json={"door": "north"})).status_code == 200
    return smith


async def stored(platform: TestPlatform) -> str:
    """Everything that the database holds."""
    database = platform.database("palette")
    return "".join([str(d) for name in await database.names() async for d in database[name].find({})])


async def test_a_secret_is_written_in_clear_neither_before_nor_after_it_is_delivered(
    platform: TestPlatform, smith: Smith
) -> None:
    assert TOKEN not in await stored(platform)
    await platform.settle()
    everything = await stored(platform)
    assert TOKEN not in everything
    assert "palette.key.cut" in everything


async def test_an_event_that_could_not_be_heard_lies_aside_without_its_secret(
    platform: TestPlatform, smith: Smith
) -> None:
    """Nor does the reason, when it says with what the subscription failed; once and tried again."""
    smith.clumsy = True
    await platform.settle()
    letters = platform.database("palette")["dead_letters"]
    before = [letter async for letter in letters.find({"unit": "notifications"})]
    with held(now() + timedelta(seconds=10)):
        await platform.settle()
    after = [letter async for letter in letters.find({"unit": "notifications"})]
    assert (before[0]["tries"], after[0]["tries"]) == (1, 2)
    assert before[0]["reason"] == after[0]["reason"] == "ValueError: no door for ***"
    assert TOKEN not in await stored(platform)


async def test_only_the_unit_that_it_is_for_reads_it(platform: TestPlatform, smith: Smith) -> None:
    await platform.settle()
    assert smith.heard["notifications"].token == TOKEN
    assert smith.heard["tracking_ia"].token != TOKEN
    assert smith.heard["tracking_ia"].door == "north"


def test_an_altered_seal_is_no_value(unit_keys: UnitKeys) -> None:
    body = unit_keys.seals_of("palette").sealed(KeyCut(door="north", token=TOKEN))
    head, _, tail = body["token"].rpartition(".")
    altered = {**body, "token": f"{head}.{tail[::-1]}"}
    with pytest.raises(SealBroken):
        unit_keys.seals_of("notifications").opened(KeyCut.topic, altered)
    assert "spare" not in body


async def test_without_keys_nothing_secret_is_written(
    platform: TestPlatform, database: Database, acting: Any
) -> None:
    bare = Collection(database, Key, "bare")
    key = Key(id="key_1", org_id="org_a", door="north")
    key.emit(KeyCut(door="north", token=TOKEN))
    with acting(platform.actor()), pytest.raises(SealMissing):
        await bare.add(key)


def test_every_event_field_that_opens_something_is_sealed() -> None:
    """A field of an event that is named like a secret is declared as one."""
    opening = re.compile(r"(^|_)(token|secret|password|url|code)$")
    plain = [
        f"{topic}: {field}"
        for topic, kind in EVENTS.items()
        if kind.__module__.startswith("rt.contracts.")
        for field in kind.__struct_fields__
        if opening.search(field) and field not in secrets_of(kind)
    ]
    assert plain == []


class Stop(msgspec.Struct):
    city: str
    door: str = ""


class Sent(Event, topic="palette.crate.sent"):
    """What has a default for nearly all that it says."""

    parcel_id: str
    note: str = ""
    shared: bool = False
    sizes: list[int] = []
    stop: Stop | None = None


def test_what_says_its_default_is_not_written_and_heard_all_the_same() -> None:
    event = Sent(parcel_id="", stop=Stop(city="Brest"))
    assert unsealed(event) == {"parcel_id": "", "stop": {"city": "Brest"}}
    emitted = EventEnvelope(
        id="evt_1", partition="palette.1", seq=1, source="palette", topic=Sent.topic, at=now(),
        org_id="org_a", entity="palette.parcels", entity_id="par_1", version=1, nth=1, actor={}, trace="",
        body=unsealed(event),
    )  # fmt: skip
    assert with_defaults(emitted).body == msgspec.to_builtins(event)
