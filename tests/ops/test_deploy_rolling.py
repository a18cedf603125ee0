"""The rolling procedure on an invented fleet: what is done in which order, and what happens when it fails."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec
import pytest

from rt.host.topology import UNITS
from rt.ops.deploy.journal import NONE, Clock, Journal, Overtaken, Refused, State, last
from rt.ops.deploy.rolling import Failed, Machine, Pace, Phase, Traffic, contract, deploy, roll_back

OLD, NEW = "0.1.0+202611220900.aaaaaaa", "0.1.0+202611221000.bbbbbbb"


class Memory:
    """A shelf in memory."""

    def __init__(self) -> None:
        self.content = b""
        self.puts = 0

    def look(self) -> tuple[bytes, str]:
        return self.content, str(self.puts) if self.content else ""

    def put(self, content: bytes, tag: str) -> str:
        if tag != self.look()[1]:
            raise Overtaken
        self.content = content
        self.puts += 1
        return str(self.puts)


class Instant(Clock):
    """A clock that only moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Toy:
    """A machine that does as told and writes it down."""

    def __init__(self, name: str, diary: list[str], release: str = OLD) -> None:
        self.name = name
        self.diary = diary
        self.runs = release
        self.in_service = True
        self.sick: dict[str, list[str]] = {}
        self.broken: dict[str, Exception] = {}
        self.starting = 1
        self.under_way = 1

    def version(self) -> str:
        return self.runs

    def fetch(self, release: str) -> None:
        self._did("fetch", release)

    def migrate(self, release: str, phase: Phase) -> None:
        self._did(phase, release)

    def activate(self, release: str) -> None:
        assert not self.in_service, "restarted while it serves"
        assert self.under_way == 0, "restarted while requests are under way"
        self._did("activate", release)
        self.runs = release
        self.starting = 1

    def prune(self, keep: int) -> None:
        self._did("prune")

    def unwell(self) -> list[str]:
        if self.starting:
            self.starting -= 1
            return ["planning", "authz"]
        return self.sick.get(self.runs, [])

    def leave(self) -> None:
        self._did("leave")
        self.in_service = False

    def busy(self) -> list[str]:
        if self.under_way:
            self.under_way -= 1
            return ["planning"]
        return []

    def join(self) -> None:
        self._did("join")
        self.in_service = True
        self.under_way = 1

    def missing(self) -> list[str]:
        return [] if self.in_service else [row.name for row in UNITS]

    def _did(self, *what: str) -> None:
        self.diary.append(" ".join((self.name, *what)))
        if fault := self.broken.pop(" ".join(what), None):
            raise fault


class Town:
    """A fleet of toys."""

    name = "town"
    pace = Pace(poll=1, grace=5, patience=30, watch=10, lease=timedelta(seconds=60))

    def __init__(self, *names: str) -> None:
        self.diary: list[str] = []
        self.toys = [Toy(name, self.diary) for name in names or ("a", "b")]
        self.shelf = Memory()
        self.remembered = (OLD, NONE)
        self.answers: Callable[[Machine], Mapping[str, Traffic]] = lambda machine: {
            "planning": Traffic(100, 1)
        }
        self.on_list: Callable[[], None] = lambda: None

    def verify(self, release: str) -> None:
        if release not in (OLD, NEW):
            raise Failed("not signed by us")

    def machines(self) -> list[Toy]:
        self.on_list()
        return list(self.toys)

    def hold(self) -> list[str]:
        self.diary.append("hold")
        return ["Terminate"]

    def let_go(self, held: list[str]) -> None:
        self.diary.append(f"let go {held[0]}")

    def watch(self, machine: Machine) -> Callable[[], Mapping[str, Traffic]]:
        return lambda: self.answers(machine)

    def release(self) -> tuple[str, str]:
        return self.remembered

    def remember(self, release: str, previous: str) -> None:
        self.diary.append(f"remember {release}")
        self.remembered = (release, previous)

    @property
    def running(self) -> set[str]:
        assert all(toy.in_service for toy in self.toys)
        return {toy.runs for toy in self.toys}

    def deploy(self, release: str = NEW) -> Journal:
        return deploy(self, release, lambda line: None, clock=Instant())

    def roll_back(self) -> Journal:
        return roll_back(self, lambda line: None, clock=Instant())


@pytest.fixture
def town() -> Town:
    return Town()


def test_machines_change_one_after_the_other(town: Town) -> None:
    assert town.deploy().state == "done"
    change = ["leave", f"activate {NEW}", "join"]
    assert town.diary == [
        "hold",
        f"a fetch {NEW}",
        f"a expand {NEW}",
        *(f"a {step}" for step in change),
        f"b fetch {NEW}",
        *(f"b {step}" for step in change),
        f"remember {NEW}",
        "a prune",
        "b prune",
        "let go Terminate",
    ]
    assert town.remembered == (NEW, OLD)


def test_old_releases_that_stay_are_no_failure(town: Town) -> None:
    town.toys[0].broken["prune"] = Failed("busy")
    assert town.deploy().state == "done"
    assert "b prune" in town.diary


