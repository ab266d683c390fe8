"""Rules that compare the data set with another one: by its alias, or by `database.table`."""
import math
import re

from pyspark.sql import functions as F

from .outcome import by_metric

AGGREGATION = re.compile(r"^\s*(sum|avg)\s*\(\s*(.+?)\s*\)\s*$", re.IGNORECASE)


def marking(keys, good, good_keys):
    """Marks the rows whose key is among those of another frame."""

    def mark(frame, target):
        other = good.select(
            *[F.col(f"`{name}`").alias(f"__key{index}") for index, name in enumerate(good_keys)],
            F.lit(True).alias("__found"),
        )
        same = F.lit(True)
        for index, name in enumerate(keys):
            same = same & frame[f"`{name}`"].eqNullSafe(other[f"__key{index}"])
        joined = frame.join(other, same, "left").withColumn(target, F.coalesce(F.col("__found"), F.lit(False)))
        return joined.drop("__found", *[f"__key{index}" for index in range(len(keys))])

    return mark


def split_reference(text):
    """`ref.column`, `ref.{a,b}`, `database.table.column` → alias, columns."""
    alias, _, columns = (
        text.partition(".{") if ".{" in text else (text.rpartition(".")[0], ".", text.rpartition(".")[2])
    )
    return alias, [each.strip() for each in columns.rstrip("}").split(",")]


def referential_integrity(rule, data):
    yield {}

    names = [each.strip() for each in rule.parameters[0].strip("{}").split(",")]
    alias, others = split_reference(rule.parameters[1])
    reference = data.sources(alias)
    for name in names:
        data.column(name)
    lower = {each.lower() for each in reference.columns}
    for name in others:
        if name.lower() not in lower:
            raise ValueError(f"Column {name} does not exist in {alias}")
    mark = marking(names, reference.select(*[F.col(f"`{name}`") for name in others]).distinct(), others)
    row = mark(data.frame, "__pass").agg(F.count(F.lit(1)), F.sum(F.col("__pass").cast("long"))).first()
    ratio = (row[1] or 0) / row[0] if row[0] else math.nan
    return by_metric(rule, data, f"Column.{alias}.ReferentialIntegrity", ratio, mark)


def pairs(text):
    """`a,b->c` → [(a, a), (b, c)]"""
    for each in text.split(","):
        left, arrow, right = each.partition("->")
        yield left.strip(), (right if arrow else left).strip()


def dataset_match(rule, data):
    yield {}

    alias, keys = rule.parameters[0], list(pairs(rule.parameters[1]))
    reference = data.sources(alias)
    for frame, names in ((data.frame, [left for left, _ in keys]), (reference, [right for _, right in keys])):
        columns = [F.col(f"`{name}`") for name in names]
        if frame.groupBy(*columns).count().filter("count > 1").limit(1).count():
            raise ValueError("Provided key map not suitable for given data frames")
    if len(rule.parameters) == 3:
        matched = list(pairs(rule.parameters[2]))
    else:
        keyed = {left.lower() for left, _ in keys}
        matched = [(name, name) for name in data.frame.columns if name.lower() not in keyed]
    columns = keys + matched
    other = reference.select(*[F.col(f"`{right}`") for _, right in columns])
    mark = marking([left for left, _ in columns], other.distinct(), [right for _, right in columns])
    row = mark(data.frame, "__pass").agg(F.count(F.lit(1)), F.sum(F.col("__pass").cast("long"))).first()
    ratio = (row[1] or 0) / row[0] if row[0] else math.nan
    return by_metric(rule, data, f"Dataset.{alias}.DatasetMatch", ratio, mark)


def schema_match(rule, data):
    yield {}

    (alias,) = rule.parameters
    other = {each.name.lower(): each.dataType for each in data.sources(alias).schema.fields}
    same = [each for each in data.frame.schema.fields if other.get(each.name.lower()) == each.dataType]
    return by_metric(rule, data, f"Dataset.{alias}.SchemaMatch", len(same) / len(data.frame.columns))


def row_count_match(rule, data):
    (alias,) = rule.parameters
    reference = data.sources(alias)
    counted = yield {"rows": F.count(F.lit(1))}

    others = reference.count()
    ratio = counted["rows"] / others if others else math.nan
    return by_metric(rule, data, f"Dataset.{alias}.RowCountMatch", ratio)


def aggregate_match(rule, data):
    yield {}

    (first, first_name), (second, second_name) = (aggregation(each, data) for each in rule.parameters)
    ratio = first / second if second else math.nan
    names = first_name if first_name == second_name else f"{first_name},{second_name}"
    return by_metric(rule, data, f"Column.[{names}].AggregateMatch", ratio)


def aggregation(text, data):
    match = AGGREGATION.match(text)
    if match is None:
        raise ValueError(f"'{text}' is no aggregation: sum(column) and avg(column) are")
    function = F.sum if match.group(1).lower() == "sum" else F.avg
    name, frame = match.group(2), data.frame
    if "." in name and name.lower() not in (each.lower() for each in frame.columns):
        alias, (column,) = split_reference(name)
        value = data.sources(alias).agg(function(F.col(f"`{column}`").cast("double"))).first()[0]
    else:
        value = frame.agg(function(data.column(name).cast("double"))).first()[0]
    return (math.nan if value is None else value), name
