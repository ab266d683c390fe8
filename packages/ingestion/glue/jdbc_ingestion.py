"""Tables of a database into the lake, read by Spark through JDBC: an AWS Glue job.

Each table with a watermark is read in half-open intervals [from, to). An interval is noted in the table's watermark
object before it is read, and its output has a folder of its own; whoever runs next, after whatever failure, reads a noted
interval again and replaces that folder. So nothing is lost and nothing comes twice.
"""

import json
import os
import re
import sys
import time
import traceback
from datetime import datetime, timedelta, timezone
from urllib.parse import urlparse
from zoneinfo import ZoneInfo

# --------------------------------------------------------------------------- dialects


def dialect(url):
    """The database of a JDBC URL: postgresql, mysql, mariadb, sqlserver, oracle, sqlite ..."""
    match = re.match(r"jdbc:([a-z0-9]+):", url)
    if not match:
        raise ValueError(f"JDBC URL {url!r}: jdbc:<database>://... is expected; mend the connection's JDBC_CONNECTION_URL")
    return match.group(1)


def tls_options(name):
    """What the driver is told so that it encrypts or refuses."""
    return {
        "postgresql": {"ssl": "true", "sslmode": "require"},
        "redshift": {"ssl": "true", "sslmode": "require"},
        "mysql": {"sslMode": "REQUIRED"},
        "mariadb": {"sslMode": "trust"},
        "sqlserver": {"encrypt": "true"},
        # its URL says tcps
        "oracle": {},
    }.get(name, {})


def session_statement(name):
    """Makes a session show moments in UTC, so that the bounds mean the same everywhere."""
    return {
        "postgresql": "SET TIME ZONE 'UTC'",
        "redshift": "SET TIME ZONE 'UTC'",
        "mysql": "SET time_zone = '+00:00'",
        "mariadb": "SET time_zone = '+00:00'",
        "oracle": "ALTER SESSION SET TIME_ZONE = '+00:00'",
    }.get(name)


def literal(name, kind, value):
    """A bound as SQL. Bounds are made here and by the database, never by a user."""
    if kind == "number":
        return str(int(value))
    if name == "sqlserver":
        return f"CAST('{value.replace(' ', 'T')}' AS datetime2)"
    if name == "sqlite":
        return f"'{value}'"
    return f"TIMESTAMP '{value}'"


# --------------------------------------------------------------------------- tables and intervals


def folder(table):
    """`public."Flights"` -> `public/flights`: the folder of a table below the target, as DMS lays it out."""
    parts = re.findall(r'"[^"]+"|`[^`]+`|\[[^\]]+\]|[^.]+', table)
    return "/".join(re.sub(r"[^\w-]+", "_", part.strip('"`[]')).lower() for part in parts)


def select(table, name, interval=None):
    """The query whose rows are read."""
    columns = ", ".join(table.get("columns") or ["*"])
    conditions = [f"({table['where']})"] if table.get("where") else []
    watermark = table.get("watermark")
    if watermark and interval:
        column, kind = watermark["column"], watermark["kind"]
        if interval["from"] is not None:
            conditions.append(f"{column} >= {literal(name, kind, interval['from'])}")
        conditions.append(f"{column} < {literal(name, kind, interval['to'])}")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {columns} FROM {table['name']}{where}"


def bounds_query(table, name, column, interval=None):
    """How many rows there are, and between which values of a column."""
    inner = select({**table, "columns": ["*"]}, name, interval)
    extremes = f", MIN({column}) AS lower_bound, MAX({column}) AS upper_bound" if column else ""
    return f"SELECT COUNT(*) AS row_count{extremes} FROM ({inner}) counted"


def highest_query(table):
    """The highest number so far."""
    column = table["watermark"]["column"]
    where = f" WHERE ({table['where']})" if table.get("where") else ""
    return f"SELECT MAX({column}) AS highest FROM {table['name']}{where}"


def end_of_interval(watermark, now, highest=None):
    """Where an interval that begins now ends: before rows that may still change unseen."""
    if watermark["kind"] == "number":
        return None if highest is None else int(highest) + 1
    end = now - timedelta(seconds=watermark.get("lagSeconds", 0))
    zone = ZoneInfo(watermark.get("timeZone") or "UTC")
    return end.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.%f")


def is_empty(watermark, start, end):
    """Whether nothing can lie between."""
    if end is None:
        return True
    if start is None:
        return False
    return int(start) >= int(end) if watermark["kind"] == "number" else start >= end


def load_name(interval):
    """The folder of an interval: two runs of one interval have the same."""
    compact = lambda value: re.sub(r"[^\w.]+", "", str(value).replace(" ", "T"))  # noqa: E731
    return f"load={compact('start' if interval['from'] is None else interval['from'])}_{compact(interval['to'])}"


def safe_run_id(run_id):
    """A run's name in a folder's; attempts of one Glue run are one run."""
    return re.sub(r"[^\w.-]+", "_", re.sub(r"_attempt_\d+$", "", run_id))


# --------------------------------------------------------------------------- where state is kept


class Changed(Exception):
    """Somebody else wrote the object in between."""


