"""The script of a stream as an environment of Gymnasium, for reinforcement learning.

The script answers these commands with `script.on_command`:

* ``{"do": "reset", "seed": S, "options": …}`` with ``{"observation": …}``,
* ``{"do": "step", "action": A}`` with ``{"observation": …, "reward": R, "terminated": T}``,
* ``{"do": "render"}`` with a picture, as `script.render` returns it.

Replies may hold ``info``, and that to a step ``truncated``, besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, SupportsFloat

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Space
from numpy.typing import NDArray

from .errors import StreamError
from .stream import Stream

_MOST_SEED = 2**31


class StreamEnv(gymnasium.Env[Any, Any]):
    """One instance of a stream as an environment.

    Several instances of one stream are as many environments, such as of a
    ``gymnasium.vector.AsyncVectorEnv``; leave the stream open then.

    Args:
        stream: it ends with this environment, unless `closes_stream` is False.
        observation_space, action_space: as the script has them.
        render_mode: ``rgb_array``, or None.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 50}

    def __init__(
        self,
        stream: Stream,
        observation_space: Space[Any],
        action_space: Space[Any],
        instance: int = 0,
        *,
        render_mode: str | None = None,
        closes_stream: bool = True,
    ) -> None:
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"render_mode {render_mode!r}: there is rgb_array, or None")
        self.observation_space, self.action_space = observation_space, action_space
        self.render_mode = render_mode
        self._stream, self._instance, self._closes_stream = stream, instance, closes_stream

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode; without a seed, one is drawn from `np_random`.

        Raises:
            StreamError: the script has raised, or the stream is gone.
        """
        super().reset(seed=seed)
        if seed is None:
            seed = int(self.np_random.integers(_MOST_SEED))
        reply = self._ask("reset", seed=seed, options=options)
        return self._observed(reply), reply.get("info", {})

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:
        """Act, and return observation, reward, terminated, truncated and info.

        Raises:
            StreamError: the script has raised, or its instance or the stream is gone; after
                another instance has taken its place, `reset` begins anew.
        """
        reply = self._ask("step", action=action)
        return (
            self._observed(reply),
            float(_value(reply, "reward")),
            bool(_value(reply, "terminated")),
            bool(reply.get("truncated", False)),
            reply.get("info", {}),
        )

    def render(self) -> NDArray[np.uint8] | None:
        """Return the picture (height, width, 3) of the scene as it is now."""
        if self.render_mode is None:
            return None
        picture: NDArray[np.uint8] = self._command("render")
        return picture

    def close(self) -> None:
        """End the stream, unless it is to stay open."""
        if self._closes_stream:
            self._stream.close()

    def _observed(self, reply: Mapping[str, Any]) -> Any:
        value = _value(reply, "observation")
        space = self.observation_space
        return np.asarray(value, space.dtype) if isinstance(space, Box) else value

    def _ask(self, do: str, **values: Any) -> Mapping[str, Any]:
        reply = self._command(do, **values)
        if not isinstance(reply, dict):
            raise StreamError(f"the script has replied {str(reply)[:40]!r} to {do}. Return a dict")
        return reply

    def _command(self, do: str, **values: Any) -> Any:
        return self._stream.command({"do": do, **values}, self._instance)


def _value(reply: Mapping[str, Any], name: str) -> Any:
    if name not in reply:
        raise StreamError(f"the script's reply lacks {name!r}; it has {', '.join(reply)}")
    return reply[name]
