"""What the job costs beyond the bare render: wall-clock ratio, and CPU seconds by part.

Run ``make bench`` or ``python benchmarks/overhead.py``. In one process, by turns, the very same
settled scenes are rendered (a) by a bare ``bpy.ops.render.render(write_still=True)`` loop with
persistent data, to PNG, with no pass but the picture, the building of scenes not counted, and (b)
by the whole job with every output on: sampling, physics, building, rendering, reading back,
annotating, encoding, writing, COCO. The ratio is of the medians.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import bpy

from synth_addon.blender.camera import place_camera
from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.blender.versions import set_image_format
from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.job import Job
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.settling import settle_scene
from synth_addon.core.timing import PartTimes

RECIPE = Path(__file__).with_name("room_of_ten.json")


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds (of all threads) of one run."""

    wall: float
    cpu: float


def bare_loop(
    recipe: Recipe, catalog: AssetCatalog, renderer: BlenderRenderer, scenes: range, folder: Path
) -> Cost:
    """Time nothing but the render calls."""
    wall = cpu = 0.0
    for index in scenes:
        settled, _ = settle_scene(recipe, catalog, renderer, index, PartTimes())
        renderer.build(settled)
        scene = renderer.builder.scene
        layer = scene.view_layers[0]
        layer.use_pass_z = layer.use_pass_normal = layer.use_pass_object_index = False
        layer.use_pass_cryptomatte_object = False
        set_image_format(scene.render.image_settings, "PNG")
        for view in settled.views:
            place_camera(scene, renderer.builder.camera, renderer.builder.lens, view)
            scene.cycles.seed = view.render_seed
            scene.render.filepath = str(folder / f"{view.frame:06d}.png")
            start, start_cpu = time.perf_counter(), time.process_time()
            bpy.ops.render.render(scene=scene.name, write_still=True)
            wall += time.perf_counter() - start
            cpu += time.process_time() - start_cpu
    return Cost(wall, cpu)


def whole_job(
    recipe: Recipe, catalog: AssetCatalog, renderer: BlenderRenderer, scenes: range, folder: Path
) -> tuple[Cost, PartTimes]:
    """Time the job from sampling to the finished dataset."""
    start, start_cpu = time.perf_counter(), time.process_time()
    info = dataset_info(recipe, catalog, renderer.version)
    with DatasetStore.create_or_resume(folder, info, False, scenes) as store:
        job = Job(recipe, catalog, renderer, store)
        job.run(scenes)
        with job.times.part("finish"):
            store.finish()
    cost = Cost(time.perf_counter() - start, time.process_time() - start_cpu)
    job.times.parts.update(renderer.times.parts)
    renderer.times = PartTimes()
    return cost, job.times


def compare(samples: int, scenes: range, repeats: int, denoise: str) -> dict[str, object]:
    """Run both sides by turns and return the medians."""
    overrides = [f"render.samples={samples}", f"render.denoise={denoise}"]
    loaded = load_recipe(str(RECIPE), overrides)
    recipe, catalog = loaded.recipe, catalog_assets(loaded)
    renderer = BlenderRenderer(catalog.paths)
    bare: list[Cost] = []
    full: list[Cost] = []
    times: list[PartTimes] = []
    for _ in range(repeats):
        folder = Path(tempfile.mkdtemp(prefix="synth-bench-"))
        bare.append(bare_loop(recipe, catalog, renderer, scenes, folder))
        cost, parts = whole_job(recipe, catalog, renderer, scenes, folder / "dataset")
        full.append(cost)
        times.append(parts)
        shutil.rmtree(folder)
    renderer.close()
    frames = len(scenes) * recipe.views_per_scene
    return report(samples, frames, bare, full, times)


def report(
    samples: int, frames: int, bare: list[Cost], full: list[Cost], times: list[PartTimes]
) -> dict[str, object]:
    """Print one table and return its figures."""
    bare_wall = statistics.median(cost.wall for cost in bare)
    full_wall = statistics.median(cost.wall for cost in full)
    bare_cpu = statistics.median(cost.cpu for cost in bare) / frames
    full_cpu = statistics.median(cost.cpu for cost in full) / frames
    sys.stdout.write(
        f"\n{samples} spp, {frames} frames, {len(bare)} runs of each by turns\n"
        f"  wall: bare {bare_wall:.2f} s, job {full_wall:.2f} s, "
        f"ratio {full_wall / bare_wall:.3f}\n"
        f"  CPU a frame: bare {bare_cpu:.3f} s, job {full_cpu:.3f} s, "
        f"beyond the render {1000 * (full_cpu - bare_cpu):.0f} ms\n"
    )
    parts: dict[str, float] = {}
    for name in times[0].parts:
        if name == "render":
            continue
        cpu = statistics.median(run.parts[name].cpu for run in times) / frames
        parts[name] = cpu
        sys.stdout.write(f"    {name:10} {1000 * cpu:7.1f} ms\n")
    sys.stdout.flush()
    return {
        "samples": samples,
        "frames": frames,
        "wall_ratio": full_wall / bare_wall,
        "cpu_beyond_render_s": full_cpu - bare_cpu,
        "parts_cpu_s": parts,
    }


def main() -> None:
    """Measure at several sample counts and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", nargs="+", type=int, default=[1, 16, 64])
    parser.add_argument("--scenes", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--denoise", default="off", choices=["off", "fast", "accurate"])
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    results = [
        compare(samples, range(arguments.scenes), arguments.repeats, arguments.denoise)
        for samples in arguments.samples
    ]
    (arguments.output / "overhead.json").write_text(json.dumps(results, indent=1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"\npeak memory {peak:.0f} MiB\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
