"""Laws of the JDBC job on a real Spark and a real PostgreSQL.

Usage: spark_check.py JDBC_URL FOLDER; user and password in PGUSER and PGPASSWORD, jars in LAKEWRIGHT_JDBC_JARS.
"""

import os
import sys
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

os.environ["TZ"] = "UTC"
time.tzset()
sys.path[:0] = [str(Path(__file__).parents[2] / "glue"), str(Path(__file__).parent)]

import jdbc_ingestion as job  # noqa: E402
from local_store import LocalStore, local  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

URL, ROOT = sys.argv[1], sys.argv[2]
OPTIONS = {"user": os.environ["PGUSER"], "password": os.environ["PGPASSWORD"], "driver": "org.postgresql.Driver"}
SOURCE = {"url": URL, "options": {"fetchsize": "1000", **OPTIONS}}
T0 = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)

spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.jars", os.environ["LAKEWRIGHT_JDBC_JARS"])
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")


def sql(*statements):
    manager = spark.sparkContext._jvm.java.sql.DriverManager
    # A driver of spark.jars isn't known to DriverManager's class loader: Spark's registry wraps it.
    registry = spark.sparkContext._jvm.org.apache.spark.sql.execution.datasources.jdbc.DriverRegistry
    registry.register("org.postgresql.Driver")
    connection = manager.getConnection(URL, OPTIONS["user"], OPTIONS["password"])
    try:
        for statement in statements:
            connection.createStatement().execute(statement)
    finally:
        connection.close()


def ordered(frame):
    return sorted((tuple(row) for row in frame.collect()), key=repr)


class CrashingStore(LocalStore):
    """Ends the run when an interval is committed: its files are there, its watermark isn't."""

    def write(self, uri, text, expected=None, conditional=False):
        if conditional and '"pending": null' in text:
            raise KeyboardInterrupt()
        super().write(uri, text, expected, conditional)


