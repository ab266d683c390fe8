"""PyAthena and the AWS SDK for pandas, unmodified, as two personas. argv: bucket of results, prefix of each in `shared`"""

import logging
import sys

import awswrangler as wr
import boto3
from botocore.exceptions import ClientError
from pyathena import connect
from pyathena.error import DatabaseError, OperationalError

bucket, analyst_prefix, guest_prefix = sys.argv[1:]
logging.disable(logging.CRITICAL)  # PyAthena logs each refusal
checks = 0


def check(actual, expected):
    global checks
    assert actual == expected, f"{actual!r} is not {expected!r}"
    checks += 1


def contains(text, part):
    global checks
    assert part in str(text), f"{part!r} is not in {text!r}"
    checks += 1


def refused(error, part, call):
    try:
        call()
    except error as raised:
        contains(raised, part)
        return
    raise AssertionError(f"it wasn't refused: {part}")


def session(who):
    return boto3.Session(aws_access_key_id=who, aws_secret_access_key="any", region_name="eu-west-1")


def cursor(who, work_group, **more):
    keys = {"aws_access_key_id": who, "aws_secret_access_key": "any", "region_name": "eu-west-1"}
    return connect(work_group=work_group, poll_interval=0.02, **keys, **more).cursor()


# --- PyAthena: no location is given, the workgroup has one
mine = cursor("Analyst", "analyst")
mine.execute("SELECT customer, count(*) AS orders FROM shop.orders GROUP BY customer ORDER BY customer")
check(mine.fetchall()[0], ("customer 0", 10))
contains(mine.output_location, f"s3://{bucket}/analyst/")
location = mine.output_location

# --- another's are refused
key = location.removeprefix(f"s3://{bucket}/")
refused(ClientError, "AccessDenied", lambda: session("Guest").client("s3").get_object(Bucket=bucket, Key=key))
athena = session("Guest").client("athena")
refused(ClientError, "AccessDenied", lambda: athena.get_query_results(QueryExecutionId=mine.query_id))
refused(DatabaseError, "AccessDenied", lambda: cursor("Guest", "analyst").execute("SELECT 1"))

# --- in a workgroup of both each gives its own place
ours = cursor("Analyst", "shared", s3_staging_dir=f"s3://{bucket}/{analyst_prefix}/")
check(ours.execute("SELECT 5").fetchall(), [(5,)])
refused(
    OperationalError,
    "s3:PutObject",
    lambda: cursor("Guest", "shared", s3_staging_dir=f"s3://{bucket}/{analyst_prefix}/").execute("SELECT 1"),
)
theirs = cursor("Guest", "shared", s3_staging_dir=f"s3://{bucket}/{guest_prefix}/")
check(theirs.execute("SELECT 6").fetchall(), [(6,)])

# --- prepared statements, managed results, the limit, an unknown workgroup
check(mine.execute("EXECUTE of_customer USING 'customer 2'").fetchall(), [(10,)])
managed = cursor("Analyst", "managed")
check(managed.execute("SELECT 7").fetchall(), [(7,)])
check(managed.output_location, None)
refused(OperationalError, "Bytes scanned limit was exceeded", lambda: mine.execute("SELECT max(x) FROM shop.wide"))
refused(DatabaseError, "WorkGroup nobody is not found.", lambda: cursor("local", "nobody").execute("SELECT 1"))

# --- saved queries
saved = session("Analyst").client("athena")
(named,) = saved.list_named_queries(WorkGroup="analyst")["NamedQueryIds"]
query = saved.get_named_query(NamedQueryId=named)["NamedQuery"]
check((query["Name"], query["Database"]), ("Total", "shop"))
total = cursor("Analyst", "analyst", schema_name=query["Database"]).execute(query["QueryString"])
check(str(total.fetchone()[0]), "465.00")
refused(ClientError, "AccessDenied", lambda: athena.get_named_query(NamedQueryId=named))

# --- AWS SDK for pandas
ask = {"database": "shop", "ctas_approach": False}
frame = wr.athena.read_sql_query(
    "SELECT id, amount FROM orders ORDER BY id", workgroup="analyst", boto3_session=session("Analyst"), **ask
)
check(len(frame), 30)
check(frame.query_metadata["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{bucket}/analyst/"), True)
execution = frame.query_metadata["QueryExecutionId"]
refused(
    ClientError,
    "AccessDenied",
    lambda: wr.athena.get_query_results(query_execution_id=execution, boto3_session=session("Guest")),
)
refused(
    wr.exceptions.QueryCancelled,
    "Bytes scanned limit was exceeded",
    lambda: wr.athena.read_sql_query(
        "SELECT max(x) FROM wide", workgroup="analyst", boto3_session=session("Analyst"), **ask
    ),
)

print(f"all {checks} checks passed")
