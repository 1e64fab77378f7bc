"""What an export takes: peak memory and time by the number of annotation records.

    python benchmarks/export.py [--records N] [FORMAT ...]

A dataset of one real scene is multiplied: its records are written under other numbers and its
pictures are links. Memory is the peak of a process of its own; it must not grow with the records.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.dataset.layout import JOURNAL_FILE, frame_paths, scene_path
from synth_addon.core.dataset.reading import open_dataset
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.export.placing import place_file
from synth_addon.core.job import Job
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.shapes.catalog import mesh_of

VIEWS, TARGETS = 50, 10
SCENES_LINKED = 20_000
"""How many scenes share a picture's file before it is copied; file systems have limits."""
RECIPE = {
    "version": 1,
    "views_per_scene": VIEWS,
    "objects": {"cube": {"shape": "cube", "count": TARGETS, "material": {}}},
    "physics": {"enabled": False},
    "spawn": {"mode": "scatter"},
    "outputs": {"depth": "off", "normals": "off"},
    "camera": {"width_px": 64, "height_px": 48, "radius_m": {"uniform": [0.6, 1.0]}},
}
_MEASURED = """
import resource, sys
from synth_addon import cli
code = cli.run(sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
sys.stderr.write(f"peak {peak}\\n")
sys.exit(code)
"""


def one_scene(folder: Path) -> Path:
    """Generate the scene that is multiplied."""
    recipe, renderer = validate_recipe(RECIPE, "benchmark"), ReferenceRenderer(mesh_of)
    nothing = AssetCatalog({}, {}, (), {})
    info = dataset_info(recipe, nothing, renderer.version)
    with DatasetStore.create_or_resume(folder, info, True, [0]) as store:
        Job(recipe, nothing, renderer, store).run([0])
        store.finish()
    return folder


def multiply(source: Path, target: Path, scenes: int) -> None:
    """Write a dataset of many scenes that are all the same but for their numbers."""
    outputs = open_dataset(source).info.outputs
    shutil.copy(source / "dataset.json", target / "dataset.json")
    views = [frame_paths(view, outputs) for view in range(VIEWS)]
    records = [json.loads((source / paths["frames"]).read_text()) for paths in views]
    with (target / JOURNAL_FILE).open("w") as journal:
        for scene in range(scenes):
            originals = source if scene % SCENES_LINKED == 0 else target
            files = {scene_path(scene)}
            place_file(source / scene_path(0), target / scene_path(scene), hardlink=False)
            for view, record in enumerate(records):
                number = scene * VIEWS + view
                first = scene - scene % SCENES_LINKED
                known = (
                    views[view]
                    if originals is source
                    else frame_paths(first * VIEWS + view, outputs)
                )
                for channel, path in frame_paths(number, outputs).items():
                    files.add(path)
                    if channel != "frames":
                        is_link = originals is target
                        place_file(originals / known[channel], target / path, hardlink=is_link)
                        continue
                    (target / path).parent.mkdir(parents=True, exist_ok=True)
                    (target / path).write_text(
                        json.dumps({**record, "frame": number, "scene": scene})
                    )
            entry = {"files": dict.fromkeys(sorted(files), "0" * 64), "scene": scene}
            entry["frames"] = [scene * VIEWS, VIEWS]
            journal.write(json.dumps(entry, sort_keys=True, separators=(",", ":")) + "\n")


def measured(dataset: Path, name: str, output: Path) -> tuple[float, float]:
    """Return peak memory in MiB and seconds of one export."""
    began = time.perf_counter()
    command = [sys.executable, "-c", _MEASURED, "export", str(dataset), "-f", name]
    done = subprocess.run([*command, "-o", str(output)], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - began
    shutil.rmtree(output)
    return float(done.stderr.split("peak ")[1]), seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("formats", nargs="*", default=["coco"])
    parser.add_argument("--records", type=int, default=1_000_000)
    options = parser.parse_args()
    sys.stdout.write(
        f"{'format':>12} {'records':>9} {'peak MiB':>9} {'seconds':>8} {'us/record':>9}\n"
    )
    with tempfile.TemporaryDirectory(prefix="synth-export-") as folder:
        source = one_scene(Path(folder) / "one")
        for records in (options.records // 10, options.records):
            dataset = Path(folder) / f"of {records}"
            dataset.mkdir()
            multiply(source, dataset, max(2, records // (VIEWS * TARGETS)))
            for name in options.formats:
                peak, seconds = measured(dataset, name, Path(folder) / "out")
                sys.stdout.write(
                    f"{name:>12} {records:>9} {peak:>9.0f} {seconds:>8.1f}"
                    f" {1e6 * seconds / records:>9.0f}\n"
                )
                sys.stdout.flush()
            shutil.rmtree(dataset)


if __name__ == "__main__":
    main()
