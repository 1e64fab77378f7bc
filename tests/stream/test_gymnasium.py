"""Scripts as environments of Gymnasium, and the example's controller."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium", reason="gymnasium is not installed")
pytest.importorskip("bpy", reason="bpy is not installed")

from gymnasium.spaces import Box, Discrete  # noqa: E402
from gymnasium.utils.env_checker import check_env  # noqa: E402

from synth_addon.stream import StreamError  # noqa: E402
from synth_addon.stream.gymnasium_env import StreamEnv  # noqa: E402

from .scripts import streamed, written  # noqa: E402

pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc"),
]
EXAMPLE = Path(__file__).parents[2] / "examples" / "cartpole" / "balance.py"
LAZY = """
@script.on_command
def answer(command):
    if command["do"] == "reset":
        return {"observation": [0.0], "info": {"seed": command["seed"]}}
    if command["action"] == 0:
        return {"observation": [1.0], "reward": 1}
    raise ValueError("no such action")
"""


def module_of(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def example() -> Any:
    return module_of(EXAMPLE)


@pytest.fixture(scope="module")
def cartpole(example: Any) -> Iterator[Any]:
    env = example.environment()
    yield env
    env.close()


def test_the_environment_follows_gymnasiums_rules(cartpole: Any) -> None:
    check_env(cartpole, skip_render_check=True)  # which makes others of a registered name


def test_the_controller_balances_the_pole(cartpole: Any, example: Any) -> None:
    assert [example.balance(cartpole, 150, seed) for seed in (0, 1)] == [150.0, 150.0]


def test_an_episode_ends_when_the_pole_falls(cartpole: Any) -> None:
    cartpole.reset(seed=0)
    ends = [cartpole.step(1)[2] for _ in range(20)]
    assert True in ends
    assert not ends[0]


def test_seeds_repeat_episodes(cartpole: Any) -> None:
    first, again, other = (cartpole.reset(seed=seed)[0] for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()
    assert (cartpole.reset()[0] != cartpole.reset()[0]).any()


def test_the_picture_shows_the_state(cartpole: Any) -> None:
    cartpole.reset(seed=0)
    before = cartpole.render()
    for _ in range(8):
        cartpole.step(1)
    assert before.shape == (120, 160, 3)
    assert before.dtype == np.uint8
    assert (before != cartpole.render()).any()


def test_faults_of_the_script_reach_the_caller(tmp_path: Path) -> None:
    with streamed(written(tmp_path, LAZY)) as stream:
        env = StreamEnv(stream, Box(0.0, 1.0, (1,)), Discrete(2), closes_stream=False)
        observation, info = env.reset(seed=11)
        assert observation.dtype == np.float32
        assert info == {"seed": 11}
        with pytest.raises(StreamError, match="lacks 'terminated'; it has observation, reward"):
            env.step(0)
        with pytest.raises(StreamError, match=r"made\.py, line \d+, .*ValueError: no such action"):
            env.step(1)
        env.close()
        assert StreamEnv(stream, Box(0.0, 1.0, (1,)), Discrete(2)).reset(seed=2)[1] == {"seed": 2}
        env = StreamEnv(stream, Box(0.0, 1.0, (1,)), Discrete(2))
        env.close()
        with pytest.raises(StreamError, match="the stream was closed"):
            stream.command({})


def test_render_modes_are_known() -> None:
    with pytest.raises(ValueError, match="render_mode 'human': there is rgb_array, or None"):
        StreamEnv(None, Box(0.0, 1.0), Discrete(2), render_mode="human")  # type: ignore[arg-type]
