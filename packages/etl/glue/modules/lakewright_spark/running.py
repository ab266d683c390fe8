"""What a run is told, and what it tells."""

import json
import os
import re
import time
from datetime import datetime, timezone


def arguments(argv):
    """`--name value` pairs, as Glue hands them over."""
    pairs = {}
    for position, word in enumerate(argv):
        if word.startswith("--") and position + 1 < len(argv):
            pairs[word[2:]] = argv[position + 1]
    return pairs


def run_id(given):
    """A run's name in a file's; attempts of one Glue run are one run."""
    name = given.get("run_id") or given.get("JOB_RUN_ID") or datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S")
    return re.sub(r"[^\w.-]+", "_", re.sub(r"_attempt_\d+$", "", name))


def session():
    """Spark as the jobs need it: moments in UTC, no guesses about dates, no file that is no data."""
    from pyspark.sql import SparkSession

    # Python shows moments in the zone of its process.
    os.environ["TZ"] = "UTC"
    time.tzset()
    spark = SparkSession.builder.getOrCreate()
    for key, value in CONF.items():
        spark.conf.set(key, value)
    spark.sparkContext._jsc.hadoopConfiguration().set("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
    return spark


CONF = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # With fewer columns read, a line with too many fields would pass.
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    # What a former run wrote below a folder isn't to be taken for its partitions.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
}


def clients():
    """Clients of S3 and Glue that try again when they are throttled."""
    import boto3
    from botocore.config import Config

    config = Config(retries={"mode": "standard", "max_attempts": 8}, max_pool_connections=32)
    return boto3.client("s3", config=config), boto3.client("glue", config=config)


def function(code):
    """The user's function: `{"module": "transform", "function": "transform"}`."""
    from importlib import import_module

    module = import_module(code["module"])
    if not hasattr(module, code["function"]):
        raise RuntimeError(f"NoFunction: {code['module']}.py has no function {code['function']!r}: define it")
    return getattr(module, code["function"])


def tell(report):
    """One line for whoever keeps measures, and one for people."""
    measures = {
        "rowsIn": report["rowsIn"],
        "rowsOut": report["rowsOut"],
        "filesIn": report.get("filesIn"),
        "rowsQuarantined": report.get("rowsQuarantined"),
        "rowsQuarantined": report.get("rowsQuarantined"),
        "tables": report["tables"],
    }
    print(f"LAKEWRIGHT_MEASURES {json.dumps(measures)}", flush=True)
    print(report["summary"], flush=True)


def first_line(error):
    """The cause without Java's stack."""
    text = str(error).strip() or type(error).__name__
    causes = re.findall(r"Caused by: (.+)", text)
    return (causes[-1] if causes else text.splitlines()[0])[:1000]


def now():
    return datetime.now(timezone.utc).isoformat()

