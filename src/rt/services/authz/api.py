"""Which action answers which message of authz."""

from rt.contracts import authz as contract
from rt.kernel.service.service import Served, serve
from rt.services.authz.actions.account import Account
from rt.services.authz.actions.entry import Entry
from rt.services.authz.actions.identities import Identities
from rt.services.authz.actions.keys import Keys
from rt.services.authz.actions.links import Links
from rt.services.authz.actions.members import Members
from rt.services.authz.actions.organizations import Organizations
from rt.services.authz.actions.partners import Partners
from rt.services.authz.actions.signing import Signing


def table(
    entry: Entry,
    account: Account,
    organizations: Organizations,
    partners: Partners,
    identities: Identities,
    members: Members,
    keys: Keys,
    links: Links,
    signing: Signing,
) -> list[Served]:
    """One line per message."""
    return [
        serve(contract.Login, entry.login),
        serve(contract.AnswerChallenge, entry.answer),
        serve(contract.Refresh, entry.refresh),
        serve(contract.SwitchOrganization, entry.switch),
        serve(contract.Logout, entry.logout),
        serve(contract.WhoAmI, account.who),
        serve(contract.ChangePassword, account.change_password),
        serve(contract.AskPasswordReset, account.ask_reset),
        serve(contract.ResetPassword, account.reset),
        serve(contract.EnrolTotp, account.enrol_totp),
        serve(contract.ConfirmTotp, account.confirm_totp),
        serve(contract.DisableTotp, account.disable_totp),
        serve(contract.FindSessions, account.sessions),
        serve(contract.EndSession, account.end_session),
        serve(contract.EndAllSessions, account.end_all_sessions),
        serve(contract.GetListChoices, account.list_choices),
        serve(contract.KeepListChoices, account.keep_list_choices),
        serve(contract.KeepView, account.keep_view),
        serve(contract.RenameView, account.rename_view),
        serve(contract.RemoveView, account.remove_view),
        serve(contract.RegisterOrganization, organizations.register),
        serve(contract.GetOrganization, organizations.get),
        serve(contract.FindOrganizations, organizations.find),
        serve(contract.EditOrganization, organizations.edit),
        serve(contract.AddPartner, partners.add),
        serve(contract.AskPartner, partners.ask),
        serve(contract.AcceptPartner, partners.accept),
        serve(contract.BlockPartner, partners.block),
        serve(contract.UnblockPartner, partners.unblock),
        serve(contract.FindPartners, partners.find),
        serve(contract.InvitePartner, partners.invite),
        serve(contract.SuspendOrganization, organizations.suspend),
        serve(contract.ResumeOrganization, organizations.resume),
        serve(contract.GetIdentity, identities.get),
        serve(contract.AskIdentityChange, identities.ask),
        serve(contract.FindIdentityWishes, identities.wishes),
        serve(contract.ConfirmIdentity, identities.confirm),
        serve(contract.RefuseIdentity, identities.refuse),
        serve(contract.FindUsers, members.find),
        serve(contract.GetUser, members.get),
        serve(contract.InviteUser, members.invite),
        serve(contract.AcceptInvitation, members.accept),
        serve(contract.AddUser, members.add),
        serve(contract.ChangeRole, members.change_role),
        serve(contract.DisableUser, members.disable),
        serve(contract.EnableUser, members.enable),
        serve(contract.RemoveMember, members.remove),
        serve(contract.AddApiKey, keys.add),
        serve(contract.FindApiKeys, keys.find),
        serve(contract.RotateApiKey, keys.rotate),
        serve(contract.RevokeApiKey, keys.revoke),
        serve(contract.CheckKey, keys.check),
        serve(contract.IssueLink, links.issue),
        serve(contract.RevokeLink, links.revoke),
        serve(contract.AttenuateLink, links.attenuate),
        serve(contract.CheckAddress, links.check_address),
        serve(contract.GetKeys, signing.key_set),
        serve(contract.RotateKeys, signing.rotate),
    ]
