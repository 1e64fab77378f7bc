"""How fast frames come from a stream, beside what is least and what is usual.

    python benchmarks/stream.py [--rounds N] [--only transport|renderers|update]

Transport: pictures of 640 x 512 x 3 bytes with an annotation, into batches of 8 tensors, from one
producer that renders nothing, on one machine, by turns: a bare ring of shared memory, this project
through shared memory and through TCP, and pickles over ZeroMQ as BlendTorch has them, the last
three with 0 and 1 workers of a DataLoader. Medians of all rounds, and ratios within a round.

Renderers: frames a second of the preset `cube` through a stream with 1 and more instances, over
those of a loop that renders the same scenes in one process and gives them to nobody.

Update: seconds from `update()` until the first frame that was made with it is there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import torch
from torch.utils.data import DataLoader

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from stream_baselines import BATCH, SHAPE, BareRing, PicklePipe

from synth_addon.stream import StreamDataset, connect
from synth_addon.stream.address import StreamAddress
from synth_addon.stream.stream import Stream

_WARM = 16
"""Batches before the clock starts."""
SCRIPT = Path(__file__).with_name("scripted_stream.py")


class Source(Protocol):
    """Gives batches."""

    def batches(self) -> Iterator[torch.Tensor]: ...

    def close(self) -> None: ...


class SynthStream:
    """This project's own way.

    Args:
        is_shared: whether through shared memory; else through TCP.
    """

    def __init__(self, workers: int, *, is_shared: bool) -> None:
        size = f"{SHAPE[1]}x{SHAPE[0]}"
        command = [sys.executable, str(SCRIPT), "--size", size, "--views", "1000"]
        self._process = subprocess.Popen(
            [*command, "--queue", "32", "--lent", "64"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        address = json.loads(self._process.stdout.readline())["address"]
        stream = connect(address) if is_shared else Stream(_Far(address))
        self._loader = DataLoader(
            StreamDataset(stream, batch_size=BATCH), batch_size=None, num_workers=workers
        )

    def batches(self) -> Iterator[torch.Tensor]:
        for batch in self._loader:
            yield batch["image"]

    def close(self) -> None:
        self._process.communicate()


class _Far(StreamAddress):
    """The address of a stream whose memory is not shared."""

    @property
    def is_local(self) -> bool:
        return False


SOURCES: Mapping[str, Callable[[], Source]] = {
    "bare ring": BareRing,
    "synth, shared memory, 0 workers": lambda: SynthStream(0, is_shared=True),
    "synth, shared memory, 1 worker": lambda: SynthStream(1, is_shared=True),
    "synth, TCP, 0 workers": lambda: SynthStream(0, is_shared=False),
    "synth, TCP, 1 worker": lambda: SynthStream(1, is_shared=False),
    "pickle over ZeroMQ, 0 workers": lambda: PicklePipe(0),
    "pickle over ZeroMQ, 1 worker": lambda: PicklePipe(1),
}


def rate(source: Source, seconds: float) -> float:
    """Return frames a second."""
    batches = source.batches()
    for _ in range(_WARM):
        assert next(batches).shape == (BATCH, *SHAPE)
    began, count = time.perf_counter(), 0
    while (took := time.perf_counter() - began) < seconds:
        next(batches)
        count += BATCH
    del batches
    source.close()
    return count / took


def transport(rounds: int, seconds: float) -> dict[str, list[float]]:
    """Return the rates of all sources, by rounds."""
    rates: dict[str, list[float]] = {name: [] for name in SOURCES}
    for _ in range(rounds):
        for name, make in SOURCES.items():
            rates[name].append(rate(make(), seconds))
    return rates


def show_transport(rates: Mapping[str, list[float]]) -> None:
    """Print medians and ratios."""
    for name, values in rates.items():
        ratios = [
            [value / other for value, other in zip(values, rates[base], strict=True)]
            for base in (
                "bare ring",
                "pickle over ZeroMQ, 0 workers",
                "pickle over ZeroMQ, 1 worker",
            )
        ]
        columns = "".join(f"{statistics.median(ratio):9.2f}" for ratio in ratios)
        sys.stdout.write(f"{name:34}{statistics.median(values):9.0f}{columns}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--only", choices=("transport", "renderers", "update"))
    options = parser.parse_args()
    if options.only in (None, "transport"):
        sys.stdout.write(f"{'frames/s':>43}{'/ ring':>9}{'/ pkl 0':>9}{'/ pkl 1':>9}\n")
        show_transport(transport(options.rounds, options.seconds))


if __name__ == "__main__":
    main()
