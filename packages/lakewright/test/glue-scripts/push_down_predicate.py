"""Some partitions of a table, added to another table by its definition."""

import sys

from awsglue.context import GlueContext
from awsglue.transforms import ApplyMapping
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["database"])
glueContext = GlueContext(SparkContext.getOrCreate())

late = glueContext.create_dynamic_frame.from_catalog(
    database=args["database"], table_name="events", push_down_predicate="day > '2026-01-01' and kind == 'click'"
)
asked = glueContext.create_dynamic_frame.from_catalog(
    database=args["database"],
    table_name="events",
    additional_options={"catalogPartitionPredicate": "day = '2026-01-01'"},
)
print("late", late.count(), "asked", asked.count())
try:
    glueContext.create_dynamic_frame.from_catalog(
        database=args["database"], table_name="events", push_down_predicate="id = 1"
    )
except Exception as error:
    print(error)
mapped = ApplyMapping.apply(
    frame=late, mappings=[("id", "int", "id", "bigint"), ("kind", "string", "kind", "string"), ("day", "string", "day", "date")]
)
glueContext.write_dynamic_frame.from_catalog(
    frame=mapped,
    database=args["database"],
    table_name="late",
    additional_options={"enableUpdateCatalog": True, "updateBehavior": "LOG", "partitionKeys": ["day"]},
)
