"""Finds secrets before they are committed: in what is staged, or with `--all` in every file.

Standard library alone, so that it runs on any machine; it says where and of what kind, never what it found.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

KINDS = {
    "private key": (
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]|[\w-]+: [^\n]*\n)*"
        r"(?:[A-Za-z0-9+/=](?:\s|\\[nr])*){48,}"
    ),
    "private JWK": r"[\"']d[\"']\s*:\s*[\"'][A-Za-z0-9_-]{43,}[\"']",
    "AWS key": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "AWS secret": r"(?i:aws_?secret_?(?:access_?)?key)[\"']?\s*[:=]\s*[\"']?[A-Za-z0-9/+]{40}\b",
    "GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})\b",
    "Slack token": r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    "webhook": r"https://(?:hooks\.slack\.com/services|discord(?:app)?\.com/api/webhooks)/[\w-]+/[\w/-]{8,}",
    "OpenAI or OpenRouter key": r"\bsk-(?:or-v1-|proj-|ant-)?[A-Za-z0-9_-]{32,}",
    "Stripe key": r"\b[rs]k_live_[A-Za-z0-9]{16,}",
    "Google key": r"\bAIza[A-Za-z0-9_-]{35}\b",
    "Mailgun key": r"\bkey-[0-9a-f]{32}\b|\b[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}\b",
    "package registry token": r"\b(?:npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,})\b",
    "Vercel token": r"\bvc[a-z]_[A-Za-z0-9]{24,}\b|(?i:vercel_token)[\"']?\s*[:=]\s*[\"']?[A-Za-z0-9]{24}\b",
    "API key of ours": r"\brtk_[A-Za-z0-9_-]{24,}",
    "token": r"\beyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{40,}",
    "password in an address": r"\b(?:mongodb(?:\+srv)?|postgres(?:ql)?|amqps?|redis|https?)://[\w.-]+:[^\s@/<>{}$'\"]{6,}@",
}
FOUND = re.compile("|".join(f"(?P<k{number}>{pattern})" for number, pattern in enumerate(KINDS.values())))
DOCUMENTED = frozenset({"AKIAIOSFODNN7EXAMPLE"})
"""The key of AWS's own manuals."""
FILES = re.compile(
    r"(?:^|/)(?:\.env(?!\.example$)(?:\..*)?|id_(?:rsa|dsa|ecdsa|ed25519)|\.?netrc|credentials)$"
    r"|\.(?:pem|key|p12|pfx|jks|jwk|keystore|tfstate|tfstate\.backup)$"
)
LARGEST = 5_000_000


def kinds_in(text: str) -> Iterator[tuple[int, str]]:
    """Line and kind of each secret in a text."""
    for match in FOUND.finditer(text):
        if match.group() not in DOCUMENTED:
            kind = list(KINDS)[int(str(match.lastgroup)[1:])]
            yield text.count("\n", 0, match.start()) + 1, kind


def leaks_in(name: str, content: bytes) -> list[str]:
    """What is wrong with a file, as lines to print."""
    if FILES.search(name):
        return [f"{name}: a file of this name keeps secrets"]
    if len(content) > LARGEST or b"\0" in content[:8000]:
        return []
    return [f"{name}:{line}: {kind}" for line, kind in kinds_in(content.decode("utf-8", "replace"))]


def git(*words: str) -> bytes:
    return subprocess.run(["git", *words], check=True, capture_output=True).stdout


def names(*words: str) -> list[str]:
    return [name for name in git(*words).decode("utf-8", "surrogateescape").split("\0") if name]


def staged() -> Iterator[tuple[str, bytes]]:
    """What the next commit would hold: the index, not the folder."""
    for name in names("diff", "--cached", "--name-only", "--diff-filter=ACMRT", "-z"):
        yield name, git("show", f":{name}")


def every() -> Iterator[tuple[str, bytes]]:
    """Every file that is or would be committed."""
    for name in names("ls-files", "--cached", "--others", "--exclude-standard", "-z"):
        try:
            with open(name, "rb") as file:
                yield name, file.read(LARGEST + 1)
        except (FileNotFoundError, IsADirectoryError):
            continue


def main() -> int:
    found = [
        leak
        for name, content in (every() if "--all" in sys.argv else staged())
        for leak in leaks_in(str(PurePosixPath(name)), content)
    ]
    if found:
        sys.stderr.write("\n".join(["Secrets do not belong in git:", *found, ""]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
