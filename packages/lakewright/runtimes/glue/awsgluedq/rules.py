"""
What each rule type says of a DataFrame.

A rule is a generator: it yields the aggregates that it wants, `{name: Column}`, is sent their values, and returns an
Outcome. So all rules of a ruleset share one pass over the data.

https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html
"""
import math
import re

from pyspark.sql import Window
from pyspark.sql import functions as F

from . import files, references, row_rules
from .dqdl import Rule
from .outcome import ONE, Outcome, by_metric, by_rows, empty, failure, label, marking, numeric

# -- of the data set


def row_count(rule, data):
    counted = yield {"rows": F.count(F.lit(1))}
    return by_metric(rule, data, "Dataset.*.RowCount", float(counted["rows"]))


def column_count(rule, data):
    yield {}
    return by_metric(rule, data, "Dataset.*.ColumnCount", float(len(data.frame.columns)))


def column_exists(rule, data):
    yield {}
    (name,) = rule.parameters
    exists = name.lower() in (each.lower() for each in data.frame.columns)
    return Outcome(exists, None if exists else f"Input data does not include column {name}!")


def column_names_match_pattern(rule, data):
    yield {}
    (pattern,) = rule.parameters
    bad = [each for each in data.frame.columns if re.fullmatch(pattern, each) is None]
    ratio = 1 - len(bad) / len(data.frame.columns)
    message = f"Columns that do not match the pattern: {', '.join(bad)}" if bad else None
    return Outcome(not bad, message, {"Dataset.*.ColumnNamesPatternMatchRatio": ratio})


def custom_sql(rule, data):
    yield {}
    (statement,) = rule.parameters
    data.frame.createOrReplaceTempView("primary")
    result = data.frame.sparkSession.sql(statement)
    if rule.expression is not None:
        row = result.first()
        value = float(row[0]) if row is not None and row[0] is not None else math.nan
        return by_metric(rule, data, "Dataset.*.CustomSQL", value)
    keys = [each for each in result.columns if each.lower() in {name.lower() for name in data.frame.columns}]
    if not keys:
        raise ValueError(
            "The output from CustomSQL must contain at least one column that matches the input dataset for AWS Glue Data "
            "Quality to provide row level results. The SQL query is a valid query but the columns from the SQL result are "
            "not present in the Input Dataset. Ensure that matching columns are returned from the SQL."
        )
    good = result.select([F.col(f"`{key}`") for key in keys]).distinct()
    mark = references.marking(keys, good, keys)
    return (yield from by_rows(rule, data, mark, "Dataset.*.CustomSQL.Compliance"))


# -- of columns


def completeness(rule, data):
    (name,) = rule.parameters
    column = data.column(name)
    counted = yield {"rows": F.count(F.lit(1)), "complete": F.count(column)}
    ratio = counted["complete"] / counted["rows"] if counted["rows"] else math.nan
    complete = Rule(**{**rule.__dict__, "expression": rule.expression or ONE})
    return by_metric(complete, data, f"Column.{name}.Completeness", ratio, marking(column.isNotNull()))


def groups(data, names):
    """Each key that is not all null, with the number of its rows."""
    columns = [data.column(name) for name in names]
    some = F.lit(False)
    for column in columns:
        some = some | column.isNotNull()
    return data.frame.filter(some).groupBy(*columns).agg(F.count(F.lit(1)).alias("__rows"))


def frequencies(data, names):
    row = groups(data, names).agg(
        F.coalesce(F.sum(F.when(F.col("__rows") == 1, 1).otherwise(0)), F.lit(0)).alias("unique"),
        F.count(F.lit(1)).alias("distinct"),
        F.coalesce(F.sum("__rows"), F.lit(0)).alias("rows"),
    )
    return row.first()


def uniqueness(rule, data):
    yield {}
    names = rule.parameters
    found = frequencies(data, names)
    ratio = found["unique"] / found["rows"] if found["rows"] else math.nan
    unique = Rule(**{**rule.__dict__, "expression": rule.expression or ONE})
    return by_metric(unique, data, f"{label(names)}.Uniqueness", ratio, unique_rows(data, names))


def unique_rows(data, names):
    columns = [data.column(name) for name in names]

    def mark(frame, target):
        return frame.withColumn(target, F.count(F.lit(1)).over(Window.partitionBy(*columns)) == 1)

    return mark


def is_primary_key(rule, data):
    names = rule.parameters
    complete = F.lit(True)
    for name in names:
        complete = complete & data.column(name).isNotNull()
    counted = yield {"rows": F.count(F.lit(1)), "complete": F.sum(complete.cast("long"))}
    found = frequencies(data, names)
    metrics = {
        f"{label(names)}.Uniqueness": found["unique"] / found["rows"] if found["rows"] else math.nan,
        f"{label(names)}.Completeness": counted["complete"] / counted["rows"] if counted["rows"] else math.nan,
    }
    bad = [value for value in metrics.values() if value != 1.0]
    unique = unique_rows(data, names)

    def mark(frame, target):
        return unique(frame, target).withColumn(target, F.col(target) & complete)

    return Outcome(not bad, failure(bad[0]) if bad else None, metrics, mark)


def distinct_values_count(rule, data):
    yield {}
    (name,) = rule.parameters
    value = float(frequencies(data, (name,))["distinct"])
    return by_metric(rule, data, f"Column.{name}.DistinctValuesCount", value)


