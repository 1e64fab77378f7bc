"""The buttons of the job, and how far it is."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.line_breaks import broken_lines
from ..properties.job import ACTIVE, cost_key
from ..translations.translating import translated
from .thumbnail import thumbnail_icon

_LINE = 34
"""Letters that a line of the sidebar holds at its first width."""
_THUMBNAIL = 6.0
"""Height of the last frame's picture, in rows."""


def draw_job(layout: bpy.types.UILayout, job: Any) -> None:
    """Draw what can be started, or the progress of what runs."""
    if job.state in ACTIVE:
        _draw_active(layout, job)
    else:
        layout.operator("synth.generate", icon="RENDER_ANIMATION").resume = False
    if job.state in ("cancelled", "failed"):
        layout.operator("synth.generate", text="Resume", icon="PLAY").resume = True
    if job.state == "done":
        text = translated("{count} frames made", count=job.done)
        layout.label(text=text, icon="CHECKMARK", translate=False)
    if job.message:
        draw_message(layout, job.message, "ERROR" if job.state == "failed" else "INFO")


def _draw_active(layout: bpy.types.UILayout, job: Any) -> None:
    factor = job.done / job.total if job.total else 0.0
    layout.progress(factor=factor, text=progress_text(job), translate=False)
    if job.waiting:
        text = translated("{count} more waiting", count=job.waiting)
        layout.label(text=text, translate=False)
    layout.operator("synth.cancel", icon="CANCEL")
    if job.thumbnail:
        layout.template_icon(icon_value=thumbnail_icon(job.thumbnail), scale=_THUMBNAIL)


def progress_text(job: Any) -> str:
    """Return how far a job is, how fast and how long it will take."""
    if not job.done:
        return translated("Starting…" if job.state != "stopping" else "Stopping…")
    rate = job.seconds / job.done
    left = rate * (job.total - job.done)
    if job.state == "stopping":
        return f"{translated('Stopping…')} {job.done} / {job.total}"
    return translated(
        "{done} / {total}, {seconds} s each, {duration} left",
        done=job.done,
        total=job.total,
        seconds=f"{rate:.1f}",
        duration=duration(left),
    )


def duration(seconds: float) -> str:
    """Return a duration in its two largest units."""
    if seconds >= 3600:
        hours, minutes = divmod(round(seconds / 60), 60)
        return f"{hours} h {minutes:02} min"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def estimate(recipe: Any, job: Any, device: str) -> tuple[str, str]:
    """Return how many frames there will be and, once some were made so, their time and size.

    Args:
        device: that datasets are rendered on.
    """
    frames = recipe.scenes * recipe.views_per_scene
    count = translated("{count} frames", count=f"{frames:,}")
    if job.measured != cost_key(recipe, device):
        return count, translated("Time is known after a first run")
    time, size = duration(frames * job.frame_seconds), amount(frames * job.frame_bytes)
    return count, translated("About {time}, {size}", time=time, size=size)


def amount(size: float) -> str:
    """Return bytes in the unit that leaves one to three digits before the point."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def draw_message(layout: bpy.types.UILayout, message: str, icon: str) -> None:
    """Draw a sentence, broken into lines as wide as the sidebar."""
    column = layout.column(align=True)
    for number, line in enumerate(broken_lines(message, _LINE)):
        column.label(text=line, icon=icon if number == 0 else "BLANK1", translate=False)
