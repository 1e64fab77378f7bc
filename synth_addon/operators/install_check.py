"""Looks at all that Synth needs from Blender and this machine; it mends nothing."""

from __future__ import annotations

import importlib
import platform
import sys
from collections.abc import Iterator
from typing import NamedTuple

import bpy

from ..core.errors import UsageError
from ..preferences import preferences
from ..properties.install_report import report_of


class Line(NamedTuple):
    """One thing that was looked at; the remedy is empty where all is well."""

    name: str
    found: str
    remedy: str = ""


class SYNTH_OT_install_check(bpy.types.Operator):
    bl_idname = "synth.install_check"
    bl_label = "Check Installation"
    bl_description = "Look for all that Synth needs and say what to do about what is missing"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        lines = [*_programs(), *_packages(), *_cycles(context), _cache()]
        report = report_of(context.window_manager)
        report.clear()
        for line in lines:
            shown = report.add()
            shown.name, shown.found, shown.remedy = line
        faults = [line.name for line in lines if line.remedy]
        if faults:
            self.report({"WARNING"}, f"Not as it should be: {', '.join(faults)}")
        else:
            self.report({"INFO"}, "All that Synth needs is there")
        return {"FINISHED"}


def _programs() -> Iterator[Line]:
    yield Line("Blender", bpy.app.version_string)
    yield Line("Python", f"{platform.python_version()} in {sys.prefix}")


def _packages() -> Iterator[Line]:
    from ..core.installed_packages import installed_packages

    for package in installed_packages(importlib.import_module):
        if package.fault:
            remedy = (
                "Install the extension's zip that is made for this Blender and this system, or "
                f"install {package.name} into Blender's own Python"
            )
            yield Line(package.name, f"cannot be imported: {package.fault}", remedy)
        else:
            version = package.version or "of unknown version"
            yield Line(package.name, f"{version}, {package.place}")


def _cycles(context: bpy.types.Context) -> Iterator[Line]:
    if context.preferences.addons.get("cycles") is None:
        yield Line("Cycles", "switched off", "Enable the add-on Cycles Render Engine")
        return
    yield _denoiser()
    yield _devices()


def _denoiser() -> Line:
    import _cycles  # type: ignore[import-not-found]  # built into Blender

    if _cycles.with_openimagedenoise:
        return Line("OpenImageDenoise", "in this Blender")
    remedy = "Set Denoise to Off before generating, or use a Blender from blender.org"
    return Line("OpenImageDenoise", "not in this Blender", remedy)


def _devices() -> Line:
    from ..blender.devices import found_devices
    from ..core.devices import require_device

    found, chosen = found_devices(), preferences().device
    text = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in found.items())
    try:
        require_device(chosen, found)
    except UsageError:
        remedy = f"Choose another Device than {chosen} above, or install the driver that it needs"
        return Line("Devices", text, remedy)
    return Line("Devices", text)


def _cache() -> Line:
    from ..core.collision.cache import cache_folder, cache_size, can_write

    folder = cache_folder()
    if can_write(folder):
        return Line("Cache", f"{cache_size(folder) / 1e6:.1f} MB in {folder}")
    remedy = "Allow writing there, or choose another Folder for the cache above"
    return Line("Cache", f"{folder} cannot be written", remedy)
