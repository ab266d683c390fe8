"""The tables of docs/guides/awsglue.md, made from the package: `PYTHONPATH=<runtimes/glue> python support.py --write`.

DOCUMENTED is what AWS's pages name; each of it is either in the package or in REFUSED. Options are the package's own lists.
"""

import inspect
import os
import sys

from awsglue import _csv, _jdbc, _json, _purge, _read, _source, _unbox, _write, context, data_sink, data_source
from awsglue import dynamicframe, dynamicframereader, gluetypes, job, transforms, utils

GUIDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "..", "docs", "guides", "awsglue.md")
BEGIN, END = "<!-- made by packages/lakewright/test/awsglue/support.py -->", "<!-- end -->"

CLASSES = [
    ("awsglue.context.GlueContext", context.GlueContext),
    ("glueContext.create_dynamic_frame", dynamicframe.DynamicFrameReader),
    ("glueContext.create_data_frame", dynamicframereader.DataFrameReader),
    ("glueContext.write_dynamic_frame", dynamicframe.DynamicFrameWriter),
    ("DataSource of getSource", data_source.DataSource),
    ("DataSink of getSink", data_sink.DataSink),
    ("awsglue.dynamicframe.DynamicFrame", dynamicframe.DynamicFrame),
    ("awsglue.dynamicframe.DynamicFrameCollection", dynamicframe.DynamicFrameCollection),
    ("awsglue.job.Job", job.Job),
    ("awsglue.transforms", transforms),
    ("awsglue.utils", utils),
    ("awsglue.gluetypes", gluetypes),
]
# not AWS's: between the package's own modules
INTERNAL = {"awsglue.job.Job": {"bookmark", "seen"}, "awsglue.gluetypes": {"from_json"}}

DOCUMENTED = {
    "awsglue.context.GlueContext": """getSource create_dynamic_frame_from_rdd create_dynamic_frame_from_catalog
        create_dynamic_frame_from_options create_sample_dynamic_frame_from_catalog create_sample_dynamic_frame_from_options
        add_ingestion_time_columns create_data_frame_from_catalog create_data_frame_from_options forEachBatch purge_table
        purge_s3_path transition_table transition_s3_path extract_jdbc_conf start_transaction commit_transaction
        cancel_transaction getSink write_dynamic_frame_from_options write_from_options write_dynamic_frame_from_catalog
        write_data_frame_from_catalog write_dynamic_frame_from_jdbc_conf write_from_jdbc_conf get_logger""",
    "glueContext.create_dynamic_frame": "from_rdd from_options from_catalog",
    "glueContext.write_dynamic_frame": "from_options from_catalog from_jdbc_conf",
    "DataSource of getSource": "setFormat getFrame",
    "DataSink of getSink": "setFormat setAccumulableSize setCatalogInfo writeFrame write",
    "awsglue.dynamicframe.DynamicFrame": """fromDF toDF count schema printSchema show repartition coalesce apply_mapping
        drop_fields filter join map mergeDynamicFrame relationalize rename_field resolveChoice select_fields simplify_ddb_json
        spigot split_fields split_rows unbox union unnest unnest_ddb_json write assertErrorThreshold errorsAsDynamicFrame
        errorsCount stageErrorsCount""",
    "awsglue.dynamicframe.DynamicFrameCollection": "keys values select map flatmap",
    "awsglue.job.Job": "init commit",
    "awsglue.transforms": """GlueTransform ApplyMapping DropFields DropNullFields ErrorsAsDynamicFrame Filter
        FindIncrementalMatches FindMatches FlatMap Join Map MapToCollection Relationalize RenameField ResolveChoice
        SelectFields SelectFromCollection SimplifyDdbJson Spigot SplitFields SplitRows Unbox UnnestFrame""",
    "awsglue.utils": "getResolvedOptions GlueArgumentError",
    "awsglue.gluetypes": """DataType AtomicType BinaryType BooleanType ByteType DateType DecimalType DoubleType EnumType
        FloatType IntegerType LongType NullType ShortType StringType TimestampType UnknownType ArrayType ChoiceType MapType
        Field StructType""",
}
REFUSED = {
    ("awsglue.context.GlueContext", "create_sample_dynamic_frame_from_catalog"): "read the table and call `limit` on its DataFrame",
    ("awsglue.context.GlueContext", "create_sample_dynamic_frame_from_options"): "read the objects and call `limit` on the DataFrame",
    ("awsglue.context.GlueContext", "forEachBatch"): "there are no streaming jobs",
    ("awsglue.context.GlueContext", "transition_table"): "there are no storage classes",
    ("awsglue.context.GlueContext", "transition_s3_path"): "there are no storage classes",
    ("awsglue.context.GlueContext", "start_transaction"): "governed tables ended on AWS: use Iceberg",
    ("awsglue.context.GlueContext", "commit_transaction"): "governed tables ended on AWS: use Iceberg",
    ("awsglue.context.GlueContext", "cancel_transaction"): "governed tables ended on AWS: use Iceberg",
    ("awsglue.dynamicframe.DynamicFrame", "simplify_ddb_json"): "map the records",
    ("awsglue.dynamicframe.DynamicFrame", "unnest_ddb_json"): "map the records",
    ("awsglue.transforms", "FindMatches"): "needs AWS's models",
    ("awsglue.transforms", "FindIncrementalMatches"): "needs AWS's models",
    ("awsglue.transforms", "SimplifyDdbJson"): "map the records",
}
DIFFERS = {
    ("awsglue.context.GlueContext", "create_data_frame_from_catalog"): "an Iceberg table is read as `glue_catalog.<database>.<table>`, which the job's `--conf` defines",
    ("awsglue.context.GlueContext", "get_logger"): "writes to the job's output",
    ("awsglue.context.GlueContext", "write_data_frame_from_catalog"): "an Iceberg table as above",
    ("awsglue.dynamicframe.DynamicFrame", "apply_mapping"): "a choice must be resolved first, unless its target type is `choice`; AWS doesn't document what it does",
    ("awsglue.dynamicframe.DynamicFrame", "filter"): "runs the function at once, once for each record; AWS when the frame is needed",
    ("awsglue.dynamicframe.DynamicFrame", "map"): "as filter; a field that a record lacks is None, not absent",
    ("awsglue.dynamicframe.DynamicFrame", "relationalize"): "nothing is written to the staging path; keys begin with 1 in each run; maps are refused; a choice becomes a column for each type",
    ("awsglue.dynamicframe.DynamicFrame", "resolveChoice"): "structs, arrays and maps aren't cast to and from other types",
    ("awsglue.dynamicframe.DynamicFrame", "unbox"): "json and csv; runs at once",
    ("awsglue.dynamicframe.DynamicFrame", "rename_field"): "to a path that is free",
    ("awsglue.job.Job", "commit"): "bookmarks by path, time and size of each object, not by a range of time",
    ("awsglue.utils", "getResolvedOptions"): "as in Glue 5: abbreviations count",
}
OPTIONS = [
    ("sources on S3: `connection_options`, `additional_options`", {**_source.S3_OPTIONS, "catalogPartitionPredicate": "from_catalog only"}, _source._REFUSED),
    ("sinks on S3", _write.SINK_OPTIONS, {}),
    ("JDBC sources and sinks", _jdbc._OPTIONS, _jdbc._REFUSED),
    ("format csv", _csv.OPTIONS, {}),
    ("sinks of format csv", _write.CSV_OPTIONS, {}),
    ("format json", {k: v for k, v in _json._OPTIONS.items() if k != "withSchema"}, {"withSchema": "the schema is found in the data"}),
    ("sinks of format parquet, glueparquet", _write._PARQUET, {}),
    ("unbox", _unbox._OPTIONS, {"escaper": "", "skipFirst": "", "withSchema": ""}),
    ("purge_table, purge_s3_path", _purge._OPTIONS, _purge._REFUSED),
]


