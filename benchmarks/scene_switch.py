"""What a scene costs beside its renders: how long the renderer stands still, and CPU time by part.

Run ``python benchmarks/scene_switch.py``. One process generates a preset with every output on. The
renderer's thread renders, drops and builds; what it does besides, or waits for, counts as standing
still: the time from the end of a scene's last frame to that of the next's, less what rendering and
dropping took. Reading frames back, the part ``read``, counts as rendering. The first scenes, which
fill the pipeline and make the first materials, are left out. Other threads prepare and write
meanwhile.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from synth_addon.blender.ready_renderer import ready_renderer
from synth_addon.core.asset_catalog import catalog_assets
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.job import FrameDone, Job
from synth_addon.core.native_threads import few_native_threads
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.timing import PartTime


@dataclass(frozen=True)
class Mark:
    """What the clock and the parts said at the end of a scene."""

    at: float
    parts: Mapping[str, PartTime]


def marks_of(preset: str, settings: Sequence[str], scenes: int, threads: int) -> list[Mark]:
    """Generate scenes, and return a mark for the end of each."""
    loaded = load_recipe(preset, settings)
    recipe = loaded.recipe
    marks: list[Mark] = []
    with few_native_threads(threads):  # as workers of a pool do
        renderer, catalog = ready_renderer(recipe, catalog_assets(loaded), threads, lambda *_: None)
    info, wanted = dataset_info(recipe, catalog, renderer.version), range(scenes)

    def listener(done: FrameDone) -> None:
        if (done.frame + 1) % recipe.views_per_scene == 0:
            parts = job.times.parts | renderer.times.parts
            copied = {name: replace(part) for name, part in parts.items()}
            marks.append(Mark(time.perf_counter(), copied))

    with (
        closing(renderer),
        tempfile.TemporaryDirectory() as folder,
        DatasetStore.create_or_resume(Path(folder) / "data", info, False, wanted) as store,
    ):
        job = Job(recipe, catalog, renderer, store, listener)
        job.run(wanted)
    return marks


def standing_still(before: Mark, after: Mark) -> float:
    """Return for how many seconds the renderer neither rendered nor dropped."""
    busy = sum(after.parts[name].wall - before.parts[name].wall for name in ("render", "physics"))
    return after.at - before.at - busy


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="cup_clutter")
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--cold", type=int, default=20, help="first scenes that are left out")
    parser.add_argument("--threads", type=int, default=1, help="of the renderer")
    parser.add_argument("--set", action="append", default=["render.samples=1"], dest="settings")
    arguments = parser.parse_args()
    marks = marks_of(arguments.preset, arguments.settings, arguments.scenes, arguments.threads)
    marks = marks[arguments.cold :]
    stills = [1000 * standing_still(*pair) for pair in pairwise(marks)]
    first, last, count = marks[0].parts, marks[-1].parts, len(stills)
    sys.stdout.write(
        f"{arguments.preset}, {count} scenes, {arguments.threads} render threads\n"
        f"the renderer stands still for {statistics.median(stills):.1f} ms a scene "
        f"(mean {statistics.mean(stills):.1f}, most {max(stills):.0f})\n"
    )
    for name, part in last.items():
        before = first.get(name, PartTime())
        wall, cpu = part.wall - before.wall, part.cpu - before.cpu
        sys.stdout.write(
            f"  {name:10} {1000 * wall / count:8.1f} ms, {1000 * cpu / count:7.1f} ms of its "
            "thread's CPU time\n"
        )


if __name__ == "__main__":
    main()
