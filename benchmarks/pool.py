"""What a pool of workers gains, and what its coordinator costs.

    python benchmarks/pool.py [--workers N] [--scenes N]

Throughput: frames a second of one pinned process and of N workers with one thread each, in turn.
Coordinator: CPU time and memory by scene, with simulated workers that make nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.dataset.info import DatasetInfo
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.farm.pool import Pool, PoolSettings
from synth_addon.farm.protocol import Message

SETTINGS = ["render.samples=8", "render.denoise=off", "camera.width_px=320"]
SETTINGS += ["camera.height_px=240", "views_per_scene=4"]
PRESET = "cube"
SIMULATED, SIMULATED_SCENES = 64, 20_000
_FAKE = """
import json, sys
info = json.loads(sys.argv[1])
def say(**message):
    sys.stdout.write(json.dumps(message) + "\\n"); sys.stdout.flush()
say(event="hello", protocol=1, synth="0.1.0", info=info)
for line in sys.stdin:
    order = json.loads(line)
    if "stop" in order:
        break
    scene = order["scene"]
    say(event="begin", scene=scene)
    files = {f"images/000000/{4 * scene + view:09d}.png": "0" * 64 for view in range(20)}
    say(event="scene", entry={"scene": scene, "frames": [4 * scene, 4], "files": files}, bytes=1)
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


def coordinating(folder: Path) -> tuple[float, float]:
    """Return the coordinator's CPU time of a scene in ms and its peak memory in MiB."""
    recipe = load_recipe(PRESET, SETTINGS).recipe
    info = dataset_info(recipe, AssetCatalog({}, {}, (), {}), "simulated")
    text = json.dumps(info.model_dump(mode="json"))
    scenes = range(SIMULATED_SCENES)

    def opened(told: DatasetInfo) -> DatasetStore:
        return DatasetStore.create_or_resume(folder, told, True, scenes)

    command = [sys.executable, "-c", _FAKE, text]
    pool = Pool(command, lambda place: {}, PoolSettings(SIMULATED), opened, _Silent())
    before = time.process_time()
    pool.run(scenes)
    used = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return 1e3 * used / SIMULATED_SCENES, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--scenes", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="synth-pool-") as folder:
        alone, together = [], []
        for _ in range(options.repeats):
            alone.append(rate(Path(folder) / "one", options.scenes // options.workers, 1))
            together.append(rate(Path(folder) / "many", options.scenes, options.workers))
        one, many = statistics.median(alone), statistics.median(together)
        sys.stdout.write(f"one pinned worker       {one:8.2f} frames/s\n")
        sys.stdout.write(f"{options.workers} workers               {many:8.2f} frames/s\n")
        sys.stdout.write(
            f"share of {options.workers} x one        {many / options.workers / one:8.2f}\n"
        )
        cpu, peak = coordinating(Path(folder) / "simulated")
        sys.stdout.write(f"coordinator, {SIMULATED} workers  {cpu:8.2f} ms of CPU a scene\n")
        sys.stdout.write(f"coordinator, peak       {peak:8.0f} MiB\n")


if __name__ == "__main__":
    main()
