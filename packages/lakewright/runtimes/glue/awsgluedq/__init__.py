"""AWS Glue Data Quality: rulesets in DQDL, evaluated on Spark DataFrames.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""
