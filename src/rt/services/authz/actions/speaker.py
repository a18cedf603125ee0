"""Who is speaking, where only a person will do."""

from rt.kernel.errors import Forbidden
from rt.kernel.identity import Actor, current_actor


class PeopleOnly(Forbidden):
    fr = "Seule une personne connectée peut le faire, pas une clé."
    en = "Only a signed-in person can do this, not a key."


def speaking_person() -> Actor:
    """The actor, if it is a person with a session."""
    actor = current_actor()
    if actor.kind != "user":
        raise PeopleOnly
    return actor
