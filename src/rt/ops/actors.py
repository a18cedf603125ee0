"""People at work on the platform over its public HTTP interface: what a demonstration is played with."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from rt.kernel.core.tls import tls

OPEN_SESAME = "Quai-17-avant-l-aube"
WAIT_SECONDS = 20
"""How long an effect told by an event may take to be seen."""


class Refused(Exception):
    """The platform said no; keeps status and problem details."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        faults = [f"{fault['field']}: {fault['messages']['en']}" for fault in problem.get("errors", ())]
        said = "; ".join(faults) or problem.get("title", "")
        super().__init__(f"{status} {problem.get('code', '')}: {said}")
        self.status = status
        self.problem = problem

    @property
    def bilingual(self) -> bool:
        """Whether the refusal speaks both languages."""
        messages = self.problem.get("messages", {})
        return bool(messages.get("fr") and messages.get("en"))


class CheckFailed(Exception):
    """An outcome was not what a scenario promises."""


def check(holds: object, what: str) -> None:
    if not holds:
        raise CheckFailed(what)


class Caller:
    """Somebody who speaks to the edge: with a token, or as nobody.

    Idempotency keys follow from `run` and what is asked, so that a scenario cut short can be told again.
    """

    def __init__(self, edge: str, run: str, name: str, token: str = "") -> None:
        self.name = name
        self.run = run
        self.token = token
        self.organization = ""
        self.user = ""
        self._edge = edge
        self._client = httpx.Client(base_url=edge, timeout=60, verify=tls())

    def get(self, path: str, **query: Any) -> Any:
        return self.answer("GET", path, params=query).json()

    def post(self, path: str, body: Mapping[str, Any] | None = None, key: str = "") -> Any:
        return self.answer("POST", path, json=dict(body or {}), key=key).json()

    def put_file(self, path: str, content: bytes, media_type: str, key: str = "", **query: Any) -> Any:
        """Post raw bytes."""
        headers = {"content-type": media_type}
        return self.answer("POST", path, content=content, params=query, headers=headers, key=key).json()

    def download(self, path: str, **query: Any) -> bytes:
        return self.answer("GET", path, params=query).content

    def answer(self, method: str, path: str, key: str = "", **request: Any) -> httpx.Response:
        """The good answer, or Refused; waits as long as the platform asks when it is busy."""
        headers = {"accept-language": "fr", **request.pop("headers", {})}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        if method != "GET":
            asked = repr((self.run, self.name, method, path, request.get("json"), request.get("params")))
            headers["idempotency-key"] = hashlib.sha256(f"{asked}{key}".encode()).hexdigest()
        deadline = time.monotonic() + 90
        while True:
            try:
                response = self._client.request(method, path, headers=headers, **request)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)
                continue
            if response.status_code not in (429, 502, 503) or time.monotonic() > deadline:
                break
            time.sleep(min(20.0, float(response.headers.get("retry-after", "1"))))
        if response.status_code >= 400:
            raise Refused(response.status_code, _problem(response))
        return response


class Stage:
    """Where the actors meet: makes callers, opens accounts by the mails that the platform sends."""

    def __init__(self, edge: str, run: str) -> None:
        self.edge = edge
        self.run = run
        self.admin = self.sign_in("admin@rt-technologie.example", "Administration")

    def nobody(self, name: str = "sans compte") -> Caller:
        return Caller(self.edge, self.run, name)

    def with_link(self, token: str, name: str) -> Caller:
        """Somebody without account who opened the link of a mail."""
        return Caller(self.edge, self.run, name, token)

    def sign_in(self, email: str, name: str) -> Caller:
        """A person who signs in with the password of all demonstration accounts."""
        caller = Caller(self.edge, self.run, name)
        tokens = caller.post("/auth/login", {"email": email, "password": OPEN_SESAME})
        caller.token = tokens["access_token"]
        me = caller.get("/auth/me")
        caller.organization = me["organization_id"]
        caller.user = me["user_id"]
        return caller

    def register(self, organization: Mapping[str, str], email: str, name: str) -> Caller:
        """An organization and its first person, who chooses a password by the link in the mail."""
        asked = {"q": organization["name"], "kind": organization["kind"]}
        known = self.admin.get("/auth/organizations", **asked)["items"]
        if not any(one["name"] == organization["name"] and not one["guest"] for one in known):
            self.nobody().post("/auth/organizations", {**organization, "email": email, "person_name": name})
            self._accept(email, name)
        return self.sign_in(email, name)

    def invite(self, by: Caller, email: str, name: str, role: str) -> Caller:
        """A colleague invited by mail."""
        members = by.get("/auth/users", q=email, state="active")["items"]
        if not any(one["email"] == email for one in members):
            by.post("/auth/users", {"email": email, "name": name, "role": role})
            self._accept(email, name)
        return self.sign_in(email, name)

    def mails(self, to: str, topic: str = "", order_id: str = "") -> list[dict[str, Any]]:
        """What the mailbox of development holds for an address, newest first."""
        found = self.admin.get("/api/notifications/mailbox", to=to, topic=topic, order_id=order_id)
        return list(found["items"])

    def mail(self, to: str, topic: str, order_id: str = "", having: str = "") -> dict[str, Any]:
        """The newest such mail, waited for; `having` is a text it must hold."""

        def look() -> dict[str, Any] | None:
            return next((m for m in self.mails(to, topic, order_id) if having in m["text"]), None)

        found: dict[str, Any] = wait_for(look, f"a mail “{topic}” to {to}")
        return found

    def _accept(self, email: str, name: str) -> None:
        mail = self.mail(email, "authz.user.invited")
        token = token_in(mail)
        accepted = {"token": token, "password": OPEN_SESAME, "name": name}
        self.nobody().post("/auth/invitations/accept", accepted)


def token_in(mail: Mapping[str, Any]) -> str:
    """The secret at the end of a mail's first link that carries one."""
    for link in mail["links"]:
        if found := re.search(r"/(?:l|invitations|password/reset)/([^/?#\s]+)", link):
            return found.group(1)
    raise LookupError(f"no link in the mail “{mail['subject']}”")


def wait_for(look: Callable[[], Any], what: str, seconds: float = WAIT_SECONDS) -> Any:
    """The first true answer of `look`, asked again with growing patience."""
    deadline = time.monotonic() + seconds
    pause = 0.05
    while True:
        if found := look():
            return found
        if time.monotonic() > deadline:
            raise LookupError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(pause)
        pause = min(0.5, pause * 1.5)


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    try:
        problem: Mapping[str, Any] = response.json()
    except ValueError:
        return {"code": "unreadable", "title": response.text[:200]}
    return problem
