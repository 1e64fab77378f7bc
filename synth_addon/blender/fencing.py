"""Keeps what .blend files bring from reaching beyond a fence, and from running.

Blender reads the images and caches of an asset when they are first used, so they are refused in
time. It opens linked libraries at once, and evaluates a whole file that is opened; such files are
refused before anything of them is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from ..core.asset_roots import Fence
from ..core.errors import AssetError

_READS_FILES = "GeometryNodeImport"
"""What the types of nodes begin with that read a file whose name they may compute."""


@contextmanager
def fenced(fence: Fence, file: str) -> Iterator[None]:
    """Refuse, on leaving, what a file brought meanwhile, if it reaches beyond the fence.

    Args:
        file: what messages call it.

    Raises:
        AssetError: it does; its objects are gone before they were evaluated.
    """
    if fence.folder is None:
        yield
        return
    bpy.context.preferences.filepaths.use_scripts_auto_execute = False
    paths, groups = Counter(_paths()), set(bpy.data.node_groups)
    objects = {item.as_pointer() for item in bpy.data.objects}
    yield
    try:
        new = [*(Counter(_paths()) - paths), *_libraries_of(file)]
        _check(fence, file, new, [g for g in bpy.data.node_groups if g not in groups])
    except AssetError:
        new_objects = [item for item in bpy.data.objects if item.as_pointer() not in objects]
        bpy.data.batch_remove(ids=new_objects)
        raise


def check_open_blend(fence: Fence) -> None:
    """Let the open file pass if it reaches only what it may.

    Raises:
        AssetError: it reaches beyond the fence.
    """
    if fence.folder is not None:
        file = Path(bpy.data.filepath).name or "the open file"
        _check(fence, file, _paths(), bpy.data.node_groups)


def _paths() -> list[str]:
    return [str(path) for path in bpy.utils.blend_paths(absolute=True, packed=True)]


def _libraries_of(file: str) -> list[str]:
    """Return the libraries that a file may have brought, or drawn on where they were open."""
    if not file.lower().endswith(".blend"):
        return []
    return [bpy.path.abspath(library.filepath) for library in bpy.data.libraries]


def _check(
    fence: Fence, file: str, paths: Iterable[str], groups: Iterable[bpy.types.NodeTree]
) -> None:
    for path in paths:
        fence.check(repr(file), path, Path(path))
    for group in groups:
        for node in group.nodes:
            if node.bl_idname.startswith(_READS_FILES):
                raise AssetError(
                    f"{file!r}: node {node.name!r} of {group.name!r} may read any file, and "
                    "the recipe is not trusted. Remove the node, or leave out --untrusted"
                )
