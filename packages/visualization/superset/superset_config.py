"""Superset's settings, from variables only: README.md lists them. The same file in the container and on a laptop."""

import json
import os
import ssl
import sys
from urllib.parse import urlsplit

from celery.schedules import crontab
from sqlalchemy.engine import URL

variable = os.environ.get


def required(name):
    value = variable(name)
    if not value:
        sys.exit(f'superset_config.py: the variable {name} is missing → README.md lists what Superset is told → set it')
    return value


# --- keys

SECRET_KEY = required("SUPERSET_SECRET_KEY")
if variable("SUPERSET_PREVIOUS_SECRET_KEY"):
    PREVIOUS_SECRET_KEY = variable("SUPERSET_PREVIOUS_SECRET_KEY")

# --- metadata database

SQLALCHEMY_DATABASE_URI = (
    variable("SUPERSET_DATABASE_URL")
    or URL.create(
        "postgresql+psycopg2",
        username=required("DB_USER"),
        password=required("DB_PASSWORD"),
        host=required("DB_HOST"),
        port=int(variable("DB_PORT") or 5432),
        database=variable("DB_NAME") or "superset",
        query={"sslmode": variable("DB_SSLMODE") or "require"},
    ).render_as_string(hide_password=False)
)
# A database that failed over or was patched leaves dead connections behind.
SQLALCHEMY_ENGINE_OPTIONS = {"pool_pre_ping": True, "pool_recycle": 1800}

# --- cache and queue: one Redis or Valkey, one database of it, told apart by prefixes

CACHE_URL = variable("CACHE_URL")
CELERY_CONFIG = None


def cache(name, seconds):
    return {
        "CACHE_TYPE": "RedisCache",
        "CACHE_REDIS_URL": CACHE_URL,
        "CACHE_KEY_PREFIX": f"superset:{name}:",
        "CACHE_DEFAULT_TIMEOUT": seconds,
    }


if CACHE_URL:
    import redis
    from flask_caching.backends.rediscache import RedisCache

    DAY = 24 * 60 * 60
    CACHE_CONFIG = cache("metadata", DAY)
    DATA_CACHE_CONFIG = cache("data", int(variable("CACHE_SECONDS") or 3600))
    FILTER_STATE_CACHE_CONFIG = {**cache("filters", 90 * DAY), "REFRESH_TIMEOUT_ON_RETRIEVAL": True}
    EXPLORE_FORM_DATA_CACHE_CONFIG = {**cache("explore", 7 * DAY), "REFRESH_TIMEOUT_ON_RETRIEVAL": True}
    RESULTS_BACKEND = RedisCache(host=redis.from_url(CACHE_URL), key_prefix="superset:results:")
    RATELIMIT_ENABLED = True
    RATELIMIT_STORAGE_URI = CACHE_URL

    class CeleryConfig:
        broker_url = CACHE_URL
        result_backend = CACHE_URL
        broker_transport_options = {"global_keyprefix": "superset:celery:"}
        result_backend_transport_options = {"global_keyprefix": "superset:celery:"}
        broker_connection_retry_on_startup = True
        if CACHE_URL.startswith("rediss://"):
            broker_use_ssl = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
            redis_backend_use_ssl = broker_use_ssl
        imports = ("superset.sql_lab", "superset.tasks.scheduler", "superset.tasks.cache")
        worker_prefetch_multiplier = 1
        task_acks_late = False
        task_annotations = {"sql_lab.get_sql_results": {"rate_limit": "100/s"}}
        beat_schedule = {
            "prune the log of actions": {
                "task": "prune_logs",
                "schedule": crontab(minute=10, hour=2),
                "kwargs": {"retention_period_days": 180},
            },
            "prune queries": {
                "task": "prune_query",
                "schedule": crontab(minute=40, hour=2),
                "kwargs": {"retention_period_days": 90},
            },
        }

    CELERY_CONFIG = CeleryConfig
# Without a cache nothing is kept: each chart shows what Athena says now.

# --- where browsers find it

PUBLIC_URL = (variable("PUBLIC_URL") or "http://127.0.0.1:8088").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")
ENABLE_PROXY_FIX = IS_HTTPS  # the load balancer ends TLS, and says by headers what the browser asked


def as_browsers_ask(application):
    """Behind CloudFront the load balancer itself is asked without TLS, and says so: log-in would come back to http://…."""
    port = str(urlsplit(PUBLIC_URL).port or 443)

    def asked(request, start_response):
        request["HTTP_X_FORWARDED_PROTO"] = "https"
        request["HTTP_X_FORWARDED_PORT"] = port
        return application(request, start_response)

    return asked


ADDITIONAL_MIDDLEWARE = [as_browsers_ask] if IS_HTTPS else []
PREFERRED_URL_SCHEME = "https" if IS_HTTPS else "http"
WEBDRIVER_BASEURL = WEBDRIVER_BASEURL_USER_FRIENDLY = f"{PUBLIC_URL}/"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SUPERSET_WEBSERVER_TIMEOUT = 110  # below gunicorn's, so that a page says it and no process is killed

# Pages load from this server only. This keeps away Superset's telemetry pixel, too, which is built into its pages, and
# base maps: maps of countries need none.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],  # emotion and AG Grid write styles
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,  # the load balancer does it
    "strict_transport_security": IS_HTTPS,
    "session_cookie_secure": IS_HTTPS,
}
ENABLE_CORS = False

# --- log-in

if variable("OIDC_ISSUER"):
    from flask_appbuilder.const import AUTH_OAUTH
    from oidc import OidcSecurityManager

    AUTH_TYPE = AUTH_OAUTH
    CUSTOM_SECURITY_MANAGER = OidcSecurityManager
    OAUTH_PROVIDERS = [
        {
            "name": "oidc",
            "icon": "fa-key",
            "token_key": "access_token",
            "remote_app": {
                "client_id": required("OIDC_CLIENT_ID"),
                "client_secret": required("OIDC_CLIENT_SECRET"),
                "server_metadata_url": f"{variable('OIDC_ISSUER').rstrip('/')}/.well-known/openid-configuration",
                "client_kwargs": {"scope": "openid email profile", "code_challenge_method": "S256"},
            },
        }
    ]
    OIDC_ROLE_CLAIM = variable("OIDC_ROLE_CLAIM") or "groups"
    AUTH_ROLES_MAPPING = json.loads(variable("OIDC_ROLE_MAPPING") or "{}")
    AUTH_ROLES_SYNC_AT_LOGIN = True  # who left a group loses its roles
    AUTH_USER_REGISTRATION = True
    AUTH_USER_REGISTRATION_ROLE = "Public"  # has no rights: these come by the groups alone

# --- the lake

ROW_LIMIT = 10000
SQL_MAX_ROW = 100000
SQLLAB_TIMEOUT = 100
SQLLAB_ASYNC_TIME_LIMIT_SEC = 30 * 60  # as long as Athena lets a query run
PREVENT_UNSAFE_DB_CONNECTIONS = True

# --- what isn't offered: these want a browser in the image, or go out to other sites

FEATURE_FLAGS = {"ALERT_REPORTS": False, "THUMBNAILS": False, "SLACK_ENABLE_AVATARS": False}
LANGUAGES = {}
UPLOAD_FOLDER = os.path.join(variable("SUPERSET_HOME") or "/tmp/superset", "uploads")
