"""The whole job against BlenderProc's, on equal scenes, samples, bounces and outputs.

Run ``python benchmarks/duel.py --peer-python PYTHON --peer-checkout DIR``, where PYTHON has bpy
4.2 and BlenderProc's packages (see blenderproc_job.py) and DIR is a checkout of BlenderProc. Our
side should run on the same bpy. Scenes are settled here once and handed to BlenderProc with the
poses from which objects fall, so that both sides simulate; with ``--given-poses`` it gets the final
ones, and only our side pays for physics. Each side is a process of its own, start-up included; they
take turns. Bounces are BlenderProc's own (3 diffuse, no glossy) on both sides.
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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from overhead import bare_loop

from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.asset_catalog import catalog_assets
from synth_addon.core.mesh import TriangleMesh
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.scene_spec import SettledScene
from synth_addon.core.settling import settle_scene
from synth_addon.core.timing import PartTimes

HERE = Path(__file__).resolve().parent
RECIPE = HERE / "room_of_ten.json"
PEER_BOUNCES = {
    "max_bounces": 3,
    "diffuse_bounces": 3,
    "glossy_bounces": 0,
    "transmission_bounces": 0,
    "clamp_indirect": 0,
    "light_tree": "false",
    "denoise": "off",
}


@dataclass(frozen=True)
class Cost:
    """One process: wall and CPU seconds, and peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


def write_obj(path: Path, mesh: TriangleMesh) -> None:
    """Write a mesh as Wavefront."""
    lines = [f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in mesh.vertices]
    lines += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in mesh.triangles]
    path.write_text("\n".join(lines) + "\n")


def lamps(scene: SettledScene) -> list[dict[str, object]]:
    """Return the lamps of the scene that was built last."""
    described = []
    for number, light in enumerate(scene.spec.lights):
        pose = np.array(bpy.data.objects[f"synth lamp {number}"].matrix_world).tolist()
        size = [light.size_m, light.size_m]
        described.append(
            {"type": "area", "pose": pose, "size": size, "energy": light.energy}
            | {"color": light.color}
        )
    return described


def scaled_poses(scene: SettledScene, at_rest: bool) -> dict[str, list[list[float]]]:
    """Return each object's pose, at rest or where it starts to fall, with its scale, by name."""
    starts = [item.pose for item in scene.spec.objects]
    return {
        f"object {item.instance_id}": (pose.matrix @ np.diag([item.scale] * 3 + [1])).tolist()
        for item, pose in zip(scene.spec.objects, scene.poses if at_rest else starts, strict=True)
    }


def describe(scenes: int, folder: Path, at_rest: bool) -> Path:
    """Settle scenes and write them as BlenderProc's side reads them."""
    loaded = load_recipe(str(RECIPE))
    catalog = catalog_assets(loaded)
    renderer = BlenderRenderer(catalog.paths)
    described = []
    for index in range(scenes):
        settled, meshes = settle_scene(loaded.recipe, catalog, renderer, index, PartTimes())
        renderer.build(settled)
        intrinsics = settled.views[0].intrinsics
        matrix = intrinsics.matrix - [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]]
        described.append(
            {
                "poses": scaled_poses(settled, at_rest),
                "lights": lamps(settled),
                "physics": not at_rest,
                "cameras": [view.world_from_camera for view in settled.views],
                "K": matrix.tolist(),
                "width": intrinsics.width,
                "height": intrinsics.height,
            }
        )
        if index == 0:
            objects, slabs = contents(settled, meshes, folder)
    renderer.close()
    job = {"room": {"slabs": slabs}, "objects": objects, "lights": [], "scenes": described}
    path = folder / "job.json"
    path.write_text(json.dumps(job))
    return path


