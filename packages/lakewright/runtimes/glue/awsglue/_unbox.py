"""Strings that hold records.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-Unbox.html
"""

import csv
import json
import traceback
from typing import Any, Callable, Iterator, Mapping, Tuple

from pyspark import RDD, StorageLevel
from pyspark.sql import DataFrame

from . import gluetypes as G
from ._functions import error_record, from_records
from ._paths import resolve, type_at
from ._refuse import checked, flag, refuse
from ._values import record_maker

_OPTIONS = {
    "separator": "between fields of CSV",
    "quoteChar": "around fields of CSV",
    "withHeader": "the string begins with a header",
}


def unbox(
    df: DataFrame, schema: G.StructType, path: str, format: str, options: Mapping[str, Any], info: str
) -> Tuple[DataFrame, G.StructType, RDD]:
    """The frame, its schema, and the errors of strings that don't parse."""
    wanted = checked(
        options,
        _OPTIONS,
        "unbox",
        {
            "escaper": "CSV is read with doubled quotes",
            "skipFirst": "cut the string with Map first",
            "withSchema": "the type is found in the data: cast with resolveChoice afterwards",
        },
    )
    names = resolve(schema, path)
    if names is None or "[]" in names:
        raise ValueError(f"unbox of {path!r}, which isn't a field outside of arrays")
    if not isinstance(type_at(schema, names), G.StringType):
        raise ValueError(f"unbox of {path!r}, which is {type_at(schema, names).typeName()}: a string is expected")
    parse = _parser(format, wanted)

    def run(rows: Iterator[Any]) -> Iterator[Tuple[bool, Any]]:
        make = record_maker(schema)
        for row in rows:
            record = make(row)
            try:
                holder = record
                for name in names[:-1]:
                    holder = holder and holder[name]
                if holder and holder[names[-1]] is not None:
                    holder[names[-1]] = parse(holder[names[-1]])
                yield True, record
            except (ValueError, csv.Error) as error:
                stack = traceback.format_exc()
                yield False, error_record(f"unbox: {error}", "unbox", info, stack, dynamicRecord=make(row))

    outcome = df.rdd.mapPartitions(run).persist(StorageLevel.MEMORY_AND_DISK)
    good = outcome.filter(lambda pair: pair[0]).map(lambda pair: pair[1])
    like = G.StructType([field for field in schema if field.name != names[0]])
    made, found = from_records(df.sparkSession, good, like)
    return made, found, outcome.filter(lambda pair: not pair[0]).map(lambda pair: pair[1])


def _parser(format: str, options: Mapping[str, Any]) -> Callable[[str], Any]:
    if format == "json":
        return lambda text: json.loads(text, parse_constant=_no_constant)
    if format == "csv":
        separator, quote = options.get("separator", ","), options.get("quoteChar", '"')

        def parse_csv(text: str) -> Any:
            quoting = {"quoting": csv.QUOTE_NONE} if quote in (-1, "-1") else {"quotechar": quote}
            lines = list(csv.reader(text.splitlines(), delimiter=separator, strict=True, **quoting))
            names = lines.pop(0) if flag(options.get("withHeader")) and lines else None
            if len(lines) != 1:
                raise ValueError(f"one line of CSV is expected, there are {len(lines)}")
            names = names or [f"col{at}" for at in range(len(lines[0]))]
            if len(names) != len(lines[0]):
                raise ValueError(f"{len(names)} fields of CSV are expected, there are {len(lines[0])}")
            return dict(zip(names, lines[0]))

        return parse_csv
    refuse(f"unbox of format {format!r}", "json and csv are supported")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} isn't JSON")
