"""What the extension costs Blender: enabling it, drawing its panels, and watching a long job.

Run ``make bench`` or ``python benchmarks/sidebar.py``. Times are CPU milliseconds of one thread,
medians of several runs; enabling is measured in fresh processes, beyond the start of Blender.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
ENABLE = """
import os
import time
import bpy
begin = time.thread_time()
from synth_addon import extension
extension.register()
print("enabled", time.thread_time() - begin, flush=True)
os._exit(0)  # Blender as a module may crash when classes are left registered
"""
# A stand-in for the program that a job runs: it says that ten thousand frames are made.
TALKER = """
import json
print(json.dumps({"event": "start", "frames": 10000}), flush=True)
for done in range(1, 10001):
    event = {"event": "frame", "frame": done, "scene": done // 4, "done": done, "total": 10000}
    print(json.dumps(event), flush=True)
"""


def enabling(repeats: int) -> float:
    """Return the seconds that importing and registering the extension take."""
    # Blender keeps compiled modules; the first run makes them where there are none
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    found = []
    for _ in range(1 + repeats):
        done = subprocess.run(
            [sys.executable, "-c", ENABLE],
            capture_output=True,
            text=True,
            check=True,
            cwd=HERE.parent,
            env=environment,
        )
        found.append(float(done.stdout.split("enabled")[1].split()[0]))
    return statistics.median(found[1:])


def watching() -> list[float]:
    """Return the seconds of every look at a job of ten thousand frames."""
    from synth_addon.farm.job_queue import QueuedJob
    from synth_addon.farm.worker_process import WorkerProcess
    from synth_addon.operators import job_watch

    def start(resume: bool) -> WorkerProcess:
        return WorkerProcess([sys.executable, "-c", TALKER], {})

    job_watch.add_job(QueuedJob("nowhere", "", start, lambda: None))
    found = []
    active = True
    while active:
        begin = time.thread_time()
        active = job_watch.show_jobs()
        found.append(time.thread_time() - begin)
        time.sleep(0.01)
    return found


def drawing(objects: int) -> float:
    """Return the seconds that drawing the panel of so many marked objects takes."""
    import bpy

    sys.path.insert(0, str(HERE.parent))
    from synth_addon.panels.objects import SYNTH_PT_objects, SYNTH_UL_objects
    from tests.gui.recorder import Recorder

    scene = bpy.context.scene
    for number in range(objects):
        item = bpy.data.objects.new(f"Part {number}", bpy.data.meshes.new("Part"))
        scene.collection.objects.link(item)
        entry = scene.synth.recipe.objects.add()
        entry.name, entry.use_open_object, entry.open_object = item.name, True, item
    shown = list(scene.synth.recipe.objects)[:30]  # a list draws only the rows that it shows

    def draw() -> None:
        SYNTH_PT_objects.draw(SimpleNamespace(layout=Recorder()), bpy.context)
        for entry in shown:
            SYNTH_UL_objects.draw_item(None, bpy.context, Recorder(), None, entry, 0, None, "")

    return median_of(draw)


def median_of(action: Callable[[], None], repeats: int = 50) -> float:
    """Return the median of an action's CPU seconds."""
    found = []
    for _ in range(repeats):
        begin = time.thread_time()
        action()
        found.append(time.thread_time() - begin)
    return statistics.median(found)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--objects", type=int, default=500)
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    enabled = enabling(arguments.repeats)

    import bpy  # noqa: F401 - the extension is registered in it

    from synth_addon import extension

    extension.register()
    looks = watching()
    drawn = drawing(arguments.objects)
    figures = {
        "enable_ms": 1e3 * enabled,
        "look_at_job_ms_median": 1e3 * statistics.median(looks),
        "look_at_job_ms_most": 1e3 * max(looks),
        "draw_objects_ms": 1e3 * drawn,
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "sidebar.json").write_text(json.dumps(figures, indent=1))
    for name, value in figures.items():
        sys.stdout.write(f"{name:24} {value:8.2f}\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
