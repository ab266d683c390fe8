"""Objects and a catalog in files, with the same laws as S3 and AWS Glue: for tests."""

import hashlib
import json
import os
import shutil
import threading
import uuid
from pathlib import Path

from lakewright_spark.objects import Changed, Listed


class Killed(BaseException):
    """The process ends here: nothing that the job would do after an error is done."""


class LocalObjects:
    """`steps` counts what changes something; `kill_at` ends the run before the step, or after it if `late`."""

    def __init__(self, kill_at=None, late=False):
        self.kill_at, self.late, self.steps, self.lock = kill_at, late, 0, threading.Lock()

    def list(self, location):
        root = local(location)
        files = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else []
        return [Listed(str(path.relative_to(root)), etag(path.read_bytes()), path.stat().st_size) for path in files if not path.name.endswith(".crc")]

    def read(self, uri):
        path = local(uri)
        return (path.read_bytes(), etag(path.read_bytes())) if path.is_file() else (None, None)

    def head(self, uri, length):
        return local(uri).read_bytes()[:length]

    def write(self, uri, data):
        with Step(self):
            put(local(uri), data)

    def replace(self, uri, data, version):
        with Step(self):
            if self.read(uri)[1] != version:
                raise Changed(uri)
            put(local(uri), data)
        return etag(data)

    def copy(self, source, target):
        with Step(self):
            put(local(target), local(source).read_bytes())

    def delete(self, uris):
        for uri in uris:
            with Step(self):
                local(uri).unlink(missing_ok=True)


class Step:
    """Several go on at a time, so each knows its number."""

    def __init__(self, owner):
        self.owner = owner

    def __enter__(self):
        with self.owner.lock:
            self.owner.steps += 1
            self.number = self.owner.steps
        if self.number == self.owner.kill_at and not self.owner.late:
            raise Killed()

    def __exit__(self, *_):
        if self.number == self.owner.kill_at and self.owner.late:
            raise Killed()


class LocalCatalog:
    """A folder of tables; counts its steps with the objects'."""

    def __init__(self, folder, objects):
        self.folder, self.objects = Path(folder), objects

    def _path(self, database, name):
        return self.folder / f"{database}.{name}.json"

    def table(self, database, name):
        path = self._path(database, name)
        return json.loads(path.read_text()) if path.exists() else None

    def create(self, database, table):
        with Step(self.objects):
            put(self._path(database, table["Name"]), json.dumps(table).encode())

    update = create

    def add_partitions(self, database, name, inputs):
        with Step(self.objects):
            known = self.partitions(database, name)
            known.update({json.dumps(each["Values"]): each["StorageDescriptor"]["Location"] for each in inputs})
            put(self.folder / f"{database}.{name}.partitions.json", json.dumps(known).encode())

    def partition_locations(self, database, name):
        return list(self.partitions(database, name).values())

    def partitions(self, database, name):
        path = self.folder / f"{database}.{name}.partitions.json"
        return json.loads(path.read_text()) if path.exists() else {}


def local(uri):
    return Path(uri.removeprefix("file://"))


def put(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    temporary.write_bytes(data)
    os.replace(temporary, path)


def etag(data):
    return hashlib.md5(data).hexdigest()


def wipe(uri):
    shutil.rmtree(local(uri), ignore_errors=True)

