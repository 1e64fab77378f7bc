"""Learns from a stream while it is recorded, and goes on from the recording without Blender.

    python examples/replay.py [--frames N] [--epochs N] [--record DIR]

A small network learns the box of a cube. In the first epoch it drinks from the live stream, whose
frames are also written as a dataset; in the others the same loop reads that dataset. It is measured
on frames of another seed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from synth_addon.stream import StreamDataset, launch
from synth_addon.stream.batches import Batch
from synth_addon.stream.recorded import RecordedDataset

SIDE = 48
SETTINGS = (f"camera.width_px={SIDE}", f"camera.height_px={SIDE}", "render.engine=WORKBENCH")
BATCH = 8
TEST_FRAMES = 32


@contextmanager
def live(seed: int, frames: int, folder: Path) -> Iterator[Iterable[Batch]]:
    """Yield the batches of a stream that is recorded."""
    settings = (*SETTINGS, f"seed={seed}")
    with launch("cube", overrides=settings, scenes=frames, record=folder) as stream:
        yield DataLoader(StreamDataset(stream, batch_size=BATCH), batch_size=None)


def again(folder: Path, epoch: int) -> Iterable[Batch]:
    """Return the batches of a recording, in an order of the epoch's own."""
    return DataLoader(RecordedDataset(folder, BATCH, shuffle_seed=epoch), batch_size=None)


def error_of(network: nn.Module, batch: Batch) -> Tensor:
    """Return by how many pixels (B, 4) boxes of the form x, y, width, height are missed."""
    boxes = [frame["objects"][0]["visible_box"] for frame in batch["annotation"]]
    pictures = batch["image"].permute(0, 3, 1, 2) / 255
    return SIDE * network(pictures) - torch.tensor(boxes)


def train(network: nn.Module, adam: torch.optim.Optimizer, batches: Iterable[Batch]) -> int:
    """Learn from each batch once, wherever it comes from; return how many frames there were."""
    frames = 0
    for batch in batches:
        adam.zero_grad()
        error_of(network, batch).square().mean().backward()
        adam.step()
        frames += len(batch["frame"])
    return frames


def missed_by(network: nn.Module, batches: Iterable[Batch]) -> float:
    """Return the mean error in pixels."""
    with torch.no_grad():
        return torch.cat([error_of(network, batch) for batch in batches]).abs().mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=160, help="that are rendered and recorded")
    parser.add_argument("--epochs", type=int, default=8, help="the live one included")
    parser.add_argument("--record", type=Path, help="keep the recording in this folder")
    options = parser.parse_args()
    torch.manual_seed(0)
    features = (nn.Conv2d(3, 16, 5, 2), nn.ReLU(), nn.Conv2d(16, 16, 5, 2), nn.ReLU())
    network = nn.Sequential(*features, nn.Flatten(), nn.Linear(16 * 9 * 9, 4))
    adam = torch.optim.Adam(network.parameters(), 1e-3)
    with tempfile.TemporaryDirectory() as scratch:
        unseen, seen = Path(scratch) / "unseen", options.record or Path(scratch) / "seen"
        with live(1, TEST_FRAMES, unseen) as batches:
            print(f"at first, boxes are missed by {missed_by(network, batches):.1f} pixels")
        for epoch in range(options.epochs):
            if epoch == 0:
                with live(0, options.frames, seen) as batches:
                    count = train(network, adam, batches)
            else:
                count = train(network, adam, again(seen, epoch))
            origin = "recorded" if epoch else "live"
            missed = missed_by(network, again(unseen, 0))
            print(f"after {count} {origin} frames, boxes are missed by {missed:.1f} pixels")


if __name__ == "__main__":
    main()
