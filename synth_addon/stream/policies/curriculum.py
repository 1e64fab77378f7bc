"""Curricula: ranges that go from easy to hard, by the step or by what a network can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .interpolation import interpolated
from .updates import Updates


@dataclass(frozen=True)
class Ramp:
    """A distribution of the recipe on its way from easy to hard.

    Attributes:
        start, end: in JSON, both of one kind or numbers; see `interpolated`.
        whole: whether the recipe wants whole numbers here.
    """

    start: Any
    end: Any
    whole: bool = False

    def at(self, share: float) -> Any:
        """Return the distribution at `share` of the way, in JSON.

        Raises:
            Fault: nothing lies between start and end.
        """
        return interpolated(self.start, self.end, share, whole=self.whole)


class Curriculum:
    """Ramps that are climbed together, by levels; starts at level 0.

    Args:
        ramps: by the dotted path of the recipe's value.
        levels: how many steps there are from start to end.

    Raises:
        ValueError: there is no level, or (as Fault) nothing lies between the ends of a ramp.
        SynthError: the recipe cannot be changed so.
    """

    def __init__(self, stream: Updates, ramps: Mapping[str, Ramp], levels: int) -> None:
        if levels < 1:
            raise ValueError(f"needs at least 1 level, not {levels}")
        self._stream = stream
        self._ramps = dict(ramps)
        self._levels = levels
        self._level = 0
        self._version = self._send()

    @property
    def level(self) -> int:
        """How many levels have been climbed."""
        return self._level

    @property
    def is_finished(self) -> bool:
        """Whether all ramps are at their ends."""
        return self._level == self._levels

    def _climb_to(self, level: int) -> int | None:
        """Go to a level and return the version that it made, or None where it is the same."""
        if level == self._level:
            return None
        self._level = level
        self._version = self._send()
        return self._version

    def _send(self) -> int:
        share = self._level / self._levels
        return self._stream.update({path: ramp.at(share) for path, ramp in self._ramps.items()})


class LinearCurriculum(Curriculum):
    """Climbs evenly over a number of steps.

    Args:
        steps: from the first step to the end of the ramps.
        begin: the step at which the climb begins.
        levels: bounds how often the recipe changes on the way.

    Raises:
        ValueError: `steps` or `levels` is not positive, or nothing lies between a ramp's ends.
        SynthError: the recipe cannot be changed so.
    """

    def __init__(
        self,
        stream: Updates,
        ramps: Mapping[str, Ramp],
        *,
        steps: int,
        begin: int = 0,
        levels: int = 20,
    ) -> None:
        if steps < 1:
            raise ValueError(f"needs at least 1 step, not {steps}")
        self._steps, self._begin = steps, begin
        super().__init__(stream, ramps, levels)

    def at_step(self, step: int) -> int | None:
        """Climb to where `step` belongs; returns the new version, or None where nothing changes.

        Raises:
            SynthError: the recipe cannot be changed so.
        """
        gone = min(max(step - self._begin, 0), self._steps)
        return self._climb_to(gone * self._levels // self._steps)


class ThresholdCurriculum(Curriculum):
    """Climbs one level whenever a metric has been good enough several times in a row.

    Args:
        threshold: what is good enough.
        patience: how many times in a row.
        lower_is_better: whether the metric is a loss, which is to be at most the threshold.

    Raises:
        ValueError: `patience` or `levels` is not positive, or nothing lies between a ramp's ends.
        SynthError: the recipe cannot be changed so.
    """

    def __init__(
        self,
        stream: Updates,
        ramps: Mapping[str, Ramp],
        *,
        threshold: float,
        patience: int = 3,
        lower_is_better: bool = False,
        levels: int = 10,
    ) -> None:
        if patience < 1:
            raise ValueError(f"needs a patience of at least 1, not {patience}")
        self._threshold, self._patience = threshold, patience
        self._lower_is_better = lower_is_better
        self._good = 0
        super().__init__(stream, ramps, levels)

    def observe(self, metric: float, version: int | None = None) -> int | None:
        """Take a measurement; returns the new version, or None where nothing changes.

        Args:
            version: that of the frames measured; frames of an earlier level are passed over.

        Raises:
            SynthError: the recipe cannot be changed so.
        """
        if self.is_finished or (version is not None and version < self._version):
            return None
        self._good = self._good + 1 if self._is_good(metric) else 0
        if self._good < self._patience:
            return None
        self._good = 0
        return self._climb_to(self._level + 1)

    def _is_good(self, metric: float) -> bool:
        return metric <= self._threshold if self._lower_is_better else metric >= self._threshold
