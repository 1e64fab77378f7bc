"""A training program: reads a stream and tells each frame that it has looked at, one a line.

    python trainer.py ADDRESS|- WORKERS near|far BATCHES [MANNER]

It reads so many batches of 4, and then does what its manner says: `sleep` until it is killed, go on
to the `end` of the stream, `lose` a worker and read another epoch, or, with a stream of its own
(`-`), `exit`, `crash` or `close` it.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
import warnings

from synth_addon.stream import LaunchedStream, Stream, StreamDataset, launcher
from synth_addon.stream.address import StreamAddress
from tests.stream.conftest import SCRIPT, Far, checked, children


def main() -> None:
    address, workers, place, batches, manner = sys.argv[1:]
    stream = _own() if address == "-" else _at(address, is_far=place == "far")
    if manner == "lose":
        lose(stream, int(workers), int(batches))
        return
    reading = _batches(stream, int(workers))
    for batch in itertools.islice(reading, int(batches)):
        _tell(batch)
    if manner == "close":
        assert isinstance(stream, LaunchedStream)
        reading.close()
        stream.close()
    elif manner == "crash":
        raise RuntimeError("this program fails")
    elif manner == "sleep":
        print("sleeping", flush=True)
        time.sleep(600)
    elif manner == "end":
        for batch in reading:
            _tell(batch)


def lose(stream: Stream, workers: int, batches: int) -> None:
    from torch.utils.data import DataLoader

    loader = DataLoader(StreamDataset(stream, batch_size=4), batch_size=None, num_workers=workers)
    reading = iter(loader)
    for batch in itertools.islice(reading, batches):
        _tell(batch)
    del batch
    try:
        os.kill(children(os.getpid())[0], signal.SIGKILL)
        time.sleep(60)  # torch raises when it hears of the end
    except RuntimeError as error:
        print(error, flush=True)
    del reading
    for batch in loader:
        _tell(batch)


def _own() -> LaunchedStream:
    return launcher._launched([sys.executable, str(SCRIPT), "--checked", "--instances", "2"])


def _at(address: str, *, is_far: bool) -> Stream:
    return Stream(Far(address) if is_far else StreamAddress(address))


def _batches(stream: Stream, workers: int):
    if not workers:
        return stream.batches(4)
    from torch.utils.data import DataLoader

    warnings.simplefilter("ignore")
    dataset = StreamDataset(stream, batch_size=4)
    return (batch for batch in DataLoader(dataset, batch_size=None, num_workers=workers))


def _tell(batch: object) -> None:
    for frame in checked(batch):
        print(frame, flush=True)


if __name__ == "__main__":
    main()
