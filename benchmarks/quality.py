"""Error against a converged reference over render time, for several sampling settings.

Run ``make bench`` or ``python benchmarks/quality.py``. For each preset one settled scene is
rendered with many samples as the reference, then with every setting. Error is relMSE in linear
light (mean of squared error over squared reference + 0.01, the largest 0.1 % of pixels left out so
that single fireflies do not decide) and 1 - SSIM of the displayed picture. Time is CPU seconds of
the render alone. "peer defaults" stands for BlenderProc's: at most 1024 adaptive samples, threshold
0.01, bounces 3/3/0/0, OpenImageDenoise with albedo and normal guides.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from settled_scenes import settled_preset
from skimage.metrics import structural_similarity

from synth_addon.blender.passes import read_passes
from synth_addon.blender.renderer import BlenderRenderer
from synth_addon.core.scene_spec import RenderSpec, SettledScene

REFERENCE = {
    "noise_threshold": 0.0,
    "max_bounces": 32,
    "diffuse_bounces": 32,
    "glossy_bounces": 32,
    "transmission_bounces": 32,
    "clamp_indirect": 0.0,
    "denoise": "off",
    "light_tree": True,
}
PEER = {
    "samples": 1024,
    "noise_threshold": 0.01,
    "max_bounces": 3,
    "diffuse_bounces": 3,
    "glossy_bounces": 0,
    "transmission_bounces": 0,
    "clamp_indirect": 0.0,
    "light_tree": False,
    "denoise": "accurate",
}


@dataclass(frozen=True)
class Point:
    """One setting's outcome on one preset."""

    preset: str
    setting: str
    cpu_s: float
    wall_s: float
    rel_mse: float
    dissimilarity: float


def settings(default: RenderSpec) -> dict[str, dict[str, object]]:
    """Return what is compared: name to changes of the shipped default."""
    table: dict[str, dict[str, object]] = {"default": {}}
    for samples in (4, 8, 16, 32, 64, 128):
        for denoise in ("off", "fast", "accurate"):
            if denoise == "off" or samples <= 32:
                table[f"{samples} spp {denoise}"] = {"samples": samples, "denoise": denoise}
    few = {"max_bounces": 4, "diffuse_bounces": 3, "glossy_bounces": 3, "transmission_bounces": 4}
    table["default, 4 bounces"] = few
    table["default, light tree on"] = {"light_tree": True}
    table["default, light tree off"] = {"light_tree": False}
    table["default, no clamp"] = {"clamp_indirect": 0.0}
    table["default, adaptive 0.05"] = {"samples": 64, "noise_threshold": 0.05}
    table["peer defaults"] = PEER
    return table


def linear_render(
    renderer: BlenderRenderer, scene: SettledScene, changes: dict[str, object], seed: int
) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Return linear rgb, displayed rgb, CPU and wall seconds of one render."""
    spec = scene.spec.model_copy(update={"render": scene.spec.render.model_copy(update=changes)})
    renderer.build(scene.model_copy(update={"spec": spec}))
    view = scene.views[0].model_copy(update={"render_seed": seed})
    cpu, wall = time.process_time(), time.perf_counter()
    frame = renderer.render(view)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    channels, _ = read_passes(renderer.builder.scene, renderer.scratch.path / "linear.exr")
    linear = np.stack([channels[f"Combined.{c}"] for c in "RGB"], axis=-1)
    return linear, frame.rgb, cpu, wall


def rel_mse(image: np.ndarray, reference: np.ndarray) -> float:
    """Return the trimmed relative mean squared error."""
    error = np.mean((image - reference) ** 2 / (reference**2 + 0.01), axis=-1).ravel()
    return float(np.sort(error)[: round(0.999 * error.size)].mean())


def measure(preset: str, arguments: argparse.Namespace) -> list[Point]:
    """Render one preset with every setting."""
    size = {"camera.width_px": arguments.width, "camera.height_px": arguments.height}
    scene, renderer = settled_preset(preset, arguments.scene, size)
    linear_render(renderer, scene, {"samples": 1}, 7)  # loads kernels
    changes = {**REFERENCE, "samples": arguments.reference}
    reference, shown, cpu, _ = linear_render(renderer, scene, changes, 1)
    sys.stdout.write(f"{preset}: reference {arguments.reference} spp, {cpu:.0f} CPU s\n")
    points = []
    table = settings(scene.spec.render)
    for name in arguments.settings or table:
        changes = table[name]
        image, display, cpu, wall = linear_render(renderer, scene, changes, 2)
        similarity = structural_similarity(display, shown, channel_axis=-1)
        point = Point(preset, name, cpu, wall, rel_mse(image, reference), 1 - similarity)
        points.append(point)
        sys.stdout.write(
            f"  {name:26} {cpu:7.2f} CPU s  relMSE {point.rel_mse:.5f}  "
            f"1-SSIM {point.dissimilarity:.4f}\n"
        )
        sys.stdout.flush()
    renderer.close()
    return points


def verdicts(points: list[Point]) -> list[str]:
    """Return, per preset, how the default's time compares with what it must beat."""
    lines = []
    for preset in dict.fromkeys(point.preset for point in points):
        by_name = {point.setting: point for point in points if point.preset == preset}
        default = by_name["default"]
        for rival in ("128 spp off", "peer defaults"):
            other = by_name[rival]
            better = default.rel_mse <= other.rel_mse
            similar = default.dissimilarity <= other.dissimilarity
            lines.append(
                f"{preset}: default takes {default.cpu_s / other.cpu_s:.3f} "
                f"of the time of {rival}; "
                f"relMSE {'reached' if better else 'NOT reached'}, "
                f"SSIM {'reached' if similar else 'NOT reached'}"
            )
    return lines


def plot(points: list[Point], path: Path) -> None:
    """Draw error over time, one panel a preset."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    presets = list(dict.fromkeys(point.preset for point in points))
    figure, axes = pyplot.subplots(1, len(presets), figsize=(6 * len(presets), 5), squeeze=False)
    for axis, preset in zip(axes[0], presets, strict=True):
        chosen = [point for point in points if point.preset == preset]
        for denoise in ("off", "fast", "accurate"):
            row = [p for p in chosen if p.setting.endswith(f"spp {denoise}")]
            axis.loglog([p.cpu_s for p in row], [p.rel_mse for p in row], "o-", label=denoise)
        for p in chosen:
            if "spp" not in p.setting:
                axis.loglog(p.cpu_s, p.rel_mse, "x")
                axis.annotate(p.setting, (p.cpu_s, p.rel_mse), fontsize=7)
        axis.set(title=preset, xlabel="CPU seconds", ylabel="relMSE")
        axis.legend()
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    """Measure, print a table, write a plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presets", nargs="+", default=["cube", "cup_room", "shapes"])
    parser.add_argument("--scene", type=int, default=0)
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--height", type=int, default=240)
    parser.add_argument("--reference", type=int, default=2048, help="samples of the reference")
    parser.add_argument("--settings", nargs="+", help="some settings instead of all, by name")
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    points = [point for preset in arguments.presets for point in measure(preset, arguments)]
    sys.stdout.write("\n".join(verdicts(points)) + "\n")
    records = json.dumps([asdict(point) for point in points], indent=1)
    (arguments.output / "quality.json").write_text(records)
    plot(points, arguments.output / "quality.png")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
