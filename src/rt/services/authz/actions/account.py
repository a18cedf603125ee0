"""What a person does with their own account: password, second factor, sessions, how lists are read."""

from collections.abc import Callable

from rt.contracts.authz import (
    AskPasswordReset,
    ChangePassword,
    ConfirmTotp,
    DisableTotp,
    EndAllSessions,
    EndSession,
    EnrolTotp,
    FindSessions,
    GetListChoices,
    KeepListChoices,
    KeepView,
    ListChoicesView,
    MembershipView,
    OwnView,
    RecoveryCodesView,
    RemoveView,
    RenameView,
    ResetPassword,
    SessionsView,
    TotpView,
    WhoAmI,
    WhoView,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Empty
from rt.services.authz.actions.caller import calling_person
from rt.services.authz.actions.entry import FACTOR, Entry
from rt.services.authz.actions.guard import Guard
from rt.services.authz.adapters import Hasher
from rt.services.authz.domain.list_choice import ListChoice, list_choice
from rt.services.authz.domain.organization import OPERATOR, address
from rt.services.authz.domain.passwords import WrongPassword, check_password, shortest_for
from rt.services.authz.domain.person import Person, ResetOver
from rt.services.authz.domain.policy import Policy
from rt.services.authz.domain.reset import KEPT, ResetWish
from rt.services.authz.domain.totp import (
    enrolment_uri,
    fresh_recovery_codes,
    fresh_totp_secret,
    normal_recovery,
)
from rt.services.authz.domain.vault import Vault, fresh_secret, hash_of
from rt.services.authz.store import AuthzStore


class Account:
    """One's own account."""

    def __init__(
        self, store: AuthzStore, vault: Vault, hasher: Hasher, guard: Guard, entry: Entry, policy: Policy
    ) -> None:
        self._store = store
        self._vault = vault
        self._hasher = hasher
        self._guard = guard
        self._entry = entry
        self._policy = policy

    async def who(self, _asked: WhoAmI) -> WhoView:
        actor = calling_person()
        person = await self._store.people.everywhere.get(actor.id)
        present = person.active(actor.org_id)
        actives = [membership for membership in person.memberships if membership.state == "active"]
        known = await self._store.organizations_by_id([membership.organization_id for membership in actives])
        return WhoView(
            user_id=person.id,
            email=person.email,
            name=person.name,
            language=person.language,
            organization_id=actor.org_id,
            organization_name=known[actor.org_id].name,
            role=present.role,
            rights=sorted(actor.rights),
            memberships=[
                MembershipView(
                    organization_id=membership.organization_id,
                    organization_name=known[membership.organization_id].name,
                    kind=known[membership.organization_id].kind,
                    role=membership.role,
                )
                for membership in actives
            ],
            mfa=person.mfa,
            session_id=actor.session_id,
        )

    async def change_password(self, asked: ChangePassword) -> Empty:
        """A new password, knowing the present one; the other sessions end."""
        person = await self._proven(asked.current_password)
        self._check(asked.new_password, person, "new_password")
        password_hash = await self._hasher.hash(asked.new_password)
        async with self._store.people.everywhere.change(person.id) as changing:
            changing.choose_password(password_hash, now())
        await self._end_sessions(person.id, "password_changed", keep=calling_person().session_id)
        return Empty()

    async def ask_reset(self, asked: AskPasswordReset) -> Empty:
        """One write whoever is meant; whether anybody is there is found out afterwards."""
        wish = ResetWish(
            id=new_id("rst"),
            org_id=OPERATOR,
            email=address(asked.email),
            language=asked.language,
            expires_at=now() + KEPT,
        )
        wish.make()
        await self._store.reset_wishes.add(wish)
        return Empty()

    async def send_reset(self, email: str, language: str) -> None:
        """Have a link sent, if somebody with an account has that address."""
        person = await self._store.person_by_email(email)
        if person is not None and person.password_hash:
            async with self._store.people.everywhere.change(person.id) as asking:
                asking.ask_reset(f"{person.id}.{fresh_secret()}", language, now())

    async def reset(self, asked: ResetPassword) -> Empty:
        """A new password by the link of the mail; a second factor is still asked at the next login."""
        try:
            person = await self._store.people.everywhere.get(asked.token.partition(".")[0])
        except NotFound:
            raise ResetOver from None
        person.check_reset(asked.token, now())
        self._check(asked.new_password, person, "new_password")
        password_hash = await self._hasher.hash(asked.new_password)
        async with self._store.people.everywhere.change(person.id) as changing:
            changing.check_reset(asked.token, now())
            changing.choose_password(password_hash, now())
        await self._end_sessions(person.id, "password_reset")
        return Empty()

    async def enrol_totp(self, asked: EnrolTotp) -> TotpView:
        person = await self._proven(asked.password)
        secret = fresh_totp_secret()
        async with self._store.people.everywhere.change(person.id) as enrolling:
            enrolling.enrol(self._vault.seal(FACTOR, secret))
        return TotpView(secret=secret, uri=enrolment_uri(secret, person.email))

    async def confirm_totp(self, asked: ConfirmTotp) -> RecoveryCodesView:
        """The second factor is on; this session has shown it, the others end."""
        actor = calling_person()
        person = await self._store.people.everywhere.get(actor.id)
        secret = self._vault.open(FACTOR, person.factor.sealed_secret) if person.factor else ""
        codes = fresh_recovery_codes()
        hashes = [hash_of(normal_recovery(code)) for code in codes]
        people = self._store.people.everywhere
        async with self._guard.proving(person.id), people.change(person.id) as confirming:
            confirming.confirm_factor(asked.code, secret, hashes, now())
        async with self._store.sessions.everywhere.change(actor.session_id) as session:
            session.mfa = True
        await self._end_sessions(person.id, "totp_enabled", keep=actor.session_id)
        return RecoveryCodesView(codes=codes)

    async def disable_totp(self, asked: DisableTotp) -> Empty:
        person = await self._proven(asked.password)
        async with self._guard.proving(person.id):
            await self._entry.pass_factor(person, asked.code)
        async with self._store.people.everywhere.change(person.id) as changing:
            changing.drop_factor()
        return Empty()

    async def sessions(self, _asked: FindSessions) -> SessionsView:
        actor = calling_person()
        return SessionsView(
            items=[
                session.view(actor.session_id)
                for session in await self._store.open_sessions(actor.id)
                if session.expires_at > now()
            ]
        )

    async def end_session(self, asked: EndSession) -> Empty:
        """One's own alone: another's is not found."""
        actor = calling_person()
        async with self._store.sessions.everywhere.change(asked.session_id) as session:
            if session.person_id != actor.id:
                raise NotFound
            session.end("ended_by_person", now())
        return Empty()

    async def end_all_sessions(self, asked: EndAllSessions) -> Empty:
        actor = calling_person()
        await self._end_sessions(actor.id, "ended_by_person", keep=actor.session_id if asked.keep else "")
        return Empty()

    async def list_choices(self, asked: GetListChoices) -> ListChoicesView:
        untouched = self._untouched(asked.list_name)
        kept = await self._store.list_choices.first({"id": untouched.id})
        return (kept or untouched).view()

    async def keep_list_choices(self, asked: KeepListChoices) -> ListChoicesView:
        return await self._chosen(asked.list_name, lambda kept: kept.choose(asked.columns))

    async def keep_view(self, asked: KeepView) -> ListChoicesView:
        view = OwnView(name=asked.name, query=asked.query)
        return await self._chosen(asked.list_name, lambda kept: kept.keep(view))

    async def rename_view(self, asked: RenameView) -> ListChoicesView:
        async with self._store.list_choices.change(self._untouched(asked.list_name).id) as kept:
            kept.rename(asked.name, asked.to)
        return kept.view()

    async def remove_view(self, asked: RemoveView) -> ListChoicesView:
        return await self._chosen(asked.list_name, lambda kept: kept.remove(asked.name))

    async def _chosen(self, list_name: str, rule: Callable[[ListChoice], None]) -> ListChoicesView:
        async with self._store.list_choices.change_or_add(self._untouched(list_name)) as kept:
            rule(kept)
        return kept.view()

    def _untouched(self, list_name: str) -> ListChoice:
        return list_choice(current_org(), calling_person().id, list_name)

    async def _end_sessions(self, person_id: str, why: str, keep: str = "") -> None:
        while sessions := await self._store.open_sessions(person_id, but=keep):
            for session in sessions:
                async with self._store.sessions.everywhere.change(session.id) as ending:
                    ending.end(why, now())

    async def _proven(self, password: str) -> Person:
        """The person speaking, who has just typed their password again."""
        person = await self._store.people.everywhere.get(calling_person().id)
        async with self._guard.proving(person.id):
            right, _ = await self._hasher.check(password, person.password_hash)
            if not right:
                raise WrongPassword("password")
        return person

    def _check(self, password: str, person: Person, field: str) -> None:
        shortest = shortest_for(person.roles)
        check_password(password, person.email, self._policy.common_passwords, shortest, field)
