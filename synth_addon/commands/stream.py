"""``synth stream``: frames of a running recipe, for training loops."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.devices import DEVICES
from .arguments import INTERRUPTED, add_recipe_arguments, recipe_from
from .console import Console
from .open_file import open_file_of
from .script_arguments import add_script_arguments, script_source, script_words
from .wording import counted

if TYPE_CHECKING:
    from ..broker.broker import Broker, BrokerSettings
    from ..broker.door import Door
    from ..broker.frame_source import FrameSource
    from ..core.dataset.info import DatasetInfo
    from ..core.dataset.object_store import ObjectStore
    from ..core.dataset.store import DatasetStore

TOKEN = "SYNTH_STREAM_TOKEN"
"""Variable with what readers of the stream must know."""
_REPORT_S = 10.0
_START_S = 120.0
HELP = "stream frames of a recipe or script into training loops"
DESCRIPTION = """\
Render without end, or as many scenes as are asked for, and hand frames with their annotations to
whoever reads them: `synth_addon.stream.connect(ADDRESS)` in Python. Rendering waits while nobody
reads. Scene 0, 1, … are those that `synth generate` makes of the same recipe. With --script, a
Python file of yours makes the frames instead, each a scene; docs/scripting.md shows how."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_recipe_arguments(parser)
    add_script_arguments(parser)
    _add_reader_arguments(parser)
    add = parser.add_argument
    add("--instances", type=int, default=1, metavar="N", help="Blenders that render (default 1)")
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--scenes", type=int, metavar="N", help="end after scenes 0 to N-1")
    amount.add_argument("--scene-range", metavar="A:B", help="make scenes A to B-1 alone")
    add("--record", type=Path, metavar="DIR", help="keep all finished scenes as a dataset, too")
    add("--threads", type=int, metavar="N", help="render threads of each instance")
    add("--device", choices=DEVICES, help="what Cycles renders on (default: CPU)")
    add("--blender", metavar="PROGRAM", help="the Blender that instances are (default: this one)")
    add(
        "--scene-timeout",
        type=float,
        default=1800.0,
        metavar="SECONDS",
        help="a scene that takes longer ends its instance and is tried by others (default 1800)",
    )
    add(
        "--instance-timeout",
        type=float,
        default=15.0,
        metavar="SECONDS",
        help="an instance that is silent for longer is replaced (default 15)",
    )
    add(
        "--until-input-ends",
        action="store_true",
        help="end when standard input does, so that the stream goes with the program that began it",
    )
    add("--json", action="store_true", help="write what happens as JSON lines")


