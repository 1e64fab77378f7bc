"""How an object's orientation is drawn, as properties."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.recipe.declarations import Declaration
from ..translations.translating import CONTEXT

KINDS = (
    ("uniform", "Any", "Every orientation, all equally likely"),
    ("upright", "Upright", "As modelled, only turned about the vertical"),
    ("tilt", "Tilt", "Turned freely about the vertical, then tilted by at most an angle"),
    ("fixed", "Fixed", "Always the same"),
)
FIELDS_OF_KIND = {
    "uniform": (),
    "upright": ("low", "high"),
    "tilt": ("tilt",),
    "fixed": ("euler",),
}


def rotation_annotations(declaration: Declaration) -> dict[str, Any]:
    """Return the properties of an orientation; all angles are degrees."""
    degrees = bpy.props.FloatProperty
    return {
        "kind": bpy.props.EnumProperty(
            items=KINDS,
            name=declaration.label,
            translation_context=CONTEXT,
            description=declaration.help,
            default=declaration.default,
        ),
        "low": degrees(name="From °", description="Least turn", min=-360, max=720),
        "high": degrees(name="To °", description="Greatest turn", min=-360, max=720, default=360),
        "tilt": degrees(name="Tilt °", description="Greatest tilt", min=0, max=180, default=15),
        "euler": bpy.props.FloatVectorProperty(
            name="Angles °",
            translation_context=CONTEXT,
            description="Turns about X, Y and Z",
            size=3,
            min=-360,
            max=360,
        ),
    }


def rotation_values(stated: Any) -> dict[str, Any]:
    """Return the properties that show a rotation in JSON form."""
    if isinstance(stated, str):
        return {"kind": stated, "low": 0.0, "high": 360.0}
    kind, body = next(iter(stated.items()))
    match kind:
        case "upright":
            return {"kind": kind, "low": body[0], "high": body[1]}
        case "tilt":
            return {"kind": kind, "tilt": body}
        case _:
            return {"kind": kind, "euler": body}
