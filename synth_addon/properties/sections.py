"""Makes a property group of every section of the recipe.

A group belongs to a section and its default: two uses of one section that start from different
values, such as the materials of floor and walls, are two groups.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import bpy

from ..core.recipe.declarations import ROOT_SECTION, Declaration, Declarations, load_declarations
from ..core.recipe.presets import PRESET_FOLDER, preset_names
from ..translations.translating import CONTEXT
from .distribution import distribution_annotations
from .roles import ROLES
from .rotation import rotation_annotations
from .versions import FOLDER_OPTIONS

GroupClass = type[bpy.types.PropertyGroup]
USE = "use_"
"""What the tick is called that says whether an optional parameter is given."""
INDEX = "_index"
"""What follows the name of a list in the name of its active entry's number."""
WEIGHT = "weight_"
"""What stands before a kind in the name of its weight."""
MORE_ROLES = ROLES[2:]
_SPELLED = {"m": "m", "cm": "cm", "mm": "mm", "AgX": "AgX", "EEVEE": "EEVEE", "hdri": "HDRI"}
_SPELLED |= {"exr": "EXR", "png8": "PNG, 8 Bit", "png16": "PNG, 16 Bit"}
"""Choices that are not written like other words."""
_SPELLED_WORDS = {"hdri": "HDRI", "tless": "T-LESS"}
_INT_LIMIT = 2**31 - 1
_GREATEST = 3.4e38
_ANY_NUMBER = Declaration("number", "number", "Value", "Range", default=1, low=-1e9, high=1e9)


@cache
def declarations() -> Declarations:
    """Return the recipe's declarations, read once."""
    return load_declarations()


@cache
def section_classes() -> tuple[GroupClass, ...]:
    """Return the groups of all sections and distributions, inner ones first."""
    made = _Made()
    made.section(ROOT_SECTION, {})
    return tuple(made.classes)


def recipe_class() -> GroupClass:
    """Return the group of the whole recipe."""
    return section_classes()[-1]


def preset_items() -> list[tuple[str, str, str]]:
    """Return the shipped presets as items of an enumeration."""
    files = {name: PRESET_FOLDER / f"{name}.json" for name in preset_names()}
    stated = [(name, json.loads(file.read_text("utf-8"))) for name, file in files.items()]
    return [
        (name, _preset_label(name), data.get("description", "").rstrip("."))
        for name, data in stated
    ]


def _preset_label(name: str) -> str:
    words = (_SPELLED_WORDS.get(word, word.title()) for word in name.split("_"))
    return " ".join(words)


class _Made:
    """Groups as they are made, each once."""

    def __init__(self) -> None:
        self.classes: list[GroupClass] = []
        self._by_name: dict[str, GroupClass] = {}

    def section(self, section: str, given: Mapping[str, Any]) -> GroupClass:
        """Return the group of a section whose defaults are overridden by `given`."""
        name = f"SYNTH_PG_{section}{_suffix(given)}"
        if name not in self._by_name:
            annotations: dict[str, Any] = {}
            for field in declarations()[section].fields:
                default = given.get(field.name, field.default)
                annotations |= self._properties(name, field, default)
            self._add(name, annotations)
        return self._by_name[name]

    def _add(self, name: str, annotations: dict[str, Any]) -> GroupClass:
        if name not in self._by_name:
            cls = type(name, (bpy.types.PropertyGroup,), {"__annotations__": annotations})
            self._by_name[name] = cls
            self.classes.append(cls)
        return self._by_name[name]

    def _properties(self, owner: str, field: Declaration, default: Any) -> dict[str, Any]:
        """Return the properties that one parameter becomes."""
        made = self._held(owner, field, default)
        if field.optional:
            made[USE + field.name] = bpy.props.BoolProperty(
                name=field.label, translation_context=CONTEXT, description=field.help
            )
        return made

    def _held(self, owner: str, field: Declaration, default: Any) -> dict[str, Any]:
        pointer, collection = bpy.props.PointerProperty, bpy.props.CollectionProperty
        words = {
            "name": field.label,
            "description": field.help,
            "translation_context": CONTEXT,
        }
        match field.kind:
            case "constant":
                return {}
            case "number":
                name = f"{owner}_{field.name}"
                stated = replace(field, default=default)
                group = self._add(name, distribution_annotations(stated))
                return {field.name: pointer(type=group, **words)}
            case "rotation":
                group = self._add("SYNTH_PG_rotation", rotation_annotations(field))
                return {field.name: pointer(type=group, **words)}
            case "numbers":
                group = self._add("SYNTH_PG_range", distribution_annotations(_ANY_NUMBER))
                return _listed(field, collection(type=group, **words))
            case "weights":
                group = self._add(f"{owner}_{field.name}", _weights(field, default))
                return {field.name: pointer(type=group, **words)}
            case "section":
                inner = self.section(field.section, default or {})
                return {field.name: pointer(type=inner, **words)}
            case "sections" | "section_list":
                inner = self.section(field.section, {})
                return _listed(field, collection(type=inner, **words))
            case _:
                return {field.name: _plain(owner, field, default, words)}