class Laws(unittest.TestCase):
    def setUp(self):
        self.target = f"file://{ROOT}/{self.id()}/raw/"
        self.state = f"file://{ROOT}/{self.id()}/state/"
        self.store = LocalStore(job.Changed)
        sql("DROP SCHEMA IF EXISTS shop CASCADE", "CREATE SCHEMA shop")

    def run_job(self, *tables, run="run-1", now=T0, store=None, format="parquet"):
        settings = {"target": self.target, "state": self.state, "format": format, "tables": list(tables)}
        return job.Job(spark, store or self.store, SOURCE, settings, run, now).run()

    def rows(self, folder, format="parquet"):
        return ordered(spark.read.format(format).load(f"{self.target}{folder}").drop("load"))

    def test_a_whole_table_arrives_with_its_types_whatever_the_number_of_partitions_and_the_format(self):
        sql(
            "CREATE TABLE shop.orders (id bigint primary key, amount numeric(12,2), placed timestamptz, day date,"
            " paid boolean, note text)",
            "INSERT INTO shop.orders SELECT i, i * 1.25, timestamptz '2026-01-01 00:00+02' + i * interval '1 minute',"
            " date '2026-01-01' + i % 30, i % 2 = 0, CASE WHEN i % 7 = 0 THEN NULL ELSE 'n ' || i END"
            " FROM generate_series(1, 5000) i",
        )
        reader = spark.read.format("jdbc").options(**SOURCE["options"]).option("url", URL)
        expected = ordered(reader.option("dbtable", "shop.orders").load())
        for format, partitions in [("parquet", 1), ("parquet", 4), ("avro", 4)]:
            with self.subTest(format=format, partitions=partitions):
                table = {"name": "shop.orders", "partitionColumn": "id", "partitions": partitions}
                report = self.run_job(table, format=format, run=f"{format}-{partitions}")
                load = report["tables"][0]["loads"][0]
                self.assertEqual((load["rows"], load["sourceRows"], report["rows"]), (5000, 5000, 5000))
                self.assertEqual(self.rows(f"shop/orders/load={format}-{partitions}", format), expected)
                files = list(local(load["location"]).glob(f"*.{format}"))
                self.assertGreaterEqual(len(files), partitions)

    def test_columns_and_a_condition_leave_out_what_is_not_wanted(self):
        sql("CREATE TABLE shop.t (a int, b text)", "INSERT INTO shop.t VALUES (1, 'x'), (2, 'y'), (3, NULL)")
        self.run_job({"name": "shop.t", "columns": ["b"], "where": "a > 1 OR b IS NULL"})
        self.assertEqual(len(self.rows("shop/t")), 2)

    def test_times_are_read_once_each_on_the_boundary_late_and_in_an_empty_delta_too(self):
        watermark = {"column": "changed", "kind": "timestamp", "lagSeconds": 300}
        table = {"name": "shop.t", "watermark": watermark, "partitions": 3}
        sql("CREATE TABLE shop.t (id int, changed timestamptz)")
        boundary = "2026-03-01 11:55:00+00"
        sql(
            "INSERT INTO shop.t VALUES (1, '2020-01-01 00:00+00'), (2, '2026-03-01 11:54:59.999999+00'),"
            f" (3, '{boundary}'), (4, '2026-03-01 12:00+00')"
        )
        self.assertEqual(self.run_job(table)["rows"], 2)
        # committed after the first run, with a time on and after its end
        sql(f"INSERT INTO shop.t VALUES (5, '{boundary}'), (6, '2026-03-01 11:56:00+00')")
        self.assertEqual(self.run_job(table, run="run-2", now=T0 + timedelta(hours=1))["rows"], 4)
        empty = self.run_job(table, run="run-3", now=T0 + timedelta(hours=2))
        self.assertEqual(empty["rows"], 0)
        self.assertFalse(local(empty["tables"][0]["loads"][0]["location"]).exists())
        sql("INSERT INTO shop.t VALUES (7, '2026-03-01 14:10+00')")
        self.assertEqual(self.run_job(table, run="run-4", now=T0 + timedelta(hours=3))["rows"], 1)
        self.assertEqual([row[0] for row in self.rows("shop/t")], [1, 2, 3, 4, 5, 6, 7])
        # the same moment again: nothing can lie in between
        self.assertEqual(self.run_job(table, run="run-5", now=T0 + timedelta(hours=3))["tables"][0]["loads"], [])

    def test_a_column_without_zone_is_read_in_its_own_zone(self):
        watermark = {"column": "changed", "kind": "timestamp", "lagSeconds": 0, "timeZone": "Europe/Berlin"}
        sql(
            "CREATE TABLE shop.t (id int, changed timestamp)",
            "INSERT INTO shop.t VALUES (1, '2026-03-01 12:59:59'), (2, '2026-03-01 13:00:00')",
        )
        self.run_job({"name": "shop.t", "watermark": watermark})
        self.assertEqual([row[0] for row in self.rows("shop/t")], [1])

    def test_numbers_are_read_once_each_from_the_initial_on(self):
        table = {"name": "shop.t", "watermark": {"column": "id", "kind": "number", "initial": 3}, "partitions": 2}
        sql("CREATE TABLE shop.t (id bigint)")
        self.assertEqual(self.run_job(table)["tables"][0]["loads"], [])
        sql("INSERT INTO shop.t SELECT generate_series(1, 10)")
        self.assertEqual(self.run_job(table)["rows"], 8)
        sql("INSERT INTO shop.t SELECT generate_series(11, 12)")
        self.assertEqual(self.run_job(table, run="run-2")["rows"], 2)
        self.assertEqual(sorted(row[0] for row in self.rows("shop/t")), list(range(3, 13)))

    def test_a_run_that_ended_between_data_and_watermark_is_read_again_into_the_same_folder(self):
        table = {"name": "shop.t", "watermark": {"column": "id", "kind": "number"}}
        sql("CREATE TABLE shop.t (id bigint, v text)", "INSERT INTO shop.t SELECT i, 'a' FROM generate_series(1, 9) i")
        with self.assertRaises(KeyboardInterrupt):
            self.run_job(table, store=CrashingStore(job.Changed))
        sql("INSERT INTO shop.t VALUES (10, 'b')")
        report = self.run_job(table, run="run-2")
        self.assertEqual([load["rows"] for load in report["tables"][0]["loads"]], [9, 1])
        self.assertEqual(sorted(row[0] for row in self.rows("shop/t")), list(range(1, 11)))

    def test_a_retry_of_a_whole_table_replaces_the_files_of_its_run(self):
        sql("CREATE TABLE shop.t (id int)", "INSERT INTO shop.t SELECT generate_series(1, 5)")
        self.run_job({"name": "shop.t"}, run="jr_1")
        self.run_job({"name": "shop.t"}, run="jr_1_attempt_1")
        self.assertEqual(len(self.rows("shop/t")), 5)

    def test_a_table_that_fails_is_reported_and_the_others_arrive(self):
        sql("CREATE TABLE shop.t (id int)", "INSERT INTO shop.t VALUES (1)")
        with self.assertRaisesRegex(RuntimeError, r'1 of 2 tables failed: shop.missing: .*relation "shop.missing"'):
            self.run_job({"name": "shop.missing"}, {"name": "shop.t"})
        self.assertEqual(self.rows("shop/t"), [(1,)])
        report = local(f"{self.state}reports/run-1.json").read_text()
        self.assertIn('"status": "FAILED"', report)
        self.assertNotIn(OPTIONS["password"], report)

    def test_a_wrong_password_is_said_and_not_shown(self):
        settings = {"target": self.target, "state": self.state, "format": "parquet", "tables": [{"name": "shop.t"}]}
        source = {"url": URL, "options": {**SOURCE["options"], "password": "not-the-one"}}
        with self.assertRaisesRegex(RuntimeError, "password authentication failed") as caught:
            job.Job(spark, self.store, source, settings, "run-1", T0).run()
        self.assertNotIn("not-the-one", str(caught.exception))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"], warnings="ignore")
