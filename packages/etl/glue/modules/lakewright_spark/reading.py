"""Files of raw data as rows: `_file`, `_raw` (the record as it stood), `_error`, and the values of the declared columns."""

import csv
import io
import json
import re
import zlib
from collections import defaultdict
from functools import reduce

from pyspark.sql import functions as f
from pyspark.sql import types as t

from .columns import type_of, typed
from .objects import each

#: enough for a header
HEAD = 256 * 1024

CORRUPT = "_corrupt"


def read(spark, store, files, settings):
    """All records of the files, with `_reasons`."""
    columns = settings.get("inputColumns") or settings["columns"]
    groups = GROUPS[settings["format"]](spark, store, files, settings.get("options", {}), columns)
    reasons = f.expr("CASE WHEN _error IS NULL THEN _reasons ELSE array(_error) END").alias("_reasons")
    bad = f.expr("_error IS NOT NULL OR _bad").alias("_bad")
    kept = ["_file", "_raw", bad, reasons, *[column["name"] for column in columns]]
    return reduce(lambda one, other: one.unionByName(other), [typed(frame, columns, have).select(*kept) for frame, have in groups])


def file_name():
    """Where a row comes from; Spark writes it as a URL, and of local files with one slash."""
    return f.expr("regexp_replace(url_decode(replace(_metadata.file_path, '+', '%2B')), '^file:/+', 'file:///')")


def value_columns(columns):
    return {column["name"]: column.get("source") or column["name"] for column in columns}


def paths(files):
    """Spark takes paths for patterns."""
    return [re.sub(r"([\[\]{}*?\\])", r"\\\1", file) for file in files]


# --------------------------------------------------------------------------- JSON


def json_lines(spark, store, files, options, columns):
    whole = options.get("multiLine", False)
    lines = spark.read.text(paths(files), wholetext=whole).select(file_name().alias("_file"), f.col("value").alias("_raw"))
    lines = lines.where(f.trim("_raw") != "")
    names = value_columns(columns)
    fields = [t.StructField(name, t.StringType()) for name in dict.fromkeys(names.values())]
    shape = t.StructType([*fields, t.StructField(CORRUPT, t.StringType())])
    if whole:
        # A document is one record or an array of them.
        read_as = f.from_json("_raw", t.ArrayType(t.MapType(t.StringType(), t.StringType())))
        records = lines.withColumn("_records", read_as)
        broken = records.where(f.expr("_records IS NULL")).select("_file", "_raw")
        whole_ones = records.where(f.expr("_records IS NOT NULL"))
        lines = whole_ones.select("_file", f.explode("_records").alias("_one")).select("_file", f.to_json("_one").alias("_raw"))
        lines = lines.unionByName(broken)
    mode = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": CORRUPT}
    parsed = lines.withColumn("_json", f.from_json("_raw", shape, mode))
    error = f.expr(f"CASE WHEN _json IS NULL OR _json.{CORRUPT} IS NOT NULL THEN 'the record is no JSON object' END")
    have = {name: (f"_v{number}", t.StringType()) for number, name in enumerate(names)}
    texts = {name: f.col("_json").getField(source) for name, source in names.items()}
    wide = {c["name"]: max(18, type_of(c["type"]).scale) for c in columns if isinstance(type_of(c["type"]), t.DecimalType)}
    if wide:
        # As texts, Spark gives numbers the digits of a double only.
        exact = t.StructType([t.StructField(names[name], t.DecimalType(38, scale)) for name, scale in wide.items()])
        parsed = parsed.withColumn("_exact", f.from_json("_raw", exact, {"mode": "PERMISSIVE"}))
    for name, scale in wide.items():
        number = f.col("_exact").getField(names[name])
        same = texts[name].cast(f"decimal(38,{scale})").eqNullSafe(number)
        texts[name] = f.when(number.isNull() | same, texts[name]).otherwise(number.cast("string"))
    values = [text.alias(have[name][0]) for name, text in texts.items()]
    return [(parsed.select("_file", "_raw", error.alias("_error"), *values), have)]


# --------------------------------------------------------------------------- CSV


def csv_files(spark, store, files, options, columns):
    """Files of one header are read together: Spark would take columns by their place."""
    names = value_columns(columns)
    if options.get("header", True):
        headers = each(lambda file: tuple(header_of(store.head(file, HEAD), file, options)), files)
    else:
        headers = [tuple(names.values())] * len(files)
    groups = defaultdict(list)
    for header, file in zip(headers, files):
        groups[header].append(file)
    return [csv_group(spark, group, list(header), names, options) for header, group in groups.items()]


