"""What is secret says so in its type: nothing is hidden because of how it is called, nothing is forgotten."""

import re
from collections.abc import Iterator

from msgspec import inspect
from tests.house.messages import events, services

from rt.kernel.model.entity import Entity
from rt.kernel.storage.sealing import secrets_of
from rt.services.admin_gateway.domain.masking import CREDENTIALS, masked

SOUNDS_SECRET = re.compile(
    r"password|secret|hash|token|code|signature|image|content|digest|salt|endpoint|(^|_)keys?(_|$)|(^|_)url$"
)
READABLE = {
    "postal_code", "package_code", "password_changed_at", "secret", "secrets", "signatures", "codes",
    "acts.code_checked", "warnings.code", "content_hash", "hash_chain", "hash_chain.hash",
    "Webhook.url", "file_key", "Waiting.key",
}  # fmt: skip
"""By name, or by the end of the path: says nothing that opens, or holds parts that are hidden themselves."""
ONE_S_OWN = {"search_tokens", "image", "content"}
"""Hidden from the timeline of a change, and yet part of what an organization takes along: its own."""
Field = tuple[str, bool]


def stored() -> list[type[Entity]]:
    """Every entity of every unit."""
    services()
    return sorted(_below(Entity), key=lambda kind: f"{kind.__module__}.{kind.__name__}")


def _below(kind: type[Entity]) -> set[type[Entity]]:
    mine = {one for one in kind.__subclasses__() if one.__module__.startswith("rt.")}
    return mine | {found for one in mine for found in _below(one)}


def fields(
    node: inspect.Type, path: str, inside: tuple[type, ...] = (), hidden: bool = False
) -> Iterator[Field]:
    """The path of every field, and whether it or what holds it is declared hidden."""
    match node:
        case inspect.Metadata():
            yield from fields(node.type, path, inside, hidden or bool((node.extra or {}).get("hidden")))
        case inspect.StructType() if node.cls not in inside:
            for one in node.fields:
                below = f"{path}.{one.name}"
                yield below, hidden or _hidden(one.type)
                yield from fields(one.type, below, (*inside, node.cls), hidden)
        case inspect.CollectionType():
            yield from fields(node.item_type, path, inside, hidden)
        case inspect.DictType():
            yield from fields(node.value_type, path, inside, hidden)
        case inspect.UnionType():
            for one in node.types:
                yield from fields(one, path, inside, hidden)


def _hidden(node: inspect.Type) -> bool:
    if isinstance(node, inspect.Metadata):
        return bool((node.extra or {}).get("hidden")) or _hidden(node.type)
    return False


def _readable(path: str) -> bool:
    return any(path.endswith(f".{end}") or path == end for end in READABLE)


def test_what_is_stored_and_sounds_secret_is_hidden_or_known_to_be_readable() -> None:
    undeclared = {
        path
        for kind in stored()
        for path, hidden in fields(inspect.type_info(kind), kind.__name__)
        if not hidden and SOUNDS_SECRET.search(path.rpartition(".")[2]) and not _readable(path)
    }
    assert undeclared == set()


def test_what_an_event_carries_and_sounds_secret_is_sealed_or_known_to_be_readable() -> None:
    undeclared = {
        path
        for event in events()
        for path, _ in fields(inspect.type_info(event), event.__name__)
        if SOUNDS_SECRET.search(path.rpartition(".")[2])
        and path.partition(".")[2] not in secrets_of(event)
        and not _readable(path)
    }
    assert undeclared == set()


def test_what_lets_in_is_left_out_of_what_an_organization_takes_along() -> None:
    hidden = [
        path.split(".")[1:]
        for kind in stored()
        for path, is_hidden in fields(inspect.type_info(kind), kind.__name__)
        if is_hidden
    ]
    lets_in = [parts for parts in hidden if not ONE_S_OWN & set(parts)]
    assert [parts for parts in lets_in if not CREDENTIALS & set(parts)] == []
    assert {name for parts in lets_in for name in CREDENTIALS & set(parts)} == CREDENTIALS


def test_the_platform_s_people_read_what_only_sounds_secret() -> None:
    said = {
        "address": {"postal_code": "69007", "country_code": "FR", "city": "Lyon"},
        "goods": [{"hs_code": "0405", "package_code": "PX"}],
        "content_hash": "ab12", "signed_at": "2026-11-28", "code_checked": True, "site_name": "Quai 3",
    }  # fmt: skip
    assert masked(said) == said
