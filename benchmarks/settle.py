"""How long drops take and how well things rest: by number of bodies, and over many scenes.

Run ``make bench`` or ``python benchmarks/settle.py``. Nothing is rendered. Penetration and gaps are
measured on the true triangles, of first arrangements alone: what the job would arrange anew counts
as a fault here. Decompositions are computed first and kept, so they are in no figure.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import AssetCatalog, catalog_assets, mesh_assets
from synth_addon.core.collision.cache import cache_folder
from synth_addon.core.collision.decomposition import Decomposer
from synth_addon.core.collision.preparation import prepare_parts
from synth_addon.core.contacts import penetration
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.recipe.recipe import Recipe
from synth_addon.core.sampling.arrangement import arrange
from synth_addon.core.sampling.furniture import furnish
from synth_addon.core.sampling.rest_checks import (
    fault_at_rest,
    near_pairs,
    resting_bodies,
    touches_something,
)
from synth_addon.core.sampling.scene import sample_scene
from synth_addon.core.sampling.sizes import with_sizes

CLUTTER = Path(__file__).with_name("clutter.json")
UPRIGHT = np.cos(np.radians(30))


@dataclass
class Rests:
    """What was measured over scenes; lengths in metres, times in seconds."""

    settle_s: list[float] = field(default_factory=list)
    settle_cpu_s: list[float] = field(default_factory=list)
    check_s: list[float] = field(default_factory=list)
    bodies: list[int] = field(default_factory=list)
    depths: list[float] = field(default_factory=list)
    below_floor: list[float] = field(default_factory=list)
    hovering: int = 0
    faults: list[str] = field(default_factory=list)
    postures: Counter[str] = field(default_factory=Counter)


class Drops:
    """A recipe made ready to be dropped."""

    def __init__(self, source: str, overrides: Sequence[str]) -> None:
        loaded = load_recipe(source, overrides)
        self.recipe: Recipe = loaded.recipe
        self.catalog: AssetCatalog = catalog_assets(loaded)
        self.renderer = BlenderRenderer(self.catalog.paths)
        meshes = self.renderer.preload(mesh_assets(self.catalog), self.catalog.images)

        def report(name: str, number: int, total: int) -> None:
            sys.stderr.write(f"  splitting {name} into convex parts, {number} of {total}\n")

        prepare_parts(self.recipe, self.catalog, meshes, Decomposer(cache_folder()), report)

    def measure(self, scenes: range, group: str) -> Rests:
        """Drop the first arrangement of each scene and look at the rests."""
        rests = Rests()
        for scene in scenes:
            self._measure(scene, group, rests)
        return rests

    def _measure(self, scene: int, group: str, rests: Rests) -> None:
        spec = sample_scene(self.recipe, self.catalog, scene)
        meshes = self.renderer.load(spec)
        spec = with_sizes(spec, meshes)
        spec = arrange(self.recipe, furnish(self.recipe, spec, meshes), meshes)
        wall, cpu = time.perf_counter(), time.process_time()
        poses = self.renderer.settle(spec)
        rests.settle_s.append(time.perf_counter() - wall)
        rests.settle_cpu_s.append(time.process_time() - cpu)
        wall = time.perf_counter()
        fault = fault_at_rest(spec, poses, meshes)
        rests.check_s.append(time.perf_counter() - wall)
        if fault is not None:
            rests.faults.append(f"scene {scene}: {fault}")
        bodies, fixtures = resting_bodies(spec, poses, meshes)
        rests.bodies.append(len(bodies))
        everything = [*bodies, *fixtures]
        for i, j in near_pairs(bodies, fixtures, 0.0):
            rests.depths.append(penetration(everything[i], everything[j]))
        for i, (item, body) in enumerate(zip(spec.objects, bodies, strict=True)):
            rests.below_floor.append(max(0.0, -float(body.bounds[0][2])))
            rests.hovering += not touches_something(i, bodies, fixtures, spec)
            if item.group == group:
                rests.postures[posture(float(body.matrix[2, 2]))] += 1


def posture(up: float) -> str:
    """Return what an object lies on, from the world z of its own z axis; 30 degrees of play."""
    if up > UPRIGHT:
        return "bottom"
    return "mouth" if up < -UPRIGHT else "side"


def by_number(numbers: Sequence[int], scenes: int) -> dict[int, Rests]:
    """Measure equal parts of cups, bowls, cans, boxes, balls and rings in one heap."""
    shapes = ("cup", "box", "can", "sphere", "torus", "bowl")
    found = {}
    for number in numbers:
        counts = [number // len(shapes) + (i < number % len(shapes)) for i in range(len(shapes))]
        objects = {
            shape: {"shape": shape, "count": count}
            for shape, count in zip(shapes, counts, strict=True)
        }
        drops = Drops(str(CLUTTER), [f"objects={json.dumps(objects)}"])
        found[number] = drops.measure(range(scenes), "cup")
        drops.renderer.close()
    return found


def table(found: dict[int, Rests]) -> str:
    """Return settle times by number of bodies."""
    lines = ["  bodies  settle s (median)  CPU s  90 %  deepest mm  checks ms"]
    for number, rests in found.items():
        lines.append(
            f"  {number:6}  {np.median(rests.settle_s):17.2f}  {np.median(rests.settle_cpu_s):5.2f}"
            f"  {np.percentile(rests.settle_s, 90):4.2f}"
            f"  {1e3 * max([*rests.depths, *rests.below_floor, 0.0]):10.2f}"
            f"  {1e3 * np.median(rests.check_s):9.0f}"
        )
    return "\n".join(lines)


def report(rests: Rests, group: str) -> str:
    """Return how well the bodies of many scenes rest."""
    depths = 1e3 * np.array([*rests.depths, 0.0])
    scenes, total = len(rests.bodies), sum(rests.postures.values())
    shares = ", ".join(f"{k} {v / total:.0%}" for k, v in sorted(rests.postures.items()))
    lines = [
        f"  {scenes} scenes, {np.mean(rests.bodies):.1f} bodies on average",
        f"  settle: median {np.median(rests.settle_s):.2f} s, "
        f"CPU {np.median(rests.settle_cpu_s):.2f} s; "
        f"checks: median {1e3 * np.median(rests.check_s):.0f} ms",
        f"  penetration of pairs whose boxes meet: 99 % within {np.percentile(depths, 99):.2f} mm, "
        f"deepest {depths.max():.2f} mm, {np.mean(depths > 2):.2%} beyond 2 mm",
        f"  deepest below the floor: {1e3 * max(rests.below_floor):.2f} mm",
        f"  bodies with no contact within the widest gap: {rests.hovering} of {sum(rests.bodies)}",
        f"  {group} lies on its {shares or '(none)'}",
        f"  scenes that would be arranged anew: {len(rests.faults)}",
        *(f"    {fault}" for fault in rests.faults[:10]),
    ]
    return "\n".join(lines)


def plot(found: dict[int, Rests], path: Path) -> None:
    """Draw settle time over the number of bodies."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(8, 4))
    numbers = list(found)
    for name, times in (("wall", "settle_s"), ("CPU", "settle_cpu_s")):
        medians = [float(np.median(getattr(found[number], times))) for number in numbers]
        axis.plot(numbers, medians, marker="o", label=name)
    axis.set(xlabel="bodies", ylabel="settle time, median s", xlim=(0, None), ylim=(0, None))
    axis.legend()
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    """Run, print tables, write a plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default=str(CLUTTER), help="recipe or preset of the report")
    parser.add_argument("--scenes", type=int, default=50, help="scenes of the report")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE")
    parser.add_argument("--group", default="cup", help="whose postures are counted")
    parser.add_argument("--bodies", type=int, nargs="*", default=[2, 6, 12, 20, 30])
    parser.add_argument("--bodies-scenes", type=int, default=5, help="scenes for each number")
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    drops = Drops(arguments.source, arguments.set)
    rests = drops.measure(range(arguments.scenes), arguments.group)
    drops.renderer.close()
    sys.stdout.write(report(rests, arguments.group) + "\n")
    if arguments.bodies:
        found = by_number(arguments.bodies, arguments.bodies_scenes)
        sys.stdout.write(table(found) + "\n")
        plot(found, arguments.output / "settle.png")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
