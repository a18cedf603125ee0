"""Which action answers which word of authz."""

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rt.contracts import authz as words
from rt.kernel.errors import WrongMediaType
from rt.kernel.identity import current_actor
from rt.kernel.persistence import persist
from rt.kernel.unit import Served, plain, serve
from rt.kernel.web import client_address, read_body
from rt.services.authz.actions.account import Account
from rt.services.authz.actions.entry import Entry
from rt.services.authz.actions.keys import Keys
from rt.services.authz.actions.links import Links
from rt.services.authz.actions.members import Members
from rt.services.authz.actions.organizations import Organizations
from rt.services.authz.actions.signing import Signing

LOGIN_LIMIT_BYTES = 16_000


def table(
    entry: Entry,
    account: Account,
    organizations: Organizations,
    members: Members,
    keys: Keys,
    links: Links,
    signing: Signing,
    trusted_proxies: int,
) -> list[Served]:
    """One line per word."""
    return [
        plain(words.Login, login(entry, trusted_proxies)),
        serve(words.AnswerChallenge, entry.answer),
        serve(words.Refresh, entry.refresh),
        serve(words.SwitchOrganization, entry.switch),
        serve(words.Logout, entry.logout),
        serve(words.WhoAmI, account.who),
        serve(words.ChangePassword, account.change_password),
        serve(words.AskPasswordReset, account.ask_reset),
        serve(words.ResetPassword, account.reset),
        serve(words.EnrolTotp, account.enrol_totp),
        serve(words.ConfirmTotp, account.confirm_totp),
        serve(words.DisableTotp, account.disable_totp),
        serve(words.FindSessions, account.sessions),
        serve(words.EndSession, account.end_session),
        serve(words.EndAllSessions, account.end_all_sessions),
        serve(words.RegisterOrganization, organizations.register),
        serve(words.GetOrganization, organizations.get),
        serve(words.FindOrganizations, organizations.find),
        serve(words.EditOrganization, organizations.edit),
        serve(words.AddPartner, organizations.add_partner),
        serve(words.FindPartners, organizations.find_partners),
        serve(words.InvitePartner, organizations.invite_partner),
        serve(words.SuspendOrganization, organizations.suspend),
        serve(words.ResumeOrganization, organizations.resume),
        serve(words.FindUsers, members.find),
        serve(words.InviteUser, members.invite),
        serve(words.AcceptInvitation, members.accept),
        serve(words.AddUser, members.add),
        serve(words.ChangeRole, members.change_role),
        serve(words.DisableUser, members.disable),
        serve(words.EnableUser, members.enable),
        serve(words.RemoveMember, members.remove),
        serve(words.AddApiKey, keys.add),
        serve(words.FindApiKeys, keys.find),
        serve(words.RotateApiKey, keys.rotate),
        serve(words.RevokeApiKey, keys.revoke),
        serve(words.CheckKey, keys.check),
        serve(words.IssueLink, links.issue),
        serve(words.RevokeLink, links.revoke),
        serve(words.AttenuateLink, links.attenuate),
        serve(words.GetKeys, signing.key_set),
        serve(words.RotateKeys, signing.rotate),
    ]


def login(entry: Entry, trusted_proxies: int) -> Callable[[Request], Awaitable[Response]]:
    """A login needs the caller's address, which no word carries; a portal says the address that it saw."""

    async def handler(request: Request) -> Response:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip()
        if media_type != "application/json":
            raise WrongMediaType(media_type=media_type or "-")
        asked = msgspec.json.decode(await read_body(request, LOGIN_LIMIT_BYTES), type=words.Login)
        inside = current_actor().kind == "unit"
        ip = asked.seen_from if inside else client_address(request.scope, trusted_proxies)
        view = await persist(lambda: entry.login(asked, ip))
        headers = {"cache-control": "no-store"}
        return Response(msgspec.json.encode(view), 200, headers, "application/json")

    return handler
