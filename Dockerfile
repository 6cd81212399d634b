FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY pyproject.toml constraints.txt ./
# Only what Reeve runs on, in the versions that were tested.
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > /tmp/needed.txt \
    && pip install --no-cache-dir --disable-pip-version-check -c constraints.txt -r /tmp/needed.txt \
    && useradd --system --create-home --uid 10001 reeve \
    && mkdir /data && chown reeve /data
COPY alembic.ini ./
COPY alembic alembic
COPY database database
COPY bot bot
COPY cogs cogs
COPY sandbox sandbox
# Who runs it cannot write here: without this, each start would compile all of it anew.
RUN python -m compileall -q alembic bot cogs database sandbox
USER reeve
ENV REEVE_DATA_DIR=/data
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
