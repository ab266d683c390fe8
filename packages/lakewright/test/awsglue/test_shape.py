"""Laws of mappings, joins and flat tables."""

from awsglue._refuse import NotSupportedLocally
from awsglue.transforms import (
    ApplyMapping,
    DropFields,
    DropNullFields,
    FlatMap,
    Join,
    MapToCollection,
    Relationalize,
    RenameField,
    SelectFields,
    SelectFromCollection,
    Spigot,
    SplitFields,
    SplitRows,
    Unbox,
    UnnestFrame,
)
from check import Check

FRIENDS = [
    {"name": "Nancy", "age": 47, "friends": ["Fred", "Lakshmi"]},
    {"name": "Stephanie", "age": 28, "friends": ["Yao", "Phil", "Alvin"]},
    {"name": "Nathan", "age": 54, "friends": ["Nicolai", "Karen"]},
]


class Mapping(Check):
    def person(self):
        return self.json({"name": "Ann", "age": 47, "address": {"state": "WA", "zip": 98101}})

    def test_a_mapping_unnests_and_nests_again(self):
        flat = ApplyMapping.apply(
            frame=self.person(),
            mappings=[
                ("name", "string", "name", "string"),
                ("address.state", "string", "state", "string"),
                ("address.zip", "int", "zip", "string"),
            ],
        )
        self.assertTree(flat, "|-- name: string", "|-- state: string", "|-- zip: string")
        self.assertEqual(self.rows(flat), [("Ann", "WA", "98101")])
        nested = flat.apply_mapping([("zip", "string", "place.zip", "long"), ("name", "string", "name", "string"), ("state", "string", "place.state", "string")])
        self.assertTree(nested, "|-- place: struct", "|    |-- zip: long", "|    |-- state: string", "|-- name: string")
        self.assertEqual(self.records(nested), [{"place": {"zip": 98101, "state": "WA"}, "name": "Ann"}])

    def test_names_with_dots_stand_in_backticks(self):
        frame = self.json({"old.name": "x"}).apply_mapping([("`old.name`", "string", "`new.name`", "string")])
        self.assertTree(frame, "|-- new.name: string")
        self.assertTree(RenameField.apply(frame, "`new.name`", "plain"), "|-- plain: string")

    def test_sources_are_found_without_regard_to_case_unless_asked(self):
        frame = self.json({"customerId": 1})
        mappings = [("customerid", "int", "id", "int")]
        self.assertTree(frame.apply_mapping(mappings), "|-- id: int")
        self.assertTree(frame.apply_mapping(mappings, case_sensitive=True))

    def test_a_value_that_cant_be_cast_is_null(self):
        frame = self.json({"n": "12"}, {"n": "x"}).apply_mapping([("n", "string", "n", "int")])
        self.assertEqual(self.rows(frame), [(12,), (None,)])

    def test_what_lies_in_arrays_and_choices_is_refused(self):
        frame = self.json({"l": [{"a": 1}], "c": 1}, {"c": "x"})
        with self.assertRaisesRegex(NotSupportedLocally, "'c', which is a choice"):
            frame.apply_mapping([("c", "int", "c", "int")])
        with self.assertRaisesRegex(NotSupportedLocally, r"'l\[\].a', which lies in an array"):
            frame.apply_mapping([("l[].a", "int", "a", "int")])

    def test_fields_are_dropped_also_inside(self):
        frame = self.json({"a": {"b": 1, "c": 2}, "l": [{"x": 1, "y": 2}], "z": 3})
        left = DropFields.apply(frame=frame, paths=["a.b", "l.x", "z", "absent"])
        self.assertEqual(self.records(left), [{"a": {"c": 2}, "l": [{"y": 2}]}])

    def test_fields_are_selected_in_their_order(self):
        frame = self.json({"a": {"b": 1, "c": 2}, "d": 4, "e": 5})
        self.assertEqual(self.records(SelectFields.apply(frame=frame, paths=["e", "a.c"])), [{"e": 5, "a": {"c": 2}}])

    def test_a_field_is_renamed_in_place_inside_and_out(self):
        frame = self.json({"a": {"b": 1, "c": 2}, "d": 4})
        self.assertEqual(self.records(frame.rename_field("a.b", "a.x").rename_field("d", "e")), [{"a": {"x": 1, "c": 2}, "e": 4}])
        self.assertEqual(self.records(frame.rename_field("d", "n.d")), [{"a": {"b": 1, "c": 2}, "n": {"d": 4}}])

    def test_only_fields_of_null_are_dropped(self):
        frame = self.json({"a": None, "b": None, "c": {"d": None}}, {"b": 1, "e": 2})
        self.assertTree(DropNullFields.apply(frame=frame), "|-- b: int", "|-- e: int")

    def test_fields_and_rows_are_split(self):
        frame = self.json({"id": 1, "age": 5}, {"id": 2, "age": 15}, {"id": 3, "age": 25}, {"id": 4, "age": None})
        parts = SplitFields.apply(frame, ["age"], "ages", "rest")
        self.assertEqual([self.tree(parts[name]) for name in ("ages", "rest")], ["root\n|-- age: int", "root\n|-- id: int"])
        parts = SplitRows.apply(frame, {"age": {">": 10, "<": 20}}, "in", "out")
        self.assertEqual(sorted(parts.keys()), ["in", "out"])
        self.assertEqual([row[0] for row in self.rows(parts["in"])], [2])
        self.assertEqual([row[0] for row in self.rows(parts["out"])], [1, 3, 4])


