"""Runs jobs behind Blender's window and shows in the sidebar how far they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from ..farm.job_queue import JobQueue, QueuedJob
    from ..farm.worker_process import Progress

_SECONDS = 0.25


class _Watched:
    """The jobs of this Blender, once there were any; they outlive files and undo."""

    queue: JobQueue | None = None


def add_job(job: QueuedJob) -> None:
    """Start a job, or let it wait for its turn."""
    from ..farm.job_queue import JobQueue  # at first use: enabling must not cost time

    if _Watched.queue is None:
        _Watched.queue = JobQueue()
    _Watched.queue.add(job)
    show_jobs()
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, persistent=True)


def cancel_jobs() -> None:
    """Let the running job stop after its frame, and drop those that wait."""
    if _Watched.queue is not None:
        _Watched.queue.cancel()
    show_jobs()


def close_jobs() -> None:
    """End all jobs at once, as when the extension is disabled."""
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    if _Watched.queue is not None:
        _Watched.queue.close()


def show_jobs() -> bool:
    """Bring what the sidebar shows up to date; return whether a job is still active."""
    queue = _Watched.queue
    if queue is None:
        return False
    progress = queue.advance()
    for manager in bpy.data.window_managers:
        shown = manager.synth
        shown.state, shown.message = progress.state, progress.message
        shown.done, shown.total, shown.seconds = progress.done, progress.total, progress.seconds
        shown.waiting, shown.output = queue.waiting, queue.output
        shown.thumbnail = _last_picture(queue.output, progress, shown.thumbnail)
        if progress.size and progress.done:
            shown.frame_seconds = progress.seconds / progress.done
            shown.frame_bytes = progress.size / progress.done
            shown.measured = queue.cost_key
        _redraw(manager)
    return queue.is_active


def _last_picture(output: str, progress: Progress, shown: str) -> str:
    """Return the image of the last frame whose scene is complete.

    Without one it is what was shown before, or nothing at the start of a job.
    """
    from ..core.dataset.layout import image_path

    for frame in (progress.frame, progress.before):
        path = Path(output, image_path(frame))
        if frame >= 0 and path.is_file():
            return str(path)
    return shown if progress.frame >= 0 else ""


def _tick() -> float | None:
    return _SECONDS if show_jobs() else None


def _redraw(manager: bpy.types.WindowManager) -> None:
    for window in manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
