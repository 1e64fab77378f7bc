"""Equirectangular pictures of studios and gradients, as Blender lays them around the world.

The middle column looks along +X, columns to the right turn clockwise as seen from above (towards
-Y), and the first row looks straight up.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .directions import on_sphere
from .light_spec import EnvironmentSpec, GradientSpec, SoftBoxSpec, StudioSpec
from .transforms import Array

WIDTH_PX, HEIGHT_PX = 256, 128


def environment_image(spec: EnvironmentSpec) -> NDArray[np.float32] | None:
    """Return linear radiance (128, 256, 3) of a studio or gradient; None for other kinds.

    The environment's strength and rotation are not part of it.
    """
    if spec.studio is not None:
        return studio_image(spec.studio)
    if spec.gradient is not None:
        return gradient_image(spec.gradient)
    return None


def studio_image(spec: StudioSpec) -> NDArray[np.float32]:
    """Return the linear radiance (128, 256, 3) of a studio; boxes that overlap add up."""
    directions = pixel_directions()
    image = np.broadcast_to(np.asarray(spec.surround), directions.shape).copy()
    for box in spec.boxes:
        image += _box_share(box, directions)[..., None] * box.radiance
    return image.astype(np.float32)


def gradient_image(spec: GradientSpec) -> NDArray[np.float32]:
    """Return the linear radiance (128, 256, 3) of a gradient, smooth at both ends."""
    axis = np.array([math.sin(spec.tilt), 0.0, math.cos(spec.tilt)])
    share = _smooth((pixel_directions() @ axis + 1) / 2)[..., None]
    image = (1 - share) * spec.low + share * np.asarray(spec.high)
    return np.asarray(image, np.float32)


def pixel_directions() -> Array:
    """Return the unit direction (128, 256, 3) that the centre of each pixel shows."""
    azimuth = math.pi - (np.arange(WIDTH_PX) + 0.5) * (2 * math.pi / WIDTH_PX)
    elevation = math.pi / 2 - (np.arange(HEIGHT_PX) + 0.5) * (math.pi / HEIGHT_PX)
    across = np.cos(elevation)[:, None]
    return np.stack(
        [
            across * np.cos(azimuth),
            across * np.sin(azimuth),
            np.broadcast_to(np.sin(elevation)[:, None], (HEIGHT_PX, WIDTH_PX)),
        ],
        axis=-1,
    )


def _box_share(box: SoftBoxSpec, directions: Array) -> Array:
    """Return 0..1: a flat rectangle that faces the origin, seen in each direction."""
    forward = np.array(on_sphere(1.0, box.elevation, box.azimuth))
    right = np.array([-math.sin(box.azimuth), math.cos(box.azimuth), 0.0])
    up = np.cross(forward, right)
    ahead = directions @ forward
    depth = np.maximum(ahead, 1e-9)
    share = np.where(ahead > 0, 1.0, 0.0)
    for axis, angle in ((right, box.width), (up, box.height)):
        outward = np.abs(directions @ axis / depth) / math.tan(angle / 2)
        share = share * _smooth((1 - outward) / box.softness)
    return share


def _smooth(share: Array) -> Array:
    """Return the cubic step: 0 below 0, 1 above 1, without corners in between."""
    x = np.clip(share, 0.0, 1.0)
    return x * x * (3 - 2 * x)
