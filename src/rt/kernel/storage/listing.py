"""A list says once what it shows, how it may be sorted and what it may be filtered by; its indexes follow."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar, get_type_hints

import msgspec
from msgspec import inspect

from rt.kernel.core.errors import Invalid
from rt.kernel.core.ids import fingerprint

R = TypeVar("R", bound=msgspec.Struct)
Order = list[tuple[str, int]]
"""Stored fields with 1 (ascending) or -1, as MongoDB takes them."""
Conditions = Mapping[str, Any]
"""By the name of a filter: a value, or MongoDB's condition on the field ({"$gte": …}, {"$in": […]})."""
UP, DOWN = 1, -1
MOST = 200
"""Things of one page."""


class CursorUnknown(Invalid):
    fr = "Cette suite de liste est inconnue : reprenez la valeur « next » de la page précédente."
    en = "This continuation of a list is unknown: take the value “next” of the page before."


class SortUnknown(Invalid):
    fr = "Cette liste ne se trie pas ainsi. Tris possibles : {sorts}."
    en = "This list is not sorted like that. Possible sorts: {sorts}."


class FilterUnknown(Invalid):
    fr = "Cette liste ne se filtre pas ainsi."
    en = "This list is not filtered like that."


class Sort(NamedTuple):
    """An order that a list is shown in: stored fields, "-" before those that descend.

    `owners` is another field of who sees a thing, where fewer see it than the list: those who must not see
    what is sorted by are not among them.
    """

    order: str
    owners: str = ""


class Filter(NamedTuple):
    """A stored field that a list is filtered by.

    `first` gives it an index of its own, in the default order: for what leaves few of many. Other filters are
    looked at in what the sort's index finds: for what leaves most, or bounds the field that is sorted by.
    `when` keeps out of the index what is never asked for. `owners`: the field is who sees such things.
    """

    field: str
    first: bool = False
    when: Mapping[str, Any] | None = None
    owners: bool = False


class Page(Generic[R]):
    """Some of many: the items, and where to go on ("" at the end)."""

    def __init__(self, items: list[R], following: str) -> None:
        self.items = items
        self.next = following


class Listing(Generic[R]):
    """Rows of a collection: a struct of stored fields, of which alone is read; the first sort is the default.

    Each sort and each filter that comes first has one index, ending with the identity. `always` is what
    every row meets. `everywhere`: over all organizations.

    `group` is a field that holds one of a few words, as its type says, and is filtered by in every sort. The
    sorts' indexes then begin with it, and a page names all its words: the server merges one scan for each,
    whether some were asked for or all. A document has held the field ever since it was stored.
    """

    def __init__(
        self,
        row: type[R],
        sorts: Mapping[str, str | Sort],
        filters: Mapping[str, str | Filter] | None = None,
        *,
        group: str = "",
        always: Mapping[str, Any] | None = None,
        everywhere: bool = False,
    ) -> None:
        self.row = row
        self.group = group
        self.words = words_of(row, group) if group else []
        self.sorts = {name: Sort(one) if isinstance(one, str) else one for name, one in sorts.items()}
        self.filters = {
            name: Filter(one) if isinstance(one, str) else one for name, one in (filters or {}).items()
        }
        self.always = dict(always or {})
        self.everywhere = everywhere
        self.default = next(iter(self.sorts))

    def sort(self, name: str) -> Sort:
        """A sort by its name, or with "-" before it read backwards."""
        try:
            return self.sorts[name.removeprefix("-")]
        except KeyError as error:
            raise SortUnknown("sort", sorts=", ".join(self.sorts)) from error

    def order(self, name: str) -> Order:
        """The order of a sort, the identity last: no two things stand at one place."""
        order = order_of(self.sort(name).order)
        return [(field, -way) for field, way in order] if name.startswith("-") else order

    def where(self, named: Conditions) -> list[dict[str, Any]]:
        """The conditions on stored fields; FilterUnknown for a name that the list does not declare."""
        if unknown := set(named) - set(self.filters):
            raise FilterUnknown(min(unknown))
        conditions = [{stored_name(self.filters[name].field): value} for name, value in named.items()]
        return [*conditions, dict(self.always)] if self.always else conditions

    def spread(self, named: Conditions) -> dict[str, Any]:
        """All words of the group, a scan for each; nothing where one word is asked for, which is one scan."""
        one = any(self.filters[name].field == self.group and is_one(value) for name, value in named.items())
        return {self.group: {"$in": self.words}} if self.words and not one else {}

    def indexes(self, owner: str) -> list[tuple[Order, dict[str, Any]]]:
        """The keys of each index, and what a thing must meet to stand in it ({}: nothing)."""
        found = [(self._keys(owner, name), self.always) for name in self.sorts]
        return found + [self._filtered(owner, one) for one in self.filters.values() if one.first]

    def hint(self, owner: str, sort: str, named: Conditions) -> str:
        """The index that gives these rows in this order, by its name; "" where the server has to choose.

        It chooses where what is left after a filter is sorted otherwise than the filter's index: few things
        are sorted as they are found, of many the first ones are met soon enough in order.
        """
        name = sort.removeprefix("-")
        narrowing = [one for key, value in named.items() if (one := self._narrowing(key, value))]
        leading = self.sorts[name].order.split(",")[0].lstrip("-")
        narrowing = [one for one in narrowing if one.field != leading]
        if all(one.field == self.group for one in narrowing):
            return index_name(self._keys(owner, name), self.always)
        if name == self.default and len(narrowing) == 1 and narrowing[0].first:
            return index_name(*self._filtered(owner, narrowing[0]))
        return ""

    def _narrowing(self, name: str, value: Any) -> Filter | None:
        """The filter, unless it takes away only few: it says what is not meant, or a mere yes or no."""
        found = self.filters[name]
        excludes = isinstance(value, Mapping) and bool({"$ne", "$not"} & set(value))
        return None if excludes or (isinstance(value, bool) and not found.first) else found

    def _keys(self, owner: str, name: str) -> Order:
        sort = self.sorts[name]
        order = order_of(sort.order)
        group = [(self.group, UP)] if self.group and self.group not in dict(order) else []
        return [*self._owner(sort.owners or owner), *group, *order]

    def _filtered(self, owner: str, one: Filter) -> tuple[Order, dict[str, Any]]:
        keys = [] if one.owners else self._owner(owner)
        rest = [(field, way) for field, way in order_of(self.sorts[self.default].order) if field != one.field]
        return [*keys, (stored_name(one.field), UP), *rest], self.always | dict(one.when or {})

    def _owner(self, owner: str) -> Order:
        return [] if self.everywhere else [(owner, UP)]


