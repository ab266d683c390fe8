"""The lake's catalog, as PyIceberg loads it: through the REST catalog, or with ICEBERG_CATALOG=glue through Glue's API."""

import os

from pyiceberg.catalog import Catalog, load_catalog


def lake_catalog() -> Catalog:
    keys = {"access-key-id": "local", "secret-access-key": "local", "region": "us-east-1"}
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    store = {f"s3.{key}": value for key, value in keys.items()} | {"s3.endpoint": endpoint}
    if os.environ.get("ICEBERG_CATALOG") == "glue":
        glue = {f"glue.{key}": value for key, value in keys.items()} | {"glue.endpoint": endpoint}
        return load_catalog("lake", **{"type": "glue", **glue, **store})
    return load_catalog("lake", **{"type": "rest", "uri": os.environ["ICEBERG_URI"], **store})
