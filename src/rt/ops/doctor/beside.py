"""What stands beside AWS: the portals at Vercel and the cluster at Atlas, asked with their own tokens."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

from rt.host.topology import PORTALS
from rt.kernel.core.clock import now
from rt.ops.doctor.findings import Check, Finding, done, lacking, missing, unknown
from rt.ops.doctor.network import WORLD

VERCEL = "https://api.vercel.com"
ATLAS = "https://cloud.mongodb.com/api/atlas/v2"
ATLAS_KIND = "application/vnd.atlas.2024-08-05+json"
ATLAS_TOKENS = ("MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PRIVATE_KEY", "MONGODB_ATLAS_PROJECT_ID")
VARIABLES = ("PUBLIC_API_URL",)
"""What every portal must know; the rest has defaults."""
SNAPSHOT_AGE = timedelta(hours=25)
CLUSTERS = {"production": "rt-production", "staging": "rt-staging", "development": "rt-dev"}


class Vercel:
    """Checks of the nine projects."""

    def __init__(self, environ: Mapping[str, str], http: httpx.Client, apply: str) -> None:
        self._token = environ.get("VERCEL_TOKEN", "")
        self._team = environ.get("VERCEL_ORG_ID", "")
        self._http = http
        self._apply = apply

    def checks(self) -> dict[str, Check]:
        checks = {
            "vercel_account": self.account,
            "projects": self.projects,
            "repository": self.repository,
            "build_settings": self.build_settings,
            "portal_variables": self.variables,
            "portal_domains": lambda: self.domains("verified", "domains verified"),
            "portal_certificates": self.certificates,
            "preview": lambda: self.deployed("preview"),
            "portal_production": lambda: self.deployed("production"),
        }
        return checks if self._token else dict.fromkeys(checks, self._unseen)

    def _unseen(self) -> Finding:
        return unknown("VERCEL_TOKEN is not set", "whoever owns the Vercel team; or set it and ask again")

    def account(self) -> Finding:
        return done(f"signed in as {self._ask('/v2/user')['user']['username']}")

    def projects(self) -> Finding:
        return lacking([row.project for row in PORTALS], set(self._projects()), "projects", self._apply)

    def repository(self) -> Finding:
        linked = {
            name for name, one in self._projects().items() if (one.get("link") or {}).get("type") == "github"
        }
        return lacking([row.project for row in PORTALS], linked, "projects linked to GitHub", self._apply)

    def build_settings(self) -> Finding:
        """Each project builds something of its own choice: a command, or a folder."""
        set_up = {
            name
            for name, one in self._projects().items()
            if one.get("buildCommand") or one.get("rootDirectory") or one.get("framework")
        }
        return lacking([row.project for row in PORTALS], set_up, "projects with build settings", self._apply)

    def variables(self) -> Finding:
        known = {
            name
            for name in self._projects()
            if set(VARIABLES) <= {row["key"] for row in self._ask(f"/v9/projects/{name}/env")["envs"]}
        }
        return lacking([row.project for row in PORTALS], known, "projects with their variables", self._apply)

    def domains(self, property: str, what: str) -> Finding:
        found = set()
        for row in PORTALS:
            for one in self._of(f"/v9/projects/{row.project}/domains").get("domains", ()):
                if one["name"] == row.host and one.get(property):
                    found.add(row.host)
        return lacking([row.host for row in PORTALS], found, what, self._apply)

    def certificates(self) -> Finding:
        """Vercel makes them by itself once a name leads to it."""
        found = {
            row.host
            for row in PORTALS
            if self._of(f"/v6/domains/{row.host}/config").get("misconfigured") is False
        }
        mend = "wait for the names, or look at the project's domains at Vercel"
        return lacking([row.host for row in PORTALS], found, "names that lead to Vercel", mend)

    def deployed(self, target: str) -> Finding:
        found = set()
        for name, one in self._projects().items():
            rows = self._ask("/v6/deployments", projectId=one["id"], state="READY", limit="1", target=target)
            if rows["deployments"]:
                found.add(name)
        mend = "push a branch" if target == "preview" else "push to main (.github/workflows)"
        return lacking([row.project for row in PORTALS], found, f"projects with a {target} deployment", mend)

    def _projects(self) -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in self._ask("/v9/projects", limit="100")["projects"]}

    def _of(self, path: str) -> dict[str, Any]:
        """The answer, or nothing where there is no such thing."""
        try:
            return self._ask(path)
        except httpx.HTTPStatusError as error:
            if error.response.status_code == 404:
                return {}
            raise

    def _ask(self, path: str, **query: str) -> dict[str, Any]:
        params = query | ({"teamId": self._team} if self._team else {})
        headers = {"authorization": f"Bearer {self._token}"}
        answer = self._http.get(VERCEL + path, params=params, headers=headers)
        return msgspec.json.decode(answer.raise_for_status().content, type=dict[str, Any])


class Atlas:
    """Checks of the cluster, its backups and its doors."""

    def __init__(self, environment: str, environ: Mapping[str, str], http: httpx.Client, apply: str) -> None:
        self._cluster = CLUSTERS[environment]
        self._public, self._private, self._project = (environ.get(name, "") for name in ATLAS_TOKENS)
        self._http = http
        self._apply = apply

    @property
    def known(self) -> bool:
        return bool(self._public and self._private and self._project)

    def checks(self) -> dict[str, Check]:
        checks = {"atlas_account": self.account, "atlas_cluster": self.cluster, "atlas_backups": self.backups}
        return checks if self.known else dict.fromkeys(checks, self._unseen)

    def _unseen(self) -> Finding:
        who = "whoever owns the Atlas organization; or set them and ask again"
        return unknown(f"{', '.join(ATLAS_TOKENS)} are not set", who)

    def account(self) -> Finding:
        return done(f"Atlas project {self._ask('')['name']}")

    def cluster(self) -> Finding:
        found = {one["name"]: one.get("stateName") for one in self._ask("/clusters")["results"]}
        if found.get(self._cluster) != "IDLE":
            return missing(f"{self._cluster}: {found.get(self._cluster, 'not there')}", self._apply)
        if opened := self.open_addresses():
            return missing(f"{self._cluster} is open to {', '.join(opened)}", self._apply)
        return done(f"{self._cluster} is there and idle")

    def open_addresses(self) -> list[str]:
        """Entries of the access list that let the whole world in."""
        rows = self._ask("/accessList", itemsPerPage="500")["results"]
        return [str(row["cidrBlock"]) for row in rows if row.get("cidrBlock") in WORLD]

    def backups(self) -> Finding:
        rows = self._ask(f"/clusters/{self._cluster}/backup/snapshots")["results"]
        moments = [
            msgspec.convert(row["createdAt"], datetime) for row in rows if row["status"] == "completed"
        ]
        if not moments or now() - max(moments) > SNAPSHOT_AGE:
            return missing("no whole snapshot of the last day", self._apply)
        return unknown(
            f"{len(moments)} snapshots, the last of {max(moments):%Y-%m-%d %H:%M}; a restore is not seen",
            "the on-call engineer, monthly: docs/RUNBOOK.md, restore into another cluster",
        )

    def _ask(self, path: str, **query: str) -> dict[str, Any]:
        answer = self._http.get(
            f"{ATLAS}/groups/{self._project}{path}",
            params=query,
            headers={"accept": ATLAS_KIND},
            auth=httpx.DigestAuth(self._public, self._private),
        )
        return msgspec.json.decode(answer.raise_for_status().content, type=dict[str, Any])