def test_an_unsigned_release_touches_nothing(town: Town) -> None:
    journal = town.deploy("0.1.0+202611221100.ccccccc")
    assert (journal.state, town.diary) == ("refused", [])


def test_a_release_that_cannot_be_fetched_touches_nothing(town: Town) -> None:
    town.toys[0].broken[f"fetch {NEW}"] = Failed("no space left")
    assert town.deploy().state == "refused"
    assert town.running == {OLD}
    assert town.diary[-1] == "let go Terminate"
    assert "a leave" not in town.diary


@pytest.mark.parametrize("sick", ["a", "b"])
def test_a_machine_that_is_not_well_brings_all_back(town: Town, sick: str) -> None:
    next(toy for toy in town.toys if toy.name == sick).sick[NEW] = ["bourse"]
    journal = town.deploy()
    assert journal.state == "rolled_back"
    assert "bourse" in journal.reason
    assert town.running == {OLD}
    assert town.remembered == (OLD, NONE)
    assert f"{sick} join" in town.diary[town.diary.index(f"{sick} activate {OLD}") :]
    assert town.diary.count(f"{sick} join") == 1, "a sick machine must not be sent requests"


def test_units_that_start_slowly_one_after_the_other_are_waited_for(town: Town) -> None:
    names = [row.name for row in UNITS]
    answers = iter([left for n in range(len(names) + 1) for left in [names[n:]] * 4])
    town.toys[0].unwell = lambda: next(answers, [])
    assert town.deploy().state == "done"


def test_a_machine_whose_units_never_start_is_given_up(town: Town) -> None:
    town.toys[0].sick[NEW] = [row.name for row in UNITS]
    journal = town.deploy()
    assert journal.state == "rolled_back"
    assert next(step for step in journal.steps if step.what == "is well").seconds == 8


def test_one_good_answer_among_bad_ones_is_not_well(town: Town) -> None:
    answers = iter([[]])
    town.toys[0].unwell = lambda: next(answers, ["authz"] if town.toys[0].runs == NEW else [])
    assert town.deploy().state == "rolled_back"


def test_a_machine_that_falls_out_of_service_while_it_is_watched_brings_all_back(town: Town) -> None:
    def falls(machine: Machine) -> dict[str, Traffic]:
        town.toys[0].in_service = False
        return {}

    town.answers = falls
    journal = town.deploy()
    assert journal.state == "rolled_back"
    assert "a fell out of service" in journal.reason


def test_a_release_that_answers_5xx_is_brought_back(town: Town) -> None:
    town.answers = lambda machine: {"palette": Traffic(100, 6)} if machine.name == "b" else {}
    journal = town.deploy()
    assert journal.state == "rolled_back"
    assert "palette answers 5xx" in journal.reason
    assert town.running == {OLD}


@pytest.mark.parametrize("traffic", [Traffic(19, 19), Traffic(1000, 50)])
def test_few_errors_are_no_verdict(town: Town, traffic: Traffic) -> None:
    town.answers = lambda machine: {"palette": traffic}
    assert town.deploy().state == "done"


def test_something_unforeseen_brings_all_back_too(town: Town) -> None:
    town.toys[1].broken["join"] = OSError("the wire is cut")
    journal = town.deploy()
    assert (journal.state, journal.reason) == ("rolled_back", "OSError: the wire is cut")
    assert town.running == {OLD}


def test_a_machine_that_cannot_go_back_is_named_and_the_others_go(town: Town) -> None:
    town.toys[1].sick = {NEW: ["bourse"], OLD: ["bourse"]}
    journal = town.deploy()
    assert journal.state == "stuck"
    assert "and on the way back: b: b is not well" in journal.reason
    assert [toy.runs for toy in town.toys] == [OLD, OLD]
    assert [toy.in_service for toy in town.toys] == [True, False]


def test_a_machine_that_comes_meanwhile_is_brought_along(town: Town) -> None:
    def scale_out() -> None:
        if town.toys[0].runs == NEW and len(town.toys) == 2:
            town.toys.append(Toy("c", town.diary))

    town.on_list = scale_out
    assert town.deploy().state == "done"
    assert [toy.runs for toy in town.toys] == [NEW, NEW, NEW]


def test_a_machine_that_started_with_the_old_release_at_the_end_is_brought_along(town: Town) -> None:
    def scale_out() -> None:
        if town.remembered[0] == NEW and len(town.toys) == 2:
            town.toys.append(Toy("c", town.diary))

    town.on_list = scale_out
    assert town.deploy().state == "done"
    assert [toy.runs for toy in town.toys] == [NEW, NEW, NEW]


def test_a_machine_that_is_taken_away_meanwhile_is_no_failure(town: Town) -> None:
    class Gone(Failed):
        def __init__(self) -> None:
            super().__init__("gone")
            town.toys[:] = [toy for toy in town.toys if toy.name != "b"]

    town.toys.append(Toy("c", town.diary))
    town.toys[1].busy = lambda: (_ for _ in ()).throw(Gone())
    assert town.deploy().state == "done"
    assert [(toy.name, toy.runs) for toy in town.toys] == [("a", NEW), ("c", NEW)]


