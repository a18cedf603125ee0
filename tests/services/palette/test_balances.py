"""What is carried forward of past months and what came since are the whole, however late answers come."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from tests.services.palette.make import ALL, CARRIER, CONSIGNEE, SHIPPER

from rt.kernel.core.clock import held
from rt.kernel.core.tenancy import acting_for
from rt.kernel.storage.persistence import Database
from rt.services.palette.domain.balance import carried_until
from rt.services.palette.domain.ledger import Party, organizations, transfer
from rt.services.palette.domain.movement import ClaimAnswered, ClaimClosed, Movement
from rt.services.palette.store import PaletteStore

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2100, 1, 1, tzinfo=UTC)


def claim(number: int, chance: random.Random, moment: datetime, agreed: bool = False) -> Movement:
    """A transfer that one of two says, of some day of the months before, and its claim."""
    giver, taker = chance.sample(ALL, 2)
    made = Movement(
        id=f"mov_{number:04d}",
        org_id=giver,
        kind="transfer",
        moved_at=moment - timedelta(days=chance.randrange(80), seconds=number),
        parties=[Party(id=giver, name=f"{giver} {moment:%m}"), Party(id=taker, name=f"{taker} {moment:%m}")],
        lines=transfer(giver, taker, chance.choice(["EUR", "UIC"]), "A", chance.randrange(1, 40), "Lyon"),
        teller_id=giver,
        seen_by=organizations(giver, taker),
    )
    yes = ALL if agreed or chance.random() < 0.3 else [giver]
    absent = [taker] if chance.random() < 0.2 else []
    made.declare(yes, absent, moment + timedelta(days=30))
    return made


async def answer(store: PaletteStore, made: Movement, chance: random.Random) -> None:
    """Say yes or no to a claim, take it back or let it lapse; what cannot be any more is left."""
    with acting_for(made.org_id):
        try:
            async with store.movements.change(made.id) as movement:
                other = next(party.id for party in movement.parties if party.id != movement.teller_id)
                match chance.randrange(4):
                    case 0 | 1:
                        movement.confirm(other)
                    case 2:
                        movement.dispute(other, "never came")
                    case _:
                        movement.withdraw(movement.teller_id, "typed twice")
        except (ClaimClosed, ClaimAnswered):
            async with store.movements.change(made.id) as movement:
                movement.lapse()


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_carried_forward_and_what_came_since_is_the_whole(
    database: Database, seed: int
) -> None:
    store, chance = PaletteStore(database), random.Random(seed)
    made: list[Movement] = []
    moment = BEGIN
    for step in range(60):
        moment += timedelta(days=chance.randrange(8), hours=chance.randrange(24))
        with held(moment):
            if made and chance.random() < 0.4:
                await answer(store, chance.choice(made), chance)
            else:
                made.append(claim(step, chance, moment))
                with acting_for(made[-1].org_id):
                    await store.movements.add(made[-1])
            for org_id in ALL:
                with acting_for(org_id):
                    whole = await store.balances.at("", END)
                    assert await store.balances.now("") == whole, (seed, step)
                    of_one = [one for one in whole if one.partner_id == CONSIGNEE]
                    assert await store.balances.now(CONSIGNEE) == of_one
    with acting_for(SHIPPER):
        (kept,) = [one async for one in database["palette.carried"].find({"org_id": SHIPPER})]
    assert kept["until"] == carried_until(moment)
    assert kept["balances"]


async def test_an_answer_given_as_the_month_ends_is_waited_for(database: Database) -> None:
    """What was settled before midnight and is written after it is in the month that is carried."""
    store = PaletteStore(database)
    midnight = datetime(2026, 2, 28, 23, tzinfo=UTC)  # the first of March in Paris
    with acting_for(SHIPPER):
        with held(midnight - timedelta(seconds=1)):
            late = claim(1, random.Random(3), midnight, agreed=True)
            late.seen_by, late.org_id = [SHIPPER, CARRIER, CONSIGNEE], SHIPPER
        with held(midnight + timedelta(hours=1)):
            before = await store.balances.now("")
            await store.movements.add(late)
        with held(midnight + timedelta(days=2)):
            assert await store.balances.now("") == await store.balances.at("", END) != before
