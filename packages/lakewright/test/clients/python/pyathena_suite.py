"""PyAthena, unmodified: cursor, dictionaries, pandas, SQLAlchemy. argv: bucket"""

import sys

import pandas as pd
from pyathena import connect
from pyathena.cursor import DictCursor
from pyathena.error import OperationalError
from pyathena.pandas.cursor import PandasCursor
from sqlalchemy import MetaData, Table, create_engine, func, select

bucket = sys.argv[1]
staging = f"s3://{bucket}/results/"
checks = 0


def check(actual, expected):
    global checks
    assert actual == expected, f"{actual!r} is not {expected!r}"
    checks += 1


settings = {"s3_staging_dir": staging, "region_name": "us-east-1", "poll_interval": 0.02}
connection = connect(**settings)
cursor = connection.cursor()

# --- definitions and data
cursor.execute("CREATE DATABASE IF NOT EXISTS shop")
cursor.execute(
    f"""
    CREATE EXTERNAL TABLE IF NOT EXISTS shop.orders (id bigint, customer string, amount decimal(10,2), ordered_at timestamp)
    PARTITIONED BY (day string)
    STORED AS PARQUET LOCATION 's3://{bucket}/orders/'
    """
)
cursor.execute(
    """
    INSERT INTO shop.orders
    SELECT n, 'customer ' || CAST(n % 3 AS varchar), CAST(n AS decimal(10,2)) / 4, TIMESTAMP '2024-05-01 06:00:00',
      CASE WHEN n <= 50 THEN '2024-05-01' ELSE '2024-05-02' END
    FROM UNNEST(sequence(1, 100)) AS t(n)
    """
)

# --- plain cursor
cursor.execute("SELECT count(*), sum(amount), min(ordered_at) FROM shop.orders")
count, total, first = cursor.fetchone()
check(count, 100)
check(str(total), "1262.50")
check(first.isoformat(), "2024-05-01T06:00:00")
check([column[0] for column in cursor.description], ["_col0", "_col1", "_col2"])
cursor.execute("SELECT id FROM shop.orders WHERE customer = %(customer)s ORDER BY id LIMIT 3", {"customer": "customer 1"})
check(cursor.fetchall(), [(1,), (4,), (7,)])
cursor.execute("SELECT id FROM shop.orders WHERE id > ? ORDER BY id", ["98"], paramstyle="qmark")
check(cursor.fetchall(), [(99,), (100,)])
cursor.execute("SELECT NULL AS nothing, '' AS empty, true AS yes, DATE '2024-02-29' AS leap, ARRAY[1, 2] AS list")
nothing, empty, yes, leap, numbers = cursor.fetchone()
check((nothing, yes, leap.isoformat()), (None, True, "2024-02-29"))
check(empty, "")
cursor.execute("SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n) ORDER BY n")
check(len(cursor.fetchall()), 2500)
cursor.execute("SHOW PARTITIONS shop.orders")
check(sorted(row[0] for row in cursor.fetchall()), ["day=2024-05-01", "day=2024-05-02"])
try:
    cursor.execute("SELECT missing FROM shop.orders")
    check("an error", "no error")
except OperationalError as error:
    check("COLUMN_NOT_FOUND" in str(error), True)

# --- dictionaries
rows = connection.cursor(DictCursor).execute("SELECT day, count(*) AS n FROM shop.orders GROUP BY day ORDER BY day").fetchall()
check(rows, [{"day": "2024-05-01", "n": 50}, {"day": "2024-05-02", "n": 50}])

# --- pandas
frame = connect(cursor_class=PandasCursor, **settings).cursor().execute(
    "SELECT customer, sum(amount) AS total, CAST(count(*) AS integer) AS n FROM shop.orders GROUP BY customer ORDER BY customer"
).as_pandas()
check(list(frame.columns), ["customer", "total", "n"])
check(list(frame["n"]), [33, 34, 33])

# --- SQLAlchemy
engine = create_engine(
    f"awsathena+rest://local:any@athena.us-east-1.amazonaws.com:443/shop?s3_staging_dir={staging}&poll_interval=1"
)
with engine.connect() as sql:
    orders = Table("orders", MetaData(), autoload_with=sql)
    check([column.name for column in orders.columns], ["id", "customer", "amount", "ordered_at", "day"])
    check(sql.execute(select(func.count()).select_from(orders).where(orders.c.id > 90)).scalar(), 10)
    frame = pd.read_sql("SELECT id, customer FROM orders WHERE id <= 5 ORDER BY id", sql)
    check(list(frame["id"]), [1, 2, 3, 4, 5])

cursor.execute("DROP TABLE shop.orders")
cursor.execute("DROP DATABASE shop")
print(f"all {checks} checks passed")
