"""What GitHub runs for us: form, rights, pins, and commands that exist."""

import json
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from tests.conftest import ROOT, left_out

from rt.host.topology import PORTALS, as_json
from rt.ops.command import app

GITHUB = ROOT / ".github"
TOOLS = Path(os.environ.get("RT_TOOLS", ROOT / ".rt" / "tools"))
FILES = [*sorted(GITHUB.glob("workflows/*.yml")), *sorted(GITHUB.glob("actions/*/action.yml"))]
PIN = re.compile(r"uses: ([\w./-]+)@([0-9a-f]{40}) # v(\d+)\.\d+\.\d+$")
OURS = re.compile(r"""(?:\./rt|venv/bin/rt\\") ([^|>)"]+(?:"\$\w+"[^|>)"]*)*)""")
VERSIONED = re.compile(r"@[0-9a-f]{40} # v(\d+)\.[\d.]+")
WORKFLOWS = {"check.yml", "deploy.yml", "pull_request.yml"}


def loaded(path: Path) -> dict[str, Any]:
    """A file as GitHub reads it; YAML takes `on` for a truth value."""
    found: dict[Any, Any] = yaml.safe_load(path.read_text())
    return {"on" if name is True else name: value for name, value in found.items()}


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in FILES:
        for name, job in loaded(path).get("jobs", {}).items():
            yield f"{path.name}: {name}", job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of every job and composite action."""
    for name, job in jobs():
        yield from ((name, step) for step in job.get("steps", ()))
    for path in FILES:
        yield from ((path.parent.name, step) for step in loaded(path).get("runs", {}).get("steps", ()))


@pytest.fixture(scope="module")
def tools() -> Path:
    """The checkers of infrastructure; without them these tests are left out, unless CI asks for all."""
    if not (TOOLS / "bin" / "zizmor").exists():
        left_out("requirements-tools.lock is not installed in .rt/tools (RT_TOOLS names another place)")
    return TOOLS / "bin"


def test_the_pipeline_is_three_files() -> None:
    assert {path.name for path in GITHUB.glob("workflows/*")} == WORKFLOWS


def linted(tools: Path, *files: Path) -> str:
    words = [tools / "actionlint", "-oneline", "-shellcheck=", "-pyflakes=", *files]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_actionlint_finds_nothing(tools: Path) -> None:
    assert linted(tools, *GITHUB.glob("workflows/*.yml")) == ""


def test_actionlint_finds_nothing_in_what_the_pins_stand_for(tools: Path, tmp_path: Path) -> None:
    """It knows the inputs and the runtime of an action by its version, not by its commit."""
    told = ""
    for path in GITHUB.glob("workflows/*.yml"):
        copy = tmp_path / path.name
        copy.write_text(VERSIONED.sub(r"@v\1", path.read_text()))
        told += linted(tools, copy)
    assert told == ""


def test_actionlint_does_find_what_is_wrong(tools: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((GITHUB / "workflows/deploy.yml").read_text().replace("needs: check", "needs: chek"))
    assert "chek" in linted(tools, wrong)


def test_zizmor_finds_nothing_even_when_pedantic(tools: Path) -> None:
    words = [tools / "zizmor", "--offline", "--quiet", "--persona=pedantic", "--no-ignores", GITHUB]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_does_find_what_is_wrong(tools: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    text = (GITHUB / "workflows/deploy.yml").read_text()
    wrong.write_text(VERSIONED.sub(r"@v\1", text))
    words = [tools / "zizmor", "--offline", "--quiet", "--persona=pedantic", wrong]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "unpinned-uses" in done.stdout


def test_every_action_is_one_commit_and_says_its_version() -> None:
    told: dict[str, set[str]] = {}
    for path in FILES:
        for line in path.read_text().splitlines():
            if "uses: " not in line or "uses: $/" in line:
                continue
            pinned = PIN.search(line)
            assert pinned, f"{path.name}: {line.strip()}"
            told.setdefault(pinned.group(1), set()).add(pinned.group(2))
    assert {name: commits for name, commits in told.items() if len(commits) > 1} == {}


def test_nothing_has_a_right_that_it_was_not_given() -> None:
    for path in GITHUB.glob("workflows/*.yml"):
        assert loaded(path)["permissions"] == {}, path.name
    for name, job in jobs():
        given = job["permissions"]
        assert given.get("contents", "read") == "read", name
        assert set(given) <= {"contents", "id-token"}, name
    assert [name for name, job in jobs() if "id-token" in job["permissions"]] == ["deploy.yml: backend"]


def test_secrets_are_kept_to_environments() -> None:
    """A secret of the repository could be read by any branch; one of an environment only where it belongs."""
    for name, job in jobs():
        if "secrets." in json.dumps(job):
            assert "environment" in job, name
        assert job.get("secrets") != "inherit", name
    assert "secrets." not in (GITHUB / "workflows/check.yml").read_text()


def test_proposed_code_is_never_run_with_our_rights() -> None:
    for path in GITHUB.glob("workflows/*.yml"):
        triggers = loaded(path)["on"]
        assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(triggers), path.name
    preview = loaded(GITHUB / "workflows/pull_request.yml")["jobs"]
    assert "head.repo.full_name == github.repository" in preview["layout"]["if"]
    assert "layout" in preview["preview"]["needs"]


def test_nothing_runs_for_ever_or_twice_at_once() -> None:
    for name, job in jobs():
        assert "uses" in job or job["timeout-minutes"] <= 60, name
    for path in ("deploy.yml", "pull_request.yml"):
        assert loaded(GITHUB / "workflows" / path)["concurrency"]["group"]
    assert loaded(GITHUB / "workflows/deploy.yml")["concurrency"]["cancel-in-progress"] is False


def test_nothing_is_deployed_that_was_not_checked_and_everything_is_told() -> None:
    deploy = loaded(GITHUB / "workflows/deploy.yml")
    assert deploy["on"] == {"push": {"branches": ["main", "staging"]}}
    made = deploy["jobs"]
    assert made["backend"]["needs"] == "check"
    assert set(made["portals"]["needs"]) == {"backend", "layout"}
    assert set(made["notify"]["needs"]) == {"check", "backend", "portals"}
    assert made["notify"]["if"] == "always()"
    assert "'production' || 'staging'" in made["backend"]["environment"]["name"]
    order = [step["name"] for step in made["backend"]["steps"]]
    wanted = ["Build and sign the release", "Upload the release", "Deploy", "The main job, end to end"]
    assert [name for name in order if name in wanted] == wanted


def commands() -> list[list[str]]:
    """Every `./rt …` that a workflow or action runs, as words."""
    found = []
    for _, step in steps():
        for line in step.get("run", "").splitlines():
            for match in OURS.finditer(line):
                found.append(shlex.split(match.group(1)))
    return found


@pytest.mark.parametrize("words", [one for one in commands() if one[0] != "test"], ids=" ".join)
def test_every_command_of_ours_exists_with_its_options(words: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        assert words[0] in command.commands, words
        command, words = command.commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    assert [word for word in words if word.startswith("--") and word not in known] == []


def ran(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A step's script as the runner runs it, with a curl that writes down what it is told."""
    curl = folder / "bin" / "curl"
    curl.parent.mkdir(exist_ok=True)
    curl.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>"{folder}/told"\n[ -z "$CURL_FAILS" ]\n')
    curl.chmod(curl.stat().st_mode | stat.S_IEXEC)
    path = f"{curl.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def notify(folder: Path, **environment: str) -> tuple[int, str]:
    script = loaded(GITHUB / "workflows/deploy.yml")["jobs"]["notify"]["steps"][0]["run"]
    given = {
        "ENVIRONMENT": "production",
        "RELEASE": "0.1.0+1.abc",
        "RUN": "https://run",
        "SLACK": "https://slack",
    }
    done = ran(script, folder, **given, **{"DISCORD": "https://discord", "CURL_FAILS": ""} | environment)
    told = folder / "told"
    return done.returncode, told.read_text() if told.exists() else ""


