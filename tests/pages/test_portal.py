"""What every portal promises: sealed sessions, proven forms, a strict policy, words for whatever happens."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response
from tests.pages.shop import PASSWORD, Town, browser, shop, signed_in, token_of
from tests.portals.plain import faults

from rt.contracts.admin_gateway import GetHistory, GetNews, GetStatus
from rt.contracts.authz import Login, Logout, Refresh, SwitchOrganization, TokensView
from rt.kernel.core.clock import held, now
from rt.kernel.core.errors import NotFound, Unauthorized, Unavailable
from rt.ui import catalogues
from rt.ui.formats import LANGUAGES
from rt.ui.pages import STATIC, Page
from rt.ui.policy import CONTENT_SECURITY_POLICY
from rt.ui.session import PLAIN_COOKIE, Seal, Session, visitor
from rt.ui.visit import Visit, page


def said(town: Town, kind: type) -> list[object]:
    return [message for _token, message, _key in town.said if isinstance(message, kind)]


def test_the_policy_allows_nothing_inline_nor_from_elsewhere() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    assert {rules[name] for name in ("default-src", "object-src", "base-uri", "frame-ancestors")} == {
        "'none'"
    }
    assert {rules[name] for name in ("script-src", "style-src", "form-action", "connect-src")} == {"'self'"}


@pytest.mark.parametrize(
    "path", ["/login", "/gallery", "/nowhere", "/offline", "/organizations", "/session.json"]
)
async def test_every_page_carries_the_policy_even_an_error(path: str) -> None:
    async with signed_in(Town()) as client:
        answer = await client.get(path)
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_fault_of_ours_is_a_page_in_words_without_its_trace() -> None:
    async def broken(visit: Visit) -> Page:
        raise RuntimeError("secret detail")

    async with browser(shop(Town(), pages=[page("/broken", broken, anyone=True)])) as client:
        answer = await client.get("/broken")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "revenez en arrière" in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


async def test_a_refusal_is_a_page_for_people_and_a_problem_for_islands() -> None:
    async def hidden(visit: Visit) -> Page:
        raise NotFound()

    async with browser(shop(Town(), pages=[page("/hidden", hidden, anyone=True)])) as client:
        shown = await client.get("/hidden")
        told = await client.get("/hidden", headers={"accept": "application/json"})
    assert (shown.status_code, told.status_code) == (404, 404)
    assert "Page introuvable" in shown.text
    assert told.json()["code"] == "not_found"


async def test_signing_in_leads_where_one_wanted_to_go_but_never_outside() -> None:
    home = "/gallery"
    places = {"/gallery/form": "/gallery/form", "//evil.example/x": home, "https://evil.example": home}
    for wanted, reached in places.items():
        async with browser(shop(Town())) as client:
            form = await client.get("/login", params={"next": wanted})
            typed = {"email": "a@x.fr", "password": PASSWORD, "_csrf": token_of(form.text)}
            answer = await client.post("/login", params={"next": wanted}, data=typed)
            assert (answer.status_code, answer.headers["location"]) == (303, reached)


async def test_a_stranger_is_sent_to_sign_in_and_an_island_told_so() -> None:
    async with browser(shop(Town())) as client:
        answer = await client.get("/gallery?q=1")
        assert answer.headers["location"] == "/login?next=%2Fgallery%3Fq%3D1"
        assert (await client.get("/gallery", headers={"accept": "application/json"})).status_code == 401
        part = await client.get("/gallery", headers={"hx-request": "true"})
        assert part.headers["hx-redirect"].startswith("/login")


async def test_a_wrong_password_is_told_in_the_form() -> None:
    async with browser(shop(Town())) as client:
        form = await client.get("/login")
        typed = {"email": "a@x.fr", "password": "wrong", "_csrf": token_of(form.text)}
        answer = await client.post("/login", data=typed)
    assert answer.status_code == 422
    assert "Identifiez-vous pour continuer." in answer.text
    assert 'value="a@x.fr"' in answer.text
    assert "wrong" not in answer.text.replace("data-wrong", "").replace("field wrong", "")


async def test_a_second_factor_is_asked_before_anything_is_open() -> None:
    class Careful(Town):
        def tokens(self) -> TokensView:
            return TokensView(challenge="challenge-1")

    async with signed_in(Careful()) as client:
        assert (await client.get("/gallery")).headers["location"].startswith("/login")
        assert "Code à 6 chiffres" in (await client.get("/login/code")).text


async def test_the_session_cookie_is_sealed_and_out_of_reach_of_scripts() -> None:
    async with signed_in(Town()) as client:
        kept = client.cookies[PLAIN_COOKIE]
        answer = await client.get("/gallery?lang=en")
    assert "access-0" not in kept
    assert all("HttpOnly" in c and "SameSite=Lax" in c for c in answer.headers.get_list("set-cookie"))
    header = Seal("s" * 32, secure=True).header(visitor())
    assert header.startswith("__Host-rt_session=")
    assert {"Path=/", "HttpOnly", "Secure", "SameSite=Lax"} <= set(header.split("; "))
    assert "Domain" not in header


@given(st.integers(0, 400), st.sampled_from("AZaz09-_"))
def test_a_changed_cookie_opens_nothing(place: int, letter: str) -> None:
    seal = Seal("s" * 32, secure=True)
    kept = seal.close(Session(id="ses", access="a" * 40, user_id="usr_1"))
    changed = kept[:place] + letter + kept[place + 1 :]
    opened = seal.open(changed)
    assert opened is None or opened == seal.open(kept)
    assert Seal("t" * 32, secure=True).open(kept) is None


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, ""),
        ({}, "0" * 64),
        ({}, "other"),
        ({"origin": "https://evil.example"}, "own"),
        ({"origin": "null"}, "own"),
        ({"sec-fetch-site": "cross-site"}, "own"),
    ],
)
async def test_a_form_that_is_not_proven_changes_nothing(headers: dict[str, str], token: str) -> None:
    town = Town()
    async with signed_in(town) as client, browser(shop(Town())) as other:
        own = token_of((await client.get("/gallery")).text)
        foreign = token_of((await other.get("/login")).text)
        sent = {"own": own, "other": foreign}.get(token, token)
        typed = {"organization_id": "org_b", "_csrf": sent}
        answer = await client.post("/organizations", data=typed, headers=headers)
    assert answer.status_code == 403
    assert said(town, SwitchOrganization) == []


async def test_json_without_the_token_in_its_header_is_refused() -> None:
    async with signed_in(Town()) as client:
        for kind in ("application/json", "text/plain"):
            answer = await client.post("/gallery/form", content=b"{}", headers={"content-type": kind})
            assert answer.status_code == 403


async def test_tokens_are_renewed_unseen() -> None:
    town = Town()
    async with signed_in(town) as client:
        with held(now() + timedelta(minutes=20)):
            assert (await client.get("/gallery")).status_code == 200
            assert (await client.get("/gallery")).status_code == 200
    assert len(said(town, Refresh)) == 1


async def test_a_refused_renewal_ends_the_session() -> None:
    town = Town()
    async with signed_in(town) as client:
        town.refusing = Unauthorized()
        with held(now() + timedelta(minutes=20)):
            assert (await client.get("/gallery")).headers["location"].startswith("/login")


async def test_an_outage_of_authz_does_not_sign_anyone_out() -> None:
    town = Town()
    async with signed_in(town) as client:
        town.refusing = Unavailable()
        with held(now() + timedelta(minutes=20)):
            assert (await client.get("/gallery")).status_code == 200


async def test_signing_out_ends_the_session_everywhere_and_clears_the_browser() -> None:
    town = Town()
    async with signed_in(town) as client:
        before = (await client.get("/session.json")).json()
        answer = await client.post("/logout", data={"_csrf": before["token"]})
        after = (await client.get("/session.json")).json()
    assert len(said(town, Logout)) == 1
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert (before["signed_in"], after["signed_in"], after["owner"]) == (True, False, "")
    assert before["marker"] != after["marker"]
    assert before["token"] != after["token"]


async def test_a_session_from_before_signing_in_is_worth_nothing_after() -> None:
    async with browser(shop(Town())) as client:
        before = (await client.get("/session.json")).json()
        typed = {"email": "a@x.fr", "password": PASSWORD, "_csrf": before["token"]}
        await client.post("/login", data=typed)
        after = (await client.get("/session.json")).json()
    assert after["signed_in"]
    assert before["token"] != after["token"]
    assert before["marker"] != after["marker"]


async def test_signing_in_again_is_another_session_of_the_same_owner() -> None:
    told = []
    for _time in range(2):
        async with signed_in(Town()) as client:
            told.append((await client.get("/session.json")).json())
    assert told[0]["owner"] == told[1]["owner"] != ""
    assert told[0]["marker"] != told[1]["marker"]


async def test_navigation_shows_what_one_may_do() -> None:
    async with signed_in(Town()) as client:
        html = (await client.get("/gallery")).text
    assert "Commandes" in html
    assert "Utilisateurs" not in html
    assert html.count('aria-current="page"') >= 2


async def test_a_link_speaks_with_its_own_token_and_needs_no_account() -> None:
    town = Town()

    async def accept(visit: Visit) -> Page:
        await visit.services.ask(Login(email="a@x", password=PASSWORD))
        raise NotFound()

    async with browser(shop(town, pages=[page("/l/{token}/accept", accept)])) as client:
        assert (await client.get("/l/link-1/accept")).status_code == 404
    assert town.said[-1][0] == "link-1"


async def test_the_language_is_the_one_asked_for_then_kept_then_the_browsers() -> None:
    async with browser(shop(Town())) as client:
        assert 'lang="en"' in (await client.get("/login", headers={"accept-language": "en-GB,fr;q=0.5"})).text
        assert 'lang="fr"' in (await client.get("/login", headers={"accept-language": "xx"})).text
        await client.get("/login?lang=en")
        assert "Sign in" in (await client.get("/login")).text


async def test_a_page_reached_by_a_link_weighs_less_than_100_kilobytes() -> None:
    """All that the sign-in page fetches, as it goes over the wire."""
    async with browser(shop(Town())) as client:
        html = await client.get("/login")
        weight = len(html.content)
        files = set(re.findall(r'(?:href|src)="(/static/[^"#?]+)', html.text)) | {
            f"/static/built/{path.name}" for path in (STATIC / "built").glob("chunk-chunk-*.js")
        }
        files |= {"/static/built/barlow-600.woff2"}
        for file in files:
            async with client.stream("GET", file, headers={"accept-encoding": "gzip"}) as answer:
                assert answer.status_code == 200, file
                weight += len(b"".join([part async for part in answer.aiter_raw()]))
    assert weight < 100_000


async def test_only_files_asked_for_by_their_content_are_kept_for_long() -> None:
    async with browser(shop(Town())) as client:
        html = (await client.get("/login")).text
        sheet = re.search(r"/static/rt\.css\?v=\w+", html)
        assert sheet is not None
        assert "immutable" in (await client.get(sheet[0])).headers["cache-control"]
        assert (await client.get("/static/rt.css")).headers["cache-control"] == "no-cache"
        assert (await client.get("/static/../session.py")).status_code == 404


@pytest.mark.parametrize("folder", catalogues.SHARED, ids=lambda folder: folder.name)
def test_english_is_complete_and_names_the_same_values(folder: Path) -> None:
    assert catalogues.check(folder) == []


def test_a_missing_or_different_english_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '{{ _("Nulle part") }} {{ _("Pour %(name)s", name=1) }} {{ _("Valider") }}'
    )
    (tmp_path / "locale").mkdir()
    said = 'msgid "Pour %(name)s"\nmsgstr "For %(nom)s"\n\nmsgctxt "field"\nmsgid "dock"\nmsgstr "Dock"\n'
    (tmp_path / "locale" / "en.po").write_text(said)
    wrong = catalogues.check(tmp_path)
    assert len(wrong) == 3
    assert "no English for «Nulle part»" in wrong[0]
    assert "names ['%(name)s'], its English ['%(nom)s']" in wrong[1]
    assert "field «dock» is named in one language only" in wrong[2]


async def test_what_a_phone_installs_is_there() -> None:
    async with browser(shop(Town(), offline=True)) as client:
        told = (await client.get("/manifest.webmanifest")).json()
        for icon in told["icons"]:
            assert (await client.get(icon["src"])).headers["content-type"] == "image/png"
        assert (await client.get("/sw.js")).headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path", ["/static/nope", "/static/../portal.py", "/static/", "/static/%00", "/portal/x"]
)
async def test_a_file_that_is_not_there_is_not_found(path: str) -> None:
    async with browser(shop(Town(), folder=STATIC.parent)) as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("path", "allowed"), [("/static/nope", "GET, HEAD"), ("/offline", "GET, HEAD")])
async def test_a_method_that_is_not_served_is_told_which_are(path: str, allowed: str) -> None:
    async with browser(shop(Town())) as client:
        answer = await client.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_an_address_of_two_pages_names_the_methods_of_both() -> None:
    async def shown(visit: Visit) -> Page:
        raise AssertionError("never asked")

    pages = [
        page("/form", shown, anyone=True, methods=("GET",)),
        page("/form", shown, anyone=True, methods=("POST",)),
    ]
    async with browser(shop(Town(), pages=pages)) as client:
        answer = await client.put("/form")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_a_form_without_end_is_not_taken() -> None:
    async def taken(visit: Visit) -> Page:
        raise AssertionError("never asked")

    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\ncontent-disposition: form-data; name="a"; filename="a"\r\n\r\n'
        for _ in range(70):
            yield bytes(1_000_000)

    async with browser(shop(Town(), pages=[page("/photos", taken, anyone=True)])) as client:
        proof = token_of((await client.get("/login")).text)
        said = {"content-type": "multipart/form-data; boundary=x", "x-csrf-token": proof}
        answer = await client.post("/photos", content=endless(), headers=said)
    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a": "\\ud800"}', b"[" * 5000, b'{"page": 1}'])
async def test_what_an_island_says_unreadably_is_refused(body: bytes) -> None:
    async def heard(visit: Visit) -> Response:
        return visit.json(await visit.body(dict[str, str]))

    async with browser(shop(Town(), pages=[page("/heard", heard, anyone=True)])) as client:
        proof = token_of((await client.get("/login")).text)
        said = {"content-type": "application/json", "accept": "application/json", "x-csrf-token": proof}
        answer = await client.post("/heard", content=body, headers=said)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_an_address_that_fits_no_word_is_refused_as_a_page() -> None:
    async def converted(visit: Visit) -> Page:
        msgspec.convert(visit.path, Logout)
        raise AssertionError("never asked")

    async def far(visit: Visit) -> Page:
        datetime.max.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=2)))
        raise AssertionError("never asked")

    pages = [page("/converted/{x}", converted, anyone=True), page("/far", far, anyone=True)]
    async with browser(shop(Town(), pages=pages)) as client:
        for path in ("/converted/1", "/far"):
            answer = await client.get(path)
            assert answer.status_code == 422
            assert "Demande refusée" in answer.text


@pytest.mark.parametrize(
    "path", ["/login", "/status", "/offline", "/nowhere", "/organizations", "/gallery/table"]
)
async def test_pages_of_every_portal_are_read_well_and_show_no_name_of_the_program(path: str) -> None:
    town = Town()
    town.answers = {GetStatus: Unavailable(), GetNews: Unavailable(), GetHistory: Unavailable()}
    async with signed_in(town) as client:
        if path == "/login":
            client.cookies.clear()
        for language in LANGUAGES:
            assert faults((await client.get(path, params={"lang": language})).text) == []
