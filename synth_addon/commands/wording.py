"""Small words of messages."""

from __future__ import annotations

from collections.abc import Mapping


def counted(number: int, noun: str) -> str:
    """Return ``1 frame`` or ``2 frames``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def made_anew(damaged: Mapping[int, str]) -> str:
    """Return the sentence on scenes of which a file is missing or damaged.

    Args:
        damaged: the file, by scene.
    """
    scene, path = next(iter(damaged.items()))
    if len(damaged) == 1:
        return f"scene {scene} is made anew, {path} is missing or damaged"
    return (
        f"{len(damaged)} scenes are made anew, their files are missing or damaged, "
        f"such as {path} of scene {scene}"
    )
