"""Everything that authz keeps."""

from rt.kernel.storage.listing import Listing
from rt.kernel.storage.persistence import Collection, Database, Index
from rt.services.authz.domain.apikey import ApiKey
from rt.services.authz.domain.link import Link
from rt.services.authz.domain.signing import SigningKey
from rt.services.authz.store.organizations import KeptOrganizations
from rt.services.authz.store.people import KeptPeople

KEYS = Listing(ApiKey, {"newest": "-created_at"})


class AuthzStore(KeptOrganizations, KeptPeople):
    """The collections of authz, and the few questions that are longer than a filter.

    Links and keys come before anybody is known, so they are looked up everywhere.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        KeptOrganizations.__init__(self, database)
        KeptPeople.__init__(self, database)
        self.keys = Collection(database, ApiKey, "keys", listings=(KEYS,))
        self.links = Collection(
            database, Link, "links", Index("object_id"), Index("expires_at", everywhere=True, expires=True)
        )
        self.signing_keys = Collection(database, SigningKey, "signing_keys")
