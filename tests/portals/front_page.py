"""The door of every unit before a portal's stand-in: what a unit refuses unread, the stand-in refuses too."""

from collections.abc import Mapping
from typing import Any

import msgspec

from rt.kernel.access.identity import Actor, check
from rt.kernel.core.errors import VersionRequired
from rt.kernel.core.malformed import malformed
from rt.kernel.model.bounds import refuse_unfit, refuse_unstorable


def knock(
    message: Any, rights: list[str], version: int | None, scopes: Mapping[str, str] | None = None
) -> None:
    """Refuse a message as the web side of its unit would: rights, form, bounds, and the version of a change.

    `scopes` of a link (scope → object) stand for a person's rights.
    """
    shape = message.shape
    values = {
        name: getattr(message, name)
        for name in message.__struct_fields__
        if getattr(message, name) is not msgspec.UNSET
    }
    path = {name: str(values[name]) for name in shape.path_fields}
    if scopes is None:
        check(shape, Actor(kind="user", id="usr_1", org_id="org_1", rights=frozenset(rights)), path)
    elif shape.needs != "open":
        opened = scopes.get(shape.link or "", "")
        actor = Actor(kind="link", id="lnk_1", org_id="org_1", scope=shape.link or "", object_id=opened)
        check(shape, actor, path)
    if shape.method in ("PATCH", "PUT") and shape.keyed and version is None:
        raise VersionRequired
    content = values.pop("content", None) if shape.upload else None
    try:
        plain = msgspec.json.decode(msgspec.json.encode(values))
        refuse_unstorable(plain)
        kept = {} if content is None else {"content": content}
        said = msgspec.convert(plain | kept, type(message), builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise malformed(error) from error
    refuse_unfit(said)
