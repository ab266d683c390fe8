"""Databases through JDBC.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-jdbc-home.html
"""

import datetime
import decimal
import json
import os
import re
from typing import Any, Dict, List, Mapping, Optional, Tuple

import boto3

from ._paths import top
from ._refuse import checked, flag, refuse
from .dynamicframe import DynamicFrame
from .job import Job, bookmark_of

DRIVERS = {
    "postgresql": "org.postgresql.Driver",
    "mysql": "com.mysql.cj.jdbc.Driver",
    "mariadb": "org.mariadb.jdbc.Driver",
    "sqlserver": "com.microsoft.sqlserver.jdbc.SQLServerDriver",
    "oracle": "oracle.jdbc.OracleDriver",
}
_OPTIONS = {
    "url": "jdbc:…",
    "user": "",
    "password": "",
    "dbtable": "table, with its schema",
    "database": "instead of the URL's",
    "query": "instead of dbtable",
    "sampleQuery": "instead of dbtable",
    "connectionName": "of the Data Catalog",
    "useConnectionProperties": "with connectionName",
    "secretId": "of Secrets Manager: username and password",
    "customJdbcDriverClassName": "",
    "fetchsize": "speed only",
    "hashfield": "speed only",
    "hashexpression": "speed only",
    "hashpartitions": "speed only",
    "enablePartitioningForSampleQuery": "speed only",
    "jobBookmarkKeys": "columns that only grow, or only fall",
    "jobBookmarkKeysSortOrder": "asc or desc",
    "bulkSize": "speed only",
    "redshiftTmpDir": "",
}
_REFUSED = {
    "customJdbcDriverS3Path": "give the driver in --extra-jars",
    "preactions": "run the statement with your driver",
    "postactions": "run the statement with your driver",
    "sslmode": "say it in the URL",
}


def reads(connection_type: str) -> bool:
    """Whether a connection type is one of these databases."""
    return connection_type in DRIVERS or connection_type == "jdbc"


def settings(ctx: Any, connection_type: str, given: Mapping[str, Any], catalog_id: Optional[str] = None) -> Dict[str, Any]:
    """Options, completed by the connection and secret that they name."""
    options = checked(given, _OPTIONS, f"connection type {connection_type}", _REFUSED)
    if options.get("connectionName"):
        conf = connection(ctx, options["connectionName"], catalog_id)
        options = {"url": conf["fullUrl"], "user": conf["user"], "password": conf["password"], **options}
        if options.get("database"):
            options["url"] = with_database(options["url"], options["database"])
    if options.get("secretId"):
        options = {**options, **_secret(options["secretId"])}
    if not options.get("url"):
        raise ValueError(f"connection type {connection_type} has a url or a connectionName among its options")
    return options


def connection(ctx: Any, name: str, catalog_id: Optional[str] = None) -> Dict[str, str]:
    """URL, user, password and vendor of a connection of the Data Catalog; the runtime may say what stands for it."""
    found = ctx._catalog.connection(name, catalog_id)
    properties = found["ConnectionProperties"]
    kind = found["ConnectionType"]
    if kind not in ("JDBC", "POSTGRESQL", "MYSQL", "SQLSERVER", "ORACLE"):
        refuse(f"connection {name!r} of type {kind}", "JDBC connections are supported")
    url = properties.get("JDBC_CONNECTION_URL")
    if not url:
        refuse(f"connection {name!r} without JDBC_CONNECTION_URL")
    user, password = properties.get("USERNAME", ""), properties.get("PASSWORD", "")
    if properties.get("SECRET_ID"):
        secret = _secret(properties["SECRET_ID"])
        user, password = secret["user"], secret["password"]
    local = json.loads(os.environ.get("LAKEWRIGHT_CONNECTIONS", "{}")).get(name)
    if local:
        url, user, password = local["url"], local.get("user", user), local.get("password", password)
    match = re.match(r"jdbc:([a-z0-9]+):", url)
    return {"fullUrl": url, "url": url, "user": user, "password": password, "vendor": match.group(1) if match else ""}


def _secret(secret_id: str) -> Dict[str, str]:
    value = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"])
    return {"user": value.get("username") or value.get("user"), "password": value["password"]}


def with_database(url: str, database: str) -> str:
    """The URL with another database."""
    if url.startswith("jdbc:sqlserver:"):
        plain = re.sub(r";database(Name)?=[^;]*", "", url, flags=re.IGNORECASE)
        return f"{plain};databaseName={database}"
    if url.startswith("jdbc:oracle:"):
        refuse("option 'database' with an Oracle URL", "name the service in the URL")
    return re.sub(r"^(jdbc:\w+://[^/?]+)(/[^?]*)?", lambda match: f"{match.group(1)}/{database}", url)


