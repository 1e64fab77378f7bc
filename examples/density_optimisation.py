"""Finds the distributions that target frames were drawn from, without a gradient of the render.

    python examples/density_optimisation.py [--seeds N] [--rounds N] [--pictures FOLDER]

Target frames show super-shapes whose lobes and sizes were drawn from two normal distributions. A
search starts elsewhere and sees nothing but frames: a small network learns to tell target frames
from the stream's, what it takes for target frames is the reward, and the score function moves the
distributions. BlendTorch's density optimisation does the same; Louppe, Hermans and Cranmer,
"Adversarial variational optimization of non-differentiable simulators", 2019.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import torch
from frame_source import InProcessStream, frame_source
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from synth_addon.stream.batches import Batch, in_batches
from synth_addon.stream.policies import CandidateSearch, SearchedNormal, Updates

RECIPE = Path(__file__).with_name("supershape_candidates.json")
GROUPS = [f"candidate_{number}" for number in range(8)]
LOBES, SIZE = "parameters.longitude_m", "parameters.size_m"
TARGET = {LOBES: SearchedNormal(6, 0.3, 1, 9), SIZE: SearchedNormal(0.11, 0.005, 0.04, 0.15)}
START = {
    LOBES: SearchedNormal(3, 1, 1, 9, least_sigma=0.2),
    SIZE: SearchedNormal(0.07, 0.015, 0.04, 0.15, least_sigma=0.003),
}
BATCH = 16
RATE = 0.15
TARGET_SEED = 1_000_003


def grey_images(batch: Batch) -> Tensor:
    """Return images (B, 1, 32, 32) about 0."""
    return batch["image"].to(torch.float32).mean(dim=3).unsqueeze(1) / 64 - 1


def show(stream: Updates, normals: Mapping[str, SearchedNormal]) -> None:
    """Let all groups draw from the same distributions."""
    stream.update(
        {
            f"objects.{group}.{path}": normal.to_json()
            for group in GROUPS
            for path, normal in normals.items()
        }
    )


def frames_of_normals(normals: Mapping[str, SearchedNormal], frames: int, seed: int) -> Tensor:
    """Return images of frames that draw from `normals`."""
    stream = InProcessStream(RECIPE, [f"seed={seed}"])
    show(stream, normals)
    return torch.cat([grey_images(b) for b in in_batches(islice(stream, frames), BATCH)])


def judge() -> nn.Sequential:
    """Return a network that tells target frames, by a positive number, from the stream's."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(16, 32, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(32, 32, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Dropout(0.3), nn.Linear(512, 1)),
    )


class Contest:
    """The judge that learns while the search tries to please it."""

    def __init__(self, targets: Tensor, seed: int) -> None:
        torch.manual_seed(seed)
        self._targets = targets
        self._network = judge()
        self._optimizer = torch.optim.Adam(self._network.parameters(), 1e-3, weight_decay=1e-3)

    def rewards(self, images: Tensor) -> list[float]:
        """Learn from the images, then say how much each looks like a target frame."""
        for _ in range(2):
            chosen = self._targets[torch.randint(len(self._targets), (len(images),))]
            judged = self._network(torch.cat([chosen, images]))[:, 0]
            truth = torch.cat([torch.ones(len(chosen)), torch.zeros(len(images))])
            self._optimizer.zero_grad()
            binary_cross_entropy_with_logits(judged, truth).backward()
            self._optimizer.step()
        self._network.eval()
        with torch.no_grad():
            rewards: list[float] = self._network(images)[:, 0].tolist()
        self._network.train()
        return rewards


def search(
    targets: Tensor, seed: int, rounds: int, instances: int
) -> list[dict[str, SearchedNormal]]:
    """Return the distributions before each round and after the last."""
    contest = Contest(targets, seed)
    with frame_source(
        RECIPE, [f"seed={seed}"], batch_size=BATCH, frames=rounds * BATCH, instances=instances
    ) as (stream, batches):
        policy = CandidateSearch(stream, GROUPS, START, rate=RATE, seed=seed)
        policy.publish()
        way = [policy.normals]
        for batch in batches:
            groups = [annotation["objects"][0]["group"] for annotation in batch["annotation"]]
            policy.observe(batch["version"], groups, contest.rewards(grey_images(batch)))
            policy.publish()
            way.append(policy.normals)
    return way


def distance(normals: Mapping[str, SearchedNormal]) -> float:
    """Return how far the means still are from the target's, as a share of the way; 1 at first."""
    return statistics.mean(
        abs(normals[path].mean - goal.mean) / abs(START[path].mean - goal.mean)
        for path, goal in TARGET.items()
    )


def stated(normals: Mapping[str, SearchedNormal]) -> str:
    """Return means and deviations for a person."""
    return "  ".join(
        f"{path.removeprefix('parameters.')} {normal.mean:.3g} ± {normal.sigma:.2g}"
        for path, normal in normals.items()
    )


def picture(images: Tensor, file: Path) -> None:
    """Write the first 16 images side by side."""
    rows = (images[:16, 0] + 1).mul(64).clamp(0, 255).to(torch.uint8).unflatten(0, (2, 8))
    pixels = rows.permute(0, 2, 1, 3).reshape(2 * 32, 8 * 32).numpy()
    Image.fromarray(pixels).resize((1024, 256), Image.Resampling.NEAREST).save(file)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="searches")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=120, help="batches of each search")
    parser.add_argument("--targets", type=int, default=192, help="target frames")
    parser.add_argument("--instances", type=int, default=0, help="Blenders; 0 for none")
    parser.add_argument("--pictures", type=Path, help="folder for pictures of what was found")
    options = parser.parse_args()
    torch.set_num_threads(1)
    targets = frames_of_normals(TARGET, options.targets, TARGET_SEED)
    print(f"target         {stated(TARGET)}\nstart          {stated(START)}", flush=True)
    distances, found = [], START
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        *_, found = search(targets, seed, options.rounds, options.instances)
        distances.append(distance(found))
        print(f"seed {seed}: found  {stated(found)}  left {distances[-1]:.2f}", flush=True)
    spread = statistics.stdev(distances) if len(distances) > 1 else 0.0
    print(
        f"of the way from the start to the target's means {statistics.mean(distances):.2f} "
        f"± {spread:.2f} is left"
    )
    if options.pictures is not None:
        options.pictures.mkdir(parents=True, exist_ok=True)
        picture(targets, options.pictures / "target.png")
        for name, normals in (("start", START), ("found", found)):
            images = frames_of_normals(normals, BATCH, TARGET_SEED)
            picture(images, options.pictures / f"{name}.png")


if __name__ == "__main__":
    main()
