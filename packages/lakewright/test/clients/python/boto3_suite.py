"""Calls of boto3 against a served lake. Everything comes from the environment, as in a user's program."""

import io
import os

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

CHECKS = 0


def check(condition, what):
    global CHECKS
    CHECKS += 1
    if not condition:
        raise SystemExit(f"failed: {what}")


def refused(code, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except ClientError as error:
        check(error.response["Error"]["Code"] == code, f"{code}, got {error}")
        return error
    raise SystemExit(f"failed: {code} expected")


s3 = boto3.client("s3")
s3.create_bucket(Bucket="raw", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
s3.get_waiter("bucket_exists").wait(Bucket="raw")
check([b["Name"] for b in s3.list_buckets()["Buckets"]] == ["raw"], "list_buckets")
check(s3.get_bucket_location(Bucket="raw")["LocationConstraint"] == "eu-west-1", "location")
refused("404", s3.head_bucket, Bucket="none")

KEY = "ü/dt=2024-01-01 00:00:00/a+b&c'%.csv"
put = s3.put_object(Bucket="raw", Key=KEY, Body=b"a,b\n", ContentType="text/csv", Metadata={"owner": "me"})
got = s3.get_object(Bucket="raw", Key=KEY)
check(got["Body"].read() == b"a,b\n", "body")
check(got["ETag"] == put["ETag"] and got["ContentType"] == "text/csv", "headers")
check(got["Metadata"] == {"owner": "me"}, "metadata")
check(s3.get_object(Bucket="raw", Key=KEY, Range="bytes=1-2")["Body"].read() == b",b", "range")
check([o["Key"] for o in s3.list_objects_v2(Bucket="raw")["Contents"]] == [KEY], "list with odd characters")
refused("NoSuchKey", s3.get_object, Bucket="raw", Key="none")
refused("PreconditionFailed", s3.put_object, Bucket="raw", Key=KEY, Body=b"", IfNoneMatch="*")
refused("InvalidArgument", s3.put_object, Bucket="raw", Key="a/../../b", Body=b"")

for algorithm in ["CRC32", "SHA1", "SHA256"]:
    s3.put_object(Bucket="raw", Key=f"sum/{algorithm}", Body=b"x" * 100_000, ChecksumAlgorithm=algorithm)
    back = s3.get_object(Bucket="raw", Key=f"sum/{algorithm}", ChecksumMode="ENABLED")
    check(len(back["Body"].read()) == 100_000 and back[f"Checksum{algorithm}"], algorithm)

s3.put_object_tagging(Bucket="raw", Key=KEY, Tagging={"TagSet": [{"Key": "zone", "Value": "raw"}]})
check(s3.get_object_tagging(Bucket="raw", Key=KEY)["TagSet"] == [{"Key": "zone", "Value": "raw"}], "tags")

data = os.urandom(12 * 1024 * 1024)
config = TransferConfig(multipart_threshold=5 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024)
s3.upload_fileobj(io.BytesIO(data), "raw", "multi", Config=config)
sink = io.BytesIO()
s3.download_fileobj("raw", "multi", sink, Config=config)
check(sink.getvalue() == data, "multipart")
s3.copy({"Bucket": "raw", "Key": "multi"}, "raw", "copied", Config=config)
check(s3.head_object(Bucket="raw", Key="copied")["ContentLength"] == len(data), "multipart copy")

bucket = boto3.resource("s3").Bucket("raw")
for number in range(25):
    bucket.put_object(Key=f"many/{number:02}", Body=b"")
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="raw", Prefix="many/", PaginationConfig={"PageSize": 7})
check([o["Key"] for p in pages for o in p["Contents"]] == [f"many/{n:02}" for n in range(25)], "pages")
old = s3.get_paginator("list_objects").paginate(Bucket="raw", Prefix="many/", PaginationConfig={"PageSize": 7})
check(len([o for p in old for o in p["Contents"]]) == 25, "pages of version 1")
prefixes = s3.list_objects_v2(Bucket="raw", Delimiter="/")["CommonPrefixes"]
check([p["Prefix"] for p in prefixes] == ["many/", "sum/", "ü/"], "common prefixes")
bucket.objects.filter(Prefix="many/").delete()
check("Contents" not in s3.list_objects_v2(Bucket="raw", Prefix="many/"), "delete by the resource API")
deleted = s3.delete_objects(Bucket="raw", Delete={"Objects": [{"Key": "copied"}, {"Key": "none"}]})
check(len(deleted["Deleted"]) == 2, "delete_objects")

virtual = boto3.client(
    "s3",
    endpoint_url=os.environ["AWS_ENDPOINT_URL"].replace("127.0.0.1", "localhost"),
    config=Config(s3={"addressing_style": "virtual"}),
)
url = virtual.generate_presigned_url("get_object", Params={"Bucket": "raw", "Key": "multi"})
check("//raw.localhost" in url, "virtual-host URL")

sts = boto3.client("sts")
check(sts.get_caller_identity()["Account"] == "111122223333", "identity")
refused("AccessDenied", sts.assume_role, RoleArn="arn:aws:iam::111122223333:role/none", RoleSessionName="session")
ssm = boto3.client("ssm")
ssm.put_parameter(Name="/a/b", Value="v", Type="SecureString")
check(ssm.get_parameter(Name="/a/b", WithDecryption=True)["Parameter"]["Value"] == "v", "parameter")
refused("ParameterNotFound", ssm.get_parameter, Name="/none")
secrets = boto3.client("secretsmanager")
secrets.create_secret(Name="s", SecretBinary=b"\x00\xff")
check(secrets.get_secret_value(SecretId="s")["SecretBinary"] == b"\x00\xff", "binary secret")
for service, call, name in [
    ("redshift-data", "list_statements", "redshift-data:ListStatements"),
    ("cloudwatch", "list_metrics", "monitoring:ListMetrics"),
    ("autoscaling", "describe_auto_scaling_groups", "autoscaling:POST /"),
    ("quicksight", "list_users", "quicksight:GET /"),
]:
    arguments = {"AwsAccountId": "111122223333", "Namespace": "default"} if service == "quicksight" else {}
    error = refused("UnknownOperationException", getattr(boto3.client(service), call), **arguments)
    check(name in str(error) and "isn't done by Lakewright" in str(error), f"{name} is named: {error}")

print(f"all {CHECKS} checks passed")
