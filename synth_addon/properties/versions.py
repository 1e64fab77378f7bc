"""What properties of one Blender have and those of another have not."""

from __future__ import annotations

import bpy

# From 4.5 on a path must say that it may begin with //, which all versions before allow.
_SAYS_SO = bpy.app.version >= (4, 5)
FOLDER_OPTIONS = {"PATH_SUPPORTS_BLEND_RELATIVE"} if _SAYS_SO else set()
