"""Prepares what Superset keeps in its metadata database: schema, roles, administrator, the lake, its dashboards.

Every step brings about a state, whatever was there: it may run again at any time, and does at each deployment.
"""

import contextlib
import io
import json
import os
import pathlib
import secrets
import sys
import time
import zipfile
from urllib.parse import quote_plus

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ADMIN = os.environ.get("ADMIN_USERNAME") or "admin"
#: Dashboards and charts of everything that Superset's own role in AWS may see: what most people need.
LAKE_ROLE = "Lake"
LAKE_DATABASE = "5f0d6a0e-9a3c-4b1e-8d57-0c9f5d1f3a10"
#: Two tasks that begin together take turns.
LOCK = 7_300_216_915
CONNECTIONS = 30
PAUSE_SECONDS = 4


def say(text):
    print(f"init: {text}", flush=True)


# --- metadata database


@contextlib.contextmanager
def turn(engine):
    """One at a time, on PostgreSQL; and the wait for a database that is still starting."""
    from sqlalchemy.exc import OperationalError

    for attempt in range(1, CONNECTIONS + 1):
        try:
            connection = engine.connect()
            break
        except OperationalError as error:
            if attempt == CONNECTIONS:
                raise
            say(f"the metadata database doesn't answer yet: {str(error.orig).strip().splitlines()[0]}")
            time.sleep(PAUSE_SECONDS)
    with connection:
        if engine.dialect.name == "postgresql":
            # Of the session, not of a transaction: one that is open all the while would be ended by a time limit.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
        yield


def migrate():
    import superset
    from flask_migrate import upgrade

    upgrade(directory=os.path.join(os.path.dirname(superset.__file__), "migrations"))


def encrypt_anew(previous):
    from flask_appbuilder import Model
    from sqlalchemy_utils import EncryptedType
    from superset.utils.encrypt import SecretsMigrator

    class Secrets(SecretsMigrator):
        def discover_encrypted_fields(self):
            """Of the tables that there are: Superset 6.1 looks where Flask-AppBuilder 5 has none, and finds nothing."""
            found = {}
            for name, table in Model.metadata.tables.items():
                columns = {one.name: one.type for one in table.columns if isinstance(one.type, EncryptedType)}
                if columns:
                    found[name] = columns
            return found

    Secrets(previous_secret_key=previous).run()


# --- who may do what


def define_roles(app):
    from superset import security_manager

    app.appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()


def ensure_admin():
    """The secret is right: a password that was changed in Superset itself is set back to it."""
    from superset import security_manager

    password = os.environ.get("ADMIN_PASSWORD")
    admin = security_manager.find_user(ADMIN)
    if admin is None:
        admin = security_manager.add_user(
            username=ADMIN,
            first_name="Lake",
            last_name="Administrator",
            email=f"{ADMIN}@lakewright.invalid",
            role=security_manager.find_role("Admin"),
            # Where a provider logs people in, nobody needs it: the dashboards of the bundle belong to this user.
            password=password or secrets.token_urlsafe(32),
        )
        if not admin:
            raise RuntimeError(f'the administrator "{ADMIN}" could not be made: see the line above')
    elif password and not security_manager.auth_user_db(ADMIN, password):
        security_manager.reset_password(admin.id, password)
    return admin


def define_lake_role(uuids):
    """What Gamma may, on the databases of the lake."""
    from superset import db, security_manager
    from superset.models.core import Database

    role = security_manager.add_role(LAKE_ROLE)
    permissions = list(security_manager.find_role("Gamma").permissions)
    for database in db.session.query(Database).filter(Database.uuid.in_(uuids)):
        permissions.append(security_manager.add_permission_view_menu("database_access", database.perm))
    role.permissions = permissions
    db.session.commit()


# --- the lake and its dashboards


def athena_uri():
    region = os.environ["ATHENA_REGION"]
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    # Without user and password: the credentials are those of the task's role.
    settings = {
        # as policies spell it: PyAthena says "awsdatacatalog" by itself
        "catalog_name": "AwsDataCatalog",
        "work_group": os.environ.get("ATHENA_WORKGROUP"),
        "s3_staging_dir": os.environ.get("ATHENA_RESULTS"),
    }
    query = "&".join(f"{name}={quote_plus(value)}" for name, value in settings.items() if value)
    database = os.environ.get("ATHENA_DATABASE") or "default"
    return f"awsathena+rest://athena.{region}.{suffix}:443/{database}?{query}"


def lake_database(config):
    """A database of a bundle, as it is here."""
    poll = float(os.environ.get("ATHENA_POLL_SECONDS") or 0.25)
    extra = {
        **(config.get("extra") or {}),
        "engine_params": {"connect_args": {"poll_interval": poll}},
        "allows_virtual_table_explore": True,
    }
    return {
        "version": "1.0.0",
        "expose_in_sqllab": True,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        **config,
        "allow_run_async": bool(os.environ.get("CACHE_URL")),
        "sqlalchemy_uri": athena_uri(),
        "extra": extra,
    }


