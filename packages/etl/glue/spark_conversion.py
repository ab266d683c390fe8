"""Raw files into a table of the lake: an AWS Glue job.

Arguments: `--source`, `--target`, `--state`, `--quarantine` (locations with a slash at their ends), `--settings` (JSON),
`--run_id` and `--rebuild true`, which converts everything again, batch by batch, into fewer and larger files.
"""

import json
import sys

from lakewright_spark.catalog import GlueCatalog
from lakewright_spark.conversion import Conversion
from lakewright_spark.objects import S3Objects
from lakewright_spark.running import arguments, clients, function, run_id, session, tell
from lakewright_spark.tables import views


def main(argv):
    given = arguments(argv)
    settings = json.loads(given["settings"])
    settings.update({name: given[name] for name in ("source", "target", "state", "quarantine")})
    settings["rebuild"] = given.get("rebuild", "false").lower() == "true"
    spark = session()
    s3, glue = clients()
    catalog = GlueCatalog(glue)
    views(spark, catalog, settings["reads"])
    transform = function(settings["transform"]) if settings.get("transform") else None
    tell(Conversion(spark, S3Objects(s3), catalog, settings, run_id(given), transform).run())


if __name__ == "__main__":
    main(sys.argv[1:])
