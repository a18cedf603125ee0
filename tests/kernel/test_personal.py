"""What tells of a person is encrypted under their key before it is written, and gone with it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import TestPlatform

from rt.kernel.core.clock import held, now
from rt.kernel.core.errors import NotFound
from rt.kernel.log.event_log import EVENT_LOG, EventLog
from rt.kernel.log.segments import Segments
from rt.kernel.model.entity import Entity
from rt.kernel.model.envelope import EventEnvelope, envelope_of
from rt.kernel.model.marks import marks_of
from rt.kernel.model.messages import PERSONAL, SEALED, Event, Personal, PersonalLabel, leads_to, personal_of
from rt.kernel.privacy.erasures import erase_organization, erase_subject
from rt.kernel.privacy.subject_keys import SubjectKeys, _digits
from rt.kernel.privacy.tenant_data import erase, forget, left, rows
from rt.kernel.service.service import ServiceContext, Unit, subscribe
from rt.kernel.storage.changes import GONE, change_of, personal_in
from rt.kernel.storage.listing import Listing
from rt.kernel.storage.persistence import Collection, ConnectionFailure, Database, connect
from rt.kernel.storage.personal import KeyLost
from rt.kernel.storage.personal import Personal as Opener

WHO, MAIL, DRIVER, ACTOR = "Maëlle Kervran", "maelle@kervran.example", "Yannick Tanguy", "Odile Brenner"
DriverId = Annotated[str, leads_to("planning.drivers")]


class Contact(msgspec.Struct):
    name: PersonalLabel = ""
    mail: PersonalLabel = ""
    floor: int = 0
    latitude: Annotated[float | None, PERSONAL] = None


class VisitPlanned(Event, topic="palette.visit.planned"):
    place: str
    contact: Contact
    others: list[Contact] = []
    driver_id: DriverId = ""
    driver_name: Annotated[str, personal_of("driver_id")] = ""


class Visit(Entity):
    place: str = ""
    contact: Contact | None = None
    others: list[Contact] = []
    driver_id: DriverId = ""
    driver_name: Annotated[str, personal_of("driver_id")] = ""

    def plan(self) -> None:
        contact = self.contact or Contact()
        driver = {"driver_id": self.driver_id, "driver_name": self.driver_name}
        self.emit(VisitPlanned(place=self.place, contact=contact, others=self.others, **driver))


class Agency:
    """A unit that plans visits and one that hears of them."""

    def __init__(self) -> None:
        self.heard: list[tuple[VisitPlanned, EventEnvelope]] = []
        self.clumsy = False
        self.complaint = "no chair for {event.contact.name} of {actor}"
        self.visits: Collection[Visit]

    def palette(self, context: ServiceContext) -> Unit:
        self.visits = Collection(context.database, Visit, "visits")
        return Unit(name="palette", serves=[])

    def planning(self, context: ServiceContext) -> Unit:
        async def note(event: VisitPlanned, envelope: EventEnvelope) -> None:
            if self.clumsy:
                raise ValueError(self.complaint.format(event=event, actor=envelope.actor["name"]))
            self.heard.append((event, envelope))

        return Unit(
            name="planning", serves=[], subscriptions=[subscribe(VisitPlanned, note, since="beginning")]
        )


Plan = Callable[..., Any]


@pytest.fixture
async def agency(platform: TestPlatform) -> Agency:
    agency = Agency()

    def palette(context: ServiceContext) -> Unit:
        return agency.palette(context)

    def planning(context: ServiceContext) -> Unit:
        return agency.planning(context)

    palette.__module__, planning.__module__ = "rt.services.palette.app", "rt.services.planning.app"
    await platform.mount(palette, planning)
    return agency


@pytest.fixture
def plan(platform: TestPlatform, agency: Agency, acting: Any) -> Plan:
    """Plan a visit that tells of three people, by a fourth."""

    async def planned(id: str = "vis_one", org: str = "org_a", driver: str = "drv_yannick") -> None:
        with acting(platform.actor(org=org, id="usr_odile", name=ACTOR)):
            visit = Visit(id=id, place="Lorient", contact=Contact(WHO, MAIL, 3), others=[Contact(WHO)])
            visit.driver_id, visit.driver_name = driver, DRIVER
            visit.plan()
            await agency.visits.add(visit)

    return planned


async def kept(platform: TestPlatform) -> str:
    """All that the database holds but the things themselves."""
    database = platform.database("palette")
    found = []
    for name in await database.names():
        async for document in database[name].find({}):
            found.append(str(document.get("outbox") if name == "palette.visits" else document))
    return "".join(found)


def names_nobody(text: str) -> bool:
    return not any(secret in text for secret in (WHO, MAIL, DRIVER, ACTOR))


async def test_neither_the_document_s_outbox_nor_the_log_names_anybody(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    waiting = await kept(platform)
    await platform.settle()
    assert names_nobody(waiting)
    assert names_nobody(await kept(platform))
    assert "Lorient" in waiting


async def test_a_subscription_hears_it_in_clear(platform: TestPlatform, agency: Agency, plan: Plan) -> None:
    await plan()
    await platform.settle()
    [(event, emitted)] = agency.heard
    assert event.contact == Contact(WHO, MAIL, 3)
    assert (event.others, event.driver_name, emitted.actor["name"]) == ([Contact(WHO)], DRIVER, ACTOR)
    assert {leaf["path"]: leaf["after"] for leaf in emitted.change}["contact"] == {
        "name": WHO,
        "mail": MAIL,
        "floor": 3,
    }


async def test_a_change_of_one_leaf_is_sealed_on_both_sides(
    platform: TestPlatform, agency: Agency, plan: Plan, acting: Any
) -> None:
    await plan()
    with acting(platform.actor()):
        async with agency.visits.change("vis_one") as visit:
            visit.contact = Contact("Gwenn Le Bihan", MAIL, 4)
            visit.driver_id, visit.driver_name = "drv_other", "Loïc Morvan"
    await platform.settle()
    event = await platform.database("palette")[EVENT_LOG].find_one({"topic": "palette.visits.changed"})
    assert event is not None
    whose = {part["of"].partition("/")[2] for part in event["personal"]}
    assert whose == {"palette.visits/vis_one", "planning.drivers/drv_yannick", "planning.drivers/drv_other"}
    opened = await platform.personal.open(envelope_of(event))
    leaves = {leaf["path"]: (leaf["before"], leaf["after"]) for leaf in opened.change}
    assert leaves["contact.name"] == (WHO, "Gwenn Le Bihan")
    assert leaves["contact.floor"] == (3, 4)
    assert leaves["driver_name"] == (DRIVER, "Loïc Morvan")


async def test_a_person_for_whom_a_unit_acts_is_not_named_either(
    platform: TestPlatform, agency: Agency, acting: Any
) -> None:
    with acting(platform.actor(kind="unit", id="planning", name=ACTOR, claims={"for": "usr_odile"})):
        visit = Visit(id="vis_one")
        visit.plan()
        await agency.visits.add(visit)
    await platform.settle()
    assert names_nobody(await kept(platform))
    [(_, emitted)] = agency.heard
    assert emitted.actor["name"] == ACTOR
    await forget(platform.database("palette"), "org_a", "authz.people", "usr_odile")
    [emitted], _ = await EventLog(platform.database("palette")).about("vis_one", "", 10)
    assert emitted.actor["name"] == GONE


async def test_what_lies_aside_and_why_names_nobody(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    agency.clumsy = True
    await plan()
    await platform.settle()
    letter = await platform.database("palette")["dead_letters"].find_one({})
    assert letter is not None
    assert letter["reason"] == "ValueError: no chair for *** of ***"
    assert names_nobody(await kept(platform))


@pytest.mark.parametrize(
    "complaint",
    [
        "E11000 duplicate key: {{ name: 'Somebody Else' }}",
        "wrote to nolwenn@elsewhere.example, +33 6 98 41 00 17",
        "no {event.contact.name!a}",
    ],
)
async def test_why_it_lies_aside_names_nobody_that_the_event_did_not_name(
    platform: TestPlatform, agency: Agency, plan: Plan, complaint: str
) -> None:
    agency.clumsy, agency.complaint = True, complaint
    await plan()
    await platform.settle()
    letter = await platform.database("palette")["dead_letters"].find_one({})
    assert letter is not None
    assert not re.search("Somebody|nolwenn|98 41|Kervran", letter["reason"])


async def test_a_name_in_other_letters_is_masked_where_it_lies_aside(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    agency.clumsy, agency.complaint = True, f"nobody is called {WHO.upper()}"
    await plan()
    await platform.settle()
    letter = await platform.database("palette")["dead_letters"].find_one({})
    assert letter is not None
    assert letter["reason"] == "ValueError: nobody is called ***"


async def test_once_a_person_is_erased_what_was_told_of_them_is_empty_and_of_others_is_not(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await plan("vis_two", driver="drv_other")
    await platform.settle()
    await forget(platform.database("palette"), "org_a", "planning.drivers", "drv_yannick")
    agency.heard.clear()
    await platform.redeliver()
    heard = sorted((event.driver_name, event.contact.name) for event, _ in agency.heard)
    assert heard == [("", WHO), (DRIVER, WHO)]


async def test_what_was_put_aside_before_is_heard_without_who_was_erased(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    agency.clumsy = True
    await plan()
    await platform.settle()
    await forget(platform.database("palette"), "org_a", "palette.visits", "vis_one")
    agency.clumsy = False
    with held(now()):
        await platform.database("palette")["dead_letters"].update_many({}, {"$set": {"next_try_at": now()}})
        await platform.settle()
    [(event, _)] = agency.heard
    assert (event.place, event.contact, event.driver_name) == ("Lorient", Contact(floor=3), DRIVER)


async def test_where_somebody_was_is_sealed_too_and_unknown_once_they_are_erased(
    platform: TestPlatform, agency: Agency, acting: Any
) -> None:
    with acting(platform.actor()):
        visit = Visit(id="vis_one", contact=Contact(WHO, latitude=48.5839))
        visit.plan()
        await agency.visits.add(visit)
    await platform.settle()
    assert "48.58" not in await kept(platform)
    assert agency.heard[0][0].contact.latitude == 48.5839
    await forget(platform.database("palette"), "org_a", "palette.visits", "vis_one")
    await platform.redeliver()
    assert agency.heard[1][0].contact == Contact()
    [emitted], _ = await EventLog(platform.database("palette")).about("vis_one", "", 10)
    assert emitted.body["contact"] == {"name": GONE, "latitude": GONE}


async def test_an_erasure_while_the_outbox_holds_the_event_leaves_nothing_readable(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await forget(platform.database("palette"), "org_a", "palette.visits", "vis_one")
    await platform.settle()
    [(event, _)] = agency.heard
    assert (event.contact.name, event.others[0].name) == ("", "")
    assert names_nobody(await kept(platform))


async def test_of_who_was_erased_nothing_is_written_again(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await forget(platform.database("palette"), "org_a", "planning.drivers", "drv_yannick")
    await plan()
    await platform.settle()
    [(event, _)] = agency.heard
    assert event.driver_name == ""


async def test_the_chain_holds_when_people_and_whole_organizations_are_erased(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    database = platform.database("palette")
    await plan()
    await plan("vis_two", org="org_b")
    await platform.settle()
    segments = Segments(database)
    await segments.prepare()
    sealed = await segments.seal()
    await forget(database, "org_a", "palette.visits", "vis_one")
    await erase(database, "org_b")
    verdict = await segments.verify(frozenset({"org_b"}))
    assert (verdict.broken, verdict.sealed) == ([], sealed)


async def test_the_trail_says_who_acted_veils_the_rest_and_says_what_was_erased(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await platform.settle()
    log = EventLog(platform.database("palette"))
    [emitted], _ = await log.about("vis_one", "", 10)
    assert (emitted.actor["name"], emitted.body["contact"]["name"], emitted.body["driver_name"]) == (
        ACTOR,
        "***",
        "***",
    )
    await forget(platform.database("palette"), "org_a", "planning.drivers", "drv_yannick")
    await forget(platform.database("palette"), "org_a", "authz.people", "usr_odile")
    [emitted], _ = await log.about("vis_one", "", 10)
    assert (emitted.actor["name"], emitted.body["driver_name"]) == (GONE, GONE)
    assert emitted.body["contact"]["name"] == "***"


async def test_a_person_is_found_by_the_whole_of_what_the_log_does_not_hold(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await platform.settle()
    log = EventLog(platform.database("palette"))
    assert [(one.entity_id, one.labels) for one in await log.find(MAIL.upper())] == [("vis_one", [])]
    assert await log.find(MAIL[:-1]) == []
    await forget(platform.database("palette"), "org_a", "palette.visits", "vis_one")
    assert await log.find(MAIL) == []


async def labels_of(platform: TestPlatform, id: str) -> list[str]:
    event = await platform.database("palette")[EVENT_LOG].find_one({"entity_id": id})
    assert event is not None
    return list(event.get("labels", []))


async def test_an_erasure_while_the_outbox_holds_the_event_leaves_nothing_to_find_it_by(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await forget(platform.database("palette"), "org_a", "palette.visits", "vis_one")
    await platform.settle()
    assert await labels_of(platform, "vis_one") == []


async def test_what_a_process_appends_that_has_not_heard_of_the_erasure_is_not_found(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await platform.settle()
    labels = await labels_of(platform, "vis_one")
    await forget(platform.database("palette"), "org_a", "palette.visits", "vis_one")
    log = platform.database("palette")[EVENT_LOG]
    await log.update_one({"entity_id": "vis_one"}, {"$set": {"labels": labels}})
    assert await EventLog(platform.database("palette")).find(MAIL) == []


async def test_of_others_whom_the_same_event_names_nothing_is_lost(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await platform.settle()
    await forget(platform.database("palette"), "org_a", "planning.drivers", "drv_yannick")
    assert [one.entity_id for one in await EventLog(platform.database("palette")).find(MAIL)] == ["vis_one"]


async def test_the_key_of_another_organization_opens_nothing(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await plan("vis_two", org="org_b")
    await platform.settle()
    event = await platform.database("palette")[EVENT_LOG].find_one({"entity_id": "vis_one"})
    assert event is not None
    event["personal"] = [{**part, "of": part["of"].replace("org_a", "org_b")} for part in event["personal"]]
    with pytest.raises(KeyLost):
        await platform.personal.open(envelope_of(event))


async def test_a_sealed_part_opens_in_its_own_event_alone(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await platform.settle()
    event = await platform.database("palette")[EVENT_LOG].find_one({})
    assert event is not None
    with pytest.raises(KeyLost):
        await platform.personal.open(envelope_of({**event, "_id": "evt_other"}))


Part = dict[str, str]
ALTERED: dict[str, Callable[[list[Part]], list[Part]]] = {
    "cut short": lambda parts: [{**one, "sealed": one["sealed"][:40]} for one in parts],
    "shorter than a nonce": lambda parts: [{**one, "sealed": one["sealed"][:8]} for one in parts],
    "no base64": lambda parts: [{**one, "sealed": "é"} for one in parts],
    "other letters": lambda parts: [{**one, "sealed": one["sealed"].swapcase()} for one in parts],
    "nothing sealed": lambda parts: [{"of": one["of"]} for one in parts],
    "of nobody": lambda parts: [{"sealed": one["sealed"]} for one in parts],
    "of another": lambda parts: [{**one, "of": "org_a/palette.visits/vis_two"} for one in parts],
    "of no organization": lambda parts: [{**one, "of": "org_nowhere/a/b"} for one in parts],
    "each under another": lambda parts: [
        {**one, "sealed": other["sealed"]} for one, other in zip(parts, parts[1:] + parts[:1], strict=True)
    ],
}


@pytest.mark.parametrize("altered", ALTERED)
async def test_what_was_altered_is_shown_veiled_heard_by_nobody_and_found_by_the_chain(
    platform: TestPlatform, agency: Agency, plan: Plan, altered: str
) -> None:
    await plan()
    await platform.settle()
    database = platform.database("palette")
    segments = Segments(database)
    await segments.prepare()
    await segments.seal()
    event = await database[EVENT_LOG].find_one({})
    assert event is not None
    parts = ALTERED[altered](event["personal"])
    await database[EVENT_LOG].update_one({"_id": event["_id"]}, {"$set": {"personal": parts}})
    [emitted], _ = await EventLog(database).about("vis_one", "", 10)
    assert (emitted.actor["name"], emitted.body["contact"]["mail"], emitted.body["driver_name"]) == (
        "***",
    ) * 3
    with pytest.raises(KeyLost):
        await platform.personal.open(envelope_of({**event, "personal": parts}))
    assert len((await segments.verify(frozenset())).broken) == 1


async def test_keys_that_were_lost_are_not_taken_for_an_erasure(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await platform.client.drop_database(f"{platform.settings.mongodb_db}_keys")
    platform.subject_keys.forget()
    await platform.settle()
    letter = await platform.database("palette")["dead_letters"].find_one({})
    assert agency.heard == []
    assert letter is not None
    assert letter["reason"].startswith("KeyLost")


def test_nought_is_a_place_too() -> None:
    contact = msgspec.to_builtins(Contact(latitude=0.0))
    assert [place.path for place in personal_in(contact, marks_of(Contact), [])] == [["latitude"]]


@pytest.fixture
async def unplugged(platform: TestPlatform) -> AsyncIterator[Callable[[], AbstractContextManager[None]]]:
    """`with unplugged():` nobody answers where the keys are."""
    client = connect("mongodb://127.0.0.1:9")

    @contextmanager
    def pulled() -> Iterator[None]:
        keys = platform.subject_keys
        nodes, keys._nodes = keys._nodes, Database(client, "nowhere", "kernel")["nodes"]
        keys.forget()
        try:
            yield
        finally:
            keys._nodes = nodes

    yield pulled
    await client.close()


async def test_while_the_keys_do_not_answer_nothing_is_written_or_lost(
    platform: TestPlatform, agency: Agency, plan: Plan, unplugged: Callable[[], AbstractContextManager[None]]
) -> None:
    outbox, consumer = platform.instance("palette").outbox, platform.instance("planning").consumer
    await plan()
    with unplugged():
        with pytest.raises(ConnectionFailure):
            await plan("vis_two")
        with pytest.raises(ConnectionFailure):
            await outbox.step()
    await outbox.step()
    with unplugged():
        await consumer.step()
        with pytest.raises(ConnectionFailure):
            await EventLog(platform.database("palette")).about("vis_one", "", 10)
    database = platform.database("palette")
    assert [one["_id"] async for one in database["palette.visits"].find({})] == ["vis_one"]
    assert await database["dead_letters"].find_one({}) is None
    assert agency.heard == []
    for partition in consumer._partitions.values():
        partition.not_before = 0.0
    await platform.settle()
    assert [event.contact.name for event, _ in agency.heard] == [WHO]


class Safe(Entity):
    """Keeps what opens something."""

    place: str = ""
    combination: Annotated[str, SEALED] = ""
    spares: Annotated[list[str], SEALED] = []


SAFES = Listing(Safe, {"newest": "-created_at"})
CODE, SPARE = "4711-0815", "3141-5926"


def move(safe: Safe) -> None:
    safe.place, safe.spares = "Quimper", [*safe.spares[:1]]


@pytest.fixture
def safes(platform: TestPlatform, acting: Any) -> Collection[Safe]:
    return Collection(platform.database("palette"), Safe, "safes", listings=[SAFES])


async def test_what_is_sealed_is_stored_in_no_clear_and_read_as_it_was(
    platform: TestPlatform, safes: Collection[Safe], acting: Any
) -> None:
    await safes.prepare()
    with acting(platform.actor()):
        await safes.add(Safe(id="saf_1", place="Brest", combination=CODE))
        async with safes.change("saf_1") as safe:
            safe.spares = [SPARE]
        await safes.derive(move)
        read = [await safes.get("saf_1"), *await safes.find({}), *(await safes.rows(SAFES)).items]
    assert [(one.place, one.combination, one.spares) for one in read] == [("Quimper", CODE, [SPARE])] * 3
    stored = str(await platform.database("palette")["palette.safes"].find_one({}))
    assert "Quimper" in stored
    assert CODE not in stored
    assert SPARE not in stored


async def test_a_sealed_value_opens_in_its_own_place_alone(
    platform: TestPlatform, safes: Collection[Safe], acting: Any
) -> None:
    stored = platform.database("palette")["palette.safes"]
    with acting(platform.actor()):
        await safes.add(Safe(id="saf_1", combination=CODE))
        await safes.add(Safe(id="saf_2", combination=SPARE))
        moved = await stored.find_one({"_id": "saf_1"}, {"combination": 1})
        assert moved is not None
        await stored.update_one({"_id": "saf_2"}, {"$set": {"combination": moved["combination"]}})
        with pytest.raises(KeyLost):
            await safes.get("saf_2")


async def test_what_no_key_opens_keeps_nobody_from_the_rest(
    platform: TestPlatform, safes: Collection[Safe], acting: Any
) -> None:
    await safes.prepare()
    stored = platform.database("palette")["palette.safes"]
    with acting(platform.actor()):
        for name in ("saf_1", "saf_2", "saf_3"):
            await safes.add(Safe(id=name, combination=CODE))
        await stored.update_many({"_id": {"$ne": "saf_3"}}, {"$set": {"combination": "sealed:AAAA"}})
        assert [one.id for one in await safes.find({}, sort="created_at,id", limit=2)] == ["saf_3"]
        assert [one.id for one in await safes.find({}, sort="created_at,id", limit=1)] == ["saf_3"]
        assert [one.id async for one in safes.each({})] == ["saf_3"]
        assert [one.id for one in (await safes.rows(SAFES)).items] == ["saf_3"]
        with pytest.raises(KeyLost):
            await safes.get("saf_1")
    taken = {row["_id"]: row["combination"] async for _, row in rows(platform.database("palette"), "org_a")}
    assert taken == {"saf_1": None, "saf_2": None, "saf_3": CODE}


async def test_what_an_erased_organization_had_sealed_is_there_no_more(
    platform: TestPlatform, safes: Collection[Safe], acting: Any
) -> None:
    with acting(platform.actor()):
        await safes.add(Safe(id="saf_1", combination=CODE))
        await platform.personal.keys.destroy("org_a")
        assert await safes.find({}) == []
        with pytest.raises(NotFound):
            await safes.get("saf_1")
        with pytest.raises(NotFound):
            await safes.add(Safe(id="saf_2", combination=CODE))


async def test_an_organization_takes_along_what_is_sealed_in_clear(
    platform: TestPlatform, safes: Collection[Safe], acting: Any
) -> None:
    with acting(platform.actor()):
        await safes.add(Safe(id="saf_1", combination=CODE))
    taken = [document["combination"] async for _, document in rows(platform.database("palette"), "org_a")]
    assert taken == [CODE]


async def backup_of(platform: TestPlatform, name: str) -> dict[str, list[dict[str, Any]]]:
    database = Database(platform.client, name, "kernel")
    return {one: await database[one].find({}).to_list() for one in await database.names()}


async def restore(platform: TestPlatform, name: str, backup: dict[str, list[dict[str, Any]]]) -> None:
    database = Database(platform.client, name, "kernel")
    for one in await database.names():
        await database[one].delete_many({})
        if kept := backup.get(one):
            await database[one].insert_many(kept)


async def test_what_was_erased_is_gone_again_from_an_older_backup_before_anything_is_served(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    name, database = platform.settings.mongodb_db, platform.database("palette")
    await plan()
    await plan("vis_two", org="org_b")
    await platform.settle()
    segments = Segments(database)
    await segments.prepare()
    await segments.seal()
    backup = await backup_of(platform, name)
    files = platform.instance("palette").context.files
    await erase_organization(database, files, "org_b")
    await erase_subject(database, "org_a", "planning.drivers", "drv_yannick")
    await restore(platform, name, backup)
    assert "vis_two" in await kept(platform)
    await platform.start(background=False)
    assert await left(database, "org_b") == 0
    events = await database[EVENT_LOG].find({}).to_list()
    assert {event["org_id"] for event in events} == {"org_a", "erased"}
    emitted = [envelope_of(event) for event in events if event["org_id"] == "org_a"]
    assert [(await platform.personal.open(one)).body["driver_name"] for one in emitted] == [""]
    noted = {one.org_id for one in await platform.subject_keys.erased() if not one.subject}
    assert (await segments.verify(frozenset(noted))).broken == []


async def test_keys_that_come_back_from_their_own_backup_are_destroyed_again(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    keys = f"{platform.settings.mongodb_db}_keys"
    await plan()
    await platform.settle()
    backup = await backup_of(platform, keys)
    await erase_subject(platform.database("palette"), "org_a", "planning.drivers", "drv_yannick")
    await restore(platform, keys, backup)
    platform.subject_keys.forget()
    await platform.start(background=False)
    event = await platform.database("palette")[EVENT_LOG].find_one({})
    assert event is not None
    assert (await platform.personal.open(envelope_of(event))).body["driver_name"] == ""


@pytest.fixture
def another(platform: TestPlatform) -> Callable[[], SubjectKeys]:
    """The keys as another process has them."""
    return lambda: SubjectKeys(Database(platform.client, f"{platform.settings.mongodb_db}_keys", "kernel"))


async def test_another_process_reads_what_was_erased_for_as_long_as_it_knows_keys_and_no_longer(
    platform: TestPlatform, agency: Agency, plan: Plan, another: Callable[[], SubjectKeys]
) -> None:
    await plan()
    await platform.settle()
    emitted = envelope_of((await platform.database("palette")[EVENT_LOG].find().to_list())[0])
    there = Opener(keys := another())
    assert (await there.open(emitted)).body["driver_name"] == DRIVER
    await forget(platform.database("palette"), "org_a", "planning.drivers", "drv_yannick")
    assert (await there.open(emitted)).body["driver_name"] == DRIVER
    keys._until = 0.0  # 30 seconds later
    assert (await there.open(emitted)).body["driver_name"] == ""


async def test_what_is_told_again_of_who_was_erased_is_as_unreadable_as_before(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    await plan()
    await plan("vis_two", org="org_b")
    await forget(platform.database("palette"), "org_a", "planning.drivers", "drv_yannick")
    await forget(platform.database("palette"), "org_a", "planning.drivers", "drv_yannick")
    await forget(platform.database("palette"), "org_a", "planning.drivers", "drv_nobody")
    await plan("vis_three")
    await platform.settle()
    heard = {emitted.entity_id: event.driver_name for event, emitted in agency.heard}
    assert heard == {"vis_one": "", "vis_two": DRIVER, "vis_three": ""}


async def test_two_processes_that_make_a_key_at_once_agree(another: Callable[[], SubjectKeys]) -> None:
    several = [another() for _ in range(8)]
    ciphers = await asyncio.gather(*(one.cipher("org_a", "a/1", make=True) for one in several))
    sealed = [cipher.encrypt(b"0" * 12, b"x", None) for cipher in ciphers if cipher]
    assert len(sealed) == 8
    assert len(set(sealed)) == 1


async def test_any_number_of_subjects_are_erased_and_all_others_keep_their_keys(
    another: Callable[[], SubjectKeys],
) -> None:
    keys = another()
    names = [f"drivers/{n}" for n in range(60)]
    before = {name: await keys.cipher("org_a", name, make=True) for name in names}
    sealed = {name: cipher.encrypt(b"0" * 12, b"x", None) for name, cipher in before.items() if cipher}
    gone = names[::4]
    await asyncio.gather(*(another().destroy("org_a", name) for name in gone))
    after = another()
    for name in names:
        cipher = await after.cipher("org_a", name)
        assert (cipher is None) == (name in gone)
        assert cipher is None or cipher.encrypt(b"0" * 12, b"x", None) == sealed[name]


async def test_what_is_left_of_a_tree_gives_no_key_that_was_cut(
    platform: TestPlatform, another: Callable[[], SubjectKeys]
) -> None:
    keys = another()
    await keys.cipher("org_a", "drivers/1", make=True)
    await keys.destroy("org_a", "drivers/1")
    await keys.destroy("org_a", "drivers/1")
    await keys.destroy("org_a")
    assert await another().cipher("org_a", "drivers/2") is None
    nodes = Database(platform.client, f"{platform.settings.mongodb_db}_keys", "kernel")["nodes"]
    assert [node["keys"] async for node in nodes.find({"org_id": "org_a"})] == [{}]


async def test_an_organization_erased_while_one_of_its_people_is_leaves_no_key_behind(
    platform: TestPlatform, another: Callable[[], SubjectKeys]
) -> None:
    keys = another()
    nodes = Database(platform.client, f"{platform.settings.mongodb_db}_keys", "kernel")["nodes"]
    await keys.cipher("org_a", "drivers/1", make=True)
    await keys.destroy("org_a", "drivers/1")
    way = _digits("drivers/1")
    beside = next(f"{way[0]}{digit}" for digit in "0123456789abcdef" if digit != way[1])
    async with platform.client.start_session() as session:
        transaction = await session.start_transaction()
        async with transaction:
            await keys._cut("org_a", beside.ljust(16, "0"), session)
            erasing = asyncio.create_task(another().destroy("org_a"))
            for _ in range(20):  # long enough for one that does not wait
                await nodes.find_one({})
    await erasing
    assert [node["keys"] async for node in nodes.find({"org_id": "org_a"})] == [{}]


async def test_an_erasure_that_is_killed_anywhere_is_done_by_the_next_start(
    platform: TestPlatform, agency: Agency, plan: Plan
) -> None:
    database = platform.database("palette")
    await plan()
    await platform.settle()
    for turns in range(0, 10_000, 7):
        erasing = asyncio.create_task(erase_subject(database, "org_a", "planning.drivers", f"drv_{turns}"))
        for _ in range(turns):
            await asyncio.sleep(0)
        if erasing.done():
            break
        erasing.cancel()
        await asyncio.gather(erasing, return_exceptions=True)
    await platform.start(background=False)
    noted = await platform.subject_keys.erased()
    done = {row["_id"] async for row in database["erasures_done"].find({})}
    assert {one.id for one in noted} == done
    for one in noted:
        assert await platform.subject_keys.cipher("org_a", one.subject) is None
    assert await platform.subject_keys.cipher("org_a", "palette.visits/vis_one") is not None


class Inner(msgspec.Struct):
    plain: str = ""
    name: Personal = ""
    lines: Annotated[list[str], personal_of("plain", "palette.things")] = []


class Outer(msgspec.Struct):
    text: Personal = ""
    inner: Inner | None = None
    many: list[Inner] = []
    named: dict[str, Inner] = {}
    again: "Outer | None" = None
    notes: dict[str, Personal] = {}


words = st.text(alphabet="abc", max_size=3).map(lambda message: f"¤{message}" if message else "")
inners = st.builds(Inner, plain=st.sampled_from(["", "drv_1"]), name=words, lines=st.lists(words, max_size=3))
names = st.sampled_from(["a", "b", "c"])


def outers(again: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        Outer,
        text=words,
        inner=st.none() | inners,
        many=st.lists(inners, max_size=3),
        named=st.dictionaries(names, inners, max_size=2),
        again=again,
        notes=st.dictionaries(names, words, max_size=2),
    )


shapes = outers(st.none() | outers(st.none()))


class Said(msgspec.Struct, tag="outbox"):
    value: Personal = ""


class Counted(msgspec.Struct, tag="counted"):
    value: str = ""


class Either(msgspec.Struct):
    one: Said | Counted | None = None
    other: Counted | Said | None = None
    several: list[Said | Counted] = []


class Pair(msgspec.Struct):
    both: tuple[Said, int] | None = None


class Row(msgspec.Struct):
    all: tuple[Said, ...] = ()


class Knot(msgspec.Struct, tag="knot"):
    again: "Knot | Counted | None" = None
    late: Personal = ""


def test_what_one_type_of_a_union_declares_holds_for_the_other() -> None:
    value = Either(Said("¤"), Said("¤"), [Counted("here"), Said("¤")])
    body = msgspec.to_builtins(value)
    for place in personal_in(body, marks_of(Either), []):
        _empty(body, place.path)
    assert "¤" not in repr(body)


@pytest.mark.parametrize("kind", [Pair, Row, Knot])
def test_what_is_declared_where_nobody_looks_is_refused(kind: type) -> None:
    with pytest.raises(TypeError):
        marks_of(kind)


@given(shapes)
def test_every_marked_leaf_is_found_at_any_depth(outer: Outer) -> None:
    body = msgspec.to_builtins(outer)
    for place in personal_in(body, marks_of(Outer), []):
        _empty(body, place.path)
    assert "¤" not in repr(body)


@given(shapes, shapes)
def test_every_marked_leaf_of_a_change_is_found(before: Outer, after: Outer) -> None:
    leaves = change_of(Outer, msgspec.to_builtins(before), msgspec.to_builtins(after))
    for leaf in leaves:
        for place in leaf.pop("personal", ()):
            _empty(leaf, place.path)
    assert "¤" not in repr(leaves)


def _empty(holder: Any, path: list[str | int]) -> None:
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = ""
