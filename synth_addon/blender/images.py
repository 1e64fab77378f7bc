"""Loads image files once, apart from the images of the file that is open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import bpy

from ..core.errors import AssetError
from .datablocks import Datablocks


class ImageLibrary:
    """The images of a job.

    Args:
        paths: where each file that a spec names lies.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths
        self._images: dict[tuple[str, bool], bpy.types.Image] = {}
        self._aspects: dict[str, float] = {}
        self._blocks = Datablocks()

    def load(self, file: str, *, is_data: bool) -> bpy.types.Image:
        """Return an image, loading it at first use; data images are not colour-managed."""
        key = file, is_data
        if key not in self._images:
            image = self._blocks.own(bpy.data.images.load(str(self._paths[file])))
            if is_data:
                image.colorspace_settings.name = "Non-Color"
            self._images[key] = image
        return self._images[key]

    def check(self, file: str) -> None:
        """Make sure that a file's pixels can be read, and keep its proportions alone.

        Raises:
            AssetError: they cannot.
        """
        try:
            image = bpy.data.images.load(str(self._paths[file]))
        except RuntimeError as error:
            raise AssetError(f"{file!r} cannot be read as an image. Replace the file") from error
        try:
            if not image.size[0]:
                raise AssetError(f"{file!r} is not a readable image. Replace the file")
            self._aspects[file] = _aspect(image)
        finally:
            bpy.data.images.remove(image)

    def has_measured(self, file: str) -> bool:
        """Return whether `aspect` needs no Blender; any thread may ask."""
        return file in self._aspects

    def aspect(self, file: str) -> float:
        """Return the width of an image over its height."""
        if file not in self._aspects:
            self._aspects[file] = _aspect(self.load(file, is_data=False))
        return self._aspects[file]

    def close(self) -> None:
        """Remove all images."""
        self._images.clear()
        self._blocks.remove_all()


def _aspect(image: bpy.types.Image) -> float:
    width, height = image.size
    return float(width / max(height, 1))