class Joining(Check):
    def test_a_name_of_both_gets_a_dot(self):
        left = self.json({"id": 1, "name": "a"}, {"id": 2, "name": "b"})
        right = self.json({"id": 1, "name": "x", "n": 9})
        joined = Join.apply(left, right, "id", "id")
        self.assertEqual(self.records(joined), [{"id": 1, "name": "a", ".id": 1, ".name": "x", "n": 9}])
        self.assertEqual(self.records(joined.drop_fields([".id"]).rename_field("`.name`", "other")), [{"id": 1, "name": "a", "other": "x", "n": 9}])

    def test_keys_may_be_several_and_nested(self):
        left = self.json({"a": {"k": 1}, "b": "x"}, {"a": {"k": 1}, "b": "y"})
        right = self.json({"k": 1, "b2": "y"})
        self.assertEqual(self.records(left.join(["a.k", "b"], ["k", "b2"], right)), [{"a": {"k": 1}, "b": "y", "k": 1, "b2": "y"}])

    def test_a_frame_joins_itself(self):
        frame = self.json({"id": 1, "boss": 2}, {"id": 2, "boss": None})
        self.assertEqual(self.records(frame.join(["boss"], ["id"], frame)), [{"id": 1, "boss": 2, ".id": 2, ".boss": None}])

    def test_an_unknown_key_is_an_error(self):
        frame = self.json({"id": 1})
        with self.assertRaisesRegex(ValueError, "join key 'no'"):
            frame.join(["no"], ["id"], frame)

    def test_a_merge_replaces_records_of_the_same_key(self):
        source = self.json({"id": 1, "v": "a"}, {"id": 1, "v": "b"}, {"id": 2, "v": "c"})
        stage = self.json({"id": 1, "v": "z", "w": 1}, {"id": 3, "v": "n", "w": 2})
        merged = source.mergeDynamicFrame(stage, ["id"])
        self.assertEqual(
            sorted(self.records(merged), key=lambda record: record["id"]),
            [{"id": 1, "v": "z", "w": 1}, {"id": 2, "v": "c", "w": None}, {"id": 3, "v": "n", "w": 2}],
        )