def test_the_first_deploy_meets_machines_that_run_nothing(town: Town) -> None:
    town.remembered = (NONE, NONE)
    for toy in town.toys:
        toy.runs, toy.in_service = NONE, False
    assert town.deploy().state == "done"
    assert town.running == {NEW}
    assert town.remembered == (NEW, NONE)


def test_a_failed_first_deploy_leaves_machines_out(town: Town) -> None:
    town.remembered = (NONE, NONE)
    for toy in town.toys:
        toy.runs, toy.in_service = NONE, False
    town.toys[1].sick[NEW] = ["bourse"]
    assert town.deploy().state == "rolled_back"
    assert [toy.in_service for toy in town.toys] == [False, False]


def test_no_machine_leaves_while_no_other_serves(town: Town) -> None:
    town.toys[1].in_service = False
    assert town.deploy().state == "refused"
    assert "a leave" not in town.diary


def test_a_second_deploy_is_refused_while_one_runs(town: Town) -> None:
    refusals = []

    def second() -> None:
        with pytest.raises(Refused, match="under way") as refused:
            town.deploy()
        refusals.append(refused)

    def once() -> None:
        town.on_list = lambda: None
        second()

    town.on_list = once
    assert town.deploy().state == "done"
    assert len(refusals) == 1


def test_who_begins_at_the_same_moment_is_refused(town: Town) -> None:
    look = town.shelf.look

    def late() -> tuple[bytes, str]:
        town.shelf.look = look
        found = look()
        town.shelf.put(b"{}", found[1])
        return found

    town.shelf.look = late
    with pytest.raises(Refused, match="just begun"):
        town.deploy()


def interrupt(town: Town, at: str, state: State = "interrupted") -> None:
    town.toys[1].broken[at] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        town.deploy()
    journal, _ = last(town.shelf)
    assert journal is not None
    assert journal.state == state


@pytest.mark.parametrize("at", ["fetch " + NEW, "leave", "activate " + NEW, "join"])
def test_an_interrupted_deploy_is_gone_on_with(town: Town, at: str) -> None:
    interrupt(town, at)
    journal = town.deploy()
    assert journal.state == "done"
    assert town.running == {NEW}
    assert town.diary.count("hold") == 1
    assert town.diary[-1] == "let go Terminate"
    assert town.remembered == (NEW, OLD)


@pytest.mark.parametrize("at", ["fetch " + NEW, "leave", "activate " + NEW, "join"])
def test_an_interrupted_deploy_is_rolled_back(town: Town, at: str) -> None:
    interrupt(town, at)
    assert town.roll_back().state == "rolled_back"
    assert town.running == {OLD}
    assert town.diary[-1] == "let go Terminate"


def test_a_deployer_that_fell_silent_was_interrupted(town: Town) -> None:
    interrupt(town, "leave")
    journal, tag = last(town.shelf)
    assert journal is not None
    journal.state = "running"
    tag = town.shelf.put(msgspec.json.encode(journal), tag)
    with pytest.raises(Refused, match="under way"):
        town.deploy()
    journal.beat_at -= town.pace.lease
    town.shelf.put(msgspec.json.encode(journal), tag)
    assert town.deploy().state == "done"


def test_another_release_does_not_start_over_an_interrupted_one(town: Town) -> None:
    interrupt(town, "leave")
    with pytest.raises(Refused, match="was interrupted"):
        town.deploy(OLD)


def test_a_rollback_brings_the_release_before(town: Town) -> None:
    town.deploy()
    town.diary.clear()
    assert town.roll_back().state == "done"
    assert town.running == {OLD}
    assert town.remembered == (OLD, NONE)
    assert not [line for line in town.diary if "expand" in line]
    with pytest.raises(Refused, match="no release to go back to"):
        town.roll_back()


def test_the_error_rate_of_a_bad_release_does_not_hinder_its_rollback(town: Town) -> None:
    town.deploy()
    town.answers = lambda machine: {"palette": Traffic(100, 100)}
    assert town.roll_back().state == "done"


def test_after_contracting_there_is_no_way_back(town: Town) -> None:
    town.deploy()
    assert contract(town, lambda line: None, clock=Instant()).state == "done"
    assert f"a contract {NEW}" in town.diary
    with pytest.raises(Refused, match="contracted"):
        town.roll_back()


def test_nothing_is_contracted_while_an_earlier_release_serves(town: Town) -> None:
    town.deploy()
    town.toys[1].runs = OLD
    with pytest.raises(Refused, match="every machine must run"):
        contract(town, lambda line: None, clock=Instant())


def test_a_machine_alone_is_changed_with_a_warning() -> None:
    town = Town("a")
    said: list[str] = []
    assert deploy(town, NEW, said.append, clock=Instant()).state == "done"
    assert "a is alone: requests fail while it restarts" in said
