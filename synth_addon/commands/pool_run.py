"""``synth generate --workers``: the same dataset by many processes."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import INTERRUPTED
from .console import Console
from .pool_progress import pool_progress
from .wording import counted, made_anew

if TYPE_CHECKING:
    from ..core.dataset.info import DatasetInfo
    from ..core.dataset.object_store import ObjectStore
    from ..core.dataset.place import Place
    from ..core.dataset.store import DatasetStore
    from ..core.devices import Device
    from ..farm.backend import Backend
    from ..farm.pool import PoolReport

BACKENDS = ("local", "ray")
_START_S = 60.0
"""How much longer a process may take to say its first word, on a machine that starts many."""
UNFINISHED = 3
"""Exit code where scenes were set aside."""


def add_backend_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare how many processes there are, and where."""
    parser.add_argument(
        "--workers", metavar="N", help="make it by N processes, or auto for what suits this machine"
    )
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        help="where workers run: on this machine (local), or on those of a Ray cluster (ray)",
    )
    parser.add_argument(
        "--address",
        metavar="auto|HOST:PORT",
        help="the Ray cluster (default: what RAY_ADDRESS names, or else this machine alone)",
    )


def add_pool_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what only pools of workers need."""
    add_backend_arguments(parser)
    parser.add_argument(
        "--blender", metavar="PROGRAM", help="the Blender that workers are (default: this one)"
    )
    parser.add_argument(
        "--scene-timeout",
        type=float,
        default=1800.0,
        metavar="SECONDS",
        help="a scene that takes longer ends its worker and is tried by others (default 1800)",
    )
    parser.add_argument(
        "--worker-timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="a worker that is silent for longer is replaced (default 60)",
    )
    parser.add_argument(
        "--recycle-scenes",
        type=int,
        default=0,
        metavar="N",
        help="replace a worker after N scenes (default: never)",
    )
    parser.add_argument(
        "--recycle-memory",
        type=float,
        default=0.0,
        metavar="MIB",
        help="replace a worker that holds more memory (default: never)",
    )
    parser.add_argument(
        "--min-free-disk",
        type=float,
        default=512.0,
        metavar="MIB",
        help="workers begin no scene while less is free (default 512)",
    )


def wants_pool(options: argparse.Namespace) -> bool:
    """Tell whether many processes are asked for.

    Raises:
        UsageError: the number of workers cannot be read, or an address is given without a cluster.
    """
    from ..core.errors import UsageError

    if options.address is not None and options.backend != "ray":
        raise UsageError(f"--address {options.address}: is that of a cluster. Add --backend ray")
    return parse_workers(options.workers) is not None or options.backend is not None


def parse_workers(text: str | None) -> int | None:
    """Read ``--workers N`` or ``auto``; 0 stands for auto.

    Raises:
        UsageError: it is neither.
    """
    from ..core.errors import UsageError

    if text is None or text == "auto":
        return None if text is None else 0
    if not text.isdigit() or not 1 <= int(text) <= 1024:
        raise UsageError(f"--workers {text}: give a number from 1 to 1024, or auto")
    return int(text)


def run_pool(
    options: argparse.Namespace,
    console: Console,
    scenes: Sequence[int],
    views: int,
    record: Callable[[Mapping[int, str]], None],
) -> int:
    """Generate scenes by a pool of workers and return the exit code.

    Args:
        views: of each scene.
        record: keeps beside the dataset how it was asked for, and which scenes were set aside.
    """
    from ..core.dataset.storage import make_place
    from ..farm.crew import PoolSettings
    from ..farm.guards import resource_guard
    from ..farm.pool import Pool
    from .interrupts import noted_interrupts

    make_place(options.output)
    with ExitStack() as held:
        backend = held.enter_context(_backend(options, len(scenes)))
        settings = PoolSettings(
            silence_s=options.worker_timeout,
            start_s=_START_S + options.worker_timeout if backend.is_local else math.inf,
            scene_s=options.scene_timeout,
            recycle_scenes=options.recycle_scenes,
            recycle_mib=options.recycle_memory,
        )
        dataset = _Dataset(options, scenes, held)
        check = held.enter_context(noted_interrupts())
        console.write(backend.description)
        told = held.enter_context(pool_progress(console, views))

        def opened(info: DatasetInfo) -> DatasetStore | ObjectStore:
            store = dataset.opened(info)
            record({})
            if store.damaged:
                told.noticed(made_anew(store.damaged))
            return store

        guard = resource_guard(options.output, options.min_free_disk, backend.is_local)
        pool = Pool(backend.start, backend.seats, settings, opened, told, guard, check)
        told.show(lambda: pool.workers)
        try:
            report = pool.run(scenes)
        except KeyboardInterrupt:
            return INTERRUPTED
        finally:
            if dataset.store is not None:
                record(pool.report.set_aside)
        assert dataset.store is not None
        dataset.store.finish()
    _summarise(report, options.output, console)
    return UNFINISHED if report.set_aside else 0


class _Dataset:
    """The dataset of a run, opened once a worker has told what it is."""

    def __init__(self, options: argparse.Namespace, scenes: Sequence[int], held: ExitStack) -> None:
        self.store: DatasetStore | ObjectStore | None = None
        self._options, self._scenes, self._held = options, scenes, held

    def opened(self, info: DatasetInfo) -> DatasetStore | ObjectStore:
        from ..core.dataset.storage import open_store

        options = self._options
        self.store = open_store(
            options.output, info, options.resume, self._scenes, check_all=options.verify
        )
        self._held.callback(self.store.close)
        return self.store


@contextmanager
def _backend(options: argparse.Namespace, scenes: int) -> Iterator[Backend]:
    from ..farm.backend import local_backend
    from ..farm.sizing import auto_workers, card_of, threads_of

    device: Device = options.device or "CPU"
    asked = parse_workers(options.workers) or 0
    if options.backend == "ray":
        from ..farm.ray_backend import ray_backend

        threads = options.threads or 1
        command = worker_command(options, threads, options.output)
        with ray_backend(command, options.address, asked, threads, device) as backend:
            yield backend
        return
    workers = max(1, min(asked or auto_workers(device), scenes))
    threads = options.threads or threads_of(workers)
    text = f"{counted(workers, 'worker')} with {counted(threads, 'render thread')} each"
    yield local_backend(
        worker_command(options, threads, options.output), workers, card_of(device), text
    )


def worker_command(
    options: argparse.Namespace, threads: int, output: Place | None, words: Sequence[str] = ()
) -> list[str]:
    """Return the command line of a worker: of a Blender, or of this Python with `bpy`.

    Args:
        output: the dataset that its scenes go into; None if into none.
        words: further arguments of `synth work`.
    """
    own = ["--threads", str(threads), *words]
    if output is not None:
        own += ["--output", str(_anywhere(output))]
    for name in ("seed", "folder", "device"):
        if getattr(options, name) is not None:
            own += [f"--{name}", str(getattr(options, name))]
    if options.untrusted:
        own.append("--untrusted")
    for override in options.set:
        own += ["--set", override]
    source = [options.source] if options.source is not None else []
    blender = options.blender or running_blender()
    if blender is None:
        return [
            sys.executable,
            "-m",
            f"{__package__.rpartition('.')[0]}.cli",
            "work",
            *source,
            *own,
        ]
    batch = str(Path(__file__).resolve().parents[1] / "batch.py")
    file = []
    if source and source[0].endswith(".blend"):
        file, source = source, []
    elif not source and "--script" not in words:
        file = [_open_file()]
    start = [str(blender), "--background", "--disable-autoexec", "--threads", str(threads)]
    start += [*file, "--python", batch, "--"]
    return [*start, "work", *source, *own]


def _anywhere(place: Place) -> Place:
    """Return a place such that it is found from any folder."""
    return place.absolute() if isinstance(place, Path) else place


def running_blender() -> str | None:
    """Return the program of the Blender that this runs in; None outside and in the module."""
    bpy = sys.modules.get("bpy")
    return (bpy.app.binary_path or None) if bpy is not None else None


def _open_file() -> str:
    from ..core.errors import UsageError

    bpy: Any = sys.modules.get("bpy")
    path = str(bpy.data.filepath) if bpy is not None else ""
    if not path:
        raise UsageError("workers need a SOURCE, or a .blend file that was saved. Save it first")
    return path


def _summarise(report: PoolReport, output: Place, console: Console) -> None:
    console.event(
        "done",
        output=str(output),
        frames=report.frames,
        bytes=report.size,
        replaced=report.replaced,
        set_aside={str(scene): reason for scene, reason in report.set_aside.items()},
    )
    console.write(f"{counted(report.frames, 'new frame')}; the dataset is in {output}")
    for scene, reason in report.set_aside.items():
        console.write(f"scene {scene} is missing, it ended too many workers: {reason}")
