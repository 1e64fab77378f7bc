"""What an object is to the physics engine: convex parts, a mass and where its middle is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..mass_properties import MassProperties, mass_properties
from ..mesh import TriangleMesh
from ..scene_spec import FixtureSpec, ObjectSpec, ShapeAsset
from ..transforms import Array
from .decomposition import Decomposer
from .parts import collision_parts, hollow_depth, must_split

_LIGHTEST_KG = 1e-3
"""Bullet is unstable where next to nothing carries something heavy."""


@dataclass(frozen=True, eq=False)
class CollisionBody:
    """One object's body, before the object's scale.

    Attributes:
        parts: convex, each as points (N, 3) in the mesh's frame, metres.
        middle: (3,), of its mass, in the same frame.
        mass_kg: of the object at its own scale.
    """

    parts: tuple[Array, ...]
    middle: Array
    mass_kg: float


class BodyLibrary:
    """Collision bodies; what hangs on the mesh alone is computed once."""

    def __init__(self, decomposer: Decomposer) -> None:
        self._decomposer = decomposer
        self._parts: dict[tuple[str, bool], tuple[Array, ...]] = {}
        self._depths: dict[str, float] = {}
        self._masses: dict[str, MassProperties] = {}
        self._stored: set[str] = set()

    def body(self, spec: ObjectSpec, mesh: TriangleMesh) -> CollisionBody:
        """Return the body of an object.

        Raises:
            AssetError: its mesh must be decomposed and cannot be.
        """
        key = spec.asset_key
        split = self._must_split(spec, mesh)
        if (key, split) not in self._parts:
            self._parts[key, split] = collision_parts(spec.asset, mesh, split, self._decomposer)
        if key not in self._masses:
            self._masses[key] = mass_properties(mesh)
        found = self._masses[key]
        return CollisionBody(self._parts[key, split], found.centroid, _mass(spec, found.volume))

    def standing(self, fixture: FixtureSpec, mesh: TriangleMesh) -> tuple[Array, ...] | None:
        """Return the convex parts of a thing that stays where it is, or None for its true mesh.

        A mesh has no inside, so what is thrown into it goes through; convex parts keep it out.
        """
        if not isinstance(fixture.asset, ShapeAsset):
            return None
        key = fixture.asset_key, True
        if key not in self._parts:
            self._parts[key] = collision_parts(fixture.asset, mesh, True, self._decomposer)
        return self._parts[key]

    def _must_split(self, spec: ObjectSpec, mesh: TriangleMesh) -> bool:
        shape = spec.body.collision_shape
        if isinstance(spec.asset, ShapeAsset):  # these know best whether a hull will do
            return shape in ("auto", "convex_parts")
        self._stored.add(spec.asset_key)
        if shape != "auto":
            return must_split(shape, 0.0)
        if spec.asset_key not in self._depths:
            self._depths[spec.asset_key] = hollow_depth(mesh)
        return must_split(shape, spec.scale * self._depths[spec.asset_key])

    def forget_shapes_but(self, keys: Collection[str]) -> None:
        """Release the bodies of procedural shapes but these: each scene may bring its own."""
        kept = self._stored.union(keys)
        self._parts = {key: parts for key, parts in self._parts.items() if key[0] in kept}
        self._masses = {key: mass for key, mass in self._masses.items() if key in kept}


def _mass(spec: ObjectSpec, volume: float) -> float:
    if spec.body.density_kg_m3 is None:
        return spec.body.mass_kg
    return max(_LIGHTEST_KG, spec.body.density_kg_m3 * volume * spec.scale**3)
