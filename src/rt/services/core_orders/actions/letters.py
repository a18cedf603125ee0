"""Letters, mails and PDFs read as the orders that they ask for; nothing of them is kept."""

from msgspec import structs

from rt.contracts.core_orders import LetterRead, ReadLetter
from rt.kernel.core import offload
from rt.kernel.core.clock import today
from rt.services.core_orders.adapters import Directory
from rt.services.core_orders.domain.letter import packed, unpacked
from rt.services.core_orders.domain.letter.senders import client

READING_SECONDS, READING_MB = 10, 384
"""A letter of the longest takes a fraction of a second; a PDF of ten pages one or two."""


class Letters:
    """What organizations do with letters that ask for a transport."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def read(self, asked: ReadLetter) -> LetterRead:
        said = await offload.run(
            packed,
            asked.content,
            asked.media_type,
            today(),
            asked.order,
            seconds=READING_SECONDS,
            memory_mb=READING_MB,
            field="content",
        )
        reading, sender = unpacked(said)
        found = client(reading, sender, await self._directory.known())
        return structs.replace(reading, fields=[*reading.fields, *(one.view() for one in found)])
