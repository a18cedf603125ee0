"""The rolling procedure: one machine at a time leaves the load balancer, changes release and comes back.

Requests never meet a machine that restarts: it is drained before and watched after. Whatever goes wrong,
every machine that was touched goes back to what it ran, the same way.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Literal, Protocol

import msgspec

from rt.host.topology import HEALTH_CHECK, UNITS
from rt.ops.deploy.journal import (
    NONE,
    UNFINISHED,
    Clock,
    Journal,
    Ledger,
    Overtaken,
    Refused,
    Shelf,
    State,
    alive,
    begun,
    last,
)

ERROR_SHARE = 0.05
"""Answers 5xx of one unit above which a release is bad (specification: error rate > 5 %)."""
KEPT_RELEASES = 3
"""On each machine beside the current one: the way back, and what is being compared."""
ENOUGH_REQUESTS = 20
"""Fewer say nothing about a rate."""

Phase = Literal["expand", "contract"]


class Failed(Exception):
    """A step did not end well, and why."""


class Traffic(msgspec.Struct, frozen=True):
    """What one unit was asked, and how often it answered 5xx."""

    requests: int = 0
    failed: int = 0

    @property
    def bad(self) -> bool:
        return self.requests >= ENOUGH_REQUESTS and self.failed > self.requests * ERROR_SHARE


class Pace(msgspec.Struct, frozen=True):
    """How patient a deploy of this fleet is, in seconds."""

    poll: float
    """Between two looks at the same thing."""
    grace: float
    """How long no further unit may get well after a start before a bad answer counts."""
    patience: float
    """What draining, coming back to service and starting may take at most."""
    watch: float
    """How long the answers of a machine that has come back are watched."""
    lease: timedelta
    """After which a silent deploy was interrupted."""


class Machine(Protocol):
    """One machine with its 17 units; each method raises Failed when the machine does not do as told."""

    @property
    def name(self) -> str: ...

    def version(self) -> str:
        """The release that it runs; NONE on a machine that has never had one."""
        ...

    def fetch(self, release: str) -> None:
        """Have the release on the machine, its signature checked, beside the one that runs."""
        ...

    def migrate(self, release: str, phase: Phase) -> None:
        """Run this release's migrations of one phase on the database."""
        ...

    def activate(self, release: str) -> None:
        """Restart the units with it."""
        ...

    def prune(self, keep: int) -> None:
        """Forget all releases but the current one and the newest."""
        ...

    def unwell(self) -> list[str]:
        """The units that do not answer well on the machine itself."""
        ...

    def leave(self) -> None:
        """Have the load balancer send no new request; what is under way goes on."""
        ...

    def busy(self) -> list[str]:
        """The units that still have requests under way."""
        ...

    def join(self) -> None:
        """Have the load balancer send requests again, once its own health check agrees."""
        ...

    def missing(self) -> list[str]:
        """The units to which the load balancer sends nothing."""
        ...


class Fleet(Protocol):
    """The machines of one environment behind their load balancer."""

    @property
    def name(self) -> str: ...

    @property
    def pace(self) -> Pace: ...

    @property
    def shelf(self) -> Shelf: ...

    def verify(self, release: str) -> None:
        """Raise Failed unless the release exists and is signed by us."""
        ...

    def machines(self) -> Sequence[Machine]:
        """Those that serve or should serve now, in a steady order."""
        ...

    def hold(self) -> list[str]:
        """Stop what would take machines away meanwhile; what was stopped by this."""
        ...

    def let_go(self, held: list[str]) -> None: ...

    def watch(self, machine: Machine) -> Callable[[], Mapping[str, Traffic]]:
        """From now on, count what units are asked (on this machine where it can be told apart)."""
        ...

    def release(self) -> tuple[str, str]:
        """What a new machine starts with, and what was there before that; NONE where there is none."""
        ...

    def remember(self, release: str, previous: str) -> None: ...


Say = Callable[[str], None]


