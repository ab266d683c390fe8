"""Laws of the JDBC job that need neither Spark nor a database."""

import io
import json
import sys
import unittest
from datetime import datetime, timezone
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "glue"), str(Path(__file__).parent)]

import jdbc_ingestion as job  # noqa: E402
from local_store import LocalStore  # noqa: E402

NOW = datetime(2026, 3, 1, 12, 0, 0, 500, tzinfo=timezone.utc)
TIME = {"column": "changed_at", "kind": "timestamp", "lagSeconds": 300}
NUMBER = {"column": "id", "kind": "number"}


class Queries(unittest.TestCase):
    def test_an_interval_is_closed_below_and_open_above(self):
        table = {"name": "public.flights", "watermark": TIME, "where": "origin = 'FRA'"}
        interval = {"from": "2026-01-01 00:00:00.000000", "to": "2026-01-02 00:00:00.000000"}
        self.assertEqual(
            job.select(table, "postgresql", interval),
            "SELECT * FROM public.flights WHERE (origin = 'FRA')"
            " AND changed_at >= TIMESTAMP '2026-01-01 00:00:00.000000'"
            " AND changed_at < TIMESTAMP '2026-01-02 00:00:00.000000'",
        )

    def test_the_first_interval_has_no_lower_bound(self):
        table = {"name": "log", "watermark": NUMBER, "columns": ["id", "text"]}
        self.assertEqual(job.select(table, "mysql", {"from": None, "to": 7}), "SELECT id, text FROM log WHERE id < 7")

    def test_each_database_gets_its_own_literal_of_a_time(self):
        value = "2026-01-01 00:00:00.000000"
        self.assertEqual(job.literal("oracle", "timestamp", value), f"TIMESTAMP '{value}'")
        self.assertEqual(
            job.literal("sqlserver", "timestamp", value), "CAST('2026-01-01T00:00:00.000000' AS datetime2)"
        )

    def test_a_whole_table_is_counted_with_the_bounds_of_its_partition_column(self):
        query = job.bounds_query({"name": "t", "columns": ["a"]}, "postgresql", "id")
        self.assertIn("MIN(id) AS lower_bound, MAX(id) AS upper_bound FROM (SELECT * FROM t) counted", query)
        self.assertEqual(
            job.bounds_query({"name": "t"}, "mysql", None), "SELECT COUNT(*) AS row_count FROM (SELECT * FROM t) counted"
        )


class Intervals(unittest.TestCase):
    def test_an_interval_of_times_ends_before_rows_that_may_still_be_committed(self):
        self.assertEqual(job.end_of_interval(TIME, NOW), "2026-03-01 11:55:00.000500")

    def test_a_column_without_zone_is_compared_in_its_own_zone(self):
        self.assertEqual(
            job.end_of_interval({**TIME, "timeZone": "Europe/Berlin"}, NOW), "2026-03-01 12:55:00.000500"
        )

    def test_an_interval_of_numbers_ends_after_the_highest(self):
        self.assertEqual(job.end_of_interval(NUMBER, NOW, 41), 42)
        self.assertIsNone(job.end_of_interval(NUMBER, NOW, None))

    def test_an_interval_is_empty_only_if_nothing_can_lie_in_it(self):
        self.assertTrue(job.is_empty(NUMBER, 42, 42))
        self.assertFalse(job.is_empty(NUMBER, 9, 10))
        self.assertTrue(job.is_empty(NUMBER, 0, None))
        self.assertFalse(job.is_empty(TIME, None, "2026-01-01 00:00:00.000000"))
        self.assertTrue(job.is_empty(TIME, "2026-01-01 00:00:00.000001", "2026-01-01 00:00:00.000000"))


class Names(unittest.TestCase):
    def test_a_table_has_a_folder_for_schema_and_name(self):
        self.assertEqual(job.folder("public.Flights"), "public/flights")
        self.assertEqual(job.folder('dbo."Order Details"'), "dbo/order_details")
        self.assertEqual(job.folder("[a.b].`c`"), "a_b/c")

    def test_the_same_interval_has_the_same_folder_whoever_reads_it(self):
        interval = {"from": None, "to": "2026-01-02 00:00:00.000000", "runId": "one"}
        self.assertEqual(job.load_name(interval), job.load_name({**interval, "runId": "two"}))
        self.assertEqual(job.load_name(interval), "load=start_20260102T000000.000000")

    def test_attempts_of_a_run_are_one_run(self):
        self.assertEqual(job.safe_run_id("jr_0a1b_attempt_2"), "jr_0a1b")
        self.assertEqual(job.safe_run_id("arn:aws:states:x"), "arn_aws_states_x")

    def test_the_cause_of_an_error_is_its_own_line(self):
        java = "An error occurred while calling o5.load.\n: java.lang.X: no\n\tat a\nCaused by: org.Y: relation missing\n\tat b"
        self.assertEqual(job.first_line(Exception(java)), "org.Y: relation missing")
        plain = "An error occurred while calling o5.load.\n: org.Y: no login\n\tat b"
        self.assertEqual(job.first_line(Exception(plain)), "org.Y: no login")
        self.assertEqual(job.first_line(ValueError("plain\nmore")), "plain")


