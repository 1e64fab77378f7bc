"""The .blend file that a command finds open, where there is one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.open_file import OpenFile
    from ..core.recipe.recipe import Recipe


def open_file_of(recipe: Recipe) -> OpenFile | None:
    """Return what the open file offers to a recipe; None outside of Blender or without need."""
    from ..core.mesh_catalog import uses_open_file

    if "bpy" not in sys.modules or not uses_open_file(recipe):
        return None
    from ..blender.open_file import describe_open_file

    return describe_open_file(recipe)
