"""Generates the dataset in a background Blender."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path

import bpy

from ..core.errors import StorageError
from ..preferences import preferences
from ..properties.job import cost_key
from ..properties.settings import export_arguments, output_folder, settings_of
from ..translations.translating import CONTEXT, reported
from .job_watch import add_job
from .reporting import reports_errors
from .worker_command import worker_command


class SYNTH_OT_generate(bpy.types.Operator):
    bl_idname = "synth.generate"
    bl_label = "Generate Dataset"
    bl_translation_context = CONTEXT
    bl_description = "Make the dataset in the background, from a copy of this file"
    bl_options = {"REGISTER"}

    resume: bpy.props.BoolProperty(
        name="Resume",
        translation_context=CONTEXT,
        description="Keep finished scenes and make only what is missing",
    )

    @reports_errors
    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..core.dataset.opening import refuse_foreign_files
        from ..farm.job_queue import QueuedJob
        from ..farm.worker_process import WorkerProcess
        from ..properties.loading import load_scene_recipe

        output = output_folder(context.scene)
        loaded = load_scene_recipe(context.scene)
        refuse_foreign_files(output)
        _check_writable(output)
        folder = Path(tempfile.mkdtemp(prefix="synth-job-"))
        copy = str(folder / "scene.blend")
        bpy.ops.wm.save_as_mainfile(filepath=copy, copy=True, check_existing=False)
        arguments = ["--output", str(output), "--json", *preferences().worker_arguments()]
        # the copy lies elsewhere, so what is relative to the file would not be found
        arguments += ["--folder", str(loaded.folder), *export_arguments(context.scene)]
        command = worker_command(copy, arguments)
        resumes_already = self.resume

        def start(resume: bool) -> WorkerProcess:
            keeping = ["--resume"] if resume or resumes_already else []
            return WorkerProcess([*command, *keeping], {})

        discard = partial(shutil.rmtree, folder, ignore_errors=True)
        key = cost_key(settings_of(context.scene).recipe, preferences().device)
        add_job(QueuedJob(str(output), key, start, discard))
        return {"FINISHED"}


def _check_writable(output: Path) -> None:
    """Raise if the folder cannot be made; it is left as it was.

    Raises:
        StorageError: it cannot.
    """
    existing = next(folder for folder in (output, *output.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise StorageError(
            reported(
                "{folder}: cannot be written ({reason}). Choose another Output folder",
                folder=output,
                reason=error.strerror,
            )
        ) from error
