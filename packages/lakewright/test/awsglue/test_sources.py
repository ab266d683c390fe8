"""Laws of sources and sinks on objects, and of bookmarks on them."""

import json
import os
import time
from unittest import mock

from awsglue._refuse import NotSupportedLocally
from awsglue.job import Job
from check import Check


class Json(Check):
    def test_a_broken_line_is_an_error_and_the_rest_is_read(self):
        self.file("in/a.json", '{"id": 1}', '{"id": 2', "", '{"id": 3}')
        frame = self.read(f"{self.folder}/in", "json")
        self.assertEqual(self.rows(frame), [(1,), (3,)])
        self.assertEqual(frame.errorsCount(), 1)
        error = self.records(frame.errorsAsDynamicFrame())[0]["error"]
        self.assertIn("malformed JSON", error["msg"])
        self.assertTrue(error["source"].endswith("/in/a.json"))

    def test_records_of_several_lines_or_of_one(self):
        self.file("in/a.json", '{"id":', "1}", '{"id": 2}')
        self.assertEqual(self.rows(self.read(f"{self.folder}/in", "json", {"multiline": True})), [(1,), (2,)])
        self.file("two/a.json", '{"id": 1}{"id": 2}')
        self.assertEqual(self.rows(self.read(f"{self.folder}/two", "json")), [(1,), (2,)])

    def test_a_json_path_finds_records(self):
        self.file("in/a.json", '{"rows": [{"id": 1}, {"id": 2}], "n": 2}')
        self.assertEqual(self.rows(self.read(f"{self.folder}/in", "json", {"jsonPath": "$.rows"})), [(1,), (2,)])
        self.assertEqual(self.rows(self.read(f"{self.folder}/in", "json", {"jsonPath": "$.rows[*]"})), [(1,), (2,)])
        with self.assertRaisesRegex(NotSupportedLocally, "jsonPath"):
            self.read(f"{self.folder}/in", "json", {"jsonPath": "$..id"})

    def test_an_array_isnt_a_record(self):
        self.file("in/a.json", '[{"id": 1}, {"id": 2}]')
        with self.assertRaisesRegex(NotSupportedLocally, "an array as a record of JSON"):
            self.read(f"{self.folder}/in", "json")
        self.assertEqual(self.rows(self.read(f"{self.folder}/in", "json", {"jsonPath": "$[*]"})), [(1,), (2,)])
        self.file("scalar/a.json", "7", '{"id": 1}')
        frame = self.read(f"{self.folder}/scalar", "json")
        self.assertEqual((self.rows(frame), frame.errorsCount()), ([(1,)], 1))

    def test_schemas_of_objects_merge(self):
        self.file("in/a.json", '{"a": 1, "n": {"x": 1}}')
        self.file("in/b.json", '{"b": "s", "n": {"y": 2}}')
        frame = self.read(f"{self.folder}/in", "json")
        self.assertTree(frame, "|-- a: int", "|-- n: struct", "|    |-- x: int", "|    |-- y: int", "|-- b: string")


