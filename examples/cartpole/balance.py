"""Balances the pole for an episode, and shows what the environment looks like.

python examples/cartpole/balance.py [STEPS]
"""

import sys
from pathlib import Path

import numpy as np
from gymnasium.spaces import Box, Discrete

from synth_addon.stream import launch
from synth_addon.stream.gymnasium_env import StreamEnv

SCRIPT = Path(__file__).with_name("cartpole.py")
LIMITS = np.array([5.0, 100.0, 0.5, 100.0], np.float32)
GAINS = np.array([0.1, 0.3, 1.0, 0.3])


def environment():
    stream = launch(script=SCRIPT, arguments=["--resolution", "160x120"])
    return StreamEnv(stream, Box(-LIMITS, LIMITS), Discrete(2), render_mode="rgb_array")


def balance(env, steps, seed=0):
    """Return the reward of an episode in which the cart is pushed to where the pole leans."""
    state, _ = env.reset(seed=seed)
    total = 0.0
    for _ in range(steps):
        state, reward, has_fallen, _, _ = env.step(int(GAINS @ state > 0))
        total += reward
        if has_fallen:
            break
    return total


if __name__ == "__main__":
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    env = environment()
    print(f"{balance(env, steps):.0f} of {steps} steps, seen as {env.render().shape}")
    env.close()