def _suffix(given: Mapping[str, Any]) -> str:
    """Return what tells groups of one section with other defaults apart."""
    if not given:
        return ""
    return f"_{zlib.crc32(json.dumps(given, sort_keys=True).encode()):08x}"


def _listed(field: Declaration, collection: Any) -> dict[str, Any]:
    index = bpy.props.IntProperty(
        name="Active Entry", translation_context=CONTEXT, options={"SKIP_SAVE"}
    )
    return {field.name: collection, field.name + INDEX: index}


def _weights(field: Declaration, default: Any) -> dict[str, Any]:
    stated = {default: 1.0} if isinstance(default, str) else default or {}
    return {
        WEIGHT + kind: bpy.props.FloatProperty(
            name=choice_label(kind),
            translation_context=CONTEXT,
            description="How often, against the other weights; 0 for never",
            default=stated.get(kind, 0.0),
            min=0,
            max=1e6,
            soft_max=10,
        )
        for kind in field.choices
    }


def choice_label(choice: str) -> str:
    """Return what one of several choices is called in the interface."""
    return _SPELLED.get(choice) or choice.replace("_", " ").title()


def _plain(owner: str, field: Declaration, default: Any, words: dict[str, str]) -> Any:
    props = bpy.props
    match field.kind:
        case "bool":
            return props.BoolProperty(default=bool(default), **words)
        case "int":
            low, high = _limits(field, _INT_LIMIT)
            return props.IntProperty(
                default=int(default or 0), min=int(low), max=int(high), **words
            )
        case "float":
            low, high = _limits(field, _GREATEST)
            return props.FloatProperty(
                default=float(default or 0), min=low, max=high, precision=4, **words
            )
        case "enum":
            items = [(choice, choice_label(choice), field.help) for choice in field.choices]
            if owner == "SYNTH_PG_ObjectGroup" and field.name == "role":
                items += MORE_ROLES
            return props.EnumProperty(items=items, default=default or field.choices[0], **words)
        case "vector":
            size = field.shape[0] * (field.shape[1] if len(field.shape) > 1 else 1)
            return props.FloatVectorProperty(
                size=size, default=default or (0.0,) * size, precision=4, **words
            )
    if field.names == "object":
        return props.PointerProperty(type=bpy.types.Object, poll=_is_mesh, **words)
    if field.names == "collection":
        return props.PointerProperty(type=bpy.types.Collection, **words)
    if field.names == "folder":
        return props.StringProperty(subtype="DIR_PATH", options=FOLDER_OPTIONS, **words)
    text = ", ".join(default) if isinstance(default, list) else default or ""
    return props.StringProperty(default=text, **words)


def _limits(field: Declaration, most: float) -> tuple[float, float]:
    low = -most if field.low is None else max(-most, field.low)
    high = most if field.high is None else min(most, field.high)
    return low, high


def _is_mesh(group: bpy.types.PropertyGroup, item: bpy.types.Object) -> bool:
    return item.type == "MESH"
