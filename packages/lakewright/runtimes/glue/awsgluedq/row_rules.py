"""Rules on each row's value."""
from pyspark.sql import functions as F
from pyspark.sql import types as T

from .expressions import NUMERIC, TEMPORAL, holds, predicate
from .outcome import Outcome, by_rows, failure, marking

TYPES = {
    "boolean": "boolean",
    "date": "date",
    "double": "double",
    "float": "float",
    "integer": "int",
    "long": "bigint",
    "timestamp": "timestamp",
}


def column_values(rule, data):
    (name,) = rule.parameters
    column, dtype = data.column(name), data.field(name).dataType
    condition = predicate(column, dtype, rule.expression, data.now)
    wants = {"bad": F.sum((~condition).cast("long")), "bad_nulls": F.sum((~condition & column.isNull()).cast("long"))}
    wants["rows"] = F.count(F.lit(1))
    ordered = rule.threshold is None and isinstance(dtype, NUMERIC) and rule.expression.operator not in ("in", "matches")
    ordered = ordered and all(each.kind != "keyword" for each in rule.expression.operands)
    if ordered:
        wants.update(low=F.min(column).cast("double"), high=F.max(column).cast("double"))
    found = yield wants
    ratio = 1 - (found["bad"] or 0) / found["rows"] if found["rows"] else 1.0
    passed = holds(rule.threshold, ratio, []) if rule.threshold else not found["bad"]
    metrics = {f"Column.{name}.ColumnValues.Compliance": ratio}
    reason = failure(ratio)
    if ordered:
        metrics, value = extremes(rule.expression, f"Column.{name}.", "imum", found["low"], found["high"])
        reason = failure(value)
    if found["bad_nulls"]:
        reason = failure("NULL")
    return Outcome(passed, None if passed else reason, metrics, marking(condition))


def extremes(expression, prefix, suffix, low, high):
    """The metrics that a comparison hangs on, and the value that breaks it."""
    names = {">": ["Min"], ">=": ["Min"], "<": ["Max"], "<=": ["Max"]}.get(expression.operator, ["Max", "Min"])
    values = {f"{prefix}{name}{suffix}": low if name == "Min" else high for name in names}
    metrics = {name: value for name, value in values.items() if value is not None}
    broken = [value for value in metrics.values() if not holds(expression, value, [])]
    return metrics, broken[0] if broken else next(iter(metrics.values()), "NULL")


def column_length(rule, data):
    (name,) = rule.parameters
    length = F.coalesce(F.length(data.column(name).cast("string")), F.lit(0))
    condition = predicate(length, T.IntegerType(), rule.expression, data.now)
    wants = {"low": F.min(length), "high": F.max(length), "bad": F.sum((~condition).cast("long"))}
    found = yield {**wants, "rows": F.count(F.lit(1))}
    ratio = 1 - (found["bad"] or 0) / found["rows"] if found["rows"] else 1.0
    passed = holds(rule.threshold, ratio, []) if rule.threshold else not found["bad"]
    if rule.expression.operator == "in" or rule.threshold or found["low"] is None:
        metrics, value = {f"Column.{name}.LengthCompliance": ratio}, ratio
    else:
        bounds = float(found["low"]), float(found["high"])
        metrics, value = extremes(rule.expression, f"Column.{name}.", "imumLength", *bounds)
    return Outcome(passed, None if passed else failure(value), metrics, marking(condition))


def column_data_type(rule, data):
    (name,) = rule.parameters
    names = [str(each.value).lower() for each in rule.expression.operands]
    for each in names:
        if each not in TYPES:
            raise ValueError(f"ColumnDataType knows {', '.join(sorted(TYPES))}, and no {each}")
    text = data.column(name).cast("string")
    condition = F.lit(False)
    for each in names:
        condition = condition | text.cast(TYPES[each]).isNotNull()
    if rule.expression.operator == "!=" or rule.expression.negated:
        condition = ~condition
    return (yield from by_rows(rule, data, marking(condition), f"Column.{name}.ColumnDataType.Compliance"))


def data_freshness(rule, data):
    (name,) = rule.parameters
    if not isinstance(data.field(name).dataType, (*TEMPORAL, T.StringType)):
        raise ValueError(f"DataFreshness wants a column of dates, and {name} is none")
    age = F.lit(data.now.timestamp()) - data.column(name).cast("timestamp").cast("double")
    limits = [F.lit(each.value) for each in rule.expression.operands]
    if any(each.kind != "duration" for each in rule.expression.operands):
        raise ValueError("DataFreshness is compared with days or hours")
    condition = {
        "<": lambda: age < limits[0],
        "<=": lambda: age <= limits[0],
        ">": lambda: age > limits[0],
        ">=": lambda: age >= limits[0],
        "=": lambda: age == limits[0],
        "between": lambda: (age > limits[0]) & (age < limits[1]),
    }[rule.expression.operator]()
    mark = marking(F.coalesce(condition, F.lit(False)))
    wording = lambda ratio: f"{ratio * 100:.2f} % of rows passed the threshold"  # noqa: E731
    return (yield from by_rows(rule, data, mark, f"Column.{name}.DataFreshness.Compliance", wording))
