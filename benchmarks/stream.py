"""How fast frames come from a stream, beside what is least and what is usual.

    python benchmarks/stream.py [--rounds N] [--only transport|renderers|update] [--plot FILE]

Transport: pictures of 640 x 512 x 3 bytes with an annotation, into batches of 8 tensors, from one
producer that renders nothing, on one machine, by turns, each in a process of its own: a bare ring
of shared memory, this project through shared memory and through TCP, and pickles over ZeroMQ as
BlendTorch has them, the last three with 0 and 1 workers of a DataLoader. Medians of all rounds, and
ratios within a round. Pickles get settings of malloc that spare them most page faults; the ring is
measured once more with copies past the processor's caches, as this project makes them. Bare TCP is
a socket alone: with one picture that stays in the cache, and with frames that are written first.

Renderers: frames a second of the preset `cube` through a stream with 1 and more instances, over
those of a loop that renders the same scenes in one process and gives them to nobody.

Update: seconds from `update()` until the first frame that was made with it is there.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import torch
from torch.utils.data import DataLoader

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from stream_baselines import BATCH, SHAPE, BareRing, BareSocket, PicklePipe

from synth_addon.broker.streaming_copies import with_streaming_copies
from synth_addon.stream import StreamDataset, connect, launch
from synth_addon.stream.address import StreamAddress
from synth_addon.stream.stream import Stream

_WARM = 16
"""Batches before the clock starts."""
_WARM_FRAMES = 4
_SHORT_QUEUE = 2
PRESET = "cube"
ENGINES: Mapping[str, Sequence[str]] = {
    "Workbench": ("render.engine=WORKBENCH",),
    "EEVEE, 1 sample": ("render.engine=EEVEE", "render.samples=1"),
}
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
            [*command, "--queue", "96", "--lent", "128"],
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


NO_PAGE_FAULTS: Mapping[str, str] = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 31),
    "MALLOC_TOP_PAD_": str(1 << 28),
}
"""Variables that let glibc keep memory which was freed."""
RING, PICKLES = "bare ring", ("pickle over ZeroMQ, 0 workers", "pickle over ZeroMQ, 1 worker")
SOURCES: Mapping[str, tuple[Callable[[], Source], Mapping[str, str]]] = {
    RING: (BareRing, {}),
    "bare ring, past the caches": (BareRing, with_streaming_copies(lambda place: {})(0)),
    "bare TCP, one picture": (lambda: BareSocket(is_made=False), {}),
    "bare TCP, frames made": (lambda: BareSocket(is_made=True), {}),
    "synth, shared memory, 0 workers": (lambda: SynthStream(0, is_shared=True), {}),
    "synth, shared memory, 1 worker": (lambda: SynthStream(1, is_shared=True), {}),
    "synth, TCP, 0 workers": (lambda: SynthStream(0, is_shared=False), {}),
    "synth, TCP, 1 worker": (lambda: SynthStream(1, is_shared=False), {}),
    PICKLES[0]: (lambda: PicklePipe(0), NO_PAGE_FAULTS),
    PICKLES[1]: (lambda: PicklePipe(1), NO_PAGE_FAULTS),
}
"""Each with variables of its processes."""


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


def rate_of(name: str, seconds: float) -> float:
    """Return frames a second of a source, in a process of its own."""
    command = [sys.executable, __file__, "--source", name, "--seconds", str(seconds)]
    environment = {**os.environ, **SOURCES[name][1]}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def transport(rounds: int, seconds: float) -> dict[str, list[float]]:
    """Return the rates of all sources, by rounds."""
    rates: dict[str, list[float]] = {name: [] for name in SOURCES}
    for _ in range(rounds):
        for name, values in rates.items():
            values.append(rate_of(name, seconds))
    return rates


def show_transport(rates: Mapping[str, list[float]]) -> None:
    """Print medians and ratios."""
    sys.stdout.write(f"{'frames/s':>43}{'/ ring':>9}{'/ pkl 0':>9}{'/ pkl 1':>9}\n")
    for name, values in rates.items():
        ratios = [
            [value / other for value, other in zip(values, rates[base], strict=True)]
            for base in (RING, *PICKLES)
        ]
        columns = "".join(f"{statistics.median(ratio):9.2f}" for ratio in ratios)
        sys.stdout.write(f"{name:34}{statistics.median(values):9.0f}{columns}\n")


def plot(rates: Mapping[str, list[float]], file: Path) -> None:
    """Draw the rates as bars."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 3.2), layout="constrained")
    names = list(rates)[::-1]
    medians = [statistics.median(rates[name]) for name in names]
    bars = axes.barh(names, medians, color=["#4c9f70" if "synth" in n else "#999" for n in names])
    axes.bar_label(bars, fmt="%.0f", padding=3)
    axes.set_xlabel("frames/s, 640 x 512 x 3 bytes with annotation, batches of 8")
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)


