"""Tables into tables: all of them staged, then published by steps that can be repeated.

`transform(tables, spark)` gets data frames by table name and gives one, or several by table name.
"""

import json
import traceback
import uuid

from . import publishing
from .catalog import CatalogTable
from .objects import is_data
from .partitions import with_keys, write
from .running import first_line, now
from .tables import views


class Transformation:
    """One run."""

    def __init__(self, spark, store, catalog, settings, run_id, transform):
        self.spark, self.store, self.catalog = spark, store, catalog
        self.settings, self.run_id, self.transform = settings, run_id, transform
        self.state = settings["state"]

    def run(self):
        report = {"runId": self.run_id, "startedAt": now(), "outputs": []}
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
                report["endedAt"] = now()
                self.store.write(f"{self.state}reports/{self.run_id}.json", json.dumps(report, indent=1).encode())
        return report

    def _run(self, report):
        data, self.version = self.store.read(f"{self.state}state.json")
        known = json.loads(data) if data else {"sequence": 0, "pending": None}
        self.sequence, self.pending = known["sequence"], known["pending"]
        if self.pending and self.pending["phase"] == "publishing":
            self._publish(self.pending)
        publishing.remove_staging(self.store, self.state)
        attempt = uuid.uuid4().hex[:12]
        self.pending = {"batch": f"{self.sequence + 1:08d}", "phase": "writing", "attempt": attempt, "runId": self.run_id}
        self._note()
        self.pending = {**self.pending, "phase": "publishing", "outputs": self._stage(f"{self.state}staging/{attempt}/", report)}
        self._note()
        self._publish(self.pending)
        report.update(rowsIn=None, rowsOut=sum(output["rows"] for output in report["outputs"]), filesIn=None)
        report["tables"] = [output["table"] for output in report["outputs"]]
        report["summary"] = "; ".join(f"{output['table']}: {output['rows']} rows" for output in report["outputs"])

    def _stage(self, staging, report):
        """Each output is written beside its table; what is to be copied and deleted is worked out before anything is."""
        frames = self._made(views(self.spark, self.catalog, self.settings["reads"]))
        staged = []
        for output in self.settings["outputs"]:
            frame = with_keys(frames[output["table"]], output["partitions"])
            place = f"{staging}{output['table']}/"
            write(self.spark, frame, place, output)
            moves = publishing.moves(self.store, place, self.pending["batch"])
            rows = self.spark.read.schema(frame.schema).parquet(place).count() if moves else 0
            moves = moves if rows else []
            folders = {to.rpartition("/")[0] for _, to in moves}
            columns, keys = shape(frame, output)
            self._table(output, columns, keys).ensure()
            former = [listed.key for listed in self.store.list(output["target"]) if is_data(listed.key)]
            replaced = former if output["replaces"] == "table" else [k for k in former if k.rpartition("/")[0] in folders]
            kept = {to for _, to in moves}
            staged.append(
                {
                    "table": output["table"],
                    "staging": place,
                    "moves": moves,
                    "deletes": [key for key in replaced if key not in kept],
                    "columns": columns,
                    "keys": keys,
                }
            )
            report["outputs"].append({"table": f"{output['database']}.{output['table']}", "rows": rows})
        return staged

    def _made(self, tables):
        """What the user's function gives, by table."""
        names = [output["table"] for output in self.settings["outputs"]]
        made = self.transform(tables, self.spark)
        if not isinstance(made, dict):
            made = {names[0]: made}
        if sorted(made) != sorted(names):
            raise RuntimeError(f"OutputsDiffer: transform gave {sorted(made)}, the job writes {sorted(names)}: give a data frame for each")
        return made

    def _table(self, output, columns, keys):
        pairs = ([tuple(pair) for pair in columns], [tuple(pair) for pair in keys])
        return CatalogTable(self.catalog, output["database"], output["table"], output["target"], *pairs)

    def _publish(self, pending):
        """Each step of it can be done again; what was copied before is there, what was deleted is gone."""
        outputs = {output["table"]: output for output in self.settings["outputs"]}
        for staged in pending["outputs"]:
            output = outputs.get(staged["table"])
            if output is None:
                raise RuntimeError(f"OutputGone: a run was ended while it published {staged['table']}, which the job doesn't write any longer")
            publishing.copy(self.store, staged["staging"], output["target"], staged["moves"])
            table = self._table(output, staged["columns"], staged["keys"])
            table.ensure()
            table.add(publishing.partitions([to for _, to in staged["moves"]]))
            self.store.delete([output["target"] + key for key in staged["deletes"]])
        self.sequence, self.pending = int(pending["batch"]), None
        self._note()
        publishing.remove_staging(self.store, self.state)

    def _note(self):
        text = json.dumps({"sequence": self.sequence, "pending": self.pending})
        self.version = self.store.replace(f"{self.state}state.json", text.encode(), self.version)


def shape(frame, output):
    """Columns and keys of the table, as the catalog has them."""
    names = [partition["name"] for partition in output["partitions"]]
    kinds = [(field.name.lower(), field.dataType.simpleString()) for field in frame.schema.fields]
    # The catalog knows one kind of moment.
    kinds = [(name, kind.replace("timestamp_ntz", "timestamp")) for name, kind in kinds]
    return [pair for pair in kinds if pair[0] not in names], [pair for pair in kinds if pair[0] in names]

