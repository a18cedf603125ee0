"""authz put together."""

from rt.kernel.service.service import ServiceContext, Unit, expand
from rt.services.authz.actions.account import Account
from rt.services.authz.actions.entry import Entry
from rt.services.authz.actions.guard import Guard
from rt.services.authz.actions.identities import Identities
from rt.services.authz.actions.keys import Keys
from rt.services.authz.actions.links import Links
from rt.services.authz.actions.members import Members
from rt.services.authz.actions.organizations import Organizations
from rt.services.authz.actions.partners import Partners
from rt.services.authz.actions.signing import Signing
from rt.services.authz.adapters import Hasher, common_passwords
from rt.services.authz.api import table
from rt.services.authz.domain.policy import Policy
from rt.services.authz.domain.vault import Vault
from rt.services.authz.handlers import handlers
from rt.services.authz.jobs import at_start, jobs
from rt.services.authz.store import AuthzStore


def build(context: ServiceContext) -> Unit:
    """People, sessions, keys and links on one store, under keys derived from one root secret."""
    settings = context.settings
    store, vault = AuthzStore(context.database), Vault(settings.jwt_secret)
    policy = Policy(mfa_demanded=settings.production, common_passwords=common_passwords())
    hasher, guard = Hasher(settings.bcrypt_rounds, vault.key("passwords")), Guard(store, vault)
    signing, members = Signing(store, vault), Members(store, vault, hasher, policy)
    partners, entry = Partners(store, members), Entry(store, vault, hasher, guard, signing, policy)
    account, keys = Account(store, vault, hasher, guard, entry, policy), Keys(store, policy)
    organizations, links, identities = Organizations(store, members), Links(store, signing), Identities(store)
    return Unit(
        name="authz",
        serves=table(entry, account, organizations, partners, identities, members, keys, links, signing),
        subscriptions=handlers(account),
        jobs=jobs(signing, organizations),
        migrations=[expand(1, store.derive)],
        start=at_start(settings, store, signing, organizations, members),
    )
