"""An event as the log has it: its envelope, the partition it stands in, its body read again."""

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from rt.kernel.core.reading import read
from rt.kernel.model.messages import EVENTS, Event

PARTITIONS = 8
"""Partitions of each unit's part of the log: a power of two, and part of every key (ADR 0016)."""


def partition_number(entity_id: str) -> int:
    """The number of an entity's partition: always the same, so that its events stay in their order."""
    return zlib.crc32(entity_id.encode()) % PARTITIONS


def partition_of(unit: str, number: int) -> str:
    """The partition of a unit's events in one partition: "core_orders.3"."""
    return f"{unit}.{number}"


class EventEnvelope(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the log has it: which entity of which organization emitted it, when, and who was acting.

    `actor` has `for` too where a unit acted: the person for whom. `seq` numbers a partition without gaps;
    `nth` numbers the events of the entity, from 1. `change` has the leaves that the write changed
    (`rt.kernel.storage.changes`), on the last event of a write. `personal` has what tells of people, sealed,
    each part under the key of its subject (`rt.kernel.storage.personal`); handlers get it opened.
    """

    id: str
    partition: str
    seq: int
    source: str
    topic: str
    at: datetime
    org_id: str
    entity: str
    entity_id: str
    version: int
    nth: int
    actor: dict[str, str]
    trace: str
    body: dict[str, Any]
    change: list[dict[str, Any]] = []
    personal: list[dict[str, str]] = []


def envelope_of(document: Mapping[str, Any]) -> EventEnvelope:
    """An event from its document in the log."""
    return msgspec.convert({**document, "id": document["_id"]}, EventEnvelope, builtin_types=(datetime,))


def as_event(topic: str, body: dict[str, Any]) -> Event | None:
    """The event as its class says it today: fields added since it was emitted take their defaults.

    None when no contract of this process knows the topic.
    """
    kind = EVENTS.get(topic)
    if kind is None:
        return None
    event: Event = read(body, kind)
    return event


def with_defaults(envelope: EventEnvelope) -> EventEnvelope:
    """The event with every field of its body, as its class says it today."""
    event = as_event(envelope.topic, envelope.body)
    return envelope if event is None else msgspec.structs.replace(envelope, body=msgspec.to_builtins(event))
