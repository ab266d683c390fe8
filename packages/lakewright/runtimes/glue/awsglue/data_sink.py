"""`glueContext.getSink`.

See https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
"""

from typing import Any, Dict, Mapping, Optional, Tuple

from ._jdbc import reads, write_jdbc
from ._refuse import flag, refuse
from ._write import write_s3
from .dynamicframecollection import DynamicFrameCollection


class DataSink:
    """A sink whose format and catalog table are set before it writes."""

    def __init__(self, glue_context: Any, connection_type: str, format: Optional[str], options: Mapping[str, Any]) -> None:
        if connection_type not in ("s3", "file") and not reads(connection_type):
            refuse(f"a sink of connection type {connection_type!r}", "s3 and JDBC databases are supported")
        self._glue_context, self._type, self._format, self._options = glue_context, connection_type, format, dict(options)
        self._format_options: Dict[str, Any] = {}
        self._table: Optional[Tuple[str, str, Optional[str]]] = None

    def setFormat(self, format: str, **options: Any) -> None:
        """The format of the objects, with its options."""
        self._format, self._format_options = format, options

    def setAccumulableSize(self, size: int) -> None:
        """Memory only."""

    def setCatalogInfo(self, catalogDatabase: str, catalogTableName: str, catalogId: str = "") -> None:
        """The table that follows what is written, if `enableUpdateCatalog` is set."""
        self._table = (catalogDatabase, catalogTableName, catalogId or None)

    def writeFrame(self, dynamic_frame: Any, info: str = "") -> Any:
        """Writes a frame, and gives it back."""
        if self._type in ("s3", "file"):
            if flag(self._options.get("enableUpdateCatalog")) and self._table is None:
                raise ValueError("enableUpdateCatalog wants a table: call setCatalogInfo before writeFrame")
            return write_s3(dynamic_frame, self._options, self._format, self._format_options, self._table)
        return write_jdbc(self._glue_context, dynamic_frame, self._type, self._options)

    def write(self, dynamic_frame_or_dfc: Any, info: str = "") -> Any:
        """Writes a frame, or each frame of a collection below its name."""
        if not isinstance(dynamic_frame_or_dfc, DynamicFrameCollection):
            return self.writeFrame(dynamic_frame_or_dfc, info)
        base = dict(self._options)
        place = "path" if self._type in ("s3", "file") else "dbtable"
        for name, frame in dynamic_frame_or_dfc.items():
            target = f"{base[place].rstrip('/')}/{name}" if place == "path" else name
            DataSink(self._glue_context, self._type, self._format, {**base, place: target})._with(self).writeFrame(frame, info)
        return dynamic_frame_or_dfc

    def _with(self, other: "DataSink") -> "DataSink":
        self._format_options = other._format_options
        return self
