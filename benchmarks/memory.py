"""Resident memory of one long job: after frame 50, and at the end.

Run ``make bench`` or ``python benchmarks/memory.py``. Every scene brings new shapes, materials and
rooms, so whatever is not given back shows. Reads ``/proc``, so it needs Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import catalog_assets, mesh_assets
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.job import FrameDone, Job
from synth_addon.core.recipe.loading import load_recipe

SETTLED_AFTER = 50


def resident_mib() -> float:
    """Return this process' resident memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(source: str, overrides: list[str], scenes: int) -> list[float]:
    """Generate a dataset and return the memory after every frame."""
    loaded = load_recipe(source, overrides)
    catalog = catalog_assets(loaded)
    renderer = BlenderRenderer(catalog.paths)
    renderer.preload(mesh_assets(loaded.recipe, catalog), catalog.images)
    readings: list[float] = []

    def listener(done: FrameDone) -> None:
        readings.append(resident_mib())

    folder = Path(tempfile.mkdtemp(prefix="synth-bench-"))
    try:
        info = dataset_info(loaded.recipe, catalog, renderer.version)
        with DatasetStore.create_or_resume(folder / "data", info, False, range(scenes)) as store:
            Job(loaded.recipe, catalog, renderer, store, listener).run(range(scenes))
            store.finish()
    finally:
        shutil.rmtree(folder)
        renderer.close()
    return readings


def plot(readings: list[float], path: Path) -> None:
    """Draw memory over frames."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(8, 4))
    axis.plot(range(1, len(readings) + 1), readings)
    axis.axvline(SETTLED_AFTER, color="grey", linestyle=":")
    axis.set(xlabel="frame", ylabel="resident memory, MiB", ylim=(0, None))
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    """Run, print a table, write a plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="cup_room")
    parser.add_argument("--scenes", type=int, default=100)
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE")
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    small = ["render.samples=1", "camera.width_px=320", "camera.height_px=240"]
    readings = run(arguments.source, [*small, *arguments.set], arguments.scenes)
    for frame in sorted({1, SETTLED_AFTER, *range(100, len(readings), 100), len(readings)}):
        sys.stdout.write(f"  after frame {frame:5}: {readings[frame - 1]:7.1f} MiB\n")
    ratio = readings[-1] / readings[SETTLED_AFTER - 1]
    sys.stdout.write(f"  end over frame {SETTLED_AFTER}: {ratio:.3f}\n")
    (arguments.output / "memory.json").write_text(json.dumps(readings))
    plot(readings, arguments.output / "memory.png")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
