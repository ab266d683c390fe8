"""Laws of functions on records, and of errors."""

import datetime
import decimal

from awsglue.transforms import ErrorsAsDynamicFrame, Filter, Map
from check import Check


def add_total(record):
    record["total"] = record["price"] * record["count"]
    del record["count"]
    return record


def broken(record):
    if record["id"] == 2:
        raise ValueError("two is refused")
    return record


class Functions(Check):
    def test_map_changes_adds_and_removes_fields(self):
        frame = Map.apply(frame=self.json({"price": 1.5, "count": 2}, {"price": 2.0, "count": 1}), f=add_total)
        self.assertTree(frame, "|-- price: double", "|-- total: double")
        self.assertEqual(self.records(frame), [{"price": 1.5, "total": 3.0}, {"price": 2.0, "total": 2.0}])

    def test_a_field_keeps_its_type_where_its_value_allows(self):
        rows = [(1, decimal.Decimal("1.50"), datetime.date(2026, 1, 2), {"k": 1}, None, 7)]
        frame = self.frame(rows, "a long, b decimal(10,2), c date, d map<string,int>, e string, f smallint").map(lambda record: record)
        self.assertTree(
            frame, "|-- a: long", "|-- b: decimal(10,2)", "|-- c: date", "|-- d: map", "|    |-- keyType: string",
            "|    |-- valueType: int", "|-- e: string", "|-- f: short",
        )  # fmt: skip
        self.assertEqual(self.rows(frame), rows)

    def test_functions_may_give_several_types(self):
        frame = self.json({"id": 1}, {"id": 2}).map(lambda record: {"v": record.id if record["id"] == 1 else "two"})
        self.assertTree(frame, "|-- v: choice", "|    |-- int", "|    |-- string")

    def test_choices_and_nested_values_are_given_as_they_are(self):
        frame = self.json({"a": 1, "n": {"l": [{"x": 1}]}}, {"a": "s", "n": {"l": []}})
        seen = frame.map(lambda record: {"kind": type(record["a"]).__name__, "l": len(record["n"]["l"])})
        self.assertEqual(self.rows(seen), [("int", 1), ("str", 0)])

    def test_filter_keeps_records_as_they_are(self):
        frame = Filter.apply(frame=self.json({"id": 1, "s": "a"}, {"id": 2, "s": "b"}), f=lambda record: record["id"] > 1)
        self.assertEqual(self.rows(frame), [(2, "b")])

    def test_a_record_whose_function_fails_is_an_error(self):
        good = self.json({"id": 1}, {"id": 2}, {"id": 3})
        frame = good.map(broken, info="second is broken")
        self.assertEqual(self.rows(frame), [(1,), (3,)])
        self.assertEqual((frame.stageErrorsCount(), frame.errorsCount()), (1, 1))
        later = frame.filter(lambda record: record["id"] / 0)
        self.assertEqual((later.count(), later.stageErrorsCount(), later.errorsCount()), (0, 2, 3))
        error = self.records(ErrorsAsDynamicFrame.apply(frame))[0]["error"]
        self.assertEqual(error["msg"], "two is refused")
        self.assertEqual(error["callsite"], {"site": "map", "info": "second is broken"})
        self.assertEqual(error["dynamicRecord"], {"id": 2})
        self.assertIn("ValueError: two is refused", error["stackTrace"])
        self.assertEqual((good.errorsCount(), good.errorsAsDynamicFrame().count()), (0, 0))

    def test_thresholds_end_the_process(self):
        good = self.json({"id": 1}, {"id": 2}, {"id": 3})
        with self.assertRaisesRegex(Exception, "stageThreshold is 1"):
            good.map(broken, stageThreshold=1).toDF()
        self.assertEqual(good.map(broken, stageThreshold=2).count(), 2)
        first = good.map(broken)
        with self.assertRaisesRegex(Exception, "totalThreshold is 1"):
            first.select_fields(["id"], totalThreshold=1).count()
        with self.assertRaisesRegex(Exception, "totalThreshold is 1"):
            first.drop_fields([], totalThreshold=1).assertErrorThreshold()

    def test_a_function_runs_once_for_each_record(self):
        ran = self.spark.sparkContext.accumulator(0)

        def counted(record):
            ran.add(1)
            return record

        frame = self.json({"id": 1}, {"id": 2}).map(counted)
        self.assertEqual((frame.count(), frame.count(), frame.errorsCount(), ran.value), (2, 2, 0, 2))
