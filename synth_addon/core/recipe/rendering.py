"""Renderer settings and what is written to disk."""

from __future__ import annotations

from typing import Literal

from ..dataset.info import OutputOptions
from ..scene_spec import Engine
from .fields import Section, parameter

_DEFAULTS = OutputOptions()


class RenderRecipe(Section):
    """How pictures are made; defaults were chosen by benchmarks/quality.py."""

    engine: Engine = parameter("CYCLES", label="Engine", help="Blender's render engine")
    samples: int = parameter(20, ge=1, le=65536, label="Samples", help="Paths traced per pixel")
    noise_threshold: float = parameter(
        0.0,
        ge=0,
        le=1,
        label="Noise Threshold",
        help="Stop sampling a pixel below this noise; 0 takes all samples everywhere",
    )
    max_bounces: int = parameter(
        8, ge=0, le=1024, label="Bounces", help="Longest path of light, in surfaces"
    )
    diffuse_bounces: int = parameter(4, ge=0, le=1024, label="Diffuse", help="Diffuse bounces")
    glossy_bounces: int = parameter(4, ge=0, le=1024, label="Glossy", help="Glossy bounces")
    transmission_bounces: int = parameter(
        8, ge=0, le=1024, label="Transmission", help="Bounces through glass"
    )
    light_tree: bool = parameter(
        False,
        label="Light Tree",
        help="Choose lamps by their effect; pays from about ten lamps on",
    )
    clamp_indirect: float = parameter(
        10.0, ge=0, le=1e6, label="Clamp Indirect", help="Cap on indirect light; 0 is no cap"
    )
    denoise: Literal["off", "fast", "accurate"] = parameter(
        "accurate",
        label="Denoise",
        help="Clean the picture, never masks or depth; fast costs a sixth and is a little worse",
    )
    view_transform: Literal["Standard", "AgX", "Filmic"] = parameter(
        "AgX", label="View Transform", help="How scene light becomes display colour"
    )
    exposure: float = parameter(
        0.0, ge=-32, le=32, label="Exposure", help="In stops; 1 doubles the brightness"
    )


class OutputsRecipe(Section):
    """What is written for every frame beside the picture and its annotations."""

    depth: Literal["off", "png16", "exr"] = parameter(
        _DEFAULTS.depth,
        label="Depth",
        help="16-bit PNG with a stated scale, or float EXR in metres",
    )
    depth_scale: float = parameter(
        _DEFAULTS.depth_scale,
        gt=0,
        le=1,
        unit="m",
        label="Depth Scale",
        help="Metres per unit of the 16-bit PNG; 65535 units is the greatest depth",
    )
    normals: Literal["off", "png8", "exr"] = parameter(
        _DEFAULTS.normals, label="Normals", help="8-bit PNG or half-float EXR, camera frame"
    )
    coverage: bool = parameter(
        _DEFAULTS.coverage,
        label="Coverage",
        help="How much of each pixel its object covers, as 8-bit PNG",
    )
    nocs: bool = parameter(
        _DEFAULTS.nocs,
        label="NOCS",
        help="Where on its object each pixel lies: normalised object coordinates as half-float EXR",
    )
    flow: bool = parameter(
        _DEFAULTS.flow,
        label="Optical Flow",
        help="How pixels move to the next and from the previous view of the scene, as float EXR",
    )
    semantic: bool = parameter(
        _DEFAULTS.semantic,
        label="Semantic Map",
        help="Class of each pixel, with floor, walls, ceiling and furniture, as 16-bit PNG",
    )
    albedo: bool = parameter(
        _DEFAULTS.albedo,
        label="Albedo",
        help="Colour of the surfaces without light and shadow, as 8-bit PNG; Cycles alone",
    )
    transparent: Literal["solid", "cut_out"] = parameter(
        _DEFAULTS.transparent,
        label="Transparent",
        help="Whether leaves cut out of a plane by alpha are solid in masks and depth, or cut out "
        "there too; glass is always solid",
    )
    models: bool = parameter(
        _DEFAULTS.models,
        label="Models",
        help="Keep the mesh of each target that comes from a file, as formats with poses need it",
    )
