"""Files that Spark staged become files of the table.

Each step can be done again: a copy has one name, a deletion may find nothing, a partition may be there.
"""

import re
from urllib.parse import unquote

from .objects import clear, each, is_data


def moves(store, staging, name):
    """From staged files to names within the table: `month=2026-01/part-<name>-00000.snappy.parquet`."""
    folders, found = {}, []
    for listed in sorted(store.list(staging)):
        if not is_data(listed.key) or listed.size == 0:
            continue
        folder, _, file = listed.key.rpartition("/")
        number = folders[folder] = folders.get(folder, -1) + 1
        suffix = re.sub(r"^[^.]*(\.c\d+)?", "", file)
        found.append([listed.key, f"{folder}/".lstrip("/") + f"part-{name}-{number:05d}{suffix}"])
    return found


def copy(store, source, target, pairs):
    each(lambda pair: store.copy(source + pair[0], target + pair[1]), pairs)


def partitions(keys):
    """Folders and values of the partitions that files lie in."""
    folders = sorted({key.rpartition("/")[0] for key in keys})
    return [(folder, [value(part) for part in folder.split("/")]) for folder in folders if folder]


def value(part):
    """`city=S%C3%A3o` holds `São`, as Hive escapes it."""
    return unquote(part.partition("=")[2])


def remove_staging(store, state):
    clear(store, f"{state}staging/")
