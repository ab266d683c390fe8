"""append_pyiceberg.py WRITER COUNT: appends COUNT rows, a commit each, and tries again when another writer was faster."""

import random
import sys
import time

import pyarrow
from lake_catalog import lake_catalog
from pyiceberg.exceptions import CommitFailedException

writer, count = sys.argv[1], int(sys.argv[2])
table = lake_catalog().load_table("db.shared")
for number in range(count):
    row = pyarrow.table(
        {"id": [number], "writer": [writer], "value": [number * 1.5]},
        schema=pyarrow.schema([("id", pyarrow.int64()), ("writer", pyarrow.string()), ("value", pyarrow.float64())]),
    )
    while True:
        try:
            table.refresh()
            table.append(row)
            break
        except CommitFailedException:
            time.sleep(random.random() / 5)
print("appended", count)
