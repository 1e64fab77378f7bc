"""Optimisation of distributions by the score function: REINFORCE, where a render has no gradient.

The gradient of the mean reward by a distribution's parameters is the mean of the reward times the
gradient of the drawn value's log density. Williams, "Simple statistical gradient-following
algorithms for connectionist reinforcement learning", 1992. BlendTorch's density optimisation
searches the parameters of super-shapes so, drawing on the side of the training as
`CandidateSearch` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import random_stream
from .searched_normal import SearchedNormal
from .updates import Updates
from .version_log import VersionLog

Normals = Mapping[str, SearchedNormal]


@dataclass(frozen=True)
class Sample:
    """What was drawn once, by name, from which distributions, and what it was worth."""

    drawn_from: Normals
    drawn: Mapping[str, float]
    reward: float


def improved(normals: Normals, samples: Sequence[Sample], rate: float) -> dict[str, SearchedNormal]:
    """Return `normals` after one step towards greater rewards.

    The baseline of each reward is the mean of the others, which leaves the gradient unbiased
    (Kool, van Hoof and Welling, "Buy 4 REINFORCE samples, get a baseline for free!", 2019), and
    rewards are counted in their standard deviations, so that their unit does not matter. Samples
    of older distributions count by their own log density. Fewer than two rewards, or equal ones,
    change nothing.

    Args:
        rate: the length of the step, in sigmas for a reward one standard deviation above.

    Raises:
        ValueError: a reward is not finite.
    """
    advantages = _advantages(np.array([sample.reward for sample in samples], float))
    if advantages is None:
        return dict(normals)
    moved = {}
    for name, normal in normals.items():
        scores = [sample.drawn_from[name].score(sample.drawn[name]) for sample in samples]
        by_mean, by_log_sigma = advantages @ np.array(scores) / len(samples)
        moved[name] = normal.moved(float(by_mean), float(by_log_sigma), rate)
    return moved


def _advantages(rewards: NDArray[np.float64]) -> NDArray[np.float64] | None:
    if not np.isfinite(rewards).all():
        raise ValueError("a reward is not a finite number")
    count = len(rewards)
    spread = np.ptp(rewards) if count > 1 else 0.0
    if spread == 0:
        return None
    # in units of their spread, because the squares of the tiniest and greatest are no numbers
    scaled: NDArray[np.float64] = (rewards - rewards.mean()) / spread
    above: NDArray[np.float64] = scaled * count / (count - 1) / scaled.std()
    return above


class DistributionSearch:
    """Searches distributions of the recipe; who renders draws from them.

    Args:
        normals: the distributions to begin with, by the dotted path of the recipe's value.
        rate: the length of a step; see `improved`.
    """

    def __init__(self, stream: Updates, normals: Normals, *, rate: float = 0.2) -> None:
        self._stream, self._rate = stream, rate
        self._normals = dict(normals)
        self._log: VersionLog[Normals] = VersionLog()

    @property
    def normals(self) -> dict[str, SearchedNormal]:
        """The distributions as they are now."""
        return dict(self._normals)

    def publish(self) -> int:
        """Send the distributions and return the version that has them.

        Raises:
            SynthError: the recipe cannot be changed so.
        """
        changes = {path: normal.to_json() for path, normal in self._normals.items()}
        version = self._stream.update(changes)
        self._log.record(version, dict(self._normals))
        return version

    def observe(
        self,
        versions: Sequence[int],
        drawn: Sequence[Mapping[str, float]],
        rewards: Sequence[float],
    ) -> None:
        """Learn from frames; each counts for the distributions that its version had.

        Frames of before the first `publish` are passed over.

        Args:
            drawn: what each frame drew, by path; from its annotation or its scene.

        Raises:
            ValueError: a reward is not finite, or there are not as many of each.
        """
        samples = [
            Sample(drawn_from, values, reward)
            for version, values, reward in zip(versions, drawn, rewards, strict=True)
            if (drawn_from := self._log.of(version)) is not None
        ]
        self._normals = improved(self._normals, samples, self._rate)


class CandidateSearch:
    """Searches distributions by drawing from them itself; needs nothing of a frame but its group.

    Each of several object groups shows one candidate, and their pool draws among them; so a
    frame's version and group tell what was drawn.

    Args:
        groups: names of the candidates' groups in the recipe's objects, two or more.
        normals: by path within a group, such as ``parameters.longitude_m``.
        rate: the length of a step; see `improved`.

    Raises:
        ValueError: there are fewer than two groups.
    """

    def __init__(
        self,
        stream: Updates,
        groups: Sequence[str],
        normals: Normals,
        *,
        rate: float = 0.2,
        seed: int = 0,
    ) -> None:
        if len(set(groups)) < 2:
            raise ValueError("needs two groups or more, to compare candidates")
        self._stream, self._rate, self._seed = stream, rate, seed
        self._groups = tuple(groups)
        self._normals = dict(normals)
        self._rounds = 0
        self._log: VersionLog[_Round] = VersionLog()

    @property
    def normals(self) -> dict[str, SearchedNormal]:
        """The distributions as they are now."""
        return dict(self._normals)

    def publish(self) -> int:
        """Draw a new candidate for each group, send them, and return their version.

        Raises:
            SynthError: the recipe cannot be changed so.
        """
        rng = random_stream(self._seed, self._rounds, "candidates")
        drawn = {
            group: {path: normal.draw(rng) for path, normal in self._normals.items()}
            for group in self._groups
        }
        changes = {
            f"objects.{group}.{path}": value
            for group, values in drawn.items()
            for path, value in values.items()
        }
        version = self._stream.update(changes)
        self._rounds += 1
        self._log.record(version, _Round(dict(self._normals), drawn))
        return version

    def observe(
        self, versions: Sequence[int], groups: Sequence[str], rewards: Sequence[float]
    ) -> None:
        """Learn from frames, each of which shows one candidate.

        A candidate's reward is the mean of its frames'. Frames of before the first `publish` are
        passed over.

        Args:
            groups: the group that each frame shows.

        Raises:
            ValueError: a group is none of the candidates, a reward is not finite, or there are
                not as many of each.
        """
        by_candidate: dict[tuple[int, str], list[float]] = {}
        for version, group, reward in zip(versions, groups, rewards, strict=True):
            if group not in self._groups:
                raise ValueError(f"group {group!r} shows no candidate")
            by_candidate.setdefault((version, group), []).append(reward)
        samples = [
            Sample(published.drawn_from, published.drawn[group], sum(found) / len(found))
            for (version, group), found in by_candidate.items()
            if (published := self._log.of(version)) is not None
        ]
        self._normals = improved(self._normals, samples, self._rate)


@dataclass(frozen=True)
class _Round:
    """What was published together: the distributions, and the values by group and path."""

    drawn_from: Normals
    drawn: Mapping[str, Mapping[str, float]]
