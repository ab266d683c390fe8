"""What a Glue script begins with.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

import os
import sys
import time
import warnings
from typing import Any, Callable, Mapping, NoReturn, Optional, Union

from pyspark.context import SparkContext
from pyspark.sql import DataFrame, SparkSession, SQLContext
from pyspark.sql import functions as F

from ._catalog import Catalog, format_of
from ._jdbc import connection, read_jdbc, reads, table_location, write_jdbc
from ._purge import purge_path, purge_table
from ._refuse import checked, refuse
from ._schema import named, to_spark
from ._source import from_paths, from_table
from ._write import write_table
from .data_sink import DataSink
from .data_source import DataSource
from .dynamicframe import DynamicFrame, DynamicFrameCollection, DynamicFrameReader, DynamicFrameWriter
from .dynamicframereader import DataFrameReader
from .logger import GlueLogger

_FORMATS = ("parquet", "orc", "json", "csv", "avro")
_COLUMNS = ("year", "month", "day", "hour", "minute")


class GlueContext(SQLContext):
    """Sources and sinks of DynamicFrames on a Spark session."""

    def __init__(self, sparkContext: Union[SparkContext, SparkSession, None] = None, **options: Any) -> None:
        spark = sparkContext if isinstance(sparkContext, SparkSession) else SparkSession.builder.getOrCreate()
        checked(options, {"minPartitions": "speed only", "targetPartitions": "speed only"}, "GlueContext")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().__init__(spark.sparkContext, spark)
        self.spark_session: SparkSession = spark
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.create_data_frame = DataFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)
        self.write_data_frame = _DataFrameWriter(self)
        self._catalog = Catalog()
        # Python workers of a borrowed JVM find this package as the driver does
        environment = spark.sparkContext.environment
        environment.setdefault("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"GlueContext.{name} isn't supported by Lakewright's awsglue")

    def get_logger(self) -> GlueLogger:
        """Lines in the job's log."""
        return GlueLogger()

    def currentTimeMillis(self) -> int:
        """Milliseconds since 1970."""
        return int(time.time() * 1000)

    # ------------------------------------------------------------------ sources

    def getSource(self, connection_type: str, transformation_ctx: str = "", push_down_predicate: str = "", **options: Any) -> DataSource:
        """A source; its format is set with setFormat."""
        if push_down_predicate:
            _no_predicate()
        return DataSource(self, connection_type, options, transformation_ctx)

    def create_dynamic_frame_from_rdd(self, data: Any, name: str, schema: Any = None, sample_ratio: Optional[float] = None, transformation_ctx: str = "") -> DynamicFrame:  # noqa: E501
        """A frame of an RDD or a list of rows: their types are Spark's, or of the schema."""
        return DynamicFrame.fromDF(self.spark_session.createDataFrame(data, schema, sample_ratio), self, name)

    def create_dynamic_frame_from_catalog(self, database: Optional[str] = None, table_name: Optional[str] = None, redshift_tmp_dir: str = "", transformation_ctx: str = "", push_down_predicate: str = "", additional_options: Optional[Mapping[str, Any]] = None, catalog_id: Optional[str] = None, **kwargs: Any) -> DynamicFrame:  # noqa: E501
        """A frame of a catalog table: objects of S3, or rows of a database that a crawler found."""
        database = database or kwargs.pop("name_space", None)
        _no_more(kwargs, "create_dynamic_frame.from_catalog")
        if not (database and table_name):
            raise ValueError("create_dynamic_frame.from_catalog reads a table: give database and table_name")
        table = self._catalog.table(database, table_name, catalog_id)
        if _is_iceberg(table):
            refuse(f"a DynamicFrame of the Iceberg table {database}.{table_name}", "use create_data_frame.from_catalog or spark.sql")
        if reads(_classification(table)):
            name, relation = table_location(table)
            given = {"connectionName": name, "dbtable": relation, **(additional_options or {})}
            return read_jdbc(self, _classification(table), given, transformation_ctx, catalog_id)
        return from_table(self, database, table_name, push_down_predicate, additional_options or {}, transformation_ctx, catalog_id)

    def create_dynamic_frame_from_options(self, connection_type: str, connection_options: Optional[Mapping[str, Any]] = None, format: Optional[str] = None, format_options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "", push_down_predicate: str = "", **kwargs: Any) -> DynamicFrame:  # noqa: E501
        """A frame of objects at paths (`s3`, or a format as connection type), or of a database."""
        _no_more(kwargs, "create_dynamic_frame.from_options")
        if push_down_predicate:
            _no_predicate()
        if reads(connection_type):
            return read_jdbc(self, connection_type, connection_options or {}, transformation_ctx)
        if connection_type in _FORMATS:
            connection_type, format = "s3", format or connection_type
        if connection_type not in ("s3", "file"):
            refuse(f"connection type {connection_type!r}", "s3 and JDBC databases are supported")
        if not format:
            raise ValueError('connection type s3 has a format: format="json"')
        return from_paths(self, connection_options or {}, format, format_options or {}, transformation_ctx)

    def create_data_frame_from_options(self, *args: Any, **kwargs: Any) -> DataFrame:
        """As create_dynamic_frame_from_options, as a DataFrame."""
        return self.create_dynamic_frame_from_options(*args, **kwargs).toDF()

    def create_data_frame_from_catalog(self, database: str, table_name: str, transformation_ctx: str = "", additional_options: Optional[Mapping[str, Any]] = None, **kwargs: Any) -> DataFrame:  # noqa: E501
        """A DataFrame of a catalog table; an Iceberg table is read by Spark's catalog glue_catalog."""
        if _is_iceberg(self._catalog.table(database, table_name, kwargs.get("catalog_id"))):
            checked(additional_options, {"useCatalogSchema": "always"}, "an Iceberg table's additional_options")
            return self.spark_session.table(f"glue_catalog.`{database}`.`{table_name}`")
        given = {name: value for name, value in (additional_options or {}).items() if name not in ("useSparkDataSource", "useCatalogSchema")}
        return self.create_dynamic_frame_from_catalog(
            database, table_name, transformation_ctx=transformation_ctx, additional_options=given, **kwargs
        ).toDF()

    def add_ingestion_time_columns(self, dataFrame: DataFrame, timeGranularity: str = "") -> DataFrame:
        """With ingest_year … of now, as fine as `day`, `hour` or `minute`."""
        if timeGranularity not in ("day", "hour", "minute"):
            raise ValueError(f"timeGranularity {timeGranularity!r}: day, hour or minute is expected")
        now = F.current_timestamp()
        for part in _COLUMNS[: _COLUMNS.index(timeGranularity) + 1]:
            value = getattr(F, {"day": "dayofmonth"}.get(part, part))(now)
            dataFrame = dataFrame.withColumn(f"ingest_{part}", value)
        return dataFrame

    def get_catalog_schema_as_spark_schema(self, database: str, table_name: str, catalog_id: Optional[str] = None) -> Any:
        """The columns of a table as Spark's types."""
        from pyspark.sql.types import StructField, StructType

        types = self._catalog.column_types(database, table_name, catalog_id)
        return StructType([StructField(name, to_spark(named(kind))) for name, kind in types.items()])

    # ------------------------------------------------------------------ sinks

    def getSink(self, connection_type: str, format: Optional[str] = None, transformation_ctx: str = "", **options: Any) -> DataSink:
        """A sink; its format is set with setFormat, its table with setCatalogInfo."""
        return DataSink(self, connection_type, format, options)

    def write_dynamic_frame_from_options(self, frame: Any, connection_type: str, connection_options: Optional[Mapping[str, Any]] = None, format: Optional[str] = None, format_options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "") -> Any:  # noqa: E501
        """Writes a frame to S3 or to a database, and gives it back."""
        return self.write_from_options(frame, connection_type, connection_options, format, format_options, transformation_ctx)

    def write_from_options(self, frame_or_dfc: Any, connection_type: str, connection_options: Optional[Mapping[str, Any]] = None, format: Optional[str] = None, format_options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "") -> Any:  # noqa: E501
        """Writes a frame, or each frame of a collection below its name."""
        sink = DataSink(self, connection_type, format, connection_options or {})
        sink.setFormat(format or "", **(format_options or {}))
        return sink.write(frame_or_dfc)

    def write_dynamic_frame_from_catalog(self, frame: Any, database: str, table_name: str, redshift_tmp_dir: str = "", transformation_ctx: str = "", additional_options: Optional[Mapping[str, Any]] = None, catalog_id: Optional[str] = None) -> Any:  # noqa: E501
        """Adds to a catalog table: objects in its format and partitions, or rows of a database."""
        table = self._catalog.table(database, table_name, catalog_id)
        if _is_iceberg(table):
            refuse(f"writing a DynamicFrame to the Iceberg table {database}.{table_name}", "use write_data_frame.from_catalog or spark.sql")
        if reads(_classification(table)):
            name, relation = table_location(table)
            given = {"connectionName": name, "dbtable": relation, **(additional_options or {})}
            return write_jdbc(self, frame, _classification(table), given, catalog_id)
        return write_table(frame, database, table_name, additional_options or {}, catalog_id)

    def write_dynamic_frame_from_jdbc_conf(self, frame: Any, catalog_connection: str, connection_options: Optional[Mapping[str, Any]] = None, redshift_tmp_dir: str = "", transformation_ctx: str = "", catalog_id: Optional[str] = None) -> Any:  # noqa: E501
        """Writes through a connection of the Data Catalog."""
        return write_jdbc(self, frame, "jdbc", {**(connection_options or {}), "connectionName": catalog_connection}, catalog_id)

    def write_from_jdbc_conf(self, frame_or_dfc: Any, catalog_connection: str, connection_options: Optional[Mapping[str, Any]] = None, redshift_tmp_dir: str = "", transformation_ctx: str = "", catalog_id: Optional[str] = None) -> Any:  # noqa: E501
        """The same, also of each frame of a collection, to the table of its name."""
        if not isinstance(frame_or_dfc, DynamicFrameCollection):
            return self.write_dynamic_frame_from_jdbc_conf(frame_or_dfc, catalog_connection, connection_options, catalog_id=catalog_id)
        for name, frame in frame_or_dfc.items():
            given = {**(connection_options or {}), "dbtable": name}
            self.write_dynamic_frame_from_jdbc_conf(frame, catalog_connection, given, catalog_id=catalog_id)
        return frame_or_dfc

    def write_data_frame_from_catalog(self, frame: DataFrame, database: str, table_name: str, redshift_tmp_dir: str = "", transformation_ctx: str = "", additional_options: Optional[Mapping[str, Any]] = None, catalog_id: Optional[str] = None) -> DataFrame:  # noqa: E501
        """Adds a DataFrame to a catalog table, also to an Iceberg table."""
        if _is_iceberg(self._catalog.table(database, table_name, catalog_id)):
            checked(additional_options, {}, "an Iceberg table's additional_options")
            frame.writeTo(f"glue_catalog.`{database}`.`{table_name}`").append()
            return frame
        self.write_dynamic_frame_from_catalog(
            DynamicFrame.fromDF(frame, self, table_name), database, table_name, additional_options=additional_options, catalog_id=catalog_id
        )
        return frame

    def write_data_frame_from_options(self, frame: DataFrame, *args: Any, **kwargs: Any) -> DataFrame:
        """Writes a DataFrame as a DynamicFrame is written."""
        self.write_dynamic_frame_from_options(DynamicFrame.fromDF(frame, self, ""), *args, **kwargs)
        return frame

    # ------------------------------------------------------------------ connections, objects

    def extract_jdbc_conf(self, connection_name: str, catalog_id: Optional[str] = None) -> Mapping[str, str]:
        """`user`, `password`, `vendor`, `url` and `fullUrl` of a connection of the Data Catalog."""
        return connection(self, connection_name, catalog_id)

    def purge_s3_path(self, s3_path: str, options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "") -> None:
        """Deletes objects that are older than the retention period, 168 hours by default."""
        purge_path(self, s3_path, options, transformation_ctx)

    def purge_table(self, database: str, table_name: str, options: Optional[Mapping[str, Any]] = None, transformation_ctx: str = "", catalog_id: Optional[str] = None) -> None:  # noqa: E501
        """Deletes a table's old objects, and the partitions that have none left."""
        purge_table(self, database, table_name, options, transformation_ctx, catalog_id)


class _DataFrameWriter:
    """`glueContext.write_data_frame`."""

    def __init__(self, glue_context: GlueContext) -> None:
        self.from_catalog: Callable[..., DataFrame] = glue_context.write_data_frame_from_catalog
        self.from_options: Callable[..., DataFrame] = glue_context.write_data_frame_from_options


def _classification(table: Mapping[str, Any]) -> str:
    return (table.get("Parameters") or {}).get("classification") or format_of(dict(table))


def _is_iceberg(table: Mapping[str, Any]) -> bool:
    return str((table.get("Parameters") or {}).get("table_type", "")).upper() == "ICEBERG"


def _no_more(kwargs: Mapping[str, Any], where: str) -> None:
    for name in kwargs:
        refuse(f"argument {name!r} of {where}")


def _no_predicate() -> NoReturn:
    refuse("push_down_predicate for paths", "folders give no fields here: use from_catalog, or name the folders in paths")
