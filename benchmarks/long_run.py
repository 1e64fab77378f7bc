"""Whether a pool is as fast and as small after thousands of frames as at its start.

    python benchmarks/long_run.py [--frames 2000] [--workers 2] [--source cube]

Frames a second of each tenth of the run, from the moments at which scenes are in the journal, and
the memory of workers and coordinator. Scenes differ, so before the last tenth is compared with the
first, each is divided by what the same scenes take at the start of a run of their own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

SETTINGS = ("render.samples=1", "render.denoise=off", "camera.width_px=64", "camera.height_px=48")
SETTINGS += ("views_per_scene=4",)
TENTHS = 10


@dataclass
class Run:
    """What was seen of one run: when frames were finished, and who held how many MiB."""

    times: list[float] = field(default_factory=list)
    workers_mib: list[float] = field(default_factory=list)
    coordinator_mib: list[float] = field(default_factory=list)

    def rate(self, part: slice) -> float:
        times = self.times[part]
        return (len(times) - 1) / (times[-1] - times[0])


def watched(source: str, scenes: range, workers: int) -> Run:
    """Run a pool and watch it."""
    run = Run()
    with tempfile.TemporaryDirectory(prefix="synth-long-") as folder:
        words = ["generate", source, "--output", f"{folder}/out", "--workers", str(workers)]
        words += ["--scene-range", f"{scenes.start}:{scenes.stop}", "--threads", "1", "--json"]
        words += [word for setting in SETTINGS for word in ("--set", setting)]
        process = subprocess.Popen(
            [sys.executable, "-m", "synth_addon.cli", *words], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "frame":
                run.times.append(time.perf_counter())
                if len(run.times) % 20 == 0:
                    run.coordinator_mib.append(memory_mib(process.pid))
                    run.workers_mib.append(max(map(memory_mib, children(process.pid)), default=0))
        assert process.wait() == 0
    return run


def children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in listed.split()]


def memory_mib(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--source", default="cube")
    options = parser.parse_args()
    scenes = options.frames // 4
    tenth = options.frames // TENTHS
    run = watched(options.source, range(scenes), options.workers)
    for number in range(TENTHS):
        rate = run.rate(slice(number * tenth, (number + 1) * tenth))
        sys.stdout.write(f"tenth {number + 1:2}: {rate:7.2f} frames/s\n")
    warm = slice(tenth // 4, tenth)  # the first frames of all workers come at once
    first, last = run.rate(warm), run.rate(slice(-tenth, None))
    ends = range(scenes - scenes // TENTHS, scenes)
    alone = watched(options.source, ends, options.workers).rate(warm)
    again = watched(options.source, range(scenes // TENTHS), options.workers).rate(warm)
    sys.stdout.write(f"last tenth / first                    {last / first:.3f}\n")
    sys.stdout.write(
        f"the same, scenes alone as yardstick   {last / alone / (first / again):.3f}\n"
    )
    for name, values in (("worker", run.workers_mib), ("coordinator", run.coordinator_mib)):
        early, late = (np.median(values[part]) for part in (slice(2, 12), slice(-10, None)))
        sys.stdout.write(f"{name} memory, begin and end: {early:.1f} and {late:.1f} MiB\n")


if __name__ == "__main__":
    main()
