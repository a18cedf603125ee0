"""Says of an alarm what CloudWatch would: from its definition and the metrics that were put.

moto keeps both and evaluates nothing. Known here is what the alarms of infra use: a metric, metric math
(FILL, the four operations), and a Metrics Insights query for the highest of a metric.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Points = dict[datetime, float]
"""Value by the beginning of its period."""

COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
QUERY = re.compile(r'SELECT (\w+)\((\w+)\) FROM SCHEMA\("([\w/]+)", ([\w, ]+)\)(?: WHERE (\w+) = \'(.+)\')?')


class AlarmClock:
    """The state of alarms in the periods before an instant."""

    def __init__(self, cloudwatch: Any, now: datetime) -> None:
        self._cloudwatch = cloudwatch
        self._now = now

    def state(self, name: str) -> str:
        """OK, ALARM or INSUFFICIENT_DATA, as CloudWatch defines them for so few periods."""
        (alarm,) = self._cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        period = alarm.get("Period") or self._period(alarm["Metrics"])
        ends = [self._begins(period, step) for step in range(alarm["EvaluationPeriods"], 0, -1)]
        points = self._of(alarm, period, ends)
        breaches = COMPARE[alarm["ComparisonOperator"]]
        missing = {"breaching": True, "notBreaching": False}.get(alarm["TreatMissingData"])
        seen = [breaches(points[end], alarm["Threshold"]) if end in points else missing for end in ends]
        known = [breach for breach in seen if breach is not None]
        if not known:
            return "INSUFFICIENT_DATA"
        wanted = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
        return "ALARM" if sum(known) >= wanted else "OK"

    def _begins(self, period: int, steps: int) -> datetime:
        return _floor(self._now, period) - timedelta(seconds=period * (steps - 1))

    @staticmethod
    def _period(queries: list[dict[str, Any]]) -> int:
        return next(
            int(found)
            for query in queries
            if (found := query.get("Period") or query.get("MetricStat", {}).get("Period"))
        )

    def _of(self, alarm: dict[str, Any], period: int, ends: list[datetime]) -> Points:
        if "MetricName" in alarm:
            names = (alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"])
            return self._points(*names, alarm["Statistic"], period, ends)
        stats = {query["Id"]: query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query}
        (figure,) = [query["Expression"] for query in alarm["Metrics"] if query.get("Expression")]
        if query := QUERY.fullmatch(figure):
            return self._highest(query, period, ends)
        series = {
            name: self._points(*self._named(stat["Metric"]), stat["Stat"], period, ends)
            for name, stat in stats.items()
        }
        tree = ast.parse(figure, mode="eval").body
        found = {}
        for end in ends:
            value = computed(tree, {name: points.get(end) for name, points in series.items()})
            if value is not None:
                found[end] = value
        return found

    @staticmethod
    def _named(metric: dict[str, Any]) -> tuple[str, str, list[dict[str, str]]]:
        return metric["Namespace"], metric["MetricName"], metric.get("Dimensions", [])

    def _highest(self, query: re.Match[str], period: int, ends: list[datetime]) -> Points:
        """The highest over all metrics that have exactly the dimensions of the schema."""
        statistic, metric, namespace, schema, where, value = query.groups()
        assert statistic == "MAX"
        listed = self._cloudwatch.list_metrics(Namespace=namespace, MetricName=metric)["Metrics"]
        found: Points = {}
        for one in listed:
            dimensions = {said["Name"]: said["Value"] for said in one["Dimensions"]}
            if set(dimensions) != set(schema.split(", ")) or (where and dimensions[where] != value):
                continue
            points = self._points(namespace, metric, one["Dimensions"], "Maximum", period, ends)
            for end, height in points.items():
                found[end] = max(height, found.get(end, height))
        return found

    def _points(
        self,
        namespace: str,
        metric: str,
        dimensions: list[dict[str, str]],
        statistic: str,
        period: int,
        ends: list[datetime],
    ) -> Points:
        found = self._cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=ends[0],
            EndTime=ends[-1] + timedelta(seconds=period),
            Period=period,
            Statistics=[statistic],
        )["Datapoints"]
        # moto dates a point by its first value, CloudWatch by the beginning of its period
        return {_floor(point["Timestamp"], period): point[statistic] for point in found}


def _floor(moment: datetime, period: int) -> datetime:
    return datetime.fromtimestamp(int(moment.timestamp()) // period * period, UTC)


def computed(tree: ast.expr, values: Mapping[str, float | None]) -> float | None:
    """Metric math at one point in time; what has no value, or is divided by nothing, has none."""
    match tree:
        case ast.Constant(value=number) if isinstance(number, (int, float)):
            return number
        case ast.Name(id=name):
            return values[name]
        case ast.Call(func=ast.Name(id="FILL"), args=[inner, otherwise]):
            value = computed(inner, values)
            return computed(otherwise, values) if value is None else value
        case ast.BinOp(left=left, op=sign, right=right):
            first, second = computed(left, values), computed(right, values)
            if first is None or second is None or (isinstance(sign, ast.Div) and second == 0):
                return None
            return OPERATIONS[type(sign)](first, second)
    raise NotImplementedError(ast.dump(tree))
