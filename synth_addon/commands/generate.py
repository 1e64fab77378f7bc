"""``synth generate``: the main job."""

from __future__ import annotations

import argparse
import re
import shlex
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.devices import DEVICES
from .arguments import INTERRUPTED, add_recipe_arguments, recipe_from
from .console import Console
from .exporting import parse_exports, write_exports
from .open_file import open_file_of
from .wording import counted

if TYPE_CHECKING:
    from ..core.asset_catalog import AssetCatalog
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
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, required=True, help="the dataset's folder"
    )
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--scenes", type=int, metavar="N", help="generate scenes 0 to N-1")
    amount.add_argument(
        "--scene-range", metavar="A:B", help="generate scenes A to B-1, as one part of many"
    )
    amount.add_argument(
        "--frames", type=int, metavar="N", help="generate N frames, rounded up to whole scenes"
    )
    parser.add_argument(
        "--resume", action="store_true", help="keep finished scenes and make only what is missing"
    )
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


def scene_range(options: argparse.Namespace, recipe: Recipe) -> range:
    """Return the scenes that the arguments ask for.

    Raises:
        UsageError: they ask for none, or the range cannot be read.
    """
    from ..core.errors import UsageError
    from ..core.recipe.recipe import MOST_SCENES

    if options.scene_range is not None:
        match = re.fullmatch(r"([0-9]{1,10}):([0-9]{1,10})", options.scene_range)
        first, last = (int(match[1]), int(match[2])) if match else (0, 0)
        if not first < last <= MOST_SCENES:
            raise UsageError(
                f"--scene-range {options.scene_range!r}: not A:B with A below B and B at most "
                f"{MOST_SCENES}. Write 0:100"
            )
        return range(first, last)
    for name in ("scenes", "frames"):
        amount = getattr(options, name)
        if amount is not None and not 1 <= amount <= MOST_SCENES:
            raise UsageError(f"--{name} {amount}: out of range. Give 1 to {MOST_SCENES}")
    if options.frames is not None:
        return range(-(-options.frames // recipe.views_per_scene))
    return range(options.scenes or recipe.scenes)


def run(options: argparse.Namespace, console: Console) -> int:
    """Generate the scenes asked for."""
    from ..core.asset_catalog import catalog_assets
    from ..core.dataset.opening import refuse_foreign_files
    from ..core.errors import UsageError

    if options.threads is not None and options.threads < 1:
        raise UsageError(f"--threads {options.threads}: must be at least 1")
    loaded = recipe_from(options, console)
    scenes = scene_range(options, loaded.recipe)
    exports = parse_exports(options.export, options.output)
    refuse_foreign_files(options.output)  # before Blender takes seconds to start
    catalog = catalog_assets(loaded, open_file_of(loaded.recipe))
    for notice in catalog.notices:
        console.notice(notice)
    with console.without_native_output():
        code = _generate(options, console, loaded.recipe, catalog, scenes)
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
    from ..blender.ready_renderer import ready_renderer
    from ..core.dataset.store import DatasetStore
    from ..core.describe import dataset_info

    def report(name: str, number: int, total: int) -> None:
        console.event("convex_parts", mesh=name, number=number, total=total)
        console.write(f"splitting {name} into convex parts, {number} of {total}; kept for later")

    with console.without_native_errors():
        renderer, catalog = ready_renderer(
            recipe, catalog, options.threads or 0, report, options.device or "CPU"
        )
    with closing(renderer):
        info = dataset_info(recipe, catalog, renderer.version)
        with DatasetStore.create_or_resume(options.output, info, options.resume, scenes) as store:
            return _run_job(options, console, recipe, catalog, scenes, renderer, store)


def _run_job(
    options: argparse.Namespace,
    console: Console,
    recipe: Recipe,
    catalog: AssetCatalog,
    scenes: range,
    renderer: Renderer,
    store: DatasetStore,
) -> int:
    from ..core.job import FrameDone, Job
    from .interrupts import noted_interrupts
    from .progress import progress_of

    pending = store.pending(scenes)
    total = len(pending) * recipe.views_per_scene
    console.event("start", output=str(options.output), frames=total, scenes=len(pending))
    console.write(_plan(options.output, len(scenes), len(pending), recipe))
    with progress_of(console, total) as report, noted_interrupts() as raise_if_interrupted:

        def listener(done: FrameDone) -> None:
            report(done)
            raise_if_interrupted()

        job = Job(recipe, catalog, renderer, store, listener)
        try:
            job.run(pending)
        except KeyboardInterrupt:
            console.event("interrupted", resume=_resume_command(options))
            console.write(f"interrupted; to go on: {_resume_command(options)}")
            return INTERRUPTED
    store.finish()
    _summarise(console, options.output, total, job)
    return 0


def _plan(output: Path, scenes: int, pending: int, recipe: Recipe) -> str:
    amount = f"{counted(scenes, 'scene')} with {counted(recipe.views_per_scene, 'view')} each"
    done = f", {scenes - pending} of them finished before" if pending < scenes else ""
    return f"{recipe.name}: {amount} into {output}{done}"


def _resume_command(options: argparse.Namespace) -> str:
    source = [] if options.source is None else [options.source]
    words = ["synth", "generate", *source, "--output", str(options.output), "--resume"]
    for name in ("scenes", "scene_range", "frames", "seed", "folder", "threads", "device"):
        value = getattr(options, name)
        if value is not None:
            words += [f"--{name.replace('_', '-')}", str(value)]
    for override in options.set:
        words += ["--set", override]
    for export in options.export:
        words += ["--export", export]
    if options.json:
        words.append("--json")
    return shlex.join(words)


def _summarise(console: Console, output: Path, frames: int, job: Job) -> None:
    parts = {
        name: {"wall_s": part.wall, "cpu_s": part.cpu, "calls": part.calls}
        for name, part in job.times.parts.items()
    }
    written = job.bytes_written
    console.event("done", output=str(output), frames=frames, bytes=written, parts=parts)
    console.write(f"{counted(frames, 'new frame')}; the dataset is in {output}")
    console.write(f"look at it:  synth show {shlex.quote(str(output))} -o contact_sheet.png")