def fetch_bundle(place):
    """s3://bucket/name.zip, or a folder of S3 with a slash at its end → {path: text}."""
    import boto3

    bucket, _, key = place.removeprefix("s3://").partition("/")
    s3 = boto3.client("s3", region_name=os.environ.get("ATHENA_REGION"))
    if key.endswith("/"):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
        names = [item["Key"] for page in pages for item in page.get("Contents", [])]
        read = {name[len(key) :]: s3.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names}
    else:
        return zipped(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return texts(read)


def zipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return texts({name: archive.read(name) for name in archive.namelist()})


def folder_bundle(folder):
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return texts({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


def texts(files):
    return {name: data.decode() for name, data in files.items() if name.endswith((".yaml", ".yml"))}


def bundles(files):
    """Splits what may be several exports into each: an export is where a metadata.yaml lies."""
    roots = [name[: -len("metadata.yaml")] for name in files if name.rpartition("/")[2] == "metadata.yaml"]
    for root in sorted(roots):
        yield root, {name[len(root) :]: text for name, text in files.items() if name.startswith(root)}


def check_references(files):
    """Superset itself says of a missing one that the import failed for an unknown reason."""
    known, wanted = set(), []
    for name, text in files.items():
        config = yaml.safe_load(text) if name.partition("/")[1] else {}
        if not isinstance(config, dict):
            raise ValueError(f"{name} is no YAML map")
        known.add(config.get("uuid"))
        wanted += [(name, key, config[key]) for key in ("database_uuid", "dataset_uuid") if config.get(key)]
        for item in (config.get("position") or {}).values():
            if isinstance(item, dict) and item.get("type") == "CHART":
                wanted.append((name, "a chart of its layout", item.get("meta", {}).get("uuid")))
        for one in (config.get("metadata") or {}).get("native_filter_configuration") or []:
            targets = [target.get("datasetUuid") for target in one.get("targets", [])]
            wanted += [(name, f'the filter "{one.get("name")}"', uuid) for uuid in targets if uuid]
    missing = [f"{name}: {what} is {uuid}" for name, what, uuid in wanted if uuid not in known]
    if missing:
        raise ValueError("; ".join(missing) + " → which no file of the bundle has → export it anew, with all it needs")


def import_bundle(files, admin):
    """Overwrites what has the same id, and leaves everything else. Returns the ids of the databases."""
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user

    check_references(files)
    uuids = []
    contents = dict(files)
    contents["metadata.yaml"] = yaml.safe_dump({"version": "1.0.0", "type": "assets"})
    for name, text in files.items():
        if not name.startswith("databases/"):
            continue
        config = yaml.safe_load(text)
        if str(config.get("sqlalchemy_uri", "")).startswith("awsathena"):
            contents[name] = yaml.safe_dump(lake_database(config))
            uuids.append(config["uuid"])
    with override_user(admin):
        ImportAssetsCommand(contents).run()
    return uuids


def given_files():
    place = os.environ.get("BUNDLE_S3")
    if place:
        return fetch_bundle(place), place
    folder = pathlib.Path(os.environ.get("BUNDLE_FOLDER") or HERE / "dashboards")
    if folder.is_file():
        return zipped(folder.read_bytes()), str(folder)
    return (folder_bundle(folder) if folder.is_dir() else {}), str(folder)


def import_all(admin):
    files, place = given_files()
    known = list(bundles(files))
    if not known:
        say(f"no dashboards in {place}: the lake alone is known")
        database = lake_database({"database_name": "Lake", "uuid": LAKE_DATABASE})
        known = [("", {"databases/lake.yaml": yaml.safe_dump(database)})]
    uuids = []
    for root, contents in known:
        uuids += import_bundle(contents, admin)
        for kind in ("datasets", "charts", "dashboards"):
            count = sum(name.startswith(f"{kind}/") for name in contents)
            if count:
                say(f"{root or '.'}: {count} {kind}")
    return uuids


def main():
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        from superset import db

        with turn(db.engine):
            say("migrating the metadata database")
            migrate()
            previous = os.environ.get("SUPERSET_PREVIOUS_SECRET_KEY")
            if previous:
                say("encrypting anew what the previous key encrypted")
                encrypt_anew(previous)
            say("defining roles")
            define_roles(app)
            admin = ensure_admin()
            define_lake_role(import_all(admin))
    say("done")


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # the log of a task should end with what was wrong
        import traceback

        traceback.print_exc()
        details = getattr(error, "normalized_messages", None)
        if details:
            print(json.dumps(details(), default=str), file=sys.stderr)
        say(f"failed: {error}")
        sys.exit(1)