def index_name(keys: Order, when: Mapping[str, Any]) -> str:
    """As MongoDB names it; with a mark of what it holds where that is not everything."""
    mark = [fingerprint(msgspec.json.encode(when, order="sorted"))[:8]] if when else []
    return "_".join([*(f"{field}_{way}" for field, way in keys), *mark])


def words_of(row: type[msgspec.Struct], field: str) -> list[Any]:
    """The words that a field of a row may hold: with another one it could not be read."""
    shape = inspect.type_info(get_type_hints(row)[field])
    if not isinstance(shape, inspect.LiteralType):
        raise TypeError(f"{row.__name__}.{field} is no closed list of words")
    return list(shape.values)


def stored_name(field: str) -> str:
    return "_id" if field == "id" else field


def order_of(said: str) -> Order:
    """The fields of "state,-created_at" as MongoDB takes them, the identity last."""
    order = [
        (stored_name(field.lstrip("-")), DOWN if field.startswith("-") else UP)
        for field in said.split(",")
        if field
    ]
    return order if order and order[-1][0] == "_id" else [*order, ("_id", order[-1][1] if order else UP)]


def steps(order: Order, values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """What comes after these values in this order: one stretch of the index after the other."""
    for position in reversed(range(len(order))):
        field, way = order[position]
        same = dict(zip((name for name, _ in order[:position]), values, strict=False))
        for beyond in _beyond(way, values[position]):
            if field != "_id" or beyond is not None:
                yield {**same, field: beyond}


def is_one(value: Any) -> bool:
    """Whether a condition is a value, rather than MongoDB's words for several."""
    return not isinstance(value, Mapping)


def unsettled(order: Order, conditions: Sequence[Mapping[str, Any]]) -> Order:
    """The order without the fields that these conditions give one value: nothing is to be sorted by them.

    The server merges scans by what its index has left after them, and asked for more it sorts all it finds.
    """
    settled = {name for one in conditions for name, value in one.items() if is_one(value)}
    return [(field, way) for field, way in order if field == "_id" or field not in settled]


def _beyond(way: int, value: Any) -> tuple[Any, ...]:
    """After a value: what is not there (None) stands before everything else, and is beyond the last."""
    if way == UP:
        return ({"$ne": None} if value is None else {"$gt": value},)
    return () if value is None else ({"$lt": value}, None)


def projection(row: type[msgspec.Struct]) -> dict[str, int]:
    """What of a document a row is made of, field by field at any depth."""
    return dict(_projection(row))


@cache
def _projection(row: type[msgspec.Struct]) -> dict[str, int]:
    found = {stored_name(path): 1 for path in _paths(inspect.type_info(row), ())}
    return found | {"_id": 1}


def _paths(shape: inspect.Type, above: tuple[type, ...]) -> Iterator[str]:
    """The paths of a shape below its field; "" for what is taken whole."""
    match shape:
        case inspect.Metadata():
            yield from _paths(shape.type, above)
        case inspect.UnionType():
            some = [one for one in shape.types if not isinstance(one, inspect.NoneType)]
            yield from _paths(some[0], above) if len(some) == 1 else ("",)
        case inspect.CollectionType():
            yield from _paths(shape.item_type, above)
        case inspect.StructType() if shape.cls not in above and not shape.array_like:
            for field in shape.fields:
                for path in _paths(field.type, (*above, shape.cls)):
                    yield f"{field.encode_name}.{path}".rstrip(".")
        case _:
            yield ""


def at(document: Mapping[str, Any], path: str) -> Any:
    """The value of a path of a document; None where there is none."""
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def encode_cursor(sort: str, values: Sequence[Any]) -> str:
    """Where a page of this sort ended, as the next one is asked for."""
    marked = [
        sort,
        *({"$t": value.isoformat()} if isinstance(value, datetime) else value for value in values),
    ]
    return base64.urlsafe_b64encode(msgspec.json.encode(marked)).rstrip(b"=").decode()


def decode_cursor(cursor: str, sort: str, length: int) -> list[Any]:
    """The values that a cursor was made of; CursorUnknown when it was not, or by another sort."""
    try:
        marked = msgspec.json.decode(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[Any]
        )
        by, *values = [_moment(v["$t"]) if isinstance(v, dict) else v for v in marked]
    except (ValueError, KeyError, TypeError, OverflowError, msgspec.DecodeError) as error:
        raise CursorUnknown("after") from error
    plain = all(isinstance(value, (str, int, float, datetime, type(None))) for value in values)
    small = all(abs(value) < 2**63 for value in values if isinstance(value, int))
    if by != sort or not plain or not small or len(values) != length:
        raise CursorUnknown("after")
    return values


def _moment(written: str) -> datetime:
    """A moment that MongoDB can be asked for."""
    moment = datetime.fromisoformat(written)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
