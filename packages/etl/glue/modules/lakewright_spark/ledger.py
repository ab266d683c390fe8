"""Which objects were converted by which batch, and what is under way.

`state.json` says which batch is under way and which of the two manifests holds; it is written only if it is as it was read.
So the step from one manifest to the next is one write, and two runs at a time can't both make it.
"""

import gzip
import json
import uuid

#: A changed object is converted again with the others of its batch, so batches are bounded.
MAX_OBJECTS = 10_000
MAX_BYTES = 32 * 1024**3


class Ledger:
    """`objects` are those that were converted: key to [etag, size, batch]."""

    def __init__(self, store, state):
        self.store, self.state = store, state
        data, self.version = store.read(f"{state}state.json")
        known = json.loads(data) if data else {}
        self.is_new = data is None
        self.sequence, self.slot, self.pending = known.get("sequence", 0), known.get("slot"), known.get("pending")
        self.objects = {}
        if self.slot is not None:
            self.objects = json.loads(gzip.decompress(store.read(self._manifest(self.slot))[0]))

    def begin(self):
        """Notes a batch before it is read. What an attempt makes has a place of its own, which another one clears."""
        self.pending = {"batch": f"{self.sequence + 1:08d}", "attempt": uuid.uuid4().hex[:12], "phase": "reading"}
        self._write()
        return self.pending

    def publish(self, record):
        """From here on the batch is finished, not begun again, by whoever runs next."""
        self.store.write(self.record_uri(record["batch"]), json.dumps(record).encode())
        self.pending = {**self.pending, "phase": "publishing"}
        self._write()

    def commit(self, record):
        """The batch's objects are converted."""
        for key, (etag, size) in record["objects"].items():
            self.objects[key] = [etag, size, record["batch"]]
        slot = "b" if self.slot == "a" else "a"
        self.store.write(self._manifest(slot), gzip.compress(json.dumps(self.objects).encode(), mtime=0))
        self.sequence, self.slot, self.pending = int(record["batch"]), slot, None
        self._write()

    def record(self, batch):
        """What a batch read and wrote."""
        return json.loads(self.store.read(self.record_uri(batch))[0])

    def record_uri(self, batch):
        return f"{self.state}batches/{batch}.json"

    def _manifest(self, slot):
        return f"{self.state}manifest-{slot}.json.gz"

    def _write(self):
        text = json.dumps({"sequence": self.sequence, "slot": self.slot, "pending": self.pending})
        self.version = self.store.replace(f"{self.state}state.json", text.encode(), self.version)


def plan(converted, listing, rebuild=False, max_objects=MAX_OBJECTS, max_bytes=MAX_BYTES):
    """Batches to convert, and former batches that would have to be replaced and can't.

    A new object is converted; an object that changed replaces the whole batch that it was part of, with all objects of that
    batch. If one of these is gone, the former rows are kept: replacing them would lose rows.
    """
    current = {listed.key: [listed.etag, listed.size] for listed in listing}
    changed = {key for key, (etag, size, _) in converted.items() if key in current and current[key] != [etag, size]}
    members = {}
    for key, (_, _, batch) in converted.items():
        members.setdefault(batch, []).append(key)
    affected = sorted(members if rebuild else {converted[key][2] for key in changed})
    kept, groups = [], []
    for batch in affected:
        gone = sorted(key for key in members[batch] if key not in current)
        if gone:
            kept.append({"batch": batch, "gone": gone, "changed": sorted(changed.intersection(members[batch]))})
        else:
            groups.append((members[batch], [batch]))
    new = [([key], []) for key in current if key not in converted]
    bounds = (max_objects, max_bytes)
    return [*pack(groups, current, *bounds), *pack(new, current, *bounds)], kept


def pack(groups, current, max_objects, max_bytes):
    """Groups of objects that stay together, in batches within the bounds."""
    batches, size = [], 0
    for keys, replaces in groups:
        weight = sum(current[key][1] for key in keys)
        if not batches or len(batches[-1]["objects"]) + len(keys) > max_objects or size + weight > max_bytes:
            batches.append({"objects": {}, "replaces": []})
            size = 0
        batches[-1]["objects"].update({key: current[key] for key in keys})
        batches[-1]["replaces"].extend(replaces)
        size += weight
    return batches