class S3Store:
    """Objects of S3, written only if they are as they were read."""

    def __init__(self, client):
        self.client = client

    def read(self, uri):
        """Text and version; (None, None) if there is none."""
        bucket, key = split(uri)
        try:
            answer = self.client.get_object(Bucket=bucket, Key=key)
        except self.client.exceptions.NoSuchKey:
            return None, None
        return answer["Body"].read().decode(), answer["ETag"]

    def write(self, uri, text, version=None, conditional=False):
        """Writes; if conditional, only where the object's version is still this one (None: where there is no object)."""
        bucket, key = split(uri)
        arguments = {"Bucket": bucket, "Key": key, "Body": text.encode(), "ContentType": "application/json"}
        if not conditional:
            self.client.put_object(**arguments)
            return
        header = ("If-None-Match", "*") if version is None else ("If-Match", version)

        # Older boto3 of Glue's versions knows no such parameter.
        def add(request, **_):
            request.headers[header[0]] = header[1]

        events = self.client.meta.events
        events.register("before-sign.s3.PutObject", add)
        try:
            self.client.put_object(**arguments)
        except self.client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise Changed(f"{uri} was written by somebody else: does another run read the same table?") from error
            raise
        finally:
            events.unregister("before-sign.s3.PutObject", add)

    def clear(self, uri):
        """Deletes what lies below a folder."""
        bucket, key = split(uri)
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{key.rstrip('/')}/")
        for page in pages:
            keys = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
            if keys:
                answer = self.client.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
                if answer.get("Errors"):
                    raise RuntimeError(f"{answer['Errors'][0]['Key']} couldn't be deleted: {answer['Errors'][0]['Code']}")


def split(uri):
    parts = urlparse(uri)
    return parts.netloc, parts.path.lstrip("/")


class Watermark:
    """How far a table has been read, and which interval is being read."""

    def __init__(self, store, uri):
        self.store, self.uri = store, uri
        text, self.version = store.read(uri)
        state = json.loads(text) if text else {}
        self.to, self.pending = state.get("to"), state.get("pending")

    def begin(self, interval):
        self.pending = interval
        self._write()

    def commit(self, interval):
        self.to, self.pending = interval["to"], None
        self._write()

    def _write(self):
        text = json.dumps({"to": self.to, "pending": self.pending})
        self.store.write(self.uri, text, self.version, conditional=True)
        written, self.version = self.store.read(self.uri)
        if written != text:
            raise Changed(f"{self.uri} was written by somebody else: does another run read the same table?")


# --------------------------------------------------------------------------- reading and writing


class Job:
    """One run: reads each table and writes a report."""

    def __init__(self, spark, store, source, settings, run_id, now):
        self.spark, self.store, self.source = spark, store, source
        self.settings, self.run_id, self.now = settings, safe_run_id(run_id), now
        self.name = dialect(source["url"])

    def run(self):
        """Reads every table, whatever becomes of another, and fails if one failed."""
        started = datetime.now(timezone.utc)
        results = [self._table(table) for table in self.settings["tables"]]
        failed = [result for result in results if result["status"] == "FAILED"]
        report = {
            "runId": self.run_id,
            "status": "FAILED" if failed else "SUCCEEDED",
            "startedAt": started.isoformat(),
            "endedAt": datetime.now(timezone.utc).isoformat(),
            "rows": sum(load["rows"] for result in results for load in result["loads"]),
            "tables": results,
        }
        self.store.write(f"{self.settings['state']}reports/{self.run_id}.json", json.dumps(report, indent=1))
        if failed:
            causes = "; ".join(f"{result['table']}: {result['error']}" for result in failed)
            raise RuntimeError(f"{len(failed)} of {len(results)} tables failed: {causes}")
        return report

    def _table(self, table):
        result = {"table": table["name"], "status": "SUCCEEDED", "loads": []}
        try:
            load = self._incremental if table.get("watermark") else self._full
            for part in load(table):
                result["loads"].append(part)
        except Exception as error:  # noqa: BLE001  the other tables go on, and the report says why
            traceback.print_exc()
            result.update(status="FAILED", error=first_line(error))
        return result

    def _full(self, table):
        yield self._load(table, f"load={self.run_id}")

    def _incremental(self, table):
        mark = Watermark(self.store, f"{self.settings['state']}{folder(table['name'])}/watermark.json")
        if mark.pending:
            # A run ended in between: the same interval again, into the same folder.
            yield self._interval(table, mark, mark.pending)
        start = mark.to if mark.to is not None else table["watermark"].get("initial")
        highest = self._one(highest_query(table))["highest"] if table["watermark"]["kind"] == "number" else None
        end = end_of_interval(table["watermark"], self.now, highest)
        if not is_empty(table["watermark"], start, end):
            interval = {"from": start, "to": end, "runId": self.run_id}
            mark.begin(interval)
            yield self._interval(table, mark, interval)

    def _interval(self, table, mark, interval):
        load = self._load(table, load_name(interval), interval)
        mark.commit(interval)
        return load

    def _load(self, table, name, interval=None):
        target = f"{self.settings['target']}{folder(table['name'])}/{name}/"
        self.store.clear(target)
        partitions = table.get("partitions", 1)
        column = table.get("partitionColumn") or (table.get("watermark") or {}).get("column")
        bounds = self._one(bounds_query(table, self.name, column if partitions > 1 else None, interval))
        count = int(bounds["row_count"])
        load = {"location": target, "rows": 0, "sourceRows": count}
        if interval:
            load.update({"from": interval["from"], "to": interval["to"]})
        if count == 0:
            return load
        options = {"dbtable": f"({select(table, self.name, interval)}) rows_of_load"}
        lower, upper = bounds.get("lower_bound"), bounds.get("upper_bound")
        if partitions > 1 and lower is not None and lower != upper:
            options.update(
                partitionColumn=column, lowerBound=str(lower), upperBound=str(upper), numPartitions=str(partitions)
            )
        load["rows"] = self._write(self._read(options), target)
        return load

    def _read(self, options):
        source = self.source
        reader = self.spark.read.format("jdbc").options(**source["options"]).option("url", source["url"])
        statement = session_statement(self.name)
        if statement:
            reader = reader.option("sessionInitStatement", statement)
        return reader.options(**options).load()

    def _one(self, query):
        row = self._read({"query": query}).collect()[0].asDict()
        # Oracle answers in upper case.
        return {key.lower(): value for key, value in row.items()}

    def _write(self, frame, target):
        from pyspark.sql import Observation
        from pyspark.sql import functions as f

        if self.settings["format"] == "avro" and glue_context(self.spark):
            return write_avro_with_glue(self.spark, frame, target)
        seen = Observation()
        observed = frame.observe(seen, f.count(f.lit(1)).alias("rows"))
        observed.write.format(self.settings["format"]).option("compression", "snappy").mode("append").save(target)
        return seen.get["rows"]


