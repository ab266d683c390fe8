"""Runs a dbt project on Amazon Athena: freshness of its sources, build, documentation; keeps what dbt says of it in S3.

The same program in the container of an ECS task and in Lakewright's local runtime. What it does is said by variables
(`LAKEWRIGHT_DBT_*`, set by the task definition) and by arguments (set by the state that runs the task):

  --run-id ID        names the folder of the artifacts; else the variable LAKEWRIGHT_RUN_ID does
  --part             not the whole project: freshness and documentation are left out, and the state isn't moved on
  --since-last       only what differs from the last run with the same arguments in this work folder that succeeded, and what
                     comes after it; freshness and documentation are left out, and the state isn't moved on
  --state-modified   only what differs from the last whole run that succeeded, and what comes after it
  --only-packages    fetches the packages of the project, for the image, and ends

All other arguments are dbt's: --select, --exclude, --full-refresh, --vars …

Exit codes: 0 done, 1 a model, test, snapshot or seed failed or a source is stale, 2 dbt couldn't begin (its project,
profile or arguments are wrong), 143 it was stopped.
"""

import argparse
import atexit
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.join(HERE, "project")
STOPPED = 143
# dbt repeats a single statement by itself, with its own back-off; these are failures after all of that.
PASSING = (
    "ICEBERG_COMMIT_ERROR",
    "ConcurrentModificationException",
    "CommitFailedException",
    "TooManyRequestsException",
    "ThrottlingException",
    "Rate exceeded",
    "SlowDown",
)
# What a run leaves, for people and for the next run.
ARTIFACTS = ("manifest.json", "run_results.json", "sources.json", "catalog.json")
SITE = ("index.html", "manifest.json", "catalog.json")


class Stopped(Exception):
    """The task was stopped: ECS sends SIGTERM, and SIGKILL some time later."""


def variable(name, default=None):
    value = os.environ.get(f"LAKEWRIGHT_DBT_{name}", default)
    if value is None:
        refuse(f"the variable LAKEWRIGHT_DBT_{name} isn't set")
    return value


def say(text):
    print(f"lakewright: {text}", flush=True)


def refuse(text):
    say(text)
    sys.exit(2)


# --- the project, and the profile that it is run with


def mirror(source, target):
    """Copies what changed, with its times: dbt reads again only what differs from what it read before."""
    os.makedirs(target, exist_ok=True)
    kept = set(os.listdir(source))
    for name in os.listdir(target):
        if name not in kept and name != "dbt_packages":
            path = os.path.join(target, name)
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.remove(path)
    for name in kept:
        one, other = os.path.join(source, name), os.path.join(target, name)
        if os.path.isdir(one):
            if os.path.isfile(other):
                os.remove(other)
            mirror(one, other)
        else:
            if os.path.isdir(other):
                shutil.rmtree(other)
            if not same(one, other):
                shutil.copyfile(one, other)


def same(one, other):
    try:
        with open(one, "rb") as left, open(other, "rb") as right:
            return left.read() == right.read()
    except FileNotFoundError:
        return False


def project_settings(folder):
    import yaml

    path = os.path.join(folder, "dbt_project.yml")
    if not os.path.exists(path):
        refuse(f"{folder} is no dbt project: it has no dbt_project.yml")
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file) or {}


def write_profile(settings, folder):
    """Nothing here is a secret: credentials are those of the task's role."""
    output = {
        "type": "athena",
        "region_name": os.environ.get("AWS_REGION") or os.environ["AWS_DEFAULT_REGION"],
        "database": variable("CATALOG", "awsdatacatalog"),
        "schema": variable("SCHEMA"),
        "work_group": variable("WORKGROUP"),
        "s3_staging_dir": variable("STAGING"),
        "s3_data_dir": variable("DATA"),
        "s3_data_naming": variable("NAMING", "schema_table_unique"),
        "threads": int(variable("THREADS", "4")),
        "num_retries": 5,
        "num_iceberg_retries": int(variable("COMMIT_RETRIES", "5")),
        "poll_interval": float(variable("POLL_SECONDS", "1")),
    }
    target = variable("TARGET", "prod")
    profile = {settings.get("profile", "default"): {"target": target, "outputs": {target: output}}}
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "profiles.yml"), "w", encoding="utf-8") as file:
        json.dump(profile, file, indent=1)  # JSON is YAML


