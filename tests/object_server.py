"""A local server that speaks as S3 does, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

BUCKET = "bucket"
KEYS = {"AWS_ACCESS_KEY_ID": "an-id", "AWS_SECRET_ACCESS_KEY": "a-secret-that-nobody-may-see"}


@contextmanager
def object_server() -> Iterator[dict[str, str]]:
    """Yield the variables with which programs find it; it has one bucket, which is empty."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    variables = {**KEYS, "AWS_ENDPOINT_URL": address, "AWS_DEFAULT_REGION": "us-east-1"}
    try:
        _make_bucket(variables, port)
        yield variables
    finally:
        process.terminate()
        process.wait(10)


def _make_bucket(variables: dict[str, str], port: int) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert time.monotonic() < end, "the object server does not start"
            time.sleep(0.1)
    code = f"import s3fs; s3fs.S3FileSystem().mkdir({BUCKET!r})"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **variables}, check=True)
