"""What the phone queued while it had no network: commands, many at once, and photos."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, field
from starlette.responses import Response

from rt.contracts.core_orders import AddDocument, FindDocuments, ReportIncident
from rt.contracts.ecpmr import (
    AddPhoto,
    GetPhoto,
    MyDocuments,
    RecordArrival,
    RecordDeparture,
    SignAmendment,
    SignDelivery,
    SignHandover,
    SignTakeover,
)
from rt.contracts.tracking_ia import EndDuty, PauseDuty, RecordPositions, StartDuty
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Forbidden, Invalid, NotFound, Refusal, TooLarge
from rt.kernel.model.messages import Command, Download
from rt.ui.asking import signed_in_still
from rt.ui.visit import Visit, page

WORDS: dict[str, type[Command[Any]]] = {
    message.__name__: message
    for message in (
        RecordArrival,
        RecordDeparture,
        SignTakeover,
        SignHandover,
        SignDelivery,
        SignAmendment,
        ReportIncident,
        RecordPositions,
        StartDuty,
        PauseDuty,
        EndDuty,
    )
}
"""All that a driver's phone may say; whatever else it sends is refused here."""
BATCH_LIMIT = 8_000_000
"""Bytes; the phone stops at 6 MB. A command with two drawn signatures and many reserves has less than one."""
PHOTO_LIMIT = 10_000_000
FIRST_TIME = datetime(2000, 1, 2, tzinfo=UTC)
"""What no clock says any more: stands for times that cannot be read."""
CLOCKS_AHEAD = timedelta(days=1)
DEVICE_TIME = re.compile(r"[0-9T:.Z+-]{10,40}")
NO_TIME = "0000-00-00"
Kind = TypeVar("Kind")
HELD = 425
"""Too early: an earlier command about the same thing was not accepted; to be sent again after it."""


class WordNotTheDrivers(Forbidden):
    fr = "Un téléphone de conducteur ne peut pas demander « {name} »."
    en = "A driver's phone cannot ask for “{name}”."


class EntryUnreadable(Invalid):
    fr = "Cette saisie n'est pas lisible : {why}"
    en = "This entry cannot be read: {why}"


class HeldBack(Refusal):
    """425: waits for an earlier entry of the same batch."""

    status = HELD
    fr = "En attente d'une saisie précédente sur le même document."
    en = "Waiting for an earlier entry about the same document."


class Queued(msgspec.Struct, frozen=True):
    """One command as the phone kept it; `id` was made there and is its idempotency key.

    `happened_at` is what the phone's clock said, whatever year it believes in.
    """

    id: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$")]
    name: str
    happened_at: Annotated[str, Meta(max_length=40)]
    body: dict[str, Any]
    sent_at: Annotated[str, Meta(max_length=40)] | None = None


class Batch(msgspec.Struct, frozen=True):
    """Commands in the order they happened."""

    commands: Annotated[list[Queued], Meta(min_length=1, max_length=100)]


class Outcome(msgspec.Struct, frozen=True):
    """What became of one command, as the unit that was asked answered it."""

    id: str
    status: int
    code: str = ""
    messages: dict[str, str] = field(default_factory=dict)
    retry_after_s: int = 0


class Outcomes(msgspec.Struct, frozen=True):
    """One outcome for each command, in their order."""

    results: list[Outcome]


async def commands(visit: Visit) -> Response:
    """What waited on the phone, in order; nothing about a thing after something about it was not accepted."""
    told = read(await weighed(visit, BATCH_LIMIT), Batch)
    results: list[Outcome] = []
    stopped: set[str] = set()
    for one in told.commands:
        about = subject(one)
        try:
            if about in stopped:
                raise HeldBack()
            await say(visit, one)
            results.append(Outcome(id=one.id, status=200))
        except Refusal as refusal:
            signed_in_still(refusal)
            stopped.add(about)
            problem = refusal.problem()
            results.append(
                Outcome(one.id, problem.status, problem.code, problem.messages, refusal.retry_after)
            )
    return visit.json(Outcomes(results))