def contents(
    scene: SettledScene, meshes: dict[str, TriangleMesh], folder: Path
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return objects and slabs with their materials; writes the meshes."""
    poses = scaled_poses(scene, at_rest=True)
    objects = []
    for item in scene.spec.objects:
        name = f"object {item.instance_id}"
        mesh = folder / f"{item.instance_id}.obj"
        write_obj(mesh, meshes[item.asset_key])
        look = item.material
        objects.append(
            {"name": name, "mesh": mesh.name, "category": name, "pose": poses[name]}
            | {"category_id": item.instance_id, "color": look.base_color}
            | {"roughness": look.roughness, "metallic": look.metallic}
        )
    slabs = [
        {"name": s.name, "center": s.center, "size": s.size}
        | {"color": s.material.base_color, "roughness": s.material.roughness}
        for s in scene.spec.surfaces
    ]
    return objects, slabs


def timed(command: Sequence[str], environment: dict[str, str]) -> Cost:
    """Run a process to its end and return what it cost."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=sys.stderr
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"{command[0]} ended with status {status}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def overrides(samples: int) -> list[str]:
    """Return what makes our recipe's cost comparable: samples, bounces and outputs."""
    settings = {"samples": samples, **PEER_BOUNCES}
    return ["outputs.coverage=false", *(f"render.{name}={v}" for name, v in settings.items())]


def bare(samples: int, scenes: int, folder: Path) -> Cost:
    """Time nothing but the render calls of the same scenes."""
    loaded = load_recipe(str(RECIPE), overrides(samples))
    catalog = catalog_assets(loaded)
    renderer = BlenderRenderer(catalog.paths)
    cost = bare_loop(loaded.recipe, catalog, renderer, range(scenes), folder)
    renderer.close()
    return Cost(cost.wall, cost.cpu, 0.0)


def ours(samples: int, scenes: int, output: Path) -> Cost:
    """Run our command line."""
    command = [sys.executable, "-m", "synth_addon.cli", "generate", str(RECIPE)]
    command += ["--output", str(output), "--scenes", str(scenes)]
    for override in overrides(samples):
        command += ["--set", override]
    return timed(command, {"PYTHONPATH": str(HERE.parent)})


def peers(samples: int, job: Path, output: Path, arguments: argparse.Namespace) -> Cost:
    """Run BlenderProc's side."""
    command = [arguments.peer_python, str(HERE / "blenderproc_job.py"), "--scene", str(job)]
    command += ["--output", str(output), "--spp", str(samples), "--no-denoise"]
    return timed(command, {"PYTHONPATH": str(arguments.peer_checkout)})


def median(costs: Sequence[Cost]) -> Cost:
    """Return the medians of each figure."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.memory for cost in costs),
    )


def main() -> None:
    """Run both by turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--peer-checkout", type=Path, required=True)
    parser.add_argument("--samples", nargs="+", type=int, default=[1, 16])
    parser.add_argument("--scenes", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--given-poses", action="store_true", help="hand over poses at rest: no physics there"
    )
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="synth-duel-"))
    job = describe(arguments.scenes, folder, arguments.given_poses)
    frames = arguments.scenes * 5
    for samples in arguments.samples:
        least, mine, theirs = [], [], []
        for turn in range(arguments.repeats):
            least.append(bare(samples, arguments.scenes, folder))
            mine.append(ours(samples, arguments.scenes, folder / f"ours {samples} {turn}"))
            theirs.append(peers(samples, job, folder / f"peer {samples} {turn}", arguments))
        floor = median(least)
        sides = {"bare render": floor, "ours": median(mine), "BlenderProc": median(theirs)}
        for name, cost in sides.items():
            added = (cost.cpu - floor.cpu) / frames
            sys.stdout.write(
                f"{samples:3} spp {name:12} {cost.wall:7.1f} s wall  "
                f"{cost.cpu / frames:7.3f} CPU s a frame, {added:6.3f} beyond the render  "
                f"{cost.memory:5.0f} MiB\n"
            )
        sys.stdout.flush()
    shutil.rmtree(folder)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
