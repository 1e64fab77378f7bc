"""Ranges of the motion that blurs a picture."""

from __future__ import annotations

from .fields import Number, Section, number, parameter


class MotionBlurRecipe(Section):
    """Motion while the shutter is open. Annotations are those of the middle of that time."""

    shutter: Number = number(
        0,
        low=0,
        high=1,
        label="Shutter",
        help="How much of a frame's time the shutter is open, as a share; 0 is no motion blur",
    )
    frames_per_second: float = parameter(
        24.0,
        gt=0,
        le=1e6,
        label="Frame Rate",
        help="Frames per second, of which shutter is a share",
    )
    camera_speed: Number = number(
        {"uniform": [0, 0.3]},
        low=0,
        high=1000,
        unit="m/s",
        label="Camera Speed",
        help="In a random direction, drawn for every view",
    )
    object_speed: Number = number(
        0,
        low=0,
        high=1000,
        unit="m/s",
        label="Object Speed",
        help="In a random direction, drawn for every view and object",
    )