def csv_group(spark, files, fields, names, options):
    # Whatever the header says, a name is a column once.
    shape = [t.StructField(f"_c{number}", t.StringType()) for number in range(len(fields))]
    reader = spark.read.schema(t.StructType([*shape, t.StructField(CORRUPT, t.StringType())]))
    reader = reader.options(
        header=options.get("header", True),
        sep=options.get("delimiter", ","),
        quote=options.get("quote", '"'),
        escape=options.get("escape", '"'),
        encoding=options.get("encoding", "UTF-8"),
        nullValue=options.get("nullText", ""),
        multiLine=options.get("multiLine", False),
        mode="PERMISSIVE",
        columnNameOfCorruptRecord=CORRUPT,
        enforceSchema=True,
    )
    rows = reader.csv(paths(files))
    raw = f.coalesce(f.col(CORRUPT), f.to_csv(f.struct(*[field.name for field in shape]), {"sep": options.get("delimiter", ",")}))
    count = len(fields)
    error = f.when(f.col(CORRUPT).isNotNull(), f.lit(f"the line hasn't {count} field{'s'[: count != 1]}"))
    places = {field.strip().lower(): number for number, field in reversed(list(enumerate(fields)))}
    have = {
        name: (f"_c{places[wanted.strip().lower()]}", t.StringType())
        for name, wanted in names.items()
        if wanted.strip().lower() in places
    }
    kept = [field.name for field in shape]
    return rows.select(file_name().alias("_file"), raw.alias("_raw"), error.alias("_error"), *kept), have


def header_of(data, file, options):
    """The names in the first line of a file."""
    if file.endswith(".gz"):
        data = zlib.decompressobj(31).decompress(data)
    text = data.decode(options.get("encoding", "UTF-8"), errors="replace").lstrip("\ufeff")
    lines = csv.reader(io.StringIO(text), delimiter=options.get("delimiter", ","), quotechar=options.get("quote", '"'))
    return next((line for line in lines if line), [])


# --------------------------------------------------------------------------- Parquet and Avro


def parquet_files(spark, store, files, options, columns):
    try:
        frames = [spark.read.option("mergeSchema", "true").parquet(*paths(files))]
        frames[0].schema  # noqa: B018  read here, not later
    except Exception:  # noqa: BLE001  of files whose types differ, each is read as it is
        frames = by_schema(spark, "parquet", files)
    return [with_types(frame, columns) for frame in frames]


def avro_files(spark, store, files, options, columns):
    """Spark takes the schema of one file for all, and would leave out what only another one has."""
    try:
        frames = by_schema(spark, "avro", files)
    except Exception as error:  # noqa: BLE001
        if "find data source: avro" not in str(error):
            raise
        frames = [avro_with_glue(spark, file) for file in files]
    return [with_types(frame, columns) for frame in frames]


def by_schema(spark, name, files):
    groups = defaultdict(list)
    for schema, path in each(lambda path: (spark.read.format(name).load(path).schema.json(), path), paths(files)):
        groups[schema].append(path)
    return [spark.read.format(name).schema(t.StructType.fromJson(json.loads(schema))).load(group) for schema, group in groups.items()]


def avro_with_glue(spark, path):
    """Glue's own reader, where Spark's isn't there."""
    from awsglue.context import GlueContext

    context = GlueContext(spark.sparkContext)
    options = {"paths": [path]}
    frame = context.create_dynamic_frame.from_options(connection_type="s3", connection_options=options, format="avro").toDF()
    return frame.withColumn("_path", f.lit(path))


def with_types(frame, columns):
    path = "_path" if "_path" in frame.columns else None
    kinds = {field.name.lower(): (field.name, field.dataType) for field in frame.schema.fields if field.name != path}
    raw = f.to_json(f.struct(*[f"`{name}`" for name, _ in kinds.values()]))
    have, values = {}, []
    for number, (name, wanted) in enumerate(value_columns(columns).items()):
        if wanted.lower() in kinds:
            there, kind = kinds[wanted.lower()]
            have[name] = (f"_v{number}", kind)
            values.append(f.col(f"`{there}`").alias(f"_v{number}"))
    file = f.col(path) if path else file_name()
    return frame.select(file.alias("_file"), raw.alias("_raw"), f.lit(None).cast("string").alias("_error"), *values), have


GROUPS = {"json": json_lines, "csv": csv_files, "parquet": parquet_files, "avro": avro_files}


# --------------------------------------------------------------------------- files that can't be read


def unreadable(spark, store, files, settings):
    """Of files that failed together, those that fail alone, with the cause."""

    def probe(file):
        try:
            read(spark, store, [file], settings).write.format("noop").mode("overwrite").save()
        except Exception as error:  # noqa: BLE001  whatever it is, it is the file's
            return file, error
        return None

    return [failed for failed in each(probe, files) if failed]
