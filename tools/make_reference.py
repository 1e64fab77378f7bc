"""Writes the reference half of docs/recipe.md from the recipe's own declarations.

    python tools/make_reference.py          # or: make docs

What stands above the mark in the file is written by hand and kept; what stands below is replaced.
The same declarations go to declarations.json, which Blender's panels are made from.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from synth_addon.core.distributions import plain
from synth_addon.core.kind_choice import KindChoice
from synth_addon.core.recipe.adjust import AdjustRecipe
from synth_addon.core.recipe.camera import CameraRecipe
from synth_addon.core.recipe.declarations import DECLARATIONS_FILE
from synth_addon.core.recipe.declare import declarations_json
from synth_addon.core.recipe.environment import (
    BackdropRecipe,
    EnvironmentRecipe,
    GradientRecipe,
    SkyRecipe,
    StudioRecipe,
)
from synth_addon.core.recipe.fields import Number, Section
from synth_addon.core.recipe.front3d import Front3dRecipe
from synth_addon.core.recipe.furniture import FurnitureRecipe
from synth_addon.core.recipe.landmarks import KeypointRecipe, SymmetryRecipe
from synth_addon.core.recipe.lighting import LightsRecipe, PanelsRecipe, RegionRecipe
from synth_addon.core.recipe.material_rules import MaterialRule
from synth_addon.core.recipe.materials import MaterialRecipe
from synth_addon.core.recipe.motion_blur import MotionBlurRecipe
from synth_addon.core.recipe.objects import ObjectGroup
from synth_addon.core.recipe.physics import PhysicsRecipe, SpawnRecipe
from synth_addon.core.recipe.pools import PoolRecipe
from synth_addon.core.recipe.recipe import AssetFolders, Recipe
from synth_addon.core.recipe.rendering import OutputsRecipe, RenderRecipe
from synth_addon.core.recipe.room import RoomRecipe, WindowsRecipe
from synth_addon.core.shapes.catalog import SHAPES
from synth_addon.core.shapes.declaration import Shape, ShapeParameter

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "recipe.md"
MARK = "<!-- Below this line `make docs` writes. Change the declarations, not the text. -->"

SECTIONS: Sequence[tuple[str, type[Section]]] = (
    ("The recipe", Recipe),
    ("assets", AssetFolders),
    ("objects.NAME", ObjectGroup),
    ("objects.NAME.keypoints.NAME", KeypointRecipe),
    ("objects.NAME.symmetries.N", SymmetryRecipe),
    ("pools.NAME", PoolRecipe),
    ("objects.NAME.adjust", AdjustRecipe),
    ("Materials", MaterialRecipe),
    ("material_rules", MaterialRule),
    ("spawn", SpawnRecipe),
    ("physics", PhysicsRecipe),
    ("room", RoomRecipe),
    ("room.windows", WindowsRecipe),
    ("room.furniture.NAME", FurnitureRecipe),
    ("room.front3d", Front3dRecipe),
    ("lights", LightsRecipe),
    ("lights.region", RegionRecipe),
    ("panels", PanelsRecipe),
    ("environment", EnvironmentRecipe),
    ("environment.sky", SkyRecipe),
    ("environment.studio", StudioRecipe),
    ("environment.gradient", GradientRecipe),
    ("environment.backdrop", BackdropRecipe),
    ("camera", CameraRecipe),
    ("camera.motion_blur", MotionBlurRecipe),
    ("render", RenderRecipe),
    ("outputs", OutputsRecipe),
)
PLACES = {
    MaterialRecipe: "Stands at `objects.NAME.material`, `room.floor`, `room.walls`, "
    "`room.ceiling`, `room.furniture.NAME.material` and in `material_rules`.",
    LightsRecipe: "Stands at `lights` and, for further groups, at `more_lights.NAME`.",
}
HEADINGS = {model: heading for heading, model in SECTIONS}


def reference() -> str:
    """Return everything below the mark."""
    parts = [_section(heading, model) for heading, model in SECTIONS]
    return "\n\n".join(["## Reference", *parts, _shapes()]) + "\n"


def with_reference(document: str) -> str:
    """Return `document` with what stands below its mark replaced."""
    introduction, mark, _ = document.partition(MARK)
    if not mark:
        raise SystemExit(f"{REFERENCE} has lost its line {MARK}")
    return f"{introduction}{MARK}\n\n{reference()}"


def _section(heading: str, model: type[Section]) -> str:
    title = heading if " " in heading or heading[0].isupper() else f"`{heading}`"
    text = " ".join(filter(None, [_first_paragraph(model), PLACES.get(model)]))
    rows = [_row(name, field) for name, field in model.model_fields.items()]
    header = ("key", "label", "default", "values", "meaning")
    return f"### {title}\n\n{text}\n\n{_table(header, rows)}"


def _first_paragraph(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def _row(name: str, field: FieldInfo) -> tuple[str, ...]:
    return (
        f"`{name}`",
        field.title or "",
        _default(field),
        _values(field),
        field.description or "",
    )


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, BaseModel):
        given = value.model_dump(mode="json", exclude_unset=True)
        return f"`{json.dumps(given)}` over the defaults" if given else "all defaults"
    return f"`{json.dumps(value)}`" if value is not None else "none"


def _values(field: FieldInfo) -> str:
    """Return kind, limits and unit of a field, for people."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if field.annotation is KindChoice:
        names = next(m.json_schema for m in field.metadata if isinstance(m, WithJsonSchema))
        return f"{_names(names)}, or weights"
    kind = _kind(field.annotation)
    if "low" in extra:
        whole = "whole numbers " if extra["whole"] else ""
        limits = f"{plain(extra['low'])} to {plain(extra['high'])}"
        return f"distribution, {whole}{limits}{_unit(extra)}"
    return f"{kind}{_limits(field)}{_unit(extra)}"


