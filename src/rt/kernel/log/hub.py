"""How waiting consumers of this process learn of what was appended to the log."""

from collections.abc import Callable, Iterable, Sequence

from rt.kernel.model.envelope import EventEnvelope

Appended = Callable[[str, Sequence[EventEnvelope], int], None]
"""A partition, the events appended to it (none where another process did), and the newest number."""


class Hub:
    """Notifies everyone in this process of what was appended to the log, by this process or another."""

    def __init__(self) -> None:
        self._subscribers: list[Appended] = []
        self._lookers: list[Callable[[], None]] = []
        self.topics: set[str] = set()
        """What subscribers want to be told when another process appends it."""
        self._appending: dict[str, int] = {}
        self._meanwhile: dict[str, int] = {}
        self.live = False
        """Whether appends of other processes are told at once; else whoever waits has to look."""

    def subscribe(self, subscriber: Appended, look: Callable[[], None], topics: Iterable[str]) -> None:
        """Tell what this process appends, and others of these topics.

        `look` is called when something may have been appended untold.
        """
        self._subscribers.append(subscriber)
        self.topics.update(topics)
        self._lookers.append(look)

    def turn(self, live: bool) -> None:
        """Appends of other processes are seen from now on, or no longer."""
        self.live = live
        for look in self._lookers:
            look()

    def appending(self, partitions: set[str], more: int) -> None:
        """This process begins (1) or ends (-1) to append: it tells that itself, with the events.

        What others appended meanwhile is told at the end.
        """
        for partition in partitions:
            self._appending[partition] = self._appending.get(partition, 0) + more
            if not self._appending[partition] and (seq := self._meanwhile.pop(partition, 0)):
                self.appended(partition, (), seq)

    def appended(self, partition: str, events: Sequence[EventEnvelope], seq: int) -> None:
        for subscriber in self._subscribers:
            subscriber(partition, events, seq)

    def elsewhere(self, partition: str, seq: int) -> None:
        """Something of the topics was appended, by another process or by this one."""
        if self._appending.get(partition):
            self._meanwhile[partition] = max(seq, self._meanwhile.get(partition, 0))
        else:
            self.appended(partition, (), seq)
