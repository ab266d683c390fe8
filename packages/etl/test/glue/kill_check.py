"""The conversion job is killed (SIGKILL, with its JVM) at a random moment, and run again: as if nothing had happened.

Usage: kill_check.py FOLDER. LAKEWRIGHT_RANDOM_SEED repeats a run, LAKEWRIGHT_KILL_ROUNDS does more of them.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

ROOT = sys.argv[1]
FILES, ROWS = 20, 500
SETTINGS = {
    "database": "converted",
    "table": "flights",
    "format": "json",
    "columns": [{"name": "id", "type": "bigint"}, {"name": "date", "type": "date"}],
    "partitions": [{"kind": "month", "column": "date", "name": "month"}],
    "compression": "snappy",
    "onInvalid": "quarantine",
    "fileSize": 16 * 1024,
    "bounds": {"max_objects": 5, "max_bytes": 10**9},
}


def run_here(folder):
    """The job, and then what the table and the quarantine hold: a process of its own."""
    from spark_session import start

    spark = start(folder)
    from lakewright_spark.conversion import Conversion
    from local_lake import LocalCatalog, LocalObjects

    place = f"file://{folder}/"
    settings = {**SETTINGS, **{name: f"{place}{name}/" for name in ("source", "target", "state", "quarantine")}}
    objects = LocalObjects()
    print("BEGINS", flush=True)
    report = Conversion(spark, objects, LocalCatalog(f"{folder}/catalog", objects), settings, "run").run()
    rows = [row[0] for row in spark.read.parquet(settings["target"]).select("id").collect()]
    bad = spark.read.option("recursiveFileLookup", "true").json(settings["quarantine"]).count()
    print("ENDS " + json.dumps({"ids": sorted(rows), "bad": bad, "resumed": [b for b in report["batches"] if b.get("resumed")]}))


def process(folder):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", __file__, "child", folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def raw(folder):
    for number in range(FILES):
        path = Path(folder, "source", f"{number:02d}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        records = [{"id": number * ROWS + n, "date": f"2001-{n % 12 + 1:02d}-01"} for n in range(ROWS)] + [{"id": "bad"}]
        path.write_text("".join(f"{json.dumps(record)}\n" for record in records))


class Kills(unittest.TestCase):
    def test_killed_at_random_moments_it_ends_as_without(self):
        seed = int(os.environ.get("LAKEWRIGHT_RANDOM_SEED", str(time.time_ns() % 100_000)))
        dice = random.Random(seed)
        for number in range(int(os.environ.get("LAKEWRIGHT_KILL_ROUNDS", "2"))):
            with self.subTest(seed=seed, round=number):
                folder = f"{ROOT}/round-{number}"
                raw(folder)
                killed = self.kill(folder, dice.uniform(0.5, 12))
                last = process(folder)
                output, _ = last.communicate(timeout=300)
                ends = [line for line in output.splitlines() if line.startswith("ENDS ")]
                self.assertEqual((last.returncode, len(ends)), (0, 1), f"seed {seed}, killed: {killed}")
                end = json.loads(ends[0][5:])
                self.assertEqual(end["ids"], list(range(FILES * ROWS)))
                self.assertEqual(end["bad"], FILES)
                print(f"seed {seed}, round {number}: killed {killed}, resumed {len(end['resumed'])}", file=sys.stderr)

    def kill(self, folder, seconds):
        child = process(folder)
        for line in child.stdout:
            if line.startswith("BEGINS"):
                break
        timer = threading.Timer(seconds, lambda: os.killpg(child.pid, signal.SIGKILL))
        timer.start()
        child.communicate()
        timer.cancel()
        return child.returncode == -signal.SIGKILL


if __name__ == "__main__":
    if sys.argv[1] == "child":
        run_here(sys.argv[2])
    else:
        sys.argv[1:] = sys.argv[2:]
        unittest.main(verbosity=1)
