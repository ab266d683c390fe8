"""Laws of the transformation job on a real Spark.

Usage: transformation_check.py FOLDER
"""

import json
import shutil
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "jobs" / "features"))

from spark_session import start  # noqa: E402

ROOT = sys.argv[1]
spark = start(ROOT)

import features  # noqa: E402
from lakewright_spark.transformation import Transformation  # noqa: E402
from local_lake import Killed, LocalCatalog, LocalObjects, local, wipe  # noqa: E402

PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


class Lake(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.place = f"file://{ROOT}/{self.id().rpartition('.')[2]}"
        wipe(self.place)
        self.flights((1, "SEA", 10, "2001-01"), (2, "SEA", 30, "2001-01"), (3, "JFK", 5, "2001-02"))
        self.settings = {
            "state": f"{self.place}/state/",
            "reads": [{"database": "converted", "table": "flights"}],
            "outputs": [self.output("airport_features", "partitions", [{"kind": "value", "column": "month", "name": "month"}])],
        }

    def output(self, table, replaces="table", partitions=()):
        return {
            "database": "datasets",
            "table": table,
            "target": f"{self.place}/datasets/{table}/",
            "replaces": replaces,
            "partitions": list(partitions),
            "compression": "snappy",
            "fileSize": 128 * 1024 * 1024,
        }

    def flights(self, *rows):
        """A table of the catalog, as a conversion leaves it."""
        location = f"{self.place}/converted/flights/"
        wipe(location)
        frame = spark.createDataFrame(rows, "id bigint, origin string, delay int, month string")
        frame.write.partitionBy("month").parquet(location)
        catalog = LocalCatalog(local(f"{self.place}/catalog"), LocalObjects())
        columns = [{"Name": name, "Type": kind} for name, kind in (("id", "bigint"), ("origin", "string"), ("delay", "int"))]
        catalog.create(
            "converted",
            {
                "Name": "flights",
                "PartitionKeys": [{"Name": "month", "Type": "string"}],
                "StorageDescriptor": {"Columns": columns, "Location": location, "SerdeInfo": {"SerializationLibrary": PARQUET}},
            },
        )
        months = sorted({row[3] for row in rows})
        inputs = [{"Values": [m], "StorageDescriptor": {"Location": f"{location}month={m}/"}} for m in months]
        local(f"{self.place}/catalog/converted.flights.partitions.json").unlink(missing_ok=True)
        catalog.add_partitions("converted", "flights", inputs)

    def make(self, transform=features.build, objects=None, run="run-1", **settings):
        objects = objects or LocalObjects()
        catalog = LocalCatalog(local(f"{self.place}/catalog"), objects)
        return Transformation(spark, objects, catalog, {**self.settings, **settings}, run, transform).run()

    def rows(self, table, *columns):
        place = f"{self.place}/datasets/{table}/"
        frame = spark.read.option("basePath", place).parquet(place)
        return sorted((tuple(row) for row in frame.select(*columns).collect()), key=repr)

    def files(self, table):
        return [listed.key for listed in LocalObjects().list(f"{self.place}/datasets/{table}/")]


class Transformations(Lake):
    def test_features_of_airports_are_made_in_the_catalog(self):
        report = self.make()
        self.assertEqual(report["summary"], "datasets.airport_features: 2 rows")
        self.assertEqual(
            self.rows("airport_features", "origin", "month", "flights", "mean_delay", "p90_delay"),
            [("JFK", "2001-02", 1, 5.0, 5), ("SEA", "2001-01", 2, 20.0, 30)],
        )
        catalog = LocalCatalog(local(f"{self.place}/catalog"), None)
        table = catalog.table("datasets", "airport_features")
        self.assertEqual(
            [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]],
            [("origin", "string"), ("flights", "bigint"), ("mean_delay", "double"), ("p90_delay", "int")],
        )
        self.assertEqual(sorted(catalog.partitions("datasets", "airport_features")), ['["2001-01"]', '["2001-02"]'])

    def test_partitions_of_the_result_are_replaced_and_others_stay(self):
        self.make()
        self.flights((4, "LAX", 1, "2001-02"))
        self.make(run="run-2")
        self.assertEqual(self.rows("airport_features", "origin", "month"), [("LAX", "2001-02"), ("SEA", "2001-01")])

    def test_a_table_is_replaced_and_several_are_made_at_once(self):
        def both(tables, spark):
            counted = spark.sql("SELECT origin, count(*) AS n FROM flights GROUP BY origin")
            return {"counts": counted, "origins": tables["flights"].select("origin").distinct()}

        outputs = [self.output("counts"), self.output("origins")]
        self.make(both, outputs=outputs)
        self.flights((4, "LAX", 1, "2001-02"))
        report = self.make(both, run="run-2", outputs=outputs)
        self.assertEqual((self.rows("counts", "origin", "n"), self.rows("origins", "origin")), ([("LAX", 1)], [("LAX",)]))
        self.assertEqual((report["rowsOut"], report["tables"]), (2, ["datasets.counts", "datasets.origins"]))

    def test_an_empty_result_empties_the_table(self):
        outputs = [self.output("counts")]
        self.make(lambda tables, spark: tables["flights"], outputs=outputs)
        self.make(lambda tables, spark: tables["flights"].limit(0), run="run-2", outputs=outputs)
        self.assertEqual(self.files("counts"), [])

    def test_what_cannot_be_done_is_said_and_nothing_is_published(self):
        with self.assertRaisesRegex(RuntimeError, r"^OutputsDiffer: transform gave \['other'\]"):
            self.make(lambda tables, spark: {"other": tables["flights"]})
        with self.assertRaisesRegex(RuntimeError, "^NoTable: converted.nothing "):
            self.make(reads=[{"database": "converted", "table": "nothing"}])
        with self.assertRaises(ZeroDivisionError):
            self.make(lambda tables, spark: 1 / 0)
        self.assertFalse(local(f"{self.place}/datasets").exists())
        report = json.loads(LocalObjects().read(f"{self.place}/state/reports/run-1.json")[0])
        self.assertEqual(report["status"], "FAILED")

    def test_killed_at_any_step_and_run_again_it_ends_as_without(self):
        self.make()
        self.flights((4, "LAX", 1, "2001-02"), (5, "JFK", 7, "2001-03"))
        shutil.copytree(local(self.place), f"{local(self.place)}-before", dirs_exist_ok=True)
        whole = LocalObjects()
        self.make(objects=whole, run="run-2")
        expected = self.rows("airport_features", "origin", "month", "mean_delay")
        self.assertEqual([row[0] for row in expected], ["JFK", "LAX", "SEA"])
        for step in range(1, whole.steps + 1):
            for late in (False, True):
                with self.subTest(step=step, late=late):
                    wipe(self.place)
                    shutil.copytree(f"{local(self.place)}-before", local(self.place))
                    with self.assertRaises(Killed):
                        self.make(objects=LocalObjects(step, late), run="run-2")
                    self.make(run="run-2")
                    self.assertEqual(self.rows("airport_features", "origin", "month", "mean_delay"), expected)
                    self.assertEqual(len(self.files("airport_features")), 3)


if __name__ == "__main__":
    sys.argv[1:] = sys.argv[2:]
    unittest.main(verbosity=1)
