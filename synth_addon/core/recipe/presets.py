"""The presets that ship."""

from __future__ import annotations

from pathlib import Path

PRESET_FOLDER = Path(__file__).resolve().parents[3] / "presets"


def preset_names() -> list[str]:
    """Return the names of the shipped presets, sorted."""
    return sorted(path.stem for path in PRESET_FOLDER.glob("*.json"))
