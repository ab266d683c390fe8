"""What the checks have in common: one Spark session, a GlueContext, a folder for each test, records as they were written."""

import contextlib
import io
import json
import os
import shutil
import tempfile
import unittest

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from pyspark.context import SparkContext
from pyspark.sql import SparkSession


def context():
    """The process's one GlueContext."""
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.hadoop.fs.file.impl", "org.apache.hadoop.fs.RawLocalFileSystem")
        .config("spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
        .config("spark.jars", os.environ.get("LAKEWRIGHT_JARS", ""))
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    return GlueContext(SparkContext.getOrCreate())


class Check(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.glue = context()
        cls.spark = cls.glue.spark_session

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lakewright-awsglue-")
        self.addCleanup(shutil.rmtree, self.folder)
        Job.current = None

    def file(self, name, *lines):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
        return path

    def json(self, *records, **options):
        """A frame of records as a JSON source gives it."""
        name = f"in{len(os.listdir(self.folder))}"
        self.file(f"{name}/part.json", *[json.dumps(record) for record in records])
        return self.read(f"{self.folder}/{name}", "json", **options)

    def read(self, path, format, format_options=None, **options):
        return self.glue.create_dynamic_frame.from_options(
            "s3", {"paths": [path], **options.pop("more", {})}, format, format_options or {}, **options
        )

    def frame(self, rows, schema):
        return DynamicFrame.fromDF(self.spark.createDataFrame(rows, schema), self.glue, "frame")

    def tree(self, frame):
        return _printed(frame.printSchema)

    def records(self, frame):
        """What show prints, in its order."""
        return [json.loads(line) for line in _printed(lambda: frame.show(1000)).splitlines()]

    def rows(self, frame):
        return [tuple(row) for row in frame.toDF().collect()]

    def assertTree(self, frame, *lines):
        self.assertEqual(self.tree(frame).splitlines(), ["root", *lines])


def _printed(print_it):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        print_it()
    return out.getvalue().rstrip("\n")