def _names(schema: dict[str, Any] | None) -> str:
    """Return the kinds of a choice, whose schema's first form lists them."""
    assert schema is not None
    return ", ".join(f"`{json.dumps(name)}`" for name in schema["anyOf"][0]["enum"])


def _unit(extra: dict[str, Any]) -> str:
    return f" {extra['unit']}" if extra.get("unit") else ""


def _limits(field: FieldInfo) -> str:
    """Return what a value may be, such as ``, 1 to 1000`` or ``, above 0, at most 10``."""
    bounds: dict[str, float] = {}
    for limit in field.metadata:
        for name in ("ge", "gt", "le", "lt", "min_length", "max_length"):
            bound = getattr(limit, name, None)
            if bound is not None:
                bounds[name] = bound
    return "".join(f", {words}" for words in _words(bounds))


def _words(bounds: dict[str, float]) -> Iterator[str]:
    if "min_length" in bounds:
        yield "not empty" if bounds["min_length"] == 1 else f"at least {bounds['min_length']} long"
    if "max_length" in bounds:
        yield f"at most {bounds['max_length']} long"
    if "ge" in bounds and "le" in bounds:
        yield f"{_power_or_plain(bounds['ge'])} to {_power_or_plain(bounds['le'])}"
        return
    for name, word in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below")):
        if name in bounds:
            yield f"{word} {_power_or_plain(bounds[name])}"


def _power_or_plain(bound: float) -> str:
    if bound == 2**63:
        return "2^63"
    return plain(bound) if isinstance(bound, float) else str(bound)


def _kind(annotation: Any) -> str:
    """Return what JSON holds for a type."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kind(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        kinds = [_kind(part) for part in get_args(annotation) if part is not type(None)]
        if all(get_origin(part) is Literal for part in get_args(annotation)):
            return ", ".join(kinds)
        return kinds[0] if len(set(kinds)) == 1 else "distribution"
    if origin is Literal:
        return ", ".join(f"`{json.dumps(value)}`" for value in get_args(annotation))
    if origin is tuple:
        return _kind_of_tuple(get_args(annotation))
    if origin is dict:
        key, inner = get_args(annotation)
        keys = "" if key is str else f", keys {_kind(key)}"
        return f"object{keys}, each value: {'distribution' if inner == Number else _kind(inner)}"
    if isinstance(annotation, type) and annotation in HEADINGS:
        return f"[object](#{_anchor(HEADINGS[annotation])})"
    known = {str: "text", int: "whole number", float: "number", bool: "`true`, `false`"}
    return known.get(annotation, "rotation")


def _kind_of_tuple(inner: tuple[Any, ...]) -> str:
    if inner[-1] is Ellipsis:
        return f"list of {_kind(inner[0])}s".replace(")s", ")")
    if all(part is float for part in inner):
        return f"list of {len(inner)} numbers"
    return f"list of {len(inner)}, each: {_kind(inner[0])}"


def _anchor(heading: str) -> str:
    """Return GitHub's name of a heading."""
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def _shapes() -> str:
    text = (
        "Names for `objects.NAME.shape`, with the keys of `objects.NAME.parameters`. Shapes are "
        "centred on the middle of their box. Values that are allowed one by one but do not go "
        "together, such as a wall thicker than the cup, are refused with the reason."
    )
    return "\n\n".join([f"### Shapes\n\n{text}", *map(_shape, SHAPES.values())])


def _shape(shape: Shape) -> str:
    rows = [_shape_row(name, declared) for name, declared in shape.parameters.items()]
    header = ("key", "label", "default", "values", "meaning")
    return f"#### `{shape.name}`\n\n{shape.help}.\n\n{_table(header, rows)}"


def _shape_row(name: str, declared: ShapeParameter) -> tuple[str, ...]:
    unit = f" {declared.unit}" if declared.unit else ""
    limits = f"distribution, {plain(declared.low)} to {plain(declared.high)}{unit}"
    return f"`{name}`", declared.label, f"`{plain(declared.default)}`", limits, declared.help


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(_lines(header, rows))


def _lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for cells in (header, ["---"] * len(header), *rows):
        escaped = (cell.replace("|", "\\|") for cell in cells)
        yield f"| {' | '.join(escaped)} |"


def main() -> None:
    """Bring docs/recipe.md and declarations.json up to date."""
    _write(REFERENCE, with_reference(REFERENCE.read_text("utf-8")))
    _write(DECLARATIONS_FILE, declarations_json())


def _write(path: Path, text: str) -> None:
    same = path.is_file() and path.read_text("utf-8") == text
    if not same:
        path.write_text(text, "utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)}: {'same' if same else 'written'}\n")


if __name__ == "__main__":
    main()
