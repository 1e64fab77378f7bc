"""The examples of feedback run at a small size, and say what they are there to say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def said(name: str, *words: str) -> str:
    command = [sys.executable, str(ROOT / "examples" / f"{name}.py"), *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_adaptive_weights_says_which_is_better() -> None:
    lines = said("adaptive_weights", "--seeds", "1", "--frames", "160", "--test-frames", "96")
    *_, fixed, adaptive, verdict = lines.splitlines()
    assert fixed.startswith("fixed ") and adaptive.startswith("adaptive ")
    assert "worst-class accuracy" in verdict and "one seed says little" in verdict


@pytest.mark.slow
def test_density_optimisation_says_how_far_it_came(tmp_path: Path) -> None:
    words = ["--seeds", "1", "--rounds", "2", "--targets", "16", "--pictures", str(tmp_path)]
    *_, last = said("density_optimisation", *words).splitlines()
    assert last.startswith("of the way") and last.endswith("is left")
    assert {file.name for file in tmp_path.iterdir()} == {"target.png", "start.png", "found.png"}
