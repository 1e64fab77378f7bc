"""What a dataset says about itself: the content of ``dataset.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, JsonValue, ValidationError

from ..errors import DatasetError
from ..scene_spec import Spec
from .faults import reason_of

FORMAT_VERSION = 1


class OutputOptions(Spec):
    """Which channels a dataset holds and how they are stored; rgb and instances always are.

    Attributes:
        depth: 16-bit PNG, float32 EXR or nothing.
        depth_scale: metres per unit of the 16-bit PNG. It reaches 65535 units far: 13.1 m at
            0.0002, 65.5 m at 0.001.
        normals: 8-bit PNG, half-float EXR or nothing.
        coverage: whether to write the share of each pixel that its object covers.
        nocs: whether to write normalised object coordinates.
        flow: whether to write optical flow to the scene's next and previous view.
        semantic: whether to write a map of classes, with walls, floor and the like.
        albedo: whether to write the surfaces' own colour.
        transparent: whether surfaces with an alpha below one half count as solid in every channel
            but the picture, or are cut out of them. Glass is always solid.
        models: whether the meshes of targets are kept that are no procedural shapes.
    """

    depth: Literal["png16", "exr", "off"] = "png16"
    depth_scale: float = Field(default=0.0002, gt=0.0)
    normals: Literal["png8", "exr", "off"] = "png8"
    coverage: bool = False
    nocs: bool = False
    flow: bool = False
    semantic: bool = False
    albedo: bool = False
    transparent: Literal["solid", "cut_out"] = "solid"
    models: bool = True


class Category(Spec):
    """A class for training; ids start at 1 in the recipe's order."""

    id: int = Field(ge=1)
    name: str


class DatasetInfo(Spec):
    """Everything that all frames of a dataset share.

    Attributes:
        renderer: `Renderer.version`; another one may give other pixels.
        recipe: the recipe as a JSON object, without paths of one machine.
        width, height: image size in pixels.
        semantic_classes: what the numbers of semantic maps mean; empty without such maps.
        views_per_scene: frame number = scene index x views_per_scene + view.
    """

    format_version: int = FORMAT_VERSION
    synth_version: str
    renderer: str
    recipe: dict[str, JsonValue]
    recipe_hash: str
    categories: tuple[Category, ...]
    semantic_classes: tuple[Category, ...] = ()
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    views_per_scene: int = Field(ge=1)
    outputs: OutputOptions = OutputOptions()


def json_from_info(info: DatasetInfo) -> bytes:
    """Return the bytes of ``dataset.json``."""
    plain = info.model_dump(mode="json")
    text = json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def read_info(directory: Path) -> DatasetInfo:
    """Read ``dataset.json`` of a dataset folder.

    Raises:
        DatasetError: the file is missing, unreadable or not of this format.
    """
    path = directory / "dataset.json"
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"{path}: cannot be read ({reason_of(error)}). "
            "Give the folder that `synth generate --output` wrote."
        ) from error
    return info_from_json(text, str(path))


def info_from_json(text: bytes, where: str) -> DatasetInfo:
    """Return what ``dataset.json`` says.

    Args:
        where: it was read from.

    Raises:
        DatasetError: it is not of this format.
    """
    try:
        info = DatasetInfo.model_validate_json(text)
    except ValidationError as error:
        raise DatasetError(_unusable(where, text, error)) from error
    if info.format_version != FORMAT_VERSION:
        raise DatasetError(_other_version(where, info.format_version))
    return info


def first_difference(ours: DatasetInfo, theirs: DatasetInfo) -> tuple[str, str, str] | None:
    """Return (dotted path, our value, their value) of the first difference, or None."""
    pair = (ours.model_dump(mode="json"), theirs.model_dump(mode="json"))
    return next(_differences("", *pair), None)


def _differences(path: str, ours: JsonValue, theirs: JsonValue) -> Iterator[tuple[str, str, str]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            below = f"{path}.{key}" if path else key
            if key in ours and key in theirs:
                yield from _differences(below, ours[key], theirs[key])
            else:
                yield below, _shown(ours, key), _shown(theirs, key)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(f"{path}.{index}", one, other)
    elif ours != theirs:
        yield path, _shortened(ours), _shortened(theirs)


def _shown(values: dict[str, JsonValue], key: str) -> str:
    return _shortened(values[key]) if key in values else "nothing"


def _shortened(value: JsonValue) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _unusable(path: str, text: bytes, error: ValidationError) -> str:
    try:
        version = json.loads(text)["format_version"]
    except (ValueError, TypeError, KeyError):
        version = FORMAT_VERSION
    if version != FORMAT_VERSION:
        return _other_version(path, version)
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the file"
    found = "" if first["type"] == "missing" else f", found {str(first['input'])[:60]!r}"
    return (
        f"{path}: {where} does not describe a Synth dataset ({first['msg']}{found}). "
        "Restore the file, or generate into another folder."
    )


def _other_version(path: str, version: object) -> str:
    return (
        f"{path}: format_version is {version}, this Synth reads {FORMAT_VERSION}. "
        "Use the Synth that made the dataset."
    )
