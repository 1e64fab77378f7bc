"""Looks at all that Synth needs from Blender and this machine; it mends nothing."""

from __future__ import annotations

import importlib
import platform
import sys
from collections.abc import Iterator
from typing import NamedTuple

import bpy

from ..core.errors import UsageError
from ..preferences import cache_text, preferences
from ..properties.install_report import report_of
from ..translations.translating import CONTEXT, reported


class Line(NamedTuple):
    """One thing that was looked at; the remedy is empty where all is well."""

    name: str
    found: str
    remedy: str = ""


class SYNTH_OT_install_check(bpy.types.Operator):
    bl_idname = "synth.install_check"
    bl_label = "Check Installation"
    bl_translation_context = CONTEXT
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
            message = reported("Not as it should be: {names}", names=", ".join(faults))
            self.report({"WARNING"}, message)
        else:
            self.report({"INFO"}, reported("All that Synth needs is there"))
        return {"FINISHED"}


def _programs() -> Iterator[Line]:
    yield Line("Blender", bpy.app.version_string)
    yield Line("Python", f"{platform.python_version()}, {sys.prefix}")


def _packages() -> Iterator[Line]:
    from ..core.installed_packages import installed_packages

    for package in installed_packages(importlib.import_module):
        if package.fault:
            remedy = reported(
                "Install the extension's zip that is made for this Blender and this system, or "
                "install {package} into Blender's own Python",
                package=package.name,
            )
            found = reported("cannot be imported: {reason}", reason=package.fault)
            yield Line(package.name, found, remedy)
        else:
            version = package.version or reported("of unknown version")
            yield Line(package.name, f"{version}, {package.place}")


def _cycles(context: bpy.types.Context) -> Iterator[Line]:
    if context.preferences.addons.get("cycles") is None:
        remedy = reported("Enable the add-on Cycles Render Engine")
        yield Line("Cycles", reported("switched off"), remedy)
        return
    yield _denoiser()
    yield _devices()


def _denoiser() -> Line:
    import _cycles  # type: ignore[import-not-found]  # built into Blender

    if _cycles.with_openimagedenoise:
        return Line("OpenImageDenoise", reported("in this Blender"))
    remedy = reported("Set Denoise to Off before generating, or use a Blender from blender.org")
    return Line("OpenImageDenoise", reported("not in this Blender"), remedy)


def _devices() -> Line:
    from ..blender.devices import found_devices
    from ..core.devices import require_device

    found, chosen = found_devices(), preferences().device
    text = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in found.items())
    try:
        require_device(chosen, found)
    except UsageError:
        remedy = reported(
            "Choose another Device than {device} above, or install the driver that it needs",
            device=chosen,
        )
        return Line(reported("Devices"), text, remedy)
    return Line(reported("Devices"), text)


def _cache() -> Line:
    from ..core.collision.cache import cache_folder, can_write

    folder = cache_folder()
    if can_write(folder):
        return Line(reported("Cache"), cache_text(folder))
    remedy = reported("Allow writing there, or choose another Folder for the cache above")
    found = reported("{folder} cannot be written", folder=folder)
    return Line(reported("Cache"), found, remedy)
