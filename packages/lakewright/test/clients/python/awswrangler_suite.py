"""AWS SDK for pandas, unmodified: Parquet with catalog, CTAS, UNLOAD, repair, delete. argv: bucket"""

import datetime
import sys

import awswrangler as wr
import pandas as pd

bucket = sys.argv[1]
path = f"s3://{bucket}/sales/"
results = f"s3://{bucket}/results/"
checks = 0


def check(actual, expected):
    global checks
    assert actual == expected, f"{actual!r} is not {expected!r}"
    checks += 1


def sales(ids, day):
    return pd.DataFrame(
        {
            "id": pd.array(ids, dtype="Int64"),
            "product": [f"product {number % 4}" for number in ids],
            "price": [number * 0.5 for number in ids],
            "sold": [datetime.date(2024, 5, 1)] * len(ids),
            "day": [day] * len(ids),
        }
    )


wr.catalog.create_database("shop", exist_ok=True)
check("shop" in list(wr.catalog.databases()["Database"]), True)

# --- write with catalog
written = wr.s3.to_parquet(
    sales(range(1, 101), "2024-05-01"), path, dataset=True, database="shop", table="sales", partition_cols=["day"]
)
check(len(written["paths"]), 1)
wr.s3.to_parquet(
    sales(range(101, 151), "2024-05-02"), path, dataset=True, mode="append", database="shop", table="sales", partition_cols=["day"]
)
check(wr.catalog.get_table_types("shop", "sales")["price"], "double")
check(sorted(value for [value] in wr.catalog.get_parquet_partitions("shop", "sales").values()), ["2024-05-01", "2024-05-02"])

# --- read: CTAS (the default), UNLOAD, plain
query = "SELECT product, count(*) AS n, sum(price) AS total FROM sales GROUP BY product ORDER BY product"
expected = [("product 0", 37, 1406.0), ("product 1", 38, 1425.0), ("product 2", 38, 1444.0), ("product 3", 37, 1387.5)]
for approach in ({"ctas_approach": True}, {"ctas_approach": False, "unload_approach": True}, {"ctas_approach": False}):
    # UNLOAD wants an empty prefix, here as on AWS.
    output = f"s3://{bucket}/unloaded/" if "unload_approach" in approach else results
    frame = wr.athena.read_sql_query(query, database="shop", s3_output=output, **approach).sort_values("product")
    check([(row.product, int(row.n), float(row.total)) for row in frame.itertuples()], expected)
check(sum(len(part) for part in wr.athena.read_sql_query("SELECT * FROM sales", "shop", s3_output=results, chunksize=40)), 150)
frame = wr.athena.read_sql_query(
    "SELECT id FROM sales WHERE product = ? AND id < 10 ORDER BY id",
    database="shop",
    s3_output=results,
    params=["'product 1'"],
    paramstyle="qmark",
    ctas_approach=False,
)
check([int(number) for number in frame["id"]], [1, 5, 9])

# --- overwrite one partition
wr.s3.to_parquet(
    sales([7], "2024-05-02"),
    path,
    dataset=True,
    mode="overwrite_partitions",
    database="shop",
    table="sales",
    partition_cols=["day"],
)
frame = wr.athena.read_sql_query("SELECT day, count(*) AS n FROM sales GROUP BY day ORDER BY day", "shop", s3_output=results)
check([int(number) for number in frame["n"]], [100, 1])

# --- files that the catalog doesn't know yet
wr.s3.to_parquet(sales([1, 2], "2024-05-03").drop(columns="day"), f"{path}day=2024-05-03/more.parquet")
wr.athena.repair_table("sales", database="shop", s3_output=results)
check(len(wr.catalog.get_partitions("shop", "sales")), 3)
frame = wr.athena.read_sql_query("SELECT count(*) AS n FROM sales", "shop", s3_output=results, ctas_approach=False)
check(int(frame["n"][0]), 103)

# --- Athena's own CTAS
made = wr.athena.create_ctas_table(
    sql="SELECT * FROM sales WHERE id <= 10", database="shop", ctas_table="few", s3_output=results, wait=True
)
check(made["ctas_table"], "few")
check(len(wr.s3.read_parquet_table("few", "shop")), 13)

# --- delete
check(wr.catalog.delete_table_if_exists("shop", "few"), True)
wr.s3.delete_objects(path)
check(wr.s3.list_objects(path), [])
frame = wr.athena.read_sql_query("SELECT count(*) AS n FROM sales", "shop", s3_output=results, ctas_approach=False)
check(int(frame["n"][0]), 0)
check(wr.catalog.delete_table_if_exists("shop", "sales"), True)
wr.catalog.delete_database("shop")
print(f"all {checks} checks passed")