def _add_reader_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--address",
        default="tcp://127.0.0.1:*",
        metavar="URL",
        help="where readers connect (default tcp://127.0.0.1:*, a free port that is told); other "
        "machines reach tcp://*:PORT, which needs --keys",
    )
    add("--keys", type=Path, metavar="DIR", help="let those read that have keys of this folder")
    add(
        "--channels",
        default="image",
        metavar="NAMES",
        help="arrays of each frame, such as image,depth,normals,instances (default image)",
    )
    add(
        "--queue",
        type=int,
        default=16,
        metavar="N",
        help="frames made ahead of readers; rendering waits for them then (default 16)",
    )
    add(
        "--lent",
        type=int,
        metavar="N",
        help="frames that readers may hold without a copy, batches that a loader has fetched ahead "
        "included (default: as many as a quarter of the free memory holds, from 8 to 1024; memory "
        "is taken as they are needed)",
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Stream until interrupted, or all is read that was asked for."""
    refuse_without_zeromq()
    from ..broker.broker import BrokerSettings
    from ..broker.door import Door
    from ..stream.keys import server_keys

    _check(options)
    source = _recipe(options, console) if options.script is None else script_source(options)
    scenes = _scenes(options)
    keys = server_keys(options.keys) if options.keys is not None else None
    settings = BrokerSettings(options.queue, options.lent, os.environ.get(TOKEN, ""))
    with ExitStack() as held:
        recording = _Recording(options, scenes, held)
        door = Door(options.address, keys)
        console.event("stream", address=door.address, recipe=source.name)
        console.write(f'{source.name}: connect("{door.address}")')
        check = held.enter_context(_ending(options))
        try:
            _broker(options, console, source, scenes, door, settings, recording, check).run()
        except KeyboardInterrupt:
            recording.finish()
            return INTERRUPTED if options.scenes is None and not options.until_input_ends else 0
        except StreamIsRead:
            recording.finish()
    return 0


def refuse_without_zeromq() -> None:
    """Find out whether the package is there that streams need.

    Raises:
        UsageError: it is not.
    """
    from ..core.errors import UsageError

    if find_spec("zmq") is None:
        raise UsageError(
            "the package pyzmq is not installed. Install it with: pip install 'synth-addon[stream]'"
        )


class StreamIsRead(Exception):
    """All that was asked for is made and read."""


def _check(options: argparse.Namespace) -> None:
    from ..broker.frame_publisher import CHANNELS
    from ..core.errors import UsageError

    for name, low, high in (("instances", 1, 1024), ("queue", 1, 2048), ("lent", 0, 2048)):
        value = getattr(options, name)
        if value is not None and not low <= value <= high:
            raise UsageError(f"--{name} {value}: out of range. Give {low} to {high}")
    for channel in options.channels.split(","):
        if channel not in CHANNELS:
            known = ", ".join(CHANNELS)
            raise UsageError(f"--channels {options.channels}: no {channel!r}. There are {known}")
    if options.threads is not None and options.threads < 1:
        raise UsageError(f"--threads {options.threads}: must be at least 1")


def _recipe(options: argparse.Namespace, console: Console) -> FrameSource:
    from ..broker.recipe_versions import RecipeVersions
    from ..core.asset_catalog import catalog_assets
    from ..core.errors import UsageError

    if options.resolution is not None:
        raise UsageError("--resolution goes with --script. Write --set camera.width_px=PIXELS")
    loaded = recipe_from(options, console)
    for notice in catalog_assets(loaded, open_file_of(loaded.recipe)).notices:
        console.notice(notice)
    return RecipeVersions(loaded, lambda new: catalog_assets(new, open_file_of(new.recipe)))


def _scenes(options: argparse.Namespace) -> range:
    from ..core.recipe.recipe import MOST_SCENES
    from .generate import parse_scene_range

    if options.scene_range is not None:
        return parse_scene_range(options.scene_range)
    return range(options.scenes or MOST_SCENES)


def _broker(
    options: argparse.Namespace,
    console: Console,
    source: FrameSource,
    scenes: range,
    door: Door,
    settings: BrokerSettings,
    recording: _Recording,
    check: Callable[[], None],
) -> Broker:
    from ..broker.broker import Broker
    from ..broker.streaming_copies import with_streaming_copies
    from ..farm.backend import local_backend
    from ..farm.crew import PoolSettings
    from ..farm.sizing import card_of, threads_of
    from .pool_run import worker_command

    threads = options.threads or threads_of(options.instances)
    words = ["--channels", options.channels]
    if options.script is not None:
        words = script_words(options)
    command = worker_command(options, threads, options.record, words)
    environment = with_streaming_copies(card_of(options.device or "CPU"))
    backend = local_backend(command, options.instances, environment, "")
    watching = PoolSettings(
        silence_s=options.instance_timeout,
        start_s=_START_S,
        scene_s=options.scene_timeout,
        ahead=1,
    )
    report = _Report(options, console, check)
    broker = Broker(
        door,
        backend.start,
        options.instances,
        watching,
        source,
        scenes,
        settings,
        console.warn,
        began=lambda: console.event("ready"),
        keep=recording.opened if options.record is not None else None,
        check=report,
    )
    report.broker = broker
    return broker


class _Report:
    """Tells now and then how the stream goes, and ends it once all is read."""

    broker: Broker

    def __init__(
        self, options: argparse.Namespace, console: Console, check: Callable[[], None]
    ) -> None:
        self._console, self._check = console, check
        self._ends = not options.until_input_ends
        self._told, self._delivered = time.monotonic(), 0

    def __call__(self) -> None:
        self._check()
        if self._ends and self.broker.is_read:
            raise StreamIsRead
        if time.monotonic() - self._told < _REPORT_S:
            return
        self._told = time.monotonic()
        values = self.broker.statistics()
        self._console.event("statistics", **values)
        if values["frames_delivered"] != self._delivered:
            self._delivered = values["frames_delivered"]
            self._console.write(
                f"{counted(self._delivered, 'frame')} read, {values['frames_per_second']:.3g} a "
                f"second; {values['ready']} of {values['queue']} made ahead"
            )


class _Recording:
    """The dataset that finished scenes are kept in."""

    def __init__(self, options: argparse.Namespace, scenes: range, held: ExitStack) -> None:
        from ..core.dataset.storage import make_place, refuse_foreign

        self._options, self._scenes, self._held = options, scenes, held
        self._store: DatasetStore | ObjectStore | None = None
        if options.record is not None:
            refuse_foreign(options.record)
            make_place(options.record)

    def opened(self, info: DatasetInfo) -> DatasetStore | ObjectStore:
        """Open it, once an instance has told what it makes."""
        from ..core.dataset.storage import open_store

        self._store = open_store(self._options.record, info, False, self._scenes)
        self._held.callback(self._store.close)
        return self._store

    def finish(self) -> None:
        """Write what datasets have at their end."""
        if self._store is not None:
            self._store.finish()


@contextmanager
def _ending(options: argparse.Namespace) -> Iterator[Callable[[], None]]:
    """Yield what raises `KeyboardInterrupt` once the stream is to end."""
    from .interrupts import noted_interrupts

    has_ended = threading.Event()
    if options.until_input_ends:
        threading.Thread(target=partial(_wait_for_end, has_ended), daemon=True).start()
    with noted_interrupts() as raise_if_interrupted:

        def check() -> None:
            raise_if_interrupted()
            if has_ended.is_set():
                raise KeyboardInterrupt

        yield check


def _wait_for_end(has_ended: threading.Event) -> None:
    for line in sys.stdin:
        if '"stop"' in line:
            break
    has_ended.set()
