"""What an expression says of a number, and of a column."""
import statistics
from datetime import timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as T

from .dqdl import Expression, Operand

NUMERIC = (T.NumericType,)
TEMPORAL = (T.DateType, T.TimestampType, T.TimestampNTZType)


def number(operand: Operand, history: list) -> float:
    """The value of a numeric operand; `history` has earlier values of the metric, the latest first."""
    if operand.kind == "number":
        return operand.value
    if operand.kind == "text":
        return float(operand.value)
    if operand.kind == "last":
        values = series(operand, history)
        if operand.value > 1:
            raise ValueError("last(k) with k > 1 has to stand in an aggregation function, such as avg(last(5))")
        return values[0]
    if operand.kind == "op":
        left, right = (number(each, history) for each in operand.arguments)
        return {"+": left + right, "-": left - right, "*": left * right, "/": left / right if right else float("nan")}[
            operand.value
        ]
    if operand.kind == "call":
        return aggregate(operand, history)
    raise ValueError(f"{operand.value} is no number")


def series(operand: Operand, history: list) -> list:
    return history[: operand.value] or [0.0]


def aggregate(call: Operand, history: list) -> float:
    first = call.arguments[0]
    if call.value == "abs":
        return abs(number(first, history))
    if first.kind != "last":
        raise ValueError(f"{call.value}() wants last(k)")
    values = series(first, history)
    if call.value == "index":
        return values[int(number(call.arguments[1], history))]
    functions = {
        "avg": statistics.fmean,
        "median": statistics.median,
        "max": max,
        "min": min,
        "sum": sum,
        "std": statistics.pstdev,
    }
    return float(functions[call.value](values))


def holds(expression: Expression, value: float, history: list) -> bool:
    """Whether a metric's value is as the expression wants it: `between` excludes its ends, `not between` includes them."""
    values = [number(each, history) for each in expression.operands]
    result = {
        "=": lambda: value == values[0],
        "!=": lambda: value != values[0],
        ">": lambda: value > values[0],
        ">=": lambda: value >= values[0],
        "<": lambda: value < values[0],
        "<=": lambda: value <= values[0],
        "between": lambda: min(values) < value < max(values),
        "in": lambda: value in values,
    }.get(expression.operator)
    if result is None:
        raise ValueError(f"'{expression.operator}' can't be used with a number")
    return result() != expression.negated


def literal(operand: Operand, dtype: T.DataType, now) -> Column:
    """An operand, as a value that can be compared with a column of the type."""
    if operand.kind == "now":
        return F.lit(now + timedelta(seconds=operand.value)).cast("timestamp")
    value = operand.value if operand.kind == "text" else number(operand, [])
    if isinstance(dtype, TEMPORAL):
        return F.lit(value).cast("timestamp")
    if isinstance(dtype, NUMERIC):
        return F.lit(float(value)) if operand.kind != "text" else F.lit(value).cast("double")
    if operand.kind == "number" and value == int(value):
        return F.lit(int(value))
    return F.lit(value)


def predicate(column: Column, dtype: T.DataType, expression: Expression, now) -> Column:
    """
    Whether a row's value is as the expression wants it; never null. Null fails, unless NULL is what is asked for, or the
    value is only not to be something.

    https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html
    """
    operator, operands = expression.operator, expression.operands
    left = column.cast("timestamp") if isinstance(dtype, T.DateType) else column

    def equals(operand: Operand) -> Column:
        if operand.kind == "keyword":
            return {
                "NULL": column.isNull(),
                "EMPTY": column == F.lit(""),
                "WHITESPACES_ONLY": column.rlike(r"\A\s+\z"),
            }[operand.value]
        return left == literal(operand, dtype, now)

    def any_of(items) -> Column:
        result = F.lit(False)
        for item in items:
            result = result | F.coalesce(equals(item), F.lit(False))
        return result

    if operator in ("=", "in"):
        found = any_of(operands)
        return ~found if expression.negated else found
    if operator == "!=":
        return ~any_of(operands)
    if operator == "matches":
        found = column.cast("string").rlike(rf"\A(?:{operands[0].value})\z")
    elif operator == "between":
        low, high = (literal(each, dtype, now) for each in operands)
        low, high = F.least(low, high), F.greatest(low, high)
        found = (left > low) & (left < high)
    else:
        right = literal(operands[0], dtype, now)
        found = {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[operator]
    return F.coalesce(~found if expression.negated else found, F.lit(False))
