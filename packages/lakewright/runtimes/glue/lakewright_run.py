"""lakewright_run.py SCRIPT ARGUMENT ...: a Glue job's script, as the main program of a process that ends with the lake."""

import json
import os
import runpy
import signal
import sys
import threading
import traceback


def end_with_the_lake() -> None:
    """The lake holds our input open. Where it ends, even by a kill, nobody waits for this process any more."""
    held = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> None:
        while os.read(held, 1):
            pass
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(137)

    threading.Thread(target=watch, daemon=True).start()


def cause(error: BaseException) -> str:
    """The error in one line, as AWS Glue shows it."""
    lines = str(error).strip().splitlines()
    java = getattr(error, "java_exception", None)
    if java is not None and len(lines) > 1:
        # "An error occurred while calling o42.save." says nothing; the exception's own line follows.
        return f"{type(error).__name__}: {lines[0]} {java.getMessage() or java.toString()}"[:4000]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:4000]


def main() -> int:
    script = sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as stop:
        if stop.code in (None, 0):
            return 0
        told(f"SystemExit: {stop.code}")
        return stop.code if isinstance(stop.code, int) else 1
    except BaseException as error:  # noqa: BLE001  whatever ends the script is its error
        shown(error)
        told(cause(error))
        return 1
    return 0


def shown(error: BaseException) -> None:
    """The stack from the script on: neither this file's nor runpy's part of it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename in (__file__, runpy.__file__, "<frozen runpy>"):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace or error.__traceback__)


def told(text: str) -> None:
    print("LAKEWRIGHT_ERROR " + json.dumps(text), file=sys.stderr, flush=True)


if __name__ == "__main__":
    end_with_the_lake()
    code = main()
    sys.stdout.flush()
    sys.exit(code)