def has_packages(folder):
    for name in ("packages.yml", "dependencies.yml"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                if "packages" in file.read():
                    return True
    return False


def needs_packages(folder, settings):
    path = os.path.join(folder, settings.get("packages-install-path", "dbt_packages"))
    return has_packages(folder) and not os.path.isdir(path)


# --- what is kept in S3


class Store:
    """A folder `s3://bucket/prefix/`."""

    def __init__(self, uri):
        import boto3

        self.client = boto3.client("s3")
        self.bucket, _, self.prefix = uri.removeprefix("s3://").partition("/")

    def fetch(self, key, path):
        from botocore.exceptions import ClientError

        try:
            body = self.client.get_object(Bucket=self.bucket, Key=self.prefix + key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return False
            raise
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(body)
        return True

    def put(self, key, path):
        kind = "text/html" if path.endswith(".html") else "application/json"
        with open(path, "rb") as file:
            self.client.put_object(Bucket=self.bucket, Key=self.prefix + key, Body=file.read(), ContentType=kind)


def keep(store, target, folder, names, since):
    for name in names:
        path = os.path.join(target, name)
        # an older file is another run's
        if os.path.exists(path) and os.path.getmtime(path) >= since:
            store.put(f"{folder}/{name}", path)


# --- dbt


class Dbt:
    def __init__(self, work, project):
        from dbt.cli.main import dbtRunner

        self.common = ["--no-use-colors", "--no-send-anonymous-usage-stats", "--log-path", os.path.join(work, "logs")]
        self.paths = ["--project-dir", project, "--profiles-dir", os.path.join(work, "profile")]
        self.target = os.path.join(work, "target")
        self.runner = dbtRunner()

    def deps(self):
        return self.exit_code(self.runner.invoke([*self.common, "deps", *self.paths]))

    def run(self, *command):
        return self.runner.invoke([*self.common, *command, *self.paths, "--target-path", self.target])

    @staticmethod
    def exit_code(result):
        if result.success:
            return 0
        if isinstance(result.exception, KeyboardInterrupt):
            raise Stopped()
        if result.exception is not None:
            say(str(result.exception))
            return 2
        return 1


def passing_failures(results):
    """Whether all that failed may succeed when it is tried again."""
    failed = [one for one in results if one["status"] in ("error", "fail", "runtime error")]
    return bool(failed) and all(any(word in (one.get("message") or "") for word in PASSING) for one in failed)


def build(dbt, arguments, retries, since):
    merged = {}
    code = Dbt.exit_code(dbt.run("build", *arguments))
    for attempt in range(1, retries + 2):
        results = run_results(dbt.target, since) if code != 2 else []
        merged.update({one["unique_id"]: one for one in results})
        if code != 1 or attempt > retries or not passing_failures(results):
            return code, list(merged.values())
        seconds = random.uniform(1, 5 * 2**attempt)
        say(f"others wrote the same tables at the same time: what failed is tried again in {seconds:.0f} s")
        time.sleep(seconds)
        code = Dbt.exit_code(dbt.run("retry"))
    return code, list(merged.values())


def run_results(target, since):
    path = os.path.join(target, "run_results.json")
    # nothing was selected: the file is an earlier run's
    if not os.path.exists(path) or os.path.getmtime(path) < since:
        return []
    with open(path, encoding="utf-8") as file:
        return json.load(file)["results"]


def reason(node, result):
    if node.get("language") == "python":
        # dbt only says that the name of a workgroup is missing
        text = f"model {node['name']} is in Python: that needs a Spark workgroup of Athena, which isn't set up → write it in SQL"
        say(text)
        return text
    return (result.get("message") or result["status"]).strip()[:500]


STATES = {"success": "SUCCEEDED", "pass": "SUCCEEDED", "warn": "SUCCEEDED", "no-op": "SUCCEEDED", "skipped": "SKIPPED"}


def measures(results, target):
    """One entry for each node that ran; rows are known where Athena says how many a statement wrote."""
    with open(os.path.join(target, "manifest.json"), encoding="utf-8") as file:
        nodes = json.load(file)["nodes"]
    items, tables, total = [], [], 0  # the total is None as soon as one count isn't known
    for one in results:
        node = nodes.get(one["unique_id"], {})
        state = STATES.get(one["status"], "FAILED")
        rows = (one.get("adapter_response") or {}).get("rows_affected", -1)
        item = {"name": one["unique_id"].split(".", 2)[-1], "state": state, "seconds": round(one["execution_time"], 3)}
        kind = node.get("resource_type")
        item["type"] = f"dbt:{kind}" if kind else "dbt"
        if kind in ("model", "seed", "snapshot") and state == "SUCCEEDED":
            made = node.get("config", {}).get("materialized")
            if made != "ephemeral":
                tables.append(f"{node['schema']}.{node.get('alias') or node['name']}".lower())
            # dbt says 0 of what it wrote in batches
            known = rows >= 0 and not node.get("config", {}).get("force_batch")
            if made not in ("view", "ephemeral"):
                item["rowsOut"] = rows if known else None
                total = total + rows if known and total is not None else None
        if state == "FAILED":
            item["error"] = reason(node, one)
        items.append(item)
    return {"rowsOut": total, "tables": tables, "items": items}


def selection(arguments, changed):
    """Adds "and modified" to what is selected: a comma is dbt's AND."""
    result, found, rest = [], False, list(arguments)
    while rest:
        name, _, value = rest.pop(0).partition("=")
        if name not in ("--select", "-s", "--models", "-m"):
            result.append(f"{name}={value}" if value else name)
            continue
        found = True
        chosen = value.split()
        while rest and not rest[0].startswith("-"):
            chosen += rest.pop(0).split()
        result += ["--select", *(f"{one},{changed}" for one in chosen)]
    return result if found else [*result, "--select", changed]


def parse(argv):
    parser = argparse.ArgumentParser(prog="run.py", add_help=False, allow_abbrev=False)
    parser.add_argument("--run-id", default=os.environ.get("LAKEWRIGHT_RUN_ID") or time.strftime("%Y%m%dT%H%M%S"))
    parser.add_argument("--part", action="store_true")
    parser.add_argument("--since-last", action="store_true")
    parser.add_argument("--state-modified", action="store_true")
    parser.add_argument("--only-packages", action="store_true")
    return parser.parse_known_args(argv)


def last_run(work, arguments):
    """Where the manifest of the last run with these arguments is kept."""
    key = hashlib.sha256(json.dumps(arguments).encode()).hexdigest()[:16]
    return os.path.join(work, "last", key, "manifest.json")


def variables_of(arguments):
    """--vars is for every command of dbt, the other arguments are for build."""
    words = list(arguments)
    for index, word in enumerate(words):
        if word == "--vars":
            return words[index : index + 2]
        if word.startswith("--vars="):
            return [word]
    return []


def main(argv):
    options, arguments = parse(argv)
    work = os.environ.get("LAKEWRIGHT_WORK", os.path.join(HERE, "work"))
    if options.only_packages:
        return only_packages()
    signal.signal(signal.SIGTERM, stop)
    since = time.time() - 1
    project = os.path.join(work, "project")
    mirror(PROJECT, project)
    settings = project_settings(project)
    write_profile(settings, os.path.join(work, "profile"))
    store = Store(variable("ARTIFACTS"))
    dbt = Dbt(work, project)
    if needs_packages(project, settings) and dbt.deps() != 0:
        return 2
    last = last_run(work, arguments)
    if options.since_last and os.path.exists(last):
        arguments = [*selection(arguments, "state:modified+"), "--state", os.path.dirname(last)]
    elif options.state_modified:
        state = os.path.join(work, "state")
        if store.fetch("state/manifest.json", os.path.join(state, "manifest.json")):
            arguments = [*selection(arguments, "state:modified+"), "--state", state]
        else:
            say("no earlier run succeeded: everything is built")
    shared = variables_of(arguments)
    whole = not options.part and not options.since_last
    try:
        if whole and variable("FRESHNESS", "true") == "true":
            code = Dbt.exit_code(dbt.run("source", "freshness", *shared))
            if code != 0:
                if code == 1:
                    say("a source is stale, or can't be read: nothing is built")
                keep(store, dbt.target, f"runs/{options.run_id}", ARTIFACTS, since)
                return code
        code, results = build(dbt, arguments, int(variable("RUN_RETRIES", "2")), since)
        if results:
            print(f"LAKEWRIGHT_MEASURES {json.dumps(measures(results, dbt.target))}", flush=True)
        # `docs generate` writes another manifest and other results
        keep(store, dbt.target, f"runs/{options.run_id}", ARTIFACTS, since)
        manifest = os.path.join(dbt.target, "manifest.json")
        if code == 0:
            os.makedirs(os.path.dirname(last), exist_ok=True)
            shutil.copyfile(manifest, last)
        if code == 0 and whole:
            store.put("state/manifest.json", manifest)
            if variable("DOCS", "true") == "true":
                code = Dbt.exit_code(dbt.run("docs", "generate", *shared))
                keep(store, dbt.target, "docs", SITE, since)
        return code
    except (Stopped, KeyboardInterrupt):
        say("stopped")
        return STOPPED


def only_packages():
    settings = project_settings(PROJECT)
    if not needs_packages(PROJECT, settings):
        return 0
    import tempfile

    work = tempfile.mkdtemp()
    os.environ.setdefault("AWS_REGION", "none")
    for name in ("SCHEMA", "WORKGROUP", "STAGING", "DATA"):
        os.environ.setdefault(f"LAKEWRIGHT_DBT_{name}", "none")
    write_profile(settings, os.path.join(work, "profile"))
    return Dbt(work, PROJECT).deps()


def ahead():
    """What dbt does once in a process, done before there is something to run: it parses a project of one model."""
    import tempfile

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        project = os.path.join(work, "project")
        output = {"type": "athena", "region_name": "none", "database": "none", "schema": "none", "s3_staging_dir": "s3://none/"}
        test = {"name": "id", "data_tests": ["unique"]}
        for name, content in (
            ("project/dbt_project.yml", {"name": "ahead", "version": "1.0", "config-version": 2, "profile": "ahead"}),
            ("project/models/one.yml", {"version": 2, "models": [{"name": "one", "columns": [test]}]}),
            ("profile/profiles.yml", {"ahead": {"target": "one", "outputs": {"one": output}}}),
        ):
            os.makedirs(os.path.dirname(os.path.join(work, name)), exist_ok=True)
            with open(os.path.join(work, name), "w", encoding="utf-8") as file:
                json.dump(content, file)
        with open(os.path.join(project, "models", "one.sql"), "w", encoding="utf-8") as file:
            file.write("select 1 as id")
        result = Dbt(work, project).run("parse")
        if result.exception is not None:
            raise result.exception
    import boto3.s3.transfer, daff, dbt.task.build, sqlparse  # noqa: E401, F401


def leave(code):
    """To take dbt's objects apart one by one takes longer than the build of a small model."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def stop(_signal, _frame):
    raise KeyboardInterrupt()  # dbt cancels the queries that run


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
