"""Filters, splits and samples."""

import sys

from awsglue.context import GlueContext
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["input", "output"])
glueContext = GlueContext(SparkContext.getOrCreate())

people = glueContext.create_dynamic_frame.from_options("s3", {"paths": [args["input"]]}, "json")
people = DropNullFields.apply(frame=people)
people = RenameField.apply(frame=people, old_name="`full.name`", new_name="name")
adults = Filter.apply(frame=people, f=lambda person: person["age"] is not None and person["age"] >= 18)
rows = SplitRows.apply(frame=adults, comparison_dict={"age": {">=": 30, "<": 60}}, name1="middle", name2="others")
fields = SplitFields.apply(frame=SelectFromCollection.apply(dfc=rows, key="middle"), paths=["name"], name1="names", name2="rest")
sampled = Spigot.apply(frame=rows["others"], path=args["output"] + "sample", options={"topk": 1})
selected = SelectFields.apply(frame=sampled, paths=["name", "age"])
glueContext.write_dynamic_frame.from_options(fields["names"], "s3", {"path": args["output"] + "names"}, "csv", {"writeHeader": False})
glueContext.write_dynamic_frame.from_options(selected, "s3", {"path": args["output"] + "others"}, "csv", {"separator": "|"})
print(sorted(people.toDF().columns), Filter.name(), [a["name"] for a in Filter.describeArgs()][:2])
