"""Colours in linear sRGB from what people think in: hue, saturation, value and kelvin."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .transforms import Array

_LINEAR_SRGB_FROM_XYZ = np.array(
    [
        [3.2404542, -1.5371385, -0.4985314],
        [-0.9692660, 1.8760108, 0.0415560],
        [0.0556434, -0.2040259, 1.0572252],
    ]
)


def linear_from_srgb(encoded: ArrayLike) -> Array:
    """Return linear light for sRGB-encoded values in 0..1 (IEC 61966-2-1)."""
    value = np.asarray(encoded, float)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def srgb_bytes(linear: NDArray[Any]) -> NDArray[np.uint8]:
    """Return linear light as 8-bit sRGB (IEC 61966-2-1), clipped to 0..1."""
    value = np.clip(linear, 0.0, 1.0)
    encoded = np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)
    rounded: NDArray[np.uint8] = np.floor(encoded * 255 + 0.5).astype(np.uint8)
    return rounded


def linear_from_hsv(hue: float, saturation: float, value: float) -> tuple[float, float, float]:
    """Return the linear colour of an sRGB hue, saturation and value, each in 0..1."""
    r, g, b = linear_from_srgb(colorsys.hsv_to_rgb(hue, saturation, value))
    return float(r), float(g), float(b)


def linear_from_kelvin(temperature: float) -> tuple[float, float, float]:
    """Return the linear colour of a black body, its largest component 1.

    Args:
        temperature: 1667 to 25000 kelvin.

    The chromaticity is Kim et al.'s cubic spline of the Planckian locus (US patent 7024034).
    """
    t = 1e3 / temperature
    if temperature <= 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if temperature <= 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif temperature <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    rgb = np.clip(_LINEAR_SRGB_FROM_XYZ @ [x / y, 1.0, (1 - x - y) / y], 0.0, None)
    r, g, b = rgb / rgb.max()
    return float(r), float(g), float(b)
