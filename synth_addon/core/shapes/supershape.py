"""Super-shapes: round bodies with lobes, corners and spikes, made by two super-formulas."""

from __future__ import annotations

import numpy as np

from ..mesh import TriangleMesh
from ..transforms import Array
from .declaration import Shape, ShapeParameter, length, proportion
from .extrude import stacked
from .surface import centred

_LONGITUDES = 128
_LATITUDES = 64
# Spikes longer than this many least radii would be needles, thinner than the grid can show.
_GREATEST_RATIO = 6.0


def build_supershape(*, size_m: float, **formula: float) -> TriangleMesh:
    """Return the spherical product of two super-formulas, scaled to a longest side of `size_m`.

    The 12 numbers m, a, b, n1, n2, n3 of the longitude's and the latitude's formula are named
    as in `SUPERSHAPE`. Where a formula's radii differ more than sixfold, their logarithms are
    brought closer in proportion, so that any numbers give a body and not a needle.

    Gielis, "A generic geometric transformation that unifies a wide range of natural and abstract
    shapes", 2003; the surface as in Bourke, "Supershapes (Superformula)", 2003. uvs as in
    `stacked`.
    """
    longitudes = 2 * np.pi * np.arange(_LONGITUDES) / _LONGITUDES - np.pi
    latitudes = np.linspace(-np.pi / 2, np.pi / 2, _LATITUDES + 1)
    around = _radii(longitudes, *_numbers(formula, "longitude"))
    upward = _radii(latitudes, *_numbers(formula, "latitude"))
    plan = around[:, None] * np.stack([np.cos(longitudes), np.sin(longitudes)], axis=1)
    across, heights = upward * np.cos(latitudes), upward * np.sin(latitudes)
    loops = [
        np.column_stack([r * plan, np.full(_LONGITUDES, z)])
        for r, z in zip(across[1:-1], heights[1:-1], strict=True)
    ]
    sharpest = np.array([[0.0, 0.0, z] for z in heights[[0, -1]]])
    scale = size_m / np.ptp(np.concatenate([*loops, sharpest]), axis=0).max()
    tips = scale * sharpest
    return centred(stacked([scale * loop for loop in loops], bottom=tips[0], top=tips[1]))


def _numbers(formula: dict[str, float], part: str) -> list[float]:
    return [formula[f"{part}_{key}"] for key in ("m", "a", "b", "n1", "n2", "n3")]


def _radii(angles: Array, m: float, a: float, b: float, n1: float, n2: float, n3: float) -> Array:
    """Return the super-formula's radius at each angle, the greatest one 1."""
    turned = m * angles / 4
    total = np.abs(np.cos(turned) / a) ** n2 + np.abs(np.sin(turned) / b) ** n3
    logarithms = -np.log(total) / n1
    logarithms -= logarithms.max()
    spread = -logarithms.min()
    power = min(1.0, np.log(_GREATEST_RATIO) / max(spread, 1e-12))
    return np.asarray(np.exp(power * logarithms))


def _declared(part: str, name: str, defaults: tuple[float, ...]) -> dict[str, ShapeParameter]:
    m, a, b, n1, n2, n3 = defaults
    return {
        f"{part}_m": proportion(
            m, f"{name} Symmetry", f"Number of lobes along the {part}: m", low=0, high=12
        ),
        f"{part}_a": proportion(a, f"{name} a", "Weight of the cosine: a", low=0.25, high=4),
        f"{part}_b": proportion(b, f"{name} b", "Weight of the sine: b", low=0.25, high=4),
        f"{part}_n1": proportion(
            n1, f"{name} n1", "Fullness; small values make spikes: n1", low=0.1, high=40
        ),
        f"{part}_n2": proportion(
            n2, f"{name} n2", "Sharpness where the cosine rules: n2", low=0.1, high=40
        ),
        f"{part}_n3": proportion(
            n3, f"{name} n3", "Sharpness where the sine rules: n3", low=0.1, high=40
        ),
    }


SUPERSHAPE = Shape(
    name="supershape",
    label="Super-Shape",
    help="Body with lobes, corners or spikes, by the 12 numbers of two super-formulas",
    parameters={
        "size_m": length(0.1, "Size", "Longest side"),
        **_declared("longitude", "Longitude", (5, 1, 1, 2, 3, 3)),
        **_declared("latitude", "Latitude", (2, 1, 1, 2, 2, 2)),
    },
    build=build_supershape,
)
