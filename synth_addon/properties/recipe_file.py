"""Writes what a scene's settings state as a recipe's file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import StorageError
from ..translations.translating import reported


def with_full_paths(assets: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return asset folders that do not hang on where the recipe's file lies."""
    return {name: str(folder / path) if path else path for name, path in assets.items()}


def write_recipe(data: Mapping[str, Any], path: Path) -> None:
    """Write a recipe in JSON form.

    Raises:
        StorageError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise StorageError(
            reported(
                "{file}: cannot be written ({reason}). Choose another folder",
                file=path,
                reason=error.strerror,
            )
        ) from error
