"""`glueContext.getSource`.

See https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html
"""

from typing import Any, Mapping


class DataSource:
    """A source whose format is set before it gives its frame."""

    def __init__(self, glue_context: Any, connection_type: str, options: Mapping[str, Any], transformation_ctx: str) -> None:
        self._glue_context, self._type, self._options, self._ctx = glue_context, connection_type, dict(options), transformation_ctx
        self._format: Any = None
        self._format_options: Mapping[str, Any] = {}

    def setFormat(self, format: str, **options: Any) -> None:
        """The format of its objects."""
        self._format, self._format_options = format, options

    def getFrame(self, minPartitions: Any = None, targetPartitions: Any = None) -> Any:
        """The frame; how many partitions it has is Spark's matter."""
        return self._glue_context.create_dynamic_frame_from_options(
            self._type, self._options, self._format, self._format_options, self._ctx
        )
