"""A provider for MongoDB Atlas that knows its words and does nothing: enough to validate and to plan.

Run by the interpreter of the tools' environment, which holds the schema: cdktf's bindings carry, as
JavaScript, each resource's attributes with type, nesting and flags.
"""

import re
import tarfile
from collections.abc import Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from tf import runner
from tf.gen import tfplugin_pb2 as wire
from tf.provider import ProviderServicer
from tf.schema import Schema
from tf.types import Unknown
from tf.utils import Diagnostics, read_dynamic_value, to_dynamic_value

ARCHIVE = "provider-mongodbatlas@8.6.2.jsii.tgz"
SIMPLE = {"string": '"string"', "number": '"number"', "boolean": '"bool"', "any": '"dynamic"'}
GETTERS = {"String": '"string"', "Number": '"number"', "Boolean": '"bool"', "List": '["list","string"]'}
"""A value that is only read: its type by the name of its getter."""
READ = re.compile(r"// (\w+) - computed: true, optional: false, required: false")
READS = re.compile(READ.pattern + r"\n\s+get \w+\(\) \{\n(.*?)\n", re.S)
NESTED = re.compile(r'this\._\w+ = new (?:cdktf\.)?(\w+?)(List|Map|OutputReference)?\(this, "(\w+)"')
GIVEN = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{(.*?)^\}", re.S | re.M)
ENTRY = re.compile(
    r'(\w+): \{\s+value: .*?,\s+isBlock: \w+,\s+type: "(\w+)",\s+storageClassType: "(\w+)"', re.S
)
Block = wire.Schema.Block
Nesting = wire.Schema.NestedBlock.NestingMode


class Page:
    """One resource's JavaScript: its classes, and what each may be given."""

    def __init__(self, text: str) -> None:
        self.name = cast(re.Match[str], re.search(r'tfResourceType = "(\w+)"', text))[1]
        parts = re.split(r"^class (\w+) extends cdktf\.", text, flags=re.M)
        self.classes = dict(zip(parts[1::2], parts[2::2], strict=True))
        self.root = next(name for name, body in self.classes.items() if body.startswith("TerraformResource"))
        self.given = {name.lower(): body for name, body in GIVEN.findall(text)}
        self.given[self.root.lower()] = self.classes[self.root].partition("synthesizeHclAttributes()")[2]

    def block(self, name: str) -> Any:
        """The block of a class: what it is given as attributes and blocks, then what is only read."""
        body = self.classes.get(name, self.classes.get(name + "OutputReference", ""))
        optional = set(re.findall(r"^    reset(\w+)\(\)", body, re.M))
        block = Block()
        seen = set()
        for word, kind, storage in ENTRY.findall(self.given[name.lower()]):
            seen.add(word)
            inner = storage.removesuffix("List") if kind in ("list", "set") else storage
            may = _camel(word) in optional
            if inner in SIMPLE or kind in ("simple", "map") or storage in ("stringList", "numberList"):
                of = SIMPLE[storage.removesuffix("List").removesuffix("Map")]
                typed = of if kind == "simple" else f'["{kind}",{of}]'
                _attribute(block, word, typed, required=not may, optional=may, computed=may)
            elif kind == "struct" and word != "timeouts":
                nested = wire.Schema.Object(nesting=wire.Schema.Object.NestingMode.SINGLE)
                nested.attributes.extend(self.block(inner).attributes)
                block.attributes.add(
                    name=word, nested_type=nested, required=not may, optional=may, computed=may
                )
            else:
                nesting = {"list": Nesting.LIST, "set": Nesting.SET, "struct": Nesting.SINGLE}[kind]
                least = 0 if may else 1
                block.block_types.add(
                    type_name=word, block=self.block(inner), nesting=nesting, min_items=least
                )
        for word, typed in self.read_only(body).items():
            if word not in seen:
                _attribute(block, word, typed, computed=True)
        return block

    def read_only(self, body: str) -> Mapping[str, str]:
        """Attributes that the provider alone fills, with their types."""
        found = {}
        for word, getter in READS.findall(body):
            if kind := re.search(r"get(\w+)Attribute\(", getter):
                found[word] = GETTERS.get(kind[1], '"dynamic"')
        nested = {word: (name, many) for name, many, word in NESTED.findall(body)}
        return found | {word: self.shape(*nested[word]) for word in READ.findall(body) if word in nested}

    def shape(self, name: str, many: str) -> str:
        """The type of a nested value that is only read."""
        if many == "Map":
            return '["map","string"]'
        body = self.classes[name + "OutputReference"]
        fields = ",".join(f'"{word}":{typed}' for word, typed in sorted(self.read_only(body).items()))
        one = f'["object",{{{fields}}}]'
        return f'["list",{one}]' if many == "List" else one


