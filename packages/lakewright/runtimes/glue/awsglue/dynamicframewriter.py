"""`glueContext.write_dynamic_frame`.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame-writer.html
"""

from typing import Any, Mapping, Optional


class DynamicFrameWriter:
    """Frames to objects, tables and databases."""

    def __init__(self, glue_context: Any) -> None:
        self._glue_context = glue_context

    def from_options(self, frame: Any, connection_type: str, connection_options: Optional[Mapping[str, Any]] = None, format: Optional[str] = None, format_options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "") -> Any:  # noqa: E501
        """Writes to S3 or to a database."""
        return self._glue_context.write_dynamic_frame_from_options(
            frame, connection_type, connection_options, format, format_options, transformation_ctx
        )

    def from_catalog(self, frame: Any, database: Optional[str] = None, table_name: Optional[str] = None, redshift_tmp_dir: str = "", transformation_ctx: str = "", additional_options: Optional[Mapping[str, Any]] = None, catalog_id: Optional[str] = None, name_space: Optional[str] = None) -> Any:  # noqa: E501
        """Writes to a catalog table. `name_space` is an old name of `database`."""
        return self._glue_context.write_dynamic_frame_from_catalog(
            frame, database or name_space, table_name, redshift_tmp_dir, transformation_ctx, additional_options, catalog_id
        )

    def from_jdbc_conf(self, frame: Any, catalog_connection: str, connection_options: Optional[Mapping[str, Any]] = None, redshift_tmp_dir: str = "", transformation_ctx: str = "", catalog_id: Optional[str] = None) -> Any:  # noqa: E501
        """Writes through a connection of the Data Catalog."""
        return self._glue_context.write_dynamic_frame_from_jdbc_conf(
            frame, catalog_connection, connection_options, redshift_tmp_dir, transformation_ctx, catalog_id
        )
