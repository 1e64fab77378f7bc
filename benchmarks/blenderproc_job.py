#!/usr/bin/env python3
"""Render a described job with BlenderProc, as one of its users would, and time it by part.

The script stands alone: it needs a checkout of BlenderProc (https://github.com/DLR-RM/BlenderProc,
branch main, version 2.8.0) on PYTHONPATH and, in a Python 3.11 environment, the `bpy` 4.2 wheel
and the packages listed in that checkout's docs/tutorials/bpy_module.md. A checkout, and not
`pip install blenderproc`: on import BlenderProc takes its own parent folder off sys.path, which
must therefore not be site-packages.

    PYTHONPATH=path/to/BlenderProc python benchmarks/blenderproc_job.py \
        --scene job.json --output out --spp 16 --no-denoise

What it makes, per scene: `coco/` (PNG images and coco_annotations.json, appended) and `hdf5/`
(colors, depth, normals, instance_segmaps, category_id_segmaps, instance_attribute_maps).
Timings, render settings and peak memory go to standard output, and to `timings.json` in the output
folder; what BlenderProc and Blender say goes to standard error.

The job's JSON, with lengths in metres, linear RGB colours and row-major matrices:

    {"room": {"slabs": [{"name", "center": [x, y, z], "size": [x, y, z],
                         "color": [r, g, b], "roughness"}, ... six of them]},
     "objects": [{"name", "mesh": "file.obj", "category": "cup", "category_id": 1,
                  "color": [r, g, b], "roughness", "metallic",
                  "pose": 4x4, or "location": [x, y, z] and "rotation": 3x3,
                  "mass": optional, in kg}, ...],
     "lights": [{"type": "point", "location": [x, y, z], "radius", "energy", "color"},
                {"type": "area", "pose": 4x4 or location and rotation, "size": [x, y],
                 "energy", "color"}, ...],
     "background": optional [r, g, b] of the world,
     "scenes": [{"poses": {"object's name": 4x4, or null to leave it out, ...},
                 "lights": optional, in place of the job's,
                 "physics": false, true, or arguments for BlenderProc's simulation,
                 "cameras": [4x4 world_from_camera, ...],
                 "K": 3x3, "width", "height"}, ...]}

- A mesh path is relative to the JSON file; its coordinates are taken as they stand, Z up.
- An object that a scene's "poses" does not name has the pose given in "objects".
- A light's energy is Blender's, in watts. An area light shines along its own -Z.
- Cameras have OpenCV's axes: X right, Y down, Z forward. K is handed to BlenderProc as it is, and
  BlenderProc puts the centre of the first pixel at (0, 0): where yours is at (0.5, 0.5), subtract
  0.5 from cx and cy.

Exit status: 0 done, 1 the job is not usable, 2 BlenderProc cannot be imported or wrong arguments.
"""

from __future__ import annotations

import argparse
import atexit
import importlib
import json
import math
import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

Json = dict[str, Any]
Matrix = list[list[float]]

SEGMENTATION_KEYS = ["instance", "category_id", "name"]
OPENCV_AXES = ["X", "-Y", "-Z"]
IMPORT_HELP = (
    "BlenderProc cannot be imported: put a checkout of https://github.com/DLR-RM/BlenderProc "
    "(branch main, 2.8.0) on PYTHONPATH and run this with a Python 3.11 that has bpy 4.2 and the "
    "packages of that checkout's docs/tutorials/bpy_module.md"
)


class JobError(Exception):
    """The job's JSON cannot be used as it stands."""


class Stamp(NamedTuple):
    """A moment, in wall and in CPU seconds."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Stamp:
        """The present moment; CPU seconds are those of this process and its ended children."""
        times = os.times()
        return cls(
            time.perf_counter(),
            time.process_time() + times.children_user + times.children_system,
        )


@dataclass
class Clock:
    """Wall and CPU seconds by named part."""

    parts: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, part: str, begin: Stamp, end: Stamp) -> None:
        """Add the time between two moments to a part."""
        entry = self.parts.setdefault(part, {"wall_s": 0.0, "cpu_s": 0.0})
        entry["wall_s"] = round(entry["wall_s"] + end.wall - begin.wall, 4)
        entry["cpu_s"] = round(entry["cpu_s"] + end.cpu - begin.cpu, 4)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a block as part `name`."""
        begin = Stamp.now()
        try:
            yield
        finally:
            self.add(name, begin, Stamp.now())


