"""What annotations cost beyond the render: CPU time by resolution and number of targets.

    python benchmarks/annotate.py

Measured on frames that the reference renderer has drawn: masks, amodal masks, visibility, boxes,
poses, keypoints, and encoding the files of all default channels. A table goes to the screen, the
curve to build/bench/annotate.png.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import matplotlib.pyplot as plt

from synth_addon.core.annotation import annotate
from synth_addon.core.asset_catalog import AssetCatalog
from synth_addon.core.describe import dataset_info
from synth_addon.core.recipe.loading import validate_recipe
from synth_addon.core.reference_renderer import ReferenceRenderer
from synth_addon.core.settling import settle_scene
from synth_addon.core.shapes.catalog import mesh_of
from synth_addon.core.silhouettes import SilhouetteCaster
from synth_addon.core.timing import PartTimes
from synth_addon.core.writers.frame_files import encode_frame

SIZES = ((320, 256), (640, 512), (1280, 1024))
TARGETS = (1, 4, 12, 24)
REPEATS = 7
PICTURE = Path("build/bench/annotate.png")


def recipe(width: int, height: int, targets: int) -> dict[str, object]:
    return {
        "version": 1,
        "scenes": 1,
        "views_per_scene": 1,
        "objects": {"cup": {"shape": "cup", "count": targets, "material": {}}},
        "physics": {"enabled": False},
        "spawn": {"mode": "scatter"},
        "camera": {"width_px": width, "height_px": height, "max_tries": 1000},
    }


def milliseconds(width: int, height: int, targets: int) -> tuple[float, float]:
    """Return the median CPU time of annotating and of encoding one frame."""
    stated = validate_recipe(recipe(width, height, targets), "benchmark")
    nothing, renderer = AssetCatalog({}, {}, (), {}), ReferenceRenderer(mesh_of)
    info = dataset_info(stated, nothing, renderer.version)
    scene, meshes = settle_scene(stated, nothing, renderer, 0, PartTimes())
    renderer.build(scene)
    (view,) = scene.views
    frame, caster = renderer.render(view), SilhouetteCaster()
    annotating, encoding = [], []
    for _ in range(REPEATS):
        began = time.process_time()
        annotation = annotate(scene, view, frame, meshes, caster)
        between = time.process_time()
        encode_frame(frame, annotation, scene, info)
        annotating.append(between - began)
        encoding.append(time.process_time() - between)
    return 1e3 * statistics.median(annotating), 1e3 * statistics.median(encoding)


def main() -> None:
    sys.stdout.write(
        f"{'size':>12} {'targets':>8} {'annotate ms':>12} {'encode ms':>10} {'sum':>8}\n"
    )
    for width, height in SIZES:
        sums = []
        for targets in TARGETS:
            annotating, encoding = milliseconds(width, height, targets)
            sums.append(annotating + encoding)
            sys.stdout.write(
                f"{f'{width}x{height}':>12} {targets:>8} {annotating:>12.1f} {encoding:>10.1f}"
                f" {sums[-1]:>8.1f}\n"
            )
        plt.plot(TARGETS, sums, marker="o", label=f"{width} x {height}")
    plt.xlabel("targets in the frame")
    plt.ylabel("CPU time of a frame's annotations, ms")
    plt.legend()
    plt.grid(alpha=0.3)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    plt.savefig(PICTURE, dpi=150)


if __name__ == "__main__":
    main()
