"""Ranges of the things that stand in a room and never move."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from ..errors import Fault
from .fields import Number, Section, number, parameter
from .materials import MaterialRecipe
from .objects import Unit, shape_problems
from .problems import Contradictions


class FurnitureRecipe(Section):
    """One kind of furniture. Pieces stand upright, apart from each other and within the room."""

    shape: str | None = parameter(
        None, label="Shape", help="Name of a procedural shape; give this or a file"
    )
    parameters: dict[str, Number] = parameter(
        {}, label="Shape Parameters", help="Ranges of the procedural shape's proportions"
    )
    file: str | None = parameter(
        None,
        label="File",
        help="Mesh file or a pattern such as furniture/*.glb, as for objects; its front is "
        "towards -Y",
        min_length=1,
    )
    unit: Unit = parameter("m", label="Unit", help="Length unit of the mesh file")
    category: str | None = parameter(
        None,
        label="Category",
        help="What it is, for spawn.on; without it the entry's own name",
        min_length=1,
    )
    count: Number = number(
        1,
        low=0,
        high=100,
        whole=True,
        label="Count",
        help="Pieces in a scene, at most: one that finds no place is left out",
    )
    scale: Number = number(
        1, low=1e-3, high=1e3, label="Scale", help="Factor on the piece's own size"
    )
    place: Literal["wall", "middle"] = parameter(
        "wall",
        label="Place",
        help="Back to a wall, or anywhere and turned at random; without walls always the latter",
    )
    material: MaterialRecipe | None = parameter(
        None, label="Material", help="Randomized material; without it the file's own is kept"
    )

    @model_validator(mode="after")
    def _one_source(self) -> FurnitureRecipe:
        if (self.shape is None) == (self.file is None):
            raise Fault("needs exactly one of shape and file", "Keep one of the two")
        if self.parameters and self.shape is None:
            raise Fault("parameters belong to a shape, not to a file", "Remove parameters")
        return self

    @model_validator(mode="after")
    def _possible_shape(self) -> FurnitureRecipe:
        if self.shape is not None:
            problems = list(shape_problems(self.shape, self.parameters))
            if problems:
                raise Contradictions(problems)
        return self
