"""Laws of choices: AWS's sample resolve_choice.md, and ResolveChoice's page."""

import unittest

from awsglue._refuse import NotSupportedLocally
from awsglue.dynamicframe import ResolveOption
from awsglue.gluetypes import ArrayType, ChoiceType, DoubleType, Field, IntegerType, LongType, StringType, StructType
from awsglue.transforms import ResolveChoice
from check import Check


class Choice(Check):
    def prices(self):
        return self.json({"id": 1, "price": 9.5}, {"id": 2, "price": "9.50"}, {"id": 3, "price": "n/a"}, {"id": 4, "price": None})

    def test_a_field_with_two_types_is_a_choice(self):
        frame = self.prices()
        self.assertTree(frame, "|-- id: int", "|-- price: choice", "|    |-- double", "|    |-- string")
        self.assertEqual(
            frame.schema(),
            StructType([Field("id", IntegerType()), Field("price", ChoiceType([StringType(), DoubleType()]))]),
        )

    def test_show_prints_the_values_themselves(self):
        self.assertEqual([record["price"] for record in self.records(self.prices())], [9.5, "9.50", "n/a", None])

    def test_toDF_makes_a_struct_of_a_choice(self):
        df = self.prices().toDF()
        self.assertEqual(df.schema["price"].dataType.simpleString(), "struct<double:double,string:string>")
        self.assertEqual([row["price"] and tuple(row["price"]) for row in df.collect()], [(9.5, None), (None, "9.50"), (None, "n/a"), None])

    def test_toDF_resolves_as_its_options_say(self):
        frame = self.prices()
        df = frame.toDF([ResolveOption("price", "Project", DoubleType())])
        self.assertEqual([row["price"] for row in df.collect()], [9.5, None, None, None])
        df = frame.toDF([ResolveOption("price", "Cast", StringType())])
        self.assertEqual([row["price"] for row in df.collect()], ["9.5", "9.50", "n/a", None])
        df = frame.toDF([ResolveOption("price", "KeepAsStruct")])
        self.assertEqual(df.schema["price"].dataType.simpleString(), "struct<double:double,string:string>")

    def test_cast_casts_every_value_and_gives_null_where_it_cant(self):
        frame = self.prices().resolveChoice(specs=[("price", "cast:double")])
        self.assertTree(frame, "|-- id: int", "|-- price: double")
        self.assertEqual([row[1] for row in self.rows(frame)], [9.5, 9.5, None, None])

    def test_cast_is_of_any_field(self):
        frame = self.json({"at": "2026-01-02 03:04:05", "n": 1}).resolveChoice(specs=[("at", "cast:timestamp"), ("n", "cast:long")])
        self.assertTree(frame, "|-- at: timestamp", "|-- n: long")

    def test_project_keeps_values_of_one_type(self):
        frame = self.prices().resolveChoice(specs=[("price", "project:string")])
        self.assertTree(frame, "|-- id: int", "|-- price: string")
        self.assertEqual([row[1] for row in self.rows(frame)], [None, "9.50", "n/a", None])

    def test_make_cols_puts_the_first_in_place_and_the_other_last(self):
        frame = ResolveChoice.apply(frame=self.json({"price": 1, "id": 1}, {"price": "x", "id": 2}), choice="make_cols")
        self.assertTree(frame, "|-- price_int: int", "|-- id: int", "|-- price_string: string")
        self.assertEqual(self.rows(frame), [(1, 1, None), (None, 2, "x")])

    def test_make_struct_makes_a_struct(self):
        frame = self.prices().resolveChoice(choice="make_struct")
        self.assertTree(frame, "|-- id: int", "|-- price: struct", "|    |-- double: double", "|    |-- string: string")
        self.assertEqual(self.records(frame)[0], {"id": 1, "price": {"double": 9.5, "string": None}})

    def test_elements_of_arrays_are_resolved_by_brackets(self):
        frame = self.json({"myList": [{"price": 100.0}, {"price": "$100.00"}]})
        self.assertTree(
            frame,
            "|-- myList: array",
            "|    |-- element: struct",
            "|    |    |-- price: choice",
            "|    |    |    |-- double",
            "|    |    |    |-- string",
        )
        cast = frame.resolveChoice(specs=[("myList[].price", "cast:double")])
        self.assertEqual(self.records(cast), [{"myList": [{"price": 100.0}, {"price": None}]}])

    def test_nested_fields_are_resolved_by_dots(self):
        frame = self.json({"user": {"id": 1}}, {"user": {"id": "two"}})
        made = frame.resolveChoice(specs=[("user.id", "make_cols")])
        self.assertTree(made, "|-- user: struct", "|    |-- id_int: int", "|    |-- id_string: string")

    def test_make_cols_of_elements_is_an_error(self):
        frame = self.json({"l": [1, "x"]})
        with self.assertRaisesRegex(ValueError, "can't become 2 columns"):
            frame.resolveChoice(specs=[("l[]", "make_cols")])

    def test_a_choice_between_a_struct_and_a_string(self):
        frame = self.json({"a": {"b": 1}}, {"a": "text"})
        self.assertTree(frame, "|-- a: choice", "|    |-- string", "|    |-- struct", "|    |    |-- b: int")
        self.assertEqual(self.records(frame), [{"a": {"b": 1}}, {"a": "text"}])
        self.assertEqual(self.records(frame.resolveChoice(choice="project:struct<b:int>")), [{"a": {"b": 1}}, {"a": None}])

    def test_a_cast_of_a_struct_to_a_string_is_refused(self):
        frame = self.json({"a": {"b": 1}}, {"a": "text"})
        with self.assertRaisesRegex(NotSupportedLocally, "cast of 'a' from struct to string"):
            frame.resolveChoice(choice="cast:string")

    def test_specs_and_choice_exclude_each_other(self):
        frame = self.prices()
        for given in ({}, {"specs": [("price", "cast:int")], "choice": "make_cols"}):
            with self.assertRaisesRegex(ValueError, "either specs"):
                frame.resolveChoice(**given)
        with self.assertRaisesRegex(ValueError, "'melt'"):
            frame.resolveChoice(choice="melt")

    def test_integers_are_int_or_long_by_their_size(self):
        frame = self.json({"a": 1, "b": 3_000_000_000}, {"a": 2, "b": 3_000_000_001}, {"a": 2})
        self.assertTree(frame, "|-- a: int", "|-- b: long")
        mixed = self.json({"a": 1}, {"a": 3_000_000_000})
        self.assertEqual(mixed.schema().getField("a").dataType, ChoiceType([IntegerType(), LongType()]))

    def test_a_field_that_is_null_in_every_record_is_null(self):
        self.assertTree(self.json({"a": None, "b": [None]}), "|-- a: null", "|-- b: array", "|    |-- element: null")

    def test_a_filter_that_leaves_one_type_leaves_no_choice(self):
        frame = self.prices().filter(lambda record: isinstance(record["price"], float))
        self.assertTree(frame, "|-- id: int", "|-- price: double")
        self.assertEqual(self.rows(frame), [(1, 9.5)])

    def test_a_union_of_types_is_a_choice(self):
        one = self.frame([(1, "x")], "a int, b string")
        other = self.frame([("y", [1])], "a string, c array<int>")
        both = one.union(other)
        self.assertEqual(both.schema().getField("c").dataType, ArrayType(IntegerType()))
        self.assertEqual(self.records(both), [{"a": 1, "b": "x", "c": None}, {"a": "y", "b": None, "c": [1]}])

    def test_a_json_sink_writes_the_values_themselves(self):
        self.glue.write_dynamic_frame.from_options(self.prices(), "s3", {"path": f"{self.folder}/out"}, "json")
        self.assertEqual(self.tree(self.read(f"{self.folder}/out", "json")).splitlines()[2:], ["|-- price: choice", "|    |-- double", "|    |-- string"])


if __name__ == "__main__":
    unittest.main()
