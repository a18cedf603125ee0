"""No secret gets into git: the hook finds each kind, and the tree has none."""

import base64
import importlib.util
import json
import os
import random
import string
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from joserfc.jwk import OKPKey
from tests.conftest import ROOT

HOOKS = ROOT / ".githooks"
CHANCE = random.Random(7)


def loaded() -> ModuleType:
    """The scanner, as Python would run it."""
    spec = importlib.util.spec_from_file_location("leaks", HOOKS / "leaks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


leaks = loaded()


def letters(count: int, of: str = string.ascii_letters + string.digits) -> str:
    return "".join(CHANCE.choices(of, k=count))


def pem(kind: str) -> str:
    key = ed25519.Ed25519PrivateKey.generate() if kind == "ed" else ec.generate_private_key(ec.SECP256R1())
    form = {
        "ed": serialization.PrivateFormat.PKCS8,
        "ec": serialization.PrivateFormat.TraditionalOpenSSL,
        "ssh": serialization.PrivateFormat.OpenSSH,
    }[kind]
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def canaries() -> dict[str, tuple[str, str]]:
    """Secrets of each kind, made here so that this file holds none."""
    segment = (
        base64.urlsafe_b64encode(json.dumps({"alg": "EdDSA", "kid": letters(9)}).encode())
        .decode()
        .rstrip("=")
    )
    capitals = string.ascii_uppercase + string.digits
    hexes = "0123456789abcdef"
    return {
        "Ed25519 key": ("private key", pem("ed")),
        "EC key": ("private key", pem("ec")),
        "OpenSSH key": ("private key", pem("ssh")),
        "key in one line": ("private key", json.dumps(pem("ed"))),
        "our own JWK": ("private JWK", json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True))),
        "AWS key": ("AWS key", f"key = AKIA{letters(16, capitals)}"),
        "AWS passing key": ("AWS key", f"ASIA{letters(16, capitals)}"),
        "AWS secret": ("AWS secret", f'AWS_SECRET_ACCESS_KEY="{letters(40)}"'),
        "GitHub": ("GitHub token", f"ghp_{letters(36)}"),
        "GitHub, fine": ("GitHub token", f"github_pat_{letters(22)}_{letters(59)}"),
        "Slack": ("Slack token", f"xoxb-{letters(12)}-{letters(24)}"),
        "Slack hook": (
            "webhook",
            f"https://hooks.slack.com/services/T{letters(8)}/B{letters(8)}/{letters(24)}",
        ),
        "Discord hook": (
            "webhook",
            f"https://discord.com/api/webhooks/{letters(18, string.digits)}/{letters(60)}",
        ),
        "OpenRouter": ("OpenAI or OpenRouter key", f"sk-or-v1-{letters(64, hexes)}"),
        "Stripe": ("Stripe key", f"sk_live_{letters(24)}"),
        "Google": ("Google key", f"AIza{letters(35)}"),
        "Mailgun": ("Mailgun key", f"key-{letters(32, hexes)}"),
        "npm": ("package registry token", f"npm_{letters(36)}"),
        "PyPI": ("package registry token", f"pypi-{letters(80)}"),
        "Vercel": ("Vercel token", f"VERCEL_TOKEN={letters(24)}"),
        "ours": ("API key of ours", f"rtk_{letters(40)}"),
        "session": ("token", f"{segment}.{segment}.{letters(86)}"),
        "database": (
            "password in an address",
            f"mongodb+srv://app_user:{letters(16)}@rt-production.x.mongodb.net",
        ),
    }


CANARIES = canaries()


@pytest.mark.parametrize("name", CANARIES)
def test_each_kind_is_found_wherever_it_stands(name: str) -> None:
    kind, secret = CANARIES[name]
    text = f"first line\n# {letters(30)}\nvalue: {secret}\n"
    assert (3, kind) in list(leaks.kinds_in(text))
    told = leaks.leaks_in("src/settings.py", text.encode())
    assert told == [f"src/settings.py:3: {kind}"]
    assert secret[8:] not in "".join(told)


def test_every_kind_has_a_canary() -> None:
    assert {kind for kind, _ in CANARIES.values()} == set(leaks.KINDS)


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        "apps/.env.production",
        ".env.local",
        "a/id_ed25519",
        "release.key",
        "x.pem",
        "portal_industry.jwk",
        "infra/production/terraform.tfstate",
        "home/.netrc",
        "certificate.p12",
    ],
)
def test_files_that_keep_secrets_are_refused_by_name(name: str) -> None:
    assert leaks.leaks_in(name, b"")


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "mongodb+srv://app_user:<password>@rt-production.xxxxx.mongodb.net",
        "mongodb://127.0.0.1:27017/?directConnection=true",
        'url = f"https://{user}:{password}@host/"',
        "--hash=sha256:0a30ef8f5322a4173720ae6712dc9a5e58f5a19868f3f167b4b5778db066c2b5",
        "uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA" + "A" * 44,
        "VERCEL_TOKEN: ${{ secrets.VERCEL_TOKEN }}",
        '{"id": "550e8400-e29b-41d4-a716-446655440000"}',
    ],
)
def test_what_is_no_secret_passes(text: str) -> None:
    assert leaks.leaks_in("README.md", text.encode()) == []


@pytest.mark.parametrize(
    "name", [".env.example", "src/rt/kernel/access/tokens.py", "docs/keys.md", "environment.py"]
)
def test_names_that_only_look_alike_pass(name: str) -> None:
    assert leaks.leaks_in(name, b"") == []


def test_no_file_of_the_tree_holds_a_secret() -> None:
    told = subprocess.run(
        [sys.executable, HOOKS / "leaks.py", "--all"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A small repository whose commits pass the hook."""
    (tmp_path / ".githooks").mkdir()
    for hook in HOOKS.iterdir():
        if hook.is_file():
            (tmp_path / ".githooks" / hook.name).write_bytes(hook.read_bytes())
            (tmp_path / ".githooks" / hook.name).chmod(0o755)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "core.hooksPath", ".githooks")
    return tmp_path


def git(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    somebody = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | somebody
    return subprocess.run(
        ["git", *words], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )


def test_the_hook_refuses_what_is_staged_and_not_what_is_only_there(clone: Path) -> None:
    note = clone / "note.txt"
    note.write_text(CANARIES["AWS key"][1])
    git(clone, "add", "note.txt")
    note.write_text("mended, and not staged")
    refused = git(clone, "commit", "-m", "with a key")
    assert refused.returncode != 0
    assert "note.txt:1: AWS key" in refused.stderr
    git(clone, "add", "note.txt")
    (clone / ".env").write_text("only there")
    assert git(clone, "commit", "-m", "without").returncode == 0


def test_the_hook_refuses_generated_files_left_behind(clone: Path) -> None:
    """A `.venv` whose code says that a file is stale, as the real one does."""
    python = clone / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    package = clone / "rt" / "ops"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package.parent / "__init__.py").touch()
    (package / "generated.py").write_text("def stale(): return {'infra/topology.json': ''}\n")
    python.write_text(f'#!/bin/sh\nexec env PYTHONPATH="{clone}" "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (clone / "note.txt").write_text("harmless")
    git(clone, "add", "note.txt")
    refused = git(clone, "commit", "-m", "stale")
    assert refused.returncode != 0
    assert "infra/topology.json" in refused.stderr
    (package / "generated.py").write_text("def stale(): return {}\n")
    assert git(clone, "commit", "-m", "fresh").returncode == 0
