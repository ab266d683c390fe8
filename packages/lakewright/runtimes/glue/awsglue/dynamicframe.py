"""DynamicFrames: tables whose fields may have several types.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

import json
from typing import Any, Callable, Dict, List, Mapping, NoReturn, Optional, Sequence, Tuple, Union

from pyspark import RDD
from pyspark.sql import DataFrame

from . import gluetypes as G
from ._functions import applied, from_records
from ._mapping import apply_mapping, condition, drop_fields, drop_nulls, join, rename_field, select_fields
from ._paths import column, resolve, type_at
from ._refuse import refuse
from ._relational import relationalize, unnest
from ._resolve import resolve_choice
from ._schema import from_spark, to_catalog, tree
from ._unbox import unbox
from ._unite import united
from ._values import to_record
from ._values import DynamicRecord as DynamicRecord
from .dynamicframecollection import DynamicFrameCollection as DynamicFrameCollection
from .dynamicframereader import DynamicFrameReader as DynamicFrameReader
from .dynamicframewriter import DynamicFrameWriter as DynamicFrameWriter

Frame = Tuple[DataFrame, G.StructType]


class ResolveOption:
    """How `toDF` resolves a choice: `KeepAsStruct`, `Project` or `Cast`, the latter two to a type."""

    def __init__(self, path: str, action: str, target: Optional[G.DataType] = None) -> None:
        self.path, self.action, self.target = path, action, target


class DynamicFrame:
    """A frame of records that each have their own types."""

    def __init__(
        self,
        jdf: DataFrame,
        glue_ctx: Any,
        name: str = "",
        schema: Optional[G.StructType] = None,
        errors: Sequence[RDD] = (),
        previous: Sequence[RDD] = (),
        thresholds: Tuple[int, int] = (0, 0),
    ) -> None:
        """`jdf` is a Spark DataFrame here: there is no JVM class behind a frame. The rest is for this package."""
        if not isinstance(jdf, DataFrame):
            refuse(f"a DynamicFrame of {type(jdf).__name__}", "use DynamicFrame.fromDF")
        self._df = jdf
        self.glue_ctx = glue_ctx
        self.name = name
        self._schema: G.StructType = schema if schema is not None else from_spark(jdf.schema)
        self._errors, self._previous, self._thresholds = list(errors), list(previous), thresholds

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: Any, name: str = "") -> "DynamicFrame":
        """The rows of a Spark DataFrame: structs stay structs."""
        return cls(dataframe, glue_ctx, name)

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"DynamicFrame.{name} isn't supported by Lakewright's awsglue")

    def _next(
        self, made: Frame, stageThreshold: int = 0, totalThreshold: int = 0, errors: Sequence[RDD] = (), others: Sequence[RDD] = ()
    ) -> "DynamicFrame":
        previous = [*self._previous, *self._errors, *others]
        return DynamicFrame(
            made[0], self.glue_ctx, self.name, made[1], errors, previous, (int(stageThreshold), int(totalThreshold))
        )

    # ------------------------------------------------------------------ information

    def toDF(self, options: Optional[Sequence[ResolveOption]] = None) -> DataFrame:
        """A Spark DataFrame: a choice that isn't resolved is a struct with a member for each type."""
        self.assertErrorThreshold()
        df, schema = self._df, self._schema
        for option in options or []:
            action = {"keepasstruct": "make_struct", "project": "project", "cast": "cast"}.get(option.action.lower())
            if action is None:
                raise ValueError(f"ResolveOption action {option.action!r}: KeepAsStruct, Project or Cast is expected")
            target = f":{to_catalog(option.target)}" if action != "make_struct" else ""
            df, schema = resolve_choice(df, schema, [(option.path, action + target)], "")
        return df

    def schema(self) -> G.StructType:
        """The schema, with its choices."""
        return self._schema

    def printSchema(self) -> None:
        """Prints the schema as a tree."""
        print(tree(self._schema))

    def show(self, num_rows: int = 20) -> None:
        """Prints records, each as a line of JSON."""
        self.assertErrorThreshold()
        for row in self._df.take(num_rows):
            print(json.dumps(to_record(row, self._schema), default=str, ensure_ascii=False))

    def count(self) -> int:
        """How many records there are, without errors."""
        self.assertErrorThreshold()
        return self._df.count()

    def getNumPartitions(self) -> int:
        """How many partitions Spark has of it."""
        return self._df.rdd.getNumPartitions()

    def repartition(self, num_partitions: int, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """The same records in so many partitions."""
        return self._next((self._df.repartition(num_partitions), self._schema), stageThreshold, totalThreshold)

    def coalesce(self, num_partitions: int, shuffle: bool = False, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """The same records in so many partitions at most."""
        df = self._df.repartition(num_partitions) if shuffle else self._df.coalesce(num_partitions)
        return self._next((df, self._schema), stageThreshold, totalThreshold)

    # ------------------------------------------------------------------ fields

    def apply_mapping(self, mappings: Sequence[Tuple[str, str, str, str]], case_sensitive: bool = False, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """Selects, casts, nests and unnests fields; what isn't mapped is left out."""
        made = apply_mapping(self._df, self._schema, mappings, case_sensitive)
        return self._next(made, stageThreshold, totalThreshold)

    def drop_fields(self, paths: Union[str, Sequence[str]], transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """Without these fields."""
        return self._next(drop_fields(self._df, self._schema, paths), stageThreshold, totalThreshold)

    def select_fields(self, paths: Union[str, Sequence[str]], transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """Only these fields."""
        return self._next(select_fields(self._df, self._schema, paths), stageThreshold, totalThreshold)

    def rename_field(self, oldName: str, newName: str, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """With a field renamed; a name that has dots is put in backticks."""
        return self._next(rename_field(self._df, self._schema, oldName, newName), stageThreshold, totalThreshold)

    def drop_nulls(self, transformation_ctx: str = "") -> "DynamicFrame":
        """Without fields that are null in every record: what DropNullFields does."""
        return self._next(drop_nulls(self._df, self._schema))

    def resolveChoice(self, specs: Optional[Sequence[Tuple[str, str]]] = None, choice: str = "", database: Optional[str] = None, table_name: Optional[str] = None, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0, catalog_id: Optional[str] = None) -> "DynamicFrame":  # noqa: E501
        """Resolves choices: some by `specs`, or all by `choice`. `match_catalog` takes types from a table."""
        types = None
        if choice == "match_catalog":
            if not (database and table_name):
                raise ValueError("match_catalog takes its types from a table: give database and table_name")
            types = self.glue_ctx._catalog.column_types(database, table_name, catalog_id)
        made = resolve_choice(self._df, self._schema, specs, choice, types)
        return self._next(made, stageThreshold, totalThreshold)

    def split_fields(self, paths: Sequence[str], name1: str = "frame1", name2: str = "frame2", transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> DynamicFrameCollection:  # noqa: E501
        """These fields as one frame, the rest as another."""
        first, second = self.select_fields(paths), self.drop_fields(paths)
        return DynamicFrameCollection({name1: first, name2: second}, self.glue_ctx)

    # ------------------------------------------------------------------ records

    def split_rows(self, comparison_dict: Dict[str, Dict[str, Any]], name1: str = "frame1", name2: str = "frame2", transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> DynamicFrameCollection:  # noqa: E501
        """Records that compare so as one frame, the rest as another: `{"age": {">": 10, "<": 20}}`."""
        match = condition(self._schema, comparison_dict)
        first = self._next((self._df.where(match), self._schema), stageThreshold, totalThreshold)
        second = self._next((self._df.where(~match), self._schema), stageThreshold, totalThreshold)
        return DynamicFrameCollection({name1: first, name2: second}, self.glue_ctx)

    def map(self, f: Callable[[Any], Any], preservesPartitioning: bool = False, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """What a function makes of each record. A record whose function fails is an error record."""
        df, schema, errors = applied(self._df, self._schema, f, False, info)
        return self._next((df, schema), stageThreshold, totalThreshold, [errors])

    def filter(self, f: Callable[[Any], Any], transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """Records for which a function is true. One whose function fails is an error record."""
        df, schema, errors = applied(self._df, self._schema, f, True, info)
        return self._next((df, schema), stageThreshold, totalThreshold, [errors])

    def join(self, paths1: Sequence[str], paths2: Sequence[str], frame2: "DynamicFrame", transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """Records of both with equal keys."""
        made = join((self._df, self._schema), (frame2._df, frame2._schema), paths1, paths2)
        return self._next(made, stageThreshold, totalThreshold, others=frame2._all_errors())

    def union(self, other_frame: "DynamicFrame", transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """Records of both; a field that has another type in the other frame becomes a choice."""
        made = united([(self._df, self._schema), (other_frame._df, other_frame._schema)])
        return self._next(made, stageThreshold, totalThreshold, others=other_frame._all_errors())

    def mergeDynamicFrame(self, stage_dynamic_frame: "DynamicFrame", primary_keys: Sequence[str], transformation_ctx: str = "", options: Optional[Mapping[str, Any]] = None, info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """Records of the staging frame, and those of this frame whose keys it doesn't have."""
        if options:
            refuse(f"option {next(iter(options))!r} of mergeDynamicFrame", "AWS names no options")
        stage = stage_dynamic_frame
        keys = [_plain_key(stage, key) for key in primary_keys]
        staged = stage._df.select([held.alias(f"__key_{at}") for at, held in enumerate(keys)]).distinct()
        same = None
        for at, key in enumerate(primary_keys):
            equal = _plain_key(self, key) == staged[f"__key_{at}"]
            same = equal if same is None else same & equal
        kept = self._df.join(staged, same, "left_anti")
        made = united([(kept, self._schema), (stage._df, stage._schema)])
        return self._next(made, stageThreshold, totalThreshold, others=stage._all_errors())

    def relationalize(self, root_table_name: str, staging_path: Optional[str] = None, options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> DynamicFrameCollection:  # noqa: E501
        """Flat tables: the root, and one for each array. Nothing is written to the staging path."""
        if options:
            refuse(f"option {next(iter(options))!r} of relationalize")
        tables = relationalize(self._df, self._schema, root_table_name)
        frames = {}
        for name, made in tables.items():
            frames[name] = self._next(made, stageThreshold, totalThreshold)
            frames[name].name = name
        return DynamicFrameCollection(frames, self.glue_ctx)

    def unnest(self, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """Members of structs as fields of their own."""
        return self._next(unnest(self._df, self._schema), stageThreshold, totalThreshold)

    def unbox(self, path: str, format: str, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0, **options: Any) -> "DynamicFrame":  # noqa: E501
        """A string field parsed as JSON or CSV. A record whose string isn't that is an error record."""
        df, schema, errors = unbox(self._df, self._schema, path, format, options, info)
        return self._next((df, schema), stageThreshold, totalThreshold, [errors])

    def spigot(self, path: str, options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0) -> "DynamicFrame":  # noqa: E501
        """Writes sample records as JSON, and goes on with all: `topk` the first so many, `prob` each with this probability."""
        from ._write import write_sample

        write_sample(self, path, options or {})
        return self._next((self._df, self._schema), stageThreshold, totalThreshold)

    def write(self, connection_type: str, connection_options: Optional[Mapping[str, Any]] = None, format: Optional[str] = None, format_options: Optional[Mapping[str, Any]] = None, accumulator_size: int = 0) -> "DynamicFrame":  # noqa: E501
        """Writes the frame, as write_dynamic_frame.from_options does."""
        return self.glue_ctx.write_dynamic_frame_from_options(self, connection_type, connection_options, format, format_options)

    # ------------------------------------------------------------------ errors

    def errorsCount(self) -> int:
        """Error records of this frame and of those that it was made of."""
        return sum(errors.count() for errors in self._all_errors())

    def stageErrorsCount(self) -> int:
        """Error records of the step that made this frame."""
        return sum(errors.count() for errors in self._errors)

    def errorsAsDynamicFrame(self) -> "DynamicFrame":
        """The error records, each with what failed, where, and the record."""
        spark = self.glue_ctx.spark_session
        made = from_records(spark, spark.sparkContext.union(self._all_errors() or [spark.sparkContext.parallelize([], 1)]))
        return DynamicFrame(made[0], self.glue_ctx, f"{self.name}_errors", made[1])

    def assertErrorThreshold(self) -> None:
        """Fails if there are as many errors as stageThreshold or totalThreshold; 0 allows any number."""
        stage, total = self._thresholds
        if stage > 0 and (found := self.stageErrorsCount()) >= stage:
            raise Exception(f"Error threshold exceeded: {found} errors in this stage, stageThreshold is {stage}")
        if total > 0 and (found := self.errorsCount()) >= total:
            raise Exception(f"Error threshold exceeded: {found} errors in all, totalThreshold is {total}")

    def _all_errors(self) -> List[RDD]:
        """Each once: frames that were split and joined again share theirs."""
        return list({id(errors): errors for errors in [*self._previous, *self._errors]}.values())


def _plain_key(frame: DynamicFrame, path: str) -> Any:
    names = resolve(frame._schema, path)
    if names is None or "[]" in names or isinstance(type_at(frame._schema, names), G.ChoiceType):
        raise ValueError(f"primary key {path!r} isn't a field with one type outside of arrays")
    return column(names)
