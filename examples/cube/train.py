"""Learns to see where the corners of a cube are, from pictures made meanwhile.

python examples/cube/train.py [STEPS]
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader

from synth_addon.stream import StreamDataset, launch

SCRIPT = Path(__file__).with_name("cube.py")
WIDTH, HEIGHT = 64, 48


def train(steps):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(WIDTH * HEIGHT * 3, 16))
    adam = torch.optim.Adam(model.parameters(), 1e-3)
    with launch(script=SCRIPT, instances=2, arguments=["--resolution", f"{WIDTH}x{HEIGHT}"]) as s:
        loader = DataLoader(StreamDataset(s, batch_size=8, frames=8 * steps), batch_size=None)
        for step, batch in enumerate(loader):
            corners = torch.tensor(np.stack([a["xy"] for a in batch["annotation"]])).float()
            loss = (model(batch["image"] / 255) - corners.flatten(1)).square().mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            print(f"step {step}: corners are off by {loss.sqrt():.1f} pixels")


if __name__ == "__main__":
    train(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
