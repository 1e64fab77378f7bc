"""Semantic classes: the dataset's own, then what stands around them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .dataset.info import Category
from .rendered_frame import RenderedFrame
from .scene_spec import SceneSpec

STUFF = ("distractor", "floor", "wall", "ceiling", "furniture")
"""What follows the dataset's classes, in this order; 0 is what is none of them."""


def semantic_classes(categories: Sequence[Category]) -> tuple[Category, ...]:
    """Return all classes of a semantic map: the dataset's, then `STUFF`."""
    names = [*(category.name for category in categories), *STUFF]
    return tuple(Category(id=number, name=name) for number, name in enumerate(names, start=1))


def semantic_map(frame: RenderedFrame, spec: SceneSpec, classes: int) -> NDArray[np.uint16]:
    """Return the semantic class (H, W) at each pixel's centre.

    Args:
        classes: how many classes the dataset has of its own.
    """
    stuff = {name: classes + number for number, name in enumerate(STUFF, start=1)}
    objects = np.zeros(1 + max((item.instance_id for item in spec.objects), default=0), np.uint16)
    for item in spec.objects:
        objects[item.instance_id] = item.category_id or stuff["distractor"]
    background = [0, *(stuff["furniture"] for _ in spec.fixtures)]
    background += [stuff.get(_kind(surface.name), 0) for surface in spec.surfaces]
    assert frame.background_ids is not None
    around = np.array(background, np.uint16)[frame.background_ids]
    seen: NDArray[np.uint16] = np.where(frame.instance_ids > 0, objects[frame.instance_ids], around)
    return seen


def _kind(surface: str) -> str:
    """Return what a surface is: floor and ceiling are called so, walls by their sides too."""
    return "wall" if surface.startswith("wall") else surface
