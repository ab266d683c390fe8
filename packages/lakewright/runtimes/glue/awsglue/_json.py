"""JSON, record by record: each keeps its own types.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-json-home.html
"""

import json
import re
from typing import Any, Dict, Iterator, List, Mapping, Tuple

from pyspark import RDD, StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from . import gluetypes as G
from ._files import File
from ._functions import error_record, rows_of
from ._refuse import checked, flag, refuse
from ._schema import has_choice, merge, to_spark
from ._values import signature, type_of

_OPTIONS = {"jsonPath": "where records are", "multiline": "a record may have several lines", "optimizePerformance": "", "withSchema": ""}
FILE = "__file"
_ARRAY = "an array"


def read_json(spark: SparkSession, files: List[File], format_options: Mapping[str, Any]) -> Tuple[DataFrame, G.StructType, RDD]:
    """The records with a column FILE, and lines that are no JSON as errors."""
    options = checked(format_options, _OPTIONS, "format json")
    if options.get("withSchema"):
        refuse("option 'withSchema' of format json", "the schema is found in the data")
    path = _json_path(options["jsonPath"]) if options.get("jsonPath") else None
    whole = flag(options.get("multiline")) or path is not None
    texts = spark.read.text([file.path for file in files], wholetext=whole, recursiveFileLookup=True)
    lines = texts.select("value", F.col("_metadata.file_path")).rdd

    def parse(rows: Iterator[Any]) -> Iterator[Tuple[bool, Any]]:
        for text, source in rows:
            yield from _parsed(text, source, path)

    found, plain = _survey(lines, path)
    if whole or not plain or has_choice(found):
        outcome = lines.mapPartitions(parse).persist(StorageLevel.MEMORY_AND_DISK)
        good = outcome.filter(lambda pair: pair[0]).map(lambda pair: pair[1])
        return rows_of(spark, good, found), found, outcome.filter(lambda pair: not pair[0]).map(lambda pair: pair[1])
    # Spark's own reader is several times faster, and right where fields have one type each
    fields = G.StructType([field for field in found if field.name != FILE])
    rows = spark.read.option("recursiveFileLookup", "true").schema(to_spark(fields)).json([file.path for file in files])
    return rows.withColumn(FILE, F.col("_metadata.file_path")), found, spark.sparkContext.emptyRDD()


def _survey(lines: RDD, path: Any) -> Tuple[G.StructType, bool]:
    """The schema, as if the objects were read one after another in the order of their paths; whether each line is one record."""

    def by_file(rows: Iterator[Any]) -> Iterator[Tuple[str, G.DataType, bool]]:
        records: Dict[str, Any] = {}
        plain = True
        for text, source in rows:
            parsed = list(_parsed(text, source, path))
            plain = plain and (not parsed or (len(parsed) == 1 and parsed[0][0]))
            for good, record in parsed:
                if record == _ARRAY:
                    yield _ARRAY, G.StructType(), False
                elif good:
                    records.setdefault(source, {}).setdefault(signature(record), record)
        for source, kinds in records.items():
            kind: G.DataType = G.StructType()
            for record in kinds.values():
                kind = merge(kind, type_of(record))
            yield source, kind, plain
        yield "", G.StructType(), plain

    found: G.DataType = G.StructType()
    surveyed = sorted(lines.mapPartitions(by_file).collect(), key=lambda part: part[0])
    if any(source == _ARRAY for source, _, _ in surveyed):
        refuse("an array as a record of JSON", 'format_options={"jsonPath": "$[*]"} reads its elements')
    for _, kind, _ in surveyed:
        found = merge(found, kind)
    return found, all(plain for _, _, plain in surveyed)


def _parsed(text: str, source: str, path: Any) -> Iterator[Tuple[bool, Any]]:
    decoder, at = json.JSONDecoder(parse_constant=_no_constant), 0
    blank = re.compile(r"[\s\ufeff]*")
    at = blank.match(text).end()
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError as error:
            yield False, error_record(f"malformed JSON: {error}", "json reader", "", input=text[at:1000], bytesread=at, source=source)
            return
        at = blank.match(text, at).end()
        for record in path(value) if path else [value]:
            if isinstance(record, list):
                yield False, _ARRAY
                continue
            if not isinstance(record, dict):
                message = f"a record of JSON is an object, this is {type(record).__name__}"
                yield False, error_record(message, "json reader", "", input=text[:1000], bytesread=at, source=source)
                continue
            yield True, {**record, FILE: source}


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} isn't JSON")


def _json_path(text: str) -> Any:
    """`$.a.b[*]`: members and all elements. Everything else is refused."""
    if not re.fullmatch(r"\$(\.[\w-]+|\['[^']+'\]|\[\*\])*", text):
        refuse(f"jsonPath {text!r}", "members and [*] are supported: $.a.b[*]")
    steps = re.findall(r"\.([\w-]+)|\['([^']+)'\]|(\[\*\])", text)

    def walk(value: Any) -> List[Any]:
        values = [value]
        for plain, quoted, every in steps:
            if every:
                values = [element for held in values if isinstance(held, list) for element in held]
            else:
                values = [held[plain or quoted] for held in values if isinstance(held, dict) and (plain or quoted) in held]
        # a path that ends at an array reads its elements
        return [element for held in values for element in (held if isinstance(held, list) else [held])]

    return walk


def json_lines(record: Dict[str, Any]) -> str:
    """A record as a line of JSON, without its nulls."""
    return json.dumps(_present(record), default=str, ensure_ascii=False, separators=(",", ":"))


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _present(held) for name, held in value.items() if held is not None}
    return [_present(held) for held in value] if isinstance(value, list) else value
