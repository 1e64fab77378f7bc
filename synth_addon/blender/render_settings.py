"""Applies a spec's render settings to a Blender scene."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.devices import Device
from ..core.errors import RenderError
from ..core.scene_spec import RenderSpec
from .versions import engine_id

_WORKBENCH_SAMPLES = (5, 8, 11, 16, 32)


def apply_settings(
    scene: bpy.types.Scene, spec: RenderSpec, threads: int, device: Device = "CPU"
) -> None:
    """Set engine, sampling, passes and colour management.

    Args:
        threads: render threads; 0 uses all cores. Pixels do not depend on it.
        device: what Cycles renders on; see `use_device`.

    Raises:
        RenderError: the engine or the denoiser is not in this Blender.
    """
    render = scene.render
    try:
        render.engine = engine_id(spec.engine)
    except TypeError as error:
        raise RenderError(
            f"render.engine: this Blender has no {spec.engine}. Choose another engine"
        ) from error
    render.threads_mode = "FIXED" if threads else "AUTO"
    if threads:
        render.threads = threads
    render.dither_intensity = 0.0
    render.use_compositing = render.use_sequencer = False
    render.film_transparent = render.use_motion_blur = False
    render.use_stamp = False
    scene.view_settings.view_transform = spec.view_transform
    scene.view_settings.look = "None"
    scene.view_settings.exposure = spec.exposure
    scene.display_settings.display_device = "sRGB"
    _apply_passes(scene.view_layers[0], spec)
    if spec.engine == "CYCLES":
        _apply_cycles(scene, spec)
        scene.cycles.device = "CPU" if device == "CPU" else "GPU"
    elif spec.engine == "EEVEE":
        scene.eevee.taa_render_samples = spec.samples
    else:
        _apply_workbench(scene, spec)


def _apply_passes(layer: bpy.types.ViewLayer, spec: RenderSpec) -> None:
    layer.use_pass_z = layer.use_pass_normal = layer.use_pass_object_index = True
    layer.use_pass_cryptomatte_object = spec.coverage
    layer.use_pass_diffuse_color = layer.use_pass_glossy_color = spec.albedo
    layer.use_pass_transmission_color = spec.albedo
    layer.pass_cryptomatte_depth = 6
    layer.pass_alpha_threshold = 0.5 if spec.cut_out else 0.0  # 0: transparent counts as solid


def _apply_cycles(scene: bpy.types.Scene, spec: RenderSpec) -> None:
    cycles = scene.cycles
    cycles.samples = spec.samples
    cycles.use_adaptive_sampling = spec.noise_threshold > 0
    cycles.adaptive_threshold = spec.noise_threshold
    cycles.time_limit = 0
    cycles.max_bounces = spec.max_bounces
    cycles.diffuse_bounces = spec.diffuse_bounces
    cycles.glossy_bounces = spec.glossy_bounces
    cycles.transmission_bounces = spec.transmission_bounces
    cycles.sampling_pattern = "BLUE_NOISE"  # cleaner after denoising at equal cost
    cycles.use_light_tree = spec.light_tree
    cycles.sample_clamp_indirect = spec.clamp_indirect
    cycles.use_auto_tile = False
    cycles.use_denoising = spec.denoise != "off"
    if spec.denoise != "off":
        _apply_denoiser(cycles, spec)


def _apply_workbench(scene: bpy.types.Scene, spec: RenderSpec) -> None:
    fitting = [count for count in _WORKBENCH_SAMPLES if count <= spec.samples]
    scene.display.render_aa = str(fitting[-1]) if fitting else "OFF"
    scene.display.shading.light = "STUDIO"
    scene.display.shading.color_type = "MATERIAL"
    scene.display.shading.show_shadows = False


def _apply_denoiser(cycles: Any, spec: RenderSpec) -> None:
    import _cycles  # type: ignore[import-not-found]  # built into Blender

    if not _cycles.with_openimagedenoise:
        raise RenderError(
            f"render.denoise is {spec.denoise!r} and this Blender was built without "
            'OpenImageDenoise. Set render.denoise to "off"'
        )
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter = "FAST" if spec.denoise == "fast" else "ACCURATE"