def test_slack_and_discord_hear_of_success_and_of_failure_by_its_place(tmp_path: Path) -> None:
    good = json.dumps({"check": {"result": "success"}, "backend": {"result": "success"}})
    status, told = notify(tmp_path, NEEDS=good)
    assert status == 0
    assert '"text": "RT-Technologie production: done. Release 0.1.0+1.abc. https://run"' in told
    assert '"content": "RT-Technologie production: done.' in told
    bad = json.dumps(
        {"check": {"result": "success"}, "backend": {"result": "failure"}, "portals": {"result": "skipped"}}
    )
    _, told = notify(tmp_path, NEEDS=bad)
    assert "FAILED at backend (failure), portals (skipped)" in told


def test_who_cannot_be_told_does_not_keep_the_other_from_it(tmp_path: Path) -> None:
    good = json.dumps({"check": {"result": "success"}})
    status, told = notify(tmp_path, NEEDS=good, CURL_FAILS="1")
    assert (status, "https://slack" in told, "https://discord" in told) == (1, True, True)
    status, told = notify(tmp_path, NEEDS=good, DISCORD="")
    assert status == 0


def test_the_portals_of_the_matrix_are_those_of_the_table(tmp_path: Path) -> None:
    step = next(step for name, step in steps() if name == "layout" and step.get("id") == "matrix")
    rt = tmp_path / "rt"
    rt.write_text('#!/bin/sh\n[ "$1" = topology ] && cat topology || echo "$*" >>told\n')
    rt.chmod(rt.stat().st_mode | stat.S_IEXEC)
    (tmp_path / "topology").write_bytes(as_json())
    output = tmp_path / "output"
    done = ran(step["run"], tmp_path, RUNNER_TEMP=str(tmp_path), GITHUB_OUTPUT=str(output))
    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_text().removeprefix("portals="))
    assert found == [
        {"name": row.name, "project": row.project, "host": row.host} for row in PORTALS if row.built
    ]
    laid = (tmp_path / "told").read_text().splitlines()
    assert laid == [f"release portal {row.name} --out .rt/vercel" for row in PORTALS if row.built]


