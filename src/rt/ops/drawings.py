"""The topology as the documents show it: tables and drawings, put between their marks."""

from collections.abc import Iterable

from rt.host.topology import AUTHZ, DOMAIN, EDGE_PORT, EVERYBODY, HEALTH_CHECK, PORTALS, UNITS, UnitRow


def units_table() -> str:
    """The services as Markdown."""
    return _table(
        ("Service", "Port", "Public path", "Purpose", "Asks", "Stands on", "Memory (MB)"),
        (
            (f"**{row.name}**", row.port, f"`{row.path}`", row.purpose, _asks(row), needs, row.memory_mb)
            for row in UNITS
            for needs in (", ".join(row.needs),)
        ),
    )


def portals_table() -> str:
    """The portals as Markdown."""
    return _table(
        ("Portal", "Port", "In production", "In development", "Audience"),
        (
            (f"**{row.name}**", row.port, row.host, f"`{row.subdomain}.localhost:{EDGE_PORT}`", row.audience)
            for row in PORTALS
        ),
    )


def production_drawing() -> str:
    """Production from the browser to the database, as a Mermaid flowchart."""
    units = "<br>".join(f"{row.name} :{row.port}" for row in UNITS)
    portals = "<br>".join(row.subdomain for row in PORTALS)
    check = f"{HEALTH_CHECK.path} every {HEALTH_CHECK.interval} s"
    outside = sorted({need for row in UNITS for need in row.needs} - {"MongoDB", "S3"})
    return f"""```mermaid
flowchart TB
  people([people]) -->|"*.{DOMAIN}"| dns[Route 53]
  dns --> vercel["Vercel, Paris: {len(PORTALS)} portals<br>{portals}"]
  dns --> waf["WAF: European Union, rate, SQL, XSS"]
  dns --> cdn["CloudFront: cdn-docs, cdn-img"]
  partners([partners' systems]) --> waf
  vercel -->|"api.{DOMAIN}"| waf
  waf --> alb["load balancer 443: {len(UNITS)} target groups by path<br>{check}"]
  subgraph vpc["VPC, eu-west-3"]
    alb --> a["machine in zone A: all units<br>{units}"]
    alb --> b["machine in zone B: the same"]
  end
  a & b --> atlas[("MongoDB Atlas: 3 nodes in the European Union")]
  a & b --> s3[("S3: documents, images, backups")]
  cdn --> s3
  s3 -->|"documents, eu-west-1"| copy[("second copy")]
  a & b --> outside["{", ".join(outside)}"]
  a & b -->|"logs, metrics"| watch["CloudWatch: alarms"] --> call([on-call])
```
"""


def asks_drawing() -> str:
    """Who puts questions to whom, as a Mermaid flowchart; authz, whom all ask, is left out."""
    lines = [
        f"  {row.package} --> {asked}"
        for row in UNITS
        for asked in row.asks
        if asked not in (EVERYBODY, AUTHZ)
    ]
    return "```mermaid\nflowchart LR\n" + "\n".join(lines) + "\n```\n"


def documented(text: str) -> str:
    """A document with what is drawn from this page put between its `<!-- topology:… -->` marks."""
    drawn = {
        "units": units_table(),
        "portals": portals_table(),
        "production": production_drawing(),
        "asks": asks_drawing(),
    }
    for name, table in drawn.items():
        start, end = f"<!-- topology:{name} -->\n", f"<!-- /topology:{name} -->"
        before, opened, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if not (opened and closed):
            raise LookupError(f"no place for the table of {name}")
        text = before + start + table + end + after
    return text


def _asks(row: UnitRow) -> str:
    asked = ("all",) if EVERYBODY in row.asks else row.asks
    return ", ".join(name.replace("_", "-") for name in asked) or "nobody"


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)
