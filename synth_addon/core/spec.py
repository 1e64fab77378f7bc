"""What all plain-value records of a scene are made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]


class Spec(BaseModel):
    """Base of all plain-value records: frozen, and no unknown keys."""

    # Most records are only ever parts of others, so a validator of their own would be in vain.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