def summed(clocks: Sequence[Clock]) -> dict[str, dict[str, float]]:
    """The parts of several clocks added up and, last, their "total"."""
    parts, total = Clock(), Clock()
    for clock in clocks:
        for name, entry in clock.parts.items():
            spent = Stamp(entry["wall_s"], entry["cpu_s"])
            parts.add(name, Stamp(0.0, 0.0), spent)
            total.add("total", Stamp(0.0, 0.0), spent)
    return {**parts.parts, **total.parts}


def reset_peak_rss() -> None:
    """Start a new peak of resident memory, where the system (Linux) lets a process do so."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_rss_mib() -> float:
    """Peak resident memory since `reset_peak_rss`, or of the whole run where that does nothing."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        peak_kib = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
        return round(peak_kib / 1024, 1)
    except (OSError, StopIteration):
        per_mib = 1024**2 if sys.platform == "darwin" else 1024
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mib, 1)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(description=summary)
    parser.add_argument("--scene", type=Path, required=True, help="the job's JSON")
    parser.add_argument("--output", type=Path, required=True, help="a folder, new or empty")
    quality = parser.add_mutually_exclusive_group(required=True)
    quality.add_argument("--spp", type=int, help="samples per pixel, adaptive sampling off")
    quality.add_argument(
        "--noise-threshold", type=float, help="adaptive sampling down to this noise level"
    )
    quality.add_argument(
        "--defaults", action="store_true", help="leave BlenderProc's render settings untouched"
    )
    parser.add_argument(
        "--max-samples", type=int, help="with --noise-threshold: the most samples per pixel"
    )
    parser.add_argument("--no-denoise", action="store_true", help="switch the denoiser off")
    options = parser.parse_args(arguments)
    if options.defaults and options.no_denoise:
        parser.error("--defaults leaves the denoiser on: drop --no-denoise")
    if options.max_samples is not None and options.noise_threshold is None:
        parser.error("--max-samples goes with --noise-threshold")
    for name, least in (("spp", 1), ("max_samples", 1), ("noise_threshold", 1e-6)):
        value = getattr(options, name)
        if value is not None and value < least:
            parser.error(f"--{name.replace('_', '-')} must be at least {least}")
    return options


