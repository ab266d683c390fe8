"""The table in the Data Catalog: made or widened by the job, or declared by others."""

PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}


class GlueCatalog:
    """Databases and tables of AWS Glue."""

    def __init__(self, client):
        self.client = client

    def table(self, database, name):
        try:
            return self.client.get_table(DatabaseName=database, Name=name)["Table"]
        except self.client.exceptions.EntityNotFoundException:
            return None

    def create(self, database, table):
        try:
            self.client.create_table(DatabaseName=database, TableInput=table)
        except self.client.exceptions.AlreadyExistsException:
            pass

    def update(self, database, table):
        self.client.update_table(DatabaseName=database, TableInput=table)

    def partition_locations(self, database, name):
        pages = self.client.get_paginator("get_partitions").paginate(
            DatabaseName=database, TableName=name, ExcludeColumnSchema=True
        )
        return [partition["StorageDescriptor"]["Location"] for page in pages for partition in page["Partitions"]]

    def add_partitions(self, database, name, inputs):
        for start in range(0, len(inputs), 100):
            answer = self.client.batch_create_partition(
                DatabaseName=database, TableName=name, PartitionInputList=inputs[start : start + 100]
            )
            codes = {error["ErrorDetail"]["ErrorCode"] for error in answer.get("Errors", [])}
            if codes - {"AlreadyExistsException"}:
                detail = next(e for e in answer["Errors"] if e["ErrorDetail"]["ErrorCode"] != "AlreadyExistsException")
                raise RuntimeError(f"partition {detail['PartitionValues']} of {database}.{name}: {detail['ErrorDetail']}")


class CatalogTable:
    """One table: `columns` and `keys` are pairs of name and type."""

    def __init__(self, catalog, database, name, location, columns, keys):
        self.catalog, self.database, self.name = catalog, database, name
        self.location, self.columns, self.keys = location, columns, keys

    def ensure(self):
        """Makes the table, or adds the columns that it lacks.

        Fails, before anything is written, if it is another one: of another place, with other keys or types.
        """
        there = self.catalog.table(self.database, self.name)
        if there is None:
            self.catalog.create(self.database, self._input())
            there = self.catalog.table(self.database, self.name)
        descriptor = there["StorageDescriptor"]
        have = {column["Name"].lower(): column["Type"] for column in descriptor.get("Columns", [])}
        self._check(there, have)
        missing = [(name, kind) for name, kind in self.columns if name not in have]
        if missing:
            columns = [*descriptor.get("Columns", []), *named(missing)]
            kept = {key: there[key] for key in KEPT if key in there}
            self.catalog.update(
                self.database, {**kept, "Name": self.name, "StorageDescriptor": {**descriptor, "Columns": columns}}
            )
        self.projected = there.get("Parameters", {}).get("projection.enabled", "").lower() == "true"

    def add(self, partitions):
        """Registers partitions, unless the table computes them."""
        if self.projected or not partitions:
            return
        inputs = [
            {"Values": values, "StorageDescriptor": self._descriptor(f"{self.location}{folder}/")}
            for folder, values in partitions
        ]
        self.catalog.add_partitions(self.database, self.name, inputs)

    def _check(self, there, have):
        problems = []
        location = there["StorageDescriptor"].get("Location", "")
        if location.rstrip("/") != self.location.rstrip("/"):
            problems.append(f"its location is {location!r}, not {self.location!r}")
        keys = [(key["Name"].lower(), same(key["Type"])) for key in there.get("PartitionKeys", [])]
        if keys != [(name, same(kind)) for name, kind in self.keys]:
            problems.append(f"its partition keys are {keys}, not {self.keys}")
        for name, kind in self.columns:
            if name in have and same(have[name]) != same(kind):
                problems.append(f"its column {name} is {have[name]}, not {kind}")
        if problems:
            raise RuntimeError(
                f"TableDiffers: {self.database}.{self.name} is in the catalog, and {'; '.join(problems)}: "
                "declare it alike, or write to another table"
            )

    def _input(self):
        return {
            "Name": self.name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
            "PartitionKeys": named(self.keys),
            "StorageDescriptor": self._descriptor(self.location),
        }

    def _descriptor(self, location):
        return {"Columns": named(self.columns), "Location": location, **PARQUET}


#: what UpdateTable would take away if it weren't given again
KEPT = ("Description", "Owner", "Retention", "PartitionKeys", "TableType", "Parameters")


def named(pairs):
    return [{"Name": name, "Type": kind} for name, kind in pairs]


def same(kind):
    """Types as one text: the catalog knows two names for some."""
    text = kind.lower().replace(" ", "")
    return {"integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint"}.get(text, text)
