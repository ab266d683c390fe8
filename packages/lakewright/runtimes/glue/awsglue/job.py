"""A job and what it has already read.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-job.html
"""

import json
import os
import tempfile
from typing import Any, Dict, Mapping, Optional

VERSION = 1


class Job:
    """`init` begins a run, `commit` keeps its bookmarks.

    The runtime says where they are: LAKEWRIGHT_BOOKMARK names the file if the run's job-bookmark-option is
    job-bookmark-enable or job-bookmark-pause; LAKEWRIGHT_BOOKMARK_PAUSE=1 leaves the file as it is.
    """

    current: Optional["Job"] = None

    def __init__(self, glue_context: Any) -> None:
        self._context = glue_context
        self._name: Optional[str] = None
        self._path = os.environ.get("LAKEWRIGHT_BOOKMARK") or None
        self._before: Dict[str, Any] = {}
        self._read: Dict[str, Any] = {}

    def init(self, job_name: str, args: Optional[Mapping[str, Any]] = None) -> None:
        """Begins a run: from here on sources with a transformation_ctx read what is new."""
        self._name, self._read = job_name, {}
        self._before = _load(self._path) if self._path else {}
        Job.current = self

    def isInitialized(self) -> bool:
        """Whether `init` was called."""
        return self._name is not None

    def commit(self) -> None:
        """Keeps what was read: the next run reads what comes after it.

        Raises Exception if `init` wasn't called.
        """
        if not self.isInitialized():
            raise Exception("Job is not initialized: call job.init before job.commit")
        if self._path and os.environ.get("LAKEWRIGHT_BOOKMARK_PAUSE") != "1":
            self._before = {**self._before, **self._read}
            _save(self._path, self._before)
        self._read = {}

    def bookmark(self, transformation_ctx: str) -> Optional[Dict[str, Any]]:
        """What earlier runs read of a source; None if this run has no bookmarks for it."""
        if not (self._path and self.isInitialized() and transformation_ctx):
            return None
        return self._before.get(transformation_ctx, {})

    def seen(self, transformation_ctx: str, state: Dict[str, Any]) -> None:
        """Notes what a source read, for `commit`."""
        self._read[transformation_ctx] = state


def bookmark_of(transformation_ctx: str) -> Optional[Dict[str, Any]]:
    """The bookmark of a source in the current job, {} if it is new, None without bookmarks."""
    return Job.current.bookmark(transformation_ctx) if Job.current else None


def _load(path: str) -> Dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except FileNotFoundError:
        return {}
    if content.get("version") != VERSION:
        raise ValueError(f"bookmark {path} has version {content.get('version')!r}, {VERSION} is expected: reset it")
    return content["sources"]


def _save(path: str, sources: Mapping[str, Any]) -> None:
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".bookmark-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"version": VERSION, "sources": sources}, file, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
