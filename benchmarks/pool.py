"""What a pool of workers gains, and what its coordinator costs.

    python benchmarks/pool.py [--workers N] [--scenes N]

Throughput: frames a second of one pinned process and of N workers with one thread each, in turn.
Coordinator: CPU time by scene, with simulated workers that make nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from synth_addon import __version__
from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.dataset.info import DatasetInfo
from synth_addon.core.dataset.journal_lines import JournalEntry
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.farm.backend import local_backend
from synth_addon.farm.crew import PoolSettings
from synth_addon.farm.pool import Pool
from synth_addon.farm.protocol import PROTOCOL, Message

SETTINGS = ["render.samples=8", "render.denoise=off", "camera.width_px=320"]
SETTINGS += ["camera.height_px=240", "views_per_scene=4"]
PRESET = "cube"
SIMULATED, SIMULATED_SCENES = 64, 20_000
_FAKE = """
import json, sys
info = json.loads(sys.argv[1])
def say(**message):
    sys.stdout.write(json.dumps(message) + "\\n"); sys.stdout.flush()
say(event="hello", protocol=int(sys.argv[3]), synth=sys.argv[2], process=0, info=info)
for line in sys.stdin:
    order = json.loads(line)
    if "stop" in order:
        break
    scene = order["scene"]
    say(event="begin", scene=scene)
    for view in range(4):
        say(event="frame", frame=4 * scene + view, scene=scene)
    files = {f"images/000000/{20 * scene + number:09d}.png": "0" * 64 for number in range(20)}
    entry = {"files": files, "frames": [4 * scene, 4], "scene": scene}
    say(event="scene", entry=json.dumps(entry, separators=(",", ":")), bytes=1)
"""


def rate(output: Path, scenes: int, workers: int) -> float:
    """Return frames a second between the first and the last frame of a run."""
    words = ["generate", PRESET, "--output", str(output), "--scenes", str(scenes), "--json"]
    words += [word for setting in SETTINGS for word in ("--set", setting)]
    words += ["--threads", "1", "--workers", str(workers)]
    cores = range(workers) if hasattr(os, "sched_setaffinity") else ()
    process = subprocess.Popen(
        [sys.executable, "-m", "synth_addon.cli", *words],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
    )
    assert process.stdout is not None
    times = [time.perf_counter() for line in process.stdout if '"event": "frame"' in line]
    assert process.wait() == 0
    shutil.rmtree(output)
    # the first frames of all workers come at once, after their start
    warm = times[2 * workers :]
    return (len(warm) - 1) / (warm[-1] - warm[0])


class _Silent:
    def planned(self, scenes: int) -> None: ...

    def frame(self, frame: int, scene: int) -> None: ...

    def told(self, message: Message) -> None: ...

    def noticed(self, text: str) -> None: ...


class _Unseen(DatasetStore):
    """A dataset whose files nobody looks for."""

    def holds(self, entry: JournalEntry) -> bool:
        return True


def coordinating(folder: Path) -> tuple[float, float]:
    """Return the coordinator's CPU time of a scene in ms and the scenes a second."""
    recipe = load_recipe(PRESET, SETTINGS).recipe
    info = dataset_info(recipe, AssetCatalog({}, {}, (), {}), "simulated")
    text = json.dumps(info.model_dump(mode="json"))
    scenes = range(SIMULATED_SCENES)

    def opened(told: DatasetInfo) -> DatasetStore:
        return _Unseen.create_or_resume(folder, told, True, scenes)

    command = [sys.executable, "-S", "-c", _FAKE, text, __version__, str(PROTOCOL)]
    backend = local_backend(command, SIMULATED, lambda place: {}, "simulated")
    pool = Pool(backend.start, backend.seats, PoolSettings(), opened, _Silent())
    before, began = time.process_time(), time.perf_counter()
    pool.run(scenes)
    used, took = time.process_time() - before, time.perf_counter() - began
    return 1e3 * used / SIMULATED_SCENES, SIMULATED_SCENES / took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--scenes", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=("throughput", "coordinator"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="synth-pool-") as folder:
        if options.only != "coordinator":
            throughput(options, Path(folder))
        if options.only != "throughput":
            cpu, speed = coordinating(Path(folder) / "simulated")
            sys.stdout.write(f"coordinator, {SIMULATED} workers  {cpu:8.2f} ms of CPU a scene\n")
            sys.stdout.write(f"coordinator, at most    {speed:8.0f} scenes/s\n")


def throughput(options: argparse.Namespace, folder: Path) -> None:
    """Print what workers gain."""
    alone, together = [], []
    for _ in range(options.repeats):
        alone.append(rate(folder / "one", options.scenes // options.workers, 1))
        together.append(rate(folder / "many", options.scenes, options.workers))
    one, many = statistics.median(alone), statistics.median(together)
    sys.stdout.write(f"one pinned worker       {one:8.2f} frames/s\n")
    sys.stdout.write(f"{options.workers} workers               {many:8.2f} frames/s\n")
    sys.stdout.write(
        f"share of {options.workers} x one        {many / options.workers / one:8.2f}\n"
    )


if __name__ == "__main__":
    main()
