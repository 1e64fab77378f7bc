"""Resident memory and Blender's datablocks over one long job.

Run ``make bench`` or ``python benchmarks/memory.py``. Every scene brings new shapes, materials and
rooms, so whatever is not given back shows. Datablocks are counted after scene 50 and at the end,
with the last scene removed. Reads ``/proc``, so it needs Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import bpy

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import catalog_assets, mesh_assets
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.job import FrameDone, Job
from synth_addon.core.recipe.loading import load_recipe

SETTLED_AFTER = 50
"""Frames or scenes after which all that is kept for good has been loaded."""
KINDS = ("meshes", "materials", "images", "node_groups", "objects", "lights", "worlds", "actions")


@dataclass
class Readings:
    """What was measured: MiB after every frame and scene, and counts of datablocks by kind."""

    by_frame: list[float] = field(default_factory=list)
    by_scene: dict[int, float] = field(default_factory=dict)
    datablocks: list[dict[str, int]] = field(default_factory=list)


def resident_mib() -> float:
    """Return this process' resident memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(source: str, overrides: list[str], scenes: int) -> Readings:
    """Generate a dataset and return what was measured."""
    loaded = load_recipe(source, overrides)
    catalog = catalog_assets(loaded)
    renderer = BlenderRenderer(catalog.paths)
    renderer.preload(mesh_assets(catalog), catalog.images)
    readings = Readings()

    def listener(done: FrameDone) -> None:
        readings.by_frame.append(resident_mib())
        readings.by_scene[done.scene] = readings.by_frame[-1]

    folder = Path(tempfile.mkdtemp(prefix="synth-bench-"))
    split = min(SETTLED_AFTER, scenes)
    try:
        info = dataset_info(loaded.recipe, catalog, renderer.version)
        with DatasetStore.create_or_resume(folder / "data", info, False, range(scenes)) as store:
            job = Job(loaded.recipe, catalog, renderer, store, listener)
            for part in (range(split), range(split, scenes)):
                job.run(part)
                renderer.clear()
                readings.datablocks.append({kind: len(getattr(bpy.data, kind)) for kind in KINDS})
            store.finish()
    finally:
        shutil.rmtree(folder)
        renderer.close()
    return readings


def report(readings: Readings) -> None:
    """Print memory after some frames and scenes, and the datablocks that stayed."""
    frames = readings.by_frame
    for frame in sorted({1, SETTLED_AFTER, *range(100, len(frames), 100), len(frames)}):
        if frame <= len(frames):
            sys.stdout.write(f"  after frame {frame:5}: {frames[frame - 1]:7.1f} MiB\n")
    for name, values in (("frame", frames), ("scene", list(readings.by_scene.values()))):
        if len(values) > SETTLED_AFTER:
            ratio = values[-1] / values[SETTLED_AFTER - 1]
            sys.stdout.write(f"  end over {name} {SETTLED_AFTER}: {ratio:.3f}\n")
    sys.stdout.write("  datablocks   " + "".join(f"{kind:>13}" for kind in KINDS) + "\n")
    for when, counts in zip(("settled", "end"), readings.datablocks, strict=True):
        sys.stdout.write(f"  {when:13}" + "".join(f"{counts[kind]:13}" for kind in KINDS) + "\n")


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
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--height", type=int, default=240)
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE")
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    size = [f"camera.width_px={arguments.width}", f"camera.height_px={arguments.height}"]
    overrides = ["render.samples=1", *size, *arguments.set]
    readings = run(arguments.source, overrides, arguments.scenes)
    report(readings)
    (arguments.output / "memory.json").write_text(json.dumps(readings.by_frame))
    plot(readings.by_frame, arguments.output / "memory.png")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
