"""A sample of the cameras that a recipe draws, to be looked at before anything is rendered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .directions import on_sphere
from .errors import RecipeError
from .overlay_geometry import Lines, Point, stroke_lines
from .overlay_ranges import Range
from .recipe.loading import validate_recipe
from .recipe.recipe import Recipe
from .sampling.views import sample_view
from .transforms import Array

POINTS = 300
_STROKE = 0.03
"""Length of a stroke as a share of the greatest distance."""


@dataclass(frozen=True)
class Cloud:
    """What decides where cameras are, relative to the point `center` that they look at."""

    center: Point
    radius_m: Range
    elevation_deg: Range
    azimuth_deg: Range
    elevation_by: str
    seed: int


def cloud_points(cloud: Cloud, count: int = POINTS) -> Array:
    """Return positions (count, 3) of the first view of as many scenes, drawn as for a dataset.

    Raises:
        RecipeError: the ranges are no valid camera.
    """
    recipe = _recipe(cloud)
    views = (sample_view(recipe, (), scene, 0, 0) for scene in range(count))
    offsets = [on_sphere(view.radius, view.elevation, view.azimuth) for view in views]
    points: Array = np.asarray(cloud.center) + np.array(offsets)
    return points


def cloud_lines(cloud: Cloud) -> Lines:
    """Return a short stroke from each position towards what is looked at; none if not valid."""
    if cloud_fault(cloud):
        return np.zeros((0, 2, 3), np.float32)
    length = _STROKE * cloud.radius_m.limits()[1]
    return stroke_lines(cloud_points(cloud), cloud.center, length)


def cloud_fault(cloud: Cloud) -> str:
    """Return what is wrong with the ranges, in one sentence; empty if nothing is."""
    try:
        _recipe(cloud)
    except RecipeError as error:
        problem = error.problems[0]
        return f"{problem.path}: {problem.message}"
    return ""


def _recipe(cloud: Cloud) -> Recipe:
    """Return a recipe with these cameras; its object only stands in for those of the user."""
    names = ("radius_m", "elevation_deg", "azimuth_deg")
    ranges = {name: getattr(cloud, name).to_json() for name in names}
    camera = {**ranges, "elevation_by": cloud.elevation_by}
    objects = {"stand-in": {"shape": "cube"}}
    stated = {"version": 1, "seed": cloud.seed, "objects": objects, "camera": camera}
    return validate_recipe(stated, "the scene's settings")
