"""Opens sessions and keeps them going: login, second factor, refresh, switch."""

from datetime import datetime
from typing import Final

from rt.contracts.authz import AnswerChallenge, Login, Refresh, SwitchOrganization, TokensView
from rt.kernel.access.identity import OrganizationIsSuspended, current_address
from rt.kernel.core.clock import now
from rt.kernel.core.errors import ChangedMeanwhile, NotFound, Unavailable
from rt.kernel.core.ids import new_id
from rt.kernel.model.messages import Empty
from rt.services.authz.actions.caller import calling_person
from rt.services.authz.actions.guard import Guard, Try
from rt.services.authz.actions.signing import Signing
from rt.services.authz.adapters import Hasher
from rt.services.authz.domain.organization import Organization, address
from rt.services.authz.domain.passwords import WrongPassword
from rt.services.authz.domain.person import NotYourOrganization, Person
from rt.services.authz.domain.policy import Policy
from rt.services.authz.domain.roles import rights_of
from rt.services.authz.domain.session import (
    CHALLENGE_LIFE,
    REFRESH_IDLE,
    Challenge,
    ChallengeOver,
    Session,
    SessionOver,
)
from rt.services.authz.domain.signing import ACCESS_LIFE, Standing, access_claims
from rt.services.authz.domain.vault import Vault, fresh_secret, hash_of, same
from rt.services.authz.store import AuthzStore

FACTOR: Final = "second factors"


