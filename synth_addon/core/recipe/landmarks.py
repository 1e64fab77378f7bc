"""What is known of an object beside its mesh: named points, and how it looks the same turned."""

from __future__ import annotations

import math

from pydantic import model_validator

from ..errors import Fault
from .fields import Section, parameter

Row = tuple[float, float, float]


class KeypointRecipe(Section):
    """A named point of an object."""

    position_m: Row = parameter(
        (0.0, 0.0, 0.0),
        unit="m",
        label="Position",
        help="In the object's own frame, before its scale",
    )


class SymmetryRecipe(Section):
    """An axis about which the object looks the same when it is turned."""

    axis: Row = parameter((0.0, 0.0, 1.0), label="Axis", help="Direction in the object's own frame")
    offset_m: Row = parameter(
        (0.0, 0.0, 0.0),
        unit="m",
        label="Offset",
        help="A point of the axis in the object's own frame, before its scale",
    )
    folds: int = parameter(
        0,
        ge=0,
        le=360,
        label="Folds",
        help="How many turns of a full circle look the same, 2 for a half turn; 0 for every angle",
    )

    @model_validator(mode="after")
    def _has_a_direction(self) -> SymmetryRecipe:
        if math.hypot(*self.axis) < 1e-6:
            raise Fault("the axis has no direction", "Give it a length, such as [0, 0, 1]")
        if self.folds == 1:
            raise Fault("one turn of a full circle changes nothing", "Use 0, or 2 and more")
        return self
