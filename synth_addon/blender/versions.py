"""Differences between Blender 4.2 and 5.x, each in one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ..core.scene_spec import Engine


def engine_id(engine: Engine) -> str:
    """Return Blender's identifier of a render engine; EEVEE's changed in 4.2 and in 5.0."""
    if engine == "EEVEE":
        return "BLENDER_EEVEE" if bpy.app.version >= (5, 0) else "BLENDER_EEVEE_NEXT"
    return {"CYCLES": "CYCLES", "WORKBENCH": "BLENDER_WORKBENCH"}[engine]


def set_image_format(settings: bpy.types.ImageFormatSettings, file_format: str) -> None:
    """Choose a file format; 5.0 wants the kind of medium first."""
    if hasattr(settings, "media_type"):
        multilayer = file_format == "OPEN_EXR_MULTILAYER"
        settings.media_type = "MULTI_LAYER_IMAGE" if multilayer else "IMAGE"
    settings.file_format = file_format


def use_nodes(owner: bpy.types.Material | bpy.types.World) -> bpy.types.NodeTree:
    """Return the node tree of a material or world; from 5.0 on it is always in use."""
    if bpy.app.version < (5, 0):
        owner.use_nodes = True
    tree = owner.node_tree
    assert tree is not None
    return tree


def set_physical_sky(node: bpy.types.Node, air: float, dust: float) -> None:
    """Make a sky texture the physical model with one scattering; 5.0 renamed model and dust.

    Of the models in 5.0 it is the one that looks as in the versions before.
    """
    renamed = bpy.app.version >= (5, 0)
    node.sky_type = "SINGLE_SCATTERING" if renamed else "NISHITA"
    node.altitude, node.air_density, node.ozone_density = 0.0, air, 1.0
    setattr(node, "aerosol_density" if renamed else "dust_density", dust)


def blender_version() -> str:
    """Return the version as recorded in datasets, such as ``Blender 4.5.15``."""
    return "Blender " + ".".join(str(part) for part in bpy.app.version)


def object_index_channel() -> str:
    """Return the channel of a multilayer file that holds objects' pass indices."""
    return "Object Index.X" if bpy.app.version >= (5, 0) else "IndexOB.X"


def albedo_passes() -> tuple[str, str, str]:
    """Return what the passes of surfaces' own colours are called in a multilayer file."""
    if bpy.app.version >= (5, 0):
        return "Diffuse Color", "Glossy Color", "Transmission Color"
    return "DiffCol", "GlossCol", "TransCol"


@contextmanager
def square_pixels(render: bpy.types.RenderSettings) -> Iterator[None]:
    """Save a render as if its pixels were square: 5.0 fails to write layers of other pixels."""
    aspect = render.pixel_aspect_x, render.pixel_aspect_y
    render.pixel_aspect_x = render.pixel_aspect_y = 1.0
    try:
        yield
    finally:
        render.pixel_aspect_x, render.pixel_aspect_y = aspect
