"""Re-balancing: classes that a network does badly at are shown more often."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .class_shares import ClassShare
from .updates import Updates

_LEAST_DIFFICULTY = 1e-6
"""As a share of the greatest one, so that a class without any loss still has a place."""
_BISECTIONS = 60


class ClassBalance:
    """Sets how often each class is shown by how difficult it was measured to be.

    A class gets a factor on how often it is shown: its difficulty to the power of `sharpness`,
    scaled so that the mean over all classes is 1, and held between `least` and `most`.

    Args:
        classes: what is to be changed for each class.
        sharpness: 0 shows all classes alike, 1 in proportion to their difficulty.
        smoothing: the share of the measurement before that stays in the next one, in [0, 1).
        least, most: bounds of the factors, on either side of 1.

    Raises:
        ValueError: there is no class, or a number is out of its range.
    """

    def __init__(
        self,
        stream: Updates,
        classes: Mapping[str, ClassShare | Sequence[ClassShare]],
        *,
        sharpness: float = 1.0,
        smoothing: float = 0.5,
        least: float = 0.25,
        most: float = 4.0,
    ) -> None:
        if not classes:
            raise ValueError("there are no classes to balance")
        if sharpness < 0 or not 0 <= smoothing < 1 or not 0 < least <= 1 <= most:
            raise ValueError("needs sharpness >= 0, 0 <= smoothing < 1 and 0 < least <= 1 <= most")
        self._stream = stream
        self._classes = {
            name: tuple(shares) if isinstance(shares, Sequence) else (shares,)
            for name, shares in classes.items()
        }
        self._sharpness, self._smoothing = sharpness, smoothing
        self._least, self._most = least, most
        self._difficulty: dict[str, float] = {}

    @property
    def factors(self) -> dict[str, float]:
        """The factor of each class on how often it is shown; their mean is 1."""
        if not self._difficulty:
            return dict.fromkeys(self._classes, 1.0)
        typical = sum(self._difficulty.values()) / len(self._difficulty)
        difficulty = [self._difficulty.get(name, typical) for name in self._classes]
        factors = bounded_factors(np.array(difficulty), self._sharpness, self._least, self._most)
        return dict(zip(self._classes, factors.tolist(), strict=True))

    def observe_losses(self, losses: Mapping[str, float]) -> int:
        """Take the mean loss of classes and return the version that answers it.

        Classes that are left out keep what was measured before.

        Raises:
            ValueError: a class is unknown, or a loss negative or not finite.
            SynthError: the recipe cannot be changed so.
        """
        for name, loss in losses.items():
            if name not in self._classes:
                raise ValueError(f"unknown class {name!r}; known are {', '.join(self._classes)}")
            if not 0 <= loss < math.inf:
                raise ValueError(f"the loss of {name!r} is {loss}, not a finite number from 0 on")
        for name, loss in losses.items():
            before = self._difficulty.get(name, loss)
            self._difficulty[name] = before + (1 - self._smoothing) * (loss - before)
        return self._stream.update(self._changes())

    def observe_scores(self, scores: Mapping[str, float]) -> int:
        """Take scores of classes from 0 to 1, such as AP, and return the version that answers.

        Raises:
            ValueError: a class is unknown, or a score out of its range.
            SynthError: the recipe cannot be changed so.
        """
        return self.observe_losses({name: 1 - score for name, score in scores.items()})

    def _changes(self) -> dict[str, Any]:
        factors = self.factors
        return {
            path: value
            for name, shares in self._classes.items()
            for share in shares
            for path, value in share.changes(factors[name]).items()
        }


def bounded_factors(
    difficulty: NDArray[np.float64], sharpness: float, least: float, most: float
) -> NDArray[np.float64]:
    """Return factors (N,) of mean 1 in proportion to powers of `difficulty`, held within bounds.

    Where bounds hold some of them, the others are scaled anew until the mean is 1.
    """
    greatest = difficulty.max()
    if greatest == 0:
        return np.ones_like(difficulty)
    wanted = np.maximum(difficulty / greatest, _LEAST_DIFFICULTY) ** sharpness
    low, high = math.log(least), math.log(most / wanted.min())
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if np.clip(math.exp(middle) * wanted, least, most).mean() < 1:
            low = middle
        else:
            high = middle
    factors: NDArray[np.float64] = np.clip(math.exp(high) * wanted, least, most)
    return factors