AWS = """#!/bin/sh
case "$1 $2" in
    "autoscaling describe-auto-scaling-groups") echo i-1 ;;
    "ssm send-command")
        while [ $# -gt 0 ]; do [ "$1" != --parameters ] || echo "$2" >sent; shift; done
        echo order-1 ;;
    "ssm wait") exit 255 ;;
    "ssm get-command-invocation")
        said='"StandardOutputContent": "main job: ok", "StandardErrorContent": ""'
        echo "{\\"Status\\": \\"$STATUS\\", $said}" ;;
    *) exit 9 ;;
esac
"""
"""Amazon's command as far as the step asks it; `wait` fails when the order did, and the step tells why."""


@pytest.mark.parametrize(("status", "good"), [("Success", True), ("Failed", False), ("TimedOut", False)])
def test_the_main_job_is_played_on_a_machine_and_its_failure_fails_the_deploy(
    tmp_path: Path, status: str, good: bool
) -> None:
    made = loaded(GITHUB / "workflows/deploy.yml")["jobs"]["backend"]["steps"]
    script = next(step["run"] for step in made if step["name"] == "The main job, end to end")
    aws = tmp_path / "bin" / "aws"
    aws.parent.mkdir()
    aws.write_text(AWS)
    aws.chmod(aws.stat().st_mode | stat.S_IEXEC)
    done = ran(script, tmp_path, PREFIX="rt-prod", RUNNER_TEMP=str(tmp_path), STATUS=status)
    assert (done.returncode == 0) is good
    assert "main job: ok" in done.stdout
    (sent,) = json.loads((tmp_path / "sent").read_text())["commands"]
    assert sent.endswith('/current/venv/bin/rt" watch --once')
    assert subprocess.run(["sh", "-n", "-c", sent], check=False).returncode == 0


def test_dependabot_looks_after_every_kind_of_lock() -> None:
    updates = loaded(GITHUB / "dependabot.yml")["updates"]
    kinds = {one["package-ecosystem"] for one in updates}
    assert kinds == {"github-actions", "pip", "npm", "terraform"}
    for one in updates:
        for folder in one.get("directories", [one.get("directory")]):
            assert (ROOT / folder.strip("/")).is_dir(), folder
    assert all(one["cooldown"]["default-days"] >= 7 for one in updates)
