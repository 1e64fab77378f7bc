"""The example of a replay learns from a live stream and from its recording, which is a dataset."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.dataset.validate import validate_dataset

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_it_learns_live_and_recorded(tmp_path: Path) -> None:
    record = tmp_path / "recording"
    command = [sys.executable, str(ROOT / "examples" / "replay.py"), "--record", str(record)]
    done = subprocess.run(
        [*command, "--frames", "24", "--epochs", "3"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, *epochs = done.stdout.splitlines()
    assert [line.split(",")[0] for line in epochs] == [
        "after 24 live frames",
        "after 24 recorded frames",
        "after 24 recorded frames",
    ]
    missed = [float(re.findall(r"([\d.]+) pixels", line)[0]) for line in (first, *epochs)]
    assert missed[-1] < missed[0]
    assert open_dataset(record).frame_numbers() == list(range(24))
    assert validate_dataset(record) == []
