"""The recipe's published JSON Schema."""

from __future__ import annotations

from typing import Any

from .recipe import Recipe


def recipe_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the current recipe version."""
    schema = Recipe.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
