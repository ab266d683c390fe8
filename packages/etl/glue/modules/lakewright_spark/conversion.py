"""Raw files into a table: what is new since the last run, each batch once, whatever happens in between.

A batch is noted before it is read; Spark writes it below `staging/`, and nothing of the table is touched. Then its record is
written, and from here on it is finished by whoever runs next: files are copied to names that only this batch has, partitions
registered, files of batches that it replaces deleted. The manifest is the last step.
"""

import json
import traceback

from pyspark import StorageLevel
from pyspark.sql import Observation
from pyspark.sql import functions as f

from . import publishing
from .catalog import CatalogTable
from .columns import typed
from .ledger import Ledger, plan
from .objects import clear, is_data
from .packed import original, unpack_all
from .partitions import with_keys, write
from .reading import read, unreadable
from .running import first_line, now

class Conversion:
    """One run."""

    def __init__(self, spark, store, catalog, settings, run_id, transform=None):
        self.spark, self.store, self.settings, self.run_id = spark, store, settings, run_id
        self.transform = transform
        self.source, self.target, self.state = settings["source"], settings["target"], settings["state"]
        self.quarantine = settings["quarantine"]
        kinds = {column["name"]: column["type"] for column in settings["columns"]}
        moved = {p["column"]: p["name"] for p in settings["partitions"] if p["kind"] == "value"}
        self.table = CatalogTable(
            catalog,
            settings["database"],
            settings["table"],
            self.target,
            [(name, kind) for name, kind in kinds.items() if name not in moved],
            [(p["name"], kinds[p["column"]] if p["kind"] == "value" else "string") for p in settings["partitions"]],
        )

    def run(self):
        """Converts what is new; the report tells what became of it, of a run that failed, too."""
        report = {"runId": self.run_id, "startedAt": now(), "batches": [], "kept": []}
        try:
            self._run(report)
            report["status"] = "SUCCEEDED"
        except Exception as error:
            traceback.print_exc()
            report.update(status="FAILED", error=first_line(error))
            raise
        finally:
            # Not after a kill: then there is nobody to write it.
            if "status" in report:
                self._sum(report)
                self.store.write(f"{self.state}reports/{self.run_id}.json", json.dumps(report, indent=1).encode())
        return report

    def _run(self, report):
        self.ledger = Ledger(self.store, self.state)
        if self.ledger.is_new and any(is_data(listed.key) for listed in self.store.list(self.target)):
            raise RuntimeError(
                f"StateLost: {self.target} has files, and {self.state} doesn't say where they come from: "
                "bring the state back, or empty the target and convert everything again"
            )
        self.table.ensure()
        pending = self.ledger.pending
        if pending and pending["phase"] == "publishing":
            report["batches"].append({**self._publish(self.ledger.record(pending["batch"])), "resumed": True})
        publishing.remove_staging(self.store, self.state)
        listing = [listed for listed in self.store.list(self.source) if is_data(listed.key) and listed.size > 0]
        batches, report["kept"] = plan(
            self.ledger.objects, listing, self.settings.get("rebuild", False), **self.settings.get("bounds", {})
        )
        if report["kept"] and self.settings["onInvalid"] == "stop":
            raise RuntimeError(f"SourceGone: {gone(report['kept'])}")
        for batch in batches:
            report["batches"].append(self._convert(batch))

    def _sum(self, report):
        total = lambda name: sum(batch[name] for batch in report["batches"])  # noqa: E731
        for name in ("filesIn", "rowsIn", "rowsOut", "rowsQuarantined", "filesQuarantined"):
            report[name] = total(name)
        report["tables"] = [f"{self.settings['database']}.{self.settings['table']}"]
        report["quarantine"] = self.quarantine
        report["endedAt"] = now()
        report["summary"] = summary(report)

    # ----------------------------------------------------------------------- one batch

    def _convert(self, batch):
        pending = self.ledger.begin()
        staging = f"{self.state}staging/{pending['batch']}-{pending['attempt']}/"
        counts = self._stage(sorted(batch["objects"]), staging)
        if self.settings["onInvalid"] == "stop" and counts["rowsQuarantined"] + counts["filesQuarantined"]:
            raise RuntimeError(self._invalid(staging, counts))
        record = {**pending, **batch, **counts, "runId": self.run_id, "staging": staging}
        del record["phase"]
        record["filesIn"] = len(batch["objects"])
        data = publishing.moves(self.store, f"{staging}data/", pending["batch"]) if counts["rowsOut"] else []
        record["data"], record["bad"] = data, publishing.moves(self.store, f"{staging}bad/", pending["batch"])
        self.ledger.publish(record)
        return self._publish(record)

    def _publish(self, record):
        """Each step of it can be done again."""
        batch, staging = record["batch"], record["staging"]
        publishing.copy(self.store, f"{staging}bad/", f"{self.quarantine}{batch}/", record["bad"])
        publishing.copy(self.store, f"{staging}data/", self.target, record["data"])
        self.table.add(publishing.partitions([to for _, to in record["data"]]))
        for former in record["replaces"]:
            old = self.ledger.record(former)
            self.store.delete([self.target + to for _, to in old["data"]])
            self.store.delete([f"{self.quarantine}{former}/{to}" for _, to in old["bad"]])
        self.ledger.commit(record)
        clear(self.store, staging)
        told = ("batch", "filesIn", "rowsIn", "rowsOut", "rowsQuarantined", "filesQuarantined", "replaces")
        return {name: record[name] for name in told}

    # ----------------------------------------------------------------------- what Spark does

    def _stage(self, keys, staging):
        """Reads and writes; files that can't be read are set aside when Spark stumbles over them."""
        folder = f"{staging}unpacked/"
        packed = self.settings["format"] in ("json", "csv")
        files, broken = (unpack_all(self.spark, self.source, keys, folder) if packed else ([self.source + k for k in keys], []))
        self._must_be_there(broken)
        try:
            counts = self._write(files, staging, broken)
        except Exception:
            found = unreadable(self.spark, self.store, files, self.settings)
            if not found:
                # It is no file's fault.
                raise
            broken = [*broken, *found]
            self._must_be_there(broken)
            bad = {file for file, _ in found}
            clear(self.store, staging + "data/")
            clear(self.store, staging + "bad/")
            counts = self._write([file for file in files if file not in bad], staging, broken)
        return {**counts, "filesQuarantined": len(broken)}

    def _must_be_there(self, broken):
        """A file that the role may not read, or that is gone, isn't torn: it would never be tried again."""
        for file, _ in broken:
            self.store.head(file, 1)

    def _write(self, files, staging, broken):
        counts = {"rowsIn": 0, "rowsOut": 0, "rowsQuarantined": 0}
        if files:
            rows = read(self.spark, self.store, files, self.settings)
            counts = self._transformed(rows, staging) if self.transform else self._plain(rows, staging)
        if broken:
            folder = f"{staging}unpacked/"
            refused = [(original(file, self.source, folder), [first_line(error)], None) for file, error in broken]
            frame = self.spark.createDataFrame(refused, "_file string, _reasons array<string>, _raw string")
            self._set_aside(frame, staging, folder)
        return counts

    def _plain(self, rows, staging):
        """Read once; a second time only where there is something to set aside."""
        seen = Observation()
        observed = rows.observe(seen, f.count(f.lit(1)).alias("all"), f.count_if("_bad").alias("bad"))
        self._save(observed.where(~f.col("_bad")), staging)
        counted = seen.get
        if counted["bad"]:
            self._set_aside(rows.where("_bad"), staging, f"{staging}unpacked/")
        return {
            "rowsIn": counted["all"],
            "rowsOut": counted["all"] - counted["bad"],
            "rowsQuarantined": counted["bad"],
        }

    def _transformed(self, rows, staging):
        rows = rows.persist(StorageLevel.MEMORY_AND_DISK)
        try:
            counted = rows.agg(f.count(f.lit(1)).alias("all"), f.count_if("_bad").alias("bad")).first()
            good = rows.where(~f.col("_bad")).drop("_file", "_raw", "_bad", "_reasons")
            made = self._checked(self.transform(good, self.spark)).persist(StorageLevel.MEMORY_AND_DISK)
            outcome = made.agg(f.count(f.lit(1)).alias("all"), f.count_if("_bad").alias("bad")).first()
            self._save(made.where(~f.col("_bad")), staging)
            refused = [
                frame.where("_bad")
                for frame, bad in ((rows, counted["bad"]), (made, outcome["bad"]))
                if bad
            ]
            for frame in refused:
                self._set_aside(frame, staging, f"{staging}unpacked/")
            made.unpersist()
            return {
                "rowsIn": counted["all"],
                "rowsOut": outcome["all"] - outcome["bad"],
                "rowsQuarantined": counted["bad"] + outcome["bad"],
            }
        finally:
            rows.unpersist()

    def _checked(self, frame):
        """What the transform made, as the table declares it."""
        columns = self.settings["columns"]
        kinds = {field.name.lower(): field for field in frame.schema.fields}
        missing = [column["name"] for column in columns if column["name"] not in kinds]
        if missing:
            raise RuntimeError(
                f"TransformLacksColumns: transform gave {sorted(kinds)}, the table has also {missing}: add them, or take them out of the schema"
            )
        named = [f.col(f"`{kinds[c['name']].name}`").alias(f"_v{number}") for number, c in enumerate(columns)]
        record = f.to_json(f.struct(*[f.col(f"`{field.name}`") for field in frame.schema.fields]))
        values = frame.select(f.lit(None).cast("string").alias("_file"), record.alias("_raw"), *named)
        have = {c["name"]: (f"_v{number}", kinds[c["name"]].dataType) for number, c in enumerate(columns)}
        # Sources and formats are those of files.
        plain = [{key: c[key] for key in ("name", "type", "required") if key in c} for c in columns]
        return typed(values, plain, have).drop(*[f"_v{number}" for number in range(len(columns))])

    def _save(self, rows, staging):
        frame = rows.select(*[column["name"] for column in self.settings["columns"]])
        write(self.spark, with_keys(frame, self.settings["partitions"]), f"{staging}data/", self.settings)

    def _set_aside(self, frame, staging, folder):
        """Rows that don't fit, with the reasons and the file that they come from."""
        columns = [self._origin(folder).alias("file"), f.col("_reasons").alias("reasons"), f.col("_raw").alias("record")]
        frame.select(*columns).write.mode("append").option("compression", "gzip").json(f"{staging}bad/")

    def _origin(self, folder):
        """An unpacked file stands for its object."""
        inside = f.col("_file").startswith(folder)
        stem = f.expr(f"substring(_file, {len(folder) + 1})")
        return f.when(inside, f.concat(f.lit(self.source), stem, f.lit(".zst"))).otherwise(f.col("_file"))

    def _invalid(self, staging, counts):
        some = self.spark.read.schema("file string, reasons array<string>").json(f"{staging}bad/").limit(3).collect()
        shown = "; ".join(f"{row['file']}: {', '.join(row['reasons'])}" for row in some)
        return (
            f"InvalidRows: {counts['rowsQuarantined']} rows and {counts['filesQuarantined']} files don't fit, "
            f"and nothing of their batch is published: {shown}"
        )


def gone(kept):
    some = kept[0]
    return (
        f"{', '.join(some['changed'][:3])} changed, but {len(some['gone'])} of the files that were converted with it are gone "
        f"({', '.join(some['gone'][:3])}): bring them back, or keep the former rows with OnFailure.quarantine()"
    )


def summary(report):
    """One line for people."""
    files = report["filesIn"]
    text = f"converted {files} file{'' if files == 1 else 's'}: {report['rowsIn']} rows in, {report['rowsOut']} out"
    if report["rowsQuarantined"] or report["filesQuarantined"]:
        text += f", {report['rowsQuarantined']} rows and {report['filesQuarantined']} files to {report['quarantine']}"
    if report["kept"]:
        text += f"; {len(report['kept'])} batches not replaced: {gone(report['kept'])}"
    return text
