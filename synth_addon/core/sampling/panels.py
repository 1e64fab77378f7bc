"""Draws luminous panels and lays them out under the ceiling."""

from __future__ import annotations

import math

import numpy as np

from ..colors import linear_from_kelvin
from ..distributions import draw_integer
from ..random_streams import random_stream
from ..recipe.recipe import Recipe
from ..scene_spec import MaterialSpec, SurfaceSpec
from ..spec import Vector
from ..transforms import Array

_THICKNESS_M = 0.02
_GAP_M = 0.05
"""Least free ceiling beside a panel, within its cell."""


def sample_panels(recipe: Recipe, scene: int, room_size: Vector | None) -> tuple[SurfaceSpec, ...]:
    """Draw the panels of a scene, alike and without overlap; none where there is no ceiling."""
    panels = recipe.panels
    if panels is None or room_size is None:
        return ()
    rng = random_stream(recipe.seed, scene, "panels")
    count = draw_integer(panels.count, rng)
    wanted = np.array([panels.width_m.draw(rng), panels.depth_m.draw(rng)])
    material = MaterialSpec(
        emission_strength=panels.strength.draw(rng),
        base_color=linear_from_kelvin(panels.temperature_k.draw(rng)),
    )
    if not count:
        return ()
    ceiling = np.array(room_size[:2])
    cells = _grid(count, ceiling, wanted)
    cell = ceiling / cells
    size = np.minimum(wanted, np.maximum(cell - 2 * _GAP_M, cell / 2))
    spare = panels.jitter.draw(rng) * (cell - size) / 2
    centers = _cell_centers(count, cells, cell)
    centers += rng.uniform(-1, 1, centers.shape) * spare
    z = room_size[2] - _THICKNESS_M / 2
    return tuple(
        SurfaceSpec(
            name=f"panel_{number}",
            center=(float(x), float(y), z),
            size=(float(size[0]), float(size[1]), _THICKNESS_M),
            material=material,
        )
        for number, (x, y) in enumerate(centers)
    )


def _grid(count: int, ceiling: Array, wanted: Array) -> Array:
    """Return columns and rows for `count` panels, those that leave panels the most room."""
    grids = [np.array([columns, math.ceil(count / columns)]) for columns in range(1, count + 1)]
    return max(grids, key=lambda grid: float(np.min(ceiling / grid / wanted)))


def _cell_centers(count: int, cells: Array, cell: Array) -> Array:
    """Return the middles (N, 2) of the first cells; a last row that is not full is centred."""
    columns, rows = int(cells[0]), int(cells[1])
    column, row = np.arange(count) % columns, np.arange(count) // columns
    in_last_row = count - (rows - 1) * columns
    shift = np.where(row == rows - 1, (columns - in_last_row) / 2, 0.0)
    return np.stack(
        [(column + shift - (columns - 1) / 2) * cell[0], (row - (rows - 1) / 2) * cell[1]], axis=1
    )
