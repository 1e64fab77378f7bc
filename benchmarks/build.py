"""Seconds to build a settled scene in Blender, by number of objects.

Run ``make bench`` or ``python benchmarks/build.py``. Shapes with random proportions and materials
float in a room; making their meshes and building the scene from its spec are timed apart. Each
figure is the median over several scenes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import catalog_assets
from synth_addon.core.recipe.loading import LoadedRecipe, validate_recipe
from synth_addon.core.settling import settle_scene
from synth_addon.core.timing import PartTimes

HEIGHTS_M = {"cup": (0.08, 0.11), "bottle": (0.2, 0.3), "can": (0.1, 0.14), "box": (0.05, 0.2)}


def recipe_of(count: int) -> LoadedRecipe:
    """Return a recipe whose scenes hold `count` objects without physics."""
    groups = {
        shape: {
            "shape": shape,
            "parameters": {"height_m": {"uniform": heights}},
            "count": (count + i) // len(HEIGHTS_M),
            "material": {},
        }
        for i, (shape, heights) in enumerate(HEIGHTS_M.items())
    }
    spread = {"uniform": [-1.5, 1.5]}
    data: dict[str, Any] = {
        "version": 1,
        "objects": groups,
        "views_per_scene": 1,
        "physics": {"enabled": False},
        "spawn": {"x_m": spread, "y_m": spread},
        "camera": {"min_targets": 0, "min_distance_m": 0},
    }
    return LoadedRecipe(validate_recipe(data, "benchmark"), Path())


def measure(count: int, scenes: int) -> dict[str, float]:
    """Return median seconds of loading and of building scenes of `count` objects."""
    loaded = recipe_of(count)
    catalog = catalog_assets(loaded)
    renderer = BlenderRenderer(catalog.paths)
    load, build = [], []
    for scene in range(scenes):
        times = PartTimes()
        settled, _ = settle_scene(loaded.recipe, catalog, renderer, scene, times)
        start = time.perf_counter()
        renderer.build(settled)
        build.append(time.perf_counter() - start)
        load.append(times.parts["load"].wall)
    renderer.close()
    return {
        "objects": count,
        "load_s": statistics.median(load),
        "build_s": statistics.median(build),
    }


def plot(rows: list[dict[str, float]], path: Path) -> None:
    """Draw both times over the number of objects."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(6, 4))
    for key, label in (("load_s", "meshes"), ("build_s", "scene")):
        axis.plot([row["objects"] for row in rows], [row[key] for row in rows], "o-", label=label)
    axis.set(xlabel="objects", ylabel="seconds a scene", ylim=(0, None))
    axis.legend()
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    """Measure, print a table, write a plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", nargs="+", type=int, default=[5, 10, 20, 40, 80])
    parser.add_argument("--scenes", type=int, default=7)
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    rows = [measure(count, arguments.scenes) for count in arguments.objects]
    sys.stdout.write("  objects   meshes, s    scene, s\n")
    for row in rows:
        sys.stdout.write(f"  {row['objects']:7} {row['load_s']:11.3f} {row['build_s']:11.3f}\n")
    (arguments.output / "build.json").write_text(json.dumps(rows, indent=1))
    plot(rows, arguments.output / "build.png")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