class Csv(Check):
    def test_without_a_header_there_are_columns_by_number(self):
        self.file("in/a.csv", "1,x", '2,"a,""b"""', "3,")
        frame = self.read(f"{self.folder}/in", "csv")
        self.assertTree(frame, "|-- col0: string", "|-- col1: string")
        self.assertEqual(self.rows(frame), [("1", "x"), ("2", 'a,"b"'), ("3", "")])

    def test_each_file_has_its_own_header(self):
        self.file("in/a.csv", "id;name", "1;Ann")
        self.file("in/b.csv", "name;id;town", "Bob;2;Rome")
        frame = self.read(f"{self.folder}/in", "csv", {"withHeader": True, "separator": ";"})
        self.assertEqual(self.rows(frame), [("1", "Ann", None), ("2", "Bob", "Rome")])

    def test_a_row_with_other_fields_is_an_error(self):
        self.file("in/a.csv", "id,name", "1,Ann", "2,Bob,x", "3")
        frame = self.read(f"{self.folder}/in", "csv", {"withHeader": "true"})
        self.assertEqual(self.rows(frame), [("1", "Ann")])
        self.assertEqual(sorted(e["error"]["input"] for e in self.records(frame.errorsAsDynamicFrame())), ["2,Bob,x", "3"])

    def test_the_first_line_may_be_left_out(self):
        self.file("in/a.csv", "a,b", "1,2")
        self.assertEqual(self.rows(self.read(f"{self.folder}/in", "csv", {"skipFirst": True})), [("1", "2")])

    def test_quotes_may_be_plain_and_fields_have_lines(self):
        self.file("in/a.csv", 'a"b,c')
        self.assertEqual(self.rows(self.read(f"{self.folder}/in", "csv", {"quoteChar": -1})), [('a"b', "c")])
        self.file("two/a.csv", '"a', 'b",c')
        self.assertEqual(self.rows(self.read(f"{self.folder}/two", "csv", {"multiLine": True})), [("a\nb", "c")])

    def test_what_is_written_is_read_again(self):
        frame = self.json({"id": 1, "s": 'a,"b"', "p": "x"}, {"id": 2, "s": "", "p": "y"}, {"id": "three", "s": "t", "p": "x"})
        self.glue.write_dynamic_frame.from_options(frame, "s3", {"path": f"{self.folder}/out", "partitionKeys": ["p"]}, "csv", {"separator": "|"})
        self.assertEqual(sorted(os.listdir(f"{self.folder}/out")), ["p=x", "p=y"])
        back = self.read(f"{self.folder}/out", "csv", {"withHeader": True, "separator": "|"}, more={"recurse": True})
        self.assertEqual(sorted(self.rows(back)), [("1", 'a,"b"'), ("2", ""), ("three", "t")])


class Columnar(Check):
    def test_parquet_of_several_types_is_a_choice(self):
        for name, kind in (("a", "id int, v int"), ("b", "id int, v string"), ("c", "id int, w double")):
            value = {"a": 1, "b": "x", "c": 1.5}[name]
            self.spark.createDataFrame([(1, value)], kind).coalesce(1).write.parquet(f"{self.folder}/in/{name}")
        frame = self.read(f"{self.folder}/in", "parquet", more={"recurse": True})
        self.assertTree(frame, "|-- id: int", "|-- v: choice", "|    |-- int", "|    |-- string", "|-- w: double")
        self.assertEqual(sorted(map(str, self.records(frame))), sorted(map(str, [{"id": 1, "v": 1, "w": None}, {"id": 1, "v": "x", "w": None}, {"id": 1, "v": None, "w": 1.5}])))

    def test_parquet_and_orc_come_back_as_they_were(self):
        frame = self.json({"id": 1, "n": {"l": [1.5]}, "none": None}, {"id": 2, "n": None})
        for kind, write in (("parquet", "glueparquet"), ("orc", "orc")):
            given = frame if kind == "parquet" else frame.drop_fields(["none"])
            self.glue.write_dynamic_frame.from_options(given, "s3", {"path": f"{self.folder}/{kind}"}, write)
            self.assertEqual(sorted(map(str, self.records(self.read(f"{self.folder}/{kind}", kind)))), sorted(map(str, self.records(frame.drop_fields(["none"])))))

    def test_a_frame_without_records_writes_nothing(self):
        empty = self.json({"id": 1}).filter(lambda record: False)
        self.glue.write_dynamic_frame.from_options(empty, "s3", {"path": f"{self.folder}/out"}, "parquet")
        self.assertFalse(os.path.exists(f"{self.folder}/out"))
        self.assertTree(self.read(f"{self.folder}/out", "parquet"))


