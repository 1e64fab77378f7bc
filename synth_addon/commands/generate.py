"""``synth generate``: the main job."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.devices import DEVICES
from .arguments import INTERRUPTED, add_output_argument, add_recipe_arguments, recipe_from
from .console import Console
from .exporting import parse_exports, write_exports
from .open_file import open_file_of
from .pool_run import add_pool_arguments, run_pool, wants_pool
from .wording import counted, made_anew

if TYPE_CHECKING:
    from ..core.asset_catalog import AssetCatalog
    from ..core.dataset.object_store import ObjectStore
    from ..core.dataset.place import Place
    from ..core.dataset.store import DatasetStore
    from ..core.job import Job
    from ..core.recipe.recipe import Recipe
    from ..core.renderer import Renderer

HELP = "generate an annotated dataset from a recipe"
DESCRIPTION = """\
Generate an annotated dataset. Each scene appears in the folder whole or not at all; after an
interruption of any kind the same command with --resume goes on, and the result is the same as
without the interruption. Scene ranges can be generated in any order, into one folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_recipe_arguments(parser)
    add_output_argument(parser)
    add_amount_arguments(parser)
    parser.add_argument(
        "--resume", action="store_true", help="keep finished scenes and make only what is missing"
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="with --resume, read all files of finished scenes first and make damaged scenes anew; "
        "without it the newest are looked at, for a few seconds",
    )
    parser.add_argument(
        "--shard",
        metavar="K/N",
        help="generate every N-th of the scenes from the K-th on, K from 0; `synth merge` joins",
    )
    add_pool_arguments(parser)
    parser.add_argument(
        "--threads", type=int, metavar="N", help="render threads (default: all cores)"
    )
    parser.add_argument(
        "--device",
        choices=DEVICES,
        help="what Cycles renders on (default: CPU); a dataset is resumed on the same kind only",
    )
    parser.add_argument(
        "--export",
        action="append",
        default=[],
        metavar="FORMAT=DIR",
        help="write the finished dataset in a format too, as `synth export` does; may be repeated",
    )
    parser.add_argument(
        "--json", action="store_true", help="write progress and summary as JSON lines"
    )


