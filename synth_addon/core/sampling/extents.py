"""How far objects reach in many directions, which tells that they are apart.

Two bodies whose extents do not overlap along some direction cannot touch (Klosowski et al.,
"Efficient collision detection using bounding volume hierarchies of k-DOPs", 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..mesh import TriangleMesh
from ..scene_spec import ObjectSpec, Pose
from ..support import spread_directions
from ..transforms import Array, rotation_from_quaternion

_ACROSS = np.linspace(0, np.pi, 32, endpoint=False)
_LEVEL = np.column_stack([np.cos(_ACROSS), np.sin(_ACROSS), np.zeros(len(_ACROSS))])
_UPPER = spread_directions(200)
DIRECTIONS: Array = np.concatenate([np.eye(3)[2:], _LEVEL, _UPPER[_UPPER[:, 2] > 0]])
"""Unit vectors (D, 3): up, then level ones, then all over a half sphere."""
_LEVEL_ONLY = slice(1, 1 + len(_LEVEL))


@dataclass(frozen=True, eq=False)
class Extent:
    """Least and greatest reach (D,) of a body along `DIRECTIONS`, metres."""

    least: Array
    greatest: Array

    @property
    def bottom(self) -> float:
        """Height of the lowest point."""
        return float(self.least[0])

    @property
    def top(self) -> float:
        """Height of the highest point."""
        return float(self.greatest[0])

    def moved(self, offset: Array) -> Extent:
        """Return the extent of the body moved by `offset` (3,)."""
        along = DIRECTIONS @ offset
        return Extent(self.least + along, self.greatest + along)

    def is_apart(self, other: Extent, gap: float, *, in_plan: bool = False) -> bool:
        """Return whether the two are certainly apart by more than `gap`.

        Args:
            in_plan: whether they must be so seen from above, so that neither stands over the other.
        """
        which = _LEVEL_ONLY if in_plan else slice(None)
        beyond = np.maximum(
            self.least[which] - other.greatest[which], other.least[which] - self.greatest[which]
        )
        return bool(beyond.max() > gap)


def extent_of(item: ObjectSpec, pose: Pose, mesh: TriangleMesh) -> Extent:
    """Return the extent of an object at a pose."""
    rotation = rotation_from_quaternion(pose.quaternion)
    reach = (DIRECTIONS @ rotation) @ (item.scale * mesh.vertices).T
    return Extent(reach.min(axis=1), reach.max(axis=1)).moved(np.asarray(pose.translation))