class Sources(unittest.TestCase):
    class Glue:
        def __init__(self, properties):
            self.properties = properties

        def get_connection(self, Name, HidePassword):
            assert HidePassword is True
            return {"Connection": {"ConnectionProperties": self.properties}}

    class Secrets:
        def get_secret_value(self, SecretId):
            return {"SecretString": json.dumps({"username": f"user of {SecretId}", "password": "p"})}

    def test_credentials_come_from_the_secret_and_tls_is_asked_for(self):
        properties = {
            "JDBC_CONNECTION_URL": "jdbc:postgresql://h:5432/d",
            "SECRET_ID": "s",
            "JDBC_ENFORCE_SSL": "true",
        }
        source = job.source_of(self.Glue(properties), self.Secrets(), "c", {"driverOptions": {"fetchsize": "5"}})
        self.assertEqual(source["url"], "jdbc:postgresql://h:5432/d")
        self.assertEqual(
            source["options"],
            {"fetchsize": "5", "ssl": "true", "sslmode": "require", "user": "user of s", "password": "p"},
        )

    def test_a_connection_without_a_secret_is_refused(self):
        glue = self.Glue({"JDBC_CONNECTION_URL": "jdbc:mysql://h/d"})
        with self.assertRaisesRegex(ValueError, "SECRET_ID"):
            job.source_of(glue, self.Secrets(), "c", {})

    def test_a_url_of_another_form_is_refused(self):
        with self.assertRaisesRegex(ValueError, "jdbc:<database>"):
            job.dialect("postgres://h/d")

    def test_arguments_are_pairs(self):
        self.assertEqual(job.arguments(["--a", "1", "--JOB_RUN_ID", "jr", "x"]), {"a": "1", "JOB_RUN_ID": "jr"})


class State(unittest.TestCase):
    def test_an_interval_is_noted_before_it_is_read_and_forgotten_when_it_is_committed(self):
        store = LocalStore(job.Changed)
        uri = f"file://{self.folder()}/watermark.json"
        mark = job.Watermark(store, uri)
        interval = {"from": None, "to": 5, "runId": "r"}
        mark.begin(interval)
        self.assertEqual(job.Watermark(store, uri).pending, interval)
        mark.commit(interval)
        again = job.Watermark(store, uri)
        self.assertEqual((again.to, again.pending), (5, None))

    def test_of_two_that_write_at_once_one_is_refused(self):
        store = LocalStore(job.Changed)
        uri = f"file://{self.folder()}/watermark.json"
        one, two = job.Watermark(store, uri), job.Watermark(store, uri)
        one.begin({"from": None, "to": 5})
        with self.assertRaises(job.Changed):
            two.begin({"from": None, "to": 6})

    def folder(self):
        import tempfile

        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        return directory.name


class FakeS3:
    """S3 as far as it matters: versions, conditions as headers, pages."""

    class exceptions:
        class NoSuchKey(Exception):
            pass

        class ClientError(Exception):
            def __init__(self, code):
                super().__init__(code)
                self.response = {"Error": {"Code": code}}

    def __init__(self):
        self.objects, self.handlers, self.number = {}, [], 0
        self.meta = self
        self.events = self

    def register(self, _, handler):
        self.handlers.append(handler)

    def unregister(self, _, handler):
        self.handlers.remove(handler)

    def get_object(self, Bucket, Key):
        if (Bucket, Key) not in self.objects:
            raise self.exceptions.NoSuchKey()
        body, etag = self.objects[Bucket, Key]
        return {"Body": io.BytesIO(body), "ETag": etag}

    def put_object(self, Bucket, Key, Body, ContentType):
        request = type("Request", (), {"headers": {}})()
        for handler in self.handlers:
            handler(request=request)
        current = self.objects.get((Bucket, Key), (None, None))[1]
        if request.headers.get("If-None-Match") == "*" and current is not None:
            raise self.exceptions.ClientError("PreconditionFailed")
        if "If-Match" in request.headers and request.headers["If-Match"] != current:
            raise self.exceptions.ClientError("PreconditionFailed")
        self.number += 1
        self.objects[Bucket, Key] = (Body, f'"{self.number}"')

    def get_paginator(self, _):
        return self

    def paginate(self, Bucket, Prefix):
        keys = sorted(key for bucket, key in self.objects if bucket == Bucket and key.startswith(Prefix))
        return [{"Contents": [{"Key": key}]} for key in keys] or [{}]

    def delete_objects(self, Bucket, Delete):
        for entry in Delete["Objects"]:
            del self.objects[Bucket, entry["Key"]]
        return {}


class Objects(unittest.TestCase):
    def test_an_object_is_written_only_as_it_was_read(self):
        client = FakeS3()
        store = job.S3Store(client)
        self.assertEqual(store.read("s3://b/w.json"), (None, None))
        store.write("s3://b/w.json", "1", None, conditional=True)
        with self.assertRaises(job.Changed):
            store.write("s3://b/w.json", "2", None, conditional=True)
        text, version = store.read("s3://b/w.json")
        store.write("s3://b/w.json", "2", version, conditional=True)
        with self.assertRaises(job.Changed):
            store.write("s3://b/w.json", "3", version, conditional=True)
        self.assertEqual((text, store.read("s3://b/w.json")[0], client.handlers), ("1", "2", []))

    def test_a_folder_is_cleared_and_its_neighbour_is_not(self):
        client = FakeS3()
        store = job.S3Store(client)
        for key in ["t/load=1/a", "t/load=1/b", "t/load=12/a"]:
            store.write(f"s3://b/{key}", "x")
        store.clear("s3://b/t/load=1/")
        self.assertEqual(list(client.objects), [("b", "t/load=12/a")])


if __name__ == "__main__":
    unittest.main()
