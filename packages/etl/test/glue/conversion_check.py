"""Laws of the conversion job on a real Spark.

Usage: conversion_check.py FOLDER; jars in LAKEWRIGHT_SPARK_JARS (spark-avro), if Avro is to be tested.
"""

import gzip
import json
import os
import random
import shutil
import sys
import unittest
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from spark_session import JARS, start  # noqa: E402

ROOT = sys.argv[1]
spark = start(ROOT)

from lakewright_spark.conversion import Conversion  # noqa: E402
from lakewright_spark.objects import Changed  # noqa: E402
from local_lake import Killed, LocalCatalog, LocalObjects, local, put, wipe  # noqa: E402

FLIGHTS = [
    {"name": "id", "type": "bigint", "required": True},
    {"name": "date", "type": "date"},
    {"name": "delay", "type": "int"},
    {"name": "origin", "type": "string"},
]


def lines(*records):
    return "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in records).encode()


def flight(number, day="2001-01-01", delay=0, origin="SEA"):
    return {"id": number, "date": day, "delay": delay, "origin": origin}


class Lake(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.place = f"file://{ROOT}/{self.id().rpartition('.')[2]}"
        wipe(self.place)
        self.settings = {
            "source": f"{self.place}/raw/flights/",
            "target": f"{self.place}/converted/flights/",
            "state": f"{self.place}/state/",
            "quarantine": f"{self.place}/quarantine/",
            "database": "converted",
            "table": "flights",
            "format": "json",
            "columns": FLIGHTS,
            "partitions": [{"kind": "month", "column": "date", "name": "month"}],
            "compression": "snappy",
            "onInvalid": "quarantine",
            "fileSize": 128 * 1024 * 1024,
        }

    def raw(self, key, data):
        put(local(self.settings["source"] + key), data)

    def convert(self, objects=None, transform=None, run="run-1", **settings):
        objects = objects or LocalObjects()
        catalog = LocalCatalog(local(f"{self.place}/catalog"), objects)
        return Conversion(spark, objects, catalog, {**self.settings, **settings}, run, transform).run()

    def files(self, at="target"):
        return [listed.key for listed in LocalObjects().list(self.settings[at])]

    def rows(self, *columns):
        """What a query of the table sees: the files of its partitions."""
        if not self.files():
            return []
        frame = spark.read.option("basePath", self.settings["target"]).parquet(self.settings["target"])
        frame = frame.select(*columns) if columns else frame
        return sorted((tuple(row) for row in frame.collect()), key=repr)

    def ids(self):
        return sorted(row[0] for row in self.rows("id"))

    def quarantined(self):
        found = []
        for key in self.files("quarantine"):
            text = gzip.decompress(local(self.settings["quarantine"] + key).read_bytes()).decode()
            found += [json.loads(line) for line in text.splitlines()]
        return sorted(found, key=repr)

    def partitions(self):
        return LocalCatalog(local(f"{self.place}/catalog"), None).partitions("converted", "flights")


class Increments(Lake):
    def test_each_file_is_converted_once_and_a_run_without_new_ones_says_so(self):
        self.raw("a.json", lines(flight(1), flight(2, "2001-02-03")))
        first = self.convert()
        self.assertEqual((first["filesIn"], first["rowsIn"], first["rowsOut"]), (1, 2, 2))
        self.assertEqual(self.files(), ["month=2001-01/part-00000001-00000.snappy.parquet", "month=2001-02/part-00000001-00000.snappy.parquet"])
        before = self.files()
        second = self.convert(run="run-2")
        self.assertEqual(second["summary"], "converted 0 files: 0 rows in, 0 out")
        self.assertEqual(self.files(), before)
        self.assertEqual(self.ids(), [1, 2])
        report = json.loads(LocalObjects().read(f"{self.place}/state/reports/run-2.json")[0])
        self.assertEqual((report["status"], report["filesIn"], report["tables"]), ("SUCCEEDED", 0, ["converted.flights"]))

    def test_late_data_of_a_month_comes_to_the_rows_that_are_there(self):
        self.raw("2001/01/a.json", lines(flight(1)))
        self.convert()
        self.raw("2001/03/late.json", lines(flight(2), flight(3, "2001-03-01")))
        self.assertEqual(self.convert(run="run-2")["filesIn"], 1)
        self.assertEqual(self.rows("id", "month"), [(1, "2001-01"), (2, "2001-01"), (3, "2001-03")])
        self.assertEqual(sorted(self.partitions()), ['["2001-01"]', '["2001-03"]'])

    def test_a_file_that_changed_replaces_its_former_rows_and_those_of_its_batch_stay(self):
        self.raw("a.json", lines(flight(1), flight(2)))
        self.raw("b.json", lines(flight(10)))
        self.convert()
        self.raw("c.json", lines(flight(20)))
        self.convert(run="run-2")
        self.raw("a.json", lines(flight(3), flight(4, "2001-05-01")))
        report = self.convert(run="run-3")
        self.assertEqual([(b["filesIn"], b["replaces"]) for b in report["batches"]], [(2, ["00000001"])])
        self.assertEqual(self.ids(), [3, 4, 10, 20])
        self.assertEqual(self.convert(run="run-4")["filesIn"], 0)

    def test_a_change_beside_files_that_are_gone_loses_no_row(self):
        self.raw("a.json", lines(flight(1)))
        self.raw("b.json", lines(flight(2)))
        self.convert()
        local(self.settings["source"] + "b.json").unlink()
        self.raw("a.json", lines(flight(3)))
        report = self.convert(run="run-2")
        self.assertEqual(report["kept"], [{"batch": "00000001", "gone": ["b.json"], "changed": ["a.json"]}])
        self.assertEqual(self.ids(), [1, 2])
        with self.assertRaisesRegex(RuntimeError, "^SourceGone: a.json changed, but 1 of"):
            self.convert(run="run-3", onInvalid="stop")

    def test_everything_can_be_converted_again_into_fewer_files(self):
        for number in range(4):
            self.raw(f"{number}.json", lines(flight(number)))
            self.convert(run=f"run-{number}")
        self.assertEqual(len(self.files()), 4)
        self.convert(run="again", rebuild=True)
        self.assertEqual((len(self.files()), self.ids()), (1, [0, 1, 2, 3]))

    def test_many_small_files_become_one_for_each_month(self):
        for number in range(30):
            self.raw(f"{number:02d}.json", lines(flight(number, f"2001-{number % 2 + 1:02d}-01")))
        self.convert()
        self.assertEqual(len(self.files()), 2)

    def test_a_batch_is_bounded_and_a_run_goes_on_to_the_next(self):
        for number in range(5):
            self.raw(f"{number}.json", lines(flight(number)))
        report = self.convert(bounds={"max_objects": 2, "max_bytes": 10**9})
        self.assertEqual([batch["filesIn"] for batch in report["batches"]], [2, 2, 1])
        self.assertEqual(self.ids(), [0, 1, 2, 3, 4])

    def test_of_two_runs_at_a_time_one_gives_up(self):
        self.raw("a.json", lines(flight(1)))
        test = self

        class Overtaken(LocalObjects):
            def copy(self, source, target):
                if self.steps >= 0:
                    self.steps = -1000
                    test.convert(run="other")
                super().copy(source, target)

        with self.assertRaises((Changed, FileNotFoundError)):
            self.convert(Overtaken())
        self.assertEqual(self.ids(), [1])

    def test_a_state_that_is_lost_is_no_beginning(self):
        self.raw("a.json", lines(flight(1)))
        self.convert()
        wipe(self.settings["state"])
        with self.assertRaisesRegex(RuntimeError, "^StateLost: "):
            self.convert(run="run-2")
        self.assertEqual(self.ids(), [1])


class Kills(Lake):
    """A run that ends before and after every step that changes something, then another one: as if nothing had happened."""

    def setUp(self):
        super().setUp()
        self.raw("a.json", lines(flight(1), flight(2, "2001-02-01"), flight("x")))
        self.raw("b.json", lines(flight(3)))
        self.convert(run="run-1")
        self.raw("a.json", lines(flight(4), flight(5, "2001-03-01"), flight("y")))
        self.raw("c.json", lines(flight(6), flight("z")))
        shutil.copytree(local(self.place), f"{local(self.place)}-before", dirs_exist_ok=True)

    def world(self):
        wipe(self.place)
        shutil.copytree(f"{local(self.place)}-before", local(self.place))

    def end(self):
        return (self.rows(), sorted(row["record"] for row in self.quarantined()), sorted(self.partitions()))

    def test_killed_at_any_step_and_run_again_it_ends_as_without(self):
        self.world()
        whole = LocalObjects()
        self.convert(whole, run="run-2")
        expected = self.end()
        self.assertEqual([row[0] for row in expected[0]], [3, 4, 5, 6])
        for step in range(1, whole.steps + 1):
            for late in (False, True):
                with self.subTest(step=step, late=late):
                    self.world()
                    with self.assertRaises(Killed):
                        self.convert(LocalObjects(step, late), run="run-2")
                    self.convert(run="run-2")
                    self.assertEqual(self.end(), expected)
                    self.assertEqual([k for k in self.files("state") if k.startswith("staging/")], [])
                    self.assertEqual(self.convert(run="run-3")["filesIn"], 0)

    def test_killed_at_random_again_and_again(self):
        seed = int(os.environ.get("LAKEWRIGHT_RANDOM_SEED", "7"))
        dice = random.Random(seed)
        self.world()
        for _ in range(12):
            try:
                self.convert(LocalObjects(dice.randint(1, 12), dice.random() < 0.5), run="run-2")
            except Killed:
                pass
        self.convert(run="run-2")
        self.assertEqual(self.ids(), [3, 4, 5, 6], f"seed {seed}")


class Formats(Lake):
    """What is read, and what becomes of what doesn't fit."""

    def reasons(self):
        return [(Path(row["file"] or "").name, row["reasons"], row.get("record")) for row in self.quarantined()]

    def test_rows_that_do_not_fit_are_set_aside_with_reason_file_and_record(self):
        bad = [
            flight("x", delay=1.5),
            flight(2, "2001-13-01"),
            flight(3, "2001-01-01 and more"),
            {"date": "2001-01-01"},
            "{not json",
            "[1]",
            flight(4, delay=3_000_000_000),
        ]
        self.raw("day=1/a b+c%20.json", lines(flight(1), *bad, ""))
        report = self.convert()
        self.assertEqual((report["rowsIn"], report["rowsOut"], report["rowsQuarantined"]), (8, 1, 7))
        self.assertEqual(self.ids(), [1])
        found = {row["record"]: (row["file"], row["reasons"]) for row in self.quarantined()}
        file = self.settings["source"] + "day=1/a b+c%20.json"
        self.assertEqual(
            found,
            {
                json.dumps(bad[0]): (file, ['id: "x" is no bigint', 'delay: "1.5" is no int']),
                json.dumps(bad[1]): (file, ['date: "2001-13-01" is no date']),
                json.dumps(bad[2]): (file, ['date: "2001-01-01 and more" is no date']),
                json.dumps(bad[3]): (file, ["id: a value is required"]),
                "{not json": (file, ["the record is no JSON object"]),
                "[1]": (file, ["the record is no JSON object"]),
                json.dumps(bad[6]): (file, ['delay: "3000000000" is no int']),
            },
        )

    def test_stop_publishes_nothing_and_says_which_rows(self):
        self.raw("a.json", lines(flight(1), flight("x")))
        with self.assertRaisesRegex(RuntimeError, 'InvalidRows: 1 rows and 0 files .*a.json: id: "x" is no bigint'):
            self.convert(onInvalid="stop")
        self.assertEqual((self.files(), self.files("quarantine")), ([], []))
        report = json.loads(LocalObjects().read(f"{self.place}/state/reports/run-1.json")[0])
        self.assertEqual((report["status"], report["rowsOut"]), ("FAILED", 0))
        self.raw("a.json", lines(flight(1), flight(2)))
        self.assertEqual(self.convert(run="run-2", onInvalid="stop")["rowsOut"], 2)

    def test_json_has_every_type_gz_and_zst_and_whole_documents(self):
        columns = [
            {"name": "n", "type": "decimal(12,2)"},
            {"name": "t", "type": "timestamp"},
            {"name": "e", "type": "timestamp", "format": "epoch_millis"},
            {"name": "d", "type": "date", "format": "dd.MM.yyyy"},
            {"name": "b", "type": "boolean"},
            {"name": "f", "type": "double"},
            {"name": "s", "type": "struct<a:int,b:array<string>>"},
            {"name": "text", "type": "string", "source": "Some Text"},
            {"name": "nothing", "type": "bigint"},
        ]
        record = {
            "n": 1234567890.12,
            "t": "2001-01-01T10:00:00+01:00",
            "e": 978343200000,
            "d": "01.02.2001",
            "b": True,
            "f": 1e-3,
            "s": {"a": 1, "b": ["x"]},
            "Some Text": {"k": [1, 2]},
        }
        self.raw("a.json.gz", gzip.compress(lines(record)))
        zstd = spark.sparkContext._jvm.com.github.luben.zstd.Zstd
        self.raw("b.json.zst", bytes(zstd.compress(lines(record, {"n": "1.234"}, {"s": {"a": "x"}}))))
        report = self.convert(columns=columns, partitions=[])
        self.assertEqual((report["rowsIn"], report["rowsOut"]), (4, 2))
        row = self.rows()[0]
        self.assertEqual(
            [str(value) for value in row],
            [
                "1234567890.12",
                "2001-01-01 09:00:00",
                "2001-01-01 10:00:00",
                "2001-02-01",
                "True",
                "0.001",
                "Row(a=1, b=['x'])",
                '{"k":[1,2]}',
                "None",
            ],
        )
        self.assertEqual(self.rows()[0], self.rows()[1])
        reasons = sorted((name, reason) for name, (reason,), _ in self.reasons())
        self.assertEqual(
            reasons,
            [
                ("b.json.zst", 'n: "1.234" is no decimal(12,2)'),
                ("b.json.zst", 's: "{"a":"x"}" is no struct<a:int,b:array<string>>'),
            ],
        )

    def test_names_of_files_are_no_patterns_and_numbers_keep_their_digits(self):
        for key in ("a[1]{b}*c;d#e.json", "q\u00fc x,y=z.json", "a1bc.json"):
            self.raw(key, b'{"id": 9007199254740993, "n": 12345678901234.56789}\n')
        columns = [{"name": "id", "type": "bigint"}, {"name": "n", "type": "decimal(38,5)"}]
        report = self.convert(columns=columns, partitions=[])
        self.assertEqual((report["filesIn"], report["rowsOut"], report["rowsQuarantined"]), (3, 3, 0))
        self.assertEqual({tuple(map(str, row)) for row in self.rows()}, {("9007199254740993", "12345678901234.56789")})

    def test_a_json_document_is_a_record_or_an_array_of_them(self):
        self.raw("a.json", json.dumps([flight(1), flight(2)], indent=1).encode())
        self.raw("b.json", json.dumps(flight(3), indent=1).encode())
        self.raw("c.json", b"{")
        report = self.convert(options={"multiLine": True})
        self.assertEqual((self.ids(), report["rowsQuarantined"]), ([1, 2, 3], 1))

    def test_csv_is_read_by_its_header_whatever_the_order_of_the_files(self):
        self.raw("a.csv", b'id,date,delay,origin\n1,2001-01-01,5,"SEA, WA"\n2,2001-01-01,,\n')
        self.raw("b.csv.gz", gzip.compress(b"Origin,ID,extra,date\nJFK,3,?,2001-02-01\n"))
        self.raw("c.csv", b"id,date,delay,origin\n4,2001-01-01,late,SEA\n5,2001-01-01\n6,2001-01-01,1,SEA,more\n")
        report = self.convert(format="csv")
        self.assertEqual(
            [tuple(map(str, row)) for row in self.rows("id", "date", "delay", "origin")],
            [
                ("1", "2001-01-01", "5", "SEA, WA"),
                ("2", "2001-01-01", "None", "None"),
                ("3", "2001-02-01", "None", "JFK"),
            ],
        )
        self.assertEqual(report["rowsQuarantined"], 3)
        self.assertEqual(
            sorted(self.reasons(), key=repr),
            [
                ("c.csv", ["the line hasn't 4 fields"], "5,2001-01-01"),
                ("c.csv", ["the line hasn't 4 fields"], "6,2001-01-01,1,SEA,more"),
                ("c.csv", ['delay: "late" is no int'], "4,2001-01-01,late,SEA"),
            ],
        )

    def test_csv_without_header_and_with_other_marks(self):
        self.raw("a.txt", "1;2001-01-01;5;'Z;\u00fcrich'\n".encode("latin-1"))
        options = {"header": False, "delimiter": ";", "quote": "'", "encoding": "ISO-8859-1"}
        self.convert(format="csv", options=options)
        self.assertEqual(self.rows("id", "origin"), [(1, "Z;\u00fcrich")])

    def test_parquet_with_changes_keeps_them_and_takes_types_that_lose_nothing(self):
        """The folder of a replication: LOAD files, and changes in folders of days."""
        load = spark.createDataFrame([(None, 1, "2001-01-01", 5, "SEA")], "Op string, id int, date string, delay bigint, origin string")
        change = spark.createDataFrame(
            [("U", 1, "2001-01-01", 6, "SEA", "1"), ("D", 2, "2001-01-01", 3_000_000_000, "JFK", "2")],
            "Op string, id int, date string, delay bigint, origin string, change_sequence string",
        )
        for frame, key in ((load, "LOAD00000001.parquet"), (change, "2001/01/02/20010102-000000000.parquet")):
            folder = f"{self.place}/made"
            frame.coalesce(1).write.mode("overwrite").parquet(folder)
            (file,) = [listed.key for listed in LocalObjects().list(folder + "/") if listed.key.endswith(".parquet")]
            self.raw(key, local(f"{folder}/{file}").read_bytes())
        columns = [*FLIGHTS, {"name": "op", "type": "string"}, {"name": "change_sequence", "type": "string"}]
        report = self.convert(format="parquet", columns=columns)
        self.assertEqual(self.rows("id", "delay", "op", "change_sequence"), [(1, 5, None, None), (1, 6, "U", "1")])
        self.assertEqual(report["rowsQuarantined"], 1)
        self.assertEqual(self.reasons()[0][1], ['delay: "3000000000" is no int'])
        self.assertEqual(json.loads(self.reasons()[0][2])["Op"], "D")

    def test_parquet_files_of_different_types_are_each_read_as_they_are(self):
        for number, kind in enumerate(["int", "string"]):
            folder = f"{self.place}/made{number}"
            value = number if kind == "int" else "7"
            frame = spark.createDataFrame([(value, "2001-01-01")], f"id {kind}, date string")
            frame.coalesce(1).write.mode("overwrite").parquet(folder)
            (file,) = [listed.key for listed in LocalObjects().list(folder + "/") if listed.key.endswith(".parquet")]
            self.raw(f"{number}.parquet", local(f"{folder}/{file}").read_bytes())
        self.convert(format="parquet")
        self.assertEqual(self.ids(), [0, 7])

    def test_files_that_cannot_be_read_are_set_aside_and_the_others_are_converted(self):
        self.raw("a.json.gz", gzip.compress(lines(flight(1))))
        self.raw("b.json.gz", gzip.compress(lines(flight(2), *[flight(n) for n in range(100, 999)]))[:-40])
        self.raw("c.json.zst", b"no zstd")
        report = self.convert()
        self.assertEqual((self.ids(), report["filesQuarantined"], report["filesIn"]), ([1], 2, 3))
        self.assertEqual(sorted(name for name, _, _ in self.reasons()), ["b.json.gz", "c.json.zst"])
        self.assertEqual(self.convert(run="run-2")["filesIn"], 0)

    def test_a_file_that_may_not_be_read_is_no_torn_one(self):
        class Denied(LocalObjects):
            def head(self, uri, length):
                raise PermissionError(uri)

        torn = gzip.compress(lines(*[flight(number) for number in range(999)]))[:-40]
        for key, data in (("a.json.gz", torn), ("b.json.zst", b"no zstd")):
            self.raw(key, data)
            with self.assertRaises(PermissionError):
                self.convert(Denied())
            self.assertEqual((self.files(), self.files("quarantine")), ([], []))
            local(self.settings["source"] + key).unlink()

    @unittest.skipUnless("avro" in JARS, "skipped: no spark-avro in LAKEWRIGHT_SPARK_JARS")
    def test_avro_files_of_different_schemas_lose_no_field(self):
        for number, shape in enumerate(["id long, date date", "id long, date date, origin string"]):
            folder = f"{self.place}/made{number}"
            day = date(2001, 1, 1)
            frame = spark.createDataFrame([(number, day) if number == 0 else (number, day, "SEA")], shape)
            frame.coalesce(1).write.format("avro").mode("overwrite").save(folder)
            (file,) = [listed.key for listed in LocalObjects().list(folder + "/") if listed.key.endswith(".avro")]
            self.raw(f"{number}.avro", local(f"{folder}/{file}").read_bytes())
        self.convert(format="avro")
        self.assertEqual(self.rows("id", "origin"), [(0, None), (1, "SEA")])


class Transforms(Lake):
    def test_a_transform_gets_typed_rows_and_what_it_gives_is_checked_as_well(self):
        self.raw("a.json", lines(flight(1, delay=5), flight(2, delay=90), flight(3, delay=-1), flight("x")))

        def transform(df, spark):
            return df.where("delay >= 0").selectExpr("id", "date", "delay / 60.0 AS hours", "if(delay > 60, 'no', '1') AS rank")

        columns = [FLIGHTS[0], FLIGHTS[1], {"name": "hours", "type": "double"}, {"name": "rank", "type": "int"}]
        report = self.convert(transform=transform, inputColumns=FLIGHTS, columns=columns)
        self.assertEqual((report["rowsIn"], report["rowsOut"], report["rowsQuarantined"]), (4, 1, 2))
        self.assertEqual(self.rows("id", "rank"), [(1, 1)])
        self.assertEqual(sorted(row["reasons"][0] for row in self.quarantined()), ['id: "x" is no bigint', 'rank: "no" is no int'])

    def test_a_transform_that_lacks_a_column_or_throws_fails_the_run_and_publishes_nothing(self):
        self.raw("a.json", lines(flight(1)))
        with self.assertRaisesRegex(RuntimeError, r"^TransformLacksColumns: .*\['date', 'delay', 'origin'\]"):
            self.convert(transform=lambda df, spark: df.select("id"))
        with self.assertRaisesRegex(ZeroDivisionError, "division"):
            self.convert(transform=lambda df, spark: 1 / 0)
        self.assertEqual(self.files(), [])
        self.assertEqual(self.convert(run="run-2")["rowsOut"], 1)


class Tables(Lake):
    def table(self):
        return LocalCatalog(local(f"{self.place}/catalog"), None).table("converted", "flights")

    def test_the_job_makes_the_table_and_widens_it(self):
        self.raw("a.json", lines(flight(1)))
        self.convert()
        table = self.table()
        self.assertEqual([c["Name"] for c in table["StorageDescriptor"]["Columns"]], ["id", "date", "delay", "origin"])
        self.assertEqual(table["PartitionKeys"], [{"Name": "month", "Type": "string"}])
        self.assertEqual(self.partitions(), {'["2001-01"]': f"{self.settings['target']}month=2001-01/"})
        self.convert(columns=[*FLIGHTS, {"name": "carrier", "type": "string"}], run="run-2")
        self.assertEqual([c["Name"] for c in self.table()["StorageDescriptor"]["Columns"]][-1], "carrier")

    def test_a_declared_table_is_taken_as_it_is_and_another_one_is_refused_before_anything_is_written(self):
        objects = LocalObjects()
        catalog = LocalCatalog(local(f"{self.place}/catalog"), objects)
        columns = [{"Name": c["name"], "Type": c["type"]} for c in [*FLIGHTS, {"name": "more", "type": "int"}]]
        declared = {
            "Name": "flights",
            "Parameters": {"projection.enabled": "true"},
            "PartitionKeys": [{"Name": "month", "Type": "string"}],
            "StorageDescriptor": {"Columns": columns, "Location": self.settings["target"].rstrip("/")},
        }
        catalog.create("converted", declared)
        self.raw("a.json", lines(flight(1)))
        self.convert()
        self.assertEqual((self.table(), self.partitions(), self.ids()), (declared, {}, [1]))
        columns[1]["Type"] = "string"
        catalog.create("converted", declared)
        self.raw("b.json", lines(flight(2)))
        with self.assertRaisesRegex(RuntimeError, "^TableDiffers: converted.flights .* its column date is string, not date"):
            self.convert(run="run-2")
        self.assertEqual(self.ids(), [1])

    def test_values_of_columns_can_be_partitions_and_nothing_is_one_too(self):
        self.raw("a.json", lines(flight(1, origin="S\u00e3o/A"), flight(2, origin=None), flight(3, day=None)))
        partitions = [{"kind": "value", "column": "origin", "name": "origin"}, {"kind": "day", "column": "date", "name": "day"}]
        self.convert(partitions=partitions)
        self.assertEqual(
            self.rows("id", "origin", "day"),
            [(1, "S\u00e3o/A", "2001-01-01"), (2, None, "2001-01-01"), (3, "SEA", None)],
        )
        self.assertIn('["S\\u00e3o/A", "2001-01-01"]', self.partitions())
        self.assertEqual([key["Name"] for key in self.table()["PartitionKeys"]], ["origin", "day"])
        self.assertNotIn("origin", [c["Name"] for c in self.table()["StorageDescriptor"]["Columns"]])


if __name__ == "__main__":
    sys.argv[1:] = sys.argv[2:]
    unittest.main(verbosity=1)
