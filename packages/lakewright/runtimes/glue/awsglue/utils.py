"""Arguments of a job.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
"""

import argparse
from typing import Any, Dict, List, NoReturn, Sequence

_RESERVED = [
    "job-bookmark-option",
    "job-bookmark-from",
    "job-bookmark-to",
    "JOB_ID",
    "JOB_RUN_ID",
    "JOB_NAME",
    "SECURITY_CONFIGURATION",
    "encryption-type",
    "enable-data-lineage",
    "RedshiftTempDir",
    "TempDir",
]


class GlueArgumentError(Exception):
    """An argument that is asked for is missing, or has no value."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: Sequence[str], options: List[str]) -> Dict[str, Any]:
    """Values of the named arguments: `--NAME value` or `--NAME=value`.

    As in AWS Glue 5.x, arguments may be abbreviated as far as they stay unique, unknown ones are left out, and the
    answer has Glue's own arguments too: `job_bookmark_option`, `TempDir` …, None where they aren't given.

    Raises GlueArgumentError if one is missing.
    """
    parser = _Parser(add_help=False)
    for name in options:
        parser.add_argument(f"--{name}", required=True)
    for name in _RESERVED:
        if name not in options and name.replace("-", "_") not in options:
            parser.add_argument(f"--{name}", default="job-bookmark-disable" if name == "job-bookmark-option" else None)
    found, _ = parser.parse_known_args(list(args)[1:])
    values = vars(found)
    if values.get("JOB_NAME") is None and "JOB_NAME" not in options:
        values.pop("JOB_NAME", None)
    return values