def deploy(
    fleet: Fleet, release: str, say: Say, *, despite_errors: bool = False, clock: Clock | None = None
) -> Journal:
    """Bring a release to every machine. An interrupted deploy of the same release is gone on with."""
    ledger = _claim(fleet, "deploy", release, say)
    rollout = Rollout(fleet, ledger, clock or Clock(), migrate=True, watch=not despite_errors)
    return rollout.run()


def roll_back(fleet: Fleet, say: Say, *, clock: Clock | None = None) -> Journal:
    """Undo an interrupted deploy, or else bring back the release that was there before."""
    journal, _ = last(fleet.shelf)
    if journal is not None and journal.state in UNFINISHED and journal.kind != "contract":
        ledger = _claim(fleet, journal.kind, journal.release, say)
        return Rollout(fleet, ledger, clock or Clock(), migrate=False, watch=False).abandon()
    _, previous = fleet.release()
    if previous == NONE:
        raise Refused("there is no release to go back to: none was noted, or its data was contracted since")
    ledger = _claim(fleet, "rollback", previous, say)
    return Rollout(fleet, ledger, clock or Clock(), migrate=False, watch=False).run()


def contract(fleet: Fleet, say: Say, *, clock: Clock | None = None) -> Journal:
    """Take away what only earlier releases needed. After that there is no way back to them."""
    release, _ = fleet.release()
    others = {machine.name: machine.version() for machine in fleet.machines() if machine.version() != release}
    if others or release == NONE:
        raise Refused(f"every machine must run {release} first; not so: {others or 'no machine'}")
    ledger = _claim(fleet, "contract", release, say)
    return Rollout(fleet, ledger, clock or Clock(), migrate=True, watch=False).contract()


def _claim(fleet: Fleet, kind: Literal["deploy", "rollback", "contract"], release: str, say: Say) -> Ledger:
    """Be the one who deploys: refused while another is at it, or left another release half way."""
    found, tag = last(fleet.shelf)
    lease = fleet.pace.lease
    if found is not None and alive(found, lease):
        raise Refused(f"{found.kind} of {found.release} is under way since {found.began_at:%H:%M:%S} UTC")
    if found is None or found.state not in UNFINISHED:
        journal = begun(kind, release, *fleet.release())
    elif (found.kind, found.release) == (kind, release):
        say(f"going on with the {kind} of {release} interrupted at {found.beat_at:%H:%M:%S} UTC")
        journal = found
        journal.state = "running"
    else:
        raise Refused(
            f"the {found.kind} of {found.release} was interrupted: give it again to go on, or roll back"
        )
    try:
        return Ledger(fleet.shelf, journal, tag, lease, say)
    except Overtaken as error:
        raise Refused("another deployer has just begun") from error


