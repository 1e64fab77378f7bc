"""Hard-example focusing: a bandit that plays the regions of a recipe with the greatest loss."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import random_stream
from .updates import Updates
from .version_log import VersionLog


@dataclass(frozen=True)
class _Choice:
    """The n-th choice: which region, and how likely it was then."""

    number: int
    region: int
    probability: float


class RegionBandit:
    """Chooses among regions by EXP3.S, which follows rewards that change as a network learns.

    The reward of a region is the mean loss of its frames over `greatest_loss`. Auer,
    Cesa-Bianchi, Freund and Schapire, "The nonstochastic multiarmed bandit problem", 2002,
    section 8; with `sharing` 0 it is EXP3 of section 3.

    Args:
        regions: changes of the recipe by name; all name the same paths, so that nothing of one
            region stays in the next.
        greatest_loss: losses beyond count as this.
        exploration: the share of choices that are even, gamma; in (0, 1].
        sharing: how much of all weights each region gets at every observation, alpha.

    Raises:
        ValueError: there are fewer than two regions, their paths differ, or a number is out of
            its range.
    """

    def __init__(
        self,
        stream: Updates,
        regions: Mapping[str, Mapping[str, Any]],
        *,
        greatest_loss: float,
        exploration: float = 0.2,
        sharing: float = 0.002,
        seed: int = 0,
    ) -> None:
        if len(regions) < 2 or len({frozenset(changes) for changes in regions.values()}) != 1:
            raise ValueError("needs two regions or more, all with changes of the same paths")
        if not 0 < exploration <= 1 or sharing < 0 or not 0 < greatest_loss < math.inf:
            raise ValueError("needs 0 < exploration <= 1, sharing >= 0 and a finite greatest_loss")
        self._stream = stream
        self._regions = {name: dict(changes) for name, changes in regions.items()}
        self._names = list(regions)
        self._greatest_loss, self._seed = greatest_loss, seed
        self._exploration, self._sharing = exploration, sharing
        self._log_weights = np.zeros(len(regions))
        self._choices = 0
        self._log: VersionLog[_Choice] = VersionLog()

    @property
    def probabilities(self) -> dict[str, float]:
        """How likely each region is to be chosen next."""
        return dict(zip(self._names, self._probabilities().tolist(), strict=True))

    def choose(self) -> str:
        """Choose a region, send its changes, and return its name.

        Raises:
            SynthError: the recipe cannot be changed so.
        """
        rng = random_stream(self._seed, self._choices, "region")
        probabilities = self._probabilities()
        region = int(rng.choice(len(self._names), p=probabilities))
        version = self._stream.update(self._regions[self._names[region]])
        self._log.record(version, _Choice(self._choices, region, float(probabilities[region])))
        self._choices += 1
        return self._names[region]

    def observe(self, versions: Sequence[int], losses: Sequence[float]) -> None:
        """Take the losses of frames by the versions that made them.

        Frames of before the first choice are passed over.

        Raises:
            ValueError: a loss is not a number, or there are not as many of the two.
        """
        by_choice: dict[_Choice, list[float]] = {}
        for version, loss in zip(versions, losses, strict=True):
            if math.isnan(loss):
                raise ValueError(f"the loss of a frame of version {version} is not a number")
            if (choice := self._log.of(version)) is not None:
                by_choice.setdefault(choice, []).append(loss)
        for choice, found in by_choice.items():
            reward = min(max(sum(found) / len(found) / self._greatest_loss, 0.0), 1.0)
            self._learn(choice.region, reward / choice.probability)

    def _learn(self, region: int, reward: float) -> None:
        count = len(self._names)
        logarithms = self._log_weights - self._log_weights.max()
        shared = math.e * self._sharing / count * np.exp(logarithms).sum()
        logarithms[region] += self._exploration * reward / count
        if shared:
            logarithms = np.logaddexp(logarithms, math.log(shared))
        self._log_weights = logarithms

    def _probabilities(self) -> NDArray[np.float64]:
        weights = np.exp(self._log_weights - self._log_weights.max())
        even = self._exploration / len(weights)
        probabilities: NDArray[np.float64] = (
            1 - self._exploration
        ) * weights / weights.sum() + even
        return probabilities
