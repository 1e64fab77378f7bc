"""What joining the parts of a large dataset costs.

    python benchmarks/merge.py [--scenes 10000000] [--parts 100] [--real 400]

First the journals of so many scenes in so many parts, whose files are not there: how long it takes
to know what is taken from where, until the first scene is asked for, and how much memory. Then real
parts with tiny pictures: how many scenes a second are taken over.
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
from synth_addon.core.dataset.info import json_from_info
from synth_addon.core.dataset.merge import merge_datasets
from synth_addon.core.dataset.store import DatasetStore
from synth_addon.core.describe import dataset_info
from synth_addon.core.job import Job
from synth_addon.core.recipe.loading import load_recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.shapes.catalog import mesh_of

ROOT = Path(__file__).parents[1]
SETTINGS = ["physics.enabled=false", "spawn.mode=scatter", "views_per_scene=1"]
SETTINGS += ["camera.width_px=32", "camera.height_px=24"]
NOTHING = AssetCatalog({}, {}, (), {})
PLAN = """
import resource, sys, time
from pathlib import Path
from synth_addon.core.dataset.merge import datasets_in, merge_datasets
from synth_addon.core.errors import DatasetError
before = time.perf_counter()
try:
    merge_datasets(datasets_in(Path(sys.argv[1])), Path(sys.argv[2]))
except DatasetError:
    print(time.perf_counter() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def pretend(folder: Path, scenes: int, parts: int) -> None:
    """Write journals of parts without their files: scene n is in part n modulo the count."""
    recipe = load_recipe("cube", SETTINGS).recipe
    info = json_from_info(dataset_info(recipe, NOTHING, "pretended"))
    for part in range(parts):
        place = folder / f"{part:05d}"
        place.mkdir(parents=True)
        (place / "dataset.json").write_bytes(info)
        with (place / "journal.jsonl").open("w") as file:
            for scene in range(part, scenes, parts):
                name = f"images/{scene // 1000:06d}/{scene:09d}.png"
                files = json.dumps({name: f"{scene:064x}"}, separators=(",", ":"))
                file.write(f'{{"files":{files},"frames":[{scene},1],"scene":{scene}}}\n')


def real(folder: Path, scenes: int, parts: int) -> list[Path]:
    """Make parts with files and return them."""
    recipe = load_recipe("cube", SETTINGS).recipe
    renderer = ReferenceRenderer(mesh_of)
    info = dataset_info(recipe, NOTHING, renderer.version)
    places = [folder / f"{part}" for part in range(parts)]
    for part, place in enumerate(places):
        wanted = range(part, scenes, parts)
        with DatasetStore.create_or_resume(place, info, False, wanted) as store:
            Job(recipe, NOTHING, renderer, store).run(wanted)
            store.finish()
    return places


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=10_000_000)
    parser.add_argument("--parts", type=int, default=100)
    parser.add_argument("--real", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="synth-merge-", dir=ROOT / "build") as name:
        folder = Path(name)
        pretend(folder / "pretended", options.scenes, options.parts)
        words = [sys.executable, "-c", PLAN, str(folder / "pretended"), str(folder / "out")]
        done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
        seconds, peak = map(float, done.stdout.split())
        sys.stdout.write(
            f"{options.scenes:,} scenes in {options.parts} parts: known after {seconds:.1f} s, "
            f"{peak:.0f} MiB\n"
        )
        shutil.rmtree(folder / "pretended")
        places = real(folder / "real", options.real, 4)
        before = time.perf_counter()
        merge_datasets(places, folder / "merged")
        rate = options.real / (time.perf_counter() - before)
        sys.stdout.write(f"taken over: {rate:.0f} scenes/s of 1 view, COCO written anew\n")


if __name__ == "__main__":
    main()
