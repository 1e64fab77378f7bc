"""How a dataset differs from another, as numbers and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .gathering import Statistics
from .histograms import Histogram, overlap, wasserstein
from .other_pictures import OtherStatistics

_CHANNELS = ("red", "green", "blue")


@dataclass(frozen=True)
class Difference:
    """One thing that both sides have.

    Attributes:
        name: of what is compared.
        overlap: histogram intersection: 1 means equal, 0 nothing in common.
        distance: how far values move on average, in words; empty where they have no order.
        sentence: what it means.
        labels: of the ends of the axis, or of each bar.
        ours, theirs: shares, side by side.
    """

    name: str
    overlap: float
    distance: str
    sentence: str
    labels: tuple[str, ...]
    ours: NDArray[np.float64]
    theirs: NDArray[np.float64]


def differences(statistics: Statistics, other: OtherStatistics) -> list[Difference]:
    """Return all that can be compared."""
    mine, pictures = statistics.pictures, other.pictures
    found = []
    if other.box_size is not None and other.box_size.total and statistics.objects.seen:
        ours = statistics.objects.box_size
        found.append(_of_values("Box size", ours, other.box_size, ("smaller", "larger")))
    for name, ours, theirs, words in (
        ("Brightness", mine.brightness, pictures.brightness, ("darker", "brighter")),
        ("Sharpness", mine.sharpness, pictures.sharpness, ("less sharp", "sharper")),
    ):
        found.append(_of_values(name, ours, theirs, words))
    found += _of_colors(mine.levels, pictures.levels)
    if other.classes is not None:
        found.append(_of_classes(statistics, other.classes))
    return found


def _of_values(name: str, ours: Histogram, theirs: Histogram, words: tuple[str, str]) -> Difference:
    common = overlap(ours.shares, theirs.shares)
    mine, other = ours.median, theirs.median
    moved = wasserstein(ours, theirs)
    if ours.bins.logarithmic:
        distance = f"a factor of {moved:.2f} on average"
        least = ours.bins.low
        is_same = max(mine, other, least) / max(min(mine, other), least) < 1.1
    else:
        distance = f"{moved:.3f} on average"
        is_same = abs(mine - other) < 0.02
    medians = f"median {mine:.3g} here, {other:.3g} there"
    middle = "about the same" if is_same else f"{words[mine > other]} here"
    low, high = f"{ours.bins.low:g}", f"{ours.bins.high:g}"
    sentence = f"{_likeness(common)}, {middle}: {medians}."
    return Difference(name, common, distance, sentence, (low, high), ours.shares, theirs.shares)


def _of_colors(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Iterator[Difference]:
    places = (np.arange(ours.shape[1]) + 0.5) / ours.shape[1]
    for channel, name in enumerate(_CHANNELS):
        mine, other = ours[channel], theirs[channel]
        common, means = overlap(mine, other), (float(mine @ places), float(other @ places))
        moved = float(np.abs(np.cumsum(mine) - np.cumsum(other)).sum()) / len(mine)
        words = "less" if means[0] < means[1] else "more"
        middle = "about as much" if abs(means[0] - means[1]) < 0.02 else f"{words} {name} here"
        sentence = f"{_likeness(common)}, {middle}: mean {means[0]:.2f} here, {means[1]:.2f} there."
        distance = f"{moved:.3f} on average"
        yield Difference(name.capitalize(), common, distance, sentence, ("0", "1"), mine, other)


def _of_classes(statistics: Statistics, other: dict[str, int]) -> Difference:
    ours = {name: found.seen for name, found in statistics.objects.classes.items()}
    names = tuple(dict.fromkeys([*ours, *other]))
    mine, theirs = (
        np.array([counts.get(name, 0) for name in names], float) for counts in (ours, other)
    )
    mine, theirs = mine / max(1.0, mine.sum()), theirs / max(1.0, theirs.sum())
    common = overlap(mine, theirs)
    shared = len(set(ours) & set(other))
    classes = "class" if shared == 1 else "classes"
    sentence = f"{_likeness(common)}: {shared} {classes} in common of {len(names)}."
    return Difference("Class balance", common, "", sentence, names, mine, theirs)


def _likeness(common: float) -> str:
    for least, words in ((0.85, "Very alike"), (0.6, "Alike in part"), (0.3, "Quite different")):
        if common >= least:
            return words
    return "Hardly alike"