def unique_value_ratio(rule, data):
    yield {}
    found = frequencies(data, rule.parameters)
    ratio = found["unique"] / found["distinct"] if found["distinct"] else math.nan
    return by_metric(rule, data, f"{label(rule.parameters)}.UniqueValueRatio", ratio)


def entropy(rule, data):
    yield {}
    (name,) = rule.parameters
    sizes = groups(data, (name,))
    total = sizes.agg(F.sum("__rows")).first()[0]
    if not total:
        return empty(rule, name)
    share = F.col("__rows") / F.lit(total)
    value = sizes.agg(F.sum(-share * F.log(share))).first()[0]
    return by_metric(rule, data, f"Column.{name}.Entropy", value)


def aggregated(function):
    def evaluate(rule, data):
        (name,) = rule.parameters
        numeric(data, name)
        found = yield {"value": function(data.column(name).cast("double"))}
        if found["value"] is None:
            return empty(rule, name)
        return by_metric(rule, data, f"Column.{name}.{rule.type}", found["value"])

    return evaluate


def column_correlation(rule, data):
    first, second = rule.parameters
    for name in rule.parameters:
        numeric(data, name)
    found = yield {"value": F.corr(data.column(first).cast("double"), data.column(second).cast("double"))}
    if found["value"] is None:
        return empty(rule, f"{first},{second}")
    return by_metric(rule, data, f"Multicolumn.{first},{second}.ColumnCorrelation", found["value"])


RULES = {
    "AggregateMatch": references.aggregate_match,
    "ColumnCorrelation": column_correlation,
    "ColumnCount": column_count,
    "ColumnDataType": row_rules.column_data_type,
    "ColumnExists": column_exists,
    "ColumnLength": row_rules.column_length,
    "ColumnNamesMatchPattern": column_names_match_pattern,
    "ColumnValues": row_rules.column_values,
    "Completeness": completeness,
    "CustomSql": custom_sql,
    "DataFreshness": row_rules.data_freshness,
    "DatasetMatch": references.dataset_match,
    "DistinctValuesCount": distinct_values_count,
    "Entropy": entropy,
    "FileFreshness": files.file_freshness,
    "FileSize": files.file_size,
    "IsComplete": completeness,
    "IsPrimaryKey": is_primary_key,
    "IsUnique": uniqueness,
    "Mean": aggregated(F.avg),
    "ReferentialIntegrity": references.referential_integrity,
    "RowCount": row_count,
    "RowCountMatch": references.row_count_match,
    "SchemaMatch": references.schema_match,
    "StandardDeviation": aggregated(F.stddev_pop),
    "Sum": aggregated(F.sum),
    "UniqueValueRatio": unique_value_ratio,
    "Uniqueness": uniqueness,
}

# How many parameters a rule type takes, and whether it wants an expression: True, False, None for either.
ONE_COLUMN = (1, 1)
SHAPES = {
    "AggregateMatch": ((2, 2), True),
    "ColumnCorrelation": ((2, 2), True),
    "ColumnCount": ((0, 0), True),
    "ColumnDataType": (ONE_COLUMN, True),
    "ColumnExists": (ONE_COLUMN, False),
    "ColumnLength": (ONE_COLUMN, True),
    "ColumnNamesMatchPattern": (ONE_COLUMN, False),
    "ColumnValues": (ONE_COLUMN, True),
    "Completeness": (ONE_COLUMN, True),
    "CustomSql": (ONE_COLUMN, None),
    "DataFreshness": (ONE_COLUMN, True),
    "DatasetMatch": ((2, 3), True),
    "DistinctValuesCount": (ONE_COLUMN, True),
    "Entropy": (ONE_COLUMN, True),
    "FileFreshness": ((0, 1), True),
    "FileSize": ((0, 1), True),
    "IsComplete": (ONE_COLUMN, False),
    "IsPrimaryKey": ((1, 99), False),
    "IsUnique": ((1, 99), False),
    "Mean": (ONE_COLUMN, True),
    "ReferentialIntegrity": ((2, 2), True),
    "RowCount": ((0, 0), True),
    "RowCountMatch": (ONE_COLUMN, True),
    "SchemaMatch": (ONE_COLUMN, True),
    "StandardDeviation": (ONE_COLUMN, True),
    "Sum": (ONE_COLUMN, True),
    "UniqueValueRatio": ((1, 99), True),
    "Uniqueness": ((1, 99), True),
}
THRESHOLDS = {"ColumnDataType", "ColumnValues", "ColumnLength", "CustomSql", "FileFreshness"}


def check(rule: Rule) -> None:
    """:raises ValueError: for what doesn't fit the rule type"""
    (least, most), wants = SHAPES[rule.type]
    if not least <= len(rule.parameters) <= most:
        raise ValueError(f"{rule.type} takes {least if least == most else f'{least} to {most}'} parameters: {rule.text}")
    if wants is not None and wants != (rule.expression is not None):
        raise ValueError(f"{rule.type} {'wants an' if wants else 'takes no'} expression: {rule.text}")
    if rule.threshold is not None and rule.type not in THRESHOLDS:
        raise ValueError(f"{rule.type} takes no threshold: {rule.text}")
