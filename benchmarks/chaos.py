"""Faults at random moments, with Blender: no frame lost, none doubled, none half-written.

    python benchmarks/chaos.py [--faults 100] [--scenes 120] [--workers 2] [--seed 1]

A run by a pool is struck until so many faults were made: workers, coordinator and all at once are
killed, workers are stopped, the journal is torn, half files are left, finished files are cut off.
What it leaves in the end must hash as a run without faults.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from synth_addon.core.dataset.tree_hash import hash_dataset
from synth_addon.core.dataset.validate import validate_dataset
from tests.farm.chaos import Chaos

PRESET = "cube"
SETTINGS = ("render.samples=1", "render.denoise=off", "camera.width_px=64", "camera.height_px=48")


def command(output: Path, scenes: int, *more: str) -> list[str]:
    words = [sys.executable, "-m", "synth_addon.cli", "generate", PRESET, "--output", str(output)]
    words += ["--scenes", str(scenes), *more]
    return [*words, *(word for setting in SETTINGS for word in ("--set", setting))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--scenes", type=int, default=120)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="synth-chaos-") as folder:
        whole, struck = Path(folder) / "whole", Path(folder) / "struck"
        began = time.perf_counter()
        subprocess.run(command(whole, options.scenes), check=True, stdout=subprocess.DEVNULL)
        clean = time.perf_counter() - began
        pool = ("--workers", str(options.workers), "--resume", "--worker-timeout", "10")
        run = command(struck, options.scenes, *pool)
        chaos = Chaos(run, os.environ, struck, options.seed, pause_s=4.0)
        chaos.run(options.faults)
        for name, count in sorted(chaos.counts.items()):
            sys.stdout.write(f"{count:4} x {name}\n")
        problems = validate_dataset(struck)
        same = hash_dataset(struck) == hash_dataset(whole)
        took = time.perf_counter() - began - clean
        sys.stdout.write(f"without faults, one process: {clean:.0f} s; with them: {took:.0f} s\n")
        sys.stdout.write(f"same hash: {same}; broken promises: {len(problems)}\n")
    if not same or problems:
        sys.exit(1)


if __name__ == "__main__":
    main()
