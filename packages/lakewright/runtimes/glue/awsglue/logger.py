"""`glueContext.get_logger()`.

See https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html
"""

import datetime


class GlueLogger:
    """Writes lines with their level to the job's output."""

    def _line(self, level: str, text: str) -> None:
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
        print(f"{now} {level} {text}", flush=True)

    def info(self, msg: str) -> None:
        self._line("INFO", msg)

    def warn(self, msg: str) -> None:
        self._line("WARN", msg)

    def error(self, msg: str) -> None:
        self._line("ERROR", msg)

    def debug(self, msg: str) -> None:
        """Glue's log level is INFO: nothing is written."""
