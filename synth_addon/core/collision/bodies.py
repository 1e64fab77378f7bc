"""What an object is to the physics engine: convex parts, a mass and where its middle is."""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from ..mass_properties import MassProperties, mass_properties
from ..mesh import TriangleMesh
from ..scene_spec import Asset, FixtureSpec, ObjectSpec, ShapeAsset
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


@dataclass(eq=False)
class _Known:
    """What has been computed of a mesh: its parts by whether it was split, mass, hollow depth."""

    parts: dict[bool, tuple[Array, ...]] = field(default_factory=dict)
    mass: MassProperties | None = None
    depth: float | None = None


class BodyLibrary:
    """Collision bodies; what hangs on a mesh alone is computed once, and kept as long as the mesh.

    Threads may share it.
    """

    def __init__(self, decomposer: Decomposer) -> None:
        self._decomposer = decomposer
        self._known: WeakKeyDictionary[TriangleMesh, _Known] = WeakKeyDictionary()

    def body(self, spec: ObjectSpec, mesh: TriangleMesh) -> CollisionBody:
        """Return the body of an object.

        Raises:
            AssetError: its mesh must be decomposed and cannot be.
        """
        known = self._of(mesh)
        parts = self._parts(spec.asset, mesh, self._must_split(spec, mesh))
        if known.mass is None:
            known.mass = mass_properties(mesh)
        return CollisionBody(parts, known.mass.centroid, _mass(spec, known.mass.volume))

    def standing(self, fixture: FixtureSpec, mesh: TriangleMesh) -> tuple[Array, ...] | None:
        """Return the convex parts of a thing that stays where it is, or None for its true mesh.

        A mesh has no inside, so what is thrown into it goes through; convex parts keep it out.
        """
        if not isinstance(fixture.asset, ShapeAsset):
            return None
        return self._parts(fixture.asset, mesh, True)

    def _parts(self, asset: Asset, mesh: TriangleMesh, split: bool) -> tuple[Array, ...]:
        parts = self._of(mesh).parts
        if split not in parts:
            parts[split] = collision_parts(asset, mesh, split, self._decomposer)
        return parts[split]

    def _must_split(self, spec: ObjectSpec, mesh: TriangleMesh) -> bool:
        shape = spec.body.collision_shape
        if isinstance(spec.asset, ShapeAsset):  # these know best whether a hull will do
            return shape in ("auto", "convex_parts")
        if shape != "auto":
            return must_split(shape, 0.0)
        known = self._of(mesh)
        if known.depth is None:
            known.depth = hollow_depth(mesh)
        return must_split(shape, spec.scale * known.depth)

    def _of(self, mesh: TriangleMesh) -> _Known:
        if (known := self._known.get(mesh)) is not None:
            return known
        return self._known.setdefault(mesh, _Known())


def _mass(spec: ObjectSpec, volume: float) -> float:
    if spec.body.density_kg_m3 is None:
        return spec.body.mass_kg
    return max(_LIGHTEST_KG, spec.body.density_kg_m3 * volume * spec.scale**3)