class Flat(Check):
    def test_unnest_makes_members_fields(self):
        frame = UnnestFrame.apply(frame=self.json({"a": {"b": {"c": 1}, "l": [1]}, "d": 2}))
        self.assertEqual(self.records(frame), [{"a.b.c": 1, "a.l": [1], "d": 2}])
        self.assertEqual(self.records(frame.select_fields(["a.b.c"])), [{"a.b.c": 1}])

    def test_relationalize_as_the_documentation_shows_it(self):
        tables = Relationalize.apply(frame=self.json(*FRIENDS), staging_path="s3://nowhere/", name="people")
        self.assertEqual(list(tables.keys()), ["people", "people_friends"])
        self.assertEqual([(r["name"], r["age"], r["friends"]) for r in self.records(tables["people"])], [("Nancy", 47, 1), ("Stephanie", 28, 2), ("Nathan", 54, 3)])
        self.assertTree(tables["people_friends"], "|-- id: long", "|-- index: int", "|-- friends.val: string")
        friends = SelectFromCollection.apply(dfc=tables, key="people_friends")
        self.assertEqual(
            sorted(self.rows(friends)),
            [(1, 0, "Fred"), (1, 1, "Lakshmi"), (2, 0, "Yao"), (2, 1, "Phil"), (2, 2, "Alvin"), (3, 0, "Nicolai"), (3, 1, "Karen")],
        )

    def test_arrays_of_structs_with_arrays_become_tables_of_their_own(self):
        frame = self.json(
            {"id": "a", "items": [{"sku": 1, "tags": ["x", "y"]}, {"sku": 2, "tags": None}], "o": {"l": [1]}},
            {"id": "b", "items": None, "o": {"l": None}},
            {"id": "c", "items": [{"sku": 3, "tags": ["z"]}], "o": None},
        )
        tables = frame.relationalize("root", "s3://nowhere/")
        self.assertEqual(list(tables.keys()), ["root", "root_items", "root_items.val.tags", "root_o.l"])
        self.assertEqual(self.records(tables["root"]), [{"id": "a", "items": 1, "o.l": 1}, {"id": "b", "items": None, "o.l": None}, {"id": "c", "items": 2, "o.l": None}])
        self.assertEqual(
            self.records(tables["root_items"]),
            [
                {"id": 1, "index": 0, "items.val.sku": 1, "items.val.tags": 1},
                {"id": 1, "index": 1, "items.val.sku": 2, "items.val.tags": None},
                {"id": 2, "index": 0, "items.val.sku": 3, "items.val.tags": 2},
            ],
        )
        self.assertEqual(
            self.records(tables["root_items.val.tags"]),
            [{"id": 1, "index": 0, "items.val.tags.val": "x"}, {"id": 1, "index": 1, "items.val.tags.val": "y"}, {"id": 2, "index": 0, "items.val.tags.val": "z"}],
        )

    def test_a_map_isnt_relationalized(self):
        with self.assertRaisesRegex(NotSupportedLocally, "'m', which is a map"):
            self.frame([({"a": 1},)], "m map<string,int>").relationalize("root")

    def test_unbox_parses_json_and_keeps_bad_strings_as_errors(self):
        frame = self.json({"id": 1, "body": '{"a": 1, "b": [2]}'}, {"id": 2, "body": "{broken"}, {"id": 3, "body": None})
        unboxed = Unbox.apply(frame=frame, path="body", format="json")
        self.assertEqual(self.records(unboxed), [{"id": 1, "body": {"a": 1, "b": [2]}}, {"id": 3, "body": None}])
        self.assertEqual(unboxed.errorsCount(), 1)

    def test_unbox_parses_csv(self):
        frame = self.json({"a": {"b": "1|x"}}).unbox("a.b", "csv", separator="|")
        self.assertEqual(self.records(frame), [{"a": {"b": {"col0": "1", "col1": "x"}}}])

    def test_transforms_go_over_collections(self):
        tables = self.json(*FRIENDS).relationalize("people")
        mapped = MapToCollection.apply(tables, SelectFields, "frame", paths=["id", "name"])
        self.assertEqual([self.tree(mapped[name]) for name in mapped.keys()], ["root\n|-- name: string", "root\n|-- id: long"])
        flat = FlatMap.apply(tables, Relationalize, "frame", name="t")
        self.assertEqual(list(flat.keys()), ["people_t", "people_friends_t"])

    def test_a_spigot_lets_out_samples_and_goes_on(self):
        frame = Spigot.apply(self.json(*FRIENDS), f"{self.folder}/sample", {"topk": 2})
        self.assertEqual(frame.count(), 3)
        self.assertEqual(self.read(f"{self.folder}/sample", "json").count(), 2)