def _attribute(block: Any, name: str, typed: str, **flags: bool) -> None:
    block.attributes.add(name=name, type=typed.encode(), **flags)


def _camel(word: str) -> str:
    return "".join(part.capitalize() for part in word.split("_"))


class Ready:
    """A schema that is on the wire's form already."""

    attributes: tuple[Any, ...] = ()
    block_types: tuple[Any, ...] = ()

    def __init__(self, block: Any) -> None:
        self._block = block

    def to_pb(self) -> Any:
        return wire.Schema(version=0, block=self._block)


def resource(page: Page) -> type:
    """A resource class for the runner, with the schema of a page."""
    schema = Ready(page.block(page.root))
    return type(
        page.root,
        (),
        {
            "__init__": lambda self, provider: None,
            "get_name": classmethod(lambda cls: page.name.removeprefix("mongodbatlas_")),
            "get_schema": classmethod(lambda cls: schema),
            "validate": lambda self, diagnostics, name, config: None,
        },
    )


class Atlas:
    """The provider: its resources, and no opinion about them."""

    def __init__(self) -> None:
        self._resources = [resource(page) for page in pages()]

    def full_name(self) -> str:
        return "registry.terraform.io/mongodb/mongodbatlas"

    def get_model_prefix(self) -> str:
        return "mongodbatlas_"

    def get_provider_schema(self, diagnostics: Diagnostics) -> Schema:
        return Schema()

    def validate_config(self, diagnostics: Diagnostics, config: dict[str, Any]) -> None: ...

    def configure_provider(self, diagnostics: Diagnostics, config: dict[str, Any]) -> None: ...

    def get_data_sources(self) -> list[type]:
        return []

    def get_functions(self) -> list[type]:
        return []

    def get_resources(self) -> list[type]:
        return self._resources

    def new_resource(self, kind: type) -> Any:
        return kind(self)


def planned(servicer: Any, asked: Any, context: Any) -> Any:
    """What is asked for is what there will be; what only Atlas knows is known after it is made."""
    state = read_dynamic_value(asked.proposed_new_state)
    kind = next(
        one for one in servicer.app.get_resources() if asked.type_name == "mongodbatlas_" + one.get_name()
    )
    for attribute in kind.get_schema().to_pb().block.attributes:
        if state is not None and attribute.computed and state[attribute.name] is None:
            state[attribute.name] = Unknown
    return wire.PlanResourceChange.Response(planned_state=to_dynamic_value(state))


def pages() -> list[Page]:
    """Every resource in the archive."""
    package = cast(Any, find_spec("cdktf_cdktf_provider_mongodbatlas"))  # importing it would start Node.js
    found = []
    with tarfile.open(Path(package.origin).parent / "_jsii" / ARCHIVE) as archive:
        for member in archive:
            if member.name.endswith("/index.js") and "/lib/" in member.name:
                text = cast(BytesIO, archive.extractfile(member)).read().decode().partition("//# source")[0]
                if "extends cdktf.TerraformResource" in text:
                    found.append(Page(text))
    return found


if __name__ == "__main__":
    ProviderServicer.PlanResourceChange = planned
    runner.run_provider(cast(Any, Atlas()))
