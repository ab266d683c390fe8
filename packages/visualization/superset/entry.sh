#!/bin/sh
# One image, several roles: the argument says which. README.md says what each of them reads.
set -eu
cd "$(dirname "$0")"
export PYTHONPATH="$PWD${PYTHONPATH:+:$PYTHONPATH}"
export FLASK_APP='superset.app:create_app()'
export SUPERSET_HOME="${SUPERSET_HOME:-/tmp/superset}"
mkdir -p "$SUPERSET_HOME"
[ -d /dev/shm ] && beats=/dev/shm || beats=$SUPERSET_HOME
celery='celery --app=superset.tasks.celery_app:app'

case "${1:-}" in
init)
  exec python bootstrap.py
  ;;
web)
  # Connections are kept longer than the load balancer keeps them (120 s), so that it is never the server that closes one.
  exec gunicorn \
    --bind "${WEB_HOST:-0.0.0.0}:${WEB_PORT:-8088}" \
    --worker-class gthread --workers "${WEB_WORKERS:-2}" --threads "${WEB_THREADS:-10}" \
    --timeout 120 --graceful-timeout 30 --keep-alive 125 \
    --max-requests "${WEB_MAX_REQUESTS:-2000}" --max-requests-jitter 200 \
    --no-control-socket --worker-tmp-dir "$beats" --access-logfile - --error-logfile - \
    "$FLASK_APP"
  ;;
worker)
  exec $celery worker --pool=prefork --concurrency="${WORKER_CONCURRENCY:-4}" --max-tasks-per-child=200 -O fair --loglevel=INFO
  ;;
beat)
  exec $celery beat --pidfile= --schedule="$SUPERSET_HOME/celerybeat-schedule" --loglevel=INFO
  ;;
healthy) # the web server answers
  exec python -c "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('WEB_PORT', '8088') + '/health', timeout=4)"
  ;;
ping) # a worker answers
  exec $celery inspect ping --timeout=20
  ;;
*)
  echo "entry.sh: \"${1:-}\" → init, web, worker, beat, healthy or ping → give one of them" >&2
  exit 2
  ;;
esac
