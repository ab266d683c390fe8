"""read_duckdb.py: the rows of db.shared with DuckDB's own Iceberg extension."""

import importlib.resources
import json
import os

import duckdb

connection = duckdb.connect()
for name in ("avro", "httpfs", "iceberg"):
    folder = importlib.resources.files(f"duckdb_extension_{name}")
    file = folder / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    connection.execute(f"LOAD '{file}'")
endpoint = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
connection.execute(
    f"CREATE SECRET (TYPE s3, KEY_ID 'local', SECRET 'local', ENDPOINT '{endpoint}', URL_STYLE 'path', USE_SSL false)"
)
connection.execute(
    f"ATTACH 'lake' AS lake (TYPE iceberg, ENDPOINT '{os.environ['ICEBERG_URI']}', AUTHORIZATION_TYPE 'none', ACCESS_DELEGATION_MODE 'none')"
)
rows = connection.execute("SELECT id, writer, value FROM lake.db.shared").fetchall()
print(json.dumps({"now": sorted([list(row) for row in rows], key=json.dumps)}))
