"""Lamps and the light from all around, fully decided.

Positions and sizes are metres in the world frame (z up), angles are radians, colours are linear
RGB, light energy is what Blender calls power: watts (irradiance in W/m2 for the sun).
"""

from __future__ import annotations

from typing import Literal

from .spec import Spec, Vector

LightKind = Literal["point", "area", "sun", "spot"]


class LightSpec(Spec):
    """A lamp.

    Attributes:
        position: centre; of the sun, only the direction from `target` counts.
        target: the point it shines at; meaningless for point lights.
        size_m: radius of point and spot lights, side of area lights.
        angle: cone of a spot light or apparent size of the sun, radians.
        blend: share of a spot's cone over which it fades out.
    """

    kind: LightKind
    position: Vector
    target: Vector
    energy: float
    color: Vector
    size_m: float
    angle: float = 0.0
    blend: float = 0.15


class SkySpec(Spec):
    """A physical sky with its sun, whose heading is the environment's rotation.

    Attributes:
        sun_elevation: above the horizon.
        sun_size: angle across the disc.
        sun_intensity: factor on the sun alone.
        air, dust: densities, 1 on an ordinary day.
        exposure: factor that brings the sky's radiance to what pictures show.
        ground: radiance below the horizon, not scaled by `exposure`.
    """

    sun_elevation: float
    sun_size: float
    sun_intensity: float
    air: float
    dust: float
    exposure: float
    ground: Vector


class SoftBoxSpec(Spec):
    """A bright rectangle in a studio.

    Attributes:
        elevation, azimuth: where its middle is seen from the origin.
        width, height: angles across.
        radiance: of its middle.
        softness: share of its half width and half height over which it fades toward the edge.
    """

    elevation: float
    azimuth: float
    width: float
    height: float
    radiance: Vector
    softness: float


class StudioSpec(Spec):
    """Soft boxes before an even surround of the given radiance."""

    surround: Vector
    boxes: tuple[SoftBoxSpec, ...]


class GradientSpec(Spec):
    """Radiance that goes from `low` to `high` along an axis.

    Attributes:
        tilt: of the axis from the vertical, towards +X.
    """

    low: Vector
    high: Vector
    tilt: float


class BackdropSpec(Spec):
    """What the camera sees behind everything; a photo covers the picture.

    Attributes:
        color: radiance where there is no file.
        strength: factor on the photo.
    """

    color: Vector
    file: str | None = None
    strength: float = 1.0


EnvironmentKind = Literal["color", "hdri", "sky", "studio", "gradient"]


class EnvironmentSpec(Spec):
    """What surrounds the scene, and lights it from all around.

    Attributes:
        color: of the kind ``color`` alone.
        file: of the kind ``hdri`` alone.
        sky, studio, gradient: of the kinds of the same name.
        rotation: about z.
        backdrop: seen by the camera instead; None shows the environment itself.
    """

    kind: EnvironmentKind = "color"
    color: Vector = (0.05, 0.05, 0.05)
    file: str | None = None
    sky: SkySpec | None = None
    studio: StudioSpec | None = None
    gradient: GradientSpec | None = None
    strength: float = 1.0
    rotation: float = 0.0
    backdrop: BackdropSpec | None = None
