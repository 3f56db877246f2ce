# syntax=docker/dockerfile:1
# Targets: `cpu` and `cuda` run every process of compose.yaml (the gpu worker wants `cuda` where there
# is a GPU), `nginx` stands in front and holds the static files.

FROM python:3.11.13-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/venv/bin:$PATH
# pg_dump and pg_restore, for `manage.py backup`, in the version of compose.yaml's PostgreSQL.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 postgresql-client-15 tini \
    && rm -rf /var/lib/apt/lists/*

# Two package sets that differ in torch alone; it comes from PyTorch's own index, the rest from PyPI.
FROM base AS packages
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv && grep -E '^torch(vision)?==' requirements.txt > torch.txt

FROM packages AS packages-cpu
ARG TORCH_INDEX_CPU=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir --index-url "$TORCH_INDEX_CPU" -r torch.txt \
    && pip install --no-cache-dir -r requirements.txt

FROM packages AS packages-cuda
ARG TORCH_INDEX_CUDA=https://download.pytorch.org/whl/cu126
RUN pip install --no-cache-dir --index-url "$TORCH_INDEX_CUDA" -r torch.txt \
    && pip install --no-cache-dir -r requirements.txt

FROM base AS product
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin studio \
    && mkdir -p /srv/studio /var/studio /run/studio \
    && chown studio:studio /var/studio /run/studio
WORKDIR /srv/studio
COPY . .
# All that it writes goes to the volumes and to /tmp: the rest may be read-only.
ENV VAR_DIR=/var/studio RUN_DIR=/run/studio HOME=/tmp
USER studio
ENTRYPOINT ["tini", "--"]
CMD ["python", "-m", "gunicorn", "-c", "python:studio.gunicorn_conf", "--bind", "unix:/run/studio/web-a.sock"]
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
    CMD ["python", "-m", "studio.lib.probing", "/run/studio/web-a.sock"]

FROM product AS cpu
COPY --from=packages-cpu /venv /venv

FROM product AS cuda
COPY --from=packages-cuda /venv /venv

FROM cpu AS static
RUN VAR_DIR=/tmp/build python manage.py collectstatic --no-input

FROM nginxinc/nginx-unprivileged:1.28.0-alpine AS nginx
COPY --from=static /tmp/build/static /srv/static
COPY deploy/nginx.conf.template /etc/nginx/templates/default.conf.template
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s --retries=3 \
    CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/nginx-is-up"]
