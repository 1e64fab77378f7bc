"""What a user states once for all files, in Blender's preferences."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy
from bpy.app.handlers import persistent

from .core.devices import DEVICES, Device
from .core.line_breaks import broken_lines
from .properties.install_report import report_of
from .properties.settings import settings_of
from .properties.versions import FOLDER_OPTIONS
from .translations.translating import CONTEXT, translated

ADDON = __package__.rpartition(".")[0] or __package__
"""What Blender calls the extension: the package above this one, if there is one."""
DEFAULT_OUTPUT = "//dataset"
ASSETS = ("models", "hdri", "textures", "photos")
_LINE = 68
GROUPS = {
    "New Files": ("output",),
    "Asset Library": ASSETS,
    "Jobs": ("device", "workers", "threads"),
    "Cache": ("cache",),
}
"""Headings of the preferences, and what stands under each."""
DEVICE_ITEMS = {
    "CPU": ("CPU", "CPU", "The processor", 0),
    "CUDA": ("CUDA", "CUDA", "NVIDIA's cards", 1),
    "OPTIX": ("OPTIX", "OptiX", "NVIDIA's cards, with their units for tracing rays", 2),
    "HIP": ("HIP", "HIP", "AMD's cards", 3),
    "METAL": ("METAL", "Metal", "Apple's processors and cards", 4),
    "ONEAPI": ("ONEAPI", "oneAPI", "Intel's cards", 5),
}


@dataclass(frozen=True)
class Preferences:
    """What the preferences say.

    Attributes:
        output: folder of the dataset in new files.
        workers: processes that a job runs in.
        threads: render threads of each; 0 uses all cores.
        device: what Cycles renders on.
        assets: folders of files by their name in the recipe, without those that are not given.
    """

    output: str = DEFAULT_OUTPUT
    workers: int = 1
    threads: int = 0
    device: Device = "CPU"
    assets: Mapping[str, str] = field(default_factory=dict)

    def worker_arguments(self) -> list[str]:
        """Return what ``synth generate`` is told of them."""
        arguments = []
        if self.workers > 1:
            arguments += ["--workers", str(self.workers)]
        if self.threads:
            arguments += ["--threads", str(self.threads)]
        if self.device != "CPU":
            arguments += ["--device", self.device]
        return arguments


def preferences() -> Preferences:
    """Return what the user has stated, or the defaults where Synth is no enabled add-on."""
    stored = _stored()
    if stored is None:
        return Preferences()
    folders = {name: getattr(stored, name) for name in ASSETS}
    return Preferences(
        output=stored.output,
        workers=stored.workers,
        threads=stored.threads,
        device=stored.device or "CPU",  # empty if this Blender no longer offers what was chosen
        assets={name: folder for name, folder in folders.items() if folder},
    )


def _stored() -> Any:
    addon: Any = bpy.context.preferences.addons.get(ADDON)
    return None if addon is None else addon.preferences


def _offered_devices(stored: Any, context: Any) -> list[tuple[str, str, str, int]]:
    cycles: Any = bpy.context.preferences.addons.get("cycles")
    types = cycles.preferences.get_device_types(bpy.context) if cycles is not None else []
    offered = {"CPU", *(kind[0] for kind in types)}
    return [DEVICE_ITEMS[kind] for kind in DEVICES if kind in offered]


def _make_absolute(stored: Any, name: str) -> None:
    """Let a folder that was chosen beside the open file stay where it is with other files."""
    stated = getattr(stored, name)
    if stated.startswith("//"):
        setattr(stored, name, str(Path(bpy.path.abspath(stated)).absolute()))


def _assets_changed(stored: Any, context: Any) -> None:
    for name in ASSETS:
        _make_absolute(stored, name)


def _cache_changed(stored: Any, context: Any) -> None:
    _make_absolute(stored, "cache")
    _share_cache(stored.cache)


def _asset_folder(name: str, description: str) -> Any:
    return bpy.props.StringProperty(
        name=name,
        translation_context=CONTEXT,
        description=description,
        subtype="DIR_PATH",
        options=FOLDER_OPTIONS,
        update=_assets_changed,
    )


class SYNTH_AP_preferences(bpy.types.AddonPreferences):
    bl_idname = ADDON

    output: bpy.props.StringProperty(
        name="Output",
        translation_context=CONTEXT,
        description="Folder of the dataset in new files; // stands for the folder of the file",
        subtype="DIR_PATH",
        default=DEFAULT_OUTPUT,
        options=FOLDER_OPTIONS,
    )
    models: _asset_folder("Models", "Folder of mesh files, for presets that name none")
    hdri: _asset_folder("HDRIs", "Folder of environment images, for presets that name none")
    textures: _asset_folder("Textures", "Folder of texture sets, for presets that name none")
    photos: _asset_folder("Photos", "Folder of photos, for presets that name none")
    device: bpy.props.EnumProperty(
        name="Device",
        translation_context=CONTEXT,
        description="What Cycles renders datasets on; others than the CPU give other pixels",
        items=_offered_devices,
    )
    workers: bpy.props.IntProperty(
        name="Workers",
        translation_context=CONTEXT,
        description="Processes that a job runs in; each takes about half a gigabyte of memory",
        default=1,
        min=1,
        max=1024,
        soft_max=64,
    )
    threads: bpy.props.IntProperty(
        name="Threads",
        translation_context=CONTEXT,
        description="Render threads of each worker; 0 shares out all cores",
        min=0,
        max=1024,
    )
    cache: bpy.props.StringProperty(
        name="Folder",
        translation_context=CONTEXT,
        description="Where convex parts of meshes are kept; empty for the system's cache folder",
        subtype="DIR_PATH",
        options=FOLDER_OPTIONS,
        update=_cache_changed,
    )

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        for heading, names in GROUPS.items():
            _draw_group(layout, self, heading, *names)
        _draw_cache(layout)
        layout.label(text=translated("Installation"), translate=False)
        layout.operator("synth.install_check", icon="CHECKMARK")
        for line in report_of(context.window_manager):
            _draw_line(layout, line)


def _draw_group(layout: bpy.types.UILayout, owner: Any, heading: str, *names: str) -> None:
    layout.label(text=translated(heading), translate=False)
    column = layout.column()
    for name in names:
        column.prop(owner, name)


def _draw_cache(layout: bpy.types.UILayout) -> None:
    from .core.collision.cache import cache_folder

    folder = cache_folder()
    row = layout.row()
    row.label(text=cache_text(folder), translate=False)
    row.operator("synth.clear_cache", icon="TRASH")


def cache_text(folder: Path) -> str:
    """Return how much the cache holds, and where."""
    from .core.collision.cache import cache_size

    size = f"{cache_size(folder) / 1e6:.1f} MB"
    return translated("{size} in {folder}", size=size, folder=folder)


def _draw_line(layout: bpy.types.UILayout, line: Any) -> None:
    """Draw one thing that was looked at; the remedy stands below what is wrong."""
    column = layout.column(align=True)
    found = broken_lines(f"{line.name}: {line.found}", _LINE)
    icons = ["ERROR" if line.remedy else "CHECKMARK"]
    for text in [*found, *broken_lines(line.remedy, _LINE)]:
        column.label(text=text, icon=icons.pop() if icons else "BLANK1", translate=False)


def _share_cache(folder: str) -> None:
    """Tell this process and its workers where convex parts are kept."""
    from .core.collision.cache import CACHE_VARIABLE

    if folder:
        os.environ[CACHE_VARIABLE] = folder
    elif _Shared.outside is not None:
        os.environ[CACHE_VARIABLE] = _Shared.outside
    else:
        os.environ.pop(CACHE_VARIABLE, None)


class _Shared:
    """What the environment said before the preferences did."""

    outside: str | None = None


@persistent
def _use_output(file: str) -> None:
    """Let the dataset of a new file go where the preferences say."""
    output = preferences().output
    if bpy.data.filepath or output == DEFAULT_OUTPUT:
        return
    for scene in bpy.data.scenes:
        settings = settings_of(scene)
        if not settings.is_property_set("output"):
            settings.output = output


def register() -> None:
    from .core.collision.cache import CACHE_VARIABLE

    _Shared.outside = os.environ.get(CACHE_VARIABLE)
    bpy.utils.register_class(SYNTH_AP_preferences)
    stored = _stored()
    if stored is not None:
        _share_cache(stored.cache)
    bpy.app.handlers.load_post.append(_use_output)


def unregister() -> None:
    bpy.app.handlers.load_post.remove(_use_output)
    _share_cache("")
    bpy.utils.unregister_class(SYNTH_AP_preferences)