class Entry:
    """The door: who comes in, and what they get."""

    def __init__(
        self, store: AuthzStore, vault: Vault, hasher: Hasher, guard: Guard, signing: Signing, policy: Policy
    ) -> None:
        self._store = store
        self._vault = vault
        self._hasher = hasher
        self._guard = guard
        self._signing = signing
        self._policy = policy

    async def login(self, asked: Login) -> TokensView:
        """Tokens, or a challenge; one answer for a wrong password and an unknown address."""
        email = address(asked.email)
        ip = current_address()
        tried = await self._guard.begin(email, ip)
        person = await self._person_with(email, asked.password, tried)
        await self._guard.right(tried)
        organization = await self._may_enter(person, asked.organization_id or person.usual_organization())
        if not person.mfa:
            return await self._open(person, organization, asked.device, asked.agent, ip, mfa=False)
        secret = fresh_secret()
        challenge = await self._store.challenges.add(
            Challenge(
                id=new_id("chl"),
                org_id=organization.id,
                person_id=person.id,
                device=asked.device,
                agent=asked.agent,
                ip=ip,
                token_hash=hash_of(secret),
                expires_at=now() + CHALLENGE_LIFE,
            )
        )
        return TokensView(challenge=f"{challenge.id}.{secret}")

    async def answer(self, asked: AnswerChallenge) -> TokensView:
        """The second step; it exists only behind a right password, and only once."""
        challenges = self._store.challenges.everywhere
        challenge_id, _, secret = asked.challenge.partition(".")
        try:
            async with challenges.change(challenge_id) as challenge:
                challenge.try_once(secret, now())
        except NotFound:
            raise ChallengeOver from None
        person = await self._store.people.everywhere.get(challenge.person_id)
        async with self._guard.proving(person.id):
            await self.pass_factor(person, asked.code)
        async with challenges.change(challenge_id) as challenge:
            challenge.meet()
        organization = await self._may_enter(person, challenge.org_id)
        return await self._open(
            person, organization, challenge.device, challenge.agent, challenge.ip, mfa=True
        )

    async def pass_factor(self, person: Person, code: str) -> None:
        """Use up a code of the person's second factor, or CodeWrong."""
        secret = self._vault.open(FACTOR, person.factor.sealed_secret) if person.factor else ""
        async with self._store.people.everywhere.change(person.id) as changing:
            changing.pass_factor(code, secret, now())

    async def refresh(self, asked: Refresh) -> TokensView:
        """The successor of a refresh token; one that was used before ends the whole session."""
        at = now()
        session_id, _, rest = asked.refresh_token.partition(".")
        if not same(asked.refresh_token, self._refresh_token(session_id, rest.partition(".")[0])):
            raise SessionOver  # never given to anybody: it ends nothing
        try:
            session = await self._store.sessions.everywhere.get(session_id)
        except NotFound:
            raise SessionOver from None
        verdict = session.judge(asked.refresh_token, asked.device, at)
        if verdict == "stolen":
            await self._end_stolen(session, at)
            raise SessionOver
        person = await self._store.people.everywhere.get(session.person_id)
        try:
            organization = await self._may_enter(person, session.org_id)
        except NotYourOrganization:
            raise SessionOver from None
        # The successor follows from the token itself: whoever asks twice within the grace gets the same one.
        successor = self._refresh_token(session.id, self._vault.derive("refresh", asked.refresh_token))
        if verdict == "next":
            async with self._store.sessions.everywhere.change(session.id) as session:
                if session.judge(asked.refresh_token, asked.device, at) != "next":
                    raise ChangedMeanwhile
                session.rotate(successor, at)
        return await self._tokens(person, organization, session, successor)

    async def switch(self, asked: SwitchOrganization) -> TokensView:
        """An access token for another organization of the same person, in the same session."""
        actor = calling_person()
        try:
            person = await self._store.people.everywhere.get(actor.id)
        except NotFound:
            raise NotYourOrganization from None
        organization = await self._may_enter(person, asked.organization_id)
        async with self._store.sessions.everywhere.change(actor.session_id) as session:
            session.act_for(organization.id)
        await self._remember(person, organization.id)
        return await self._tokens(person, organization, session, "")

    async def logout(self, _asked: object) -> Empty:
        async with self._store.sessions.everywhere.change(calling_person().session_id) as session:
            session.end("logout", now())
        return Empty()

    async def _person_with(self, email: str, password: str, tried: Try) -> Person:
        person = await self._store.person_by_email(email)
        try:
            right, outdated = await self._hasher.check(password, person.password_hash if person else "")
        except Unavailable:
            await self._guard.unseen(tried)
            raise
        if person is None or not right:
            if person is not None and tried.fills:
                async with self._store.people.everywhere.change(person.id) as person:
                    person.alert("account_locked")
            raise WrongPassword
        if outdated:
            rehashed = await self._hasher.hash(password)
            async with self._store.people.everywhere.change(person.id) as person:
                person.password_hash = rehashed
        return person

    async def _may_enter(self, person: Person, organization_id: str) -> Organization:
        person.active(organization_id)
        organization = await self._store.organizations.everywhere.get(organization_id)
        if organization.suspended:
            raise OrganizationIsSuspended
        return organization

    async def _open(
        self, person: Person, organization: Organization, device: str, agent: str, ip: str, mfa: bool
    ) -> TokensView:
        at = now()
        session_id = new_id("ses")
        token = self._refresh_token(session_id, fresh_secret())
        session = await self._store.sessions.add(
            Session(
                id=session_id,
                org_id=organization.id,
                person_id=person.id,
                device=device,
                agent=agent,
                ip=ip,
                mfa=mfa,
                token_hash=hash_of(token),
                rotated_at=at,
                expires_at=at + REFRESH_IDLE,
            )
        )
        await self._remember(person, organization.id)
        return await self._tokens(person, organization, session, token)

    def _refresh_token(self, session_id: str, secret: str) -> str:
        """A refresh token proves itself: an old one is told from one that somebody made up."""
        seal = self._vault.derive("refresh seal", f"{session_id}.{secret}")
        return f"{session_id}.{secret}.{seal[:22]}"

    async def _remember(self, person: Person, organization_id: str) -> None:
        if person.last_organization_id != organization_id:
            async with self._store.people.everywhere.change(person.id) as changing:
                changing.last_organization_id = organization_id

    async def _tokens(
        self, person: Person, organization: Organization, session: Session, refresh_token: str
    ) -> TokensView:
        at = now()
        role = person.active(organization.id).role
        enrol = self._policy.demands_mfa(role, organization.mfa_required) and not session.mfa
        standing = Standing(
            person_id=person.id,
            session_id=session.id,
            organization_id=organization.id,
            role=role,
            rights=frozenset() if enrol else rights_of(role, organization.id),
            name=person.name,
            language=person.language,
        )
        return TokensView(
            access_token=await self._signing.sign("at+jwt", access_claims(standing, at)),
            refresh_token=refresh_token,
            expires_at=at + ACCESS_LIFE,
            organization_id=organization.id,
            enrol=enrol,
        )

    async def _end_stolen(self, session: Session, at: datetime) -> None:
        async with self._store.sessions.everywhere.change(session.id) as ending:
            ending.end("refresh_reused", at)
        async with self._store.people.everywhere.change(session.person_id) as person:
            person.alert("refresh_reused")
