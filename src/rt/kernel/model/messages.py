"""The four kinds of messages that units send to each other: views, queries, commands and events."""

import re
from typing import Annotated, Any, ClassVar, Generic, TypeVar, dataclass_transform, get_args

import msgspec
from msgspec import inspect

OPEN = "open"
"""Policy of a message that anyone may send."""
UNIT = "unit"
"""Policy of a message that only other units may send."""
SIGNED_IN = "signed_in"
"""Policy of a question that any signed-in actor may ask."""
SELF = "self"
"""Policy of a message that a person sends about themselves: no key, link or unit sends it for them."""

REFERENCE_LENGTH = 120
"""Characters of the longest identity: those made here have about 30, `name:…` accounts more."""


def leads_to(what: str) -> msgspec.Meta:
    """Marks a text field as the identity of a thing of "unit.collection": whoever reads it checks it."""
    return msgspec.Meta(max_length=REFERENCE_LENGTH, extra={"leads_to": what})


def secret_for(unit: str) -> msgspec.Meta:
    """Marks a text field of an event as readable by one unit alone: it is sealed before it is written."""
    return msgspec.Meta(extra={"secret_for": unit})


HIDDEN = msgspec.Meta(extra={"hidden": True})
"""Marks a field of what is stored: the timeline of a change says that it changed, never to what."""
SEALED = msgspec.Meta(extra={"hidden": True, "sealed": True})
"""The same for what opens something and must be read again: a field of an entity that is encrypted where it
is stored, under a key of its organization. Nothing is found by it: keep a hash beside."""

DERIVED = msgspec.Meta(extra={"derived": True})
"""Marks a field of what is stored that follows from what the same change says: it is not logged again."""

PERSONAL = msgspec.Meta(extra={"personal": True})
"""Marks a field, stored or emitted, that tells of a person: the event log holds it encrypted under the key of
whom it tells of, by default the thing that emitted the event, and nobody reads it once that key is gone."""
PERSONAL_LABEL = msgspec.Meta(extra={"personal": True, "found": True})
"""The same, by which the thing is searched: the log holds a keyed hash of it besides."""


def personal_of(field: str, collection: str = "") -> msgspec.Meta:
    """The same, telling of whom the field beside it names: wherever it was emitted, their erasure empties it.

    `collection`: where that one is ("unit.collection"), if the type of the field does not lead to it.
    """
    return msgspec.Meta(extra={"personal": True, "of": field, "collection": collection})


Personal = Annotated[str, PERSONAL]
PersonalLabel = Annotated[str, PERSONAL_LABEL]

ClientId = Annotated[str, msgspec.Meta(max_length=REFERENCE_LENGTH, extra={"leads_to": ""})]
"""An identity that the client makes itself: it leads to nothing that was there before."""
Version = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
"""The version of a thing as it was read: an answer to another one is refused."""
MediaType = Annotated[str, msgspec.Meta(max_length=100)]
Cursor = Annotated[str, msgspec.Meta(max_length=1_000)]
"""Where the next page of a list begins, as the page before said; "" is the beginning."""
SearchText = Annotated[str, msgspec.Meta(max_length=80)]

SAID = msgspec.Meta(min_length=1)
"""Marks a text of a partial change (PATCH): what is not to change is absent, what is to be empty null."""

PATH_FIELD = re.compile(r"{(\w+)}")

Answer = TypeVar("Answer")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class MessageMeta(msgspec.StructMeta):
    """Reads what a message says about itself from the head of its class."""

    shape: "MessageShape"
    topic: str

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        route: str | None = None,
        needs: str | None = None,
        method: str | None = None,
        topic: str | None = None,
        keyed: bool = True,
        status: int = 200,
        link: str | None = None,
        upload: int = 0,
        closed_to: tuple[str, ...] = (),
        **struct: Any,
    ) -> "MessageMeta":
        struct.setdefault("frozen", True)
        struct.setdefault("kw_only", True)
        struct.setdefault("forbid_unknown_fields", True)
        cls = super().__new__(mcls, name, bases, namespace, **struct)
        kind = next((b.__name__ for b in cls.__mro__[1:] if b.__name__ in _KINDS), None)
        if kind in ("Query", "Command"):
            if route is None or needs is None:
                raise TypeError(f"{name} must name its route and what it needs")
            fields = PATH_FIELD.findall(route)
            missing = set(fields) - set(cls.__struct_fields__)
            if missing:
                raise TypeError(f"{name} has no field for {sorted(missing)} of its route")
            generic: Any = next(b for b in namespace["__orig_bases__"] if get_args(b))
            cls.shape = MessageShape(
                name=name,
                route=route,
                needs=needs,
                method=method or ("GET" if kind == "Query" else "POST"),
                keyed=keyed and kind == "Command",
                status=status,
                link=link,
                upload=upload,
                closed_to=frozenset(closed_to),
                path_fields=tuple(fields),
                answer=get_args(generic)[0],
            )
        if kind == "Event":
            if topic is None:
                raise TypeError(f"{name} must name its topic")
            cls.topic = topic
            EVENTS[topic] = cls
        return cls


class MessageShape(msgspec.Struct, frozen=True, kw_only=True):
    """What the head of a query or command says: where it is served, who may say it, what comes back."""

    name: str
    route: str
    needs: str
    method: str
    keyed: bool
    status: int
    link: str | None
    upload: int
    closed_to: frozenset[str]
    path_fields: tuple[str, ...]
    answer: Any


_several: dict[Any, tuple[str, ...]] = {}


def several(message: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a message that hold several values: in an address one alone is a list too."""
    if message not in _several:
        shape = inspect.type_info(message)
        fields = shape.fields if isinstance(shape, inspect.StructType) else ()
        _several[message] = tuple(
            field.encode_name
            for field in fields
            if isinstance(
                field.type.type if isinstance(field.type, inspect.Metadata) else field.type, inspect.ListType
            )
        )
    return _several[message]


_KINDS = {"Query", "Command", "Event"}
EVENTS: dict[str, Any] = {}
"""Every event class by its topic, filled as contracts are imported."""


class View(msgspec.Struct, metaclass=MessageMeta):
    """What a unit shows of a thing; never the stored thing itself."""


class Query(msgspec.Struct, Generic[Answer], metaclass=MessageMeta):
    """A question (GET): path fields from the route, the others from the query string."""

    shape: ClassVar[MessageShape]


class Command(msgspec.Struct, Generic[Answer], metaclass=MessageMeta):
    """A wish to change something (POST, PATCH, PUT, DELETE), sent with an idempotency key.

    `keyed=False` is for the few that change nothing twice by nature (a login, a refresh).
    `link="accept_tender"` lets a capability link of that scope say it too, on the object that the first field
    of the route names. `upload=10_000_000` takes a raw
    body of at most that many bytes into `content`, its media type into `media_type`, the rest from the query.
    A PATCH changes a thing in part (`Entity.patch`): every field may be absent (`UNSET`) and then stays, null
    empties the fields that say `| None`, any other value is taken whole.
    `closed_to=("driver",)` refuses it to people who have no other role, whatever their rights.
    """

    shape: ClassVar[MessageShape]


class Event(msgspec.Struct, metaclass=MessageMeta):
    """A fact, past tense; `topic` is `service.noun.past`."""

    topic: ClassVar[str]


class Empty(View):
    """Nothing more to say than that it is done."""


class Download(View):
    """Bytes of a document: answered with its own media type instead of JSON.

    `inline` lets a browser show it instead of saving it: only what this platform drew itself, never what
    people sent, however it was looked through.
    """

    content: bytes
    media_type: str
    filename: str
    inline: bool = False