def glue_context(spark):
    """Glue's own context, where there is one."""
    try:
        from awsglue.context import GlueContext
    except ImportError:
        return None
    return GlueContext(spark.sparkContext)


def write_avro_with_glue(spark, frame, target):
    """Avro by Glue's writer, since Spark's isn't part of every version of Glue."""
    from awsglue.dynamicframe import DynamicFrame

    context = glue_context(spark)
    frame.cache()
    try:
        rows = frame.count()
        context.write_dynamic_frame.from_options(
            frame=DynamicFrame.fromDF(frame, context, "rows"),
            connection_type="s3",
            connection_options={"path": target},
            format="avro",
            format_options={"version": "1.8"},
        )
        return rows
    finally:
        frame.unpersist()


def first_line(error):
    """The cause without Java's stack."""
    text = str(error).strip() or type(error).__name__
    causes = re.findall(r"(?:^|\n)(?:Caused by|): (.+)", text)
    return (causes[-1] if causes else text.splitlines()[0])[:1000]


# --------------------------------------------------------------------------- as a Glue job


def source_of(glue, secrets, connection_name, settings):
    """URL, user and driver options of a Glue connection; the password comes from Secrets Manager and is never printed."""
    answer = glue.get_connection(Name=connection_name, HidePassword=True)["Connection"]
    properties = answer["ConnectionProperties"]
    url = properties["JDBC_CONNECTION_URL"]
    options = {"fetchsize": "10000", **settings.get("driverOptions", {})}
    if properties.get("JDBC_ENFORCE_SSL", "false").lower() == "true":
        options.update(tls_options(dialect(url)))
    if properties.get("JDBC_DRIVER_CLASS_NAME"):
        options["driver"] = properties["JDBC_DRIVER_CLASS_NAME"]
    secret_id = properties.get("SECRET_ID")
    if not secret_id:
        raise ValueError(
            f"connection {connection_name!r} has no SECRET_ID: credentials come from Secrets Manager; name the secret in the connection"
        )
    secret = json.loads(secrets.get_secret_value(SecretId=secret_id)["SecretString"])
    options.update(user=secret["username"], password=secret["password"])
    return {"url": url, "options": options}


def arguments(argv):
    """`--name value` pairs, as Glue hands them over."""
    pairs = {}
    for position, word in enumerate(argv):
        if word.startswith("--") and position + 1 < len(argv):
            pairs[word[2:]] = argv[position + 1]
    return pairs


def main(argv):
    import boto3
    from pyspark.sql import SparkSession

    # Python shows moments in the zone of its process.
    os.environ["TZ"] = "UTC"
    time.tzset()
    given = arguments(argv)
    settings = json.loads(given["settings"])
    settings.update(target=given["target"], state=given["state"])
    source = source_of(boto3.client("glue"), boto3.client("secretsmanager"), given["connection"], settings)
    spark = SparkSession.builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    spark.conf.set("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
    run_id = given.get("run_id") or given.get("JOB_RUN_ID") or datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S")
    report = Job(spark, S3Store(boto3.client("s3")), source, settings, run_id, datetime.now(timezone.utc)).run()
    print(json.dumps({"runId": report["runId"], "rows": report["rows"], "tables": len(report["tables"])}))


if __name__ == "__main__":
    main(sys.argv[1:])
