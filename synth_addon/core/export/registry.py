"""Finds formats: those that ship, and those that other packages offer by an entry point."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from ..errors import UsageError
from .format import ExportFormat
from .formats import bop, coco, cvat, hdf5, huggingface, kitti, transforms, voc, webdataset, yolo

GROUP = "synth.formats"
SHIPPED: Mapping[str, ExportFormat] = {
    "coco": coco.FORMAT,
    "yolo": yolo.FORMAT,
    "bop": bop.FORMAT,
    "hdf5": hdf5.FORMAT,
    "webdataset": webdataset.FORMAT,
    "voc": voc.FORMAT,
    "kitti": kitti.FORMAT,
    "transforms": transforms.FORMAT,
    "huggingface": huggingface.FORMAT,
    "cvat": cvat.FORMAT,
}
"""The formats that ship; their modules import what is heavy when they write."""


def format_names() -> list[str]:
    """Return the names of all formats: those that ship, then those of other packages."""
    return [*SHIPPED, *sorted(name for name in _offered() if name not in SHIPPED)]


def find_format(name: str) -> ExportFormat:
    """Return a format by its name.

    Raises:
        UsageError: there is none of that name, or that of another package cannot be loaded.
    """
    if name in SHIPPED:
        return SHIPPED[name]
    offered = _offered().get(name)
    if offered is None:
        names = format_names()
        close = difflib.get_close_matches(name, names, n=1)
        remedy = f"Did you mean {close[0]}?" if close else f"Use one of {', '.join(names)}"
        raise UsageError(f"--format {name}: there is no such format. {remedy}")
    try:
        loaded: ExportFormat = offered.load()
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"--format {name}: {offered.value} cannot be loaded ({error}). "
            "Mend or remove its package"
        ) from error
    return loaded


def _offered() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}
