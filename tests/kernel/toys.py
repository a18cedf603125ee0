"""A toy unit of jars and marbles: the smallest thing that uses the whole kernel."""

from typing import Annotated

from msgspec import Meta

from rt.kernel.core.errors import Conflict
from rt.kernel.core.ids import derived_id, new_id
from rt.kernel.model.entity import Entity
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.model.messages import OPEN, Command, Download, Event, Query, View
from rt.kernel.service.service import ServiceContext, Unit, serve, subscribe
from rt.kernel.storage.listing import Listing
from rt.kernel.storage.persistence import Collection, Database


class JarView(View):
    id: str
    marbles: int
    version: int
    seen: int = 0


class JarsPage(View):
    items: list[JarView]
    next: str


class MarblesTaken(Event, topic="palette.marbles.taken"):
    jar_id: str
    count: int


class JarTooEmpty(Conflict):
    fr = "Il ne reste que {left} billes."
    en = "Only {left} marbles are left."


class MakeJar(Command[JarView], route="/api/palettes/jars", needs="palette.write", status=201):
    """Make a jar."""

    marbles: Annotated[int, Meta(ge=0)]
    label: str = ""


class TakeMarbles(
    Command[JarView], route="/api/palettes/jars/{jar_id}/take", needs="palette.write", link="take"
):
    """Take marbles out."""

    jar_id: str
    count: Annotated[int, Meta(ge=1)]


class EditJar(Command[JarView], route="/api/palettes/jars/{jar_id}", needs="palette.write", method="PATCH"):
    """Change how many there are."""

    jar_id: str
    marbles: int


class GetJar(Query[JarView], route="/api/palettes/jars/{jar_id}", needs="palette.read"):
    """One jar."""

    jar_id: str


class FindJars(Query[JarsPage], route="/api/palettes/jars", needs="palette.read"):
    """Jars, some at a time."""

    after: str = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 2


class PutPicture(
    Command[JarView], route="/api/palettes/jars/{jar_id}/picture", needs="palette.write", upload=1_000_000
):
    """A picture of a jar."""

    jar_id: str
    content: bytes
    media_type: str
    title: str = ""


class GetPicture(Query[Download], route="/api/palettes/jars/{jar_id}/picture", needs=OPEN):
    """The picture."""

    jar_id: str


class Jar(Entity):
    marbles: int
    seen: int = 0
    picture: str = ""

    def take(self, count: int) -> None:
        if count > self.marbles:
            raise JarTooEmpty(left=self.marbles)
        self.marbles -= count
        self.emit(MarblesTaken(jar_id=self.id, count=count))


JARS = Listing(Jar, {"newest": "-created_at"})


class Shelf(Entity):
    """Counts what it hears."""

    taken: int = 0


class Jars:
    def __init__(self, database: Database, context: ServiceContext) -> None:
        self.jars = Collection(database, Jar, "jars", listings=[JARS])
        self.shelves = Collection(database, Shelf, "shelves")
        self.files = context.files
        self.failures: dict[str, int] = {}
        """By jar: how often hearing of it fails yet."""
        self.heard: list[tuple[str, int]] = []

    async def make(self, asked: MakeJar) -> JarView:
        return view(await self.jars.add(Jar(id=new_id("jar"), marbles=asked.marbles)))

    async def take(self, asked: TakeMarbles) -> JarView:
        async with self.jars.change(asked.jar_id) as jar:
            jar.take(asked.count)
        return view(jar)

    async def edit(self, asked: EditJar) -> JarView:
        async with self.jars.change(asked.jar_id) as jar:
            jar.marbles = asked.marbles
        return view(jar)

    async def get(self, asked: GetJar) -> JarView:
        return view(await self.jars.get(asked.jar_id))

    async def find(self, asked: FindJars) -> JarsPage:
        page = await self.jars.rows(JARS, after=asked.after, limit=asked.limit)
        return JarsPage(items=[view(jar) for jar in page.items], next=page.next)

    async def put_picture(self, asked: PutPicture) -> JarView:
        async with self.jars.change(asked.jar_id) as jar:
            jar.picture = await self.files.put("images", asked.content, asked.media_type, "pic")
        return view(jar)

    async def get_picture(self, asked: GetPicture) -> Download:
        jar = await self.jars.everywhere.get(asked.jar_id)
        return Download(content=await self.files.get(jar.picture), media_type="image/png", filename="a.png")

    async def count(self, event: MarblesTaken, envelope: EventEnvelope) -> None:
        if self.failures.get(event.jar_id):
            self.failures[event.jar_id] -= 1
            raise ValueError("not today")
        self.heard.append((event.jar_id, event.count))
        fresh = Shelf(id=derived_id("shf", envelope.org_id))
        async with self.shelves.change_or_add(fresh) as shelf:
            shelf.taken += event.count


def view(jar: Jar) -> JarView:
    return JarView(id=jar.id, marbles=jar.marbles, version=jar.version, seen=jar.seen)


class Toys:
    """Builds the unit and keeps what tests want to look at."""

    __module__ = "rt.services.palette.app"

    def __call__(self, context: ServiceContext) -> Unit:
        self.jars = jars = Jars(context.database, context)
        return Unit(
            name="palette",
            serves=[
                serve(MakeJar, jars.make),
                serve(TakeMarbles, jars.take),
                serve(EditJar, jars.edit),
                serve(GetJar, jars.get),
                serve(FindJars, jars.find),
                serve(PutPicture, jars.put_picture),
                serve(GetPicture, jars.get_picture),
            ],
            subscriptions=[subscribe(MarblesTaken, jars.count, since="beginning")],
        )
