"""Masks as polygons, rasterised back by pycocotools."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from synth_addon.core.export.formats.coco.polygons import mask_polygons


def rasterised(polygons: list[list[float]], shape: tuple[int, int]) -> np.ndarray:
    code = coco_mask.merge(coco_mask.frPyObjects(polygons, *shape))
    return coco_mask.decode(code).astype(bool)


def signed_area(polygon: list[float]) -> float:
    x, y = np.reshape(polygon, (-1, 2)).T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)


def drawn(*rows: str) -> np.ndarray:
    return np.array([[pixel == "#" for pixel in row] for row in rows])


@st.composite
def blobs(draw: st.DrawFn) -> np.ndarray:
    """Thresholded noise: from single pixels to a few large blobs with holes, cut by the border."""
    shape = draw(st.tuples(st.integers(1, 70), st.integers(1, 70)))
    noise = np.random.default_rng(draw(st.integers(0, 2**32))).normal(size=shape)
    for _ in range(draw(st.integers(0, 12))):
        noise = sum(np.roll(noise, step, axis) for step in (-1, 0, 1) for axis in (0, 1))
    return noise > draw(st.floats(-1.5, 1.5)) * noise.std()


@given(blobs())
@settings(max_examples=300, deadline=None)
def test_any_mask_comes_back_bit_by_bit(mask: np.ndarray) -> None:
    polygons = mask_polygons(mask)
    assert bool(polygons) == bool(mask.any())
    if polygons:
        assert np.array_equal(rasterised(polygons, mask.shape), mask)


@given(blobs())
@settings(max_examples=100, deadline=None)
def test_polygons_enclose_the_area_of_their_pixels(mask: np.ndarray) -> None:
    """Each runs clockwise and its holes the other way; each has as many points as readers want."""
    polygons = mask_polygons(mask)
    assert sum(map(signed_area, polygons)) == mask.sum()
    for polygon in polygons:
        assert signed_area(polygon) > 0
        assert len(polygon) >= 8
        assert len(polygon) % 2 == 0


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (1, 1), (7, 9)])
def test_an_empty_mask_has_no_polygon(shape: tuple[int, int]) -> None:
    assert mask_polygons(np.zeros(shape, bool)) == []


def test_a_full_mask_is_the_images_outline() -> None:
    assert mask_polygons(np.ones((3, 5), bool)) == [[0, 0, 5, 0, 5, 3, 0, 3]]


def test_a_pixel_is_a_square() -> None:
    assert mask_polygons(drawn("....", "..#.")) == [[2, 1, 3, 1, 3, 2, 2, 2]]


def test_a_hole_is_joined_by_a_bridge_through_the_middle_of_a_row() -> None:
    assert mask_polygons(drawn("###", "#.#", "###")) == [
        [0, 0, 3, 0, 3, 3, 0, 3, 0, 1.5, 1, 1.5, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1.5, 0, 1.5]
    ]


@pytest.mark.parametrize(
    ("mask", "parts"),
    [
        (drawn("#..", "..#", "#.."), 3),
        (drawn("#.", ".#"), 2),  # pixels that touch by a corner are two parts
        (drawn(".#", "#."), 2),
        (drawn("##", "#."), 1),
        (drawn("####", "#.##", "##.#", "####"), 1),  # a hole whose pixels touch by a corner
        (drawn("######", "#.#.##", "######", "##.#.#", "######"), 1),  # bridges in a chain
        (drawn("#####", "#...#", "#.#.#", "#...#", "#####"), 2),  # a part inside a hole
        (drawn("#.#.#", "#####", "#.#.#"), 1),
        (np.eye(20, dtype=bool), 20),
        (np.indices((21, 21)).sum(axis=0) % 2 == 0, 221),
        (np.ones((1, 30), bool), 1),
        (np.ones((30, 1), bool), 1),
    ],
)
def test_parts_and_holes(mask: np.ndarray, parts: int) -> None:
    polygons = mask_polygons(mask)
    assert len(polygons) == parts
    assert np.array_equal(rasterised(polygons, mask.shape), mask)


def test_rings_inside_rings_and_long_thin_walls_come_back() -> None:
    y, x = np.indices((200, 200)) - 100
    for mask in (np.hypot(x, y) % 6 < 3, x % 2 == 0, (x % 7 == 0) | (y % 5 == 0)):
        assert np.array_equal(rasterised(mask_polygons(mask), mask.shape), mask)
