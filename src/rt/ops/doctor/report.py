"""What the doctor found, for people or for machines."""

import os
import sys

import msgspec
from rich.console import Console
from rich.markup import escape

from rt.ops.doctor.examination import Examination, clone, cloud
from rt.ops.doctor.place import PREFIXES

MARKS = {"done": "[green]✓[/]", "missing": "[red]✗[/]", "unknown": "[yellow]?[/]"}
LEADS = {"missing": "mend", "unknown": "who"}


def examine(environment: str, as_json: bool, console: Console) -> int:
    """This clone, or the environment named."""
    if not environment:
        return show(clone(), as_json, console)
    for known in PREFIXES:
        if known == environment:
            return show(cloud(known, os.environ), as_json, console)
    console.print(f"No environment {environment}; known: {', '.join(PREFIXES)}")
    return 3


def show(found: Examination, as_json: bool, console: Console) -> int:
    """Print it, refusals first; the exit status."""
    if as_json:
        told = msgspec.to_builtins(found) | {"status": found.status}
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
        return found.status
    for fault in found.refused:
        console.print(f"[red]refused[/] {escape(fault)}", highlight=False, soft_wrap=True)
    for what in found.unseen:
        console.print(f"[yellow]not judged[/] {escape(what)}", highlight=False, soft_wrap=True)
    section = ""
    for entry in found.entries:
        if entry.section != section:
            section = entry.section
            console.print(f"\n[b]{section}[/]")
        finding = entry.finding
        console.print(
            f"{MARKS[finding.state]} {escape(entry.box)}: {escape(finding.saw)}",
            highlight=False,
            soft_wrap=True,
        )
        if finding.mend:
            console.print(
                f"    {LEADS[finding.state]}: {escape(finding.mend)}", highlight=False, soft_wrap=True
            )
    counts = {state: sum(entry.finding.state == state for entry in found.entries) for state in MARKS}
    told = f"{counts['done']} done, {counts['missing']} missing, {counts['unknown']} not to be seen from here"
    console.print(f"\n{told}" + (f"; {found.environment} is refused" if found.refused else ""))
    return found.status
