"""Does it pay to show difficult classes more often? A small classifier on a stream tells.

    python examples/adaptive_weights.py [--seeds N] [--frames N] [--instances N]

For each seed one network is trained on frames whose classes are equally frequent, another on frames
whose classes are weighed by the accuracy measured on them. Both get equally many frames, the same
start and the same steps. The measure is the accuracy of the worst class on a test set of equally
frequent classes. Frames are new when they come, so the accuracy before they are learned from is
that of unseen ones.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable
from pathlib import Path

import torch
from frame_source import frame_source
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from synth_addon.core.bootstrap import LEAST_VALUES, mean_estimate
from synth_addon.stream.batches import Batch
from synth_addon.stream.policies import ClassBalance, PoolWeight
from synth_addon.stream.replay_buffer import ReplayBuffer

RECIPE = Path(__file__).with_name("parts_of_unequal_difficulty.json")
CLASSES = ("cone", "post", "plate", "low", "cube", "high")
BATCH = 32
STEPS_PER_BATCH = 3
"""One with new frames, the others with frames seen before."""
BATCHES_PER_UPDATE = 4
TEST_SEED = 1_000_003


class AccuracyByClass:
    """Accuracy on the classes seen since the last time it was taken."""

    def __init__(self) -> None:
        self._sums, self._counts = torch.zeros(len(CLASSES)), torch.zeros(len(CLASSES))

    def add(self, judged: Tensor, labels: Tensor) -> None:
        """Take what a network makes (B, classes) of frames of the classes `labels` (B,)."""
        right = (judged.argmax(dim=1) == labels).to(torch.float32)
        self._sums.index_add_(0, labels, right)
        self._counts.index_add_(0, labels, torch.ones_like(right))

    def take(self) -> dict[str, float]:
        """Return the accuracies, and forget them."""
        found = zip(CLASSES, self._sums.tolist(), self._counts.tolist(), strict=True)
        scores = {name: right / count for name, right, count in found if count}
        self._sums.zero_()
        self._counts.zero_()
        return scores


def small_network() -> nn.Sequential:
    """Return a classifier of grey images (B, 1, 32, 32)."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(512, 64), nn.ReLU(), nn.Linear(64, len(CLASSES))),
    )


def images_and_labels(batch: Batch) -> tuple[Tensor, Tensor]:
    """Return grey images (B, 1, 32, 32) of mean 0 and deviation 1, and class indices (B,)."""
    grey = batch["image"].to(torch.float32).mean(dim=3).unsqueeze(1)
    spread = grey.std(dim=(2, 3), keepdim=True).clamp(min=1)
    names = [annotation["objects"][0]["category"] for annotation in batch["annotation"]]
    labels = torch.tensor([CLASSES.index(name) for name in names])
    return (grey - grey.mean(dim=(2, 3), keepdim=True)) / spread, labels


def test_set(frames: int, instances: int) -> tuple[Tensor, Tensor]:
    """Return images and labels of a seed that no training uses."""
    with frame_source(
        RECIPE, [f"seed={TEST_SEED}"], batch_size=BATCH, frames=frames, instances=instances
    ) as (_, batches):
        images, labels = zip(*map(images_and_labels, batches), strict=True)
    return torch.cat(images), torch.cat(labels)


def trained(
    batches: Iterable[Batch], balance: ClassBalance | None, *, frames: int, seed: int
) -> nn.Module:
    """Return a network trained on `frames` frames."""
    torch.manual_seed(seed)
    network = small_network()
    optimizer = torch.optim.Adam(network.parameters(), 2e-3)
    steps = STEPS_PER_BATCH * -(-frames // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, steps)
    seen: ReplayBuffer[tuple[Tensor, Tensor]] = ReplayBuffer(frames, seed=seed)
    measured = AccuracyByClass()
    for number, batch in enumerate(batches, 1):
        images, labels = images_and_labels(batch)
        for step in range(STEPS_PER_BATCH):
            if step:
                images, labels = map(torch.stack, zip(*seen.sample(BATCH), strict=True))
            judged = network(images)
            if not step:
                measured.add(judged.detach(), labels)
                for frame in zip(images, labels, strict=True):
                    seen.add(frame)
            optimizer.zero_grad()
            cross_entropy(judged, labels).backward()
            optimizer.step()
            schedule.step()
        if balance is not None and number % BATCHES_PER_UPDATE == 0:
            balance.observe_scores(measured.take())
    return network


def accuracies(network: nn.Module, images: Tensor, labels: Tensor) -> list[float]:
    """Return the accuracy on each class."""
    with torch.no_grad():
        right = (network(images).argmax(dim=1) == labels).to(torch.float32)
    return [float(right[labels == index].mean()) for index in range(len(CLASSES))]


def run(
    seed: int, frames: int, instances: int, test: tuple[Tensor, Tensor], *, adaptive: bool
) -> tuple[list[float], dict[str, float]]:
    """Return the accuracy on each class and the factors of the classes in the end."""
    with frame_source(
        RECIPE, [f"seed={seed}"], batch_size=BATCH, frames=frames, instances=instances
    ) as (stream, batches):
        balance = ClassBalance(stream, {name: PoolWeight(name) for name in CLASSES})
        network = trained(batches, balance if adaptive else None, frames=frames, seed=seed)
    return accuracies(network, *test), balance.factors


def show_run(seed: int, name: str, found: list[float], factors: dict[str, float]) -> None:
    """Print what one run gave."""
    classes = "  ".join(f"{c} {a:.2f}" for c, a in zip(CLASSES, found, strict=True))
    weights = "  ".join(f"{factor:.2f}" for factor in factors.values())
    print(f"seed {seed} {name:8}  worst {min(found):.3f}  {classes}  weights {weights}", flush=True)


def verdict(fixed: list[float], adaptive: list[float]) -> str:
    """Return what the runs say, whichever way that is, with the 95 % interval of the mean gain."""
    gains = [more - less for more, less in zip(adaptive, fixed, strict=True)]
    better = f"better on {sum(gain > 0 for gain in gains)} of {len(gains)} seeds"
    if len(gains) < LEAST_VALUES:
        return f"adaptive over fixed: {gains[0]:+.3f} worst-class accuracy; one seed says little"
    gain = mean_estimate(gains)
    interval = f"{gain.mean:+.3f} worst-class accuracy ({gain.low:+.3f} to {gain.high:+.3f})"
    if gain.low > 0:
        return f"adaptive beats fixed: {interval}, {better}"
    if gain.high < 0:
        return f"adaptive is worse than fixed: {interval}, {better}"
    return f"adaptive and fixed are not told apart by these runs: {interval}, {better}"


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=5, help="runs of each kind")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--frames", type=int, default=1200, help="frames of each run")
    parser.add_argument("--test-frames", type=int, default=1200)
    parser.add_argument("--instances", type=int, default=0, help="Blenders; 0 for none")
    options = parser.parse_args()
    torch.set_num_threads(1)
    test = test_set(options.test_frames, options.instances)
    worst: dict[str, list[float]] = {"fixed": [], "adaptive": []}
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for name, found in worst.items():
            result = run(seed, options.frames, options.instances, test, adaptive=name == "adaptive")
            show_run(seed, name, *result)
            found.append(min(result[0]))
    for name, found in worst.items():
        spread = statistics.stdev(found) if len(found) > 1 else 0.0
        print(f"{name:8}  worst-class accuracy {statistics.mean(found):.3f} ± {spread:.3f}")
    print(verdict(worst["fixed"], worst["adaptive"]))


if __name__ == "__main__":
    main()
