"""All shapes by name, and the mesh that a scene's asset asks for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..errors import AssetError, Fault
from ..mesh import TriangleMesh
from ..scene_spec import ShapeAsset
from ..transforms import Array
from .ball import SPHERE
from .bed import BED
from .book import BOOK
from .bottle import BOTTLE
from .bowl import BOWL
from .box import BOX, CUBE
from .cabinet import CABINET
from .can import CAN
from .chair import CHAIR
from .cone import CONE
from .connector import CONNECTOR
from .crate import CRATE
from .cup import CUP
from .cylinder import CYLINDER
from .declaration import Shape
from .desk_lamp import DESK_LAMP
from .fuse import FUSE
from .lamp_holder import LAMP_HOLDER
from .plug import PLUG
from .shelf import SHELF
from .socket import SOCKET
from .sofa import SOFA
from .supershape import SUPERSHAPE
from .switch import SWITCH
from .table import TABLE
from .torus import TORUS

_SOLIDS = (CUBE, BOX, SPHERE, CYLINDER, CONE, TORUS, SUPERSHAPE)
_HOUSEHOLD = (CUP, BOWL, BOTTLE, CAN, CRATE, BOOK)
_INDUSTRIAL = (CONNECTOR, PLUG, FUSE, SOCKET, SWITCH, LAMP_HOLDER)
_FURNITURE = (TABLE, CHAIR, SHELF, CABINET, SOFA, BED, DESK_LAMP)
_ALL = (*_SOLIDS, *_HOUSEHOLD, *_INDUSTRIAL, *_FURNITURE)

SHAPES: Mapping[str, Shape] = MappingProxyType({shape.name: shape for shape in _ALL})


def mesh_of(asset: ShapeAsset) -> TriangleMesh:
    """Build the mesh of a shape; parameters that the asset leaves out take their defaults.

    Raises:
        AssetError: unknown shape or parameter, a value beyond its limits, or values that do not
            go together.
    """
    shape, values = _checked(asset)
    try:
        return shape.build(**values)
    except Fault as fault:
        raise AssetError(f"{shape.name}: {fault}.") from fault


def parts_of(asset: ShapeAsset) -> tuple[Array, ...] | None:
    """Return the convex pieces of a shape, in the frame of `mesh_of`; None if its hull will do.

    Each piece is (N, 3) float64 points, metres, of which only the hull counts. The pieces overlap
    or touch, cover the solid and reach beyond it by at most 1 mm or 1 % of its longest side.

    Raises:
        AssetError: as `mesh_of` does.
    """
    shape, values = _checked(asset)
    if shape.convex_parts is None:
        return None
    try:
        return shape.convex_parts(**values)
    except Fault as fault:
        raise AssetError(f"{shape.name}: {fault}.") from fault


def _checked(asset: ShapeAsset) -> tuple[Shape, dict[str, float]]:
    """Return the asset's shape and all its parameters, within their limits."""
    shape = SHAPES.get(asset.shape)
    if shape is None:
        raise AssetError(f"There is no shape {asset.shape!r}. {_suggest(asset.shape, SHAPES)}")
    _check_values(shape, asset.parameters)
    defaults = {name: declared.default for name, declared in shape.parameters.items()}
    return shape, defaults | dict(asset.parameters)


def _check_values(shape: Shape, values: Mapping[str, float]) -> None:
    for name, value in values.items():
        declared = shape.parameters.get(name)
        if declared is None:
            hint = _suggest(name, shape.parameters)
            raise AssetError(f"The shape {shape.name!r} has no parameter {name!r}. {hint}")
        if not declared.low <= value <= declared.high:
            raise AssetError(
                f"{shape.name}: {name} is {value:g}. "
                f"Stay within {declared.low:g} to {declared.high:g}."
            )


def _suggest(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Use one of {', '.join(names)}."
