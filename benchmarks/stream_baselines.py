"""What a stream is measured against: a bare ring of shared memory, and pickles over ZeroMQ.

`BareRing` is the least that can be done: slots allotted before, one copy in, a tensor on the slot
out, a semaphore for each batch; no annotation, no protocol, no second reader. `BareSocket` is the
least through TCP, of one picture or of frames that are made. `PicklePipe` is how BlendTorch passes
frames on, at its best: contiguous arrays, one dict a message by `send_pyobj`, PUSH to PULL with a
queue of 10, batches put together by the DataLoader.
"""

from __future__ import annotations

import multiprocessing
import socket
import sys
from collections.abc import Iterator
from itertools import count
from multiprocessing import shared_memory
from pathlib import Path
from typing import Any

import numpy as np
import torch
import zmq
from torch.utils.data import DataLoader, IterableDataset

sys.path.insert(0, str(Path(__file__).parents[1]))

BATCH = 8
SLOTS = 8
"""Of a batch each."""
SHAPE = (512, 640, 3)
_HWM = 10
ANNOTATION = {"objects": [{"category": "cube", "visible_box": [1.0, 2.0, 30.0, 40.0]}]}


class BareRing:
    """One producer, one consumer, batches of frames side by side."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        size = SLOTS * BATCH * int(np.prod(SHAPE))
        self._memory = shared_memory.SharedMemory(create=True, size=size)
        self._slots = np.frombuffer(self._memory.buf, np.uint8).reshape(SLOTS, BATCH, *SHAPE)
        self._free, self._full = context.Semaphore(SLOTS), context.Semaphore(0)
        arguments = (self._memory.name, self._free, self._full)
        self._process = context.Process(target=_fill, args=arguments, daemon=True)
        self._process.start()

    def batches(self) -> Iterator[torch.Tensor]:
        """Yield batches without end."""
        number = 0
        while True:
            self._full.acquire()
            yield torch.from_numpy(self._slots[number % SLOTS])
            self._free.release()
            number += 1

    def close(self) -> None:
        """End the producer and free the memory."""
        self._process.kill()
        self._process.join()
        del self._slots
        self._memory.unlink()


def _fill(name: str, free: Any, full: Any) -> None:
    memory = shared_memory.SharedMemory(name)
    slots = np.frombuffer(memory.buf, np.uint8).reshape(SLOTS, BATCH, *SHAPE)
    picture, number = np.full(SHAPE, 127, np.uint8), 0
    while True:
        free.acquire()
        for place in range(BATCH):
            slots[number % SLOTS, place] = picture
        full.release()
        number += 1


class BareSocket:
    """The same through TCP: one call to send a frame, one to read it into memory that is there.

    Args:
        is_made: whether each frame is written into a slot before, as who renders it must; else one
            picture is sent again and again, which stays in the cache.
    """

    def __init__(self, *, is_made: bool) -> None:
        server = socket.create_server(("127.0.0.1", 0))
        context = multiprocessing.get_context("spawn")
        address = server.getsockname()
        self._process = context.Process(target=_send, args=(address, is_made), daemon=True)
        self._process.start()
        self._connection, _ = server.accept()
        server.close()
        self._slots = np.empty((SLOTS, BATCH, *SHAPE), np.uint8)

    def batches(self) -> Iterator[torch.Tensor]:
        """Yield batches without end."""
        for number in count():
            slot = self._slots[number % SLOTS]
            for frame in slot:
                self._connection.recv_into(frame.data, flags=socket.MSG_WAITALL)
            yield torch.from_numpy(slot)

    def close(self) -> None:
        """End the producer."""
        self._process.kill()
        self._process.join()
        self._connection.close()


def _send(address: tuple[str, int], is_made: bool) -> None:
    picture = np.full(SHAPE, 127, np.uint8)
    slots = np.zeros((SLOTS * BATCH, *SHAPE), np.uint8)
    with socket.create_connection(address) as connection:
        for number in count():
            frame = picture
            if is_made:
                frame = slots[number % len(slots)]
                frame[:] = picture
            connection.sendall(frame.data)


class PicklePipe:
    """Pickled dicts from a PUSH socket into a DataLoader."""

    def __init__(self, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_push, args=(sender,), daemon=True)
        self._process.start()
        self._loader = DataLoader(_Pulled(receiver.recv()), batch_size=BATCH, num_workers=workers)

    def batches(self) -> Iterator[torch.Tensor]:
        """Yield batches without end."""
        for item in self._loader:
            yield item["image"]

    def close(self) -> None:
        """End the producer."""
        self._process.kill()
        self._process.join()


class _Pulled(IterableDataset[Any]):
    def __init__(self, address: str) -> None:
        self._address = address

    def __iter__(self) -> Iterator[Any]:
        context = zmq.Context()
        pull = context.socket(zmq.PULL)
        pull.setsockopt(zmq.RCVHWM, _HWM)
        pull.connect(self._address)
        while True:
            message = pull.recv_pyobj()
            yield {"image": message["image"], "frameid": message["frameid"]}


def _push(sender: Any) -> None:
    push = zmq.Context().socket(zmq.PUSH)
    push.setsockopt(zmq.SNDHWM, _HWM)
    push.setsockopt(zmq.IMMEDIATE, 1)
    push.bind("tcp://127.0.0.1:*")
    sender.send(push.getsockopt_string(zmq.LAST_ENDPOINT))
    picture, number = np.full(SHAPE, 127, np.uint8), 0
    while True:
        message = {"btid": 0, "frameid": number, "image": picture, "annotation": ANNOTATION}
        push.send_pyobj(message)
        number += 1
