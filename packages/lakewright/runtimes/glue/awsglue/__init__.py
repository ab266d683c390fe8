"""AWS Glue's PySpark extensions on a plain Spark: written from AWS's public documentation, for local runs.

What this package lacks it refuses by name. docs/guides/awsglue.md lists every class, method and option.
See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html
"""
