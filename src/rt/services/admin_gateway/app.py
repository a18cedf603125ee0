"""The gateway put together."""

from rt.kernel.audit import Trail
from rt.kernel.story import Story
from rt.kernel.unit import Ground, Unit, every
from rt.services.admin_gateway.actions.audits import Audits
from rt.services.admin_gateway.actions.board import Board
from rt.services.admin_gateway.actions.stories import Stories
from rt.services.admin_gateway.actions.tenants import Tenants
from rt.services.admin_gateway.api import table
from rt.services.admin_gateway.domain.checkpoint import Seal
from rt.services.admin_gateway.reactions import Chronicle
from rt.services.admin_gateway.store import GatewayStore

LOOK_SECONDS = 30
CHECKPOINT_SECONDS = 300


def build(ground: Ground) -> Unit:
    """The gateway on its ground."""
    database = ground.database
    store = GatewayStore(database)
    trail, story = Trail(database), Story(database)
    board = Board(store, ground.services)
    audits = Audits(trail, ground.files, Seal(ground.settings.jwt_secret))
    tenants = Tenants(store, database, ground.services, ground.files)

    async def start() -> None:
        await trail.prepare()
        await story.prepare()

    return Unit(
        name="admin_gateway",
        serves=table(board, Stories(story, database), audits, tenants),
        hears=Chronicle(trail, story).heard(),
        jobs=[every(LOOK_SECONDS, board.look), every(CHECKPOINT_SECONDS, audits.checkpoint)],
        start=start,
    )
