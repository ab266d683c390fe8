"""Imports modules, and waits to be told which program needs them: half of what a program of dbt takes is its imports.

Arguments: the names of the modules. The program comes as a line of JSON on standard input: `argv` (the script first), `cwd`
and `env`. It then runs as `python script …` would, in this process, which ends with it. The end of the input ends the wait.
"""

import importlib
import json
import os
import runpy
import sys
import time

_modules = sys.argv[1:]
sys.path.pop(0)  # the folder of this file
for _name in _modules:
    try:
        importlib.import_module(_name)
    except Exception:
        pass  # it's the program's to say

_line = sys.stdin.readline()
if not _line:
    sys.exit(0)
_request = json.loads(_line)
_nothing = os.open(os.devnull, os.O_RDONLY)
os.dup2(_nothing, 0)  # as in a container, nobody types
os.close(_nothing)
os.environ.clear()
os.environ.update(_request["env"])
if hasattr(time, "tzset"):
    time.tzset()
os.chdir(_request["cwd"])
sys.argv = _request["argv"]
_script = os.path.abspath(sys.argv[0])
sys.path.insert(0, os.path.dirname(_script))
runpy.run_path(_script, run_name="__main__")
