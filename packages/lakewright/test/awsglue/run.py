"""Every law of the package, in one process and on one Spark session: `PYTHONPATH=<runtimes/glue> python run.py [module]`."""

import os
import sys
import unittest

if __name__ == "__main__":
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, folder)
    loader = unittest.TestLoader()
    names = sys.argv[1:]
    suite = loader.loadTestsFromNames(names) if names else loader.discover(folder, "test_*.py")
    # py4j leaves sockets open until the process ends
    outcome = unittest.TextTestRunner(verbosity=1, warnings="ignore").run(suite)
    sys.exit(0 if outcome.wasSuccessful() and outcome.testsRun else 1)
