"""Imports modules, and waits to be told which program needs them: most of what a program of dbt takes is done once.

Arguments: names of modules, and `module:function` for what is then called; they are found as the program finds them, by the
working directory, which is its folder. The program comes as a line of JSON on standard input: `argv` (the script first),
`cwd` and `env`. It then runs as `python script …` would, in this process, which ends with it. The end of the input ends the
wait.
"""

import importlib
import json
import os
import runpy
import sys
import time


def prepare(name):
    module, _, function = name.partition(":")
    found = importlib.import_module(module)
    if function:
        getattr(found, function)()


def forget(folder):
    """The program's own files may be others by the time that it runs."""
    for name, module in list(sys.modules.items()):
        if name != "__main__" and (getattr(module, "__file__", None) or "").startswith(folder + os.sep):
            del sys.modules[name]


_folder = os.getcwd()
sys.path[0] = _folder
_nothing = os.open(os.devnull, os.O_RDWR)
_output = [os.dup(1), os.dup(2)]
for _number in (1, 2):
    os.dup2(_nothing, _number)
for _name in sys.argv[1:]:
    try:
        prepare(_name)
    except Exception:
        pass  # it's the program's to say
sys.stdout.flush()
sys.stderr.flush()
for _number, _kept in zip((1, 2), _output):
    os.dup2(_kept, _number)
    os.close(_kept)
forget(_folder)

_line = sys.stdin.readline()
if not _line:
    os._exit(0)
_request = json.loads(_line)
os.dup2(_nothing, 0)  # as in a container, nobody types
os.close(_nothing)
os.environ.clear()
os.environ.update(_request["env"])
if hasattr(time, "tzset"):
    time.tzset()
os.chdir(_request["cwd"])
sys.argv = _request["argv"]
_script = os.path.abspath(sys.argv[0])
sys.path[0] = os.path.dirname(_script)
runpy.run_path(_script, run_name="__main__")
