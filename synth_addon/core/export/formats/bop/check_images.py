"""Reads images of a BOP export back."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .masks import Mask


class ImageReader:
    """Reads images of one size and keeps what is wrong with them.

    Attributes:
        faults: one line for each image that could not be used.

    Args:
        folder: of the scene.
        size: width and height.
    """

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._folder = folder
        self._size = size
        self.faults: list[str] = []

    def read(self, name: str, mode: str) -> NDArray[Any] | None:
        """Return an image (H, W) or (H, W, 3), or None where it is missing or another one.

        Args:
            mode: Pillow's name of its pixels.
        """
        try:
            with Image.open(self._folder / name, formats=["PNG"]) as image:
                image.load()
                found, size, pixels = image.mode, image.size, np.asarray(image)
        except FileNotFoundError:
            self.faults.append(f"{name} is missing")
        except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
            self.faults.append(f"{name} cannot be read ({error})")
        else:
            if (found, size) == (mode, self._size):
                return pixels
            self.faults.append(
                f"{name} is {found} of {size[0]}x{size[1]}, "
                f"not {mode} of {self._size[0]}x{self._size[1]}"
            )
        return None

    def mask(self, name: str) -> Mask | None:
        """Return a mask (H, W), or None where it is missing or none."""
        pixels = self.read(name, "L")
        if pixels is None:
            return None
        if not np.isin(pixels, (0, 255)).all():
            self.faults.append(f"{name} has values other than 0 and 255")
            return None
        mask: Mask = pixels > 0
        return mask


def grown(mask: Mask) -> Mask:
    """Return a mask (H, W) with all pixels beside its own."""
    padded = np.pad(mask, 1)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    wider: Mask = rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
    return wider
