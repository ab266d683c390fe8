"""What a rule sees, and what becomes of it."""
import math
from dataclasses import dataclass, field
from typing import Callable, Optional

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from .dqdl import Expression, Operand, Rule
from .expressions import NUMERIC, holds

ONE = Expression("=", (Operand("number", 1.0),))
CONSTRAINT = "does not meet the constraint requirement!"
@dataclass
class Outcome:
    """`mark` adds a boolean column of the given name, true for rows that pass; None for rules that know no rows."""

    passed: bool
    message: Optional[str] = None
    metrics: dict = field(default_factory=dict)
    mark: Optional[Callable] = None


class MissingColumn(Exception):
    pass


@dataclass
class Data:
    """What a rule sees: the rows that its where clause leaves."""

    frame: DataFrame
    sources: Callable
    now: object
    history: Callable

    def column(self, name: str):
        return F.col(f"`{self.field(name).name}`")

    def field(self, name: str) -> T.StructField:
        for each in self.frame.schema.fields:
            if each.name.lower() == name.lower():
                return each
        raise MissingColumn(f"Input data does not include column {name}!")


def failure(value) -> str:
    if isinstance(value, float) and math.isnan(value):
        return f"Value: NaN {CONSTRAINT}"
    return f"Value: {value} {CONSTRAINT}"


def by_metric(rule: Rule, data: Data, metric: str, value: float, mark=None) -> Outcome:
    expression = rule.expression or Expression("=", ())
    passed = holds(expression, value, data.history(metric))
    return Outcome(passed, None if passed else failure(value), {metric: value}, mark)


def empty(rule: Rule, column: str) -> Outcome:
    reason = f"Empty state for analyzer {rule.type}({column},None), all input values were NULL."
    return Outcome(False, reason)


def label(columns) -> str:
    return f"Column.{columns[0]}" if len(columns) == 1 else f"Multicolumn.{','.join(columns)}"


def marking(condition):
    return lambda frame, target: frame.withColumn(target, condition)


def by_rows(rule, data, mark, metric, always=None):
    """Passes with all rows, or with as many as the threshold wants."""
    marked = mark(data.frame, "__pass")
    row = marked.agg(F.count(F.lit(1)).alias("rows"), F.sum(F.col("__pass").cast("long")).alias("good")).first()
    ratio = (row["good"] or 0) / row["rows"] if row["rows"] else 1.0
    passed = holds(rule.threshold, ratio, []) if rule.threshold else ratio == 1.0
    yield from ()
    return Outcome(passed, None if passed else (always or failure)(ratio), {metric: ratio}, mark)


def numeric(data, name):
    dtype = data.field(name).dataType
    if not isinstance(dtype, NUMERIC):
        raise ValueError(
            f"Expected type of column {name} to be one of (Byte, Decimal, Double, Float, Integer, Long, Short), but found "
            f"{dtype.typeName()} instead!"
        )
