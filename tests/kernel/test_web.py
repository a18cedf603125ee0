"""What a unit's door answers to strange requests: refusals, never faults of ours."""

import time
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
from tests.conftest import TestPlatform
from tests.kernel.toys import Toys

from rt.kernel.core.digits import whole
from rt.kernel.core.tenancy import acting_for
from rt.kernel.storage.files import ENDINGS


@pytest.fixture
async def web(platform: TestPlatform) -> AsyncIterator[httpx.AsyncClient]:
    await platform.mount(Toys())
    async with platform.web("palette", platform.actor(rights={"palette.write", "palette.read"})) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/palettes/jars", {"GET", "HEAD", "POST"}),
        ("DELETE", "/api/palettes/jars/jar_1", {"GET", "HEAD", "PATCH"}),
        ("GET", "/api/palettes/jars/jar_1/take", {"POST"}),
        ("POST", "/health", {"GET", "HEAD"}),
        ("OPTIONS", "/api/palettes/jars", {"GET", "HEAD", "POST"}),
    ],
)
async def test_a_method_that_is_not_served_is_told_which_are(
    web: httpx.AsyncClient, method: str, path: str, allowed: set[str]
) -> None:
    answer = await web.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_unknown")
    assert set(answer.headers["allow"].split(", ")) == allowed


STRANGE = ["²", "9" * 5000, "-1", "1e9", "٣", "\ud7ff", "", " 1", "0x1", "1_0", "é"]


@pytest.mark.parametrize("strange", STRANGE)
async def test_a_signed_address_that_was_altered_is_not_found(
    platform: TestPlatform, web: httpx.AsyncClient, strange: str
) -> None:
    files = platform.context("palette").files
    with acting_for("org_a"):
        key = await files.put("documents", b"%PDF", "application/pdf")
    good = files.signed_url("/api/palettes", key)
    assert (await web.get(good)).status_code == 200
    path, _, rest = good.partition("?")
    until, signature = (part.partition("=")[2] for part in rest.split("&"))
    for altered in (
        f"{path}?expires={quote(strange)}&signature={signature}",
        f"{path}?expires={until}&signature={quote(strange)}",
        f"{path}?expires={int(time.time()) - 1}&signature={signature}",
        f"{path}{quote(strange)}x?expires={until}&signature={signature}",
        path,
    ):
        assert (await web.get(altered)).status_code == 404, altered


@pytest.mark.parametrize("strange", STRANGE)
async def test_a_strange_header_is_refused_or_left_alone(web: httpx.AsyncClient, strange: str) -> None:
    for name in ("if-match", "content-length", "idempotency-key", "traceparent", "accept-language", "range"):
        headers = [(name.encode(), strange.encode("utf-8")), (b"content-type", b"application/json")]
        answer = await web.patch("/api/palettes/jars/jar_1", headers=headers, content=b'{"marbles": 1}')
        assert answer.status_code < 500, name


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), ("1" * 9, 111_111_111), ("1" * 10, None), *((one, None) for one in STRANGE)],
)
def test_a_whole_number_is_plain_digits(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/pdf", "image/png"])
async def test_what_people_sent_is_saved_by_the_browser_and_runs_nothing(
    platform: TestPlatform, web: httpx.AsyncClient, kind: str
) -> None:
    jar = (await web.post("/api/palettes/jars", json={"marbles": 1})).json()["id"]
    sent = b"<script>alert(1)</script>"
    path = f"/api/palettes/jars/{jar}/picture"
    assert (await web.post(path, content=sent, headers={"content-type": kind})).status_code == 200
    with acting_for("org_a"):
        key = f"images/org_a/pic.{ENDINGS.get(kind, 'bin')}"
        kept = platform.context("palette").files.signed_url("/api/palettes", key)
    for address in (path, kept):
        answer = await web.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


async def test_every_refusal_of_the_door_is_described(web: httpx.AsyncClient) -> None:
    paths = (await web.get("/openapi.json")).json()["paths"]
    every = {"401", "403", "404", "405", "422", "429", "431", "500", "503"}
    changing = every | {"400", "409", "412", "413", "415"}
    for path, method, wanted in (
        ("/api/palettes/jars", "get", every | {"200"}),
        ("/api/palettes/jars", "post", changing | {"201"}),
        ("/api/palettes/jars/{jar_id}", "patch", changing | {"200", "428"}),
    ):
        answers = paths[path][method]["responses"]
        assert set(answers) == wanted
        assert "Allow" in answers["405"]["headers"]
        assert "Retry-After" in answers["429"]["headers"]