def add_amount_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --scenes, --scene-range and --frames."""
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--scenes", type=int, metavar="N", help="generate scenes 0 to N-1")
    amount.add_argument(
        "--scene-range", metavar="A:B", help="generate scenes A to B-1, as one part of many"
    )
    amount.add_argument(
        "--frames", type=int, metavar="N", help="generate N frames, rounded up to whole scenes"
    )


def wanted_scenes(options: argparse.Namespace, recipe: Recipe) -> range:
    """Return the scenes that the arguments ask for, of which a shard is a part.

    Raises:
        UsageError: they ask for none, or cannot be read.
    """
    from ..core.errors import UsageError

    scenes = scene_range(options, recipe)
    if options.shard is None:
        return scenes
    match = re.fullmatch(r"([0-9]{1,7})/([0-9]{1,7})", options.shard)
    if match is None or not int(match[1]) < int(match[2]):
        raise UsageError(f"--shard {options.shard}: write K/N, K from 0 to N-1")
    part = scenes[int(match[1]) :: int(match[2])]
    if not part:
        raise UsageError(f"--shard {options.shard}: there are {len(scenes)} scenes. Name fewer")
    return part


def scene_range(options: argparse.Namespace, recipe: Recipe) -> range:
    """Return the scenes that the arguments ask for.

    Raises:
        UsageError: they ask for none, or the range cannot be read.
    """
    from ..core.errors import UsageError
    from ..core.recipe.recipe import MOST_SCENES

    if options.scene_range is not None:
        return parse_scene_range(options.scene_range)
    for name in ("scenes", "frames"):
        amount = getattr(options, name)
        if amount is not None and not 1 <= amount <= MOST_SCENES:
            raise UsageError(f"--{name} {amount}: out of range. Give 1 to {MOST_SCENES}")
    if options.frames is not None:
        return range(-(-options.frames // recipe.views_per_scene))
    return range(options.scenes or recipe.scenes)


def parse_scene_range(text: str) -> range:
    """Read ``--scene-range A:B``.

    Raises:
        UsageError: it is no such range.
    """
    from ..core.errors import UsageError
    from ..core.recipe.recipe import MOST_SCENES

    match = re.fullmatch(r"([0-9]{1,10}):([0-9]{1,10})", text)
    first, last = (int(match[1]), int(match[2])) if match else (0, 0)
    if not first < last <= MOST_SCENES:
        raise UsageError(
            f"--scene-range {text!r}: not A:B with A below B and B at most {MOST_SCENES}. "
            "Write 0:100"
        )
    return range(first, last)


def run(options: argparse.Namespace, console: Console) -> int:
    """Generate the scenes asked for."""
    from ..core.asset_catalog import catalog_assets
    from ..core.dataset.storage import refuse_foreign
    from ..core.errors import UsageError

    if options.threads is not None and options.threads < 1:
        raise UsageError(f"--threads {options.threads}: must be at least 1")
    loaded = recipe_from(options, console)
    scenes = wanted_scenes(options, loaded.recipe)
    is_pool = wants_pool(options)
    exports = parse_exports(options.export, options.output)
    refuse_foreign(options.output)  # before Blender takes seconds to start
    catalog = catalog_assets(loaded, open_file_of(loaded.recipe))
    for notice in catalog.notices:
        console.notice(notice)
    if not is_pool:
        with console.without_native_output():
            code = _generate(options, console, loaded.recipe, catalog, scenes)
    else:
        record = partial(_record_run, options, len(scenes))
        code = run_pool(options, console, scenes, loaded.recipe.views_per_scene, record)
        if code == INTERRUPTED:
            _tell_interrupted(options, console)
    if code == 0:
        write_exports(options.output, exports, console)
    return code


def _generate(
    options: argparse.Namespace,
    console: Console,
    recipe: Recipe,
    catalog: AssetCatalog,
    scenes: range,
) -> int:
    from ..core.dataset.storage import open_store
    from ..core.describe import dataset_info
    from ..core.native_threads import few_native_threads

    def report(name: str, number: int, total: int) -> None:
        console.event("convex_parts", mesh=name, number=number, total=total)
        console.write(f"splitting {name} into convex parts, {number} of {total}; kept for later")

    with console.without_native_errors(), few_native_threads(options.threads or 0):
        from ..blender.ready_renderer import ready_renderer

        renderer, catalog = ready_renderer(
            recipe, catalog, options.threads or 0, report, options.device or "CPU"
        )
    with closing(renderer):
        info = dataset_info(recipe, catalog, renderer.version)
        with open_store(
            options.output, info, options.resume, scenes, check_all=options.verify
        ) as store:
            if store.damaged:
                console.warn(made_anew(store.damaged))
            return _run_job(options, console, recipe, catalog, scenes, renderer, store)


def _run_job(
    options: argparse.Namespace,
    console: Console,
    recipe: Recipe,
    catalog: AssetCatalog,
    scenes: range,
    renderer: Renderer,
    store: DatasetStore | ObjectStore,
) -> int:
    from ..core.job import FrameDone, Job
    from .interrupts import noted_interrupts
    from .progress import progress_of

    _record_run(options, len(scenes), {})
    pending = store.count_pending(scenes)
    total = pending * recipe.views_per_scene
    console.event("start", output=str(options.output), frames=total, scenes=pending)
    console.write(_plan(options.output, len(scenes), pending, recipe))
    with progress_of(console, total) as report, noted_interrupts() as raise_if_interrupted:

        def listener(done: FrameDone) -> None:
            report(done)
            raise_if_interrupted()

        job = Job(recipe, catalog, renderer, store, listener)
        try:
            job.run(store.pending(scenes))
        except KeyboardInterrupt:
            _tell_interrupted(options, console)
            return INTERRUPTED
    store.finish()
    _summarise(console, options.output, total, job)
    return 0


def _plan(output: Place, scenes: int, pending: int, recipe: Recipe) -> str:
    amount = f"{counted(scenes, 'scene')} with {counted(recipe.views_per_scene, 'view')} each"
    done = f", {scenes - pending} of them finished before" if pending < scenes else ""
    return f"{recipe.name}: {amount} into {output}{done}"


def _tell_interrupted(options: argparse.Namespace, console: Console) -> None:
    console.event("interrupted", resume=_resume_command(options))
    console.write(f"interrupted; to go on: {_resume_command(options)}")


def _record_run(options: argparse.Namespace, scenes: int, set_aside: Mapping[int, str]) -> None:
    """Keep beside the dataset how it was asked for, for `synth status` and `synth resume`."""
    from ..core.dataset.run_record import RunRecord, write_run
    from ..core.dataset.storage import folder_at

    words = ("generate", *_asked_for(options, absolute=True))
    write_run(folder_at(options.output), RunRecord(words, scenes, dict(set_aside)))


def _resume_command(options: argparse.Namespace) -> str:
    output = ["--output", str(options.output), "--resume"]
    words = ["synth", "generate", *_asked_for(options), *output]
    if options.json:
        words.append("--json")
    return shlex.join(words)


_NAMED = (
    *("scenes", "scene_range", "frames", "shard", "seed", "folder", "threads", "device"),
    *("workers", "backend", "address", "blender"),
)


def _asked_for(options: argparse.Namespace, *, absolute: bool = False) -> list[str]:
    """Return the arguments that decide what is made, without the output's.

    Args:
        absolute: whether files are named such that they are found from any folder.
    """
    words = [] if options.source is None else [_source(options.source, absolute=absolute)]
    for name in _NAMED:
        value = getattr(options, name)
        if value is not None:
            value = value.absolute() if absolute and isinstance(value, Path) else value
            words += [f"--{name.replace('_', '-')}", str(value)]
    if options.untrusted:
        words.append("--untrusted")
    for override in options.set:
        words += ["--set", override]
    for export in options.export:
        name, _, folder = export.partition("=")
        place = Path(folder).absolute() if absolute else folder
        words += ["--export", f"{name}={place}"]
    return words


def _source(source: str, *, absolute: bool) -> str:
    is_file = absolute and Path(source).is_file()
    return str(Path(source).absolute()) if is_file else source


def _summarise(console: Console, output: Place, frames: int, job: Job) -> None:
    parts = {
        name: {"wall_s": part.wall, "cpu_s": part.cpu, "calls": part.calls}
        for name, part in job.times.parts.items()
    }
    written = job.bytes_written
    console.event("done", output=str(output), frames=frames, bytes=written, parts=parts)
    console.write(f"{counted(frames, 'new frame')}; the dataset is in {output}")
    if isinstance(output, Path):
        console.write(f"look at it:  synth show {shlex.quote(str(output))} -o contact_sheet.png")
