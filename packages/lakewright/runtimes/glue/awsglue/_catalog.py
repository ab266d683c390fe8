"""The Data Catalog, through its API: whoever runs the job needs the rights.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
"""

import json
from typing import Any, Dict, List, Optional

import boto3

from . import gluetypes as G
from ._refuse import refuse
from ._schema import named, to_catalog

_FORMATS = {
    "parquet": (
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "json": (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
    ),
    "csv": (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    ),
    "avro": (
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    ),
    "orc": (
        "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    ),
}
_SERDES = {"parquet": "parquet", "opencsv": "csv", "lazysimple": "csv", "json": "json", "avro": "avro", "orc": "orc"}


class Catalog:
    """What GlueContext asks of the Data Catalog."""

    def __init__(self) -> None:
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The Glue client of the environment: AWS_ENDPOINT_URL, keys and region."""
        if self._client is None:
            self._client = boto3.client("glue")
        return self._client

    def table(self, database: str, name: str, catalog_id: Optional[str] = None) -> Dict[str, Any]:
        """@raises EntityNotFoundException, AccessDeniedException"""
        return self.client.get_table(DatabaseName=database, Name=name, **_of(catalog_id))["Table"]

    def find_table(self, database: str, name: str, catalog_id: Optional[str] = None) -> Optional[Dict[str, Any]]:
        """None if there is no such table."""
        try:
            return self.table(database, name, catalog_id)
        except self.client.exceptions.EntityNotFoundException:
            return None

    def partitions(self, database: str, name: str, expression: str = "", catalog_id: Optional[str] = None) -> List[Dict[str, Any]]:
        """All partitions, or those for which the expression is true."""
        pages = self.client.get_paginator("get_partitions").paginate(
            DatabaseName=database, TableName=name, **({"Expression": expression} if expression else {}), **_of(catalog_id)
        )
        return [partition for page in pages for partition in page["Partitions"]]

    def column_types(self, database: str, name: str, catalog_id: Optional[str] = None) -> Dict[str, str]:
        """Columns and partition keys of a table."""
        table = self.table(database, name, catalog_id)
        columns = [*table["StorageDescriptor"].get("Columns", []), *table.get("PartitionKeys", [])]
        return {column["Name"]: column.get("Type", "string") for column in columns}

    def connection(self, name: str, catalog_id: Optional[str] = None) -> Dict[str, Any]:
        """@raises EntityNotFoundException, AccessDeniedException"""
        return self.client.get_connection(Name=name, **_of(catalog_id))["Connection"]

    def put_table(self, database: str, table: Dict[str, Any], exists: bool, catalog_id: Optional[str] = None) -> None:
        """Creates or replaces a table's definition."""
        call = self.client.update_table if exists else self.client.create_table
        call(DatabaseName=database, TableInput=table, **_of(catalog_id))

    def add_partitions(self, database: str, name: str, partitions: List[Dict[str, Any]], catalog_id: Optional[str] = None) -> None:
        """Registers partitions; one that is there already stays."""
        for start in range(0, len(partitions), 100):
            answer = self.client.batch_create_partition(
                DatabaseName=database, TableName=name, PartitionInputList=partitions[start : start + 100], **_of(catalog_id)
            )
            failed = [
                error
                for error in answer.get("Errors", [])
                if error.get("ErrorDetail", {}).get("ErrorCode") != "AlreadyExistsException"
            ]
            if failed:
                raise Exception(f"partitions of {database}.{name} could not be registered: {json.dumps(failed, default=str)}")

    def drop_partitions(self, database: str, name: str, values: List[List[str]], catalog_id: Optional[str] = None) -> None:
        """Removes partitions from the catalog."""
        for start in range(0, len(values), 25):
            some = [{"Values": one} for one in values[start : start + 25]]
            self.client.batch_delete_partition(DatabaseName=database, TableName=name, PartitionsToDelete=some, **_of(catalog_id))


def _of(catalog_id: Optional[str]) -> Dict[str, str]:
    return {"CatalogId": catalog_id} if catalog_id else {}


def format_of(table: Dict[str, Any]) -> str:
    """The format of a table's objects: its classification, else by its SerDe."""
    parameters = table.get("Parameters") or {}
    kind = parameters.get("classification")
    if kind:
        return "parquet" if kind == "glueparquet" else kind
    library = ((table["StorageDescriptor"].get("SerdeInfo") or {}).get("SerializationLibrary") or "").lower()
    found = next((name for word, name in _SERDES.items() if word in library), None)
    if found is None:
        refuse(f"table {table['Name']!r} with SerDe {library!r} and no classification", "set its parameter classification")
    return found


def read_options(table: Dict[str, Any], kind: str) -> Dict[str, Any]:
    """Format options that a table's definition means."""
    if kind != "csv":
        return {}
    descriptor = table["StorageDescriptor"]
    serde = (descriptor.get("SerdeInfo") or {}).get("Parameters") or {}
    parameters = {**(table.get("Parameters") or {}), **(descriptor.get("Parameters") or {})}
    lines = parameters.get("skip.header.line.count", serde.get("skip.header.line.count", "0"))
    if int(lines) > 1:
        refuse(f"a CSV table with skip.header.line.count {lines}", "0 and 1 are supported")
    separator = serde.get("separatorChar") or serde.get("field.delim") or parameters.get("delimiter") or ","
    options = {"separator": separator, "skipFirst": int(lines) == 1}
    if serde.get("quoteChar"):
        options["quoteChar"] = serde["quoteChar"]
    if serde.get("escapeChar") and serde["escapeChar"] != options.get("quoteChar", '"'):
        options["escaper"] = serde["escapeChar"]
    return options


def columns_of(table: Dict[str, Any]) -> Dict[str, G.DataType]:
    """Columns without partition keys."""
    return {column["Name"]: named(column.get("Type", "string")) for column in table["StorageDescriptor"].get("Columns", [])}


def table_input(
    name: str, schema: G.StructType, partition_keys: List[str], location: str, kind: str, format_options: Dict[str, Any]
) -> Dict[str, Any]:
    """The definition of a table that a sink writes."""
    plain = "parquet" if kind == "glueparquet" else kind
    if plain not in _FORMATS:
        refuse(f"a catalog table of format {kind!r}")
    reader, writer, serde = _FORMATS[plain]
    types = {field.name: to_catalog(field.dataType) for field in schema}
    serde_parameters = {"serialization.format": "1"}
    parameters = {"classification": kind}
    if plain == "csv":
        serde_parameters = {"separatorChar": format_options.get("separator", ","), "quoteChar": '"'}
        parameters["skip.header.line.count"] = "1" if format_options.get("writeHeader", True) in (True, "true") else "0"
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": [{"Name": key, "Type": types[key]} for key in partition_keys],
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": kind} for column, kind in types.items() if column not in partition_keys],
            "Location": location,
            "InputFormat": reader,
            "OutputFormat": writer,
            "Compressed": False,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": serde_parameters},
        },
    }
