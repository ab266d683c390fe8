"""Tables of the lake into tables: an AWS Glue job.

Arguments: `--state` (a location with a slash at its end), `--target_<table>` for each output, `--settings` (JSON), `--run_id`.
"""

import json
import sys

from lakewright_spark.catalog import GlueCatalog
from lakewright_spark.objects import S3Objects
from lakewright_spark.running import arguments, clients, function, run_id, session, tell
from lakewright_spark.transformation import Transformation


def main(argv):
    given = arguments(argv)
    settings = json.loads(given["settings"])
    settings["state"] = given["state"]
    for output in settings["outputs"]:
        output["target"] = given[f"target_{output['table']}"]
    spark = session()
    s3, glue = clients()
    transform = function(settings["transform"])
    tell(Transformation(spark, S3Objects(s3), GlueCatalog(glue), settings, run_id(given), transform).run())


if __name__ == "__main__":
    main(sys.argv[1:])
