"""What the sidebar's buttons do."""

from __future__ import annotations

import bpy

from .assign_class import SYNTH_OT_assign_class
from .cancel import SYNTH_OT_cancel
from .classes import (
    SYNTH_OT_add_class,
    SYNTH_OT_move_class,
    SYNTH_OT_remove_class,
    SYNTH_OT_select_class,
)
from .clear_cache import SYNTH_OT_clear_cache
from .copy_command import SYNTH_OT_copy_command
from .entries import SYNTH_OT_add_entry, SYNTH_OT_remove_entry
from .export_recipe import SYNTH_OT_export_recipe
from .generate import SYNTH_OT_generate
from .import_recipe import SYNTH_OT_import_recipe
from .inspect import SYNTH_OT_inspect
from .install_check import SYNTH_OT_install_check
from .job_watch import close_jobs
from .keypoints import SYNTH_OT_keypoints_from_empties
from .mark import SYNTH_OT_mark, SYNTH_OT_mark_collection
from .open_report import SYNTH_OT_open_report
from .presets import SYNTH_OT_load_own_preset, SYNTH_OT_load_preset, SYNTH_OT_save_preset
from .preview import SYNTH_OT_preview
from .render_preview import SYNTH_OT_render_preview
from .restore import SYNTH_OT_restore
from .show_arrangement import SYNTH_OT_show_arrangement
from .shown_preview import remove_preview
from .unmark import SYNTH_OT_unmark

CLASSES = (
    SYNTH_OT_mark,
    SYNTH_OT_mark_collection,
    SYNTH_OT_unmark,
    SYNTH_OT_assign_class,
    SYNTH_OT_keypoints_from_empties,
    SYNTH_OT_add_class,
    SYNTH_OT_remove_class,
    SYNTH_OT_move_class,
    SYNTH_OT_select_class,
    SYNTH_OT_add_entry,
    SYNTH_OT_remove_entry,
    SYNTH_OT_load_preset,
    SYNTH_OT_load_own_preset,
    SYNTH_OT_save_preset,
    SYNTH_OT_import_recipe,
    SYNTH_OT_export_recipe,
    SYNTH_OT_copy_command,
    SYNTH_OT_preview,
    SYNTH_OT_restore,
    SYNTH_OT_render_preview,
    SYNTH_OT_generate,
    SYNTH_OT_cancel,
    SYNTH_OT_inspect,
    SYNTH_OT_show_arrangement,
    SYNTH_OT_open_report,
    SYNTH_OT_install_check,
    SYNTH_OT_clear_cache,
)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    remove_preview()
    close_jobs()
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
