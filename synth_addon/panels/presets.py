"""The menu of presets: those that ship, then the user's own, as in Blender's other menus."""

from __future__ import annotations

import bpy

from ..properties.own_presets import SUFFIX, own_preset_folder
from ..translations.translating import CONTEXT


class SYNTH_MT_presets(bpy.types.Menu):
    bl_idname = "SYNTH_MT_presets"
    bl_label = "Presets"
    bl_translation_context = CONTEXT

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "EXEC_DEFAULT"
        layout.operator_enum("synth.load_preset", "preset")
        layout.separator()
        folder = own_preset_folder()
        self.path_menu(
            [str(folder)] if folder.is_dir() else [],
            "synth.load_own_preset",
            filter_ext=lambda suffix: suffix.lower() == SUFFIX,
            add_operator="synth.save_preset",
        )
