# One image for every service; the command picks which: `services.match`, `services.ingest serve`.
# The stage `simulators` is for compose.yaml alone: it stands in for LINE and for a mail server.
FROM python:3.12-slim AS packages
COPY requirements.txt .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt

FROM packages AS more-packages
COPY requirements-dev.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
    -r requirements-dev.txt

FROM python:3.12-slim AS services
# No account of the host has this number, and nothing in the image belongs to it.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin gouji \
 && install -d -o gouji /state
COPY --from=packages /venv /venv
WORKDIR /app
COPY claims claims
COPY pipeline pipeline
COPY services services
COPY schemas schemas
# The root file system is read-only where this runs: compiled files are made now.
RUN /venv/bin/python -m compileall -q claims pipeline services
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GOUJI_STATE_DIR=/state
USER 10001
VOLUME /state
ENTRYPOINT ["python", "-m"]
CMD ["services.ingest", "serve"]

FROM services AS simulators
COPY --from=more-packages /venv /venv
COPY deploy deploy

FROM services AS product