def public(thing):
    """The names that a class or module offers."""
    if inspect.ismodule(thing):
        names = getattr(thing, "__all__", None) or [
            name for name, value in vars(thing).items() if getattr(value, "__module__", None) == thing.__name__
        ]
        return sorted(name for name in names if not name.startswith("_"))
    return sorted(name for name, value in vars(thing).items() if not name.startswith("_") and (callable(value) or isinstance(value, classmethod)))


def rows(title, thing):
    """Name, state and note of each member."""
    offered = [name for name in public(thing) if name not in INTERNAL.get(title, ())]
    found = [(name, "differs" if (title, name) in DIFFERS else "done", DIFFERS.get((title, name), "")) for name in offered]
    found += [(name, "refused", note) for (of, name), note in REFUSED.items() if of == title]
    return sorted(found)


def tables():
    """The generated part of the guide."""
    lines = [BEGIN, ""]
    for title, thing in CLASSES:
        found = rows(title, thing)
        lines += [f"### {title}", ""]
        done = [f"`{name}`" for name, state, _ in found if state == "done"]
        if done:
            lines += [f"Done: {', '.join(done)}.", ""]
        noted = [f"| `{name}` | {state} | {note} |" for name, state, note in found if state != "done"]
        if noted:
            lines += ["| | | |", "|---|---|---|", *noted, ""]
    lines += ["### Options", "", "Any other option is refused by its name.", ""]
    for title, known, refused in OPTIONS:
        lines += [f"**{title}**: " + ", ".join(f"`{name}`" + (f" ({text})" if text else "") for name, text in known.items()) + ".", ""]
        if refused:
            lines += ["Refused: " + ", ".join(f"`{name}`" + (f" ({text})" if text else "") for name, text in refused.items()) + ".", ""]
    refused = ", ".join(f"`{name}` ({text})" for name, text in _read._REFUSED.items())
    lines += [f"**Formats**: csv, json, parquet, glueparquet, orc, avro. Refused: {refused}.", ""]
    lines += [f"**Connection types**: s3, {', '.join(_jdbc.DRIVERS)}, jdbc. Every other one is refused.", "", END]
    return "\n".join(lines)


if __name__ == "__main__":
    with open(GUIDE, encoding="utf-8") as file:
        text = file.read()
    head, rest = text.split(BEGIN)
    made = head + tables() + rest.split(END)[1]
    if "--write" in sys.argv:
        with open(GUIDE, "w", encoding="utf-8") as file:
            file.write(made)
    sys.exit(0 if made == text or "--write" in sys.argv else 1)
