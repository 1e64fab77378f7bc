"""What objects can be in a dataset."""

from __future__ import annotations

from ..translations.translating import translated

ROLES = (
    ("target", "Target", "Annotated for training"),
    ("distractor", "Distractor", "Only hides targets"),
    ("surface", "Surface", "Stands in the room; other objects are placed on it"),
    ("ignore", "Ignore", "Kept in the list and left out of the dataset"),
)


def role_name(role: str) -> str:
    """Return what a role is called in the interface's language."""
    return translated({key: name for key, name, _ in ROLES}[role])
