"""One frame, as a script sees it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.random_streams import random_stream
from .json_arrays import plain


class Stage(Protocol):
    """The Blender that a script runs in."""

    @property
    def size(self) -> tuple[int, int]: ...

    def render(self) -> NDArray[np.uint8]: ...

    def pixels_of(self, thing: Any) -> NDArray[np.float64]: ...


class Frame:
    """What `pre_frame` and `post_frame` are given.

    Attributes:
        number: from 0; each number is made once, by whichever instance.
        image: the picture (height, width, 3), in bytes; None before it is rendered.
        published: what is sent beside it.
    """

    def __init__(self, number: int, seed: int, stage: Stage) -> None:
        self.number, self._seed, self._stage = number, seed, stage
        self.image: NDArray[np.uint8] | None = None
        self.published: dict[str, Any] = {}

    @cached_property
    def random(self) -> np.random.Generator:
        """Numpy's generator of this frame: the same for the same seed, whatever came before."""
        return random_stream(self._seed, self.number, "script")

    def pixels_of(self, thing: Any) -> NDArray[np.float64]:
        """Return where the camera sees something, (N, 2): pixels from the picture's top left.

        Args:
            thing: one of Blender's objects, for the 8 corners of its bounding box; or points
                (N, 3) of the world.

        Returns:
            NaN for what is behind the camera.
        """
        return self._stage.pixels_of(thing)

    def publish(self, **values: Any) -> None:
        """Send values beside the picture; readers find them in ``frame["annotation"]``.

        Args:
            values: numbers, texts, arrays, and lists and dicts of these.

        Raises:
            TypeError: one cannot be sent.
        """
        checked: Mapping[str, Any] = {name: plain(value, name) for name, value in values.items()}
        self.published.update(checked)