class Rollout:
    """One run over a fleet. `migrate`: expand the database first. `watch`: judge by the answers given."""

    def __init__(self, fleet: Fleet, ledger: Ledger, clock: Clock, *, migrate: bool, watch: bool) -> None:
        self._fleet = fleet
        self._ledger = ledger
        self._journal = ledger.journal
        self._clock = clock
        self._migrate = migrate
        self._watch = watch
        self._pace = fleet.pace

    def run(self) -> Journal:
        """Every machine, one after the other; back again when one fails."""
        return self._guarded(self._forward, "done")

    def abandon(self) -> Journal:
        """Bring back every machine that an interrupted run has touched."""
        self._ledger.say(f"undoing the {self._journal.kind} of {self._journal.release}")
        return self._guarded(self._undo, "rolled_back")

    def contract(self) -> Journal:
        """The contracting migrations, on any one machine."""
        return self._guarded(self._contract, "done")

    def _guarded(self, work: Callable[[], None], good: State) -> Journal:
        """Whatever comes up, the journal ends with the truth and the group is let go."""
        try:
            work()
            self._let_go()
        except (KeyboardInterrupt, SystemExit):
            self._ledger.end("interrupted", "stopped by hand")
            raise
        except Overtaken:
            raise
        except Exception as error:
            return self._recover(error)
        self._ledger.end(good)
        return self._journal

    def _recover(self, error: Exception) -> Journal:
        reason = f"{error}" if isinstance(error, Failed) else f"{type(error).__name__}: {error}"
        self._ledger.say(f"FAILED: {reason}")
        if self._journal.kind == "contract":
            self._ledger.end("stuck", reason)
            return self._journal
        if not self._journal.previous:
            self._let_go()
            self._ledger.end("refused", reason)
            return self._journal
        try:
            self._undo()
            self._let_go()
        except (KeyboardInterrupt, SystemExit):
            self._ledger.end("interrupted", reason)
            raise
        except Overtaken:
            raise
        except Exception as worse:
            self._ledger.end("stuck", f"{reason}; and on the way back: {worse}")
            return self._journal
        self._ledger.end("rolled_back", reason)
        return self._journal

    def _forward(self) -> None:
        release = self._journal.release
        self._step("fleet", f"release {release} is ours", lambda: self._fleet.verify(release))
        if not self._journal.held:
            self._journal.held = self._fleet.hold()
            self._ledger.save()
        remembered = False
        while True:
            machine = self._next(release)
            if machine is not None:
                self._bring(machine, release)
            elif remembered:
                return self._prune()
            else:
                previous = self._journal.was if self._journal.kind == "deploy" else NONE
                if self._journal.was != release:
                    self._fleet.remember(release, previous)
                remembered = True

    def _prune(self) -> None:
        """Room for the next releases; a machine that cannot make it is no reason to undo anything."""
        for machine in self._fleet.machines():
            try:
                machine.prune(KEPT_RELEASES)
            except Failed as fault:
                self._ledger.say(f"{machine.name}: old releases stay: {fault}")

    def _next(self, release: str) -> Machine | None:
        """The first machine that does not serve with this release yet: also one that has come meanwhile."""
        for machine in self._fleet.machines():
            if self._version(machine) != release or machine.missing():
                return machine
        return None

    def _bring(self, machine: Machine, release: str) -> None:
        """One machine to the release; if it is taken away by others meanwhile, that is nobody's failure."""
        try:
            self._step(machine.name, "fetched", lambda: machine.fetch(release))
            if self._migrate:
                self._step(machine.name, "database expanded", lambda: machine.migrate(release, "expand"))
                self._migrate = False
            self._others_serve(machine)
            version = self._version(machine)
            if version != release:
                self._journal.previous.setdefault(machine.name, version)
            self._change(machine, release)
            if self._watch:
                self._step(machine.name, "answers well", lambda: self._answers_well(machine))
        except Failed:
            if machine.name in [one.name for one in self._fleet.machines()]:
                raise
            self._journal.previous.pop(machine.name, None)
            self._ledger.note(machine.name, "is gone from the fleet", 0.0)

    def _undo(self) -> None:
        """Touched machines go back, the last one first; the others' state does not matter any more."""
        faults = []
        for name in reversed(list(self._journal.previous)):
            machine = next((one for one in self._fleet.machines() if one.name == name), None)
            if machine is None:
                continue
            try:
                self._bring_back(machine, self._journal.previous[name])
            except Failed as fault:
                faults.append(f"{name}: {fault}")
        if self._fleet.release() != (self._journal.was, self._journal.was_previous):
            self._fleet.remember(self._journal.was, self._journal.was_previous)
        if faults:
            raise Failed("; ".join(faults))

    def _bring_back(self, machine: Machine, release: str) -> None:
        machine.leave()
        if release == NONE:
            self._ledger.note(machine.name, "left out: it ran nothing before", 0.0)
            return
        self._step(machine.name, f"has {release}", lambda: machine.fetch(release))
        self._change(machine, release)

    def _contract(self) -> None:
        machine = self._fleet.machines()[0]
        self._fleet.remember(self._journal.release, NONE)
        release = self._journal.release
        self._step(machine.name, "database contracted", lambda: machine.migrate(release, "contract"))

    def _change(self, machine: Machine, release: str) -> None:
        """Out of the load balancer, the other release, back in."""
        name = machine.name
        self._step(name, "left the load balancer", machine.leave)
        self._step(name, "drained", lambda: self._until_none(machine.busy, f"{name}: requests under way at"))
        self._step(name, f"runs {release}", lambda: machine.activate(release))
        self._step(name, "is well", lambda: self._until_well(machine))
        self._step(name, "joined the load balancer", machine.join)
        self._step(
            name, "serves", lambda: self._until_none(machine.missing, f"{name}: the load balancer spares")
        )

    def _others_serve(self, machine: Machine) -> None:
        """Never take the last machine that serves away, unless it is alone or serves nothing."""
        if len(machine.missing()) == len(UNITS):
            return
        others = [one for one in self._fleet.machines() if one.name != machine.name]
        if not others:
            self._ledger.say(f"{machine.name} is alone: requests fail while it restarts")
            return

        def nobody() -> list[str]:
            return [] if any(not one.missing() for one in others) else [one.name for one in others]

        self._until_none(nobody, "another machine must serve meanwhile, and none does of")

    def _until_none(self, look: Callable[[], list[str]], what: str) -> None:
        began = told = self._clock.monotonic()
        while left := look():
            moment = self._clock.monotonic()
            if moment - began > self._pace.patience:
                raise Failed(f"{what} {', '.join(left)} after {moment - began:.0f} s")
            if moment - told > 5:
                self._ledger.say(f"          {what} {', '.join(left)}")
                told = moment
            self._clock.sleep(self._pace.poll)

    def _until_well(self, machine: Machine) -> None:
        """The load balancer's own rule: two good answers in a row are well, three bad ones are not.

        Bad answers count once no further unit has got well for the time of grace.
        """
        told = progressed = self._clock.monotonic()
        fewest = len(UNITS)
        good = bad = 0
        while good < HEALTH_CHECK.healthy:
            unwell = machine.unwell()
            moment = self._clock.monotonic()
            if len(unwell) < fewest:
                fewest, progressed = len(unwell), moment
            good = 0 if unwell else good + 1
            bad = bad + 1 if unwell and moment - progressed > self._pace.grace else 0
            if bad >= HEALTH_CHECK.unhealthy:
                raise Failed(f"{machine.name} is not well: {', '.join(unwell)}")
            if unwell and moment - told > 5:
                self._ledger.say(f"          {machine.name}: starting {', '.join(unwell)}")
                told = moment
            if good < HEALTH_CHECK.healthy:
                self._clock.sleep(self._pace.poll)

    def _answers_well(self, machine: Machine) -> None:
        seen = self._fleet.watch(machine)
        began = self._clock.monotonic()
        while self._clock.monotonic() - began < self._pace.watch:
            self._clock.sleep(self._pace.poll)
            for unit, traffic in seen().items():
                if traffic.bad:
                    share = f"{traffic.failed} of {traffic.requests}"
                    raise Failed(f"{unit} answers 5xx since {machine.name} has changed: {share}")
            if missing := machine.missing():
                raise Failed(f"{machine.name} fell out of service: {', '.join(missing)}")

    def _version(self, machine: Machine) -> str:
        """What it runs; a machine that has just come may take a while until it can be asked."""
        began = self._clock.monotonic()
        while True:
            try:
                return machine.version()
            except Failed:
                if self._clock.monotonic() - began > self._pace.patience:
                    raise
                self._clock.sleep(self._pace.poll)

    def _let_go(self) -> None:
        """What cannot be let go is no reason to undo anything: it stays in the journal, and is said."""
        if not self._journal.held:
            return
        try:
            self._fleet.let_go(self._journal.held)
            self._journal.held = []
        except Failed as fault:
            self._ledger.say(f"still held, let it go by hand: {', '.join(self._journal.held)} ({fault})")

    def _step(self, where: str, what: str, work: Callable[[], None]) -> None:
        began = self._clock.monotonic()
        try:
            work()
        except Exception as error:
            self._ledger.note(where, what, self._clock.monotonic() - began, f"no: {error}")
            raise
        self._ledger.note(where, what, self._clock.monotonic() - began)
