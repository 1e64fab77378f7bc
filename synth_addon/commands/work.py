"""``synth work``: one worker of a pool; `farm.protocol` has what it hears and says."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..core.devices import DEVICES
from .arguments import add_output_argument, add_recipe_arguments, recipe_from
from .console import Console
from .open_file import open_file_of
from .script_arguments import add_script_arguments
from .work_script import run_scripted
from .work_stream import add_stream_arguments, stream_frames

if TYPE_CHECKING:
    from ..core.asset_catalog import AssetCatalog
    from ..core.dataset.info import DatasetInfo
    from ..core.dataset.place import Place
    from ..core.mesh import TriangleMesh
    from ..core.recipe.loading import LoadedRecipe
    from ..core.recipe.recipe import Recipe
    from ..core.renderer import Renderer
    from ..core.scene_spec import SettledScene
    from ..core.writers.frame_files import EncodedFrame
    from ..farm.orders import Orders

HELP = "be one worker of a pool"
DESCRIPTION = """\
Generate the scenes that are ordered on standard input, as JSON lines, and put their files into the
dataset's folder, or their frames into a stream. What happens is told on standard output, as JSON
lines. The coordinator enters finished scenes in the journal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_recipe_arguments(parser)
    add = parser.add_argument
    add_output_argument(parser, required=False)
    add_stream_arguments(parser)
    add_script_arguments(parser)
    add("--threads", type=int, default=1, metavar="N", help="render threads (default 1)")
    add("--device", choices=DEVICES, help="what Cycles renders on (default: CPU)")


def run(options: argparse.Namespace, console: Console) -> int:
    """Work until the coordinator says stop, or is gone."""
    from ..core.errors import SynthError

    console.json_lines = True
    with console.without_native_output():
        _beat(console)
        try:
            return _work(options, console)
        except SynthError as error:
            console.error(error)
            return error.exit_code


def _work(options: argparse.Namespace, console: Console) -> int:
    from ..core.dataset.presence import show_presence
    from ..core.native_threads import few_native_threads
    from ..farm.orders import Orders

    if isinstance(options.output, Path):
        show_presence(options.output)
    orders = Orders(sys.stdin)  # at once: a worker whose coordinator dies meanwhile has to end
    if options.script is not None:
        run_scripted(options, console, orders, partial(_hello, console))
        console.event("bye")
        return 0
    loaded = recipe_from(options, console)
    with few_native_threads(options.threads):
        ready = _ready(loaded, options, console)
    with closing(ready[2]):
        if options.channels is None:
            _make_scenes(options, console, ready, orders)
        else:
            keep = partial(_Remote, options.output, console) if options.output else None
            stream_frames(options, console, loaded, ready, orders, partial(_hello, console), keep)
    console.event("bye")
    return 0


def _make_scenes(
    options: argparse.Namespace,
    console: Console,
    ready: tuple[Recipe, AssetCatalog, Renderer],
    orders: Orders,
) -> None:
    from ..core.describe import dataset_info
    from ..core.job import FrameDone, Job

    def listener(done: FrameDone) -> None:
        console.event("frame", frame=done.frame, scene=done.scene)

    recipe, catalog, renderer = ready
    info = dataset_info(recipe, catalog, renderer.version)
    _hello(console, info)

    def turned_to(scene: int) -> None:
        console.event("begin", scene=scene)

    store = _Remote(options.output, console, info)
    job = Job(recipe, catalog, renderer, store, listener, turned_to=turned_to)
    job.run(orders.scenes(lambda: job.has_failed), orders.known)


def _hello(console: Console, info: DatasetInfo | None, **values: Any) -> None:
    from ..farm.protocol import PROTOCOL

    console.event(
        "hello",
        protocol=PROTOCOL,
        synth=__version__,
        python=platform.python_version(),
        process=os.getpid(),
        info=info.model_dump(mode="json") if info is not None else None,
        **values,
    )


def _ready(
    loaded: LoadedRecipe, options: argparse.Namespace, console: Console
) -> tuple[Recipe, AssetCatalog, Renderer]:
    from ..blender.ready_renderer import ready_renderer
    from ..core.asset_catalog import catalog_assets

    def report(name: str, number: int, total: int) -> None:
        console.event("convex_parts", mesh=name, number=number, total=total)

    catalog = catalog_assets(loaded, open_file_of(loaded.recipe))
    renderer, catalog = ready_renderer(
        loaded.recipe, catalog, options.threads, report, options.device or "CPU"
    )
    return loaded.recipe, catalog, renderer


class _Remote:
    """A dataset that another process keeps the journal of."""

    def __init__(self, output: Place, console: Console, info: DatasetInfo) -> None:
        from ..core.dataset.scene_files import SceneFiles
        from ..core.dataset.storage import folder_at

        self.info = info
        self._files = SceneFiles(folder_at(output), info)
        self._console = console

    def commit_scene(
        self,
        scene: SettledScene,
        frames: Sequence[EncodedFrame],
        meshes: Mapping[str, TriangleMesh],
    ) -> None:
        entry = self._files.write(scene, frames, meshes)
        size = sum(len(data) for frame in frames for _, data in frame.files)
        self._console.event(
            "scene", scene=entry.scene, entry=entry.line.decode().rstrip(), bytes=size
        )


def _beat(console: Console) -> None:
    """Tell from a thread of its own that this process lives, and how much memory it holds."""
    from ..farm.memory import own_memory_mib
    from ..farm.protocol import HEARTBEAT_S

    def beat() -> None:
        while True:
            console.event("heartbeat", memory_mib=round(own_memory_mib(), 1))
            pause.wait(HEARTBEAT_S)

    pause = threading.Event()
    threading.Thread(target=beat, daemon=True).start()
