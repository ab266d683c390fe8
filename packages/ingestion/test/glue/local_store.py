"""State in files, with the same laws as objects of S3: for tests."""

import hashlib
import shutil
from pathlib import Path
from urllib.parse import urlparse


class LocalStore:
    def __init__(self, changed):
        self.changed = changed
        self.writes = []

    def read(self, uri):
        path = local(uri)
        if not path.exists():
            return None, None
        text = path.read_text()
        return text, version(text)

    def write(self, uri, text, expected=None, conditional=False):
        if conditional and self.read(uri)[1] != expected:
            raise self.changed(uri)
        path = local(uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.writes.append(uri)

    def clear(self, uri):
        shutil.rmtree(local(uri), ignore_errors=True)


def local(uri):
    return Path(urlparse(uri).path)


def version(text):
    return hashlib.sha256(text.encode()).hexdigest()
