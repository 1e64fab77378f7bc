"""A dataset as a job of render farms: a job template of Open Job Description, 2023-09.

What a user names becomes job parameters, never text of a command: OpenJD reads two braces in a row
as its own, and JSON is full of them. OpenJD lets a template give a path only where it lies in the
template's own folder; other paths are given when the job is submitted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.devices import Device
from ..core.errors import UsageError
from .crew import PoolSettings
from .sizing import WORKER_MIB

SPECIFICATION = "jobtemplate-2023-09"
MOST_TASKS = 1_000_000
_MOST_OVERRIDES = 40
"""OpenJD takes 50 parameters; at most 10 are others."""
_LONGEST_TEXT = 1024
_NOTICE_S = 120
"""How long a command may take to end by itself once it is cancelled."""
_MERGE_S, _MERGE_SCENE_S = 3600, 10
"""How long a merge may take: at least, and for each scene."""

Plain = dict[str, Any]


@dataclass(frozen=True)
class FarmJob:
    """What a farm is to make.

    Attributes:
        name: of the job.
        source: a recipe's file, or the name of a preset.
        output: the dataset's folder.
        scenes: all that are wanted.
        scenes_per_task: at most.
        home: the folder that the template is to lie in.
        overrides: ``PATH=VALUE``, in the order in which they apply.
        folder: where file names in the recipe start from; None for the recipe's own.
        blender: the Blender that workers are; None for the one that runs Synth.
        untrusted: whether the recipe may read from its own folder alone.
    """

    name: str
    source: Path | str
    output: Path
    scenes: range
    scenes_per_task: int
    home: Path
    device: Device = "CPU"
    seed: int | None = None
    overrides: tuple[str, ...] = ()
    folder: Path | None = None
    blender: str | None = None
    untrusted: bool = False

    @property
    def tasks(self) -> int:
        """How many shards the scenes are dealt to."""
        return -(-len(self.scenes) // self.scenes_per_task)


def job_template(job: FarmJob) -> Plain:
    """Return the template as plain values.

    Raises:
        UsageError: OpenJD has no room for so many tasks or overrides, or for such a long one.
    """
    _check(job)
    recipe = list(_recipe_parameters(job))
    parameters = [
        _text("JobName", f"Synth: {_printable(job.name)}", "The job's name"),
        *(definition for _, definition in recipe),
        *(_path(place, job.home) for place in _outputs(job)),
        _text("SynthProgram", "synth", "The synth program on the farm's machines"),
    ]
    return {
        "specificationVersion": SPECIFICATION,
        "name": "{{Param.JobName}}",
        "parameterDefinitions": parameters,
        "steps": [_generate_step(job, recipe), _merge_step(job), _validate_step(job)],
    }


def paths_to_give(job: FarmJob) -> dict[str, Path]:
    """Return the paths that must be given when the job is submitted, by parameter."""
    places = [place for place in (_source(job), _folder(job), *_outputs(job)) if place is not None]
    return {place.name: place.path for place in places if _inside(place.path, job.home) is None}


def _check(job: FarmJob) -> None:
    if job.tasks > MOST_TASKS:
        least = -(-len(job.scenes) // MOST_TASKS)
        raise UsageError(
            f"--scenes-per-task {job.scenes_per_task}: makes {job.tasks} tasks of "
            f"{len(job.scenes)} scenes, and {MOST_TASKS} is the most. Give at least {least}"
        )
    if len(job.overrides) > _MOST_OVERRIDES:
        raise UsageError(
            f"--set: given {len(job.overrides)} times, and a job template takes {_MOST_OVERRIDES}. "
            "Write them into the recipe"
        )
    for override in job.overrides:
        if len(override) > _LONGEST_TEXT:
            raise UsageError(
                f"--set {override[:40]}…: has {len(override)} characters, and a job template takes "
                f"{_LONGEST_TEXT}. Write it into the recipe"
            )


@dataclass(frozen=True)
class _Place:
    """A path that a job needs."""

    name: str
    path: Path
    kind: str
    flow: str
    description: str


def _source(job: FarmJob) -> _Place | None:
    if isinstance(job.source, str):
        return None
    return _Place("Recipe", job.source, "FILE", "IN", "The recipe, or a .blend file with settings")


def _folder(job: FarmJob) -> _Place | None:
    if job.folder is None:
        return None
    text = "Where file names in the recipe start from"
    return _Place("Folder", job.folder, "DIRECTORY", "IN", text)


def _outputs(job: FarmJob) -> Iterator[_Place]:
    output = _plain_path(job.output)
    yield _Place("Output", output, "DIRECTORY", "OUT", "The dataset's folder")
    parts = output.with_name(f"{output.name}.parts")
    text = "The folder of the parts that tasks make; not in the dataset's, nor around it"
    yield _Place("Parts", parts, "DIRECTORY", "OUT", text)


def _recipe_parameters(job: FarmJob) -> Iterator[tuple[str, Plain]]:
    """Yield each parameter that `synth generate` takes, after its option."""
    source, folder = _source(job), _folder(job)
    if source is None:
        yield "", _text("Recipe", str(job.source), "The preset's name")
    else:
        yield "", _path(source, job.home)
    if folder is not None:
        yield "--folder", _path(folder, job.home)
    if job.seed is not None:
        seed = {"name": "Seed", "type": "INT", "default": job.seed}
        yield "--seed", {**seed, "description": "The seed of all draws"}
    for number, override in enumerate(job.overrides, 1):
        yield "--set", _text(f"Set{number}", override, "One value of the recipe, as PATH=VALUE")
    text = "Processes of each task: a number, or auto for all that suit a machine of its own"
    yield "--workers", _text("Workers", "auto", text)
    if job.blender is not None:
        yield "--blender", _text("Blender", job.blender, "The Blender that workers are")


def _generate_step(job: FarmJob, recipe: Sequence[tuple[str, Plain]]) -> Plain:
    arguments = ["generate"]
    for option, definition in recipe:
        arguments += [option, _value(definition)] if option else [_value(definition)]
    if job.untrusted:
        arguments.append("--untrusted")
    arguments += ["--scene-range", f"{job.scenes.start}:{job.scenes.stop}"]
    arguments += ["--shard", f"{{{{Task.Param.Shard}}}}/{job.tasks}"]
    if job.device != "CPU":
        arguments += ["--device", job.device]
    arguments += ["--output", "{{Param.Parts}}/{{Task.Param.Shard}}", "--resume"]
    shard = {"name": "Shard", "type": "INT", "range": f"0-{job.tasks - 1}"}
    most = min(job.scenes_per_task, len(job.scenes))
    return {
        "name": "Generate",
        "hostRequirements": _needs(2 * WORKER_MIB, gpus=job.device != "CPU"),
        "parameterSpace": {"taskParameterDefinitions": [shard]},
        "script": _script(arguments, most * int(PoolSettings.scene_s)),
    }


def _merge_step(job: FarmJob) -> Plain:
    arguments = ["merge", "--parts", "{{Param.Parts}}", "--output", "{{Param.Output}}", "--resume"]
    return {
        "name": "Merge",
        "dependencies": [{"dependsOn": "Generate"}],
        "hostRequirements": _needs(WORKER_MIB),
        "script": _script(arguments, _merge_seconds(job)),
    }


def _validate_step(job: FarmJob) -> Plain:
    return {
        "name": "Validate",
        "dependencies": [{"dependsOn": "Merge"}],
        "hostRequirements": _needs(WORKER_MIB),
        "script": _script(["validate", "{{Param.Output}}"], _merge_seconds(job)),
    }


def _merge_seconds(job: FarmJob) -> int:
    return _MERGE_S + _MERGE_SCENE_S * len(job.scenes)


def _script(arguments: list[str], seconds: int) -> Plain:
    cancelation = {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": _NOTICE_S}
    run = {
        "command": "{{Param.SynthProgram}}",
        "args": arguments,
        "timeout": seconds,
        "cancelation": cancelation,
    }
    return {"actions": {"onRun": run}}


def _needs(memory_mib: int, *, gpus: bool = False) -> Plain:
    amounts = {"vcpu": 1, "memory": memory_mib, **({"gpu": 1} if gpus else {})}
    return {"amounts": [{"name": f"amount.worker.{what}", "min": n} for what, n in amounts.items()]}


def _text(name: str, default: str, description: str) -> Plain:
    return {"name": name, "type": "STRING", "default": default, "description": description}


def _path(place: _Place, home: Path) -> Plain:
    definition = {
        "name": place.name,
        "type": "PATH",
        "objectType": place.kind,
        "dataFlow": place.flow,
        "description": place.description,
    }
    inside = _inside(place.path, home)
    return definition if inside is None else {**definition, "default": inside}


def _value(definition: Plain) -> str:
    return f"{{{{Param.{definition['name']}}}}}"


def _inside(path: Path, home: Path) -> str | None:
    """Return a path as seen from a folder that it lies in; None where it lies elsewhere."""
    path, home = _plain_path(path), _plain_path(home)
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else None


def _plain_path(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
