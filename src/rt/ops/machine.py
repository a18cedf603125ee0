"""What a machine is told of the topology: its units, how much memory each may take, which logs to ship."""

import json

from rt.host.topology import UNITS

LOG_GROUP = "/aws/ec2/rt-backend"
LOGS = "/var/log/rt"
"""Where systemd appends what each unit writes to its standard output."""


def units_table() -> str:
    """The units as `rt-machine` reads them: package, port, cap of memory in megabytes."""
    return "".join(f"{row.package} {row.port} {row.memory_mb}\n" for row in UNITS)


def agent_configuration(present: str) -> str:
    """The CloudWatch agent's configuration: as written by hand, but for the list of logs."""
    written = json.loads(present)
    names = ["boot", "watch", *(row.package for row in UNITS)]
    written["logs"]["logs_collected"]["files"]["collect_list"] = [
        {
            "file_path": f"{LOGS}/{name}.log",
            "log_group_name": LOG_GROUP,
            "log_stream_name": f"{{instance_id}}/{name}",
            "timezone": "UTC",
        }
        for name in names
    ]
    return json.dumps(written, indent=2) + "\n"
