"""Boxes that no program can tick: who can, and what they do for it."""

from rt.ops.doctor.findings import Check, Finding, unknown


def checks() -> dict[str, Check]:
    return {
        "recovery": lambda: _told(
            "a drill is an exercise with people, against a copy",
            "the on-call engineer, monthly: restore into another cluster, note RPO and RTO (docs/RUNBOOK.md)",
        ),
        "load": lambda: _told(
            "load is not put on an environment from here",
            "the DevOps lead, on staging: benchmarks/rolling.py and benchmarks/capacity.py show how",
        ),
        "audit": lambda: _told(
            "an audit from outside needs a scanner and a permission",
            "security@: OWASP ZAP against staging; docs/SECURITY.md lists what tests hold already",
        ),
        "training": lambda: _told("people are trained by people", "the DevOps lead, with docs/RUNBOOK.md"),
    }


def _told(why: str, who: str) -> Finding:
    return unknown(why, who)