def read_job(path: Path) -> Json:
    """Read and check the job's JSON.

    Raises:
        JobError: it cannot be read, or something in it is missing or of the wrong shape.
    """
    try:
        job = json.loads(path.read_text(encoding="utf-8"))
        names = [entry["name"] for entry in job["objects"]]
        if len(job["room"]["slabs"]) != 6:
            raise JobError("the room needs six slabs")
        if len(set(names)) != len(names):
            raise JobError("two objects have the same name")
        if not job["scenes"]:
            raise JobError("there are no scenes")
        for index, scene in enumerate(job["scenes"]):
            check_scene(scene, names, f"scene {index}")
        for entry in job["objects"]:
            pose_of(entry)
        for holder in (job, *job["scenes"]):
            for entry in holder.get("lights", []):
                check_light(entry)
    except OSError as error:
        raise JobError(f"cannot read it: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise JobError(f"not JSON: {error}") from error
    except KeyError as error:
        raise JobError(f"{error} is missing") from error
    except (TypeError, AttributeError, IndexError) as error:
        raise JobError(f"not of the expected layout: {error}") from error
    return dict(job)


def check_scene(scene: Json, names: Sequence[str], where: str) -> None:
    """Check the matrices and names of one scene."""
    poses = scene.get("poses", {})
    unknown = sorted(set(poses) - set(names))
    if unknown:
        raise JobError(f"{where} poses unknown objects: {', '.join(unknown)}")
    if not scene["cameras"]:
        raise JobError(f"{where} has no cameras")
    for pose in [*scene["cameras"], *(pose for pose in poses.values() if pose is not None)]:
        check_square(pose, 4, where)
    check_square(scene["K"], 3, where)
    if int(scene["width"]) < 1 or int(scene["height"]) < 1:
        raise JobError(f"{where}: width and height must be positive")


def check_light(entry: Json) -> None:
    """Check a light's type and pose."""
    if entry["type"] not in ("point", "area"):
        raise JobError(f"a light is of type {entry['type']!r}, neither point nor area")
    pose_of(entry)


def check_square(matrix: Matrix, size: int, where: str) -> None:
    """Check that a matrix has `size` rows of `size` finite numbers."""
    if len(matrix) != size or any(len(row) != size for row in matrix):
        raise JobError(f"{where}: a matrix is not {size}x{size}")
    if not all(math.isfinite(value) for row in matrix for value in row):
        raise JobError(f"{where}: a matrix has values that are not finite")


def pose_of(entry: Json) -> Matrix:
    """The 4x4 pose of an object or a light: its "pose", or its "location" and "rotation"."""
    if "pose" in entry:
        pose = list(entry["pose"])
    else:
        rotation = entry.get("rotation", [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        location = entry.get("location", [0, 0, 0])
        rows = [[*rotation[axis], location[axis]] for axis in range(3)]
        pose = [*rows, [0.0, 0.0, 0.0, 1.0]]
    check_square(pose, 4, str(entry.get("name", entry.get("type"))))
    return pose


def import_blenderproc() -> tuple[Any, Any]:
    """Import BlenderProc on top of the bpy wheel.

    Returns:
        the modules blenderproc and bpy.

    Raises:
        ImportError: it cannot be done; the message says what to do.
    """
    os.environ["USE_EXTERNAL_BPY_MODULE"] = "1"
    try:
        return importlib.import_module("blenderproc"), importlib.import_module("bpy")
    # BlenderProc raises RuntimeError without a fitting bpy, ValueError when not on sys.path.
    except (ImportError, RuntimeError, ValueError) as error:
        raise ImportError(f"{IMPORT_HELP} ({type(error).__name__}: {error}).") from error


def configure_renderer(bproc: Any, options: argparse.Namespace) -> None:
    """Set the samples and the denoiser; with --defaults, nothing."""
    if options.spp is not None:
        bproc.renderer.set_noise_threshold(0)
        bproc.renderer.set_max_amount_of_samples(options.spp)
    if options.noise_threshold is not None:
        bproc.renderer.set_noise_threshold(options.noise_threshold)
    if options.max_samples is not None:
        bproc.renderer.set_max_amount_of_samples(options.max_samples)
    if options.no_denoise:
        bproc.renderer.set_denoiser(None)


def render_settings(bpy: Any) -> Json:
    """The render settings in force, as Blender holds them."""
    scene = bpy.context.scene
    cycles = scene.cycles
    names = ("diffuse", "glossy", "transmission", "transparent_max", "volume", "max")
    nodes = scene.node_tree.nodes if scene.use_nodes else ()
    return {
        "device": cycles.device,
        "threads": scene.render.threads,
        "samples": cycles.samples,
        "noise_threshold": cycles.adaptive_threshold if cycles.use_adaptive_sampling else None,
        "denoiser": any(node.bl_idname == "CompositorNodeDenoise" for node in nodes),
        "bounces": {name: getattr(cycles, f"{name}_bounces") for name in names},
        "light_tree": cycles.use_light_tree,
        "persistent_data": scene.render.use_persistent_data,
        "view_transform": scene.view_settings.view_transform,
        "image": f"{scene.render.image_settings.file_format} "
        f"{scene.render.image_settings.color_mode} {scene.render.image_settings.color_depth}",
    }


def make_material(bproc: Any, entry: Json) -> Any:
    """A principled material with an object's or a slab's colour, roughness and metallic."""
    material = bproc.material.create(entry["name"])
    material.set_principled_shader_value("Base Color", [*entry["color"], 1.0])
    material.set_principled_shader_value("Roughness", entry.get("roughness", 0.5))
    material.set_principled_shader_value("Metallic", entry.get("metallic", 0.0))
    return material


def build_room(bproc: Any, slabs: Sequence[Json]) -> list[Any]:
    """Make the room's slabs; they are background, category 0."""
    room = []
    for entry in slabs:
        half = [extent / 2 for extent in entry["size"]]
        slab = bproc.object.create_primitive("CUBE", scale=half, location=entry["center"])
        slab.set_name(entry["name"])
        slab.replace_materials(make_material(bproc, entry))
        slab.set_cp("category_id", 0)
        room.append(slab)
    return room


def load_objects(bproc: Any, entries: Sequence[Json], folder: Path) -> dict[str, Any]:
    """Load every object once.

    Returns:
        the objects by name.
    """
    objects: dict[str, Any] = {}
    cache: dict[str, list[Any]] = {}
    for entry in entries:
        path = (folder / entry["mesh"]).resolve()
        if not path.is_file():
            raise JobError(f"there is no mesh file {entry['mesh']}")
        loaded = bproc.loader.load_obj(str(path), cache, forward_axis="Y", up_axis="Z")
        if len(loaded) != 1:
            raise JobError(f"{entry['mesh']} holds {len(loaded)} meshes, not one")
        loaded[0].set_name(entry["name"])
        loaded[0].replace_materials(make_material(bproc, entry))
        loaded[0].set_cp("category_id", int(entry["category_id"]))
        objects[entry["name"]] = loaded[0]
    return objects


def make_light(bproc: Any, entry: Json) -> Any:
    """Make one point or area light."""
    light = bproc.types.Light(entry["type"].upper())
    light.set_local2world_mat(pose_of(entry))
    light.set_energy(entry["energy"])
    light.set_color(entry.get("color", [1.0, 1.0, 1.0]))
    if entry["type"] == "point":
        light.set_radius(entry.get("radius", 0.0))
    else:
        data = light.blender_obj.data
        data.shape = "RECTANGLE"
        data.size, data.size_y = entry["size"]
    return light


def set_poses(job: Json, scene: Json, objects: dict[str, Any]) -> list[Json]:
    """Pose and show a scene's objects and hide the others.

    Returns:
        the job's entries of the objects shown.
    """
    poses = scene.get("poses", {})
    shown = []
    for entry in job["objects"]:
        pose = poses[entry["name"]] if entry["name"] in poses else pose_of(entry)
        objects[entry["name"]].hide(pose is None)
        if pose is not None:
            objects[entry["name"]].set_local2world_mat(pose)
            shown.append(entry)
    return shown


def simulate(
    bproc: Any, scene: Json, shown: Sequence[Json], objects: dict[str, Any], room: Sequence[Any]
) -> None:
    """Let the shown objects fall and keep their final poses; the room stays where it is."""
    arguments = scene["physics"] if isinstance(scene["physics"], dict) else {}
    for slab in room:
        slab.enable_rigidbody(active=False, collision_shape="BOX")
    for entry in shown:
        objects[entry["name"]].enable_rigidbody(active=True, mass=entry.get("mass"))
    bproc.object.simulate_physics_and_fix_final_poses(**arguments)
    for entity in [*room, *(objects[entry["name"]] for entry in shown)]:
        entity.disable_rigidbody()


def add_cameras(bproc: Any, scene: Json) -> None:
    """Set the intrinsics and register the camera poses, one frame each."""
    size = int(scene["width"]), int(scene["height"])
    bproc.camera.set_intrinsics_from_K_matrix(scene["K"], *size)
    for pose in scene["cameras"]:
        matrix = bproc.math.change_source_coordinate_frame_of_transformation_matrix(
            pose, OPENCV_AXES
        )
        bproc.camera.add_camera_pose(matrix)


def enable_normals(bproc: Any, bpy: Any, stale: Sequence[str]) -> list[str]:
    """Enable the normals output for the camera poses now registered.

    BlenderProc bakes the poses of the moment into compositor nodes. It cannot renew them: without a
    new call the normals are wrong from the second scene on, and a new call adds a second set of
    nodes, which writes every file once more. So an earlier scene's nodes are taken out first.

    Args:
        stale: the names that the previous call returned, or none.

    Returns:
        the names of the nodes made.
    """
    tree = bpy.context.scene.node_tree
    for name in stale:
        tree.nodes.remove(tree.nodes[name])
    before = {node.name for node in tree.nodes}
    bproc.renderer.enable_normals_output()
    return [node.name for node in tree.nodes if node.name not in before]


def render(bproc: Any, bpy: Any, clock: Clock) -> dict[str, list[Any]]:
    """Render all frames, timing Blender's part and BlenderProc's reading back apart."""
    stamps: list[Stamp] = []

    def mark(*_arguments: Any) -> None:
        stamps.append(Stamp.now())

    handlers = bpy.app.handlers
    handlers.render_init.append(mark)
    handlers.render_complete.append(mark)
    begin = Stamp.now()
    try:
        data = dict(bproc.renderer.render())
    finally:
        handlers.render_init.remove(mark)
        handlers.render_complete.remove(mark)
    clock.add("render", begin, stamps[-1])
    clock.add("read_back", stamps[-1], Stamp.now())
    return data


def label_mapping(bproc: Any, entries: Sequence[Json]) -> Any:
    """BlenderProc's mapping between category names and ids."""
    labels = {str(entry["category"]): int(entry["category_id"]) for entry in entries}
    return bproc.utility.LabelIdMapping.from_dict(labels)


def write_scene(
    bproc: Any, data: dict[str, list[Any]], output: Path, labels: Any, clock: Clock
) -> None:
    """Append one scene's frames to the COCO and the HDF5 output."""
    with clock.part("coco"):
        bproc.writer.write_coco_annotations(
            str(output / "coco"),
            instance_segmaps=data["instance_segmaps"],
            instance_attribute_maps=data["instance_attribute_maps"],
            colors=data["colors"],
            label_mapping=labels,
            append_to_existing_output=True,
        )
    with clock.part("hdf5"):
        bproc.writer.write_hdf5(str(output / "hdf5"), data, append_to_existing_output=True)


@dataclass
class Job:
    """A job loaded into Blender, and what its scenes share."""

    bproc: Any
    bpy: Any
    description: Json
    output: Path
    room: list[Any]
    objects: dict[str, Any]
    labels: Any
    normals_nodes: list[str] = field(default_factory=list)

    def run_scene(self, scene: Json) -> tuple[Clock, float]:
        """Make one scene's data.

        Returns:
            the time by part and the peak of resident memory in MiB.
        """
        reset_peak_rss()
        clock = Clock()
        with clock.part("poses"):
            holder = scene if "lights" in scene else self.description
            lights = [make_light(self.bproc, entry) for entry in holder.get("lights", [])]
            shown = set_poses(self.description, scene, self.objects)
        if scene.get("physics"):
            with clock.part("physics"):
                simulate(self.bproc, scene, shown, self.objects, self.room)
        with clock.part("cameras"):
            add_cameras(self.bproc, scene)
            self.normals_nodes = enable_normals(self.bproc, self.bpy, self.normals_nodes)
        data = render(self.bproc, self.bpy, clock)
        write_scene(self.bproc, data, self.output, self.labels, clock)
        with clock.part("reset"):
            self.bproc.object.delete_multiple(lights)
            self.bproc.utility.reset_keyframes()
        return clock, peak_rss_mib()


def load_job(
    bproc: Any, bpy: Any, description: Json, options: argparse.Namespace, clock: Clock
) -> Job:
    """Start BlenderProc, load what all scenes share and switch the outputs on."""
    with clock.part("init"):
        bproc.init()
        configure_renderer(bproc, options)
    with clock.part("load"):
        if "background" in description:
            bproc.renderer.set_world_background(list(description["background"]))
        room = build_room(bproc, description["room"]["slabs"])
        objects = load_objects(bproc, description["objects"], options.scene.parent)
        labels = label_mapping(bproc, description["objects"])
    with clock.part("outputs"):
        bproc.renderer.enable_depth_output(activate_antialiasing=False)
        bproc.renderer.enable_segmentation_output(map_by=list(SEGMENTATION_KEYS))
    return Job(bproc, bpy, description, options.output, room, objects, labels)


def run(description: Json, options: argparse.Namespace) -> Json:
    """Make the whole job.

    Returns:
        the report: versions, render settings, time by part and peak memory.
    """
    setup = Clock()
    with setup.part("import"):
        bproc, bpy = import_blenderproc()
    job = load_job(bproc, bpy, description, options, setup)
    setup_peak = peak_rss_mib()
    clocks, scenes = [], []
    for index, scene in enumerate(description["scenes"]):
        clock, peak = job.run_scene(scene)
        clocks.append(clock)
        parts = summed([clock])
        images = len(scene["cameras"])
        scenes.append({"index": index, "images": images, "parts": parts, "peak_rss_mib": peak})
    return {
        "blenderproc": bproc.__version__,
        "bpy": bpy.app.version_string,
        "settings": render_settings(bpy),
        "images": sum(scene["images"] for scene in scenes),
        "setup": {"parts": summed([setup]), "peak_rss_mib": setup_peak},
        "scenes": scenes,
        "all_scenes": {"parts": summed(clocks)},
        "total": summed([setup, *clocks])["total"],
    }


def divert_stdout() -> int:
    """Send what is written to standard output from here on, by Blender too, to standard error.

    Returns:
        a file descriptor of the true standard output.
    """
    sys.stdout.flush()
    true_stdout = os.dup(1)
    os.dup2(2, 1)
    return true_stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script.

    Returns:
        the exit status.
    """
    options = parse_arguments(arguments)
    stdout = divert_stdout()
    try:
        description = read_job(options.scene)
        options.output.mkdir(parents=True, exist_ok=True)
        if any(options.output.iterdir()):
            raise JobError(f"the output folder {options.output} is not empty")
        report = run(description, options)
    except ImportError as error:
        print(f"blenderproc_job: {error}", file=sys.stderr)
        return 2
    except JobError as error:
        print(f"blenderproc_job: {options.scene}: {error}", file=sys.stderr)
        return 1
    text = json.dumps(report, indent=2) + "\n"
    (options.output / "timings.json").write_text(text, encoding="utf-8")
    os.write(stdout, text.encode())
    return 0


def leave(status: int) -> NoReturn:
    """End the process, sparing Blender the interpreter's last steps.

    bpy 4.2 crashes in them, after all work is done, when anything still refers to its module.
    """
    atexit._run_exitfuncs()  # BlenderProc's: they remove its temporary folder.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    leave(main())
