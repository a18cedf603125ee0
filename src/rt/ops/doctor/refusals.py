"""What an environment must not run with: weak or default secrets, checks off, a region elsewhere."""

import re
from collections.abc import Mapping

from rt.kernel.core.settings import EU_REGIONS, WEAK_SECRETS, SettingRefused, read
from rt.ops.actors import OPEN_SESAME

REQUIRED = ["JWT_SECRET", "MONGODB_URI", "MAILGUN_API_KEY"]
"""Secret variables without which services do not start, or mail does not leave."""
SECRET_NAME = re.compile(r"SECRET|TOKEN|PASSWORD|_KEY$|_URI$")
PLACEHOLDER = re.compile(r"<[^>]+>|x{5,}|example\.", re.IGNORECASE)
FEWEST_CHARACTERS = 10
"""Different ones that a secret of randomness has: of 32 drawn ones, fewer are not drawn."""


def faults(environment: str, variables: Mapping[str, str]) -> list[str]:
    """Why services must not start with these variables, each sentence naming its variable."""
    if environment == "development":
        return []
    found = []
    try:
        read({**variables, "RT_ENV": environment})
    except SettingRefused as refused:
        found = [line.strip() for line in str(refused).splitlines()[1:]] or [str(refused)]
    for name, value in sorted(variables.items()):
        told = any(fault.startswith(name) for fault in found)
        if told or not value or not SECRET_NAME.search(name):
            continue
        if value.lower() in WEAK_SECRETS or value == OPEN_SESAME:
            found.append(f"{name} is a default that everybody knows")
        elif PLACEHOLDER.search(value):
            found.append(f"{name} is the specification's placeholder")
        elif name == "JWT_SECRET" and len(set(value)) < FEWEST_CHARACTERS:
            found.append(f"{name} repeats a few characters")
    return found


def region_faults(region: str) -> list[str]:
    return [] if region in EU_REGIONS else [f"AWS_REGION={region} is outside the European Union"]