class Objects(Check):
    def test_exclusions_hidden_objects_and_folders(self):
        for name in ("a.json", "b.tmp", "_hidden.json", "sub/c.json", "sub/deep/d.json"):
            self.file(f"in/{name}", json.dumps({"f": name}))
        read = lambda **more: sorted(row[0] for row in self.rows(self.read(f"{self.folder}/in", "json", more=more)))  # noqa: E731
        self.assertEqual(read(), ["a.json", "b.tmp"])
        self.assertEqual(read(exclusions='["**.tmp"]'), ["a.json"])
        self.assertEqual(read(recurse=True, groupFiles="inPartition", groupSize="1"), ["a.json", "b.tmp", "sub/c.json", "sub/deep/d.json"])
        self.assertEqual(read(recurse=True, exclusions='["**/{deep,x}/**", "**/b.*"]'), ["a.json", "sub/c.json"])

    def test_what_isnt_done_is_refused_by_name(self):
        for call, words in (
            (lambda: self.read("/x", "xml"), "format 'xml'"),
            (lambda: self.read("/x", "grokLog"), "format 'grokLog'"),
            (lambda: self.read("/x", "json", more={"attachFilename": "f"}), "option 'attachFilename'"),
            (lambda: self.read("/x", "json", more={"unknown": 1}), "option 'unknown'"),
            (lambda: self.read("/x", "json", more={"compressionType": "lzo"}), "compressionType 'lzo'"),
            (lambda: self.read(__file__, "csv", more={"compressionType": "gzip"}), "compressionType 'gzip' of .*test_sources.py"),
            (lambda: self.read("/x", "json", push_down_predicate="a=1"), "push_down_predicate for paths"),
            (lambda: self.glue.create_dynamic_frame.from_options("dynamodb", {}), "connection type 'dynamodb'"),
            (lambda: self.glue.getSink("redshift"), "connection type 'redshift'"),
            (lambda: self.glue.purge_s3_path("/x", {"excludeStorageClasses": []}), "option 'excludeStorageClasses'"),
        ):
            with self.assertRaisesRegex(NotSupportedLocally, words):
                call()
        with self.assertRaisesRegex(AttributeError, "GlueContext.forEachBatch isn't supported"):
            self.glue.forEachBatch
        with self.assertRaisesRegex(NotSupportedLocally, "transform FindMatches"):
            from awsglue.transforms import FindMatches  # noqa: F401

    def test_old_objects_are_purged_and_named(self):
        old, new = self.file("in/old.json", "{}"), self.file("in/new.json", "{}")
        os.utime(old, (time.time() - 7200, time.time() - 7200))
        self.glue.purge_s3_path(f"{self.folder}/in", {"retentionPeriod": 1, "manifestFilePath": f"{self.folder}/manifest"}, "purge")
        self.assertEqual((os.path.exists(old), os.path.exists(new)), (False, True))
        with open(f"{self.folder}/manifest/purge/Success.csv", encoding="utf-8") as file:
            self.assertIn("/in/old.json", file.read())


class Bookmarks(Check):
    def run_job(self, commit=True, pause="", **more):
        with mock.patch.dict(os.environ, {"LAKEWRIGHT_BOOKMARK": f"{self.folder}/bookmark.json", "LAKEWRIGHT_BOOKMARK_PAUSE": pause}):
            job = Job(self.glue)
            job.init("job", {})
            frame = self.read(f"{self.folder}/in", "json", transformation_ctx="source", more=more)
            rows = sorted(row[0] for row in self.rows(frame))
            if commit:
                job.commit()
            return rows

    def test_a_run_reads_what_is_new_or_changed(self):
        self.file("in/a.json", '{"id": 1}')
        self.assertEqual(self.run_job(), [1])
        self.assertEqual(self.run_job(), [])
        self.file("in/b.json", '{"id": 2}')
        self.assertEqual(self.run_job(commit=False), [2])
        self.assertEqual(self.run_job(pause="1"), [2])
        self.assertEqual(self.run_job(), [2])
        self.file("in/a.json", '{"id": 10}')
        self.assertEqual(self.run_job(), [10])
        with open(f"{self.folder}/bookmark.json", encoding="utf-8") as file:
            kept = json.load(file)
        self.assertEqual((kept["version"], list(kept["sources"]), len(kept["sources"]["source"]["files"])), (1, ["source"], 2))

    def test_without_a_context_or_bookmarks_all_is_read(self):
        self.file("in/a.json", '{"id": 1}')
        for _ in range(2):
            job = Job(self.glue)
            job.init("job", {})
            self.assertEqual(self.rows(self.read(f"{self.folder}/in", "json", transformation_ctx="source")), [(1,)])
            job.commit()

    def test_a_bounded_run_leaves_the_rest_to_the_next(self):
        for at in range(3):
            path = self.file(f"in/{at}.json", json.dumps({"id": at}))
            os.utime(path, (1000 - at, 1000 - at))
        self.assertEqual([self.run_job(boundedFiles="2"), self.run_job(boundedFiles="2"), self.run_job()], [[1, 2], [0], []])

    def test_commit_wants_init(self):
        with self.assertRaisesRegex(Exception, "not initialized"):
            Job(self.glue).commit()
