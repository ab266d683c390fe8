"""read_pyiceberg.py [SNAPSHOT]: the rows of db.shared as sorted JSON lists."""

import json
import sys

from lake_catalog import lake_catalog


table = lake_catalog().load_table("db.shared")
results = {}
for snapshot in sys.argv[1:] or [None]:
    scan = table.scan(snapshot_id=int(snapshot) if snapshot else None)
    rows = [[row["id"], row["writer"], row["value"]] for row in scan.to_arrow().to_pylist()]
    results[snapshot or "now"] = sorted(rows, key=json.dumps)
print(json.dumps(results))
