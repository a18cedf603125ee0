"""The rules of authz, without any I/O."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.authz import make
from tests.services.authz.make import AT

from rt.kernel.access.tokens import Revoked
from rt.kernel.core.errors import Refusal
from rt.services.authz.adapters import common_passwords
from rt.services.authz.domain import roles
from rt.services.authz.domain.apikey import ApiKey, KeyRefused, KeyRightForbidden, KeySecret, check_grant
from rt.services.authz.domain.identity import IdentityKept, NothingWished, Numbers, numbers_of
from rt.services.authz.domain.link import REMARKS, LinkTooLong, LinkWidened, check_life, narrowed
from rt.services.authz.domain.lockout import ACCOUNT, ADDRESS, ANY_SOURCE, PAIR, Attempts, TooManyTries
from rt.services.authz.domain.organization import EmailInvalid, Organization, address
from rt.services.authz.domain.passwords import PasswordTooCommon, PasswordTooShort, check_password, digest
from rt.services.authz.domain.person import AlreadyMember, LastAdministrator, OwnRole, ResetOver
from rt.services.authz.domain.session import Challenge, ChallengeOver, Session, SessionOver
from rt.services.authz.domain.signing import generate, signer_of
from rt.services.authz.domain.totp import (
    CodeWrong,
    SecondFactor,
    fresh_recovery_codes,
    normal_recovery,
    step_of,
)
from rt.services.authz.domain.vault import SealBroken, Vault, hash_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MINUTE = timedelta(minutes=1)


class TestRoles:
    def test_every_unit_and_every_role_has_its_place(self) -> None:
        assert len(roles.UNITS) == 17
        assert set(roles.TABLE) == set(roles.UNITS)
        assert all(len(row.split()) == len(roles.ROLES) for row in roles.TABLE.values())

    def test_the_platform_administrator_may_all(self) -> None:
        assert len(roles.RIGHTS["platform_admin"]) == 17 * 3 + 1

    def test_the_desk_and_nobody_else_has_partners(self) -> None:
        holders = {role for role in roles.ROLES if "authz.partner" in roles.RIGHTS[role]}
        assert holders == {"admin", "dispatcher", "operator", "platform_admin"}

    def test_only_the_platform_administrator_suspends(self) -> None:
        holders = [role for role in roles.ROLES if "authz.admin" in roles.RIGHTS[role]]
        assert holders == ["platform_admin"]

    def test_a_driver_sees_no_price_and_no_colleague(self) -> None:
        """Golden list: what a telephone in a cab may do."""
        assert sorted(roles.RIGHTS["driver"]) == [
            "core_orders.read",
            "core_orders.write",
            "ecpmr.read",
            "ecpmr.write",
            "palette.read",
            "palette.write",
            "planning.read",
            "tracking_ia.read",
            "tracking_ia.write",
            "training.read",
            "training.write",
        ]

    def test_a_viewer_changes_nothing(self) -> None:
        assert [right for right in roles.RIGHTS["viewer"] if not right.endswith(".read")] == []

    def test_where_events_are_sent_to_is_for_administrators(self) -> None:
        holders = {role for role in roles.ROLES if "notifications.write" in roles.RIGHTS[role]}
        assert holders == {"admin", "platform_admin"}

    def test_only_the_operator_has_platform_administrators(self) -> None:
        roles.check_role("platform_admin", "org_operator")
        with pytest.raises(roles.RoleNotForOrganization):
            roles.check_role("platform_admin", "org_a")


class TestPasswords:
    @pytest.mark.parametrize("password", ["azertyuiop", "Motdepasse1", "password123", "camionneur"])
    def test_a36_worn_out_passwords_are_refused(self, password: str) -> None:
        with pytest.raises(PasswordTooCommon):
            check_password(password, "a@b.example", common_passwords())

    def test_a36_the_list_is_longer_than_three_thousand(self) -> None:
        assert len(common_passwords()) > 3000

    def test_a36_length_alone_is_asked(self) -> None:
        check_password("zz zz zz", "a@b.example", frozenset())
        check_password("x" * 64, "a@b.example", frozenset(), shortest=15)
        with pytest.raises(PasswordTooShort):
            check_password("1234567", "a@b.example", frozenset())
        with pytest.raises(PasswordTooShort):
            check_password("fourteen chars", "a@b.example", frozenset(), shortest=15)

    def test_a35_the_last_character_counts_whatever_the_length(self) -> None:
        for password in ("é" * 64, "🚚" * 30, "a\x00b", "x" * 72, "x" * 73, "space "):
            assert len(digest(password, b"pepper")) == 44
            assert digest(password, b"pepper") != digest(password[:-1], b"pepper")

    def test_two_spellings_of_an_accent_are_one_password(self) -> None:
        assert digest("caf\u00e9", b"p") == digest("cafe\u0301", b"p")

    def test_another_pepper_is_another_hash(self) -> None:
        assert digest("same", b"one") != digest("same", b"two")


class TestLockout:
    def attempts(self) -> Attempts:
        return Attempts(id="att", org_id="org", expires_at=AT)

    def test_a30_the_sixth_try_waits_and_waits_grow_to_fifteen_minutes(self) -> None:
        attempts, at, waits = self.attempts(), AT, []
        for n in range(5):
            attempts.begin(str(n), at, {"ip": PAIR}, "ip")
        for n in range(5, 12):
            with pytest.raises(TooManyTries) as refused:
                attempts.begin("x", at, {"ip": PAIR}, "ip")
            waits.append(refused.value.retry_after)
            at += timedelta(seconds=refused.value.retry_after)
            attempts.begin(str(n), at, {"ip": PAIR}, "ip")
            if n == 8:
                break
        assert waits == sorted(waits)
        assert waits[0] == 61
        assert waits[-1] > 400
        assert PAIR.longest == timedelta(minutes=15)

    def test_a31_many_addresses_shut_the_account_for_a_quarter_of_an_hour_and_no_longer(self) -> None:
        attempts = self.attempts()
        filled = [
            attempts.begin(str(n), AT, {f"ip{n}": PAIR, ANY_SOURCE: ACCOUNT}, f"ip{n}") for n in range(10)
        ]
        assert filled == [False] * 9 + [True]
        with pytest.raises(TooManyTries) as refused:
            attempts.begin("x", AT, {"home": PAIR, ANY_SOURCE: ACCOUNT}, "home")
        assert refused.value.retry_after == 901
        attempts.begin("x", AT + timedelta(minutes=15), {"home": PAIR, ANY_SOURCE: ACCOUNT}, "home")

    def test_a32_one_address_gets_twenty_failures(self) -> None:
        attempts = self.attempts()
        for n in range(20):
            attempts.begin(str(n), AT, {ANY_SOURCE: ADDRESS}, "ip")
        with pytest.raises(TooManyTries):
            attempts.begin("x", AT, {ANY_SOURCE: ADDRESS}, "ip")

    def test_a_right_password_forgives_its_own_place_alone(self) -> None:
        attempts = self.attempts()
        for n in range(4):
            attempts.begin(f"home{n}", AT, {"home": PAIR}, "home")
            attempts.begin(f"away{n}", AT, {"away": PAIR}, "away")
        attempts.forgive("home")
        assert {failure.source for failure in attempts.failures} == {"away"}

    @given(st.lists(st.integers(min_value=0, max_value=600), min_size=1, max_size=60))
    def test_no_rhythm_gets_more_than_fourteen_guesses_an_hour(self, pauses: list[int]) -> None:
        attempts, at, let = self.attempts(), AT, 0
        for n, pause in enumerate(pauses):
            at += timedelta(seconds=pause)
            if at > AT + timedelta(hours=1):
                break
            try:
                attempts.begin(str(n), at, {"ip": PAIR, ANY_SOURCE: ACCOUNT}, "ip")
                let += 1
            except TooManyTries:
                pass
        assert let <= 14


class TestSecondFactor:
    # RFC 6238, appendix B (SHA-1); the secret is the ASCII text 12345678901234567890.
    @pytest.mark.parametrize(
        ("seconds", "code"),
        [
            (59, "94287082"),
            (1111111109, "07081804"),
            (1111111111, "14050471"),
            (1234567890, "89005924"),
            (2000000000, "69279037"),
            (20000000000, "65353130"),
        ],
    )
    def test_a43_vectors_of_rfc_6238(self, seconds: int, code: str) -> None:
        secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        assert step_of(code[2:], secret, datetime.fromtimestamp(seconds, UTC)) == seconds // 30

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(SECRET).at(AT, counter_offset=steps)

    @pytest.mark.parametrize("steps", [-2, -1, 1, 2])
    def test_a41_only_the_present_half_minute_counts(self, steps: int) -> None:
        with pytest.raises(CodeWrong):
            SecondFactor(sealed_secret="").accept(self.code(steps), SECRET, AT)
        assert SecondFactor(sealed_secret="").accept(self.code(), SECRET, AT) is False

    def test_a40_a_code_is_good_once_and_older_steps_never_again(self) -> None:
        factor = SecondFactor(sealed_secret="")
        factor.accept(self.code(1), SECRET, AT + timedelta(seconds=30))
        with pytest.raises(CodeWrong):
            factor.accept(self.code(1), SECRET, AT + timedelta(seconds=30))
        with pytest.raises(CodeWrong):
            factor.accept(self.code(), SECRET, AT)

    def test_a44_ten_recovery_codes_each_good_once(self) -> None:
        codes = fresh_recovery_codes()
        hashes = [hash_of(normal_recovery(code)) for code in codes]
        factor = SecondFactor(sealed_secret="", confirmed=True, recovery_hashes=hashes)
        assert len(set(codes)) == 10
        assert all(factor.accept(code.upper(), SECRET, AT) for code in codes)
        assert factor.recovery_hashes == []
        with pytest.raises(CodeWrong):
            factor.accept(codes[0], SECRET, AT)

    @pytest.mark.parametrize("code", ["٠١٢٣٤٥", "12345 ", "-12345", "null00", "000000"])
    def test_strange_digits_are_just_wrong(self, code: str) -> None:
        with pytest.raises(CodeWrong):
            SecondFactor(sealed_secret="").accept(code, SECRET, AT)


class TestSession:
    def session(self) -> Session:
        return Session(
            id="ses",
            org_id="org",
            person_id="usr",
            device="tablet",
            agent="",
            ip="",
            token_hash=hash_of("one"),
            rotated_at=AT,
            created_at=AT,
            expires_at=AT + timedelta(days=7),
        )

    def test_a21_the_predecessor_is_good_for_ten_seconds_on_its_device(self) -> None:
        session = self.session()
        session.rotate("two", AT)
        assert session.judge("two", "", AT) == "next"
        assert session.judge("one", "tablet", AT + timedelta(seconds=10)) == "same"
        assert session.judge("one", "tablet", AT + timedelta(seconds=11)) == "stolen"
        assert session.judge("one", "other", AT) == "stolen"

    def test_a22_the_grandparent_is_stolen_even_within_the_grace(self) -> None:
        session = self.session()
        session.rotate("two", AT)
        session.rotate("three", AT)
        assert session.judge("one", "tablet", AT) == "stolen"

    def test_a25_seven_days_idle_and_thirty_in_all(self) -> None:
        session, at = self.session(), AT
        with pytest.raises(SessionOver):
            session.judge("one", "tablet", AT + timedelta(days=7))
        for day in range(6, 30, 6):
            at = AT + timedelta(days=day)
            assert session.judge("one", "tablet", at) == "next"
            session.rotate("one", at)
        assert session.expires_at == AT + timedelta(days=30)
        with pytest.raises(SessionOver):
            session.judge("one", "tablet", AT + timedelta(days=30))

    def test_an_ended_session_says_so_to_all(self) -> None:
        session = self.session()
        session.end("logout", AT)
        session.end("logout", AT)
        assert [type(event) for event in session.emitted] == [Revoked]
        with pytest.raises(SessionOver):
            session.judge("one", "tablet", AT)

    def test_a42_a_challenge_dies_after_five_tries_one_use_or_five_minutes(self) -> None:
        def challenge() -> Challenge:
            return Challenge(
                id="chl",
                org_id="org",
                person_id="usr",
                device="",
                agent="",
                ip="",
                token_hash=hash_of("right"),
                expires_at=AT + 5 * MINUTE,
            )

        tried = challenge()
        for _ in range(5):
            tried.try_once("right", AT)
        with pytest.raises(ChallengeOver):
            tried.try_once("right", AT)
        met = challenge()
        met.meet()
        with pytest.raises(ChallengeOver):
            met.try_once("right", AT)
        with pytest.raises(ChallengeOver):
            challenge().try_once("right", AT + 5 * MINUTE)
        with pytest.raises(ChallengeOver):
            challenge().try_once("wrong", AT)


class TestPerson:
    def test_the_last_administrator_stays(self) -> None:
        person = make.person()
        person.memberships[0].role = "admin"
        for act in (
            lambda: person.change_role("org_a", "viewer", "usr_b", 0, AT),
            lambda: person.disable("org_a", "usr_b", 0, AT),
            lambda: person.leave("org_a", "usr_b", 0, AT),
        ):
            with pytest.raises(LastAdministrator):
                act()
        person.change_role("org_a", "viewer", "usr_b", 1, AT)
        assert person.member("org_a").role == "viewer"

    def test_nobody_changes_their_own_role(self) -> None:
        with pytest.raises(OwnRole):
            make.person().change_role("org_a", "admin", "usr_a", 3, AT)

    def test_a_lowered_role_refuses_the_tokens_of_before(self) -> None:
        person = make.person()
        person.change_role("org_a", "viewer", "usr_b", 1, AT)
        assert person.emitted[0] == Revoked(subject="member", subject_id="usr_a@org_a", before=AT)

    def test_who_leaves_one_organization_stays_in_the_other(self) -> None:
        person = make.person()
        person.join("org_b", "viewer", AT)
        person.leave("org_a", "usr_b", 1, AT)
        assert person.seen_by == ["org_b"]
        assert person.usual_organization() == "org_b"

    def test_nobody_joins_twice(self) -> None:
        with pytest.raises(AlreadyMember):
            make.person().join("org_a", "admin", AT)

    def test_a_reset_link_is_good_once_for_fifteen_minutes(self) -> None:
        person = make.person()
        person.ask_reset("token", "fr", AT)
        person.check_reset("token", AT + 14 * MINUTE)
        with pytest.raises(ResetOver):
            person.check_reset("token", AT + 15 * MINUTE)
        person.choose_password("new", AT)
        with pytest.raises(ResetOver):
            person.check_reset("token", AT)

    def test_an_inbox_gets_one_reset_link_a_minute(self) -> None:
        person = make.person()
        for seconds in (0, 30, 59, 60):
            person.ask_reset(f"token{seconds}", "fr", AT + timedelta(seconds=seconds))
        assert len(person.emitted) == 2


class TestKeys:
    def key(self, **values: object) -> ApiKey:
        start = {"id": "key_a", "org_id": "org", "name": "TMS", "rights": ["core_orders.read"]}
        return ApiKey(**{**start, "secrets": [KeySecret(hash_of("one"))], **values})

    def test_a61_two_secrets_live_during_rotation_and_never_three(self) -> None:
        key = self.key()
        key.rotate("two", AT, AT + MINUTE)
        for secret in ("one", "two"):
            key.check(secret, "", AT)
        with pytest.raises(KeyRefused):
            key.check("one", "", AT + MINUTE)
        key.rotate("three", AT, AT + MINUTE)
        with pytest.raises(KeyRefused):
            key.check("one", "", AT)

    def test_a61_expiry_revocation_and_networks(self) -> None:
        with pytest.raises(KeyRefused):
            self.key(expires_at=AT).check("one", "", AT)
        here = self.key(networks=["10.1.0.0/16", "2001:db8::/32"])
        for ip in ("10.1.2.3", "2001:db8::1"):
            here.check("one", ip, AT)
        for ip in ("10.2.0.1", "", "2001:db9::1", "10.1.2.3.4"):
            with pytest.raises(KeyRefused):
                here.check("one", ip, AT)
        key = self.key()
        key.revoke(AT)
        with pytest.raises(KeyRefused):
            key.check("one", "", AT)

    def test_a60_a_key_never_has_more_than_its_maker_nor_what_is_for_people(self) -> None:
        assert check_grant(["palette.read", "palette.read"], frozenset({"palette.read"})) == ["palette.read"]
        for right in ("palette.write", "authz.write"):
            with pytest.raises(KeyRightForbidden):
                check_grant([right], frozenset({"palette.read", "authz.write"}))


REMARKED = st.dictionaries(st.sampled_from(sorted(REMARKS)), st.text(max_size=3), max_size=3)
CLAIMS = st.dictionaries(st.sampled_from(["party", *sorted(REMARKS)]), st.text(max_size=3), max_size=4)


class TestLinks:
    @given(CLAIMS, REMARKED, st.integers(-100, 100))
    def test_a_link_never_widens(self, held: dict[str, str], asked: dict[str, str], minutes: int) -> None:
        wanted = AT + minutes * MINUTE
        contradicts = any(held.get(name, value) != value for name, value in asked.items())
        try:
            until, claims = narrowed(AT, held, wanted, asked)
        except LinkWidened:
            assert minutes > 0 or contradicts
        else:
            assert until <= AT
            assert claims.items() >= held.items()
            assert {claims.get(name, claims.get(f"holder.{name}")) for name in asked} == set(asked.values())
            assert {name for name in claims if name not in held} <= {f"holder.{name}" for name in asked}

    @pytest.mark.parametrize("name", ["for", "party", "email", "tender_id", "holder.plate"])
    def test_who_holds_a_link_does_not_say_who_they_are(self, name: str) -> None:
        with pytest.raises(LinkWidened):
            narrowed(AT, {}, None, {name: "usr_somebody_else"})

    def test_a_link_lives_ninety_days_at_most(self) -> None:
        assert check_life(AT + timedelta(days=90), AT)
        for end in (AT, AT - MINUTE, AT + timedelta(days=90, seconds=1)):
            with pytest.raises(LinkTooLong):
                check_life(end, AT)


class TestVault:
    def test_what_is_sealed_for_one_purpose_opens_for_no_other(self) -> None:
        vault = Vault("root")
        sealed = vault.seal("one", "plain")
        assert vault.open("one", sealed) == "plain"
        with pytest.raises(SealBroken):
            vault.open("two", sealed)
        with pytest.raises(SealBroken):
            Vault("other root").open("one", sealed)

    def test_a26_the_private_half_is_nowhere_in_the_stored_key(self) -> None:
        vault = Vault("root")
        key = generate(vault, "org", AT)
        assert '"d"' not in repr(key)
        assert '"d"' in vault.open("signing keys", key.sealed_secret)

    def test_a12_a_published_key_signs_later_and_the_one_before_verifies_on(self) -> None:
        vault = Vault("root")
        old, new = generate(vault, "org", AT), generate(vault, "org", AT + 10 * MINUTE)
        old.retire(new.signs_from)
        assert signer_of([old, new], AT) is old
        assert signer_of([old, new], AT + 10 * MINUTE) is new
        assert old.verifies(AT + timedelta(days=90))
        assert not old.verifies(AT + timedelta(days=91))


class TestOrganization:
    def organization(self) -> Organization:
        return Organization(id="org_a", org_id="org_a", name="Usine", kind="shipper", email="")

    @pytest.mark.parametrize(
        ("siret", "vat"),
        [
            ("123 456 789 00011", ""),
            ("73282932000074", "FR00732829320"),
            ("73282932000074", "FR83404833048"),
            ("", "FR1234"),
        ],
    )
    def test_company_numbers_are_checked(self, siret: str, vat: str) -> None:
        with pytest.raises(Refusal):
            numbers_of(siret, vat)

    def test_it_is_found_by_its_name_and_numbers(self) -> None:
        organization = self.organization()
        organization.declare(numbers_of("732 829 320 00074", "FR44732829320"), "usr_a", AT)
        assert set(organization.search_texts()) == {"Usine", "73282932000074", "FR44732829320"}

    def test_numbers_that_one_has_change_by_the_platforms_word_alone(self) -> None:
        organization = self.organization()
        first, other = numbers_of("73282932000074", ""), numbers_of("40483304800022", "")
        organization.declare(first, "usr_a", AT)
        organization.declare(first, "usr_a", AT)
        for wanted in (other, Numbers()):
            with pytest.raises(IdentityKept):
                organization.declare(wanted, "usr_a", AT)
        organization.ask_numbers(other, "Kbis 12", "usr_a", AT)
        assert organization.numbers == first
        for word in (organization.confirm, organization.refuse_numbers):
            with pytest.raises(NothingWished):
                word(numbers_of("", "FR83404833048"), "usr_p", "autre chose", AT)
        organization.confirm(other, "usr_p", "vu", AT)
        assert (organization.numbers, organization.confirmed, organization.wish) == (other, True, None)
        assert "73282932000074" not in organization.search_texts()
        with pytest.raises(NothingWished):
            organization.confirm(first, "usr_p", "vu", AT)
        acts = [(change.act, change.before.siret, change.after.siret) for change in organization.history]
        assert acts == [
            ("declared", "", first.siret),
            ("asked", first.siret, other.siret),
            ("confirmed", first.siret, other.siret),
        ]

    def test_one_mailbox_has_one_spelling(self) -> None:
        assert address(" Léa.Durand@Usine.EXAMPLE ".replace("é", "e")) == "lea.durand@usine.example"
        for wrong in ("nobody", "a@", "a b@c.example", "a@b@c.example"):
            with pytest.raises(EmailInvalid):
                address(wrong)
