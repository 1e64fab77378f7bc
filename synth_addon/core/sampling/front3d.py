"""Draws a room of 3D-FRONT."""

from __future__ import annotations

from collections.abc import Mapping

from ..furnished_room import FurnishedRoom
from ..random_streams import random_stream
from ..recipe.front3d import Front3dRecipe
from ..scene_spec import FixtureSpec, MaterialSpec


def sample_front3d(
    recipe: Front3dRecipe,
    rooms: Mapping[str, tuple[FurnishedRoom, ...]],
    seed: int,
    scene: int,
    attempt: int = 0,
) -> FurnishedRoom:
    """Draw a house, a room of it, and how brightly its lamps and ceiling shine.

    Args:
        rooms: the rooms of each house by its file, at least one.
    """
    rng = random_stream(seed, scene, f"3D-FRONT room attempt {attempt}")
    house = sorted(rooms)[int(rng.integers(len(rooms)))]
    chosen = rooms[house][int(rng.integers(len(rooms[house])))]
    light = random_stream(seed, scene, "3D-FRONT light")
    strengths = {
        "lamp": recipe.lamp_strength.draw(light),
        "ceiling": recipe.ceiling_strength.draw(light),
    }
    fixtures = tuple(_shining(fixture, strengths) for fixture in chosen.fixtures)
    return FurnishedRoom(chosen.name, chosen.kind, fixtures, chosen.size, chosen.lights)


def _shining(fixture: FixtureSpec, strengths: Mapping[str, float]) -> FixtureSpec:
    strength = strengths.get(fixture.category or "", 0.0)
    if not strength:
        return fixture
    material = fixture.material or MaterialSpec()
    lit = material.model_copy(update={"emission_strength": strength})
    return fixture.model_copy(update={"material": lit})
