"""What the gateway does when anything happens anywhere: it writes it down and notes what it is about."""

from rt.kernel.audit import Trail
from rt.kernel.bus import Fact, Listener, Told
from rt.kernel.story import Story
from rt.kernel.unit import hear


class Chronicle:
    """Every event becomes one line of the trail and one entry of the index, both once."""

    def __init__(self, trail: Trail, story: Story) -> None:
        self._trail = trail
        self._story = story

    async def prepare(self) -> None:
        await self._trail.prepare()
        await self._story.prepare()

    def heard(self) -> list[Listener]:
        return [hear(Fact, self.record), hear(Fact, self.index)]

    async def record(self, event: Fact, told: Told) -> None:
        await self._trail.record(told)

    async def index(self, event: Fact, told: Told) -> None:
        await self._story.index(told)
