"""AWS Glue's PySpark extensions on a plain Spark: written from AWS's public documentation, for local runs.

What this package lacks it refuses by name. docs/guides/awsglue.md lists every class, method and option.
See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html
"""

from typing import Any


def __getattr__(name: str) -> Any:
    # scripts of Glue Studio say `from awsglue import DynamicFrame`; a Python shell job needn't load Spark for its arguments
    if name in ("DynamicFrame", "DynamicFrameCollection"):
        from . import dynamicframe

        return getattr(dynamicframe, name)
    raise AttributeError(f"module 'awsglue' has no attribute {name!r}")
