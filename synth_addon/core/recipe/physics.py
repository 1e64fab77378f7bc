"""Where objects start, how they fall, and what counts as a good rest."""

from __future__ import annotations

from typing import Literal

from ..scene_spec import PhysicsSpec
from .fields import Number, Section, number, parameter

SpawnMode = Literal["drop", "scatter", "float"]


class SpawnRecipe(Section):
    """The box in which objects start; they are moved apart, upward if need be."""

    mode: SpawnMode = parameter(
        "drop",
        label="Mode",
        help="drop lets objects fall; scatter lays them on the surface, turned as drawn; float "
        "leaves them in the air. The latter two need no physics",
    )
    x_m: Number = number(
        {"uniform": [-0.3, 0.3]}, low=-1e3, high=1e3, unit="m", label="X", help="Start position"
    )
    y_m: Number = number(
        {"uniform": [-0.3, 0.3]}, low=-1e3, high=1e3, unit="m", label="Y", help="Start position"
    )
    height_m: Number = number(
        {"uniform": [0.1, 0.4]},
        low=-1e3,
        high=1e3,
        unit="m",
        label="Height",
        help="Start height of the lowest point above the floor, or above what objects start on",
    )
    on: tuple[str, ...] = parameter(
        (),
        label="On",
        help="Categories of furniture that objects start above, such as table; x_m and y_m then "
        "count from the middle of a level area, and objects start within it. Empty for the floor",
    )
    spread: bool = parameter(
        False, label="Spread", help="Let each object draw its own area instead of one for all"
    )


class PhysicsRecipe(Section):
    """How objects fall and when they count as settled."""

    enabled: bool = parameter(True, label="Drop", help="Let objects fall and come to rest")
    gravity: float = parameter(
        9.81, ge=0.1, le=100, unit="m/s2", label="Gravity", help="Acceleration downward"
    )
    steps_per_second: int = parameter(
        30, ge=10, le=1000, label="Steps per Second", help="Simulated frames per second"
    )
    substeps: int = parameter(
        8, ge=1, le=100, label="Substeps", help="Solver steps in each simulated frame"
    )
    rest_speed: float = parameter(
        0.01, gt=0, le=10, unit="m/s", label="Rest Speed", help="Slower than this counts as still"
    )
    rest_seconds: float = parameter(
        0.2, gt=0, le=10, unit="s", label="Rest Time", help="How long all must be still"
    )
    max_seconds: float = parameter(
        4.0, gt=0, le=120, unit="s", label="Time Limit", help="The drop ends at this simulated time"
    )
    calm_after_s: float = parameter(
        0.8,
        ge=0,
        le=120,
        unit="s",
        label="Calm After",
        help="From this simulated time all is halted and then damped strongly; nothing rolls on",
    )
    max_penetration_m: float = parameter(
        0.002,
        gt=0,
        le=1,
        unit="m",
        label="Most Penetration",
        help="Scenes in which things reach deeper into each other are arranged anew",
    )
    max_gap_m: float = parameter(
        0.002,
        gt=0,
        le=1,
        unit="m",
        label="Widest Gap",
        help="Scenes in which something touches nothing within this distance are arranged anew",
    )

    def to_spec(self, *, drop: bool) -> PhysicsSpec:
        """Return the plain values that scenes carry; `drop` tells whether anything falls."""
        values = self.model_dump() | {"enabled": drop}
        values["calm_after"] = values.pop("calm_after_s")
        values["max_penetration"] = values.pop("max_penetration_m")
        values["max_gap"] = values.pop("max_gap_m")
        return PhysicsSpec.model_validate(values)
