"""Linear algebra on one thread."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SCRIPT = """
import os, sys
from synth_addon import cli
sys.argv = ["synth", "sample", "cup_room"]
try:
    cli.main()
except SystemExit as end:
    assert not end.code, end.code
import numpy
square = numpy.ones((600, 600))
square @ square
print(len(os.listdir("/proc/self/task")), file=sys.stderr)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are listed in /proc")
def test_the_command_line_computes_on_one_thread() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.split()[-1] == "1"