def read_jdbc(ctx: Any, connection_type: str, given: Mapping[str, Any], transformation_ctx: str, catalog_id: Optional[str] = None) -> DynamicFrame:  # noqa: E501
    """Rows of a table or query; with bookmark keys only those after the last run's."""
    options = settings(ctx, connection_type, given, catalog_id)
    query = options.get("sampleQuery") or options.get("query")
    if not query and not options.get("dbtable"):
        raise ValueError(f"connection type {connection_type} reads a dbtable or a sampleQuery")
    relation = f"({query}) source" if query else options["dbtable"]
    before = bookmark_of(transformation_ctx)
    keys: List[str] = list(options.get("jobBookmarkKeys") or [])
    falling = str(options.get("jobBookmarkKeysSortOrder", "asc")).lower() == "desc"
    if before is not None and not keys:
        refuse("a bookmark by the table's primary key", "name its columns in jobBookmarkKeys")
    if before and before.get("last"):
        if before["keys"] != keys or before["falling"] != falling:
            raise ValueError(f"the bookmark of {transformation_ctx!r} has keys {before['keys']}: reset it, or keep the keys")
        relation = f"(SELECT * FROM {relation} WHERE {_after(keys, before['last'], falling)}) fresh"
    reader = ctx.spark_session.read.format("jdbc").option("url", options["url"]).option("dbtable", relation)
    df = _connected(reader, options).load()
    if before is not None:
        df = df.persist()
        last = _last(df, keys, falling) or before.get("last")
        if Job.current and last:
            Job.current.seen(transformation_ctx, {"keys": keys, "falling": falling, "last": last})
    return DynamicFrame(df, ctx, transformation_ctx)


def _connected(access: Any, options: Mapping[str, Any]) -> Any:
    match = re.match(r"jdbc:([a-z0-9]+):", options["url"])
    driver = options.get("customJdbcDriverClassName") or DRIVERS.get(match.group(1) if match else "")
    if not driver:
        refuse(f"JDBC URL {options['url']!r}", f"databases are {', '.join(DRIVERS)}")
    found = {"driver": driver, "user": options.get("user"), "password": options.get("password")}
    found["fetchsize"], found["batchsize"] = options.get("fetchsize"), options.get("bulkSize")
    for name, value in found.items():
        if value is not None:
            access = access.option(name, str(value))
    return access


def _after(keys: List[str], last: List[Dict[str, str]], falling: bool) -> str:
    """Greater than a compound key: a > 1 OR (a = 1 AND b > 2)."""
    sign = "<" if falling else ">"
    tests = []
    for at, key in enumerate(keys):
        equal = [f"{keys[before]} = {_literal(last[before])}" for before in range(at)]
        tests.append("(" + " AND ".join([*equal, f"{key} {sign} {_literal(last[at])}"]) + ")")
    return " OR ".join(tests)


def _literal(value: Dict[str, str]) -> str:
    text = value["value"].replace("'", "''")
    return text if value["type"] == "number" else f"{'TIMESTAMP ' if value['type'] == 'timestamp' else ''}'{text}'"


def _last(df: Any, keys: List[str], falling: bool) -> Optional[List[Dict[str, str]]]:
    missing = [key for key in keys if key.lower() not in [name.lower() for name in df.columns]]
    if missing:
        raise ValueError(f"bookmark key {missing[0]!r} isn't a column: there are {', '.join(df.columns)}")
    if df.isEmpty():
        return None
    furthest = [top(key).asc() if falling else top(key).desc() for key in keys]
    row = df.select([top(key) for key in keys]).orderBy(*furthest).first()
    return [_kept(value, key) for value, key in zip(row, keys)]


def _kept(value: Any, key: str) -> Dict[str, str]:
    if value is None:
        raise ValueError(f"bookmark key {key!r} is null in a row: a key is never null")
    if isinstance(value, (int, float, decimal.Decimal)):
        return {"type": "number", "value": str(value)}
    if isinstance(value, datetime.datetime):
        return {"type": "timestamp", "value": value.strftime("%Y-%m-%d %H:%M:%S.%f")}
    return {"type": "text", "value": str(value)}


def write_jdbc(ctx: Any, frame: Any, connection_type: str, given: Mapping[str, Any], catalog_id: Optional[str] = None) -> Any:
    """Adds rows to a table, which is made if it isn't there."""
    options = settings(ctx, connection_type, given, catalog_id)
    if not options.get("dbtable"):
        raise ValueError(f"a sink of connection type {connection_type} has a dbtable")
    writer = frame.toDF().write.format("jdbc").option("url", options["url"]).option("dbtable", options["dbtable"])
    _connected(writer, options).mode("append").save()
    return frame


def table_location(table: Mapping[str, Any]) -> Tuple[str, str]:
    """Connection and table of a catalog table that a crawler found in a database: location is database.schema.table."""
    parameters = {**(table.get("Parameters") or {}), **(table["StorageDescriptor"].get("Parameters") or {})}
    name = parameters.get("connectionName")
    if not name:
        refuse(f"table {table['Name']!r} of a database without parameter connectionName")
    return name, table["StorageDescriptor"]["Location"].split(".", 1)[-1]
