"""Orders as they are; raises, or works without end, while an object next to the raw files says so."""

import sys
import time

import boto3


def transform(df, spark):
    bucket, _, folder = sys.argv[sys.argv.index("--source") + 1].removeprefix("s3://").partition("/")
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"{folder}_fault-").get("Contents", [])
    faults = [found["Key"].rpartition("-")[2] for found in listed]
    if "raise" in faults:
        raise ValueError("the price list is missing")
    if "sleep" in faults:
        time.sleep(600)
    return df
