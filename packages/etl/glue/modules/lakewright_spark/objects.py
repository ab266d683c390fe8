"""Objects of S3, and what is written only if nobody else wrote in between."""

from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlparse

Listed = namedtuple("Listed", "key etag size")

#: requests to S3 at a time
THREADS = 16


class Changed(Exception):
    """Somebody else wrote the object in between."""


class S3Objects:
    """Locations are `s3://bucket/prefix/`; keys are relative to one."""

    def __init__(self, client):
        self.client = client

    def list(self, location):
        """All objects below a location, by key."""
        bucket, prefix = split(location)
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [
            Listed(entry["Key"][len(prefix) :], entry["ETag"].strip('"'), entry["Size"])
            for page in pages
            for entry in page.get("Contents", [])
        ]

    def read(self, uri):
        """Bytes and version; (None, None) if there is none."""
        bucket, key = split(uri)
        try:
            answer = self.client.get_object(Bucket=bucket, Key=key)
        except self.client.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            # Who may list a prefix only is told AccessDenied of an object that there is not.
            if code in ("NoSuchKey", "AccessDenied") and not self._exists(bucket, key):
                return None, None
            raise
        return answer["Body"].read(), answer["ETag"]

    def _exists(self, bucket, key):
        answer = self.client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
        return any(entry["Key"] == key for entry in answer.get("Contents", []))

    def head(self, uri, length):
        """The first bytes."""
        bucket, key = split(uri)
        return self.client.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{length - 1}")["Body"].read()

    def write(self, uri, data):
        bucket, key = split(uri)
        self.client.put_object(Bucket=bucket, Key=key, Body=data)

    def replace(self, uri, data, version):
        """Writes only where the object's version is still this one (None: where there is no object); gives the new one."""
        bucket, key = split(uri)
        header = ("If-None-Match", "*") if version is None else ("If-Match", version)

        # The boto3 of some versions of Glue knows no such parameter.
        def add(request, **_):
            request.headers[header[0]] = header[1]

        events = self.client.meta.events
        events.register("before-sign.s3.PutObject", add)
        try:
            return self.client.put_object(Bucket=bucket, Key=key, Body=data)["ETag"]
        except self.client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise Changed(f"{uri} was written by somebody else: does another run work on the same table?") from error
            raise
        finally:
            events.unregister("before-sign.s3.PutObject", add)

    def copy(self, source, target):
        """Within S3, in parts if it is large."""
        (bucket, key), (to_bucket, to_key) = split(source), split(target)
        self.client.copy({"Bucket": bucket, "Key": key}, to_bucket, to_key)

    def delete(self, uris):
        """Objects that are gone already are no error."""
        for start in range(0, len(uris), 1000):
            chunk = [split(uri) for uri in uris[start : start + 1000]]
            keys = [{"Key": key} for _, key in chunk]
            answer = self.client.delete_objects(Bucket=chunk[0][0], Delete={"Objects": keys, "Quiet": True})
            if answer.get("Errors"):
                raise RuntimeError(f"{answer['Errors'][0]['Key']} couldn't be deleted: {answer['Errors'][0]['Code']}")


def split(uri):
    parts = urlparse(uri, allow_fragments=False)
    # a key may have a question mark, which isn't the beginning of a query here
    return parts.netloc, (parts.path + (f"?{parts.query}" if parts.query else "")).lstrip("/")


def clear(store, location):
    """Deletes what lies below a location."""
    store.delete([location + listed.key for listed in store.list(location)])


def each(action, items):
    """The action for every item, several at a time; the first error ends it."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(action, items))


def is_data(key):
    """Hive, Athena and Spark take names that begin with _ or . for no data."""
    return not any(part.startswith(("_", ".")) for part in key.split("/"))
