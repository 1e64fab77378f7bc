"""What a person sees of a pool on a terminal."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from .conftest import command

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals are those of POSIX")
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")


def test_a_bar_and_each_worker_are_shown(
    environment: dict[str, str], recipe: Path, tmp_path: Path
) -> None:
    ours, theirs = os.openpty()
    arguments = ["generate", recipe, "-o", tmp_path / "out", "--scenes", 8, "--workers", 2]
    process = subprocess.Popen(
        command(*arguments),
        env={**environment, "STAND_IN_DELAY_S": "0.3", "STAND_IN_CRASH_ON": "5", "TERM": "xterm"},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # the other end is closed
        while part := os.read(ours, 4096):
            seen += part
    os.close(ours)
    assert process.wait() == 3
    text = ESCAPES.sub(b"", seen).decode()
    assert "Traceback" not in text
    assert "14/16" in text
    assert re.search(r"\d+\.\d\d/s", text)
    for number in range(2):
        assert re.search(rf"worker {number}: scene \d+, \d+ s; \d+ scenes? made", text)
    assert "scene 5 is set aside" in text
