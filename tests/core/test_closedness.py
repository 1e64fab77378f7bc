"""Which triangles bound a body, against counting every edge one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from synth_addon.core.closedness import is_closed
from synth_addon.core.transforms import Array

TETRAHEDRON = ((0, 2, 1), (0, 1, 3), (1, 2, 3), (2, 0, 3))
place = st.tuples(*[st.sampled_from([0.0, -0.0, 1.0])] * 3)
triangle = st.tuples(*[st.integers(0, 5)] * 3)


def is_balanced(vertices: Array, triangles: list[tuple[int, int, int]]) -> bool:
    there: Counter[tuple[object, object]] = Counter()
    for corners in triangles:
        points = [tuple((vertices[i] + 0.0).tolist()) for i in corners]
        if len(set(points)) == 3:
            there.update(zip(points, points[1:] + points[:1], strict=True))
    return bool(there) and all(there[b, a] == count for (a, b), count in there.items())


@given(
    st.lists(place, min_size=6, max_size=6),
    st.lists(triangle, max_size=4),
    st.sets(st.integers(0, 3)),
)
def test_an_edge_that_is_passed_one_way_alone_opens_a_surface(
    places: list[tuple[float, float, float]], more: list[tuple[int, int, int]], gone: set[int]
) -> None:
    vertices = np.array(places)
    triangles = [corners for i, corners in enumerate(TETRAHEDRON) if i not in gone] + more
    expected = is_balanced(vertices, triangles)
    assert is_closed(vertices, np.array(triangles, np.int32).reshape(-1, 3)) is expected


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_seams_are_no_holes(seed: int, lidless: bool) -> None:
    """Every triangle with vertices of its own, in any order."""
    rng = np.random.default_rng(seed)
    corners = rng.normal(size=(4, 3))[np.array(TETRAHEDRON)][rng.permutation(4)[lidless:]]
    triangles = rng.permutation(corners.size // 3).reshape(-1, 3).astype(np.int32)
    vertices = np.empty((corners.size // 3, 3))
    vertices[triangles] = corners
    assert is_closed(vertices, triangles) is not lidless
