"""Which objects a source reads: those below its paths, without the excluded and, with a bookmark, without those read before.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-s3-home.html
and https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

import fnmatch
import json
import re
from dataclasses import dataclass
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

from pyspark.sql import SparkSession

from .job import Job, bookmark_of


@dataclass(frozen=True)
class File:
    """An object: its path, as Spark names it in `_metadata.file_path`, and by what a change is seen."""

    path: str
    uri: str
    modified: int
    size: int


def below(spark: SparkSession, path: str, recurse: bool) -> List[File]:
    """The object of this path, or those of this folder; `_` and `.` hide, as everywhere in Spark."""
    jvm = spark.sparkContext._jvm
    root = jvm.org.apache.hadoop.fs.Path(path)
    system = root.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    if re.search(r"[*?\[{]", path):
        starts = list(system.globStatus(root) or [])
    elif system.exists(root):
        starts = [system.getFileStatus(root)]
    else:
        starts = []
    found: List[File] = []

    def walk(status: Any, top: bool) -> None:
        name = status.getPath().getName()
        if not top and name.startswith(("_", ".")):
            return
        if status.isDirectory():
            if top or recurse:
                for child in system.listStatus(status.getPath()):
                    walk(child, False)
        elif status.getLen() > 0:
            place = status.getPath()
            found.append(File(place.toString(), place.toUri().toString(), status.getModificationTime(), status.getLen()))

    for start in starts:
        walk(start, True)
    return sorted(found, key=lambda file: file.path)


def excluded(path: str, patterns: Iterable[str]) -> bool:
    """Whether a glob takes a file out. `**` crosses folders, `*` doesn't; `{a,b}` is either."""
    return any(re.fullmatch(_pattern(glob), path) for glob in patterns)


def _pattern(glob: str) -> str:
    out, depth, at = "", 0, 0
    while at < len(glob):
        char = glob[at]
        if glob.startswith("**", at):
            out, at = out + ".*", at + 2
            continue
        if char == "*":
            out += "[^/]*"
        elif char == "?":
            out += "[^/]"
        elif char == "[" and "]" in glob[at:]:
            end = glob.index("]", at)
            out += fnmatch.translate(glob[at : end + 1])[4:-3]
            at = end
        elif char == "{":
            out, depth = out + "(?:", depth + 1
        elif char == "}" and depth:
            out, depth = out + ")", depth - 1
        elif char == "," and depth:
            out += "|"
        else:
            out += re.escape(char)
        at += 1
    return out


def globs(exclusions: Any) -> List[str]:
    """`exclusions` is JSON in a string: `"[\\"**.pdf\\"]"`."""
    if not exclusions:
        return []
    patterns = json.loads(exclusions) if isinstance(exclusions, str) else exclusions
    if not isinstance(patterns, list):
        raise ValueError(f'exclusions {exclusions!r}: a JSON list of globs is expected, "[\\"**.pdf\\"]"')
    return patterns


def fresh(files: List[File], transformation_ctx: str, options: Mapping[str, Any]) -> List[File]:
    """Without those that earlier runs read, if the job has bookmarks; what is read is noted for the job's commit."""
    before = bookmark_of(transformation_ctx)
    if before is None:
        return files
    known: Dict[str, List[int]] = before.get("files", {})
    new = [file for file in files if known.get(file.path) != [file.modified, file.size]]
    new = _bounded(new, options)
    read = {file.path: [file.modified, file.size] for file in new}
    job: Optional[Job] = Job.current
    if job:
        earlier = job._read.get(transformation_ctx, {}).get("files", {})
        job.seen(transformation_ctx, {"files": {**known, **earlier, **read}})
    return new


def _bounded(files: List[File], options: Mapping[str, Any]) -> List[File]:
    """`boundedFiles` and `boundedSize`: the oldest first, the rest is left to later runs."""
    limits: Tuple[Optional[int], Optional[int]] = (
        int(options["boundedFiles"]) if options.get("boundedFiles") else None,
        int(options["boundedSize"]) if options.get("boundedSize") else None,
    )
    if limits == (None, None):
        return files
    taken: List[File] = []
    for file in sorted(files, key=lambda file: (file.modified, file.path)):
        size = sum(other.size for other in taken) + file.size
        if (limits[0] is not None and len(taken) >= limits[0]) or (limits[1] is not None and taken and size > limits[1]):
            break
        taken.append(file)
    return taken


def lines_of(spark: SparkSession, path: str) -> Iterator[str]:
    """The lines of a text file, decompressed by its ending, as far as they are asked for."""
    jvm = spark.sparkContext._jvm
    conf = spark.sparkContext._jsc.hadoopConfiguration()
    place = jvm.org.apache.hadoop.fs.Path(path)
    stream = place.getFileSystem(conf).open(place)
    try:
        codec = jvm.org.apache.hadoop.io.compress.CompressionCodecFactory(conf).getCodec(place)
        source = codec.createInputStream(stream) if codec is not None else stream
        reader = jvm.java.io.BufferedReader(jvm.java.io.InputStreamReader(source, "UTF-8"))
        while (line := reader.readLine()) is not None:
            yield line.lstrip("\ufeff") + "\n"
    finally:
        stream.close()