def bare_rate(seconds: float, overrides: Sequence[str]) -> float:
    """Return frames a second of a loop that gives them to nobody."""
    loop = Path(__file__).with_name("bare_loop.py")
    command = [sys.executable, str(loop), PRESET, str(seconds), *overrides]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def stream_rate(seconds: float, overrides: Sequence[str], instances: int) -> float:
    """Return frames a second of a stream, read as tensors."""
    with launch(PRESET, instances, overrides=overrides, queue=_SHORT_QUEUE) as stream:
        frames = iter(StreamDataset(stream))
        for _ in range(_WARM_FRAMES * instances + _SHORT_QUEUE):
            next(frames)
        began, count = time.perf_counter(), 0
        while (took := time.perf_counter() - began) < seconds:
            next(frames)["image"]
            count += 1
    return count / took


def renderers(rounds: int, seconds: float) -> None:
    """Print the rates of streams over those of bare loops."""
    most = os.cpu_count() or 1
    sys.stdout.write(f"{'':20}{'bare loop':>10}{'1 instance':>12}{'ratio':>8}")
    sys.stdout.write(f"{f'{most} instances':>14}{'ratio':>8}\n")
    for engine, overrides in ENGINES.items():
        rows = [
            (
                bare_rate(seconds, overrides),
                stream_rate(seconds, overrides, 1),
                stream_rate(seconds, overrides, most),
            )
            for _ in range(rounds)
        ]
        bare, one, many = (statistics.median(column) for column in zip(*rows, strict=True))
        ratios = [statistics.median(row[at] / row[0] for row in rows) for at in (1, 2)]
        sys.stdout.write(f"{engine:20}{bare:10.2f}{one:12.2f}{ratios[0]:8.2f}")
        sys.stdout.write(f"{many:14.2f}{ratios[1]:8.2f}\n")
        sys.stdout.flush()


def updates(rounds: int) -> None:
    """Print how long a change takes to be seen, and how many older frames come before."""
    for engine, overrides in ENGINES.items():
        seconds, older = [], []
        with launch(PRESET, overrides=overrides, queue=_SHORT_QUEUE) as stream:
            frames = stream.frames()
            for _ in range(_WARM_FRAMES):
                next(frames)
            for number in range(rounds):
                energy = {"uniform": [40 + number, 120]}
                began, version = time.perf_counter(), stream.update({"lights.energy": energy})
                count = 0
                while next(frames)["version"] != version:
                    count += 1
                seconds.append(time.perf_counter() - began)
                older.append(count)
        sys.stdout.write(
            f"update, {engine:12}{statistics.median(seconds):8.2f} s, after "
            f"{statistics.median(older):.0f} frames of the older recipe\n"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measured transport")
    parser.add_argument("--render-seconds", type=float, default=20.0)
    parser.add_argument("--only", choices=("transport", "renderers", "update"))
    parser.add_argument("--plot", type=Path, default=Path("build/bench/stream.png"))
    parser.add_argument("--source", choices=SOURCES, help="print the rate of this one alone")
    options = parser.parse_args()
    if options.source is not None:
        sys.stdout.write(f"{rate(SOURCES[options.source][0](), options.seconds)}\n")
        return
    if options.only in (None, "transport"):
        rates = transport(options.rounds, options.seconds)
        show_transport(rates)
        plot(rates, options.plot)
    if options.only in (None, "renderers"):
        renderers(options.rounds, options.render_seconds)
    if options.only in (None, "update"):
        updates(options.rounds)


if __name__ == "__main__":
    main()
