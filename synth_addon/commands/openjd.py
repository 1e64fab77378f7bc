"""``synth openjd``: the same dataset as a job of render farms."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.devices import DEVICES
from .arguments import add_recipe_arguments, recipe_from
from .console import Console
from .generate import add_amount_arguments, scene_range
from .wording import counted

if TYPE_CHECKING:
    from ..core.recipe.recipe import Recipe
    from ..farm.openjd_template import FarmJob

HELP = "write the job template of a dataset for render farms"
DESCRIPTION = """\
Write a job template of Open Job Description (jobtemplate-2023-09), which render farms such as AWS
Deadline Cloud read. Tasks generate shards, then one task merges them and one validates the whole:
the bytes are those of a single run. A task that is run again goes on where it was."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_recipe_arguments(parser)
    add = parser.add_argument
    add("-o", "--output", metavar="DIR", type=Path, required=True, help="the dataset's folder")
    add_amount_arguments(parser)
    add(
        "--scenes-per-task",
        type=int,
        default=100,
        metavar="N",
        help="scenes that a task makes at most (default 100)",
    )
    add("--device", choices=DEVICES, help="what Cycles renders on (default: CPU)")
    add("--blender", metavar="PROGRAM", help="the Blender that workers are on the farm's machines")
    add(
        "--template",
        metavar="FILE",
        type=Path,
        help="the template's .json file (default: standard output)",
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the template."""
    from ..core.dataset.opening import refuse_foreign_files
    from ..core.errors import UsageError
    from ..farm.openjd_template import job_template

    if options.scenes_per_task < 1:
        raise UsageError(f"--scenes-per-task {options.scenes_per_task}: must be at least 1")
    if options.source is None:
        raise UsageError(
            "SOURCE is missing: name a preset, a recipe's .json file or a .blend file, "
            "which the farm's machines can read too"
        )
    _check_template(options.template, options.output)
    refuse_foreign_files(options.output)
    job = _job_of(options, recipe_from(options, console).recipe)
    text = json.dumps(job_template(job), indent=2)
    if options.template is None:
        console.result(text)
    else:
        _write(options.template, text)
        tasks = counted(job.tasks, "task")
        console.write(f"{options.template}: {tasks} for {counted(len(job.scenes), 'scene')}")
    _tell_paths(job, console)
    return 0


def _job_of(options: argparse.Namespace, recipe: Recipe) -> FarmJob:
    from ..core.recipe.presets import preset_names
    from ..farm.openjd_template import FarmJob

    is_preset = options.source in preset_names()
    return FarmJob(
        name=recipe.name,
        source=options.source if is_preset else Path(options.source),
        output=options.output,
        scenes=scene_range(options, recipe),
        scenes_per_task=options.scenes_per_task,
        home=options.template.parent if options.template is not None else Path(),
        device=options.device or "CPU",
        seed=options.seed,
        overrides=tuple(options.set),
        folder=options.folder,
        blender=options.blender,
        untrusted=options.untrusted,
    )


def _check_template(template: Path | None, output: Path) -> None:
    """Make sure that a template can be written to a file without harm.

    Raises:
        UsageError: its name or place is not that of a template.
        OutputError: another file has the name.
    """
    from ..core.errors import OutputError, UsageError

    if template is None:
        return
    if template.suffix.lower() != ".json":
        raise UsageError(f"--template {template}: the template is JSON. End its name in .json")
    if output.resolve() in template.resolve().parents:
        raise UsageError(
            f"--template {template}: lies in --output {output}, where the dataset alone may be. "
            "Choose a file outside"
        )
    if template.exists() and not _is_template(template):
        raise OutputError(
            f"--template {template}: exists and is no job template. Choose another name"
        )


def _is_template(path: Path) -> bool:
    from ..farm.openjd_template import SPECIFICATION

    try:
        plain: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(plain, dict) and plain.get("specificationVersion") == SPECIFICATION


def _write(path: Path, text: str) -> None:
    from ..core.dataset.faults import reason_of
    from ..core.errors import OutputError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"--template {path}: cannot be written ({reason_of(error)}). Choose another file"
        ) from error


def _tell_paths(job: FarmJob, console: Console) -> None:
    from ..core.notices import Notice
    from ..farm.openjd_template import paths_to_give

    missing = paths_to_give(job)
    if missing:
        names = tuple(f"{name}={path.absolute()}" for name, path in missing.items())
        message = (
            "a template may name only what lies in its own folder, so give these parameters with "
            "the job"
        )
        console.notice(Notice(message, names))
