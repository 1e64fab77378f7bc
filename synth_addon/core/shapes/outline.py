"""Closed outlines in the plane, counter-clockwise, that all contain the origin."""

from __future__ import annotations

import numpy as np

from ..transforms import Array

_QUADRANTS = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])


def rounded_rectangle(
    width: float, depth: float, radius: float, *, steps: int = 3, between: int = 0
) -> Array:
    """Return the outline (4 * (steps + 1 + between), 2) of a rectangle with round corners.

    Args:
        width, depth: size along x and y, metres.
        radius: of the corners, metres; above 0 and below half of either size.
        steps: straight pieces in each corner.
        between: points on each straight side besides its ends.
    """
    turns = np.pi / 2 * np.arange(4)[:, None]
    around = turns + np.linspace(0.0, np.pi / 2, steps + 1)
    centres = (np.array([width, depth]) / 2 - radius) * _QUADRANTS
    arcs = centres[:, None] + radius * np.stack([np.cos(around), np.sin(around)], axis=2)
    following = np.roll(arcs[:, :1], -1, axis=0)
    shares = np.arange(1, between + 1)[:, None] / (between + 1)
    sides = arcs[:, -1:] + shares * (following - arcs[:, -1:])
    return np.asarray(np.concatenate([arcs, sides], axis=1).reshape(-1, 2))


def circle(radius: float, segments: int) -> Array:
    """Return the outline (segments, 2) of a circle."""
    angles = 2 * np.pi * np.arange(segments) / segments
    return np.asarray(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1))


def circle_facing(outline: Array, radius: float) -> Array:
    """Return the circle (S, 2) whose points lie in the same directions as those of `outline`."""
    return np.asarray(radius * outline / np.linalg.norm(outline, axis=1, keepdims=True))


def level(outline: Array, z: float) -> Array:
    """Return the outline (S, 2) as points (S, 3) at one height."""
    return np.column_stack([outline, np.full(len(outline), z)])
