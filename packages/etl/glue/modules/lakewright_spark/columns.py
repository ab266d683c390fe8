"""Values become what the columns declare, or a reason why they can't. Expressions are SQL: Python has no try_cast before Spark 4."""

from pyspark.sql import functions as f
from pyspark.sql import types as t

DATE = r"^\d{4}-\d{1,2}-\d{1,2}([T ]00:00(:00(\.0+)?)?([zZ]|[+-]00:?00)?)?$"
MOMENT = r"^\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?([zZ]|[+-]\d{2}(:?\d{2})?)?)?$"
BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
EPOCHS = {"epoch_seconds": "timestamp_seconds", "epoch_millis": "timestamp_millis"}

WHOLE = (t.ByteType, t.ShortType, t.IntegerType, t.LongType)
TIMES = (t.DateType, t.TimestampType)
NESTED = (t.StructType, t.ArrayType, t.MapType)


def type_of(name):
    """`decimal(10,2)` as Spark's type."""
    return t._parse_datatype_string(name)


def typed(frame, columns, have):
    """The declared columns, those of the frame that begin with `_`, `_bad`, whether the row doesn't fit, and `_reasons`, why.

    `have` tells of each column the name and type that it has in the frame; columns that no file has are left out of it.
    """
    values, reasons = [], []
    for column in columns:
        name, want = column["name"], type_of(column["type"])
        if name not in have:
            values.append(f"cast(NULL AS {want.simpleString()})")
            if column.get("required"):
                reasons.append(("true", literal(f"{name}: a value is required")))
            continue
        given, kind = f"`{have[name][0]}`", have[name][1]
        value, bad = convert(given, kind, want, column.get("format"))
        values.append(value)
        if bad:
            shown = f"to_json({given})" if isinstance(kind, NESTED) else f"cast({given} AS string)"
            before, after = literal(f'{name}: "'), literal(f'" is no {column["type"]}')
            text = f"concat({before}, substring({shown}, 1, 100), {after})"
            reasons.append((f"({given} IS NOT NULL AND ({bad}))", text))
        if column.get("required"):
            reasons.append((f"({given} IS NULL)", literal(f"{name}: a value is required")))
    kept = [f.col(each) for each in frame.columns if each.startswith("_")]
    made = [f.expr(value).alias(column["name"]) for column, value in zip(columns, values)]
    # Most rows are good, and asking one question of them is cheaper than making a list.
    bad = f.expr(f"coalesce({' OR '.join(when for when, _ in reasons) or 'false'}, false)").alias("_bad")
    cases = [f"CASE WHEN {when} THEN {text} END" for when, text in reasons]
    found = f"array({', '.join(['cast(NULL AS string)', *cases])})"
    return frame.select(*kept, *made, bad, f.expr(f"filter({found}, r -> r IS NOT NULL)").alias("_reasons"))


def convert(given, have, want, pattern=None):
    """The value as the wanted type, and when it can't be that; None if it always can."""
    kind = want.simpleString()
    if have == want:
        return given, None
    if isinstance(want, NESTED):
        return nested(given, have, want)
    if isinstance(have, NESTED):
        return (f"to_json({given})", None) if isinstance(want, t.StringType) else (f"cast(NULL AS {kind})", "true")
    if isinstance(have, t.StringType):
        return from_text(given, want, pattern)
    if isinstance(want, t.StringType):
        return f"cast({given} AS string)", None
    if isinstance(have, t.TimestampNTZType) and isinstance(want, t.TimestampType):
        return f"cast({given} AS timestamp)", None
    if isinstance(have, WHOLE) and isinstance(want, TIMES):
        if pattern in EPOCHS and isinstance(want, t.TimestampType):
            return f"{EPOCHS[pattern]}(cast({given} AS bigint))", None
        # Seconds, milliseconds? Nobody said.
        return f"cast(NULL AS {kind})", "true"
    if any(isinstance(each, (t.BooleanType, t.BinaryType)) for each in (have, want)):
        return f"cast(NULL AS {kind})", "true"
    return from_value(given, have, want)


def from_text(given, want, pattern):
    text, kind = f"trim({given})", want.simpleString()
    if isinstance(want, t.BinaryType):
        return f"unbase64({text})", f"NOT ({text} RLIKE {literal(BASE64)})"
    if pattern in EPOCHS and isinstance(want, t.TimestampType):
        value, shape = f"{EPOCHS[pattern]}(try_cast({text} AS bigint))", None
    elif isinstance(want, TIMES) and pattern:
        value, shape = f"to_{kind}({text}, {literal(pattern)})", None
    else:
        # Spark takes '2026' and '2026-01-01 and more' for dates.
        value, shape = f"try_cast({text} AS {kind})", {t.DateType: DATE, t.TimestampType: MOMENT}.get(type(want))
    bad = f"{value} IS NULL"
    if shape:
        bad += f" OR NOT ({text} RLIKE {literal(shape)})"
    if isinstance(want, t.DecimalType):
        bad += f" OR {cut(text, value, want)}"
    return value, bad


def from_value(given, have, want):
    """Between types of files that have types: nothing may get lost."""
    value = f"try_cast({given} AS {want.simpleString()})"
    bad = f"{value} IS NULL"
    if isinstance(want, t.DecimalType):
        return value, f"{bad} OR {cut(given, value, want)}"
    # A float of other files is what it is, in more or fewer digits.
    if isinstance(have, (t.FloatType, t.DecimalType)) and isinstance(want, (t.FloatType, t.DoubleType)):
        return value, bad
    return value, f"{bad} OR NOT (try_cast({value} AS {have.simpleString()}) <=> {given})"


def cut(given, value, want):
    """Whether digits behind the point would be cut off."""
    return f"coalesce(try_cast({given} AS decimal(38,{max(18, want.scale)})) <> {value}, false)"


def nested(given, have, want):
    """Structures, arrays and maps, by way of JSON: a member that doesn't fit makes the value bad."""
    text = given if isinstance(have, t.StringType) else f"to_json({given})"
    shape = literal(f"v {want.simpleString()}, _bad string")
    options = "map('mode', 'PERMISSIVE', 'columnNameOfCorruptRecord', '_bad')"
    read = f"from_json(concat('{{\"v\":', {text}, '}}'), {shape}, {options})"
    return f"{read}.v", f"{read}._bad IS NOT NULL OR {read}.v IS NULL"


def literal(text):
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
