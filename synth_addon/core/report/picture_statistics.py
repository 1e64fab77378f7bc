"""What pictures look like as a whole: brightness, sharpness, colour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ..errors import DatasetError
from .duplicates import difference_hash
from .histograms import Bins, Histogram

MEASURED_SIDE = 512
"""Pictures are shrunk to this many pixels on their longer side before they are measured."""
BRIGHTNESS = Bins(0.0, 1.0, 40)
SHARPNESS = Bins(1.0, 1e4, 40, logarithmic=True)
LEVELS = 32
_LUMA = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709


@dataclass(frozen=True)
class PictureMeasures:
    """What was measured of one picture.

    Attributes:
        size: (width, height) of the file, pixels.
        brightness: mean luma as displayed, 0 to 1.
        sharpness: variance of the Laplacian of the luma in 0..255, at `MEASURED_SIDE`.
        levels: (3, LEVELS) share of the pixels at each level of red, green and blue.
        hash: see `difference_hash`.
    """

    size: tuple[int, int]
    brightness: float
    sharpness: float
    levels: NDArray[np.float64]
    hash: int


class PictureStatistics:
    """The distributions of what was measured of many pictures."""

    def __init__(self) -> None:
        self.brightness = Histogram(BRIGHTNESS)
        self.sharpness = Histogram(SHARPNESS)
        self._levels = np.zeros((3, LEVELS))

    def add(self, measures: PictureMeasures) -> None:
        """Count one picture."""
        self.brightness.add(measures.brightness)
        self.sharpness.add(measures.sharpness)
        self._levels += measures.levels

    @property
    def count(self) -> int:
        """How many pictures were counted."""
        return self.brightness.total

    @property
    def levels(self) -> NDArray[np.float64]:
        """Return (3, LEVELS) mean shares of the pixels at each level of red, green and blue."""
        return self._levels / max(1, self.count)


def measure_picture(path: Path) -> PictureMeasures:
    """Decode a picture once and measure it.

    Raises:
        DatasetError: it cannot be read.
    """
    try:
        with Image.open(path) as image:
            size = image.size
            # JPEG files can be decoded at a half or a quarter of their size.
            image.draft("RGB", (MEASURED_SIDE, MEASURED_SIDE))
            small = shrunk(image.convert("RGB"), MEASURED_SIDE)
    except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DatasetError(
            f"{path}: cannot be read as a picture ({reason}). Restore or remove the file"
        ) from error
    pixels = np.asarray(small)
    luma = pixels @ _LUMA
    return PictureMeasures(
        size=size,
        brightness=float(luma.mean()) / 255,
        sharpness=_laplacian_variance(luma),
        levels=_levels(pixels),
        hash=difference_hash(small),
    )


def shrunk(image: Image.Image, side: int) -> Image.Image:
    """Return an image whose longer side is at most `side` pixels."""
    factor = side / max(image.size)
    if factor >= 1:
        return image
    width, height = (max(1, round(factor * length)) for length in image.size)
    return image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)


def _laplacian_variance(luma: NDArray[np.float64]) -> float:
    if min(luma.shape) < 3:
        return 0.0
    around = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:]
    return float((around - 4 * luma[1:-1, 1:-1]).var())


def _levels(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    levels = pixels.reshape(-1, 3) // (256 // LEVELS)
    counts = [np.bincount(levels[:, channel], minlength=LEVELS) for channel in range(3)]
    return np.array(counts) / len(levels)