async def photo(visit: Visit) -> Response:
    """A photo of the goods goes to the note; where there is none yet, to the order."""
    picture = await weighed(visit, PHOTO_LIMIT)
    photo_id, about = visit.path["photo_id"], visit.query
    media_type = visit.request.headers.get("content-type", "").split(";")[0]
    key = f"photo-{photo_id}"
    if document_id := about.get("document_id", ""):
        given = {
            "document_id": document_id,
            "photo_id": photo_id,
            "content": picture,
            "media_type": media_type,
            "stop": about.get("stop") or "delivery",
            "happened_at": about.get("happened_at") or None,
        }
        given = dated(given, about.get("happened_at", ""))
        await visit.ask(converted(given, AddPhoto), key=key)
    elif order_id := about.get("order_id", ""):
        await visit.ask(paper(order_id, photo_id, picture, media_type), key=key)
    else:
        raise EntryUnreadable(why="document_id")
    return visit.json({})


async def say(visit: Visit, told: Queued) -> None:
    """Say one queued command in the driver's name, under the key made on the phone."""
    if told.name not in WORDS:
        raise WordNotTheDrivers(name=told.name[:60])
    kind = WORDS[told.name]
    body = dated(told.body, told.happened_at) if "device_time" in kind.__struct_fields__ else told.body
    message = converted(body, kind)
    if isinstance(message, ReportIncident) and message.photos:
        message = msgspec.structs.replace(message, photos=await papers_of(visit, message))
    await visit.ask(message, key=told.id)


def dated(body: dict[str, Any], device_time: str) -> dict[str, Any]:
    """A command with the words of the phone's clock beside its time, so that no wrong clock loses it.

    A time that no service reads becomes one that cannot be; the note is then dated by its receipt and says
    so. The same command comes out the same however often it is sent.
    """
    if not body.get("happened_at"):
        return body
    said = DEVICE_TIME.fullmatch(device_time)
    sent = {**body, "device_time": device_time if said else ""}
    try:
        at = datetime.fromisoformat(str(body["happened_at"])).astimezone(UTC)
    except (ValueError, OverflowError):
        at = FIRST_TIME
    if at <= FIRST_TIME or at > now() + CLOCKS_AHEAD:
        sent |= {"happened_at": FIRST_TIME.isoformat(), "device_time": sent["device_time"] or NO_TIME}
    return sent


async def papers_of(visit: Visit, incident: ReportIncident) -> list[str]:
    """The order's documents that are the incident's photos.

    The phone sends photos to the consignment note; the order keeps its own copy, added once under the
    photo's name, because an incident cites documents of the order.
    """
    order_id = incident.order_id
    papers = await visit.ask(FindDocuments(order_id=order_id))
    kept = {one.filename: one.document_id for one in papers.items}
    named = []
    for photo_id in incident.photos:
        found = kept.get(filename(photo_id))
        if found is None:
            picture = await photo_of(visit, order_id, photo_id)
            message = paper(order_id, photo_id, picture.content, picture.media_type)
            found = (await visit.ask(message, key=f"photo-{photo_id}")).document_id
        named.append(found)
    return named


async def photo_of(visit: Visit, order_id: str, photo_id: str) -> Download:
    """The picture that the phone sent to the order's note."""
    for note in (await visit.ask(MyDocuments(order_ids=order_id))).items:
        if any(one.photo_id == photo_id for one in note.photos):
            return await visit.ask(GetPhoto(document_id=note.document_id, photo_id=photo_id))
    raise NotFound()


def paper(order_id: str, photo_id: str, picture: bytes, media_type: str) -> AddDocument:
    return AddDocument(
        order_id=order_id,
        kind="photo",
        filename=filename(photo_id),
        content=picture,
        media_type=media_type,
    )


def filename(photo_id: str) -> str:
    return f"{photo_id}.jpg"


def subject(told: Queued) -> str:
    """What a command is about: commands about one thing keep their order."""
    return str(told.body.get("document_id") or told.body.get("order_id") or told.name)


def converted(given: dict[str, Any], kind: type[Command[Any]]) -> Any:
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as wrong:
        raise EntryUnreadable(why=str(wrong)) from wrong


def read(content: bytes, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise EntryUnreadable(why=str(wrong)) from wrong


async def weighed(visit: Visit, limit: int) -> bytes:
    """The body, or TooLarge as soon as it is."""
    received = bytearray()
    async for part in visit.request.stream():
        received += part
        if len(received) > limit:
            raise TooLarge(limit_mb=limit // 1_000_000)
    return bytes(received)


PAGES = [
    page("/commands", commands, methods=("POST",)),
    page("/photos/{photo_id}", photo, methods=("PUT",)),
]
