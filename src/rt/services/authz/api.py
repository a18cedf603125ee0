"""Which action answers which word of authz."""

from rt.contracts import authz as words
from rt.kernel.unit import Served, serve
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
    """One line per word."""
    return [
        serve(words.Login, entry.login),
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
        serve(words.GetListChoices, account.list_choices),
        serve(words.KeepListChoices, account.keep_list_choices),
        serve(words.KeepView, account.keep_view),
        serve(words.RenameView, account.rename_view),
        serve(words.RemoveView, account.remove_view),
        serve(words.RegisterOrganization, organizations.register),
        serve(words.GetOrganization, organizations.get),
        serve(words.FindOrganizations, organizations.find),
        serve(words.EditOrganization, organizations.edit),
        serve(words.AddPartner, partners.add),
        serve(words.AskPartner, partners.ask),
        serve(words.AcceptPartner, partners.accept),
        serve(words.BlockPartner, partners.block),
        serve(words.UnblockPartner, partners.unblock),
        serve(words.FindPartners, partners.find),
        serve(words.InvitePartner, partners.invite),
        serve(words.SuspendOrganization, organizations.suspend),
        serve(words.ResumeOrganization, organizations.resume),
        serve(words.GetIdentity, identities.get),
        serve(words.AskIdentityChange, identities.ask),
        serve(words.FindIdentityWishes, identities.wishes),
        serve(words.ConfirmIdentity, identities.confirm),
        serve(words.RefuseIdentity, identities.refuse),
        serve(words.FindUsers, members.find),
        serve(words.GetUser, members.get),
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
        serve(words.CheckAddress, links.check_address),
        serve(words.GetKeys, signing.key_set),
        serve(words.RotateKeys, signing.rotate),
    ]
