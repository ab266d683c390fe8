"""`glueContext.create_dynamic_frame`.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame-reader.html
"""

from typing import Any, Mapping, Optional


class DynamicFrameReader:
    """Frames from RDDs, tables and objects."""

    def __init__(self, glue_context: Any) -> None:
        self._glue_context = glue_context

    def from_rdd(self, data: Any, name: str, schema: Any = None, sampleRatio: Optional[float] = None) -> Any:
        """A frame of an RDD or a list of rows."""
        return self._glue_context.create_dynamic_frame_from_rdd(data, name, schema, sampleRatio)

    def from_options(self, connection_type: str, connection_options: Optional[Mapping[str, Any]] = None, format: Optional[str] = None, format_options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "", push_down_predicate: str = "", **kwargs: Any) -> Any:  # noqa: E501
        """A frame of objects or of a database."""
        return self._glue_context.create_dynamic_frame_from_options(
            connection_type, connection_options, format, format_options, transformation_ctx, push_down_predicate, **kwargs
        )

    def from_catalog(self, database: Optional[str] = None, table_name: Optional[str] = None, redshift_tmp_dir: str = "", transformation_ctx: str = "", push_down_predicate: str = "", additional_options: Optional[Mapping[str, Any]] = None, catalog_id: Optional[str] = None, name_space: Optional[str] = None, **kwargs: Any) -> Any:  # noqa: E501
        """A frame of a catalog table. `name_space` is an old name of `database`."""
        return self._glue_context.create_dynamic_frame_from_catalog(
            database or name_space, table_name, redshift_tmp_dir, transformation_ctx, push_down_predicate, additional_options, catalog_id, **kwargs
        )


class DataFrameReader:
    """`glueContext.create_data_frame`: the same as Spark DataFrames."""

    def __init__(self, glue_context: Any) -> None:
        self._glue_context = glue_context

    def from_options(self, *args: Any, **kwargs: Any) -> Any:
        """A DataFrame of objects or of a database."""
        return self._glue_context.create_data_frame_from_options(*args, **kwargs)

    def from_catalog(self, *args: Any, **kwargs: Any) -> Any:
        """A DataFrame of a catalog table, also of an Iceberg table."""
        return self._glue_context.create_data_frame_from_catalog(*args, **kwargs)
